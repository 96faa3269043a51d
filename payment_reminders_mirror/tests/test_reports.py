"""What reports say of invoices of other programs, and of what they leave out."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError

from .test_mirror import MirrorCommon


class TestReports(MirrorCommon):
    def get_uncounted(self):
        return (
            self.env["payment.reminder.dashboard"].with_user(self.boss).get_uncounted()
        )

    def get_page(self):
        return self.env["payment.reminder.dashboard"].with_user(self.boss).get_page()

    def get_doubtful(self):
        sheet = self.env["payment.reminder.month.end"].with_user(self.boss).create({})
        return sheet, sheet._get_sections()[-1]

    def test_what_is_left_out_is_said(self):
        """Where payments have no days, the page, the sheet and the what-if say so."""
        Simulation = self.env["payment.reminder.simulation"].with_user(self.boss)
        _sheet, doubtful = self.get_doubtful()
        self.assertEqual(
            [self.get_uncounted(), self.get_page()["uncounted"], doubtful["note"]],
            ["", "", ""],
        )
        self.assertFalse(Simulation.create({}).uncounted)
        self.take(self.row("1"), self.row("2"))
        sheet, doubtful = self.get_doubtful()
        told = [
            self.get_uncounted(),
            self.get_page()["uncounted"],
            doubtful["note"],
            Simulation.create({}).uncounted,
        ]
        for text in told:
            self.assertIn("2 invoices", text)
            self.assertIn("File", text)
        self.assertIn("2 invoices", sheet.body)
        self.assertTrue(sheet._make_spreadsheet())
        # Who sees no reports is told nothing of them.
        insider = self.make_user("insider", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["payment.reminder.dashboard"].with_user(insider).get_uncounted()

    def test_open_and_expected_have_them(self):
        self.take(self.row("1", residual="600,00"))
        overdue = self.env["payment.reminder.report.overdue"].search([])
        self.assertEqual(overdue.mapped("amount"), [600])
        self.assertEqual(self.get_page()["cards"][0]["value"], 600)

    def test_a_notice_of_theirs_is_no_step_without_money(self):
        """It would look as if nobody paid after it."""
        self.make_invoice(due=10, partner=self.make_customer("B", "b@b.example"))
        self.take(self.row("1"))
        notices = self.propose()
        self.ripen(notices)
        with self.gateways():
            notices._dispatch()
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        self.assertEqual(set(notices.mapped("is_elsewhere")), {True, False})
        rows = self.env["payment.reminder.report.step"].search([])
        self.assertEqual(
            rows.reminder_id, notices.filtered(lambda one: not one.is_elsewhere)
        )

    def test_promises_are_counted(self):
        """A plan looks at what is open: what was paid on its instalments is known."""
        self.take(self.row("1"))
        case = self.find("1").case_id
        plan = self.env["payment.reminder.plan"].create(
            {
                "case_id": case.id,
                "kind": "plan",
                "instalment_count": 2,
                "first_date": fields.Date.today() + timedelta(days=10),
            }
        )
        plan.action_split()
        plan.with_user(self.manager).action_approve()
        self.take(self.row("1", residual="400,00"))
        self.env["payment.reminder.plan"]._cron_plans()
        rows = self.env["payment.reminder.report.promise"].search(
            [("plan_id", "=", plan.id)], order="date_due"
        )
        self.assertEqual(sum(rows.mapped("paid")), plan.amount_received)
        self.assertEqual(rows[0].paid, rows[0].promised)
        self.assertGreater(rows[1].paid, 0)
