"""How cases follow the books: what is owed, what comes next, and when."""

import logging
import random
import time
from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models, modules
from odoo.tools import SQL

from ...rules import lifecycle, schedule
from ...tools import bulk, transactions
from .progress import Stage

_logger = logging.getLogger(__name__)

#: So long a refresh waits, each time, for a case that somebody else is busy with.
PAUSES = (0.05, 0.2)
#: So many unmoved cases are read in full each night all the same.
SAMPLE = 20
#: The key of a case of whose customer money came that was not looked at yet.
PAID = ":"


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    seen_key = fields.Char(
        readonly=True,
        copy=False,
        help="The day of the last refresh, and hashes of what it read.",
    )

    # -- refreshing -------------------------------------------------------------

    @api.model
    def _cron_company_status(self):
        """Look up debtors of open cases in company registers (hook of the bridges)."""

    def _refresh(self):
        """Read again what is owed, and close, freeze, reopen or plan accordingly.

        Runs after every payment of these customers and every night. Writes only
        what changed, and only on rows of ours.
        """
        cases = self.sudo().with_context(tracking_disable=True)
        with cases._look_once():
            # The costs first, or the ladder would waive them when it sees that the
            # invoices are paid.
            if paid_online := self._find_costs_paid_online():
                self._count_online_costs(paid_online)
            cases._follow(self.env["payment.reminder.facts"]._read_live(cases.item_ids))
            # Money may have come that a customer spoke of.
            if stated := cases._get_open_queries().filtered("paid_date"):
                stated._compare_payments()
            if cases._get_active_plans():
                self._follow_plans()
        if calls := cases.call_id:
            calls._follow_ladder()

    def _find_costs_paid_online(self):
        """Return the online payments by which fees and interest of these are paid."""
        return (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("reminder_case_id", "in", self.ids),
                    ("reminder_costs", ">", 0),
                    ("state", "=", "done"),
                    ("payment_id", "!=", False),
                ]
            )
        )

    def _follow(self, live):
        """Do what follows from the books.

        :param live: {line id: live item} of these cases, read a moment ago
        """
        outcomes = []
        for case in self:
            seen = {item: item._get_seen(live) for item in case.item_ids}
            outcome = lifecycle.decide(case.state, list(seen.values()))
            outcomes.append((case, outcome, case.item_ids._remember(live, seen)))
        self._apply(outcomes)
        if handed := self.item_ids.handover_id:
            handed._follow_books(live)
        if handed or any(self.mapped("is_handed_over")):
            self._note_handed_over()
        under_way = {seen.move_id for seen in live.values() if seen.pending_transaction}
        if under_way:
            self.env["payment.reminder.slow.transaction"]._ask(
                self.filtered(lambda case: under_way & set(case.move_ids.ids))
            )
        in_doubt = self._get_open_freezes().filtered(
            lambda freeze: freeze.reason in ("partial_payment", "trifle")
        )
        if in_doubt:
            self.env["payment.reminder.trifle"]._follow(in_doubt.case_id, live)
        if snoozed := self.filtered("snoozed_until"):
            snoozed._lift_expired_snoozes()
        if held := self._get_open_freezes().filtered("date_limit"):
            held.case_id._release_over_limit()
        self._plan(live)
        if checks := self._read_company_statuses():
            self._hold_debtors_in_trouble(checks)

    def _note_handed_over(self):
        """Note of each case whether a collection service has all that is open."""
        for case in self:
            open_items = case.item_ids.filtered(lambda item: item.amount_known > 0)
            is_over = bool(open_items) and all(item.handover_id for item in open_items)
            if case.is_handed_over != is_over:
                case.is_handed_over = is_over

    @api.model
    def _apply(self, outcomes):
        """Carry out what :func:`rules.lifecycle.decide` said of some cases.

        :param outcomes: [(case, outcome, what :meth:`payment.reminder.item._remember`
            found)]
        """
        # Of all at once, before the trail gets what follows from it.
        if moved := [one for one in outcomes if one[2] and not one[1].reopen]:
            self.env["payment.reminder.event"]._log(
                [(case, "payment_seen", changed) for case, _outcome, changed in moved]
            )
        frozen = defaultdict(list)
        for case, outcome, changed in outcomes:
            if outcome.reopen:
                case._set_state("active")
                case._log_event("reopened", changed)
            elif changed and case.claim_line_ids and case.state != "closed":
                self.env["payment.reminder.settled.money"]._judge(case)
            if outcome.close:
                case._close(outcome.close)
            if outcome.freeze:
                frozen[outcome.freeze].append(case.id)
        for reason, case_ids in frozen.items():
            self.browse(case_ids)._freeze(reason)

    def _plan(self, live):
        """Store the next step and its date of these cases and of their items."""
        open_cases = self.filtered(lambda case: case.state != "closed")
        history = open_cases._get_sent_history()
        calendars = self.env["payment.reminder.facts"]._get_calendars(open_cases)
        schedules = open_cases._get_schedules()
        Item = self.env["payment.reminder.item"]
        item_changes, case_changes = {}, {}
        for case in self:
            planned = case._get_plan(live, history, calendars, schedules)
            plans = {plan.item_id: plan for plan in planned.plans} if planned else {}
            for item in case.item_ids:
                item._collect_plan(plans.get(item.id), item_changes)
            case._collect_plan(planned, case_changes)
        bulk.update(Item.browse(item_changes), item_changes)
        bulk.update(self.browse(case_changes), case_changes)
        self._note_ladder_end(live)
        self._look_again()
        if self.ladder_id.jurisdiction_id or any(self.mapped("limitation_date")):
            self._plan_limitation(live)

    def _wait_on(self, looked):
        """Move what waits for a notice to the next business day, as planning would.

        On a day on which nothing leaves, that is: else it comes today, which is read of
        it anyway (:class:`case.item.DayToCome`).

        :param looked: :class:`books.changes.Changes`
        """
        facts = self.env["payment.reminder.facts"]
        # Who holds a case refreshes it, and the next night looks again.
        keys = facts._read_untouched(self.try_lock_for_update())
        if keys:
            facts._move_dates(looked.waiting, keys)

    def _note_ladder_end(self, live):
        """Hand cases whose ladder is climbed to a person, once."""
        climbed = self.filtered(
            lambda case: case.state == "active"
            and not case.next_step_id
            and any(item._is_chased(live) for item in case.item_ids)
            and case._is_last_deadline_over()
        )
        if over := (self - climbed).filtered("is_ladder_ended"):
            over.write({"is_ladder_ended": False})
        ended = climbed.filtered(lambda case: not case.is_ladder_ended)
        if not ended:
            return
        ended.write({"is_ladder_ended": True})
        ended._log_event("ladder_ended", {})
        for _user, cases in ended._group_by_responsible():
            cases._ask_person(
                cases.env._("The reminder ladder has ended"),
                cases.env._(
                    "The last step was sent and its deadline has passed. Decide what "
                    "comes next: a call, a plan, collection, or closing the case."
                ),
            )

    def _is_last_deadline_over(self):
        self.ensure_one()
        sent = self.reminder_ids.filtered("counts")
        deadlines = [day for day in sent.mapped("deadline_date") if day]
        if not deadlines:
            # A ladder of calls alone gives nobody a deadline.
            return "done" in self.call_ids.mapped("state")
        return max(deadlines) < self.company_id._get_reminder_today()

    def _collect_plan(self, planned, changes):
        """Note the next step in ``changes`` if it is not what is stored."""
        self.ensure_one()
        step_id, day = (planned.step_id, planned.date) if planned else (False, False)
        if self.next_step_id.id != step_id or self.next_date != day:
            changes[self.id] = {"next_step_id": step_id, "next_date": day}

    def _get_plan(self, live, history, calendars, schedules):
        """Return the next notice of this case as the schedule sees it, or None."""
        self.ensure_one()
        if self.state == "closed" or not self.ladder_id:
            return None
        grace_days = self.partner_id.reminder_grace_days
        due_items = [item._get_due_item(live, grace_days) for item in self.item_ids]
        return schedule.next_step(
            schedules[self.id],
            list(filter(None, due_items)),
            history[self.id],
            self.company_id._get_reminder_today(),
            calendars[self.id],
        )

    def _preview_plan(self, ladder, matches, live, history, calendars):
        """Return the next notice as if this case stood on another ladder.

        :param ladder: :class:`rules.schedule.Ladder`
        :param matches: {id of a step on which items stand: id there, or False}
        """
        self.ensure_one()
        items = [
            replace(due, last_step_id=matches.get(due.last_step_id) or None)
            for item in self.item_ids
            if (due := item._get_due_item(live))
        ]
        return schedule.next_step(
            ladder,
            items,
            history[self.id],
            self.company_id._get_reminder_today(),
            calendars[self.id],
        )

    def _get_schedules(self):
        """Return {case id: its ladder as :class:`rules.schedule.Ladder`}."""
        made = {}
        schedules = {}
        for case in self.filtered("ladder_id"):
            # The spacing of fees alone depends on who the debtor is, by its law.
            kind = case.ladder_id.jurisdiction_id and case.partner_id._get_debtor_kind()
            key = (case.ladder_id, kind)
            if key not in made:
                made[key] = case.ladder_id._get_schedule(kind)
            schedules[case.id] = made[key]
        return schedules

    def _get_sent_history(self):
        """Return {case id: notices that really went out, calls made} of these cases.

        A notice belongs where its due items are now: a merge of customers moves
        them to another case, and the days between two notices still count. One of the
        rest has no items by which it would be found.
        """
        history = defaultdict(list)
        if not self:
            return history
        self.env.flush_all()
        rows = self.env.execute_query(
            self._get_history_query(SQL("= ANY(%s)", self.ids))
        )
        companies = {company.id: company for company in self.sudo().company_id}
        for case_id, _id, company_id, sent_date, kind, bore_fee in rows:
            day = companies[company_id]._get_reminder_today(sent_date)
            history[case_id].append(
                schedule.Sent(date=day, kind=kind, bore_fee=bool(bore_fee))
            )
        return history

    @api.model
    def _get_history_query(self, cases):
        """Return the query for notices that really went out, and calls that were made.

        :param cases: SQL of what an id of them is: "= ANY(…)", "IN (…)"
        """
        return SQL(
            """
            SELECT DISTINCT item.case_id, notice.id, notice.company_id,
                   notice.sent_date, notice.step_kind, notice.amount_fee > 0
              FROM payment_reminder notice
              JOIN payment_reminder_line line ON line.reminder_id = notice.id
              JOIN payment_reminder_item item ON item.id = line.item_id
             WHERE item.case_id %s
               AND (notice.counts OR notice.state = 'uncertain')
               AND notice.sent_date IS NOT NULL
             UNION
            SELECT rest.case_id, rest.id, rest.company_id,
                   rest.sent_date, rest.step_kind, FALSE
              FROM payment_reminder rest
             WHERE rest.case_id %s
               AND rest.is_rest
               AND rest.counts
             UNION
            SELECT call.case_id, -call.id, state.company_id, call.date_done, 'call',
                   FALSE
              FROM payment_reminder_call call
              JOIN payment_reminder_case state ON state.id = call.case_id
             WHERE call.case_id %s
               AND call.date_done IS NOT NULL
               AND call.result NOT IN ('skipped', 'late')
            """,
            cases,
            cases,
            cases,
        )

    def _replace_ladder(self, ladder, step_map):
        """Put these cases on another version of their ladder.

        Where an item stands is translated, to nothing if need be. A notice is
        what it was: it follows to the same step only, and else keeps its own.

        :param step_map: {step of the old version: step of ``ladder``}
        """
        self.write({"ladder_id": ladder.id})
        same_steps = {
            old: new for old, new in step_map.items() if old.lineage == new.lineage
        }
        for model, field in (
            ("payment.reminder.item", "step_id"),
            ("payment.reminder.item", "next_step_id"),
            ("payment.reminder.line", "step_id"),
            ("payment.reminder", "step_id"),
            ("payment.reminder.call", "step_id"),
            ("payment.reminder.case", "next_step_id"),
        ):
            is_notice = model in (
                "payment.reminder",
                "payment.reminder.line",
                "payment.reminder.call",
            )
            matches = same_steps if is_notice else step_map
            domain = [("id" if model == self._name else "case_id", "in", self.ids)]
            records = (
                self.env[model]
                .sudo()
                .search([*domain, (field, "in", [step.id for step in matches])])
            )
            for step, group in records.grouped(field).items():
                group.write({field: matches[step].id})

    # -- a look at what was passed over ------------------------------------------

    @api.model
    def _check_sample(self):
        """Refresh some cases that are called unmoved; what is found is an alarm.

        Then the key has missed something: every case is read in full the next night.
        """
        cases = self.sudo().search(
            [("state", "!=", "closed"), ("seen_key", "!=", False)]
        )
        chosen = cases.browse(random.sample(cases.ids, min(SAMPLE, len(cases))))
        missed = []
        for company, some in chosen.grouped("company_id").items():
            # What comes today is not the same everywhere on earth.
            own = some.with_company(company)
            missed += transactions.run(
                own.env, lambda env, own=own: own.with_env(env)._find_missed().ids
            )
        if not missed:
            return
        _logger.error("A refresh has passed over what moved: cases %s", missed)
        self.env.cr.execute(
            "UPDATE payment_reminder_case SET seen_key = NULL"
            " WHERE seen_key IS NOT NULL"
        )
        self.invalidate_model(["seen_key"], flush=False)
        for case in cases.browse(missed):
            self.env["payment.reminder.event"]._tell_managers(
                case,
                case.company_id,
                lambda told: (
                    told.env._("A change was passed over by the nightly refresh"),
                    told.env._(
                        "Read in full, this case is not what it was, though nothing "
                        "that is watched has changed. It is right now, and every case "
                        "is read in full the next night. Tell whoever looks after "
                        "this program what was changed, and how."
                    ),
                ),
            )

    def _find_missed(self):
        """Refresh those of these cases that seem unmoved, and return which were not."""
        facts = self.env["payment.reminder.facts"]
        free = self.try_lock_for_update()
        looked = facts._find_changed(free)
        same = free - looked.changed - self.browse(looked.waiting) - looked.over
        before = facts._read_untouched(same)
        codes = {case: case.blocker_codes for case in same}
        same.invalidate_recordset()
        same._refresh()
        after = facts._read_untouched(same)
        differing = same.filtered(
            lambda case: case.id not in after or case.blocker_codes != codes[case]
        )
        # What came in meanwhile was not passed over.
        keys = facts._read_keys(differing)
        return differing.filtered(
            lambda case: case.id in before
            and keys[case.id].partition(":")[2] == before[case.id].partition(":")[2]
        )

    # -- after a payment --------------------------------------------------------

    @api.model
    def _refresh_after_commit(self, partners):
        """Refresh the cases of these customers right after this transaction.

        The payer's transaction never writes on a case: a sender that holds the
        case would make the payment fail with a serialisation error. Under test
        there is no commit to wait for, so the refresh happens at once.

        :param partners: res.partner records (commercial partners)
        """
        ids = set(partners.commercial_partner_id.ids)
        if not ids:
            return
        if modules.module.current_test:
            self.sudo().search([("partner_id", "in", list(ids))])._refresh()
            return
        pending = self.env.cr.postcommit.data.setdefault(
            "payment_reminder_partners", set()
        )
        if not pending:
            cases = self.with_user(api.SUPERUSER_ID)
            # The payer's context means nothing to what comes after it.
            cases = cases.with_context({})  # pylint: disable=context-overridden
            self.env.cr.postcommit.add(lambda: cases._refresh_partners(pending))
        pending |= ids

    @api.model
    def _refresh_partners(self, partner_ids):
        """Follow a payment in a transaction of its own; a busy case waits for the cron.

        Runs in the request of the payer, whose commit is done. A case that is paid
        is closed here, with what waits in its queue, and one that is paid in part is
        held. Where some invoices are paid and others are not, no payer waits for the
        rest of the work: :meth:`_cron_follow` starts in a moment, and the guard has the
        amounts from the books in any case.
        """

        def refresh(env):
            cases = env[self._name]
            rows = cases._note_paid(partner_ids)
            # Without a key: no payer waits for that, and the night looks again.
            now = cases.browse(id_ for id_, can_wait, _noted in rows if not can_wait)
            busy = now and now - now._refresh_free(keys={})
            if busy or any(wait and not noted for _id, wait, noted in rows):
                env.ref("payment_reminders.ir_cron_refresh")._trigger()
            if any(noted for _id, _wait, noted in rows):
                env.ref("payment_reminders.ir_cron_follow")._trigger()

        try:
            transactions.run(self.env, refresh)
        except Exception:
            # The payment is booked, and its payer must not hear of this. The guard
            # reads the books in any case, and the nightly run refreshes.
            _logger.exception(
                "The cases of customers %s are refreshed later", partner_ids
            )

    @api.model
    def _note_paid(self, partner_ids):
        """Note on the cases of customers that money came, where the rest can wait.

        It can where something is owed, and nothing of that was paid in part.

        :return: [(case id, whether it can wait, whether that could be noted)]
        """
        return self.env.execute_query(
            SQL(
                # By the indexes of cases on their customer and of items on their case,
                # then by primary keys.
                """
                WITH found AS (
                    SELECT state.id,
                           (SELECT BOOL_AND(move.payment_state = 'not_paid')
                              FROM payment_reminder_item item
                              JOIN account_move_line line ON line.id = item.move_line_id
                              JOIN account_move move ON move.id = line.move_id
                             WHERE item.case_id = state.id
                               AND item.is_dropped IS NOT TRUE
                               AND line.parent_state = 'posted'
                               AND line.reconciled IS NOT TRUE
                               AND line.amount_residual_currency > 0
                               AND move.payment_state IN ('not_paid', 'partial')
                           ) IS TRUE AS can_wait
                      FROM payment_reminder_case state
                     WHERE state.partner_id = ANY(%(partners)s)
                ), free AS (
                    SELECT state.id
                      FROM payment_reminder_case state
                      JOIN found ON found.id = state.id
                     WHERE found.can_wait
                       FOR UPDATE OF state SKIP LOCKED
                ), noted AS (
                    UPDATE payment_reminder_case state
                       SET seen_key = %(mark)s
                      FROM free
                     WHERE state.id = free.id
                 RETURNING state.id
                )
                SELECT found.id, found.can_wait, noted.id IS NOT NULL
                  FROM found
                  LEFT JOIN noted ON noted.id = found.id
                 ORDER BY found.id
                """,
                partners=list(partner_ids),
                mark=PAID,
            )
        )

    @api.model
    def _cron_follow(self):
        """Refresh the cases of customers who have just paid something."""
        # Following the books needs no right of whoever starts it, and gives none.
        self = self.sudo()
        transactions.commit(self.env)
        self.env["payment.reminder.progress"]._work_through(
            "follow",
            [
                Stage(
                    "paid",
                    lambda: self.search([("seen_key", "=", PAID)]),
                    type(self)._follow_paid,
                )
            ],
        )

    def _follow_paid(self):
        """Refresh those of these cases that nobody else is busy with."""
        free = self._refresh_free(keys={})
        # Locked here: what comes in from now on waits for the night.
        self.env.cr.execute(
            SQL(
                "UPDATE payment_reminder_case SET seen_key = NULL WHERE id = ANY(%s)",
                free.ids,
            )
        )
        free.invalidate_recordset(["seen_key"], flush=False)

    def _refresh_free(self, keys=None):
        """Refresh those of these cases that nobody else is busy with.

        A sender holds its case for a moment; it refreshes the case itself at the end.

        :param keys: {case id: what it is to be known by}, if they were looked at
        :return: the cases that were refreshed
        """
        free = self.try_lock_for_update()
        for seconds in PAUSES:
            if free == self or modules.module.current_test:
                break
            time.sleep(seconds)
            free = self.try_lock_for_update()
        free.invalidate_recordset()
        facts = self.env["payment.reminder.facts"]
        # Before the books are read: what changes in between is seen the next time.
        keys = facts._read_keys(free) if keys is None else keys
        free._refresh()
        facts._keep_keys(free, keys)
        return free
