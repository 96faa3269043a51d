from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Days for which an invoice is likely to be held.
USUAL_DAYS = 14
#: {model: how its records lead to the invoices that they are about}
SOURCES = {
    "account.move": lambda records: records,
    "payment.reminder": lambda records: records.line_ids.move_id,
    "payment.reminder.item": lambda records: records.move_id,
}


class PaymentReminderInvoiceHoldWizard(models.TransientModel):
    """Asks until when, and why, single invoices are held."""

    _name = "payment.reminder.invoice.hold.wizard"
    _description = "Hold Single Invoices"

    # A rep has no rights on invoices, but on the cases in which they are.
    move_ids = fields.Many2many(
        "account.move", string="Invoices", readonly=True, groups=fields.NO_ACCESS
    )
    names = fields.Char(string="For", readonly=True)
    date = fields.Date(
        string="Until",
        required=True,
        default=lambda self: fields.Date.add(
            fields.Date.context_today(self), days=USUAL_DAYS
        ),
    )
    reason = fields.Char()

    @api.model
    def _open(self, records):
        """Open the dialog for what invoices, notices or due items are about."""
        self.check_access("create")
        records.check_access("read")
        # Who may read a notice or a due item may know which invoices it is about.
        moves = SOURCES[records._name](records.sudo())
        if not moves:
            raise UserError(self.env._("There is no invoice to hold."))
        wizard = self.sudo().create(
            {
                "move_ids": [Command.set(moves.ids)],
                "names": ", ".join(moves.mapped("name")),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold Invoices"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_hold(self):
        """Hold these invoices; the others of their customers go on."""
        self.ensure_one()
        self.check_access("read")
        # What the dialog was opened for; whether that may be held is judged there.
        moves = self.env["account.move"].browse(self.sudo().move_ids.ids)
        moves.action_hold_reminders(self.date, (self.reason or "").strip())
        return {"type": "ir.actions.act_window_close"}
