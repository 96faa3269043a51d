from odoo import fields

from ...rules import balance
from .paying_common import PayingCommon


class TestCandidates(PayingCommon):
    """What is put into cases is read by SQL first, and decided by one rule."""

    def test_sql_is_never_narrower_than_the_rule(self):
        made = self.make_rows()
        self.env.flush_all()
        facts = self.env["payment.reminder.facts"]
        lines = self.env["account.move"].union(*made.values()).line_ids
        live = facts._read_due_items(
            lines.filtered(lambda line: line.display_type == "payment_term").ids
        )
        chased = {key for key, item in live.items() if balance.is_chased(item)}
        rows = facts._read_candidates(self.env.company, fields.Date.today())
        self.assertLessEqual(chased, {row["key"] for row in rows})
        names = {live[key].move_id for key in chased}
        self.assertEqual(
            {name for name, move in made.items() if move.id in names},
            {"open", "partly paid", "partly credited"},
        )
        # And what it lets through is no case yet.
        self.env["payment.reminder.case"].sudo()._open_due(self.env.company)
        items = self.env["payment.reminder.item"].search(
            [("move_id", "in", [move.id for move in made.values()])]
        )
        self.assertEqual({item._get_live_key() for item in items}, chased)

    def make_rows(self):
        """Return {what it is: an overdue invoice}, each of a customer of its own."""
        names = (
            "open",
            "partly paid",
            "partly credited",
            "paid",
            "in process",
            "reversed",
            "blocked",
            "excluded",
            "no follow-up",
            "draft",
            "cancelled",
        )
        made = {
            name: self.make_invoice(10, partner=self.make_customer(name))
            for name in names
        }
        self.pay(made["partly paid"], 400)
        self.pay(made["paid"])
        self.pay_without_entry(made["in process"], 1000)
        self.credit(made["partly credited"], 300)
        made["reversed"]._reverse_moves(
            [{"invoice_date": fields.Date.today()}], cancel=True
        )
        made["blocked"].action_toggle_block_payment()
        made["excluded"].reminder_excluded = True
        self.get_receivable(made["no follow-up"]).no_followup = True
        made["draft"].button_draft()
        made["cancelled"].button_draft()
        made["cancelled"].button_cancel()
        return made

    def credit(self, move, amount):
        """Match an invoice with a credit note of so much."""
        note = self.make_invoice(
            0, amount=amount, partner=move.partner_id, move_type="out_refund"
        )
        self.match(move, note)
