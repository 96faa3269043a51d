"""The gateways: how a rendered message is handed over, and what came of it.

A wire says ``sent`` only when the other side said so, ``failed`` when the other
side refused or was never reached, and ``uncertain`` when it cannot be known.
"""

import hashlib
import smtplib
import socket
from contextlib import contextmanager
from contextvars import ContextVar

import requests

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.exceptions import AccessError, UserError
from odoo.tools import formataddr

#: Seconds that the other side gets for each answer: payers wait meanwhile.
WIRE_TIMEOUT = 10

#: Deliveries that this thread is handing over under the guard's locks. Odoo's own
#: queues look here: a message of ours that is not in it does not leave.
_handing_over = ContextVar("payment_reminder_handing_over", default=frozenset())


class WireError(Exception):
    """A message could not be handed over, and certainly did not leave.

    :param temporary: whether trying again later makes sense
    """

    def __init__(self, message, temporary=False):
        super().__init__(message)
        self.temporary = temporary


def is_handing_over(delivery_id):
    """Tell whether the guard has let this delivery go, in this thread, just now."""
    return delivery_id in _handing_over.get()


@contextmanager
def handing_over(delivery):
    token = _handing_over.set(_handing_over.get() | {delivery.id})
    try:
        yield
    finally:
        _handing_over.reset(token)


class _Session:
    """Wraps an SMTP session and remembers how far the message got."""

    def __init__(self, smtp):
        self._smtp = smtp
        self.outcome = None

    def __getattr__(self, name):
        return getattr(self._smtp, name)

    def send_message(self, *args, **kwargs):
        reached_data = []
        original = getattr(self._smtp, "data", None)

        def data(message):
            reached_data.append(True)
            return original(message)

        if original:
            self._smtp.data = data
        try:
            result = self._smtp.send_message(*args, **kwargs)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            self.outcome = "failed"
            raise
        except Exception:
            self.outcome = "uncertain" if reached_data else "failed"
            raise
        self.outcome = "sent"
        return result


class EmailWire:
    """E-mail through ``mail.mail`` and the company's outgoing mail servers."""

    @staticmethod
    def prepare(deliveries):
        """Render the messages of many deliveries at once.

        A delivery whose text cannot be rendered gets no message; its attempt
        fails with the reason.
        """
        for template, group in deliveries.grouped(
            lambda d: d.reminder_id.step_id.mail_template_id
        ).items():
            if template:
                group._render_mails(template)

    @staticmethod
    def connect(delivery):
        if not delivery.mail_mail_id:
            EmailWire.prepare(delivery)
        mail = delivery.mail_mail_id
        if not mail:
            raise WireError(
                delivery.failure_reason
                or delivery.env._("The step has no e-mail text. Choose one on the ladder.")
            )
        server_id, alias_domain_id, smtp_from, _ids = next(
            iter(mail._split_by_mail_configuration())
        )
        servers = delivery.env["ir.mail_server"].sudo()
        try:
            smtp = servers._connect__(mail_server_id=server_id, smtp_from=smtp_from)
        except (OSError, smtplib.SMTPException, UserError) as error:
            raise WireError(
                delivery.env._("The mail server cannot be reached: %s", error),
                temporary=True,
            ) from error
        sock = getattr(smtp, "sock", None)
        if isinstance(sock, socket.socket):
            sock.settimeout(WIRE_TIMEOUT)
        session = _Session(smtp) if smtp else None
        return session, servers.browse(server_id), alias_domain_id

    @staticmethod
    def disconnect(session):
        smtp = session[0]
        if smtp:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, Message-Id)"""
        smtp, server, alias_domain_id = session
        mail = delivery.mail_mail_id.sudo()
        try:
            with handing_over(delivery):
                mail._send(
                    smtp_session=smtp, alias_domain_id=alias_domain_id, mail_server=server
                )
        except (OSError, smtplib.SMTPException, MailDeliveryException) as error:
            return (smtp and smtp.outcome) or "failed", str(error), mail.message_id
        if server._disable_send() or (smtp and smtp.outcome == "sent"):
            return "sent", False, mail.message_id
        return (smtp and smtp.outcome) or "failed", mail.failure_reason, mail.message_id


class SmsWire:
    """SMS through ``sms.sms`` and whatever gateway the company uses."""

    @staticmethod
    def prepare(deliveries):
        for template, group in deliveries.grouped(
            lambda d: d.reminder_id.step_id.sms_template_id
        ).items():
            if template:
                group._render_sms(template)

    @staticmethod
    def connect(delivery):
        if not delivery._get_sms():
            SmsWire.prepare(delivery)
        if not delivery._get_sms():
            raise WireError(
                delivery.failure_reason
                or delivery.env._("The step has no SMS text. Choose one on the ladder.")
            )

    @staticmethod
    def disconnect(session):
        """Nothing is kept open."""

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, uuid of the SMS)"""
        sms = delivery._get_sms()
        try:
            with handing_over(delivery):
                sms._send(unlink_sent=False, raise_exception=True)
        except (AccessError, OSError, requests.RequestException, ValueError) as error:
            sms.write({"state": "error", "failure_type": "sms_server"})
            return _judge_gateway_error(error), str(error), sms.uuid
        if sms.state in ("process", "pending", "sent"):
            return "sent", False, sms.uuid
        failures = dict(sms._fields["failure_type"]._description_selection(sms.env))
        return "failed", failures.get(sms.failure_type, sms.state), sms.uuid


class LetterWire:
    """Letters on paper: no service of ours prints them yet."""

    @staticmethod
    def prepare(deliveries):
        """Nothing to render."""

    @staticmethod
    def connect(delivery):
        raise WireError(delivery.env._("No service for letters is set up."))

    @staticmethod
    def disconnect(session):
        """Nothing is kept open."""


def _judge_gateway_error(error):
    """Tell a gateway that was not reached from one whose answer got lost.

    Odoo's door to its gateway hides the cause in the exception's context.
    """
    cause = error
    while cause is not None:
        if isinstance(cause, (requests.exceptions.ReadTimeout, requests.JSONDecodeError)):
            return "uncertain"
        if isinstance(cause, (requests.ConnectionError, ConnectionError)):
            return "down"
        cause = cause.__cause__ or cause.__context__
    return "failed"


def get_message_id(key, host):
    """Return the Message-Id of one attempt: the same for the same key."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}.payment-reminder@{host}>"


def format_recipient(partner, address):
    return formataddr((partner.name or "", address))


#: {channel: how it is handed over}; a bridge addon adds its own.
WIRES = {"email": EmailWire, "sms": SmsWire, "letter": LetterWire}
