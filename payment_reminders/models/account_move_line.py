from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Serves payment.reminder.facts._get_credits_query: open credits are few.
    _reminder_credit_idx = models.Index(
        "(account_id, partner_id) WHERE reconciled IS NOT TRUE AND amount_residual < 0"
        " AND parent_state = 'posted'"
    )
