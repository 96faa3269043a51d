"""What a ladder means to one customer, shown while it is being changed."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...rules import simulation
from ...rules.calendar import Calendar
from ...rules.schedule import CALL, DEMAND, FINAL_NOTICE, NUDGE, PREVIOUS_STEP, REMINDER
from ...rules.statute import COMPANY, FORBIDDEN, NO_FEE, PERSON, SCALE
from ...tools.decimals import to_decimal
from ...tools.money import format_code

#: The sample invoice is followed for so long.
DAYS_FOLLOWED = 730
THURSDAY = 3
#: Around the sample's due date, all of these are days on which somebody works.
ORDINARY_DAYS = (-3, -2, -1, 0, 1, 4, 5, 6, 7, 8)
#: Marks nearer than so many percent of the line stand above each other.
LEAST_GAP = 9
ICONS = {
    NUDGE: "fa-bell-o",
    REMINDER: "fa-envelope-o",
    FINAL_NOTICE: "fa-gavel",
    DEMAND: "fa-gavel",
    CALL: "fa-phone",
}


class PaymentReminderLadder(models.Model):
    _inherit = "payment.reminder.ladder"

    sample_date_due = fields.Date(
        compute="_compute_sample", readonly=False, export_string_translation=False
    )
    sample_amount = fields.Float(
        compute="_compute_sample",
        readonly=False,
        digits=(16, 2),
        export_string_translation=False,
    )
    sample_debtor = fields.Selection(
        [(COMPANY, "A company"), (PERSON, "A person")],
        compute="_compute_sample",
        readonly=False,
    )
    sample_currency_id = fields.Many2one(
        "res.currency", compute="_compute_sample_currency_id"
    )
    timeline = fields.Html(compute="_compute_timeline", sanitize=False)
    legal_errors = fields.Text(compute="_compute_legal_errors")

    @api.depends("company_id")
    def _compute_sample(self):
        for ladder in self:
            ladder.sample_date_due = ladder._find_sample_day()
            ladder.sample_amount = 1000.0
            ladder.sample_debtor = COMPANY

    def _find_sample_day(self):
        """Return a coming due date that lies in an ordinary week, on a Thursday.

        Else the sample would tell more of week-ends and holidays than of the ladder.
        """
        company = self.company_id or self.env.company
        calendar = self._get_sample_calendar()
        day = company._get_reminder_today()
        day += timedelta(days=(THURSDAY - day.weekday()) % 7)
        while not all(
            calendar.is_banking_day(day + timedelta(days=days))
            for days in ORDINARY_DAYS
        ):
            day += timedelta(weeks=1)
        return day

    @api.depends("jurisdiction_id", "company_id")
    def _compute_sample_currency_id(self):
        for ladder in self:
            company = ladder.company_id or self.env.company
            ladder.sample_currency_id = (
                ladder.jurisdiction_id.currency_id or company.currency_id
            )

    @api.depends("jurisdiction_id", "step_ids", "spacing_days")
    def _compute_legal_errors(self):
        for ladder in self:
            errors, _warnings = ladder._lint()
            ladder.legal_errors = "\n".join(errors)

    @api.depends(
        "jurisdiction_id",
        "step_ids",
        "spacing_days",
        "sample_date_due",
        "sample_amount",
        "sample_debtor",
    )
    @api.depends_context("lang")
    def _compute_timeline(self):
        for ladder in self:
            rows = ladder._get_timeline()
            ladder.timeline = self.env["ir.qweb"]._render(
                "payment_reminders.ladder_timeline",
                {"rows": rows, "marks": place_marks([row["day"] for row in rows])},
            )

    def _get_timeline(self):
        """Return what a customer would get of this ladder who never pays.

        Played by the rules of the real thing on an invoice that does not exist.

        :return: list of dicts, by day: ``kind`` (a step's, ``due`` or ``never``),
            ``name``, ``icon``, ``day`` (from the due date on), ``date``, ``details``
        """
        self.ensure_one()
        due = self.sample_date_due
        steps = {step.id: step for step in self._get_active_steps()}
        if not due or not steps:
            return []
        notices = self._play_sample(due)
        rows = [
            {
                "kind": steps[notice.step_id].kind,
                "name": steps[notice.step_id].name,
                "icon": ICONS[steps[notice.step_id].kind],
                "day": (notice.date - due).days,
                "date": self._format_day(notice.date),
                "details": self._get_sample_details(steps[notice.step_id], notice, due),
            }
            for notice in notices
        ]
        rows.append(
            {
                "kind": "due",
                "name": self.env._("Due date"),
                "icon": "fa-calendar-check-o",
                "day": 0,
                "date": self._format_day(due),
                "details": [],
            }
        )
        rows.sort(key=lambda row: row["day"])
        played = {notice.step_id for notice in notices}
        return rows + [
            {
                "kind": "never",
                "name": step.name,
                "icon": "fa-ban",
                "day": None,
                "date": "",
                "details": [self._explain_never(step)],
            }
            for step_id, step in steps.items()
            if step_id not in played
        ]

    def _play_sample(self, due):
        company = self.company_id or self.env.company
        calendar = self._get_sample_calendar()
        known = due - timedelta(days=60)
        invoice = simulation.Invoice(
            id=1,
            date_known=known,
            date_due=due,
            amount=to_decimal(self.sample_amount, 2),
        )
        conditions = self.env["payment.reminder.stories"]._get_conditions(
            self,
            company,
            self.sample_currency_id,
            self.sample_debtor,
            company._get_reminder_today(),
            hold_days=0,
        )
        return simulation.play(
            conditions,
            simulation.Debtor(1, self.sample_debtor, calendar, (invoice,)),
            known,
            due + timedelta(days=DAYS_FOLLOWED),
            with_calls=True,
        )

    def _get_sample_calendar(self):
        company = self.company_id or self.env.company
        country = self.jurisdiction_id.country_id or company.country_id
        return Calendar(
            country=country.code or "",
            hour_from=company.reminder_hour_from,
            hour_to=company.reminder_hour_to,
        )

    def _tell_wait(self, step, notice, due):
        """Return why a notice leaves later than on the day of its step."""
        day = (notice.proposed - due).days
        if step.hold_hours:
            return self.env._(
                "In the queue from day %(day)s: it waits %(hours)s hours there, then "
                "for the next hour of sending",
                day=day,
                hours=f"{step.hold_hours:g}",
            )
        return self.env._(
            "In the queue from day %s: it waits for the next hour of sending", day
        )

    def _get_sample_details(self, step, notice, due):
        """Return what is said of a notice in the timeline, line by line."""
        labels = dict(
            self.env["payment.reminder.delivery"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
        if step.kind == CALL:
            return [step._describe_channels()]
        details = [", ".join(labels.get(code, code) for code in step._get_channels())]
        if notice.proposed != notice.date:
            details.append(self._tell_wait(step, notice, due))
        for label, amount in (
            (self.env._("Fee %s"), notice.fee),
            (self.env._("Interest %s"), notice.interest),
            (self.env._("Compensation %s"), notice.compensation),
        ):
            if amount:
                details.append(
                    label % format_code(self.env, amount, self.sample_currency_id)
                )
        if notice.deadline:
            details.append(self.env._("Pay by %s", self._format_day(notice.deadline)))
        return details

    def _explain_never(self, step):
        if step.kind == NUDGE:
            return self.env._(
                "Never leaves: its time in the queue ends after the due date."
            )
        return self.env._("Does not leave within two years.")

    def _format_day(self, day):
        return format_date(self.env, day, date_format="EEE d MMM y")

    # -- in one line a step ----------------------------------------------------------

    def _describe_steps(self, company):
        """Return what each step of this ladder does, for who is about to choose it.

        :param company: res.company that would send it
        :return: list of dicts of texts: when, name, icon, how, costs
        """
        self.ensure_one()
        return [
            {
                "when": step._describe_day(),
                "name": step.name,
                "icon": ICONS[step.kind],
                "how": step._describe_channels(),
                "costs": ", ".join(step._describe_costs(company)),
            }
            for step in self._get_active_steps()
        ]

    def action_open_simulation(self):
        """Open a what-if of this ladder against the company's."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        default = self.env.company.reminder_ladder_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What If"),
            "res_model": "payment.reminder.simulation",
            "view_mode": "form",
            "context": {
                "default_ladder_id": self.id,
                "default_other_ladder_id": default.id if default != self else False,
            },
        }


