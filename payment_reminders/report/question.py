from odoo import fields, models
from odoo.tools import SQL

from ..tools.selections import labels_of


class PaymentReminderReportQuestion(models.Model):
    """Customers' questions, and how long they waited for an answer."""

    _name = "payment.reminder.report.question"
    _inherit = "payment.reminder.report"
    _description = "Questions by Kind and Time to Answer"
    _auto = False
    _order = "date_asked desc, id desc"
    _rec_name = "query_id"
    _depends = {
        "payment.reminder.query": ["kind", "state", "date_asked", "date_answered"],
        "payment.reminder.case": ["company_id", "partner_id", "user_id"],
    }

    query_id = fields.Many2one("payment.reminder.query", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    kind = fields.Selection(
        selection=labels_of("payment.reminder.query", "kind"),
        readonly=True,
    )
    state = fields.Selection(
        selection=labels_of("payment.reminder.query", "state"),
        readonly=True,
    )
    date_asked = fields.Datetime(string="Asked", readonly=True)
    date_answered = fields.Datetime(string="Answered", readonly=True)
    days_to_answer = fields.Float(
        string="Days to answer",
        readonly=True,
        aggregator="avg",
        help="Of those that have an answer.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT query.id, query.id AS query_id, state.company_id, query.case_id,
                   state.partner_id, state.user_id, query.kind, query.state,
                   query.date_asked, query.date_answered,
                   EXTRACT(EPOCH FROM query.date_answered - query.date_asked) / 86400
                       AS days_to_answer
              FROM payment_reminder_query query
              JOIN payment_reminder_case state ON state.id = query.case_id
            """
        )
