import json
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from itertools import chain

import pytz

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import guard, insolvency, network, schedule
from ...rules.calendar import get_calendar
from ...tools.decimals import to_decimal


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
        live = self._read_due_items(reminders.line_ids.move_line_id.ids)
        sendings = self._read_invoice_sendings(reminders)
        if any(seen.pending_transaction for seen in live.values()):
            for item_id, values in self._read_transaction_facts(reminders).items():
                sendings[item_id].update(values)
        of_cases = self._read_case_facts(cases, now)
        money = self._read_money_in_doubt(reminders)
        recipients = self._read_recipients(cases)
        sent_today = self._read_addresses_sent_today(cases.company_id, now)
        sent_before = self._read_already_sent(reminders)
        halts = self.env["payment.reminder.halt"]._get_open(cases.company_id)
        braked = halts.filtered("is_brake").company_id
        history = cases._get_sent_history()
        schedules = cases._get_schedules()
        neutralized = self._is_neutralized()
        approvers = self._read_approvers(reminders)
        rest = self._read_rest_facts(reminders.filtered("is_rest"))
        return {
            reminder: self._make_facts(
                reminder,
                now,
                of_case=of_cases[reminder.case_id],
                live=live,
                sendings=sendings,
                sent_before=sent_before[reminder.id],
                sent_today=sent_today,
                history=history[reminder.case_id.id],
                ladder=schedules.get(reminder.case_id.id, schedule.Ladder(())),
                money=money[reminder],
                recipients=recipients[reminder.case_id.id],
                send_brake=reminder.company_id in braked,
                neutralized=neutralized,
                approved=reminder.approved_by_id.id in approvers,
                **rest.get(reminder, {}),
            )
            for reminder in reminders
        }

    @api.model
    def _read_case_facts(self, cases, now):
        """Read what the guard may know of cases, whatever notice is on them.

        Which step comes next, and whom it reaches, depends on the notice.

        :return: {case: :class:`rules.guard.Facts` without items and recipients}
        """
        today = {
            company: company._get_reminder_today(now) for company in cases.company_id
        }
        credits = self._read_unallocated_credits(cases)
        stale = self._read_bank_ages(cases.company_id)
        registers = self._read_status_facts(cases, now)
        return {
            case: guard.Facts(
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
                handed_over=case.close_reason == "handed_over",
                money=tuple(credits[case.id]),
                bank_stale_days=stale.get(case.company_id.id),
                bank_stale_limit=case.company_id.reminder_bank_stale_days or None,
                ladder_id=case.ladder_id.id,
                require_invoice_sent=case.company_id.reminder_require_invoice_sent,
                invoice_grace_days=case.company_id.reminder_invoice_grace_days,
                **registers[case.id],
            )
            for case in cases
        }

    @api.model
    def _read_next_facts(self, cases):
        """Read what the guard may know of the next step of cases without a notice.

        :return: {case: :class:`rules.guard.Facts` without items}
        """
        found = self._read_case_facts(cases, fields.Datetime.now())
        recipients = self._read_recipients(cases)
        return {
            case: replace(
                facts,
                step_kind=case.next_step_id.kind or "",
                recipients=get_reached(
                    case.next_step_id._get_channels(), recipients[case.id]
                )
                if case.next_step_id
                else ("none is needed",),
            )
            for case, facts in found.items()
        }

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
        group_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "payment_reminders.group_reminder_manager"
        )
        rows = self.env.execute_query(
            SQL(
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
                 WHERE person.id = ANY(%(people)s)
                   AND (person.id = %(machine)s
                        OR (person.active AND EXISTS (
                            SELECT 1
                              FROM res_groups_users_rel given
                              JOIN office ON office.id = given.gid
                             WHERE given.uid = person.id)))
                """,
                group=group_id,
                people=ids,
                machine=SUPERUSER_ID,
            )
        )
        return {user_id for (user_id,) in rows}

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
        reached = get_reached(reminder._get_channels(), recipients)
        spaced = schedule.is_spaced(
            ladder, step._get_rule(), history, of_case.today
        ) and not any(
            sent_today[company.id, address] - {reminder.id} for address in reached
        )
        return replace(
            of_case,
            reminder_id=reminder.id,
            step_kind=step.kind,
            items=tuple(
                self._make_item_facts(line, live, sent_before, sendings)
                for line in reminder.line_ids
            ),
            state=reminder.state,
            hold_until=reminder.hold_until or None,
            bears_fee=step._bears_fee(),
            recipients=reached,
            money=_get_each_once(of_case.money, money),
            spaced=spaced,
            approved_ladder_id=reminder.approved_ladder_id.id or None,
            overridden=tuple(reminder.override_codes or ()),
            **more,
        )

    @api.model
    def _read_rest_facts(self, reminders):
        """Read what notices of the rest ask for, and whether it still is the rest.

        :return: {reminder: values of :class:`rules.guard.Facts`}
        """
        costs = reminders.case_id._read_open_costs() if reminders else {}
        found = {}
        for notice in reminders:
            digits = notice.currency_id.decimal_places
            found[notice] = {
                "rest_only": True,
                "open_costs": sum(costs[notice.case_id.id].values(), Decimal(0)),
                "proposed_costs": to_decimal(notice.amount_costs_before, digits),
                "overdue_principal": to_decimal(
                    notice.case_id.amount_principal, digits
                ),
            }
        return found

    @api.model
    def _make_item_facts(self, line, live, sent_before, sendings):
        digits = line.currency_id.decimal_places
        item = line.item_id
        now = live.get(item._get_live_key())
        proposed = {
            "item_id": line.item_id.id,
            "proposed_residual": to_decimal(line.amount_residual, digits),
            "proposed_credited": to_decimal(line.amount_credited, digits),
            "proposed_apart": to_decimal(line.amount_apart, digits),
            "already_sent": bool(line.step_id) and line.item_id.id in sent_before,
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
            **sendings.get(line.item_id.id, {}),
            pending_transaction=now.pending_transaction,
            moved=item._get_moved(now),
            **proposed,
        )

    @api.model
    def _read_addresses_sent_today(self, companies, now):
        """Read to whom these companies have already written on their own day.

        :return: {(company id, "channel:address"): ids of the notices}
        """
        found = defaultdict(set)
        rows = (
            self.env["payment.reminder.delivery"]
            .sudo()
            ._read_group(
                Domain("state", "in", ("sending", "sent", "uncertain"))
                & Domain.OR(
                    Domain("company_id", "=", company.id)
                    & Domain("date_sent", ">=", company._get_reminder_day_start(now))
                    for company in companies
                ),
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

    @api.model
    def _read_invoice_sendings(self, reminders):
        """Read how the invoices of these notices reached the customer (hook).

        An invoice counts as sent when Odoo marked it so (also one that was printed or
        imported as sent), unless each message that carried it failed or came back, or
        a network of electronic invoices did not deliver it and no e-mail did.

        :return: {item id: values of :class:`rules.guard.ItemFacts`}
        """
        items = reminders.line_ids.item_id
        networks = self._get_invoice_networks()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id, %(states)s, COALESCE(move.is_move_sent, FALSE),
                       BOOL_AND(note.notification_status
                                IN ('bounce', 'exception', 'canceled')),
                       MIN(message.date) FILTER (
                           WHERE note.notification_status
                                 NOT IN ('bounce', 'exception', 'canceled'))
                  FROM account_move move
                  LEFT JOIN (
                       mail_message message
                       JOIN mail_notification note
                         ON note.mail_message_id = message.id
                        AND note.notification_type = 'email'
                       JOIN res_partner reader
                         ON reader.id = note.res_partner_id)
                    ON message.model = 'account.move'
                   AND message.res_id = move.id
                   AND reader.commercial_partner_id = move.commercial_partner_id
                   AND EXISTS (SELECT 1 FROM message_attachment_rel rel
                                WHERE rel.message_id = message.id)
                 WHERE move.id = ANY(%(moves)s)
                 GROUP BY move.id
                """,
                moves=items.move_line_id.move_id.ids,
                states=self._get_network_states(networks),
            )
        )
        by_move = {row[0]: row[1:] for row in rows}
        found = {}
        for item in items:
            states, sent, bounced, moment = by_move.get(
                item.move_line_id.move_id.id, (None, True, False, None)
            )
            found[item.id] = {
                "invoice_sent": bool(item.invoice_vouched_by_id)
                or (sent and not bounced),
                "invoice_bounced": bool(bounced),
                "invoice_sent_on": moment
                and not item.invoice_vouched_by_id
                and item.company_id._get_reminder_today(moment)
                or None,
            }
            if states and not moment and not item.invoice_vouched_by_id:
                found[item.id] |= self._get_network_facts(networks, states)
        return found

    @api.model
    def _get_network_states(self, networks):
        """Return the SQL of what networks say of an invoice ``move``, as JSON."""
        if not networks:
            return SQL("NULL")
        pairs = SQL(", ").join(
            SQL("%s, %s", name, SQL.identifier("move", name)) for name in networks
        )
        return SQL("NULLIF(json_strip_nulls(json_build_object(%s))::text, '{}')", pairs)

    @api.model
    def _get_invoice_networks(self):
        """Return the networks that may say whether an invoice arrived (hook).

        Those whose module is installed: their field exists.

        :return: {stored field of account.move: :class:`rules.network.Network`}
        """
        known = self.env["account.move"]._fields
        return {
            name: one
            for name, one in network.NETWORKS.items()
            if name in known and known[name].store
        }

    @api.model
    def _get_network_facts(self, networks, states):
        """Return the values of facts of an invoice that networks know.

        :param states: {field: state} as JSON
        """
        trouble = network.find_trouble(networks, json.loads(states))
        if not trouble:
            return {}
        return {
            "invoice_sent": False,
            "invoice_network": trouble.network,
            "invoice_network_state": trouble.state,
        }

    # -- company registers ------------------------------------------------------

    @api.model
    def _read_status_facts(self, cases, now):
        """Read what the guard must know of the company registers.

        :return: {case id: values for :class:`rules.guard.Facts`}
        """
        checks = cases._read_company_statuses()
        found = defaultdict(dict)
        if not checks:
            return found
        for case in cases.filtered(lambda case: case.id in checks):
            check = checks[case.id].sudo()
            reason = check._get_freeze_reason()
            company = case.company_id
            followed = company._follows_company_registers()
            found[case.id] = {
                "insolvency": reason == insolvency.INSOLVENCY,
                "status_unknown": reason == insolvency.STATUS_UNKNOWN,
                "status_age_days": check._get_age_days(now) if followed else None,
                "status_age_limit": company.reminder_status_stale_days
                if company.reminder_status_when_stale == "hold"
                else None,
            }
        return found

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
