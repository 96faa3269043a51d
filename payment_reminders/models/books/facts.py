from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from operator import attrgetter

import pytz

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import table_exists

from ...rules import guard, schedule
from ...rules.calendar import get_calendar
from ...tools.decimals import to_decimal

#: Other addons that write to customers about what is overdue (``other_senders.py``).
OTHER_SENDERS = (
    "account_followup",
    "account_credit_control",
    "account_invoice_overdue_reminder",
)
#: How far back a bank line, or a payment that somebody called paid, may lie and still
#: be about an open invoice.
MONEY_DAYS = 120


class PaymentReminderFacts(models.AbstractModel):
    """Reads the live state for the rules: always in sets, never a row at a time."""

    _name = "payment.reminder.facts"
    _description = "Payment Reminder Facts"

    # -- guard ------------------------------------------------------------------

    @api.model
    def _read_guard_facts(self, reminders, now=None):
        """Read everything that the guard may know, in a fixed number of queries.

        Nothing is taken from a cache: the caller's environment is flushed and
        its cached records are dropped first.

        :param reminders: payment.reminder records
        :param now: UTC datetime without zone, the moment of the verdict
        :return: {reminder: :class:`rules.guard.Facts`}
        """
        now = now or fields.Datetime.now()
        self.env.flush_all()
        self.env.invalidate_all(flush=False)
        # Without its own ids to prefetch by, each would be read alone from here on.
        reminders = reminders.browse(reminders.ids)
        cases = reminders.case_id
        sent_before = self._read_already_sent(reminders)
        approvers = self._read_approvers(reminders)
        neutralized = self._is_neutralized()
        is_loose, senders = self._look_around(cases.company_id)
        money = self._read_money_in_doubt(reminders, is_loose)
        sent_today = self._read_addresses_sent_today(cases.company_id, now)
        today = {}
        for company in cases.company_id:
            today[company] = company._get_reminder_today(now)
        of_cases = self._read_case_facts(cases, now, today, is_loose, senders)
        recipients = self._read_recipients(cases)
        sendings = self._read_invoice_sendings(reminders)
        live = self._read_live(reminders.line_ids.item_id)
        if any(map(attrgetter("pending_transaction"), live.values())):
            for item_id, values in self._read_transaction_facts(reminders).items():
                sendings[item_id].update(values)
        outside = {}
        if elsewhere := reminders.filtered("is_elsewhere"):
            sources = self.env["payment.reminder.source"]
            outside = sources._read_guard_facts(elsewhere, now)
        halts = self.env["payment.reminder.halt"]._get_open(cases.company_id)
        braked = halts.filtered("is_brake").company_id
        history = cases._get_sent_history()
        # Before anything was sent nothing has to be kept apart.
        schedules = cases._get_schedules() if any(history.values()) else {}
        of_rest = reminders.filtered("is_rest")
        rest = of_rest._prepare_rest_facts() if of_rest else {}
        laws = reminders.step_id.ladder_id.jurisdiction_id
        lawful = laws._read_notice_facts(reminders, today) if laws else {}
        found = {}
        for reminder in reminders:
            case = reminder.case_id
            found[reminder] = self._make_facts(
                reminder,
                now,
                of_case=of_cases[case],
                live=live,
                sendings=sendings,
                sent_before=sent_before[reminder.id],
                sent_today=sent_today,
                history=history[case.id],
                ladder=schedules.get(case.id, schedule.Ladder(())),
                money=money[reminder],
                recipients=recipients[case.id],
                send_brake=reminder.company_id in braked,
                neutralized=neutralized,
                approved=reminder.approved_by_id.id in approvers,
                **rest.get(reminder, {}),
                **lawful.get(reminder, {}),
                **outside.get(reminder, {}),
            )
        return found

    @api.model
    def _read_case_facts(self, cases, now, today, is_loose, senders=()):
        """Read what the guard may know of cases, whatever notice is on them.

        Which step comes next, and whom it reaches, depends on the notice.

        :param today: {company: its own day}
        :param is_loose: see :meth:`_has_loose_money`
        :param senders: names of other addons that write to customers
        :return: {case: :class:`rules.guard.Facts` without items and recipients}
        """
        credits = self._read_unallocated_credits(cases) if is_loose else {}
        if elsewhere := cases.filtered("is_elsewhere"):
            sources = self.env["payment.reminder.source"]
            for case_id, money in sources._read_all_money(elsewhere).items():
                credits[case_id] = [*credits.get(case_id, ()), *money]
        watched = cases.company_id.filtered("reminder_bank_stale_days")
        stale = self._read_bank_ages(watched) if watched else {}
        checks = cases._read_company_statuses()
        others = self._read_other_senders(cases, senders) if senders else {}
        found = {}
        for case in cases:
            check = checks.get(case.id)
            found[case] = guard.Facts(
                reminder_id=0,
                step_kind="",
                today=today[case.company_id],
                items=(),
                state="approved",
                approved=True,
                hold_until=None,
                snoozed_until=case.snoozed_until or None,
                case_state=case.state,
                freezes=tuple(case._get_open_freezes().mapped("reason")),
                open_queries=len(case._get_open_queries()),
                active_plans=len(case._get_active_plans()),
                partner_excluded=case.partner_id.reminder_excluded,
                company_active=case.company_id.active,
                handed_over=case.close_reason == "handed_over" or case.is_handed_over,
                money=tuple(credits.get(case.id, ())),
                bank_stale_days=stale.get(case.company_id.id),
                bank_stale_limit=case.company_id.reminder_bank_stale_days or None,
                ladder_id=case.ladder_id.id,
                require_invoice_sent=case.company_id.reminder_require_invoice_sent,
                invoice_grace_days=case.company_id.reminder_invoice_grace_days,
                **(check._prepare_facts(case.company_id, now) if check else {}),
            )
            if other := others.get(case.id):
                found[case] = replace(
                    found[case],
                    other_sender=other.module,
                    other_level=other.level,
                    other_since=other.since,
                )
        return found

    @api.model
    def _read_next_facts(self, cases):
        """Read what the guard may know of the next step of cases without a notice.

        :return: {case: :class:`rules.guard.Facts` without items}
        """
        now = fields.Datetime.now()
        is_loose, senders = self._look_around(cases.company_id)
        today = {
            company: company._get_reminder_today(now) for company in cases.company_id
        }
        found = self._read_case_facts(cases, now, today, is_loose, senders)
        recipients = self._read_recipients(cases)
        for case, facts in found.items():
            step = case.next_step_id
            reached = ("none is needed",)
            if step:
                reached = get_reached(step._get_channels(), recipients[case.id])
            found[case] = replace(facts, step_kind=step.kind or "", recipients=reached)
        return found

    @api.model
    def _read_approvers(self, reminders):
        """Read which of those who approved these notices may still do so.

        From the rows, not from what this process remembers of users and groups: an
        approval does not outlive the right to give it.

        :return: set of user ids
        """
        ids = reminders.approved_by_id.ids
        if not ids:
            return set()
        query = self._get_approvers_query(SQL("SELECT unnest(%s)", ids))
        return {user_id for (user_id,) in self.env.execute_query(query)}

    @api.model
    def _get_approvers_query(self, people):
        """Return the query (id) for who may approve notices today.

        :param people: query (id) of the users that are asked about
        """
        group_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "payment_reminders.group_reminder_manager"
        )
        return SQL(
            # By the primary keys of users, and of their groups.
            """
            WITH RECURSIVE office(id) AS (
                SELECT %(group)s
                 UNION
                SELECT implied.gid
                  FROM res_groups_implied_rel implied
                  JOIN office ON office.id = implied.hid
            )
            SELECT person.id
              FROM res_users person
             WHERE person.id IN (%(people)s)
               AND (person.id = %(machine)s
                    OR (person.active AND EXISTS (
                        SELECT 1
                          FROM res_groups_users_rel given
                          JOIN office ON office.id = given.gid
                         WHERE given.uid = person.id)))
            """,
            group=group_id,
            people=people,
            machine=SUPERUSER_ID,
        )

    @api.model
    def _is_neutralized(self):
        """Tell whether this is a copy that sends nothing.

        Read from the row: Odoo marks a copy in SQL, of which a server that runs
        hears nothing and goes on to answer from its cache.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT value FROM ir_config_parameter"
                " WHERE key = 'database.is_neutralized'"
            )
        )
        return bool(rows and rows[0][0])

    @api.model
    def _make_facts(
        self,
        reminder,
        now,
        *,
        of_case,
        live,
        sendings,
        sent_before,
        sent_today,
        history,
        ladder,
        recipients,
        money,
        **more,
    ):
        """Return what the guard may know of a notice: of its case, and its own."""
        company = reminder.company_id
        step = reminder.step_id
        channels, bears_fee = reminder._get_channels(), step._bears_fee()
        reached = get_reached(channels, recipients)
        spaced = (
            not history
            or schedule.is_spaced(ladder, step._get_rule(), history, of_case.today)
        ) and not any(
            sent_today[company.id, address] - {reminder.id} for address in reached
        )
        return replace(
            of_case,
            reminder_id=reminder.id,
            step_kind=step.kind,
            items=tuple(
                [
                    self._make_item_facts(line, live, sent_before, sendings)
                    for line in reminder.line_ids
                ]
            ),
            state=reminder.state,
            hold_until=reminder.hold_until or None,
            bears_fee=bears_fee,
            recipients=reached,
            money=_get_each_once(of_case.money, money) if money else of_case.money,
            spaced=spaced,
            approved_ladder_id=reminder.approved_ladder_id.id or None,
            overridden=tuple(reminder.override_codes or ()),
            **more,
        )

    @api.model
    def _make_item_facts(self, line, live, sent_before, sendings):
        digits = line.reminder_id.currency_id.decimal_places
        item = line.item_id
        now, moved = item._look_up(live)
        proposed = {
            "item_id": item.id,
            "proposed_residual": to_decimal(line.amount_residual, digits),
            "proposed_credited": to_decimal(line.amount_credited, digits),
            "proposed_apart": to_decimal(line.amount_apart, digits),
            "already_sent": bool(line.step_id) and item.id in sent_before,
        }
        if now is None:
            return guard.ItemFacts(
                move_id=0,
                move_name=line.name or "",
                move_state="deleted",
                payment_state="not_paid",
                date_due=line.date_due,
                residual=Decimal(0),
                in_process=Decimal(0),
                credited=Decimal(0),
                **proposed,
            )
        return guard.ItemFacts(
            move_id=now.move_id,
            move_name=now.move_name,
            move_state=now.move_state,
            payment_state=now.payment_state,
            date_due=now.date_due,
            residual=now.residual,
            in_process=now.in_process,
            credited=now.credited,
            apart=now.apart,
            no_followup=now.no_followup,
            excluded=now.excluded,
            held_until=now.held_until,
            **sendings.get(item.id, {}),
            pending_transaction=now.pending_transaction,
            moved=moved,
            handed_over=bool(item.handover_id),
            **proposed,
        )

    @api.model
    def _read_addresses_sent_today(self, companies, now):
        """Read to whom these companies have already written on their own day.

        :return: {(company id, "channel:address"): ids of the notices}
        """
        found = defaultdict(set)
        days = []
        for company in companies:
            start = company._get_reminder_day_start(now)
            days.append(
                Domain("company_id", "=", company.id) & Domain("date_sent", ">=", start)
            )
        rows = (
            self.env["payment.reminder.delivery"]
            .sudo()
            ._read_group(
                Domain("state", "in", ("sending", "sent", "uncertain"))
                & Domain.OR(days),
                ["company_id", "channel", "recipient", "reminder_id"],
            )
        )
        for company, channel, recipient, reminder in rows:
            found[company.id, f"{channel}:{recipient}"].add(reminder.id)
        return found

    @api.model
    def _read_already_sent(self, reminders):
        """Read which items another notice already carried at the same step.

        :return: {reminder id: set of item ids}
        """
        found = defaultdict(set)
        if not reminders:
            return found
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sent.id, line.item_id, line.step_id
                  FROM payment_reminder sent
                  JOIN payment_reminder_line line ON line.reminder_id = sent.id
                 WHERE sent.case_id = ANY(%s)
                   AND (sent.counts OR sent.state IN ('sending', 'uncertain'))
                """,
                reminders.case_id.ids,
            )
        )
        carried = defaultdict(set)
        for reminder_id, item_id, step_id in rows:
            carried[item_id, step_id].add(reminder_id)
        for reminder in reminders:
            for line in reminder.line_ids:
                if carried[line.item_id.id, line.step_id.id] - {reminder.id}:
                    found[reminder.id].add(line.item_id.id)
        return found

    # -- is there any money? -------------------------------------------------------

    @api.model
    def _has_loose_money(self, companies):
        """Tell whether money lies anywhere in these companies that is not matched.

        Wider than what any reading of money lets through: where there is none, nobody
        need ask whose it is.

        :param companies: res.company; their main companies and all branches count
        """
        return self._look_around(companies)[0]

    @api.model
    def _look_around(self, companies):
        """Tell what there is beside these companies' invoices that a notice may meet.

        In one query, which finds nothing as a rule.

        :param companies: res.company; their main companies and all branches count
        :return: (see :meth:`_has_loose_money`, names of installed addons that remind
            customers as well)
        """
        self.env["account.move"].flush_model()
        [[found, senders]] = self.env.execute_query(
            SQL(
                # Each by a partial index: account_bank_statement_line_reminder_…,
                # account_move_line_reminder_credit_idx,
                # account_payment_reminder_draft_idx and …_date_idx,
                # account_move_reminder_draft_refund_idx, and the unique index on
                # the name of modules.
                """
                WITH office AS (
                     SELECT id FROM res_company
                      WHERE SPLIT_PART(parent_path, '/', 1)::integer = ANY(%(roots)s))
                SELECT EXISTS (
                       SELECT 1 FROM account_bank_statement_line st
                        WHERE st.is_reconciled IS NOT TRUE AND st.amount > 0)
                    OR EXISTS (
                       SELECT 1 FROM account_move_line line
                        WHERE line.company_id IN (SELECT id FROM office)
                          AND line.parent_state = 'posted'
                          AND line.reconciled IS NOT TRUE
                          AND line.amount_residual < 0
                          AND line.account_id IN (
                              SELECT id FROM account_account
                               WHERE account_type = 'asset_receivable'))
                    OR EXISTS (
                       SELECT 1 FROM account_payment pay
                        WHERE pay.company_id IN (SELECT id FROM office)
                          AND pay.payment_type = 'inbound'
                          AND pay.state = 'draft')
                    OR EXISTS (
                       SELECT 1 FROM account_payment pay
                        WHERE pay.company_id IN (SELECT id FROM office)
                          AND pay.move_id IS NULL
                          AND pay.payment_type = 'inbound'
                          AND pay.state IN ('in_process', 'paid')
                          AND (pay.state = 'in_process' OR pay.date >= %(since)s))
                    OR EXISTS (
                       SELECT 1 FROM account_move note
                        WHERE note.company_id IN (SELECT id FROM office)
                          AND note.move_type = 'out_refund'
                          AND note.state = 'draft'
                          AND note.amount_total > 0),
                       ARRAY(
                       SELECT name::text FROM ir_module_module
                        WHERE name IN %(senders)s AND state = 'installed')
                """,
                roots=companies.root_id.ids,
                senders=OTHER_SENDERS,
                since=fields.Date.today() - timedelta(days=MONEY_DAYS),
            )
        )
        return found, tuple(senders)

    @api.model
    def _read_money_in_doubt(self, reminders, is_loose):
        """Read the money that may pay these notices and is matched with nothing yet.

        What is on the customer's own account is known of the case
        (:meth:`_read_unallocated_credits`).

        :param is_loose: see :meth:`_has_loose_money`
        :return: {payment.reminder: tuple of :class:`rules.guard.MoneyFacts`}
        """
        # As their due items know them: no journal item need be read for that.
        moves = reminders.line_ids.item_id.move_id
        collected = self._read_collections_under_way(moves)
        if not collected and not is_loose:
            return dict.fromkeys(reminders, ())
        roots = self._get_roots(reminders.company_id)
        return self._find_money_in_doubt(reminders, roots, collected)

    @api.model
    def _read_collections_under_way(self, moves):
        """Read what is being collected of these invoices (hook).

        A direct debit, a payment order, a batch: the bank is about to fetch the money.
        Read here are the debit orders of OCA's account_payment_order, if it is there,
        from the day on which they are confirmed until they are booked.

        :param moves: account.move records
        :return: {invoice id: [:class:`rules.guard.MoneyFacts`, source "collection"]}
        """
        if not moves or not self._has_payment_orders():
            return {}
        return self._read_payment_orders(moves)

    @api.model
    def _has_payment_orders(self):
        """Tell whether OCA's account_payment_order is there."""
        return table_exists(self.env.cr, "account_payment_order")

    # -- days and hours ---------------------------------------------------------

    @api.model
    def _get_calendars(self, cases):
        """Return {case id: calendar of the debtor's country and our closed days}."""
        closed = self._read_closed_days(cases.company_id)
        made = {}
        calendars = {}
        for case in cases:
            company = case.company_id
            country = case.partner_id.country_id.code or company.country_id.code or ""
            key = (company.id, country)
            if key not in made:
                made[key] = self._make_calendar(company, country, closed[company.id])
            calendars[case.id] = made[key]
        return calendars

    @api.model
    def _get_places(self, cases):
        """Return {case id: (calendar, time zone) of whoever gets its notices}."""
        calendars = self._get_calendars(cases)
        return {
            case.id: (
                calendars[case.id],
                get_debtor_zone(case.partner_id, case.company_id),
            )
            for case in cases
        }

    @api.model
    def _make_calendar(self, company, country, closed_days):
        """Return the calendar of debtors in a country (ISO code) of a company."""
        return get_calendar(
            country,
            closed_days,
            company.reminder_hour_from,
            company.reminder_hour_to,
        )

    @api.model
    def _read_closed_days(self, companies, since=None):
        """Read {company id: frozenset of days on which the company is closed}.

        These are the public time off of the company's working calendar.

        :param since: the first day of interest (default: a month ago)
        """
        since = since or fields.Date.add(fields.Date.today(), days=-30)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", companies.ids),
                    ("date_to", ">=", since),
                ]
            )
        )
        days = {company.id: set() for company in companies}
        for leave in leaves:
            company = leave.company_id
            day = company._get_reminder_today(leave.date_from)
            last = company._get_reminder_today(leave.date_to)
            while day <= last:
                days[company.id].add(day)
                day = fields.Date.add(day, days=1)
        return {company_id: frozenset(found) for company_id, found in days.items()}


def get_reached(channels, recipients):
    """Return "channel:address" of everybody whom these channels reach.

    :param recipients: {channel: [(partner, address)]}
    """
    return tuple(
        f"{channel}:{address}"
        for channel in channels
        for _partner, address in recipients.get(channel, ())
    )


def _get_each_once(*found):
    """Return money that several ways led to, each once."""
    once = {}
    for money in chain(*found):
        once.setdefault((money.source, money.record_id), money)
    return tuple(once.values())


def get_debtor_zone(partner, company):
    """Return the time zone in which a customer reads messages (pytz)."""
    name = partner.tz or company.partner_id.tz
    country = partner.country_id.code
    if not partner.tz and country:
        name = (pytz.country_timezones.get(country) or [name])[0]
    return pytz.timezone(name or "UTC")
