from odoo import api, fields, models

from odoo.addons.payment_reminders.rules.sms import is_stop


class PaymentReminderInboundLinkWizard(models.TransientModel):
    """Asks whose SMS it is, and puts it to that customer's case."""

    _name = "payment.reminder.inbound.link.wizard"
    _description = "Link an Incoming SMS to a Customer"

    inbound_id = fields.Many2one(
        "payment.reminder.inbound",
        string="SMS",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    # With the rights of the user: the dialog opens no SMS of another company.
    company_id = fields.Many2one(related="inbound_id.company_id", related_sudo=False)
    number = fields.Char(related="inbound_id.number", related_sudo=False)
    text = fields.Text(compute="_compute_text")
    partner_id = fields.Many2one("res.partner", string="Customer")
    effect = fields.Char(compute="_compute_effect")

    @api.depends("inbound_id")
    def _compute_text(self):
        for wizard in self:
            texts = wizard.inbound_id._get_alike().mapped(lambda row: row.text or "")
            wizard.text = "\n\n".join(texts)

    @api.depends("partner_id")
    def _compute_effect(self):
        Case = self.env["payment.reminder.case"]
        for wizard in self:
            case = Case._find_open_cases(wizard.company_id, wizard.partner_id)
            case = case._pick_one_of_each()
            if not wizard.partner_id:
                wizard.effect = False
            elif case and is_stop(wizard.text or ""):
                wizard.effect = self.env._(
                    "Nothing is put on hold: whoever is responsible for %s is told "
                    "that this number wants no SMS.",
                    case.name,
                )
            elif case:
                wizard.effect = self.env._(
                    "From now on nothing is sent about %s, until it is answered.",
                    case.name,
                )
            else:
                wizard.effect = self.env._(
                    "Nothing of this customer is overdue: the text is kept with the "
                    "contact."
                )

    def action_link(self):
        """Put the texts of that number to the customer, and open what came of it."""
        self.ensure_one()
        self.check_access("read")
        self.inbound_id.check_access("read")
        self.partner_id.check_access("read")
        case = self.inbound_id._link(self.partner_id)
        if not case:
            return {"type": "ir.actions.act_window_close"}
        return self.env["payment.reminder.case"].browse(case.id)._get_records_action()
