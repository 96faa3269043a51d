from odoo import fields, models


class PaymentReminderFreeze(models.Model):
    """One reason that holds a case, from its start until a person lifts it."""

    _name = "payment.reminder.freeze"
    _description = "Payment Reminder Hold"
    _order = "date_start desc, id desc"
    _rec_name = "reason"

    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="case_id.company_id")
    reason = fields.Selection(
        [
            ("query", "The customer asked a question"),
            ("plan", "A payment plan is agreed"),
            ("partial_payment", "A part was paid: look at the rest"),
            ("credit_note", "A credit note came: look at the rest"),
            ("insolvency", "The customer is insolvent or being dissolved"),
            ("status_unknown", "The company register says nothing certain: look"),
            ("unmatched_money", "Money came in that is not matched yet"),
            ("reopened", "A payment was undone: look before going on"),
            ("promise", "The customer promised to pay"),
            ("merged", "Two customers were merged: look before going on"),
            ("rest", "The invoices are paid, fees and interest are open"),
            ("trifle", "Too little is owed for a reminder"),
            ("backlog", "Overdue before reminders were activated"),
            ("handover_loss", "Written off while a collection service has it: look"),
            ("handover_ended", "A collection service let go of it: look"),
            ("manual", "Held by hand"),
        ],
        required=True,
        readonly=True,
    )
    note = fields.Char(readonly=True)
    date_start = fields.Datetime(
        string="Since", default=fields.Datetime.now, required=True, readonly=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Held by",
        default=lambda self: self.env.user,
        readonly=True,
        index="btree_not_null",
    )
    date_end = fields.Datetime(string="Lifted on", readonly=True)
    released_by_id = fields.Many2one(
        "res.users", string="Lifted by", readonly=True, index="btree_not_null"
    )
    date_limit = fields.Date(
        string="Ends on",
        readonly=True,
        help="A hold of a representative ends by itself; a manager's does not.",
    )

    is_outdated = fields.Boolean(
        readonly=True,
        help="It ended because the case changed, and nobody decided what it asked.",
    )

    _one_open_per_reason = models.UniqueIndex(
        "(case_id, reason) WHERE date_end IS NULL",
        "This case is held for this reason already.",
    )

    def action_release(self):
        """Lift these holds only."""
        open_freezes = self.filtered(lambda f: not f.date_end)
        open_freezes.case_id._check_release_note(open_freezes, None)
        for freeze in open_freezes:
            freeze.case_id._check_may_act(release=True)
            freeze.case_id._release(reasons=[freeze.reason])
        return True
