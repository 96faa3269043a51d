"""Looks at all that would leave together, before the first message of a run."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import brake
from ...tools import transactions
from ...tools.decimals import to_decimal
from ...tools.printing import is_printing
from .halt import STALE_BANK

#: The days on which something left, so far back, tell what is usual.
USUAL_DAYS = 90
CUSTOMER_DAYS = 7
#: What a manager released goes on for so long: over a week-end with a holiday.
RELEASE_DAYS = 4


class PaymentReminderHalt(models.Model):
    _inherit = "payment.reminder.halt"

    @api.model
    def _watch(self, reminders, last_run=None):
        """Stop the companies whose run is far out of the usual (rules.brake).

        Works in a transaction of its own, so that a stop lasts whatever becomes of
        the caller, and the guard of every other worker sees it.

        :param reminders: what would leave now
        :param last_run: when the sender ran before (UTC), if it is known
        """
        if not is_printing():
            # What waits for a person with a printer does not leave, however much of
            # it there is.
            reminders = reminders.filtered(lambda r: not r.to_print)
        watched = reminders.filtered("company_id.reminder_brake")
        if watched:
            transactions.run(
                self.env,
                lambda env: self.with_env(env)._stop(watched.with_env(env), last_run),
            )

    @api.model
    def _stop(self, reminders, last_run):
        """Stop the companies of a run that is not as runs of theirs are."""
        if stops := self._find_stops(reminders, last_run):
            self._open(stops)

    @api.model
    def _find_stops(self, reminders, last_run):
        """Return [(company, reason, figure, limit)] of a run, see :meth:`_open`."""
        companies = reminders.company_id
        past = self._read_days(companies)
        today = {company: company._get_reminder_today() for company in companies}
        per_customer = self._read_most_per_customer(reminders)
        changed = self._count_changed(reminders)
        released = self._read_released(companies)
        idle = fields.Datetime.now() - last_run if last_run else None
        stops = []
        for company, mine in reminders.grouped("company_id").items():
            days = dict(past[company])
            so_far = days.pop(today[company], brake.Day(0, Decimal(0)))
            run = brake.Run(
                count=so_far.count + len(mine),
                amount=so_far.amount + self._sum_claims(company, mine),
                per_customer=per_customer[company.id],
                changed=changed[company][0],
                looked_at=changed[company][1],
                idle=idle,
            )
            stops += [
                (company, stop.reason, stop.figure, stop.limit)
                for stop in brake.check(
                    run,
                    list(days.values()),
                    company._get_reminder_brake_limits(),
                    released[company.id],
                )
            ]
        return stops

    @api.model
    def _sum_claims(self, company, reminders):
        """Return what these notices ask for in all, in the company's currency."""
        today = company._get_reminder_today()
        return sum(
            (
                to_decimal(
                    currency._convert(
                        sum(notices.mapped("amount_claim")),
                        company.currency_id,
                        company,
                        today,
                    )
                )
                for currency, notices in reminders.grouped("currency_id").items()
            ),
            Decimal(0),
        )

    @api.model
    def _read_days(self, companies):
        """Read what left on each day of these companies, today and some months back.

        :return: {company: {day: :class:`rules.brake.Day`}}
        """
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, currency_id,
                       date_trunc('hour', COALESCE(sent_date, sending_since)),
                       COUNT(*), SUM(amount_claim)
                  FROM payment_reminder
                 WHERE company_id = ANY(%(companies)s)
                   AND state IN ('sending', 'sent', 'uncertain')
                   AND COALESCE(sent_date, sending_since) >= %(since)s
                 GROUP BY 1, 2, 3
                """,
                companies=companies.ids,
                since=now - timedelta(days=USUAL_DAYS),
            )
        )
        found = {company: {} for company in companies}
        currencies = self.env["res.currency"].browse({row[1] for row in rows})
        rates = {company: self._get_rates(company, currencies) for company in companies}
        by_id = {company.id: company for company in companies}
        for company_id, currency_id, hour, count, amount in rows:
            company = by_id[company_id]
            days = found[company]
            day = company._get_reminder_today(hour)
            before = days.get(day, brake.Day(0, Decimal(0)))
            days[day] = brake.Day(
                before.count + count,
                before.amount + to_decimal(amount) * rates[company][currency_id],
            )
        return found

    @api.model
    def _get_rates(self, company, currencies):
        """Return {currency id: what one unit of it is in the company's currency}."""
        today = company._get_reminder_today()
        return {
            currency.id: to_decimal(
                self.env["res.currency"]._get_conversion_rate(
                    currency, company.currency_id, company, today
                )
            )
            for currency in currencies
        }

    @api.model
    def _read_most_per_customer(self, reminders):
        """Read how many notices one customer would have got within a week, at most.

        :return: {company id: number}
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, MAX(notices) FROM (
                    SELECT company_id, partner_id, COUNT(*) AS notices
                      FROM payment_reminder
                     WHERE id = ANY(%(run)s)
                        OR (partner_id = ANY(%(partners)s)
                            AND company_id = ANY(%(companies)s)
                            AND state IN ('sent', 'uncertain')
                            AND sent_date >= %(since)s)
                     GROUP BY company_id, partner_id
                ) counted
                GROUP BY company_id
                """,
                run=reminders.ids,
                partners=reminders.partner_id.ids,
                companies=reminders.company_id.ids,
                since=fields.Datetime.now() - timedelta(days=CUSTOMER_DAYS),
            )
        )
        return defaultdict(int, rows)

    @api.model
    def _count_changed(self, reminders):
        """Count what the books say otherwise since these notices were proposed.

        Payments are the usual course. An invoice that asks for more than before, or
        is not posted any more, and a payment that was undone are not.

        :return: {company: (number that changed, number looked at)}
        """
        live = self.env["payment.reminder.facts"]._read_due_items(
            reminders.line_ids.move_line_id.ids
        )
        reopened = self._count_reopened(reminders)
        counts = {}
        for company, mine in reminders.grouped("company_id").items():
            changed = sum(
                any(self._is_changed(line, live) for line in reminder.line_ids)
                for reminder in mine
            )
            undone = reopened[company.id]
            counts[company] = (changed + undone, len(mine) + undone)
        return counts

    @api.model
    def _is_changed(self, line, live):
        seen = line.item_id._find_live(live)
        return not seen or seen.move_state != "posted" or seen.owed > line._get_amount()

    @api.model
    def _count_reopened(self, reminders):
        """Count the cases of a company whose payments were undone meanwhile."""
        since = min(filter(None, reminders.mapped("date_proposed")), default=None)
        if not since:
            return defaultdict(int)
        rows = self.env["payment.reminder.freeze"]._read_group(
            [
                ("case_id.company_id", "in", reminders.company_id.ids),
                ("reason", "=", "reopened"),
                ("date_start", ">=", since),
            ],
            ["case_id"],
        )
        counts = defaultdict(int)
        for (case,) in rows:
            counts[case.company_id.id] += 1
        return counts

    @api.model
    def _read_released(self, companies):
        """Return {company id: {reason: the figure that a manager let go}}."""
        found = defaultdict(dict)
        halts = self.search(
            [
                ("company_id", "in", companies.ids),
                ("released_by_id", "!=", False),
                (
                    "date_end",
                    ">=",
                    fields.Datetime.now() - timedelta(days=RELEASE_DAYS),
                ),
            ]
        )
        for halt in halts:
            reason = brake.Reason(halt.reason)
            figures = found[halt.company_id.id]
            figures[reason] = max(
                figures.get(reason, Decimal(0)), to_decimal(halt.figure)
            )
        return found

    @api.model
    def _watch_banks(self, companies):
        """Tell once that the bank statements of a company are old, and once no more."""
        ages = self.env["payment.reminder.facts"]._read_bank_ages(companies)
        stale = [
            (company, STALE_BANK, age, company.reminder_bank_stale_days)
            for company in companies
            if (age := ages.get(company.id, 0)) > company.reminder_bank_stale_days > 0
        ]
        if stale:
            self._open(stale)
        known = self._get_open(companies).filtered(lambda h: h.reason == STALE_BANK)
        over = known.filtered(
            lambda halt: halt.company_id not in [company for company, *_more in stale]
        )
        over._close()
