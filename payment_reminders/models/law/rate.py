from pathlib import Path

from lxml import etree

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare
from odoo.tools.misc import file_path, format_date, formatLang

from ...rules import interest, rate_watch, statute

SHIPPED = "payment_reminders/data/payment_reminder_rate_data.xml"
COUNTRIES = "payment_reminders/data/country"
#: How sure a rate is, the least first.
STATUSES = ("recalled", "derived", "verified")


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
    url = fields.Char(
        string="Published at", help="The page of the publisher, to look a rate up."
    )
    rate_ids = fields.One2many("payment.reminder.rate", "reference_id", string="Rates")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is a reference rate with this code already."
    )

    @api.model
    def _fill_in_links(self, urls):
        """Say where the rates of series are published, where nobody has said it.

        :param urls: {code: address}
        """
        for reference in self.search([("code", "in", list(urls)), ("url", "=", False)]):
            reference.url = urls[reference.code]

    def _describe_end(self, end):
        """Return that the last rate of this series runs out.

        :param end: the last day for which it holds
        """
        self.ensure_one()
        return self.env._(
            "%(reference)s: the rate runs out on %(last)s. The next one is published "
            "about then; until it is entered no interest is claimed for the days "
            "after.",
            reference=self.name,
            last=format_date(self.env, end),
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

    @api.model
    def _enter(self, reference, date, text):
        """Write down the rate that somebody has read; return it.

        :param date: from which it holds
        :param text: percent a year, as it was typed
        """
        percent = rate_watch.parse_percent(text)
        if percent is None:
            raise UserError(
                self.env._(
                    "“%s” is no rate. Enter percent a year, such as 2.00 or -0.35.",
                    text,
                )
            )
        source = (
            self.env._("%s, entered by hand", reference.url)
            if reference.url
            else self.env._("Entered by hand")
        )
        vals = {"percent": float(percent), "status": "verified", "source": source}
        there = self.search([("reference_id", "=", reference.id), ("date", "=", date)])
        if there:
            there.write(vals)
            return there
        return self.create({**vals, "reference_id": reference.id, "date": date})

    # -- what a later version knows better ---------------------------------------------

    @api.model
    def _take_over_shipped(self):
        """Raise the rows of which a later version of the addon is surer, at an update.

        Rates are not updated by Odoo, since people enter them. A row that a person has
        written is theirs, whatever its status; so is one with another figure.
        """
        shipped = self._read_shipped()
        owns = self.env["ir.model.data"].search(
            [
                ("module", "=", "payment_reminders"),
                ("model", "=", self._name),
                ("name", "in", list(shipped)),
            ]
        )
        unsure = self.search(
            [
                ("id", "in", owns.mapped("res_id")),
                ("status", "!=", "verified"),
                ("write_uid", "=", SUPERUSER_ID),
            ]
        )
        names = {own.res_id: own.name for own in owns}
        for rate in unsure:
            rate._take_over(shipped[names[rate.id]])

    def _take_over(self, values):
        """Raise one row to the status that ships, with its source."""
        self.ensure_one()
        status = values.get("status", "verified")
        is_same = not float_compare(
            self.percent, float(values["percent"]), precision_digits=4
        )
        if not is_same or STATUSES.index(status) <= STATUSES.index(self.status):
            return
        source = values["source"]
        self.with_context(lang="en_US").write({"status": status, "source": source})
        # What the older source was called in other languages; the new one's follows.
        others = {code for code, _name in self.env["res.lang"].get_installed()}
        if others := others - {"en_US"}:
            self.update_field_translations("source", dict.fromkeys(others, False))

    @api.model
    def _read_shipped(self):
        """Return {name of the XML id: {field: text}} of the rates that ship."""
        files = [Path(file_path(SHIPPED)), *Path(file_path(COUNTRIES)).glob("*.xml")]
        return {
            record.get("id"): {
                field.get("name"): field.text for field in record.iter("field")
            }
            for path in files
            for record in etree.parse(path).iter("record")
            if record.get("model") == self._name
        }
