"""Says what crediting or writing off does to a case, before it is done."""

from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_reminder_effect(self):
        """Return what crediting or writing off these invoices does to their cases."""
        # Who may credit an invoice may know that it is being chased.
        cases = self.sudo().reminder_case_id.filtered(lambda c: c.state != "closed")
        if not cases:
            return False
        waiting = cases._find_open_notices()
        sentences = [
            self.env._(
                "Reminders are being sent about this (%s).",
                ", ".join(cases.mapped("name")),
            ),
            self.env._(
                "If nothing is left, the case closes, and its open fees and interest "
                "are settled as the ladder says. If a part is left, the case is put on "
                "hold until a manager has looked at the rest."
            ),
        ]
        if waiting:
            sentences.append(
                self.env._("A reminder that waits in the queue is cancelled.")
            )
        return " ".join(sentences)


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    reminder_effect = fields.Char(compute="_compute_reminder_effect")

    @api.depends("move_ids")
    def _compute_reminder_effect(self):
        for wizard in self:
            wizard.reminder_effect = wizard.move_ids._get_reminder_effect()


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    reminder_effect = fields.Char(compute="_compute_reminder_effect")

    @api.depends("line_ids")
    def _compute_reminder_effect(self):
        for wizard in self:
            wizard.reminder_effect = wizard.line_ids.move_id._get_reminder_effect()
