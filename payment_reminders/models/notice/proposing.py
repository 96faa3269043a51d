"""When notices are proposed, and what becomes of those that wait."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...rules import guard, schedule
from ...rules.lifecycle import BUSY, WAITING
from ...rules.verdict import EARLY, OBSOLETE
from ...tools import bulk, transactions
from ..case.progress import Stage

CASES_PER_BATCH = 500
#: So many demands go out before a trifle is put to a person.
DEMANDS_ON_A_TRIFLE = 2
#: So many banking days money may lie unmatched before a person is asked about it.
MONEY_PATIENCE = 5


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    @api.model
    def _cron_propose(self):
        """Look at the open notices again, then propose what has become due."""
        # A proposal sends nothing: it needs no right of whoever starts this.
        self = self.sudo()
        transactions.commit(self.env)
        companies = self.env["res.company"]._get_reminder_companies()
        transactions.run_each(
            companies, lambda some: some.env["payment.reminder.halt"]._watch_banks(some)
        )
        keys = {}
        waiting = Stage(
            "waiting",
            lambda: self._find_moved(keys),
            lambda some: some._recheck(keys),
            CASES_PER_BATCH,
        )
        proposals = [
            Stage(
                f"company:{company.id}",
                lambda company=company: self._find_due_cases(company).with_company(
                    company
                ),
                self._propose,
                CASES_PER_BATCH,
            )
            for company in companies
        ]
        self.env["payment.reminder.progress"]._work_through(
            "propose", [waiting, *proposals]
        )

    @api.model
    def _find_moved(self, keys):
        """Return the notices that wait and of which something may be new.

        :param keys: {id: what it is to be known by}, filled here
        """
        facts = self.env["payment.reminder.facts"]
        waiting = self.search([("state", "in", WAITING)])
        keys.clear()
        if waiting:
            keys.update(facts._find_moved_notices(waiting))
        return self.browse(keys)

    @api.model
    def _propose(self, cases):
        """Propose the next notice of cases that nobody else is busy with."""
        free = cases.try_lock_for_update()
        busy = free.browse(case.id for case in free._find_open_notices())
        fresh = free.env["payment.reminder.proposal"]._propose(free - busy)
        # Who opens the queue reads what is in the way, not whoever waits an hour.
        if fresh:
            fresh._ask_guard()

    @api.model
    def _find_due_cases(self, company, calls=False):
        """Return the cases of a company whose next step may be proposed today.

        :param calls: those whose next step is a call, instead of those with a letter
        """
        if not company._has_reminders_started():
            return self.env["payment.reminder.case"]
        # One query: thousands may wait, of which nothing need be read.
        busy = Domain("state", "in", BUSY) | Domain(
            # What a person cancelled does not come back before tomorrow.
            "cancelled_date",
            ">=",
            company._get_reminder_day_start(),
        )
        # It comes today by the clock of this company.
        cases = self.env["payment.reminder.case"].with_company(company)
        return cases.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("next_date", "<=", company._get_reminder_today()),
                ("next_step_id.kind", "=" if calls else "!=", schedule.CALL),
                ("snoozed_until", "=", False),
                ("partner_id.reminder_excluded", "=", False),
                ("reminder_ids", "not any", busy),
            ],
            order="id",
        )

    def _recheck(self, keys=None):
        """Ask the guard again about notices that wait in the queue.

        What can never be right again is cancelled, and what is still owed comes
        back as a new proposal; a held notice that nothing holds any more goes
        back into the queue. What somebody else is busy with is left alone.

        :param keys: {id: what a notice is to be known by}, read before the facts
        """
        self._release_expired_holds()
        cases = self.case_id.try_lock_for_update()
        free = self.filtered(lambda r: r.case_id in cases).try_lock_for_update()
        free.invalidate_recordset()
        waiting = free.filtered(lambda r: r.state in WAITING)
        now = fields.Datetime.now()
        in_doubt = {}
        for reminder, facts in waiting._read_facts(now, as_if_released=True).items():
            if facts.money and not reminder.money_asked_date:
                in_doubt[reminder] = facts
            codes = guard.check(facts, now)
            reasons = set(codes) - EARLY
            if reasons & OBSOLETE:
                reminder._note_verdict(codes, facts)
                told = reminder.with_env(reminder.case_id._in_staff_language().env)
                reminder._cancel(told._explain_obsolete())
            elif reminder.state == "approved" and not facts.approved:
                reminder._lapse_approval(codes, facts)
            elif reminder.state == "held" and not reasons:
                reminder._release_held()
            elif reminder._is_news(codes, facts):
                reminder._note_verdict(codes, facts)
        if in_doubt:
            self._ask_about_money(in_doubt)
        if keys:
            self.env["payment.reminder.facts"]._keep_notice_keys(waiting, keys)

    @api.model
    def _ask_about_money(self, in_doubt):
        """Ask a person, once, about money that has lain unmatched for days.

        :param in_doubt: {notice that waits: its facts}
        """
        notices = self.browse(reminder.id for reminder in in_doubt)
        calendars = self.env["payment.reminder.facts"]._get_calendars(notices.case_id)
        for reminder, facts in in_doubt.items():
            since = min(money.day for money in facts.money)
            calendar = calendars[reminder.case_id.id]
            if (
                reminder.state in WAITING
                and calendar.add_banking_days(since, MONEY_PATIENCE) <= facts.today
            ):
                reminder.money_asked_date = facts.today
                told = reminder.case_id._in_staff_language()
                told._call_responsible(
                    told.env._(
                        "Match or ignore money: it holds the reminder to %s",
                        told.partner_id.name,
                    ),
                    note=plaintext2html(
                        told.env["payment.reminder.explanation"]._explain_money(
                            reminder, facts
                        )
                    ),
                )

    def _is_news(self, codes, facts):
        """Tell whether people should read something else on this notice than before.

        What is in the way can be the same, and its sentence another: more money came
        in, or the invoice was sent meanwhile.
        """
        self.ensure_one()
        if (self.verdict or []) != codes:
            return True
        if not set(codes) - EARLY:
            return False
        known = guard.Facts.from_json(self.facts) if self.facts else None
        return not known or facts != replace(
            known, today=facts.today, state=facts.state
        )

    def _explain_obsolete(self):
        """Return why this notice can never be right again, in words."""
        self.ensure_one()
        explanation = self.env["payment.reminder.explanation"]
        facts = guard.Facts.from_json(self.sudo().facts)
        return " ".join(
            explanation._explain_code(code, self, facts)
            for code in self.verdict
            if code in OBSOLETE
        )


class _TakenBack(Exception):
    """Ends a look ahead: nothing of it stays."""


class PaymentReminderProposal(models.AbstractModel):
    """Turns cases whose next step is due into proposed notices."""

    _name = "payment.reminder.proposal"
    _description = "Payment Reminder Proposal"

    @api.model
    def _propose(self, cases, ahead=False):
        """Propose the next notice of these cases, on figures of this moment.

        :param cases: active payment.reminder.case records without an open notice
        :param ahead: by hand, also what is due on the next business day
        :return: the new notices; a case with nothing due today gets none
        """
        planned = self._set_aside_trifles(self._get_planned(cases, ahead))
        if not planned:
            return self.env["payment.reminder"]
        reminders, figures = self._insert(planned)
        self._log(reminders, planned, figures)
        if reminders.case_id.ladder_id.sudo().standing_approval_by_id:
            self._approve_standing(reminders)
        # Many rows were written past the ORM: what is in the way follows.
        reminders.modified(["state", "hold_until"])
        return reminders

    @api.model
    def _look_ahead(self, cases, notices, read, calls=False):
        """Propose the next notices of cases, let somebody read them, take all back.

        What a dialog says of a reminder is then what comes of it.

        :param cases: active cases without an open notice
        :param notices: in the queue already, read with the others
        :param read: function of the notices; what it returns lasts
        :param calls: of cases whose next step is a call
        :return: (what was read, the cases of which too little would be asked)
        """
        found, trifles = None, cases.browse()
        with suppress(_TakenBack), self.env.cr.savepoint():
            planned = self._get_planned(cases, ahead=True, calls=calls)
            trifles = self._suspect_trifles(planned)
            planned = [row for row in planned if row[0] not in trifles]
            if planned:
                notices = notices | self._insert(planned)[0]
            if notices:
                found = read(notices)
            raise _TakenBack
        return found, trifles

    @api.model
    def _insert(self, planned):
        """Write the notices that were planned, and nothing about them.

        :param planned: [(case, step, [(item, live item, its step or None)])]
        :return: (notices, their figures), in the order of ``planned``
        """
        cases = self.env["payment.reminder.case"].union(*(row[0] for row in planned))
        figures = self.env["payment.reminder.figures"]._compute(
            [
                (case, step, [(item, seen.owed) for item, seen, _step in rows])
                for case, step, rows in planned
            ],
            {company: company._get_reminder_today() for company in cases.company_id},
        )
        self.env.flush_all()
        reminders = bulk.insert(
            self.env["payment.reminder"].sudo(),
            [
                self._prepare_reminder_vals(case, step, figure)
                for (case, step, _rows), figure in zip(planned, figures, strict=True)
            ],
        )
        cases.invalidate_recordset(["reminder_ids"])
        bulk.insert(
            self.env["payment.reminder.line"],
            [
                self._prepare_line_vals(reminder, item, seen, step_id, figure)
                for reminder, (_case, _step, rows), figure in zip(
                    reminders, planned, figures, strict=True
                )
                for item, seen, step_id in rows
            ],
        )
        reminders.invalidate_recordset(["line_ids", "item_ids"])
        return reminders, figures

    @api.model
    def _get_planned(self, cases, ahead=False, calls=False):
        """Return [(case, step, [(item, live item, its step or None)])] for today.

        :param ahead: see :meth:`_propose`
        :param calls: what is to be called about, which never is a notice
        """
        facts = self.env["payment.reminder.facts"]
        today = {company: company._get_reminder_today() for company in cases.company_id}
        calendars = facts._get_calendars(cases)
        live = facts._read_live(cases.item_ids)
        history = cases._get_sent_history()
        schedules = cases._get_schedules()
        planned = []
        for case in cases:
            plan = case._get_plan(live, history, calendars, schedules)
            last = today[case.company_id]
            if ahead:
                last = calendars[case.id].next_business_day(last)
            if not plan or plan.date > last:
                continue
            steps = {
                **{moving.item_id: moving.step_id for moving in plan.advancing},
                **dict.fromkeys(plan.listed),
            }
            rows = [
                (item, live[item._get_live_key()], steps[item.id])
                for item in case.item_ids
                if item.id in steps
            ]
            step = self.env["payment.reminder.step"].browse(plan.step_id)
            if (step.kind == schedule.CALL) is calls:
                planned.append((case, step, rows))
        return planned

    @api.model
    def _prepare_reminder_vals(self, case, step, figures):
        now = fields.Datetime.now()
        return {
            **self._prepare_figures_vals(figures),
            "case_id": case.id,
            "company_id": case.company_id.id,
            "partner_id": case.partner_id.id,
            "currency_id": case.currency_id.id,
            "user_id": case.user_id.id,
            "is_elsewhere": case.is_elsewhere,
            "step_id": step.id,
            "step_kind": step.kind,
            "state": "proposed",
            "counts": False,
            "date_proposed": now,
            "hold_until": self.env["payment.reminder"]._prepare_hold_until(step, now),
        }

    @api.model
    def _prepare_figures_vals(self, figures):
        return {
            "amount_principal": float(figures.principal),
            "amount_fee": float(figures.fee),
            "amount_interest": float(figures.interest),
            "amount_compensation": float(figures.compensation),
            "amount_costs_before": float(figures.costs_before),
            "amount_claim": float(figures.claim),
            "interest_until": figures.interest_until,
            "interest_specification": figures.specify_interest(),
            "remarks": list(figures.remarks),
            "remark_values": figures.remark_values,
        }

    @api.model
    def _prepare_line_vals(self, reminder, item, seen, step_id, figures):
        return {
            "reminder_id": reminder.id,
            "item_id": item.id,
            "step_id": step_id,
            "name": seen.move_name,
            "date_invoice": seen.date_invoice,
            "date_due": seen.date_due,
            "amount_total": seen.amount,
            "amount_residual": float(seen.owed),
            "amount_credited": float(seen.credited),
            "amount_apart": float(seen.apart),
            "amount_pending": float(seen.pending),
            "amount_interest": float(figures.interest_by_item.get(item.id, 0)),
        }

    @api.model
    def _log(self, reminders, planned, figures):
        self.env["payment.reminder.event"]._log(
            [
                (
                    reminder.case_id,
                    "proposed",
                    {
                        "reminder": reminder.id,
                        "step": reminder.step_id.lineage,
                        "kind": reminder.step_kind,
                        "principal": str(figure.principal),
                        "claim": str(figure.claim),
                        "fee": str(figure.fee),
                        "remarks": list(figure.remarks),
                        "items": [item.id for item, _seen, _step in rows],
                        "hold_until": fields.Datetime.to_string(reminder.hold_until),
                    },
                )
                for reminder, (_case, _step, rows), figure in zip(
                    reminders, planned, figures, strict=True
                )
            ]
        )

    @api.model
    def _approve_standing(self, reminders):
        """Approve what a manager's standing approval of the ladder covers."""
        by_ladder = reminders.grouped(lambda r: r.case_id.ladder_id)
        for ladder, group in by_ladder.items():
            approver = ladder.sudo()._get_standing_approver()
            if not approver:
                continue
            group.write(
                {
                    "state": "approved",
                    "approved_by_id": approver.id,
                    "approved_date": fields.Datetime.now(),
                    "approved_ladder_id": ladder.id,
                }
            )
            self.env["payment.reminder.event"]._log(
                [
                    (
                        reminder.case_id,
                        "approved",
                        {
                            "reminder": reminder.id,
                            "by": approver.id,
                            "standing_approval": True,
                            "granted": fields.Datetime.to_string(
                                ladder.standing_approval_date
                            ),
                            "ladder_version": ladder.version,
                        },
                    )
                    for reminder in group
                ]
            )

    # -- trifles --------------------------------------------------------------------

    @api.model
    def _set_aside_trifles(self, planned):
        """Hold what is too little for a notice, and let a person decide.

        Whoever releases the case has decided: it is not held for this again.
        """
        trifles = self._suspect_trifles(planned)
        if not trifles:
            return planned
        trifles._hold_as_trifle()
        return [row for row in planned if row[0] not in trifles]

    @api.model
    def _suspect_trifles(self, planned):
        """Return the cases of these of which too little would be asked."""
        suspected = [
            (case, rows)
            for case, step, rows in planned
            if case.company_id.reminder_trifle_limit or self._has_rest(rows)
        ]
        if not suspected:
            return self.env["payment.reminder.case"]
        return self._find_trifles(suspected)

    @api.model
    def _has_rest(self, rows):
        """Tell whether any due item is a rest, or less than one of its currency."""
        return any(
            seen.owed < seen.amount or seen.owed < 1 for _item, seen, _step in rows
        )

    @api.model
    def _find_trifles(self, suspected):
        """Return the cases of which too little would be asked.

        :param suspected: [(case, [(item, live item, its step or None)])]
        """
        trifle = self.env["payment.reminder.trifle"]
        figures = self.env["payment.reminder.figures"]
        cases = self.env["payment.reminder.case"].union(*(row[0] for row in suspected))
        limited = cases.filtered(lambda case: case.company_id.reminder_trifle_limit)
        history = figures._read_fee_history(limited) if limited else {}
        found = cases.browse()
        for case, rows in suspected:
            demands = [n for n in history.get(case.id, ()) if n.kind != schedule.NUDGE]
            asked_often = len(demands) >= DEMANDS_ON_A_TRIFLE
            today = case.company_id._get_reminder_today()
            seen = [seen for _item, seen, _step_id in rows]
            overdue = [one for one in seen if one.date_due < today]
            if trifle._is_trifle(
                case,
                overdue or seen,
                trifle._get_limit(case) if asked_often else Decimal(0),
            ):
                found |= case
        return found.filtered(lambda case: not case._was_held_as_trifle())
