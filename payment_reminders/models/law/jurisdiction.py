from datetime import date
from itertools import count

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang

from ...rules import fees, interest, linter, statute
from ...tools.money import format_code
from . import linter_messages as texts

#: So many days before the end of a review managers are told.
DAYS_BEFORE_END = (60, 30, 7)
ACTIVITY = "payment_reminders.mail_activity_review_law"


class PaymentReminderJurisdiction(models.Model):
    """The statutory limits of one country.

    The figures are dated rows with their paragraph; what is contested or only recalled
    is a setting with a careful default and stands in words in ``doubts``.
    """

    _name = "payment.reminder.jurisdiction"
    _description = "Law on Late Payment"
    _inherit = ["mail.thread", "mail.activity.mixin"]
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
        tracking=True,
        help="Until when these rules were read and found to hold. Managers are told "
        "60, 30 and 7 days before. After it, notices with a fee wait for a manager's "
        "yes. Empty: no end.",
    )
    review_warned_for = fields.Char(
        copy=False, help="Of which end, and how many days before it, managers know."
    )
    is_review_set = fields.Boolean(
        copy=False, help="The first day of an end came with the addon."
    )
    review_warning = fields.Text(compute="_compute_review_warning")
    is_ban_announced = fields.Boolean(compute="_compute_review_warning")
    answer_days = fields.Integer(
        string="Days to answer",
        help="In which a customer's question wants an answer, where that is sooner "
        "than what the company sets. 0: the law does not say.",
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

    @api.depends("reviewed_until", "fee_ids.is_signalled", "fee_ids.valid_from")
    @api.depends_context("lang")
    def _compute_review_warning(self):
        today = fields.Date.context_today(self)
        for jurisdiction in self:
            sentences = [
                jurisdiction._describe_end(today),
                *jurisdiction._describe_announced(today),
            ]
            jurisdiction.review_warning = "\n".join(filter(None, sentences))
            jurisdiction.is_ban_announced = len(sentences) > 1

    def write(self, vals):
        # EXTENDS base
        result = super().write(vals)
        if vals.get("reviewed_until"):
            # Nothing is left to do of what managers were told of the old end.
            self.sudo().activity_unlink([ACTIVITY])
            self._look_again()
        return result

    def _look_again(self):
        """Have the guard asked soon about what waits in the queue, not in an hour."""
        # While the addon is installed there is no such job yet, and nothing waits.
        cron = self.env.ref("payment_reminders.ir_cron_propose", False)
        if cron:
            cron.sudo()._trigger()

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
                reference.code: jurisdiction._to_rates(
                    tables[reference], reference.rhythm
                )
                for reference in jurisdiction.margin_ids.reference_id
            }
            for jurisdiction in self
        }

    def _to_rates(self, rows, rhythm=statute.HALF_YEAR):
        """Return rows of (date, percent, status) as closed :class:`interest.Rate`."""
        accepted = {"verified"}
        if self.accept_derived_rates:
            accepted.add("derived")
        return interest.close_rates(
            [
                interest.Rate(day, percent, known=status in accepted)
                for day, percent, status in rows
            ],
            rhythm,
        )

    def _get_fee_spacing_days(self, debtor_kind="company", on=None):
        """Return the days between a letter and the next one with a fee.

        :param debtor_kind: person or company
        """
        self.ensure_one()
        return fees.fee_spacing_days(
            self._get_statute(), debtor_kind, on or fields.Date.context_today(self)
        )

    # -- what a notice may be ----------------------------------------------------------

    def _read_notice_facts(self, notices, today):
        """Read what the guard may know of the law of these notices.

        The days of a ban are asked only where the law knows one.

        :param notices: payment.reminder records
        :param today: {company: its own day}
        :return: {notice: values of :class:`rules.guard.Facts`}
        """
        known = self._read_limits()
        found = {}
        for notice in notices:
            law = notice.step_id.ladder_id.jurisdiction_id
            if law not in known:
                continue
            until, has_ban = known[law]
            facts = {"law_reviewed_until": until} if until else {}
            if has_ban:
                debtor = notice.partner_id._get_debtor_kind()
                day = today[notice.company_id]
                facts |= law._get_ban(notice.step_kind, debtor, day)
            if facts:
                found[notice] = facts
        return found

    def _read_limits(self):
        """Return {law: (until when it was reviewed, whether it knows a ban)}."""
        rows = self.env.execute_query(
            SQL(
                # By the primary key, and payment_reminder_jurisdiction_fee's index on
                # its law.
                """
                SELECT law.id, law.reviewed_until,
                       EXISTS (SELECT 1
                                 FROM payment_reminder_jurisdiction_fee fee
                                WHERE fee.jurisdiction_id = law.id
                                  AND fee.basis = 'forbidden')
                  FROM payment_reminder_jurisdiction law
                 WHERE law.id = ANY(%s)
                """,
                self.ids,
            )
        )
        return {self.browse(law_id): limits for law_id, *limits in rows}

    def _get_ban(self, kind, debtor_kind, on):
        """Return since when such a notice is not allowed, or announced not to be.

        :return: values of :class:`rules.guard.Facts`
        """
        self.ensure_one()
        law = self._get_statute()
        rule = law.fee_rule(debtor_kind, on, kind)
        if rule and rule.basis == statute.FORBIDDEN and not rule.has_ended(on):
            return {"law_forbidden_from": rule.valid_from}
        coming = law.signalled_rule(debtor_kind, on, kind)
        if coming and coming.basis == statute.FORBIDDEN:
            return {"law_announced_from": coming.valid_from}
        return {}

    # -- the end of a law --------------------------------------------------------------

    def _days_left(self, today):
        """Return the days to the last one of the review; None: no end was set."""
        self.ensure_one()
        return (self.reviewed_until - today).days if self.reviewed_until else None

    def _describe_end(self, today):
        """Return that these rules end soon or have ended, or ""."""
        self.ensure_one()
        left = self._days_left(today)
        if left is None or left > DAYS_BEFORE_END[0]:
            return ""
        params = {
            "law": self.name,
            "date": format_date(self.env, self.reviewed_until),
        }
        if left < 0:
            return self.env._(
                "%(law)s: these rules were reviewed until %(date)s only. Notices with "
                "a fee wait for a manager's yes until somebody reads the law again "
                "and sets the next date.",
                **params,
            )
        return self.env._(
            "%(law)s: these rules were reviewed until %(date)s. Read the law again and "
            "set the next date; after that day notices with a fee wait for a manager's "
            "yes.",
            **params,
        )

    def _describe_announced(self, today):
        """Return a sentence for each notice that is announced to be forbidden soon."""
        self.ensure_one()
        kinds = dict(self.fee_ids._fields["kind"]._description_selection(self.env))
        return [
            self.env._(
                "%(law)s: it is announced that the notice “%(kind)s” is not allowed "
                "from %(date)s (%(paragraph)s). From that day such notices wait for a "
                "manager's yes. When it is known to be in force, say so: ladders then "
                "end before such a step, and claims are handed over.",
                law=self.name,
                kind=kinds[row.kind],
                date=format_date(self.env, row.valid_from),
                paragraph=row.source,
            )
            for row in self._get_announced(today)
            if row.kind != statute.DEMAND
        ]

    def _get_announced(self, today):
        """Return the bans that are announced for a day that is near, or has passed."""
        soon = fields.Date.add(today, days=DAYS_BEFORE_END[0])
        return self.fee_ids.filtered(
            lambda row: (
                row.is_signalled
                and row.basis == statute.FORBIDDEN
                and row.valid_from <= soon
            )
        )

    def action_confirm_announced(self):
        """Say that what was announced is in force from its day on."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("write")
        for jurisdiction in self:
            rows = jurisdiction._get_announced(fields.Date.context_today(self))
            rows.is_signalled = False
            jurisdiction._look_again()
            jurisdiction.message_post(
                body=self.env._(
                    "In force by what %(user)s found out: %(rules)s.",
                    user=self.env.user.name,
                    rules=", ".join(rows.mapped("display_name")),
                )
            )
        return True

    @api.model
    def _warn_of_ends(self, companies):
        """Tell the managers of companies 60, 30 and 7 days before a law in use ends.

        Each once; who begins later is told of the day that is nearest.

        :param companies: res.company records that have a ladder
        """
        for company in companies:
            today = company._get_reminder_today()
            for law in company._get_reminder_ladders_at_work().jurisdiction_id:
                left = law._days_left(today)
                stages = [days for days in DAYS_BEFORE_END if (left or 0) <= days]
                if left is None or not stages:
                    continue
                told = f"{company.id}:{law.reviewed_until}:{stages[-1]}"
                known = (law.review_warned_for or "").split()
                if told not in known:
                    others = [
                        one for one in known if not one.startswith(f"{company.id}:")
                    ]
                    law.review_warned_for = " ".join([*others, told])
                    law._tell_of_end(company, today)

    def _tell_of_end(self, company, today):
        """Leave an activity for every manager of a company, in their language."""
        for user in company._get_reminder_managers():
            # Odoo's e-mail to whoever gets an activity wants a model with a chatter.
            law = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            law.activity_schedule(
                ACTIVITY,
                summary=law.env._("Review the law"),
                note=law._describe_end(today),
                date_deadline=max(law.reviewed_until, today),
                user_id=user.id,
            )

    def action_review(self):
        """Say that these rules were read again and hold for a year from today."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("write")
        today = fields.Date.context_today(self)
        for jurisdiction in self:
            ends = [day for day in jurisdiction.fee_ids.mapped("valid_to") if day]
            coming = [day for day in ends if day >= today]
            jurisdiction.reviewed_until = min(
                [fields.Date.add(today, years=1), *coming]
            )
        return True

    @api.model
    def _set_first_review(self, days):
        """Say until when the laws that ship were read, in databases that have them.

        Nobody is stopped on the day of an update: managers are told at least 60 days
        before.

        :param days: {code: day}
        """
        least = fields.Date.add(fields.Date.today(), days=DAYS_BEFORE_END[0] + 1)
        for law in self.search([("code", "in", list(days))]):
            if law.is_review_set:
                continue
            values = {"is_review_set": True}
            if not law.reviewed_until:
                day = fields.Date.to_date(days[law.code])
                values["reviewed_until"] = max(day, least)
            law.write(values)

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
        if isinstance(value, date):
            return format_date(self.env, value)
        return value
