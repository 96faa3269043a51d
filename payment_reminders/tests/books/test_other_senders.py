from ..common import ReminderCommon
from .other_senders_common import OtherSenders


class TestOtherSenders(OtherSenders, ReminderCommon):
    """While another program still writes to a customer, ours waits and says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_customer("Sydlys ApS", "ap@sydlys.example")
        cls.moves = cls.make_invoices([cls.customer, cls.other], due=10)
        cls.notice = cls.propose().filtered(lambda r: r.partner_id == cls.customer)
        cls.notices = cls.env["payment.reminder"].search([("state", "=", "proposed")])

    def look(self):
        """Ask the guard; return the sentence about another program, or None."""
        self.notice.sudo()._recheck()
        if "other_sender" not in (self.notice.verdict or ()):
            return None
        [sentence] = [
            line for line in self.notice.held_reason.splitlines() if "as well" in line
        ]
        return sentence

    def test_odoo_s_own_follow_ups(self):
        first, second, _third = self.install_followup()
        self.assertIsNone(self.look(), "installed, and this customer is not on it")
        self.follow_up(self.moves[0], second, "2026-09-01")
        self.assertEqual(
            self.look(),
            "Another program (Payment Follow-up) reminds Nordlys ApS as well, on level "
            "“Second Reminder”, since 09/01/2026. Take the customer off it there, or "
            "switch it off: this goes on by itself then.",
        )
        stopped = self.send(self.notices)
        self.assertIn("other_sender", stopped[self.notice])
        rest = self.notices - self.notice
        self.assertEqual(rest.state, "sent", "nobody else writes to this one")
        self.assertIn(",other_sender,", self.notice.case_id.blocker_codes)
        todo = self.env["payment.reminder.todo"].search(
            [("reminder_id", "=", self.notice.id)]
        )
        self.assertEqual((todo.work, todo.code), ("hold", "other_sender"))
        self.assertEqual(self.notice.fix["method"], "action_open_customer")
        # the way out: left to a person there
        self.set_followup(self.customer, followup_reminder_type="manual")
        self.assertIsNone(self.look())
        self.set_followup(self.customer, followup_reminder_type="automatic")
        self.assertTrue(self.look())
        self.follow_up(self.moves[0], None, None)
        self.assertIsNone(self.look())
        self.set_followup(
            self.customer,
            followup_next_action_date=f'{{"{self.company.id}": "2026-09-20"}}',
        )
        self.assertIn("reminds Nordlys ApS as well. Take", self.look())
        self.set_followup(
            self.customer,
            followup_next_action_date=f'{{"{self.company.id + 1}": "2026-09-20"}}',
        )
        self.assertIsNone(self.look(), "planned in another company")
        self.follow_up(self.moves[0], first, "2026-09-01")
        module = self.env["ir.module.module"].search(
            [("name", "=", "account_followup")]
        )
        module.state = "uninstalled"
        self.assertIsNone(self.look())

    def test_a_program_whose_scheduled_actions_are_off_is_at_rest(self):
        [first, *_rest] = self.install_followup()
        self.follow_up(self.moves[0], first, "2026-09-01")
        cron = self.env["ir.cron"].create(
            {
                "name": "Follow-up",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "code": "pass",
                "interval_number": 1,
                "interval_type": "days",
            }
        )
        self.env["ir.model.data"].create(
            {
                "module": "account_followup",
                "name": "ir_cron_follow_up",
                "model": "ir.cron",
                "res_id": cron.id,
            }
        )
        self.assertTrue(self.look())
        cron.active = False
        self.assertIsNone(self.look())

    def test_credit_control_of_oca(self):
        self.install_credit_control()
        self.send_by_credit_control(self.moves[0], 1, "2026-09-07", state="draft")
        self.assertIsNone(self.look(), "nothing was sent, and it may be left")
        self.send_by_credit_control(self.moves[0], 1, "2026-09-08")
        self.send_by_credit_control(self.moves[0], 2, "2026-09-12", state="queued")
        self.assertIn(
            "(Account Credit Control) reminds Nordlys ApS as well, on level “30 days "
            "net”, since 09/08/2026.",
            self.look(),
        )
        self.set_followup(self.customer, credit_policy_id=2)
        self.assertIsNone(self.look(), "the policy is to do nothing")
        self.set_followup(self.customer, credit_policy_id=1)
        self.assertTrue(self.look())
        self.env.cr.execute("UPDATE credit_control_line SET manually_overridden = TRUE")
        self.assertIsNone(self.look())

    def test_tables_that_are_only_in_part_as_they_are_known(self):
        self.install("account_credit_control", "Account Credit Control")
        self.install("account_invoice_overdue_reminder", "Overdue Reminder")
        self.assertIsNone(self.look(), "no tables at all")
        self.env.cr.execute(
            """
            CREATE TABLE account_invoice_overdue_reminder (
                id serial PRIMARY KEY, invoice_id integer, counter integer);
            INSERT INTO account_invoice_overdue_reminder (invoice_id, counter)
            VALUES (%s, 2);
            """,
            self.moves[0].ids,
        )
        self.assertIn("as well, on level “2”. Take", self.look())

    def test_a_case_says_so_before_there_is_a_notice(self):
        self.notices.action_cancel("later")
        self.install_credit_control()
        self.send_by_credit_control(self.moves[0], 1, "2026-09-08")
        self.refresh()
        case = self.notice.case_id
        self.assertIn(",other_sender,", case.blocker_codes or "")
        self.set_followup(self.customer, credit_policy_id=2)
        self.refresh()
        self.assertNotIn("other_sender", case.blocker_codes or "")
        self.env["payment.reminder.case"]._check_sample()

    def test_the_way_out_is_a_button(self):
        self.install_credit_control()
        self.send_by_credit_control(self.moves[0], 1, "2026-09-08")
        self.look()
        action = self.notice.action_open_other_sender()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.name, "account_credit_control")
