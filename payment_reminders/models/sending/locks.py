"""What the sender locks, so that whoever pays or freezes has to wait for it."""

from odoo import api, models

from ...tools import transactions


class PaymentReminderSender(models.AbstractModel):
    _inherit = "payment.reminder.sender"

    @api.model
    def _lock_rows(self, reminders):
        """Lock what a registering payment has to wait for; never wait ourselves.

        Plain FOR UPDATE: a weaker lock would let an uncommitted online payment
        pass, which holds only a key-share lock on the invoice.

        :return: whether all rows could be locked
        """
        cases = reminders.case_id
        moves = reminders.line_ids.move_line_id.move_id
        partners = cases.partner_id | moves.partner_id | moves.commercial_partner_id
        if not transactions.try_lock(partners, moves, cases, reminders):
            return False
        return transactions.try_lock(*self._find_dormant_money(moves, partners))

    @api.model
    def _find_dormant_money(self, moves, partners):
        """Find what can become a payment without touching invoice or customer.

        An online transaction that turns to done, a draft payment that is confirmed,
        a draft credit note or entry that is posted: their rows were linked before.
        """
        transaction = self.env["payment.transaction"].sudo()
        payment = self.env["account.payment"].sudo()
        line = self.env["account.move.line"].sudo()
        return (
            transaction.search(
                [("invoice_ids", "in", moves.ids), ("is_post_processed", "=", False)]
            ),
            payment.search(
                [
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                    ("state", "=", "draft"),
                ]
            ),
            line.search(
                [
                    ("partner_id", "in", partners.ids),
                    ("parent_state", "=", "draft"),
                    ("account_id.account_type", "=", "asset_receivable"),
                ]
            ),
        )
