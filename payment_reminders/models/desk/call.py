"""A call as a step of a ladder: when it is due somebody calls, and no message leaves.

It is no notice: nobody approves it, it has no costs and no recipient, and nothing that
counts letters counts it. What it shares with one is the guard.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, plaintext2html

from ...rules import calling
from ...rules.calling import Outcome, Result
from ...rules.schedule import CALL
from ...rules.verdict import Code
from ...tools import transactions
from ...tools.days import format_day
from ...tools.money import format_code
from ..case.progress import Stage

#: States of a call that is not made yet.
OPEN = ("open", "held")
CALLS_PER_BATCH = 200
#: The activity of our own.
ACTIVITY = "payment_reminders.mail_activity_call"


class PaymentReminderCall(models.Model):
    """One call that a step of a ladder asks for, until its result is known."""

    _name = "payment.reminder.call"
    _description = "Reminder Call"
    _order = "date_next, id"
    _rec_name = "step_id"

    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    step_id = fields.Many2one(
        "payment.reminder.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    item_ids = fields.Many2many(
        "payment.reminder.item", string="Due items", readonly=True, copy=False
    )
    state = fields.Selection(
        [
            ("open", "To call"),
            ("held", "Held"),
            ("done", "Done"),
            ("gone", "Not needed any more"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    verdict = fields.Json(
        readonly=True, copy=False, help="Codes of what keeps it off the list."
    )
    date_due = fields.Date(
        string="Due since", readonly=True, help="The day from which somebody may call."
    )
    date_next = fields.Date(string="Call on", readonly=True)
    date_done = fields.Datetime(string="Done on", readonly=True, copy=False)
    tries = fields.Integer(
        string="Not reached", readonly=True, help="So often nobody answered."
    )
    is_undecided = fields.Boolean(
        string="To be decided",
        readonly=True,
        help="Not reached so often that a manager decides what comes next.",
    )
    result = fields.Selection(
        [
            (Result.PROMISED.value, "Promised to pay"),
            (Result.QUESTION.value, "Asked a question"),
            (Result.MISSED.value, "Not reached"),
            (Result.WRONG_NUMBER.value, "Wrong number"),
            (Result.DONE.value, "Spoken to"),
            (Result.SKIPPED.value, "Not called: somebody let it be"),
            (Result.LATE.value, "Not called in time"),
        ],
        readonly=True,
        copy=False,
    )
    user_id = fields.Many2one(
        "res.users", string="Noted by", readonly=True, index="btree_not_null"
    )
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    _one_open_per_case = models.UniqueIndex(
        "(case_id) WHERE state IN ('open', 'held')", "This customer is to be called."
    )
    _to_call_idx = models.Index("(date_next) WHERE state = 'open'")

    # -- when it is due --------------------------------------------------------------

    @api.model
    def _cron_calls(self):
        """Look again at the calls that wait, then plan those that have become due."""
        # A call sends nothing: it needs no right of whoever starts this.
        self = self.sudo()
        transactions.commit(self.env)
        due = self.env["payment.reminder"]
        planned = [
            Stage(
                f"company:{company.id}",
                lambda company=company: due._find_due_cases(
                    company, calls=True
                ).with_company(company),
                lambda cases: cases.env["payment.reminder.call"]._plan(cases),
                CALLS_PER_BATCH,
            )
            for company in self.env["res.company"]._get_reminder_companies()
            if self._has_steps(company)
        ]
        waiting = Stage(
            "waiting",
            lambda: self.search([("state", "in", OPEN)]),
            type(self)._look,
            CALLS_PER_BATCH,
        )
        self.env["payment.reminder.progress"]._work_through(
            "calls", [waiting, *planned]
        )

    @api.model
    def _has_steps(self, company):
        """Tell whether any ladder, also an earlier version, asks a company to call."""
        steps = self.env["payment.reminder.step"].with_context(active_test=False)
        ours = ("ladder_id.company_id", "in", (company.id, False))
        domain = [("kind", "=", CALL), ours]
        return bool(steps.search_count(domain, limit=1))

    @api.model
    def _ask_guard(self, cases):
        """Ask of the calls of these cases what is asked of a letter.

        On figures of this moment, of notices that are there only while they are read.

        :return: ({case id: (codes, ids of the items that climb)}, trifles among them)
        """

        def read(notices):
            now = fields.Datetime.now()
            facts = notices._read_facts(now)
            return {
                notice.case_id.id: (
                    calling.check(facts[notice], now),
                    notice.line_ids.filtered("step_id").item_id.ids,
                )
                for notice in notices
            }

        none = self.env["payment.reminder"]
        proposal = self.env["payment.reminder.proposal"]
        found, trifles = proposal._look_ahead(cases, none, read, calls=True)
        return found or {}, trifles

    @api.model
    def _plan(self, cases):
        """Put calls that are due on the list, or aside with what is in their way.

        :param cases: active cases whose next step is a call
        """
        free = cases.try_lock_for_update().filtered(lambda case: not case.call_id)
        free -= free.browse(case.id for case in free._find_open_notices())
        free = free.filtered(self._is_working_day)
        judged, trifles = self._ask_guard(free)
        if trifles:
            trifles._hold_as_trifle()
        vals_list = []
        for case in free - trifles:
            codes, item_ids = judged.get(case.id, (None, ()))
            if codes is None or calling.is_over(codes):
                continue
            today = case.company_id._get_reminder_today()
            vals_list.append(
                {
                    "case_id": case.id,
                    "step_id": case.next_step_id.id,
                    "item_ids": [fields.Command.set(item_ids)],
                    "state": "held" if codes else "open",
                    "verdict": [str(code) for code in codes],
                    "date_due": today,
                    "date_next": today,
                }
            )
        calls = self.sudo().create(vals_list)
        for call in calls:
            call.case_id.call_id = call
        self.env["payment.reminder.event"]._log(
            [
                (call.case_id, "call_planned", call._prepare_trail(call.verdict))
                for call in calls
            ]
        )
        calls.filtered(lambda call: call.state == "open")._schedule()

    @api.model
    def _is_working_day(self, case):
        """Tell whether a step of a case may be taken today."""
        today = case.company_id._get_reminder_today()
        calendar = self.env["payment.reminder.facts"]._get_calendars(case)[case.id]
        return calendar.next_business_day(today) == today

    def _look(self):
        """Ask the guard again about these calls, as about a letter that waits."""
        waiting = self.sudo().filtered(lambda call: call.state in OPEN)
        busy = waiting.case_id._find_open_notices()
        waiting = waiting.filtered(lambda call: call.case_id not in busy)
        alive = waiting._follow_ladder()
        if not alive:
            return
        judged, trifles = self._ask_guard(
            alive.case_id.filtered(lambda case: case.state == "active")
        )
        if trifles:
            trifles._hold_as_trifle()
        for call in alive.filtered(lambda call: call.state in OPEN):
            if call.case_id.state == "active":
                call._follow(*judged.get(call.case_id.id, ([Code.SPACING], ())))

    def _follow_ladder(self):
        """End the calls that are no longer the next step; return the others."""
        alive = self.filtered(
            lambda call: call.case_id.state != "closed"
            and call.case_id.next_step_id == call.step_id
        )
        (self - alive)._go(str(Code.NOTHING_DUE))
        return alive

    def _follow(self, codes, item_ids):
        """Do what the guard says of this call now.

        :param codes: what is in the way
        :param item_ids: ids of the due items that climb by it
        """
        self.ensure_one()
        today = self.case_id.company_id._get_reminder_today()
        if calling.is_over(codes):
            self._go(str(codes[0]))
        elif codes:
            self._put_off(codes)
        else:
            if set(item_ids) != set(self.item_ids.ids):
                self.item_ids = [fields.Command.set(item_ids)]
            if self.state == "held":
                self._bring_back(today)
            elif not self.activity_id:
                # Somebody took the activity away, and not the call.
                self._schedule()
            due = max(self.date_due, self.date_next)
            terms = self.step_id._get_call_terms()
            if not self.is_undecided and calling.is_late(due, today, terms):
                self.result = Result.LATE.value
                self.case_id._log_event("called", self._prepare_trail(result=True))
                self._finish(self.date_due)

    # -- on the list, off it -----------------------------------------------------------

    def _schedule(self):
        """Leave the activity of these calls to whoever looks after the case."""
        # Whoever deletes our kind of activity gets that of Odoo.
        kind = ACTIVITY
        if not self.env.ref(kind, False):
            kind = "mail.mail_activity_data_call"
        for call in self:
            told = call.case_id._in_staff_language()
            call.activity_id = told.activity_schedule(
                kind,
                date_deadline=call.date_next,
                summary=told.env._("Call about overdue invoices"),
                note=plaintext2html(
                    told.env._(
                        "Open the case: the number, what is owed at that moment and "
                        "what to say are there."
                    )
                ),
                user_id=told._get_responsible().id,
            )[:1]

    def _drop_activity(self, codes):
        """Take the activity of these calls away, and say on the case why."""
        for call in self.filtered("activity_id"):
            call.activity_id.unlink()
            told = call.case_id._in_staff_language()
            why = call.with_env(told.env)._label_codes(codes)
            said = told.env._("The call is off the list: %s", why)
            told._message_log(body=plaintext2html(said))

    def _put_off(self, codes):
        """Keep these calls off the list while something is in the way."""
        codes = [str(code) for code in codes]
        for call in self.filtered(lambda call: call.state in OPEN):
            is_news = call.state == "open" or call.verdict != codes
            if not is_news:
                continue
            call.write({"state": "held", "verdict": codes})
            call.case_id._log_event("call_held", call._prepare_trail(codes))
            call._drop_activity(codes)

    def _bring_back(self, today):
        """Put this call on the list again: nothing is in its way any more."""
        self.ensure_one()
        day = max(self.date_next, today)
        self.write(
            {"state": "open", "verdict": [], "date_due": today, "date_next": day}
        )
        self.case_id._log_event("call_planned", self._prepare_trail())
        self._schedule()

    def _go(self, reason):
        """End these calls without a result: nobody is to call any more.

        :param reason: a code of the guard, or of why a case closes
        """
        for call in self.filtered(lambda call: call.state in OPEN):
            call._drop_activity([reason])
            call.write({"state": "gone", "verdict": [reason]})
            call.case_id.call_id = False
            call.case_id._log_event("call_gone", call._prepare_trail([reason]))

    # -- how it ends -----------------------------------------------------------------

    def _take(self, result, again=None):
        """Note how this call ended, and let the ladder go on if its step is over.

        :param again: the day of the next try (None: the next business day)
        """
        self.ensure_one()
        case = self.case_id
        tries = self.tries + (result == Result.MISSED)
        self.write({"result": result, "tries": tries, "user_id": self.env.uid})
        today = case.company_id._get_reminder_today()
        outcome = calling.follow(result, tries, self.step_id._get_call_terms())
        if outcome == Outcome.DONE:
            self._finish(today)
            return
        day = today
        if outcome != Outcome.NUMBER:
            day = self._get_next_try(case, again)
        self.date_next = day
        if self.activity_id:
            self.activity_id.date_deadline = day
        elif self.state == "open":
            self._schedule()
        if outcome == Outcome.PERSON and not self.is_undecided:
            self.is_undecided = True
            told = case._in_staff_language()
            told._call_responsible(
                told.env._("Not reached: decide what comes next"),
                note=plaintext2html(
                    told.env._(
                        "%(customer)s was called %(tries)s times. Call again, or let "
                        "the next step follow.",
                        customer=case.partner_id.name,
                        tries=tries,
                    )
                ),
            )

    def _finish(self, day):
        """Count this call as the step: what it was about climbs, and the next follows.

        :param day: from which the next step counts
        """
        self.ensure_one()
        case, step = self.case_id, self.step_id
        items = case.item_ids.filtered(
            lambda item: item.next_step_id == step
            and (item in self.item_ids or item.next_date <= day)
        )
        if self.result in (Result.SKIPPED, Result.LATE):
            self._drop_activity([self.result])
        activity = self.activity_id
        self.write(
            {
                "state": "done",
                "verdict": [],
                "date_done": fields.Datetime.now(),
                "is_undecided": False,
                "activity_id": False,
                "item_ids": [fields.Command.set(items.ids)],
            }
        )
        case.call_id = False
        if activity.active:
            labels = dict(self._fields["result"]._description_selection(self.env))
            activity.action_feedback(feedback=labels[self.result])
        items.write({"step_id": step.id, "last_sent_date": day})
        case._refresh()

    @api.model
    def _restore_places(self, items):
        """Put items back where a call took them after all their notices that count."""
        made = self.sudo().search(
            # By the index of the relation on its items.
            [("item_ids", "in", items.ids), ("state", "=", "done")],
            order="date_done, id",
        )
        for call in made:
            day = call.case_id.company_id._get_reminder_today(call.date_done)
            ladder = call.case_id.ladder_id
            matches = ladder._match_steps(call.step_id.ladder_id)
            step = matches.get(call.step_id, call.step_id)
            (call.item_ids & items).filtered(
                lambda item, day=day: not item.last_sent_date
                or item.last_sent_date <= day
            ).write({"step_id": step.id, "last_sent_date": day})

    def action_skip(self):
        """Let the next step follow though nobody called."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        for call in self.sudo().filtered(lambda call: call.state in OPEN):
            call.write({"result": Result.SKIPPED.value, "user_id": self.env.uid})
            call.case_id._log_event("called", call._prepare_trail(result=True))
            call._finish(call.case_id.company_id._get_reminder_today())
        return True

    # -- entering a result ------------------------------------------------------------

    @api.model
    def _is_too_late(self, case):
        """Look at the books, and tell whether nothing is owed on a case any more."""
        if case.state != "closed":
            case._refresh()
        return case.state == "closed"

    @api.model
    def _note_too_late(self, case, result, words=""):
        """Note a call with somebody who had paid: nothing else follows from it.

        :param words: what was typed along with it; it stays on the case
        """
        labels = dict(case._fields["call_result"]._description_selection(self.env))
        own = case.sudo()
        own.write(
            {
                "call_date": own.company_id._get_reminder_today(),
                "call_result": result,
            }
        )
        own._log_event("called", {"result": result, "too_late": True})
        said = self.env._("Called after the case was closed: %s", labels[result])
        own._message_log(
            body=plaintext2html("\n".join(filter(None, [said, words]))),
            author_id=self.env.user.partner_id.id,
        )

    @api.model
    def _tell_too_late(self, cases, has_called=True):
        """Return the message that nothing is owed on these cases any more.

        :param has_called: False: somebody was about to
        """
        names = ", ".join(cases.sudo().partner_id.mapped("name"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("The case is closed"),
                "message": self.env._(
                    "%s: paid or closed meanwhile. What you entered is on the case and "
                    "in its trail; nothing else follows from it.",
                    names,
                )
                if has_called
                else self.env._(
                    "%s: paid or closed meanwhile. Nobody needs to call.", names
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _get_next_try(self, case, wanted=None):
        """Return the day of the next try to reach the customer of a case.

        :param wanted: the day that somebody chose (None: the next business day)
        """
        own = case.sudo()
        today = own.company_id._get_reminder_today()
        calendar = self.env["payment.reminder.facts"]._get_calendars(own)[case.id]
        return calling.next_try(wanted, today, calendar)

    @api.model
    def _note_missed(self, case, again=None):
        """Note that nobody answered, and plan the next try.

        :param again: the day of it (None: the next business day)
        """
        case._check_open()
        own = case.sudo()
        is_of_ladder = bool(own.call_id)
        case._note_call("missed", again)
        if is_of_ladder:
            return
        own.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self._get_next_try(case, again),
            summary=self.env._("Call again"),
            user_id=self.env.uid,
        )

    @api.model
    def _mark_wrong_number(self, case, other=False):
        """Remember that the number of a case does not reach its customer.

        :param other: one that may, in its place
        """
        own = case.sudo()
        people = self.env["payment.reminder.facts"]._read_people(own)[own]
        wrong = own.contact_phone
        for contact in people:
            # A rep writes on no contact, but may say whom a number does not reach.
            if wrong and contact.phone == wrong:
                contact.reminder_wrong_phone = contact.phone
        if other:
            # A rep may give another number of own customers, and it is on the contact.
            who = own.contact_id or own.partner_id
            who._message_log(
                body=plaintext2html(
                    self.env._(
                        "%(wrong)s was a wrong number; %(other)s is to be tried.",
                        wrong=who.phone or "-",
                        other=other,
                    )
                )
            )
            who.phone = other
        case.invalidate_recordset(["contact_phone", "contact_id"])

    # -- in words -------------------------------------------------------------------

    @api.model
    def _label_codes(self, codes):
        """Return what results, codes of the guard and of closed cases are called."""
        case = self.env["payment.reminder.case"]
        named = (case, "close_reason"), (case, "blocker"), (self, "result")
        labels = {}
        for model, name in named:
            labels |= dict(model._fields[name]._description_selection(self.env))
        return ", ".join(labels.get(code, code) for code in map(str, codes))

    def _prepare_trail(self, codes=(), result=False):
        """Return what the trail says of this call: no name, no number, no text."""
        self.ensure_one()
        said = {"call": self.id, "step": self.step_id.lineage}
        if codes:
            said["codes"] = list(codes)
        if result:
            said["result"] = self.result
        return said

    def _describe(self):
        """Return where this call stands, in words."""
        self.ensure_one()
        if self.state == "held":
            return self.env._("%s: it waits.", self.step_id.name)
        day = format_date(self.env, self.date_next)
        if self.is_undecided:
            return self.env._(
                "%(step)s: not reached %(tries)s times, a manager decides.",
                step=self.step_id.name,
                tries=self.tries,
            )
        if self.tries:
            return self.env._(
                "%(step)s: not reached %(tries)s times, again on %(day)s.",
                step=self.step_id.name,
                tries=self.tries,
                day=day,
            )
        return self.env._(
            "%(step)s: somebody calls, on the list since %(day)s.",
            step=self.step_id.name,
            day=day,
        )

    @api.model
    def _write_note(self, case):
        """Return what the activity of a call says, with the figures of this moment."""
        own = case.sudo()
        amount = format_code(self.env, own.amount_claim, own.currency_id)
        phone = own.contact_phone
        lines = [
            Markup('<a href="tel:%s">%s</a>') % (phone.replace(" ", ""), phone)
            if phone
            else self.env._("No number is known."),
            self.env._("Owed now: %s", amount),
            *self._write_script(case).split("\n"),
        ]
        return Markup("<br/>").join(lines)

    @api.model
    def _write_script(self, case):
        """Return what whoever calls about a case may say, in the words of the reader.

        What is owed is read now: it is never kept with a call.
        """
        own = case.sudo()
        own.invalidate_recordset(["amount_claim"])
        step = own.call_id.step_id.with_env(self.env).sudo()
        if step.call_script:
            return step.call_script
        who = own.contact_id or own.partner_id
        overdue = own.open_item_ids.filtered(
            lambda item: item.date_due < own.company_id._get_reminder_today()
        )
        amount = format_code(self.env, own.amount_claim, own.currency_id)
        lines = [
            self.env._(
                "Ask for %(who)s. “This is %(me)s of %(company)s.”",
                who=who.name,
                me=self.env.user.name,
                company=own.company_id.name,
            ),
            self.env._(
                "“%(amount)s is open with us, on %(count)s overdue invoices, the "
                "oldest of them due on %(day)s. When will you pay?”",
                amount=amount,
                count=len(overdue),
                day=format_day(self.env, overdue[:1].date_due, "MMMM"),
            )
            if len(overdue) > 1
            else self.env._(
                "“%(amount)s is open with us, due on %(day)s. When will you pay?”",
                amount=amount,
                day=format_day(self.env, overdue[:1].date_due, "MMMM"),
            ),
        ]
        if own.last_promise:
            lines.append(
                self.env._("Promised last: %s", case.with_env(self.env).last_promise)
            )
        return "\n".join(lines)
