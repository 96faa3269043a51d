from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon


class TestInvoiceFields(GatewayCommon):
    """What an invoice shows of its reminders, and how it is found by that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = {}
        cls.add("sent", due=10)
        cls.add("frozen", due=10)
        cls.add("closed", due=10)
        cls.add("proposed", due=10)
        cls.add("upcoming", due="2026-09-12")
        cls.add("none", due="2026-12-01")
        cls.add("excluded", due=10, reminder_excluded=True)
        reminders = cls.propose()
        sent = reminders.filtered(lambda r: r.move_ids == cls.moves["sent"])
        sent._approve(cls.manager)
        sent.sudo().hold_until = "2026-09-15 07:00:00"
        sent._dispatch()
        cls.moves["frozen"].reminder_case_id.action_hold("Wait")
        cls.pay(cls.moves["closed"])
        cls.add("due", due=10)
        cls.refresh()
        cls.all = cls.env["account.move"].union(*cls.moves.values())
        cls.all.invalidate_recordset()

    @classmethod
    def add(cls, name, **vals):
        partner = cls.make_customer(name, f"{name}@x.example")
        cls.moves[name] = cls.make_invoice(partner=partner, **vals)

    def test_status(self):
        for name, move in self.moves.items():
            expected = "none" if name == "excluded" else name
            self.assertEqual(move.reminder_status, expected, name)

    def test_last_and_next_step(self):
        sent, due = self.moves["sent"], self.moves["due"]
        self.assertEqual(sent.reminder_step_id.name, "Reminder 1")
        self.assertEqual(sent.reminder_last_date, fields.Date.today())
        self.assertEqual(sent.reminder_last_channel, "E-mail")
        self.assertEqual(sent.reminder_last_fee, 0)
        self.assertEqual(sent.reminder_next_step_id.name, "Reminder 2")
        self.assertEqual(sent.reminder_next_date, fields.Date.to_date("2026-09-25"))
        self.assertFalse(due.reminder_step_id)
        self.assertFalse(due.reminder_last_date)
        self.assertEqual(due.reminder_next_step_id.name, "Reminder 1")

    def test_fee_of_the_last_notice(self):
        move = self.moves["sent"]
        with freeze_time("2026-09-28 08:00:00"):
            self.send(self.propose().filtered(lambda r: r.move_ids == move))
        self.assertEqual(move.reminder_step_id.name, "Reminder 2")
        self.assertEqual(move.reminder_last_fee, 100)

    def assertFinds(self, domain, check):
        for moves in (self.all, self.all.with_user(self.clerk)):
            found = moves.search([*domain, ("id", "in", self.all.ids)])
            self.assertEqual(
                found.mapped("partner_id.name"),
                moves.sorted().filtered(check).mapped("partner_id.name"),
                domain,
            )

    @property
    def clerk(self):
        """Somebody who writes invoices and has nothing to do with reminders."""
        user = self.env["res.users"].search([("login", "=", "clerk")])
        return user or self.make_user("clerk", "account.group_account_invoice")

    def test_search_by_status(self):
        states = dict(self.env["account.move"]._fields["reminder_status"].selection)
        for one in states:
            self.assertFinds(
                [("reminder_status", "=", one)],
                lambda m, one=one: m.reminder_status == one,
            )
            self.assertFinds(
                [("reminder_status", "!=", one)],
                lambda m, one=one: m.reminder_status != one,
            )
        for some in (["due", "proposed"], ["none", "closed"], []):
            self.assertFinds(
                [("reminder_status", "in", some)],
                lambda m, some=some: m.reminder_status in some,
            )
            self.assertFinds(
                [("reminder_status", "not in", some)],
                lambda m, some=some: m.reminder_status not in some,
            )
        self.assertFinds([("reminder_status", "!=", False)], lambda m: True)
        self.assertFinds([("reminder_status", "=", False)], lambda m: False)

    def test_search_by_day(self):
        today = fields.Date.today()
        self.assertFinds(
            [("reminder_last_date", "!=", False)], lambda m: m.reminder_last_date
        )
        self.assertFinds(
            [("reminder_last_date", "=", False)], lambda m: not m.reminder_last_date
        )
        self.assertFinds(
            [("reminder_last_date", "=", today)], lambda m: m.reminder_last_date
        )
        self.assertFinds([("reminder_last_date", "<", today)], lambda m: False)
        for operator in ("<=", ">="):
            self.assertFinds(
                [("reminder_last_date", operator, today)],
                lambda m: m.reminder_last_date,
            )

    def test_search_by_case(self):
        case = self.moves["frozen"].reminder_case_id
        self.assertFinds(
            [("reminder_case_id", "=", case.id)], lambda m: m.reminder_case_id == case
        )
        self.assertFinds(
            [("reminder_case_id", "!=", case.id)], lambda m: m.reminder_case_id != case
        )
        self.assertFinds(
            [("reminder_case_id", "=", False)], lambda m: not m.reminder_case_id
        )
        self.assertFinds(
            [("reminder_case_id", "!=", False)], lambda m: m.reminder_case_id
        )
        self.assertFinds(
            [("reminder_case_id", "ilike", case.name)],
            lambda m: m.reminder_case_id == case,
        )
        self.assertFinds(
            [("reminder_case_id.state", "=", "frozen")],
            lambda m: m.reminder_case_id.sudo().state == "frozen",
        )

    def test_search_by_step(self):
        step = self.moves["sent"].reminder_step_id
        self.assertFinds(
            [("reminder_step_id", "=", step.id)], lambda m: m.reminder_step_id == step
        )
        self.assertFinds(
            [("reminder_step_id", "in", step.ids)], lambda m: m.reminder_step_id == step
        )
        self.assertFinds(
            [("reminder_step_id", "=", False)], lambda m: not m.reminder_step_id
        )
        self.assertFinds(
            [("reminder_step_id", "!=", False)], lambda m: m.reminder_step_id
        )
        self.assertFinds(
            [("reminder_step_id.name", "=", "Reminder 1")],
            lambda m: m.reminder_step_id.sudo().name == "Reminder 1",
        )

    def test_nothing_is_stored_on_the_invoice(self):
        """A row that the sender writes would make a payer fail."""
        people_write = ("reminder_excluded", "reminder_excluded_reason")
        Move = self.env["account.move"]
        for name in Move.fields_get(attributes=[]):
            if name.startswith("reminder_") and Move._fields[name].compute:
                self.assertFalse(Move._fields[name].store, name)
        for name in people_write:
            self.assertTrue(Move._fields[name].store, name)

    def test_smart_button(self):
        action = self.moves["sent"].action_open_reminder_case()
        case = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(case, self.moves["sent"].reminder_case_id)
        with self.assertRaisesRegex(UserError, "no reminder case"):
            self.moves["none"].action_open_reminder_case()

    # -- chatter ----------------------------------------------------------------

    def test_chatter(self):
        move = self.moves["sent"]
        case = move.reminder_case_id
        note = move.message_ids[0]
        for part in ("Reminder 1", "E-mail", "sent@x.example"):
            self.assertIn(part, note.body)
        message = case.message_ids.filtered(
            lambda m: m.message_type == "email_outgoing"
        )
        self.assertEqual(message.subject, f"Reminder {case.name}")
        self.assertIn("You owe", message.body)

    def test_an_answer_comes_back_to_the_case(self):
        case = self.moves["sent"].reminder_case_id
        mail = case.reminder_ids.delivery_ids.mail_mail_id.sudo()
        before = case.message_ids
        self.env["mail.thread"].message_process(
            False,
            (
                "From: sent@x.example\n"
                f"To: {mail.reply_to or 'books@company.example'}\n"
                f"In-Reply-To: {mail.message_id}\n"
                "Message-Id: <answer@x.example>\n"
                "Subject: Re: your reminder\n\n"
                "I have paid already."
            ),
        )
        answer = case.message_ids - before
        self.assertIn("paid already", answer.body)
        self.assertEqual(answer.author_id.name, "sent")

    def test_one_reminded_instalment_makes_a_reminded_invoice(self):
        move = self.make_invoice(due=10)
        item = self.propose().item_ids
        other = self.make_invoice(due=9)
        self.refresh()
        item.sudo().last_sent_date = fields.Date.today()
        sibling = self.env["payment.reminder.item"].search([("move_id", "=", other.id)])
        sibling.sudo().move_id = move
        found = self.env["account.move"].search([("reminder_last_date", "!=", False)])
        self.assertIn(move, found)
        missing = self.env["account.move"].search([("reminder_last_date", "=", False)])
        self.assertNotIn(move, missing)
        sibling.sudo().write({"move_id": False, "last_sent_date": "2026-09-01"})
        missing = self.env["account.move"].search([("reminder_last_date", "=", False)])
        self.assertIn(other, missing)
