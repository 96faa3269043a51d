from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL, float_repr

from ..rules import accrual, fees, interest, schedule

ZERO = Decimal(0)
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
        costs = cases._read_costs()
        history = self._read_fee_history(cases)
        compensated = self._read_compensated(cases)
        with_interest = self.env["payment.reminder.item"].union(
            *(
                item
                for _case, step, owed in notices
                if step.charge_interest
                for item, _amount in owed
            )
        )
        payments = self._read_payments(with_interest)
        jurisdictions = cases.ladder_id.jurisdiction_id
        tables = jurisdictions._get_rate_tables()
        laws = {j: (j._get_statute(), tables[j]) for j in jurisdictions}
        calendars = self.env["payment.reminder.facts"]._get_calendars(cases)
        unclean = self._find_unclean(cases)
        with self._remembering_rates():
            return [
                self._compute_one(
                    case,
                    step,
                    owed,
                    day_by_company[case.company_id],
                    costs=costs[case.id],
                    history=history[case.id],
                    compensated=compensated[case.id],
                    payments=payments,
                    law=laws.get(case.ladder_id.jurisdiction_id, (None, {})),
                    calendar=calendars[case.id],
                    is_clean=case.id not in unclean,
                )
                for case, step, owed in notices
            ]

    @api.model
    def _compute_one(
        self,
        case,
        step,
        owed,
        day,
        *,
        costs,
        history,
        compensated,
        payments,
        law,
        calendar,
        is_clean,
    ):
        digits = case.currency_id.decimal_places
        figures = Figures(principal=sum((amount for _item, amount in owed), ZERO))
        figures.costs_before = _decimal(sum(costs.values()), digits)
        statute, tables = law
        debtor = case.partner_id._get_debtor_kind()
        overdue = [(item, amount) for item, amount in owed if item.date_due < day]
        if step.kind == schedule.NUDGE or not overdue:
            return figures
        if step.charge_interest and statute:
            self._add_interest(
                figures, case, statute, tables, debtor, overdue, day, payments, calendar
            )
        remarks = []
        if step.charge_compensation and statute:
            decision = self._decide_compensation(
                case, statute, debtor, overdue, day, compensated, costs
            )
            figures.compensation = decision.amount
            remarks += [f"compensation:{code}" for code in decision.codes]
        decision = self._decide_fee(
            case,
            step,
            statute,
            debtor,
            overdue,
            day,
            history,
            compensation=figures.compensation + _decimal(costs["compensation"], digits),
            limits=self._get_fee_limits(case, day, is_clean),
        )
        figures.fee = decision.amount
        if step._bears_fee():
            remarks += [f"fee:{code}" for code in decision.codes]
        if figures.interest_until and figures.interest_until < day:
            remarks.append("interest:no_rate")
        figures.remarks = tuple(remarks)
        figures.remark_values = self._get_remark_values(
            case, statute, debtor, step, day, decision
        )
        return figures

    # -- fee and compensation ---------------------------------------------------

    @api.model
    def _decide_fee(
        self,
        case,
        step,
        statute,
        debtor,
        overdue,
        day,
        history,
        compensation=ZERO,
        limits=None,
    ):
        """Return the fee of this notice (:class:`rules.fees.FeeDecision`)."""
        digits = case.currency_id.decimal_places
        wanted = None
        disputed = bool(case.query_ids.filtered(lambda q: q.state != "closed"))
        principal = sum((amount for _item, amount in overdue), ZERO)
        if step.fee_policy == "none":
            return fees.FeeDecision(ZERO)
        if step.fee_policy == "amount":
            wanted = self._convert_amount(case, step, statute, day)
            if wanted is None:
                return fees.FeeDecision(ZERO, ("no_exchange_rate",))
        if not statute:
            return fees.unregulated_fee(
                wanted or ZERO,
                fee_history=history,
                disputed=disputed,
                principal=principal,
                limits=limits,
            )
        return fees.notice_fee(
            statute,
            wanted=wanted,
            debtor=debtor,
            on=day,
            due_date=min(item.date_due for item, _amount in overdue),
            fee_history=history,
            agreed=case.company_id.reminder_fee_agreed,
            disputed=disputed,
            kind=step.kind,
            principal=principal,
            compensation_claimed=compensation,
            limits=limits,
            currency=case.currency_id.name,
            exchange_rate=self._get_exchange_rate(case, statute, day),
            digits=digits,
        )

    @api.model
    def _decide_compensation(
        self, case, statute, debtor, overdue, day, compensated, costs
    ):
        """Return the lump sums for items that had none yet, as one decision."""
        digits = case.currency_id.decimal_places
        # A refused part of an agency is no second late payment of the customer.
        new = [
            item
            for item, _amount in overdue
            if item.id not in compensated and not item.agency_part_id
        ]
        total, codes = ZERO, []
        for item in new:
            decision = fees.compensation(
                statute,
                debtor=debtor,
                due_date=item.date_due,
                on=day,
                fees_claimed=_decimal(costs["fee"], digits) if not total else ZERO,
                currency=case.currency_id.name,
                exchange_rate=self._get_exchange_rate(case, statute, day),
                digits=digits,
            )
            total += decision.amount
            codes += [code for code in decision.codes if code not in codes]
        return fees.FeeDecision(total, tuple(codes))

    @api.model
    def _convert_amount(self, case, step, statute, day):
        """Return the step's own fee in the case's currency; None without a rate."""
        source = case.company_id.currency_id
        if statute and statute.currency:
            source = self._find_currency(statute.currency)
        rate = source and self._get_rate(source, case.currency_id, case.company_id, day)
        if not rate:
            return None
        return fees.convert(
            _decimal(step.fee_amount, 6), rate, case.currency_id.decimal_places
        )

    @api.model
    def _get_exchange_rate(self, case, statute, day):
        """Return units of the case's currency for one of the statute's, or None."""
        if not statute.currency or statute.currency == case.currency_id.name:
            return Decimal(1)
        source = self._find_currency(statute.currency)
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
    def _add_interest(
        self, figures, case, statute, tables, debtor, overdue, day, payments, calendar
    ):
        """Add the interest since the last posting, item by item, rounded once."""
        fresh = ZERO
        until = []
        for item, amount in overdue:
            received = payments[item.id]
            accrued = accrual.accrue_claim(
                statute,
                tables,
                principal=amount + sum((p.amount for p in received), ZERO),
                debtor=debtor,
                due_date=item.date_due,
                end=day,
                payments=received,
                calendar=calendar,
            )
            if not accrued.bears_interest:
                continue
            total = sum((period.amount for period in accrued.periods), ZERO)
            figures.interest_by_item[item.id] = total
            figures.periods_by_item[item.id] = accrued.periods
            fresh += total - Decimal(float_repr(item.interest_claimed, 6))
            until.append(accrued.computed_until)
        figures.interest = interest.round_money(fresh, case.currency_id.decimal_places)
        figures.interest_until = min(until, default=None)

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
                found[item.id].append(interest.Payment(day, _decimal(amount, digits)))
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
                [
                    ("line_ids.item_id.case_id", "in", cases.ids),
                    ("state", "in", ("sent", "uncertain")),
                    ("withdrawn", "=", False),
                    ("sent_date", "!=", False),
                ],
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
            fee=_decimal(reminder.amount_fee, case.currency_id.decimal_places),
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


def _decimal(value, digits):
    return Decimal(float_repr(float(value or 0), digits))
