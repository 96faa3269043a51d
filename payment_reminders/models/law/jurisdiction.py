from itertools import count

from odoo import api, fields, models
from odoo.tools.misc import format_date, formatLang

from ...rules import fees, interest, linter, statute
from ...tools.money import format_code
from . import linter_messages as texts


class PaymentReminderJurisdiction(models.Model):
    """The statutory limits of one country.

    The figures are dated rows with their paragraph; what is contested or only recalled
    is a setting with a careful default and stands in words in ``doubts``.
    """

    _name = "payment.reminder.jurisdiction"
    _description = "Law on Late Payment"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    country_id = fields.Many2one(
        "res.country",
        ondelete="restrict",
        help="Its public holidays count. Empty: weekends only.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the law",
        required=True,
        ondelete="restrict",
    )
    day_count = fields.Selection(
        [
            ("actual/actual", "Days, 366 in leap years"),
            ("actual/365", "Days, always 365 a year"),
            ("actual/360", "Days, 360 a year"),
            ("30/360", "Months of 30 days"),
        ],
        required=True,
        default="actual/actual",
    )
    weekend_rule = fields.Selection(
        [
            ("shift", "Moves to the next banking day"),
            ("ignore", "Stays where it is"),
        ],
        string="Due date on a weekend",
        required=True,
        default="shift",
    )
    compounding = fields.Selection(
        [("none", "Simple"), ("yearly", "Joins the principal each full year")],
        string="Interest",
        required=True,
        default="none",
    )
    payment_order = fields.Selection(
        [
            ("costs_first", "Costs, interest, principal"),
            ("interest_first", "Interest, costs, principal"),
            ("principal_first", "Principal, interest, costs"),
        ],
        string="A payment settles",
        required=True,
        default="principal_first",
    )
    accept_derived_rates = fields.Boolean(
        string="Accept computed rates",
        help="Claim interest by rates too that were computed from others and not read "
        "at their publisher.",
    )
    compensation_includes_fees = fields.Boolean(
        string="Lump sum includes fees",
        default=True,
        help="The lump sum and the fees count against each other.",
    )
    consumer_margin_fixed = fields.Boolean(
        string="Consumer interest is fixed",
        default=True,
        help="A consumer cannot be asked for more than the statutory interest.",
    )
    rate_choice = fields.Selection(
        [
            (statute.EACH_DAY, "The rate of each day"),
            (statute.PAYMENT_DAY, "The rate of the day of payment, for all days"),
        ],
        string="Which rate counts",
        required=True,
        default=statute.EACH_DAY,
    )
    convert_on = fields.Selection(
        [
            (statute.NOTICE_DAY, "the day of the notice"),
            (statute.DUE_DATE, "the due date"),
            (statute.MONTH_END_BEFORE_DUE, "the last day of the month before it"),
            (statute.HALF_YEAR_BEFORE_DUE, "the first day of its half-year"),
        ],
        string="Lump sum converted by the rate of",
        required=True,
        default=statute.NOTICE_DAY,
        help="For a claim in another currency than the lump sum.",
    )
    reviewed_until = fields.Date(
        help="Until when these rules were read and found to hold. Managers are told "
        "60, 30 and 7 days before. After it, notices with a fee wait for a manager's "
        "yes. Empty: no end."
    )
    answer_days = fields.Integer(
        string="Days to answer",
        help="In which a customer's question wants an answer. 0: what the company "
        "sets.",
    )
    post_days = fields.Integer(
        string="Days for the post",
        default=3,
        help="Added to the deadline of a notice that goes by letter, since some read "
        "the law as counting from receipt.",
    )
    fee_ids = fields.One2many(
        "payment.reminder.jurisdiction.fee",
        "jurisdiction_id",
        string="Notices and fees",
        copy=True,
    )
    margin_ids = fields.One2many(
        "payment.reminder.jurisdiction.margin",
        "jurisdiction_id",
        string="Interest margins",
        copy=True,
    )
    compensation_ids = fields.One2many(
        "payment.reminder.jurisdiction.compensation",
        "jurisdiction_id",
        string="Lump sums",
        copy=True,
    )
    limitation_years_person = fields.Integer(
        string="Years, consumers", help="0: not known."
    )
    limitation_years_company = fields.Integer(
        string="Years, businesses", help="0: not known."
    )
    limitation_start = fields.Selection(
        [
            ("due_date", "the due date"),
            ("claim_date", "the day on which the debt arose"),
            ("year_end", "the end of the year of the due date"),
        ],
        string="Limitation counts from",
        required=True,
        default="due_date",
    )
    limitation_by_acknowledgement = fields.Boolean(
        string="Acknowledgement", default=True
    )
    limitation_by_legal_step = fields.Boolean(string="Legal steps", default=True)
    limitation_by_part_payment = fields.Boolean(string="Part payment")
    limitation_by_written_demand = fields.Boolean(string="Written demand")
    limitation_by_bankruptcy_filing = fields.Boolean(string="Filing in bankruptcy")
    limitation_source = fields.Char()
    doubts = fields.Text(
        translate=True,
        help="What is contested or was not found, and which careful choice stands for "
        "it above. One a line.",
    )
    sources = fields.Text(
        translate=True, help="Where the figures were read. One a line."
    )
    reference_ids = fields.Many2many(
        "payment.reminder.reference",
        string="Reference rates",
        compute="_compute_reference_ids",
    )
    rate_warning = fields.Text(compute="_compute_rate_warning")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is a law with this code already."
    )
    _numbers_not_negative = models.Constraint(
        "CHECK(post_days >= 0 AND answer_days >= 0 AND limitation_years_person >= 0 "
        "AND limitation_years_company >= 0)",
        "Days and years cannot be negative.",
    )

    @api.depends("margin_ids.reference_id")
    def _compute_reference_ids(self):
        for jurisdiction in self:
            jurisdiction.reference_ids = jurisdiction.margin_ids.reference_id

    @api.depends(
        "accept_derived_rates",
        "margin_ids.reference_id.rate_ids.date",
        "margin_ids.reference_id.rate_ids.status",
    )
    @api.depends_context("lang")
    def _compute_rate_warning(self):
        warnings = self._get_rate_warnings()
        for jurisdiction in self:
            jurisdiction.rate_warning = "\n".join(warnings.get(jurisdiction, []))

    def copy_data(self, default=None):
        # EXTENDS base
        vals_list = super().copy_data(default)
        if default and "code" in default:
            return vals_list
        everything = self.with_context(active_test=False)
        taken = set(everything.search([("code", "like", "-")]).mapped("code"))
        for jurisdiction, vals in zip(self, vals_list, strict=True):
            codes = (f"{jurisdiction.code}-{number}" for number in count(2))
            vals["code"] = next(code for code in codes if code not in taken)
            taken.add(vals["code"])
            vals["name"] = self.env._("%s (copy)", jurisdiction.name)
        return vals_list

    # -- the pure side -----------------------------------------------------------------

    def _get_statute(self):
        """Return this law as :class:`rules.statute.Statute`, a snapshot; none: None.

        Called in a loop over a recordset it reads all rows of all of them at once.
        """
        if not self:
            return None
        self.ensure_one()
        return statute.Statute(
            code=self.code,
            country=self.country_id.code or "",
            currency=self.currency_id.name,
            day_count=self.day_count,
            weekend_rule=self.weekend_rule,
            compounding=self.compounding,
            payment_order=self.payment_order,
            fee_rules=tuple(row._get_rule() for row in self.fee_ids),
            margin_rules=tuple(row._get_rule() for row in self.margin_ids),
            compensation_rules=tuple(row._get_rule() for row in self.compensation_ids),
            compensation_includes_fees=self.compensation_includes_fees,
            consumer_margin_fixed=self.consumer_margin_fixed,
            post_days=self.post_days,
            limitation=self._get_limitation(),
            rate_choice=self.rate_choice,
            convert_on=self.convert_on,
            reviewed_until=self.reviewed_until or None,
            answer_days=self.answer_days,
            doubts=tuple(filter(None, (self.doubts or "").splitlines())),
            sources=tuple(filter(None, (self.sources or "").splitlines())),
        )

    def _get_limitation(self):
        """Return :class:`rules.statute.Limitation`, or None when no years are known."""
        self.ensure_one()
        if not (self.limitation_years_person or self.limitation_years_company):
            return None
        breaks = {
            "acknowledgement": self.limitation_by_acknowledgement,
            "legal_step": self.limitation_by_legal_step,
            "part_payment": self.limitation_by_part_payment,
            "written_demand": self.limitation_by_written_demand,
            "bankruptcy_filing": self.limitation_by_bankruptcy_filing,
        }
        return statute.Limitation(
            years_person=self.limitation_years_person,
            years_company=self.limitation_years_company,
            start=self.limitation_start,
            broken_by=frozenset(code for code, is_break in breaks.items() if is_break),
            source=self.limitation_source or "",
        )

    def _get_rate_tables(self):
        """Return {jurisdiction: {reference code: tuple of rates}}, in one query.

        A rate that the jurisdiction does not accept is an unknown one, and so is what
        follows the half-year of the last rate: nothing is extrapolated.
        """
        tables = self.env["payment.reminder.rate"]._get_tables(
            self.margin_ids.reference_id
        )
        return {
            jurisdiction: {
                reference.code: jurisdiction._to_rates(tables[reference])
                for reference in jurisdiction.margin_ids.reference_id
            }
            for jurisdiction in self
        }

    def _to_rates(self, rows):
        """Return rows of (date, percent, status) as closed :class:`interest.Rate`."""
        accepted = {"verified"}
        if self.accept_derived_rates:
            accepted.add("derived")
        return interest.close_rates(
            [
                interest.Rate(date, percent, known=status in accepted)
                for date, percent, status in rows
            ]
        )

    def _get_fee_spacing_days(self, debtor_kind="company", on=None):
        """Return the days between a letter and the next one with a fee.

        :param debtor_kind: person or company
        """
        self.ensure_one()
        return fees.fee_spacing_days(
            self._get_statute(), debtor_kind, on or fields.Date.context_today(self)
        )

    # -- missing rates -----------------------------------------------------------------

    def _check_current_rates(self, on=None):
        """Return {jurisdiction: references without an accepted rate on a day}.

        :param on: the day, today by default. Called on an empty recordset it looks at
            all laws that are not archived.
        """
        on = on or fields.Date.context_today(self)
        jurisdictions = self or self.search([("active", "=", True)])
        found = {
            jurisdiction: self.env["payment.reminder.reference"].union(
                *(
                    reference
                    for reference, rates in used.items()
                    if not interest.is_known(on, rates)
                )
            )
            for jurisdiction, used in jurisdictions._get_rates_in_use(on).items()
        }
        return {law: references for law, references in found.items() if references}

    def _get_rates_in_use(self, on):
        """Return {jurisdiction: {reference: its rates}} of what is needed on a day."""
        tables = self._get_rate_tables()
        used = {}
        for jurisdiction in self:
            law = jurisdiction._get_statute()
            codes = {
                rule.reference
                for debtor in statute.DEBTORS
                if (rule := law.margin_rule(debtor, on))
            }
            used[jurisdiction] = {
                reference: tables[jurisdiction][reference.code]
                for reference in jurisdiction.margin_ids.reference_id
                if reference.code in codes
            }
        return used

    def _get_rate_warnings(self, on=None):
        """Return {jurisdiction: sentences for whoever has to enter a rate}."""
        on = on or fields.Date.context_today(self)
        return {
            jurisdiction: [
                jurisdiction._describe_missing_rate(reference, on)
                for reference in references
            ]
            for jurisdiction, references in self._check_current_rates(on).items()
        }

    def _describe_missing_rate(self, reference, on):
        """Return that a rate which this law needs is missing in a half-year."""
        self.ensure_one()
        return self.env._(
            "%(law)s: no verified rate of “%(reference)s” for the half-year "
            "from %(date)s. Until it is entered no interest is claimed for "
            "these days.",
            law=self.name,
            reference=reference.name,
            date=format_date(self.env, interest.half_year_start(on)),
        )

    # -- ladders -----------------------------------------------------------------------

    def _lint(self, ladder, on=None, names=()):
        """Check a ladder against this law.

        :param ladder: :class:`rules.linter.Ladder`, or its steps alone
        :param names: what the steps are called; without them they are counted
        :return: (errors, warnings), sentences in the user's language
        """
        self.ensure_one()
        if not isinstance(ladder, linter.Ladder):
            ladder = linter.Ladder(tuple(ladder))
        breaches = linter.lint(
            ladder, self._get_statute(), on or fields.Date.context_today(self)
        )
        sentences = {linter.ERROR: [], linter.WARNING: []}
        for breach in breaches:
            sentences[breach.level].append(self._get_breach_text(breach, names))
        return sentences[linter.ERROR], sentences[linter.WARNING]

    def _get_breach_text(self, breach, names):
        """Return one sentence: which step, what is wrong, by which paragraph."""
        self.ensure_one()
        params = {
            name: self._format_breach_value(name, value)
            for name, value in breach.params.items()
        }
        message = self.env._(texts.MESSAGES[breach.code])
        line = self.env._(texts.LINE_WITH_SOURCE if breach.source else texts.LINE)
        return line % {
            "step": f"“{names[breach.step]}”"
            if names
            else self.env._("Step %s", breach.step + 1),
            "message": (message % params).removesuffix("."),
            "source": breach.source,
        }

    def _format_breach_value(self, name, value):
        if name in ("fee", "cap"):
            return format_code(self.env, value, self.currency_id)
        if name == "points":
            return formatLang(self.env, float(value), digits=2)
        if name == "debtor":
            return self.env._(texts.DEBTORS[value])
        return value
