from odoo import api, fields, models


class PaymentReminderSimulationNotice(models.Model):
    """One notice that a ladder would have sent; nobody ever gets it."""

    _name = "payment.reminder.simulation.notice"
    _description = "Payment Reminder What-If Notice"
    _order = "date, id"
    _rec_name = "step_name"

    simulation_id = fields.Many2one(
        "payment.reminder.simulation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        readonly=True,
        ondelete="cascade",
        context={"active_test": False},
    )
    step_id = fields.Many2one(
        "payment.reminder.step",
        string="Step of the ladder",
        readonly=True,
        ondelete="set null",
    )
    step_rank = fields.Integer(string="Number of the step", readonly=True)
    step_name = fields.Char(string="Step", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="cascade"
    )
    date = fields.Date(string="Would have left on", readonly=True)
    weekday = fields.Selection("_get_weekdays", readonly=True)
    invoice_count = fields.Integer(string="Invoices", readonly=True)
    paid_anyway = fields.Integer(
        string="Paid within two days anyway",
        readonly=True,
        help="1 when everything on the notice was paid within two days of it.",
    )
    amount_principal = fields.Monetary(string="Open", readonly=True)
    amount_fee = fields.Monetary(string="Fee", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_compensation = fields.Monetary(string="Compensation", readonly=True)

    @api.model
    def _get_weekdays(self):
        return [
            ("0", self.env._("Monday")),
            ("1", self.env._("Tuesday")),
            ("2", self.env._("Wednesday")),
            ("3", self.env._("Thursday")),
            ("4", self.env._("Friday")),
            ("5", self.env._("Saturday")),
            ("6", self.env._("Sunday")),
        ]
