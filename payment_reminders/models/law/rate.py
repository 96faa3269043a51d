from odoo import api, fields, models
from odoo.tools.misc import format_date, formatLang

from ...rules import interest, statute


class PaymentReminderReference(models.Model):
    """A series of reference rates, such as the lending rate of a central bank."""

    _name = "payment.reminder.reference"
    _description = "Reference Rate Series"
    _order = "code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    country_id = fields.Many2one("res.country", ondelete="restrict")
    rhythm = fields.Selection(
        [
            (statute.HALF_YEAR, "Each half-year"),
            (statute.MONTH, "Each month"),
            (statute.CONSTANT, "Only when the law changes"),
        ],
        string="Set anew",
        required=True,
        default=statute.HALF_YEAR,
        help="The last rate holds to the end of its half-year or month; for the days "
        "after it no interest is claimed until the next one is entered.",
    )
    rate_ids = fields.One2many("payment.reminder.rate", "reference_id", string="Rates")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is a reference rate with this code already."
    )


class PaymentReminderRate(models.Model):
    """A reference rate with the date from which it holds.

    It holds until the next one of its series; the last one holds to the end of its
    half-year (or month, by the rhythm of the series) and not a day longer, since the
    statutes look the rate up anew then.
    """

    _name = "payment.reminder.rate"
    _description = "Reference Rate"
    _inherit = ["payment.reminder.law.row"]
    _order = "reference_id, date desc"

    reference_id = fields.Many2one(
        "payment.reminder.reference",
        string="Reference rate",
        required=True,
        index=True,
        ondelete="restrict",
    )
    country_id = fields.Many2one(related="reference_id.country_id", store=True)
    date = fields.Date(
        string="Valid from",
        required=True,
        default=lambda self: self._default_date(),
    )
    percent = fields.Float(
        string="Percent a year",
        digits=(16, 4),
        required=True,
        aggregator=None,
        help="May be negative. For a series of total rates the margin is part of it.",
    )
    status = fields.Selection(
        [
            ("verified", "Verified"),
            ("derived", "Computed"),
            ("recalled", "Not verified"),
        ],
        required=True,
        default="verified",
        help="Interest is claimed by verified rates only; by computed ones too where "
        "the law is set up so. Set this to verified when you have read the rate at "
        "its publisher.",
    )
    source = fields.Char(
        required=True,
        translate=True,
        help="Where the rate was read, so that others can check it.",
    )

    _reference_date_uniq = models.Constraint(
        "UNIQUE(reference_id, date)",
        "There is a rate of this series with this date already. Change that one.",
    )

    @api.model
    def _default_date(self):
        return interest.half_year_start(fields.Date.context_today(self))

    @api.depends("reference_id", "date", "percent")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = self.env._(
                "%(reference)s from %(date)s: %(percent)s %%",
                reference=rate.reference_id.name or "",
                date=format_date(self.env, rate.date) if rate.date else "",
                percent=formatLang(self.env, rate.percent, digits=2),
            )

    @api.model
    def _get_key_fields(self):
        return ["reference_id", "date"]

    @api.model
    def _get_tables(self, references):
        """Return {reference: [(date, percent, status)]}, oldest first, in one query.

        :param references: payment.reminder.reference records
        """
        tables = {reference: [] for reference in references}
        for rate in self.search([("reference_id", "in", references.ids)], order="date"):
            tables[rate.reference_id].append(
                (rate.date, self._to_decimal(rate.percent), rate.status)
            )
        return tables
