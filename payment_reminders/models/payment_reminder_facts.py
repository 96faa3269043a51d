from collections import defaultdict
from decimal import Decimal

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import guard, schedule
from ..rules.calendar import Calendar
from .decimals import to_decimal


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
        credits = self._read_unallocated_credits(cases)
        bank_lines = self._read_unmatched_bank_lines(cases, reminders)
        stale = self._read_bank_ages(cases.company_id)
        recipients = self._read_recipients(cases)
        sent_today = self._read_addresses_sent_today(cases.company_id, now)
        sent_before = self._read_already_sent(reminders)
        history = cases._get_sent_history()
        schedules = cases._get_schedules()
        neutralized = bool(
            self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        )
        return {
            reminder: self._make_facts(
                reminder,
                now,
                live=live,
                sent_before=sent_before[reminder.id],
                sent_today=sent_today,
                history=history[reminder.case_id.id],
                ladder=schedules.get(reminder.case_id.id, schedule.Ladder(())),
                unallocated_credit=credits[reminder.case_id.id],
                unmatched_bank_lines=tuple(bank_lines[reminder.case_id.id]),
                bank_stale_days=stale.get(reminder.company_id.id),
                recipients=recipients[reminder.case_id.id],
                neutralized=neutralized,
            )
            for reminder in reminders
        }

    @api.model
    def _make_facts(
        self,
        reminder,
        now,
        *,
        live,
        sent_before,
        sent_today,
        history,
        ladder,
        recipients,
        **more,
    ):
        case = reminder.case_id
        company = reminder.company_id
        step = reminder.step_id
        today = company._get_reminder_today(now)
        channels = step._get_channels()
        reached = tuple(
            f"{channel}:{address}"
            for channel in channels
            for _partner, address in recipients.get(channel, ())
        )
        spaced = schedule.is_spaced(
            ladder, step._get_rule(), history, today
        ) and not any(
            sent_today[company.id, address] - {reminder.id} for address in reached
        )
        return guard.Facts(
            reminder_id=reminder.id,
            step_kind=step.kind,
            today=today,
            items=tuple(
                self._make_item_facts(line, live, sent_before)
                for line in reminder.line_ids
            ),
            state=reminder.state,
            approved=bool(reminder.approved_by_id),
            hold_until=reminder.hold_until or None,
            bears_fee=step._bears_fee(),
            snoozed_until=case.snoozed_until or None,
            case_state=case.state,
            freezes=tuple(case._get_open_freezes().mapped("reason")),
            open_queries=len(case.query_ids.filtered(lambda q: q.state != "closed")),
            active_plans=len(case.plan_ids.filtered(lambda p: p.state == "active")),
            partner_excluded=case.partner_id.reminder_excluded,
            company_active=company.active,
            recipients=reached,
            bank_stale_limit=company.reminder_bank_stale_days or None,
            spaced=spaced,
            ladder_id=case.ladder_id.id,
            approved_ladder_id=reminder.approved_ladder_id.id or None,
            require_invoice_sent=company.reminder_require_invoice_sent,
            **more,
        )

    @api.model
    def _make_item_facts(self, line, live, sent_before):
        digits = line.currency_id.decimal_places
        now = live.get(line.move_line_id.id)
        proposed = {
            "item_id": line.item_id.id,
            "proposed_residual": to_decimal(line.amount_residual, digits),
            "proposed_credited": to_decimal(line.amount_credited, digits),
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
            no_followup=now.no_followup,
            excluded=now.excluded,
            invoice_sent=now.invoice_sent,
            pending_transaction=now.pending_transaction,
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
                   AND sent.withdrawn IS NOT TRUE
                   AND sent.state IN ('sending', 'sent', 'uncertain')
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

    # -- days and hours ---------------------------------------------------------

    @api.model
    def _get_calendars(self, cases):
        """Return {case id: calendar of the debtor's country and our closed days}."""
        closed = cases.company_id._get_reminder_closed_days()
        made = {}
        calendars = {}
        for case in cases:
            company = case.company_id
            country = case.partner_id.country_id.code or company.country_id.code or ""
            key = (company.id, country)
            if key not in made:
                made[key] = Calendar(
                    country=country,
                    closed_days=closed[company.id],
                    hour_from=company.reminder_hour_from,
                    hour_to=company.reminder_hour_to,
                )
            calendars[case.id] = made[key]
        return calendars


def get_debtor_zone(partner, company):
    """Return the time zone in which a customer reads messages (pytz)."""
    name = partner.tz or company.partner_id.tz
    country = partner.country_id.code
    if not partner.tz and country:
        name = (pytz.country_timezones.get(country) or [name])[0]
    return pytz.timezone(name or "UTC")
