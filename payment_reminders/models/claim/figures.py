from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import claim, fees, interest
from ...rules.statute import PERSON
from ...tools.decimals import to_decimal

ZERO = Decimal(0)
#: So long a fee, or one that was forgiven, stands in the way of the courtesy.
MONTHS_OF_RECORD = 12
#: Where a run keeps the exchange rates that it has read.
RATES = "payment_reminder_rates"


@dataclass
class Figures:
    """What one notice asks for on one day, in the case's currency."""

    principal: Decimal = ZERO
    fee: Decimal = ZERO
    interest: Decimal = ZERO
    compensation: Decimal = ZERO
    costs_before: Decimal = ZERO
    interest_until: date | None = None
    interest_by_item: dict = field(default_factory=dict)
    periods_by_item: dict = field(default_factory=dict)
    remarks: tuple = ()
    remark_values: dict = field(default_factory=dict)

    @property
    def claim(self):
        return (
            self.principal
            + self.fee
            + self.interest
            + self.compensation
            + self.costs_before
        )

    def specify_interest(self):
        """Return the periods of the interest as rows that JSON can keep, exact."""
        return [
            {
                "item_id": item_id,
                "first_day": period.first_day.isoformat(),
                "last_day": period.end.isoformat(),
                "days": period.days,
                "rate": str(period.rate),
                "base": str(period.base),
                "amount": str(period.amount),
            }
            for item_id, periods in self.periods_by_item.items()
            for period in periods
        ]