class PaymentReminderStep(models.Model):
    _inherit = "payment.reminder.step"

    def _describe_day(self):
        """Return when this step comes, in words."""
        self.ensure_one()
        days = abs(self.delay_days)
        if self.delay_from == PREVIOUS_STEP:
            if days == 1:
                return self.env._("1 day after the step before")
            return self.env._("%s days after the step before", days)
        if not days:
            return self.env._("On the due date")
        if self.delay_days < 0:
            if days == 1:
                return self.env._("1 day before the due date")
            return self.env._("%s days before the due date", days)
        if days == 1:
            return self.env._("1 day after the due date")
        return self.env._("%s days after the due date", days)

    def _describe_channels(self):
        """Return the ways in which this step goes, in words."""
        self.ensure_one()
        if self.kind == CALL:
            return self.env._("Somebody calls")
        labels = dict(
            self.env["payment.reminder.delivery"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
        names = [labels.get(code, code) for code in self._get_channels()]
        return (
            self.env._(", else ") if self.channel_mode == "first_that_works" else " + "
        ).join(names)

    def _describe_costs(self, company):
        """Return what this step asks for beside the invoices, in words.

        The fee of the law is the one that a company may be asked for today.

        :param company: res.company that would send it
        """
        self.ensure_one()
        costs = [self._describe_fee(company)]
        if self.kind != NUDGE and self.charge_interest:
            costs.append(self.env._("interest"))
        if self.kind != NUDGE and self.charge_compensation:
            costs.append(self.env._("lump sum from companies"))
        return list(filter(None, costs))

    def _describe_fee(self, company):
        law = self.ladder_id.jurisdiction_id
        currency = law.currency_id or company.currency_id
        if self.kind == NUDGE or self.fee_policy == "none":
            return ""
        if self.fee_policy == "amount":
            return self._format_fee(self.fee_amount, currency)
        rule = law and law._get_statute().fee_rule(
            COMPANY, company._get_reminder_today(), self.kind
        )
        if not rule or rule.basis in (NO_FEE, FORBIDDEN):
            return ""
        if rule.has_ended(company._get_reminder_today()):
            return self.env._("no fee: the rule of the law has ended")
        if rule.requires_agreement and not company.reminder_fee_agreed:
            return self.env._("no fee unless it was agreed")
        if rule.basis == SCALE:
            return self.env._("the costs that the scale of the law gives")
        return self._format_fee(float(rule.amount), currency) if rule.amount else ""

    def _format_fee(self, amount, currency):
        """Return a fee, without decimals that are nought."""
        if not amount:
            return ""
        digits = 0 if float(amount).is_integer() else currency.decimal_places
        return format_code(self.env, amount, currency, digits)


def place_marks(days):
    """Place days on a line, true to scale; what would overlap goes to another level.

    :param days: ascending numbers; None is not on the line
    :return: list of (left in percent, level from 0), one for each number
    """
    days = [day for day in days if day is not None]
    span = days[-1] - days[0] if days else 0
    ends = []
    marks = []
    for day in days:
        left = round(100 * (day - days[0]) / span, 1) if span else 50.0
        level = next(
            (level for level, end in enumerate(ends) if left - end >= LEAST_GAP),
            len(ends),
        )
        ends[level : level + 1] = [left]
        marks.append((left, level))
    return marks
