import re

from odoo.tests import HttpCase

from ..common import ReminderCommon


class PortalCommon(ReminderCommon, HttpCase):
    """A customer with a link to the page of a case, and another one with secrets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder.jurisdiction_id = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.move = cls.make_invoice(due=10)
        cls.stranger = cls.make_customer("Secret Ltd", "s@x.example")
        cls.other = cls.make_invoice(due=10, partner=cls.stranger)
        cls.refresh()
        cls.case = cls.move.reminder_case_id
        cls.other_case = cls.other.reminder_case_id
        cls.token = cls.case._portal_ensure_token()
        cls.other_token = cls.other_case._portal_ensure_token()

    def get(self, case_id, token=None, more="", **params):
        if token is not None:
            params["access_token"] = token
        return self.url_open(
            f"/my/reminders/{case_id}{more}", params=params, allow_redirects=False
        )

    def post(self, route, data=None, files=None, csrf=True):
        """Post a form as the page does, with the hidden number of its own session."""
        data = dict(data or {})
        if csrf:
            data["csrf_token"] = self.get_csrf()
        return self.url_open(
            f"/my/reminders/{route}", data=data, files=files, allow_redirects=False
        )

    def get_csrf(self):
        page = self.get(0, "x").text
        return re.search(r'name="csrf_token"\s+value="([^"]+)"', page)[1]

    def find_mails(self):
        """Return what was written to customers, outside the ladder."""
        domain = [
            ("model", "=", "payment.reminder.case"),
            ("message_type", "=", "email_outgoing"),
        ]
        return self.env["mail.mail"].sudo().search(domain, order="id")

    def assertTurnedAway(self, answer):
        """The visitor gets the answer that everybody gets, and learns nothing."""
        self.assertEqual(answer.status_code, 404)
        self.assertIn("This link does not work", answer.text)
        for word in ("Secret", self.customer.name, self.move.name, self.other.name):
            self.assertNotIn(word, answer.text)
