"""What holds every notice of a company at once: the send brake, a stale bank.

The brake looks at all that would leave together, before the first message of a run.
"""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ...rules import brake
from ...rules.brake import Reason
from ...tools import transactions
from ...tools.decimals import to_decimal
from ...tools.money import format_code
from ...tools.on_the_wire import is_printing

#: The send brake lets go of a run only when a person says so. This one ends by itself.
STALE_BANK = "stale_bank"
#: The days on which something left, so far back, tell what is usual.
USUAL_DAYS = 90
CUSTOMER_DAYS = 7
#: What a manager released goes on for so long: over a week-end with a holiday.
RELEASE_DAYS = 4


class PaymentReminderHalt(models.Model):
    """One reason for which nothing leaves a company, from its start to its end.

    There is one for all notices, so that people are told once.
    """

    _name = "payment.reminder.halt"
    _description = "Payment Reminder Halt"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    reason = fields.Selection(
        [
            (str(Reason.COUNT), "Many more reminders than usual"),
            (str(Reason.AMOUNT), "A much larger sum than usual"),
            (str(Reason.CUSTOMER), "Many reminders to one customer"),
            (str(Reason.CHANGED), "Many invoices changed after the proposal"),
            (str(Reason.CLOCK), "The clock jumped, or the sender rested for long"),
            (STALE_BANK, "The bank statements are old"),
        ],
        required=True,
        readonly=True,
    )
    figure = fields.Float(readonly=True, help="What was found.")
    limit = fields.Float(readonly=True, help="The most that is let through.")
    description = fields.Text(compute="_compute_description", string="What was found")
    date_start = fields.Datetime(
        string="Since", default=fields.Datetime.now, required=True, readonly=True
    )
    date_end = fields.Datetime(string="Ended on", readonly=True)
    released_by_id = fields.Many2one(
        "res.users",
        string="Released by",
        readonly=True,
        help="Empty when it ended by itself.",
        index="btree_not_null",
    )
    is_brake = fields.Boolean(
        compute="_compute_is_brake", help="Only a manager ends it."
    )

    _one_open_per_reason = models.UniqueIndex(
        "(company_id, reason) WHERE date_end IS NULL",
        "Reminders are stopped for this reason already.",
    )

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        for halt in self:
            halt.display_name = labels.get(halt.reason)

    @api.depends("reason")
    def _compute_is_brake(self):
        for halt in self:
            halt.is_brake = halt.reason != STALE_BANK

    @api.depends("reason", "figure", "limit")
    @api.depends_context("lang")
    def _compute_description(self):
        texts = self._get_texts()
        for halt in self:
            money = halt.reason == Reason.AMOUNT
            halt.description = texts[halt.reason] % {
                "figure": halt._format(halt.figure, money),
                "limit": halt._format(halt.limit, money),
                "days": halt._format(halt.figure / 24, False),
            }

    def _format(self, number, money):
        if money:
            return format_code(self.env, number, self.currency_id)
        return f"{number:.0f}"

    @api.model
    def _get_texts(self):
        """Return {reason: what was found and what to do about it}."""
        return {
            "count": self.env._(
                "%(figure)s reminders would leave today; more than %(limit)s is far "
                "above the usual. Look through the queue: is it a wrong import or a "
                "wrong date? Then release."
            ),
            "amount": self.env._(
                "Reminders of %(figure)s in all would leave today; more than %(limit)s "
                "is far above the usual. Look through the queue, then release."
            ),
            "customer": self.env._(
                "One customer would get %(figure)s reminders within a week; more than "
                "%(limit)s is not usual. Look for customers that are in the queue "
                "several times, then release."
            ),
            "changed": self.env._(
                "%(figure)s invoices were changed, or their payments undone, since "
                "their reminders were proposed; up to %(limit)s is let through. Find "
                "out what happened in the books, then release."
            ),
            "clock": self.env._(
                "The clock of the server jumped, or reminders rested for %(days)s "
                "days. Look whether the time is right and whether what waits should "
                "still go out, then release."
            ),
            "stale_bank": self.env._(
                "The newest bank line is %(figure)s days old; you allow %(limit)s. "
                "Import the bank statements: customers may have paid. Reminders go on "
                "by themselves then."
            ),
        }

    # -- starting and ending ------------------------------------------------------

    @api.model
    def _open(self, stops):
        """Stop companies, once for each reason, and tell their managers.

        :param stops: [(company, reason, what was found, the most that is let through)]
        :return: the halts that are new
        """
        if not stops:
            return self.browse()
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO payment_reminder_halt
                            (company_id, reason, figure, "limit", date_start,
                             create_uid, create_date, write_uid, write_date)
                     VALUES %s
                ON CONFLICT (company_id, reason) WHERE date_end IS NULL DO NOTHING
                  RETURNING id
                """,
                SQL(", ").join(
                    SQL(
                        "%s",
                        (
                            company.id,
                            str(reason),
                            float(figure),
                            float(limit),
                            now,
                            *(self.env.uid, now) * 2,
                        ),
                    )
                    for company, reason, figure, limit in stops
                ),
            )
        )
        halts = self.browse(row[0] for row in rows)
        for halt in halts:
            halt._log("halted", {"figure": halt.figure, "limit": halt.limit})
            halt._tell_managers()
        return halts

    def _close(self, user=None):
        """End these halts; what they held is looked at again.

        :param user: who released it (default: it ended by itself)
        """
        if not self:
            return
        self.write(
            {
                "date_end": fields.Datetime.now(),
                "released_by_id": user.id if user else False,
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])
        for halt in self:
            halt._log("halt_ended", {"by": user.id if user else None})
        self.env["payment.reminder"].search(
            [("company_id", "in", self.company_id.ids), ("state", "=", "held")]
        )._recheck()

    def action_release(self):
        """Let a run that was stopped go: a person has looked at it."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        if any(not halt.is_brake for halt in self):
            raise UserError(
                self.env._(
                    "This ends by itself as soon as newer bank lines are imported. If "
                    "there are none to come, allow more days in the settings."
                )
            )
        # sudo: nobody writes these by hand, a manager may end them.
        self.filtered(lambda halt: not halt.date_end).sudo()._close(self.env.user)
        return True

    @api.model
    def _get_open(self, companies):
        """Return the halts that hold these companies now."""
        return self.sudo().search(
            [("company_id", "in", companies.ids), ("date_end", "=", False)]
        )

    @api.model
    def _describe_open(self):
        """Return what the queue says of the halts that hold the user's companies.

        :return: list of dicts: id, title, text, since (in words), can_release; empty
            for who has nothing to do with reminders
        """
        if not self.has_access("read"):
            return []
        halts = self.search(
            [("company_id", "in", self.env.companies.ids), ("date_end", "=", False)]
        )
        is_manager = self.env.user._is_reminder_manager()
        several = len(self.env.companies) > 1
        return [
            {
                "id": halt.id,
                "title": f"{halt.company_id.name}: {halt.display_name}"
                if several
                else halt.display_name,
                "text": halt.description,
                "since": format_datetime(self.env, halt.date_start, dt_format="short"),
                "can_release": is_manager and halt.is_brake,
            }
            for halt in halts
        ]

    def _log(self, kind, payload):
        self.ensure_one()
        self.env["payment.reminder.event"]._log_company(
            self.company_id, kind, {"halt": self.reason, **payload}
        )

    def _tell_managers(self):
        """Leave one activity for each manager of the company."""
        self.ensure_one()
        for user in self.company_id._get_reminder_managers():
            halt = self.with_context(lang=user.lang)
            halt.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=halt.env._("No reminder leaves: look why"),
                note=halt.description,
                user_id=user.id,
            )

    # -- looking at a run ---------------------------------------------------------

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
                amount=so_far.amount + self._sum_claims(company, mine, today[company]),
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
    def _sum_claims(self, company, reminders, day):
        """Return what these notices ask for in all, in the company's currency.

        :param day: of the rates of exchange
        """
        total = Decimal(0)
        for currency, notices in reminders.grouped("currency_id").items():
            claims = sum(notices.mapped("amount_claim"))
            total += to_decimal(
                currency._convert(claims, company.currency_id, company, day)
            )
        return total

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
                   AND taken_over_id IS NULL
                   AND COALESCE(sent_date, sending_since) >= %(since)s
                 GROUP BY 1, 2, 3
                """,
                companies=companies.ids,
                since=now - timedelta(days=USUAL_DAYS),
            )
        )
        found = {company: {} for company in companies}
        currencies = self.env["res.currency"].browse({row[1] for row in rows})
        rates = {}
        for company in companies if currencies else ():
            rates[company] = self._get_rates(company, currencies)
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
                            AND taken_over_id IS NULL
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
        live = self.env["payment.reminder.facts"]._read_live(reminders.line_ids.item_id)
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
        asked = to_decimal(line.amount_residual, line.currency_id.decimal_places)
        return not seen or seen.move_state != "posted" or seen.owed > asked

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