class PaymentReminderFigures(models.AbstractModel):
    """Computes what a notice asks for: principal, fee, interest, compensation."""

    _name = "payment.reminder.figures"
    _description = "Payment Reminder Figures"

    @api.model
    def _compute(self, notices, day_by_company):
        """Compute the figures of many notices in a fixed number of queries.

        :param notices: list of (case, step, [(item, owed)]) tuples
        :param day_by_company: {res.company: day of sending}
        :return: list of :class:`Figures`, in the same order
        """
        cases = self.env["payment.reminder.case"].union(*(n[0] for n in notices))
        compensated = self._read_compensated(cases)
        with_interest = self.env["payment.reminder.item"].union(
            *(
                item
                for _case, step, owed in notices
                if step.charge_interest or step.charge_compensation
                for item, _amount in owed
            )
        )
        payments = self._read_payments(with_interest)
        unclean = self._find_unclean(cases)
        history = self._read_fee_history(cases)
        jurisdictions = cases.ladder_id.jurisdiction_id
        tables = jurisdictions._get_rate_tables() if jurisdictions else {}
        laws = {j: (j._get_statute(), tables[j]) for j in jurisdictions}
        costs = cases._read_costs()
        calendars = self.env["payment.reminder.facts"]._get_calendars(cases)
        with self._remembering_rates():
            return [
                self._compute_one(
                    case,
                    step,
                    owed,
                    day_by_company[case.company_id],
                    law=laws.get(case.ladder_id.jurisdiction_id, (None, {})),
                    payments=payments,
                    compensated=compensated[case.id],
                    costs=costs[case.id],
                    fee_history=history[case.id],
                    calendar=calendars[case.id],
                    is_clean=case.id not in unclean,
                )
                for case, step, owed in notices
            ]

    @api.model
    def _compute_one(
        self, case, step, owed, day, *, law, payments, compensated, costs, **seen
    ):
        digits = case.currency_id.decimal_places
        statute, tables = law
        demand = claim.Demand(
            kind=step.kind,
            terms=claim.Terms(**self._prepare_terms(case, step, statute, day)),
            # Who the debtor is only a law asks.
            debtor=case.partner_id._get_debtor_kind() if statute else PERSON,
            day=day,
            items=self._make_items(owed, payments, compensated),
            fees_claimed=to_decimal(costs["fee"], digits),
            compensation_claimed=to_decimal(costs["compensation"], digits),
            disputed=bool(case.query_ids.filtered(lambda q: q.state != "closed")),
            **seen,
        )
        conditions = claim.Conditions(
            **self._prepare_conditions(case, statute, tables, day)
        )
        asked = claim.compute(conditions, demand)
        return Figures(
            principal=asked.principal,
            fee=asked.fee,
            compensation=asked.compensation,
            costs_before=to_decimal(sum(costs.values()), digits),
            remarks=asked.remarks,
            remark_values=self._get_remark_values(case, step, conditions, demand, asked)
            if asked.remarks and asked.fee_decision
            else {},
            **self._prepare_interest(asked.interest),
        )

    @api.model
    def _prepare_conditions(self, case, statute, tables, day):
        """Return the arguments of :class:`rules.claim.Conditions` for a case.

        :param tables: rates by code of the reference
        :param day: of the exchange rate
        """
        return {
            "statute": statute,
            "tables": tables,
            "currency": case.currency_id.name,
            "exchange_rate": self._get_exchange_rate(case, statute, day)
            if statute
            else None,
            "digits": case.currency_id.decimal_places,
            "find_rate": partial(self._find_rate_of, case),
            "limits": self._get_fee_limits(case, day),
            "fee_agreed": case.company_id.reminder_fee_agreed,
        }

    @api.model
    def _prepare_terms(self, case, step, statute, day):
        """Return the arguments of :class:`rules.claim.Terms` for a step."""
        has_amount = step.fee_policy == "amount"
        return {
            "fee_policy": step.fee_policy,
            "fee": self._convert(
                step.fee_amount, self._get_step_currency(case, statute), case, day
            )
            if has_amount
            else None,
            "charge_interest": step.charge_interest,
            "charge_compensation": step.charge_compensation,
        }

    @api.model
    def _make_items(self, owed, payments, compensated=()):
        """Return due items as the rules know them (:class:`rules.claim.Item`).

        :param owed: list of (item, what is open of it)
        :param payments: see :meth:`_read_payments`
        :param compensated: ids of items whose lump sum was claimed already
        """
        return [
            claim.Item(
                id=item.id,
                date_due=item.date_due,
                owed=amount,
                payments=tuple(payments[item.id]),
                interest_claimed=to_decimal(item.interest_claimed, 6),
                # A refused part of an agency is no second late payment.
                bears_lump_sum=item.id not in compensated and not item.agency_part_id,
            )
            for item, amount in owed
        ]

    # -- amounts in another currency --------------------------------------------

    @api.model
    def _convert(self, amount, source, case, day):
        """Return money in the case's currency; None without an exchange rate.

        Rounded down: never more than what the law, the ladder or the company says.

        :param source: res.currency of the amount, or None when it is not known here
        """
        rate = source and self._get_rate(source, case.currency_id, case.company_id, day)
        if not rate:
            return None
        return fees.convert(
            to_decimal(amount, 6), rate, case.currency_id.decimal_places
        )

    @api.model
    def _convert_limit(self, amount, source, case, day):
        """Return a limit in the case's currency; 0 when it is not set, or no rate."""
        return (amount and self._convert(amount, source, case, day)) or ZERO

    @api.model
    def _get_step_currency(self, case, statute):
        """Return the currency of what a step asks: that of its law, if it has one."""
        if statute and statute.currency:
            return self._find_currency(statute.currency)
        return case.company_id.currency_id

    @api.model
    def _get_exchange_rate(self, case, statute, day):
        """Return units of the case's currency for one of the statute's, or None."""
        if not statute.currency or statute.currency == case.currency_id.name:
            return Decimal(1)
        source = self._find_currency(statute.currency)
        return source and self._get_rate(source, case.currency_id, case.company_id, day)

    @api.model
    def _find_rate_of(self, case, code, day):
        """Return units of the case's currency for one of another, by code, or None."""
        source = self._find_currency(code)
        return source and self._get_rate(source, case.currency_id, case.company_id, day)

    @api.model
    def _find_currency(self, code):
        """Return the currency of a law, which need not be in use here, or None."""

        def find():
            return (
                self.env["res.currency"]
                .with_context(active_test=False)
                .search([("name", "=", code)], limit=1)
            ) or None

        return self._remember(code, find)

    @api.model
    def _get_rate(self, source, target, company, day):
        """Return units of ``target`` for one of ``source``; None without a rate.

        Odoo takes 1 for a currency without any rate: a fee of 100 would be asked
        one for one in a currency worth a hundredth.
        """
        if source == target:
            return Decimal(1)

        def read():
            for currency in (source | target) - company.currency_id:
                if not currency.rate_ids.filtered(
                    lambda rate: rate.company_id in (company.root_id, company.browse())
                ):
                    return None
            rate = source._get_conversion_rate(source, target, company, day)
            return Decimal(str(rate)) if rate else None

        return self._remember((source.id, target.id, company.id, day), read)

    @contextmanager
    def _remembering_rates(self):
        """Read each currency and rate once for all notices of a run."""
        self.env.cr.cache[RATES] = {}
        try:
            yield
        finally:
            self.env.cr.cache.pop(RATES, None)

    @api.model
    def _remember(self, key, read):
        known = self.env.cr.cache.get(RATES)
        if known is None:
            return read()
        if key not in known:
            known[key] = read()
        return known[key]

    # -- interest ---------------------------------------------------------------

    @api.model
    def _accrue(self, case, statute, tables, owed, day, payments, calendar):
        """Return the interest alone that no notice has claimed, to a day.

        :param owed: list of (overdue item, what is open of it)
        """
        conditions = claim.Conditions(
            statute=statute, tables=tables, digits=case.currency_id.decimal_places
        )
        debtor = case.partner_id._get_debtor_kind()
        items = self._make_items(owed, payments)
        accrued = claim.accrue(conditions, debtor, items, day, calendar)
        return Figures(**self._prepare_interest(accrued))

    @api.model
    def _prepare_interest(self, accrued):
        """Return the values of :class:`Figures` about interest."""
        return {
            "interest": accrued.amount,
            "interest_until": accrued.until,
            "interest_by_item": accrued.by_item,
            "periods_by_item": accrued.periods,
        }

    @api.model
    def _read_payments(self, items):
        """Read what was paid or credited on these due items, and when.

        :return: {item id: [:class:`rules.interest.Payment`]}
        """
        found = defaultdict(list)
        if not items:
            return found
        by_line = items.grouped("move_line_id")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT part.debit_move_id, part.debit_amount_currency, other.date
                  FROM account_partial_reconcile part
                  JOIN account_move_line other ON other.id = part.credit_move_id
                 WHERE part.debit_move_id = ANY(%s)
                """,
                items.move_line_id.ids,
            )
        )
        for line_id, amount, day in rows:
            for item in by_line[items.move_line_id.browse(line_id)]:
                digits = item.currency_id.decimal_places
                found[item.id].append(interest.Payment(day, to_decimal(amount, digits)))
        self._leave_out_agency_money(items, found)
        if elsewhere := items.filtered("source_ref"):
            for source, own in self.env["payment.reminder.source"]._split(elsewhere):
                found.update(source._read_payments(own))
        return found

    # -- history ----------------------------------------------------------------

    @api.model
    def _read_fee_history(self, cases):
        """Return {case id: [:class:`rules.fees.SentNotice`]} since each case opened.

        As with the spacing, a notice belongs where its due items are now.
        """
        history = defaultdict(list)
        reminders = (
            self.env["payment.reminder"]
            .sudo()
            .search_fetch(
                Domain("line_ids.item_id.case_id", "in", cases.ids)
                & self.env["payment.reminder"]._get_counting_domain(),
                ["sent_date", "amount_fee", "step_kind", "deadline_date"],
            )
        )
        for reminder in reminders:
            for case in reminder.line_ids.item_id.case_id & cases:
                if case.date_open and reminder.sent_date < case.date_open:
                    continue
                history[case.id].append(self._make_sent_notice(reminder, case))
        return history

    @api.model
    def _make_sent_notice(self, reminder, case):
        return fees.SentNotice(
            date=case.company_id._get_reminder_today(reminder.sent_date),
            fee=to_decimal(reminder.amount_fee, case.currency_id.decimal_places),
            kind=reminder.step_kind,
            deadline=reminder.deadline_date or None,
        )

    @api.model
    def _read_compensated(self, cases):
        """Return {case id: ids of items whose lump sum was claimed already}."""
        found = defaultdict(set)
        lines = (
            self.env["payment.reminder.claim.line"]
            .sudo()
            .search_fetch(
                [
                    ("case_id", "in", cases.ids),
                    ("kind", "=", "compensation"),
                    ("reminder_id.withdrawn", "=", False),
                ],
                ["case_id", "reminder_id"],
            )
        )
        for line in lines:
            found[line.case_id.id] |= set(line.reminder_id.line_ids.item_id.ids)
        return found

    # -- the company's own limits ---------------------------------------------------

    @api.model
    def _get_fee_limits(self, case, day):
        """Return what the company sets for itself (:class:`rules.fees.Limits`)."""
        company = case.company_id
        share = company.reminder_fee_max_share
        return fees.Limits(
            floor=self._convert_limit(
                company.reminder_fee_floor, company.currency_id, case, day
            ),
            max_share=to_decimal(share, 6) if share else None,
            first_free=company.reminder_first_fee_free,
            within_principal=not company.reminder_chase_trifles,
        )

    @api.model
    def _find_unclean(self, cases):
        """Return ids of cases whose customer had a fee, or was forgiven one, lately."""
        if not any(company.reminder_first_fee_free for company in cases.company_id):
            return set()
        since = fields.Datetime.now() - relativedelta(months=MONTHS_OF_RECORD)
        notices = (
            self.env["payment.reminder"]
            .sudo()
            .search_fetch(
                Domain("partner_id", "in", cases.partner_id.ids)
                & Domain("company_id", "in", cases.company_id.ids)
                & Domain("sent_date", ">=", since)
                & self.env["payment.reminder"]._get_counting_domain(),
                ["partner_id", "company_id", "amount_fee", "remarks"],
            )
        )
        unclean = {
            (notice.company_id, notice.partner_id)
            for notice in notices
            if notice.amount_fee > 0 or "fee:courtesy" in (notice.remarks or [])
        }
        return {
            case.id for case in cases if (case.company_id, case.partner_id) in unclean
        }
