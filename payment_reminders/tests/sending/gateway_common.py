import smtplib
from contextlib import contextmanager

from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.sms.tests.common import MockSMS

from ..common import ReminderCommon

MOBILE = "+45 20 12 34 56"
MOBILE_E164 = "+4520123456"


class GatewayCommon(MockEmail, ReminderCommon):
    """Odoo's own doubles of a mail server and an SMS gateway, at the outermost door."""

    mockSMSGateway = MockSMS.mockSMSGateway
    _clear_sms_sent = MockSMS._clear_sms_sent

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["iap.account"].get("sms")

    @contextmanager
    def mail_server(self, error=None, stage="RCPT"):
        """A mail server that takes everything, or breaks with an error.

        :param error: raised by the server
        :param stage: RCPT, before it took the text, or DATA, after
        """
        with self.mock_mail_gateway():
            session = self.testing_smtp_session
            session.from_filter = session.smtp_from = False
            session.getreply = lambda: (354 if stage == "DATA" else 250, b"")
            if error:

                def break_off(*_args, **_kwargs):
                    session.getreply()
                    raise error

                session.send_message = break_off
            session.close = session.quit
            yield

    @contextmanager
    def no_mail_server(self):
        with self.mock_mail_gateway():
            with self.startPatch_smtp(ConnectionRefusedError("nobody there")):
                yield

    @contextmanager
    def startPatch_smtp(self, error):
        original = smtplib.SMTP

        def refuse(*_args, **_kwargs):
            raise error

        smtplib.SMTP = refuse
        try:
            yield
        finally:
            smtplib.SMTP = original

    @contextmanager
    def sms_gateway(self, **kwargs):
        with self.mockSMSGateway(**kwargs):
            answer = self._sms_api_contact_iap_mock.side_effect
            # Odoo's double does not know the time limit that Odoo's method has.
            self._sms_api_contact_iap_mock.side_effect = (
                lambda endpoint, params, timeout=None: answer(endpoint, params)
            )
            yield

    @contextmanager
    def gateways(self, **kwargs):
        with self.mail_server(), self.sms_gateway(**kwargs):
            yield

    @property
    def mailed(self):
        """To whom the mail server was handed something, in order."""
        return [address for mail in self.emails for address in mail["smtp_to_list"]]

    @property
    def texted(self):
        return [sms["number"] for sms in self._sms]

    def ripe(self, **vals):
        """Return an approved notice whose window has passed."""
        self.make_invoice(due=10, **vals)
        reminder = self.propose()
        self.ripen(reminder)
        return reminder
