from odoo import api, fields, models


class PaymentReminderPlan(models.Model):
    """An agreed payment plan over a case. While it is kept, nothing is sent."""

    _name = "payment.reminder.plan"
    _description = "Payment Plan"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    case_id = fields.Many2one(
        "payment.reminder.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("active", "Active"),
            ("kept", "Kept"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        tracking=True,
    )
    instalment_ids = fields.One2many("payment.reminder.instalment", "plan_id")
    amount_total = fields.Monetary(compute="_compute_amount_total")
    approved_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("case_id")
    def _compute_name(self):
        for plan in self:
            plan.name = self.env._("Plan %s", plan.case_id.name or "")

    @api.depends("instalment_ids.amount")
    def _compute_amount_total(self):
        for plan in self:
            plan.amount_total = sum(plan.instalment_ids.mapped("amount"))

    def action_approve(self):
        """Approve these plans: their cases pause from now on."""
        self.env["payment.reminder.ladder"]._check_manager()
        for plan in self.filtered(lambda p: p.state == "proposed"):
            plan.write({"state": "active", "approved_by_id": self.env.uid})
            plan.case_id._freeze("plan")
        return True

    def action_cancel(self):
        """End these plans; their cases stay on hold until they are released."""
        self.env["payment.reminder.ladder"]._check_manager()
        self.filtered(lambda p: p.state in ("proposed", "active")).write(
            {"state": "cancelled"}
        )
        return True

    @api.model
    def _cron_plans(self):
        """Look at the plans in force (hook for the tracking of instalments)."""
