from odoo.tests import HttpCase, tagged

from .common import ReminderCommon


@tagged("post_install", "-at_install")
class TestPortal(ReminderCommon, HttpCase):
    """The page of a case: for who has its key, and for nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.other = cls.make_invoice(
            due=10, partner=cls.make_customer("Secret Ltd", "s@x.example")
        )
        cls.refresh()
        cls.case = cls.move.reminder_case_id
        cls.token = cls.case._portal_ensure_token()
        cls.other_token = cls.other.reminder_case_id._portal_ensure_token()

    def get(self, case_id, token=None, more=""):
        query = f"?access_token={token}" if token is not None else ""
        return self.url_open(
            f"/my/reminders/{case_id}{more}{query}", allow_redirects=False
        )

    def assertTurnedAway(self, answer):
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/my"))
        self.assertNotIn("Secret", answer.text)

    def test_with_the_key(self):
        answer = self.get(self.case.id, self.token)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.move.name, answer.text)
        self.assertNotIn("Secret", answer.text)
        self.assertNotIn(self.other.name, answer.text)

    def test_without_or_with_a_wrong_key(self):
        for token in (None, "", "x", self.other_token, self.token[:-1], "%00", "é" * 9):
            self.assertTurnedAway(self.get(self.case.id, token))

    def test_a_case_that_is_none(self):
        self.assertTurnedAway(self.get(999999, self.token))

    def test_paying_leads_to_own_invoices_only(self):
        mine, other = self.case.item_ids, self.other.reminder_case_id.item_ids
        answer = self.get(self.case.id, self.token, f"/pay/{mine.id}")
        self.assertIn(f"/my/invoices/{self.move.id}", answer.headers["Location"])
        self.assertTurnedAway(self.get(self.case.id, self.token, f"/pay/{other.id}"))
        self.assertTurnedAway(self.get(self.case.id, "x", f"/pay/{mine.id}"))

    def test_a_portal_user_sees_nothing_of_others(self):
        self.make_user("visitor", "base.group_portal").sudo().password = "visitor12"
        self.authenticate("visitor", "visitor12")
        self.assertTurnedAway(self.get(self.other.reminder_case_id.id))
