from odoo import api, fields, models


class PaymentReminderQuery(models.Model):
    """A customer's question. While it is open, nothing is sent."""

    _name = "payment.reminder.query"
    _description = "Customer Question"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    case_id = fields.Many2one(
        "payment.reminder.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id")
    move_ids = fields.Many2many("account.move", string="Invoices")
    kind = fields.Selection(
        [
            ("amount", "Wrong amount"),
            ("paid", "Already paid"),
            ("delivery", "Goods or service missing"),
            ("recipient", "Wrong recipient"),
            ("time", "Needs more time"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    description = fields.Text()
    state = fields.Selection(
        [("open", "Open"), ("answered", "Answered"), ("closed", "Closed")],
        default="open",
        required=True,
        tracking=True,
    )
    outcome = fields.Selection(
        [
            ("agreed", "Agreed"),
            ("not_agreed", "Not agreed"),
            ("paid", "Found as paid"),
            ("more_time", "More time given"),
        ],
        tracking=True,
    )

    @api.depends("kind", "case_id")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for query in self:
            query.name = f"{query.case_id.name or ''} · {labels.get(query.kind, '')}"

    @api.model_create_multi
    def create(self, vals_list):
        queries = super().create(vals_list)
        for query in queries.filtered(lambda q: q.state != "closed"):
            query.case_id._freeze("query")
        return queries

    def action_close(self, outcome=None):
        """Close these questions; their case stays on hold until it is released."""
        self.write({"state": "closed", **({"outcome": outcome} if outcome else {})})
        return True
