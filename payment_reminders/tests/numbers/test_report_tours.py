from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import ReminderCommon

LADDERS = "/odoo/action-payment_reminders.payment_reminder_ladder_action"
DASHBOARD = "/odoo/payment-reminder-dashboard"
WHAT_IFS = "/odoo/action-payment_reminders.payment_reminder_simulation_action"


@tagged("-standard", "payment_reminders_long")
class TestReportTours(ReminderCommon, HttpCase):
    """Reports, month-end sheet, what-if and ladder, opened in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.password = "manager-password"
        cls.make_invoice(due=10)
        cls.propose()

    def test_every_card_and_a_bar(self):
        self.start_tour(DASHBOARD, "payment_reminders_dashboard", login="manager")

    def test_every_report(self):
        self.start_tour(DASHBOARD, "payment_reminders_reports", login="manager")

    def test_what_if_is_started_and_stopped(self):
        self.start_tour(WHAT_IFS, "payment_reminders_what_if", login="manager")
        record = self.env["payment.reminder.simulation"].search([])
        self.assertEqual(record.state, "stopped")
        self.assertEqual(record.change_ids[1].delay_days, 14)

    def test_what_if_refreshes_itself(self):
        """The scheduler plays it while somebody looks at it, and nobody clicks."""
        record = self.env["payment.reminder.simulation"].create(
            {"ladder_id": self.ladder.id}
        )
        record.action_run()
        admin = self.env.ref("base.user_admin")
        admin.write(
            {
                "company_ids": [Command.link(self.company.id)],
                "company_id": self.company.id,
                "group_ids": [
                    Command.link(group.id) for group in self.manager.group_ids
                ],
            }
        )
        self.start_tour(
            f"{WHAT_IFS}/{record.id}", "payment_reminders_what_if_ends", login="admin"
        )
        self.assertEqual(record.state, "done")

    def test_what_if_shows_a_chart(self):
        record = self.env["payment.reminder.simulation"].create(
            {"ladder_id": self.ladder.id}
        )
        record.action_run()
        self.env["payment.reminder.simulation"]._cron_simulate()
        self.start_tour(
            f"{WHAT_IFS}/{record.id}", "payment_reminders_what_if_done", login="manager"
        )

    def test_ladder_shows_whom_a_change_concerns(self):
        last = self.ladder.step_ids.filtered(lambda s: s.kind == "final_notice")
        last.delay_days = 20
        self.env["res.lang"]._activate_lang("da_DK")
        self.customer.lang = "da_DK"
        text = self.ladder.step_ids[0].mail_template_id
        danish = text.with_context(lang="da_DK")
        danish.write({"subject": "Rykker", "body_html": "<p>Du skylder os penge</p>"})
        self.start_tour(
            f"{LADDERS}/{self.ladder.id}", "payment_reminders_ladder", login="manager"
        )
        case = self.env["payment.reminder.case"].search([])
        self.assertEqual(case.ladder_id, self.ladder)
