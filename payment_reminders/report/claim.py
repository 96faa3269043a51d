from odoo import fields, models
from odoo.tools import SQL


class PaymentReminderReportClaim(models.Model):
    """The claim ledger: fees, interest and lump sums, and what became of them."""

    _name = "payment.reminder.report.claim"
    _inherit = "payment.reminder.report"
    _description = "Fees and Interest: claimed, collected, waived"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "case_id"
    _depends = {
        "payment.reminder.claim.line": ["case_id", "kind", "amount", "date", "settles"],
        "payment.reminder.case": ["company_id", "currency_id", "partner_id", "user_id"],
        "payment.reminder": ["step_id"],
    }

    currency_id = fields.Many2one("res.currency", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    step_id = fields.Many2one("payment.reminder.step", readonly=True)
    date = fields.Date(readonly=True)
    cost = fields.Selection(
        [
            ("fee", "Fee"),
            ("interest", "Interest"),
            ("compensation", "Compensation"),
            ("any", "By the order of the law"),
        ],
        readonly=True,
    )
    claimed = fields.Monetary(readonly=True)
    collected = fields.Monetary(readonly=True)
    waived = fields.Monetary(readonly=True)
    moved = fields.Monetary(string="Moved to an invoice", readonly=True)
    gone_along = fields.Monetary(string="Went along to a service", readonly=True)
    amount = fields.Monetary(string="Still open", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, state.company_id, state.currency_id, line.case_id,
                   state.partner_id, state.user_id, notice.step_id, line.date,
                   CASE WHEN line.kind IN ('payment', 'waiver', 'transfer', 'handover')
                        THEN COALESCE(line.settles, 'any') ELSE line.kind END AS cost,
                   CASE WHEN line.kind IN ('fee', 'interest', 'compensation')
                        THEN line.amount ELSE 0 END AS claimed,
                   CASE WHEN line.kind = 'payment'
                        THEN -line.amount ELSE 0 END AS collected,
                   CASE WHEN line.kind = 'waiver'
                        THEN -line.amount ELSE 0 END AS waived,
                   CASE WHEN line.kind = 'transfer'
                        THEN -line.amount ELSE 0 END AS moved,
                   CASE WHEN line.kind = 'handover'
                        THEN -line.amount ELSE 0 END AS gone_along,
                   line.amount
              FROM payment_reminder_claim_line line
              JOIN payment_reminder_case state ON state.id = line.case_id
              LEFT JOIN payment_reminder notice ON notice.id = line.reminder_id
            """
        )
