from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._refresh_reminder_cases()
        return partials

    def unlink(self):
        partners = self._get_reminder_partners()
        result = super().unlink()
        self.env["payment.reminder.case"]._refresh_after_commit(partners)
        return result

    def _refresh_reminder_cases(self):
        """Every way of paying ends in a matching: let the cases look after it."""
        self.env["payment.reminder.case"]._refresh_after_commit(
            self._get_reminder_partners()
        )

    def _get_reminder_partners(self):
        lines = self.sudo().debit_move_id.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        return lines.partner_id
