from odoo import fields, models


class PaymentReminderCallWizard(models.TransientModel):
    """Notes what a customer asked on the phone, which holds the case."""

    _name = "payment.reminder.call.wizard"
    _description = "Note What a Customer Asked"

    case_id = fields.Many2one("payment.reminder.case", required=True, readonly=True)
    # With the rights of the user: the dialog opens no case of somebody else.
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", related_sudo=False
    )
    kind = fields.Selection(
        selection=lambda self: self.env["payment.reminder.query"]
        ._fields["kind"]
        ._description_selection(self.env),
        string="About",
        required=True,
        default="other",
    )
    description = fields.Text(string="What was asked")

    def action_note(self):
        """Note the question in the name of whoever called."""
        self.ensure_one()
        self.check_access("read")
        self.case_id._note_question(self.kind, (self.description or "").strip())
        return {"type": "ir.actions.act_window_close"}
