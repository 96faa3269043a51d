from odoo import fields, models


class PaymentReminderLine(models.Model):
    """One due item on one notice, with the amount that was proposed.

    ``step_id`` is the step that the item climbs by this notice; it is empty for
    an overdue item that is only listed.
    """

    _name = "payment.reminder.line"
    _description = "Payment Reminder Line"
    _order = "reminder_id, date_due, id"

    reminder_id = fields.Many2one(
        "payment.reminder", required=True, readonly=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(related="reminder_id.case_id")
    currency_id = fields.Many2one(related="reminder_id.currency_id")
    item_id = fields.Many2one(
        "payment.reminder.item",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_line_id = fields.Many2one(related="item_id.move_line_id")
    move_id = fields.Many2one(related="item_id.move_id")
    step_id = fields.Many2one(
        "payment.reminder.step",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    name = fields.Char(string="Invoice number", readonly=True)
    date_invoice = fields.Date(readonly=True)
    date_due = fields.Date(readonly=True)
    amount_total = fields.Monetary(string="Invoiced", readonly=True)
    amount_residual = fields.Monetary(string="Open", readonly=True)
    amount_credited = fields.Monetary(readonly=True)
    amount_apart = fields.Monetary(
        readonly=True,
        help="Open too, but not asked for here: an agency's part, or one that it "
        "refused and that has a line of its own.",
    )
    amount_pending = fields.Monetary(
        string="Left to an agency", readonly=True, help="What of that is pending there."
    )
    amount_interest = fields.Float(
        digits=(16, 6),
        readonly=True,
        help="Interest of this item up to the notice, unrounded, all notices together.",
    )
    interest_before = fields.Float(
        digits=(16, 6),
        readonly=True,
        help="What of that other notices had claimed when this one left.",
    )

    def _get_fresh_interest(self):
        """Return the interest of this item that this notice alone claims, unrounded."""
        self.ensure_one()
        if not self.amount_interest:
            return 0.0
        return self.amount_interest - self.interest_before

    def _get_place_after(self, line):
        """Return the place on the ladder of an item whose last notice was ``line``.

        :param line: the last line that took the item up a step (empty: none did)
        """
        if not line:
            return {"step_id": False, "last_sent_date": False}
        ladder = self.item_id.case_id.ladder_id
        step = line.step_id
        if step.ladder_id != ladder:
            step = ladder._match_steps(step.ladder_id).get(step, step)
        notice = line.reminder_id
        return {
            "step_id": step.id,
            "last_sent_date": notice.company_id._get_reminder_today(notice.sent_date),
        }
