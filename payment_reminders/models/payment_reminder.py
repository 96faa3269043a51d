import json
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..rules import fees, guard, schedule
from . import transactions

#: States in which a notice may still go out.
OPEN_STATES = ("proposed", "approved", "held", "sending")
CASES_PER_BATCH = 500


class PaymentReminder(models.Model):
    """One notice to one customer: proposed, approved, sent, or stopped on the way.

    Only the sender (``payment.reminder.sender``) brings a notice to ``sent``; only
    :func:`rules.guard.check` decides whether it may.
    """

    _name = "payment.reminder"
    _description = "Payment Reminder"
    _order = "hold_until, id"

    name = fields.Char(compute="_compute_name", search="_search_name")
    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    user_id = fields.Many2one(related="case_id.user_id", store=True, index=True)
    step_id = fields.Many2one(
        "payment.reminder.step", required=True, readonly=True, ondelete="restrict"
    )
    step_kind = fields.Selection(related="step_id.kind", store=True, string="Kind")
    state = fields.Selection(
        [
            ("proposed", "To approve"),
            ("approved", "Approved"),
            ("sending", "Sending"),
            ("sent", "Sent"),
            ("held", "Held"),
            ("cancelled", "Cancelled"),
            ("uncertain", "Uncertain"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        index=True,
        group_expand="_group_expand_state",
        help="Uncertain: the system stopped between handing the message over and "
        "noting it down. A person settles whether it went out.",
    )
    line_ids = fields.One2many("payment.reminder.line", "reminder_id", readonly=True)
    # sudo: as move_ids of the case
    item_ids = fields.Many2many(
        "payment.reminder.item",
        compute="_compute_item_ids",
        search="_search_item_ids",
        string="Due items",
        compute_sudo=True,
    )
    move_ids = fields.Many2many(
        "account.move",
        compute="_compute_item_ids",
        string="Invoices",
        compute_sudo=True,
    )
    date_proposed = fields.Datetime(readonly=True)
    hold_until = fields.Datetime(
        string="Hold window until",
        readonly=True,
        help="The notice does not leave before this moment.",
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, string="Approved by")
    approved_date = fields.Datetime(readonly=True)
    approved_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        readonly=True,
        context={"active_test": False},
        help="The version of the ladder that was approved.",
    )
    held_by_id = fields.Many2one("res.users", readonly=True, string="Held by")
    hold_note = fields.Char(readonly=True)
    cancel_reason = fields.Char(readonly=True)
    cancelled_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        string="Cancelled by",
        help="Empty when the machine did it, because the books changed.",
    )
    cancelled_date = fields.Datetime(readonly=True, string="Cancelled on")
    sent_date = fields.Datetime(readonly=True, index=True)
    withdrawn = fields.Boolean(readonly=True)
    amount_principal = fields.Monetary(string="Overdue", readonly=True)
    amount_fee = fields.Monetary(string="Fee", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_compensation = fields.Monetary(string="Compensation", readonly=True)
    amount_costs_before = fields.Monetary(
        string="Earlier fees and interest",
        readonly=True,
        help="Open on the claim ledger from earlier notices.",
    )
    amount_claim = fields.Monetary(string="Total claim", readonly=True)
    interest_until = fields.Date(
        readonly=True, help="The day up to which interest was computed."
    )
    deadline_date = fields.Date(string="Pay by", readonly=True)
    remarks = fields.Json(
        readonly=True, help="Codes of what was left off this notice, and why."
    )
    delivery_ids = fields.One2many("payment.reminder.delivery", "reminder_id")
    channel_summary = fields.Char(compute="_compute_channel_summary", string="Channel")
    verdict = fields.Json(
        readonly=True, help="Codes of what stood in the way when last looked at."
    )
    facts = fields.Text(
        readonly=True,
        groups="payment_reminders.group_reminder_manager",
        help="What the guard saw, as JSON.",
    )
    held_reason = fields.Text(compute="_compute_held_reason", string="Held because")
    sending_since = fields.Datetime(readonly=True)
    sending_ticket = fields.Char(
        readonly=True, copy=False, help="Which run of the sender claimed this notice."
    )
    attempts = fields.Integer(readonly=True)

    _one_open_per_case = models.UniqueIndex(
        "(case_id) WHERE state IN ('proposed', 'approved', 'held', 'sending', "
        "'uncertain')",
        "This case has an open notice already.",
    )
    _to_send_idx = models.Index("(hold_until) WHERE state = 'approved'")

    @api.model
    def _group_expand_state(self, states, domain):
        """Order the columns of a board as notices travel, not by their codes."""
        order = ["uncertain", *dict(self._fields["state"].selection)]
        return sorted(states, key=order.index)

    # -- computed ---------------------------------------------------------------

    @api.depends("step_id", "case_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for reminder in self:
            reminder.name = f"{reminder.case_id.name} · {reminder.step_id.name}"

    def _search_name(self, operator, value):
        return [
            "|",
            "|",
            ("case_id.name", operator, value),
            ("partner_id.name", operator, value),
            ("step_id.name", operator, value),
        ]

    @api.depends("line_ids.item_id")
    def _compute_item_ids(self):
        for reminder in self:
            reminder.item_ids = reminder.line_ids.item_id
            reminder.move_ids = reminder.line_ids.item_id.move_id

    def _search_item_ids(self, operator, value):
        return [("line_ids.item_id", operator, value)]

    @api.depends("delivery_ids.state", "step_id.channels")
    def _compute_channel_summary(self):
        labels = dict(
            self.env["payment.reminder.delivery"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
        for reminder in self:
            sent = reminder.delivery_ids.filtered(
                lambda d: d.state in ("sent", "sending", "uncertain")
            )
            codes = sent.mapped("channel") or reminder.step_id._get_channels()
            reminder.channel_summary = ", ".join(
                labels.get(code, code) for code in dict.fromkeys(codes)
            )

    @api.depends("verdict", "state", "hold_note", "cancel_reason")
    @api.depends_context("lang")
    def _compute_held_reason(self):
        explanation = self.env["payment.reminder.explanation"]
        for reminder in self:
            sentences = []
            if reminder.held_by_id:
                sentences.append(
                    self.env._(
                        "Held by %(user)s: %(note)s",
                        user=reminder.held_by_id.sudo().name,
                        note=reminder.hold_note or "-",
                    )
                )
            elif reminder.hold_note:
                sentences.append(reminder.hold_note)
            if reminder.cancel_reason:
                sentences.append(reminder.cancel_reason)
            if reminder.state != "sent":
                sentences += explanation._explain(reminder)
            reminder.held_reason = "\n".join(sentences) or False

    # -- proposing --------------------------------------------------------------

    @api.model
    def _cron_propose(self):
        """Look at the open notices again, then propose what has become due."""
        # A proposal sends nothing: it needs no right of whoever starts this.
        self = self.sudo()
        transactions.commit(self.env)
        waiting = self.search([("state", "in", ("proposed", "approved", "held"))])
        self._work_off(waiting, type(self)._recheck)
        for company in self.env["res.company"]._get_reminder_companies():
            cases = self._find_due_cases(company)
            self._work_off(cases.with_company(company), self._propose)

    @api.model
    def _work_off(self, records, work):
        """Do ``work`` on many records, in batches that are committed."""
        left = len(records)
        for start in range(0, len(records), CASES_PER_BATCH):
            batch = records[start : start + CASES_PER_BATCH]
            transactions.run_each(batch, work)
            left -= len(batch)
            self.env["ir.cron"]._reminder_progress(len(batch), left)

    @api.model
    def _propose(self, cases):
        """Propose the next notice of cases that nobody else is busy with."""
        free = cases.try_lock_for_update()
        busy = free.env["payment.reminder"].search(
            [("case_id", "in", free.ids), ("state", "in", (*OPEN_STATES, "uncertain"))]
        )
        free.env["payment.reminder.proposal"]._propose(free - busy.case_id)

    @api.model
    def _find_due_cases(self, company):
        """Return the cases of a company whose next step may be proposed today."""
        cases = self.env["payment.reminder.case"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("next_date", "<=", company._get_reminder_today()),
                ("next_step_id", "!=", False),
                ("snoozed_until", "=", False),
                ("partner_id.reminder_excluded", "=", False),
            ]
        )
        busy = self.search(
            Domain("case_id", "in", cases.ids)
            & (
                Domain("state", "in", (*OPEN_STATES, "uncertain"))
                # What a person cancelled does not come back before tomorrow.
                | Domain("cancelled_date", ">=", company._get_reminder_day_start())
            )
        )
        return cases - busy.case_id

    def _recheck(self):
        """Ask the guard again about notices that wait in the queue.

        What can never be right again is cancelled, and what is still owed comes
        back as a new proposal; a held notice that nothing holds any more goes
        back into the queue. What somebody else is busy with is left alone.
        """
        cases = self.case_id.try_lock_for_update()
        free = self.filtered(lambda r: r.case_id in cases).try_lock_for_update()
        free.invalidate_recordset()
        waiting = free.filtered(lambda r: r.state in ("proposed", "approved", "held"))
        now = fields.Datetime.now()
        for reminder, facts in waiting._read_facts(now, as_if_released=True).items():
            codes = [str(code) for code in guard.check(facts, now)]
            reasons = set(codes) - {str(code) for code in guard.NOT_READY}
            if reasons & {str(code) for code in guard.OBSOLETE}:
                reminder._note_verdict(codes, facts)
                reminder._cancel(reminder._explain_obsolete())
            elif reminder.state == "held" and not reasons:
                reminder._release_held()
            elif (reminder.verdict or []) != codes:
                reminder._note_verdict(codes, facts)

    def _explain_obsolete(self):
        """Return why this notice can never be right again, in words."""
        self.ensure_one()
        explanation = self.env["payment.reminder.explanation"]
        facts = guard.Facts.from_json(self.sudo().facts)
        final = {str(code) for code in guard.OBSOLETE}
        return " ".join(
            explanation._explain_code(code, self, facts)
            for code in self.verdict
            if code in final
        )

    # -- what people do ---------------------------------------------------------

    def action_approve(self):
        """Approve these notices: they leave when their hold window has passed."""
        self.env["payment.reminder.ladder"]._check_manager()
        self._lock_or_explain()
        wrong = self.filtered(lambda r: r.state != "proposed")
        if wrong == self:
            raise UserError(wrong._describe_states())
        for reminder in self - wrong:
            reminder._approve(self.env.user)
        return True

    def _approve(self, user, standing=False):
        self.ensure_one()
        ladder = self.case_id.ladder_id
        self._set_state(
            "approved",
            approved_by_id=user.id,
            approved_date=fields.Datetime.now(),
            approved_ladder_id=ladder.id,
        )
        self.case_id._log_event(
            "approved",
            {
                "reminder": self.id,
                "by": user.id,
                "standing_approval": standing,
                "ladder_version": ladder.version,
            },
        )

    def action_hold(self, reason=None):
        """Hold these notices until somebody releases them.

        :param reason: why, in words; goes into the trail
        """
        self.case_id._check_may_act()
        self._lock_or_explain()
        wrong = self.filtered(lambda r: r.state not in ("proposed", "approved", "held"))
        if wrong == self:
            raise UserError(wrong._describe_states())
        for reminder in self - wrong:
            reminder.sudo()._set_state(
                "held",
                held_by_id=self.env.uid,
                hold_note=reason or self.env._("no reason given"),
            )
            reminder.case_id._log_event(
                "held",
                {"reminder": reminder.id, "by": self.env.uid, "note": reason or ""},
            )
        return True

    def action_release(self):
        """Put held notices back into the queue; the guard still has the last word."""
        self.case_id._check_may_act()
        if not self.env.user.has_group("payment_reminders.group_reminder_manager"):
            if any(r.held_by_id != self.env.user for r in self):
                raise UserError(
                    self.env._("You may release only what you held yourself.")
                )
        self.filtered(lambda r: r.state == "held").sudo()._release_held()
        return True

    def _release_held(self):
        for reminder in self:
            reminder._set_state(
                "approved" if reminder.approved_by_id else "proposed",
                held_by_id=False,
                hold_note=False,
                verdict=[],
                attempts=0,
            )
            reminder.case_id._log_event("released", {"reminder": reminder.id})

    def action_cancel(self, reason=None):
        """Cancel these notices. What is still owed is proposed again another day.

        :param reason: why, in words; goes into the trail
        """
        self.env["payment.reminder.ladder"]._check_manager()
        self._lock_or_explain()
        wrong = self.filtered(lambda r: r.state not in ("proposed", "approved", "held"))
        if wrong == self:
            raise UserError(wrong._describe_states())
        (self - wrong).sudo().write(
            {"cancelled_by_id": self.env.uid, "cancelled_date": fields.Datetime.now()}
        )
        (self - wrong)._cancel(reason or self.env._("Cancelled by hand"))
        return True

    def _cancel(self, reason):
        for reminder in self:
            reminder._set_state("cancelled", cancel_reason=reason)
            reminder.case_id._log_event(
                "cancelled",
                {"reminder": reminder.id, "verdict": reminder.verdict or []},
            )

    def _cancel_open(self, close_reason):
        """Cancel what is still open because the case was closed."""
        reasons = self.env["payment.reminder.case"]._fields["close_reason"]
        label = dict(reasons._description_selection(self.env))[close_reason]
        self.filtered(lambda r: r.state in ("proposed", "approved", "held"))._cancel(
            self.env._("The case was closed: %s", label)
        )

    def action_settle_sent(self):
        """Settle an uncertain notice: it did go out."""
        self.env["payment.reminder.ladder"]._check_manager()
        for reminder in self._check_uncertain():
            reminder.delivery_ids.filtered(
                lambda d: d.state in ("sending", "uncertain")
            )._set_sent()
            # The paperwork is the machine's; that it went out was settled above.
            self.env["payment.reminder.paperwork"].sudo()._finish(
                reminder.sudo(), settled=True
            )
        return True

    def action_settle_not_sent(self):
        """Settle an uncertain notice: it did not go out; a person approves anew."""
        self.env["payment.reminder.ladder"]._check_manager()
        for reminder in self._check_uncertain():
            reminder.delivery_ids.filtered(
                lambda d: d.state in ("sending", "uncertain")
            )._set_failed(self.env._("Settled by %s: not sent", self.env.user.name))
            reminder._set_state(
                "cancelled",
                cancel_reason=self.env._(
                    "Settled by %s: it did not go out", self.env.user.name
                ),
            )
            reminder.case_id._log_event(
                "settled", {"reminder": reminder.id, "sent": False}
            )
            reminder.case_id._refresh()
        return True

    def _check_uncertain(self):
        wrong = self.filtered(lambda r: r.state != "uncertain")
        if wrong:
            raise UserError(wrong._describe_states())
        return self

    def action_dispatch(self):
        """Send what is approved and ripe now, instead of at the next run."""
        self.env["payment.reminder.ladder"]._check_manager()
        self._dispatch()
        return True

    # -- guard and sending ------------------------------------------------------

    def _guard(self):
        """Ask whether these notices may go out, on fresh facts; send nothing.

        Takes the row locks that a registering payment has to wait for. Rows that
        somebody else has locked are judged all the same: the answer is for the
        queue, and :meth:`_dispatch` asks again under its own locks.

        :return: {reminder: list of codes}, an empty list for one that may go out
        """
        reminders = self.sudo()
        reminders.env["payment.reminder.sender"]._lock_rows(reminders)
        return self._judge()

    def _judge(self):
        """Return the verdict on each of these notices, see :meth:`_guard`."""
        now = fields.Datetime.now()
        facts = self._read_facts(now)
        return {
            reminder: [str(code) for code in guard.check(facts[reminder], now)]
            for reminder in self
        }

    def _read_facts(self, now, as_if_released=False):
        """Return {notice: the facts that the guard judges it by}.

        :param now: UTC datetime without zone, the moment of the verdict
        :param as_if_released: leave aside that the guard itself holds a notice; one
            that a person holds, or that could not be sent, stays held
        """
        # The verdict must not depend on what the caller may read.
        reminders = self.sudo()
        facts = reminders.env["payment.reminder.facts"]._read_guard_facts(
            reminders, now
        )
        if as_if_released:
            for reminder in reminders.filtered(lambda r: r._is_held_by_guard()):
                facts[reminder] = replace(
                    facts[reminder],
                    state="approved" if reminder.approved_by_id else "proposed",
                )
        return {reminder: facts[reminder] for reminder in self}

    def _is_held_by_guard(self):
        """Tell whether nobody but the guard holds this notice."""
        self.ensure_one()
        return self.state == "held" and not self.held_by_id and not self.hold_note

    def _dispatch(self):
        """Guard these notices and send those that may go out.

        :return: {reminder: list of codes} of those that were stopped
        """
        # Who may send was decided when the notice was approved.
        return self.env["payment.reminder.sender"].sudo()._dispatch(self.sudo())

    @api.model
    def _cron_send(self):
        """Send what is approved and whose hold window has passed."""
        # Who may send was decided when the notice was approved.
        self.env["payment.reminder.sender"].sudo()._cron_send()

    def _note_verdict(self, codes, facts=None):
        """Keep the verdict (and the facts it was given on) where people see it."""
        self.ensure_one()
        vals = {}
        if (self.verdict or []) != codes:
            vals["verdict"] = codes
        if facts is not None:
            vals["facts"] = facts.to_json()
        if vals:
            self.sudo().write(vals)

    def _hold_by_guard(self, codes, facts):
        """Hold this notice because of what the guard found."""
        self.ensure_one()
        self._note_verdict(codes, facts)
        self._set_state("held", hold_note=False)
        self.case_id._log_event(
            "held",
            {
                "reminder": self.id,
                "verdict": codes,
                "facts": json.loads(facts.to_json()),
            },
        )

    # -- state ------------------------------------------------------------------

    @api.model
    def _get_transitions(self):
        """Return {state: states that may follow it}."""
        return {
            "proposed": {"approved", "held", "cancelled"},
            "approved": {"sending", "held", "cancelled"},
            "held": {"held", "proposed", "approved", "cancelled"},
            "sending": {"sent", "approved", "held", "uncertain", "cancelled"},
            "uncertain": {"sent", "cancelled"},
            "sent": set(),
            "cancelled": set(),
        }

    def _set_state(self, state, **vals):
        """Bring these notices to ``state``; the only place that does."""
        transitions = self._get_transitions()
        for reminder in self:
            if state not in transitions[reminder.state]:
                raise UserError(reminder._describe_states())
        if state != "sending":
            vals |= {"sending_since": False, "sending_ticket": False}
        self.sudo().write({"state": state, **vals})

    def _is_claimed(self, ticket):
        """Tell whether that run of the sender still has this notice."""
        self.ensure_one()
        return self.state == "sending" and self.sending_ticket == ticket

    def _describe_states(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "This cannot be done now:\n%s",
            "\n".join(
                f"• {reminder.display_name}: {labels[reminder.state]}"
                for reminder in self
            ),
        )

    def _lock_or_explain(self):
        """Lock these notices, or say that somebody is at them this moment."""
        if len(self.try_lock_for_update()) < len(self):
            raise UserError(
                self.env._(
                    "Somebody else is changing these reminders right now. Reload and "
                    "look again."
                )
            )
        self.invalidate_recordset(["state"])

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A reminder is part of the trail. Cancel it instead.")
        )

    # -- for templates ----------------------------------------------------------

    def _get_partner_lang(self):
        """Return the language in which the customer reads this notice."""
        self.ensure_one()
        recipient = self._get_letter_recipient()
        return recipient.lang or self.company_id.partner_id.lang or "en_US"

    def _get_mail_template(self):
        """Return the text of the e-mail (hook)."""
        self.ensure_one()
        return self.step_id.mail_template_id

    def _get_sms_template(self):
        """Return the text of the SMS (hook)."""
        self.ensure_one()
        return self.step_id.sms_template_id

    def _get_sender(self):
        """Return (author partner, "Name" <address>) in whose name this is sent."""
        self.ensure_one()
        author = self.user_id.partner_id
        if not author.email:
            author = self.company_id.partner_id
        return author, author.email_formatted or self.company_id.email_formatted

    def _get_pay_url(self):
        """Return the link to the page where the customer sees and pays all of it."""
        self.ensure_one()
        case = self.case_id.sudo()
        token = case._portal_ensure_token()
        return f"{case.get_base_url()}{case.access_url}?access_token={token}"

    def _prepare_hold_until(self, step, now):
        return now + timedelta(hours=step.hold_hours)

    def _get_deadline(self, day, calendar):
        """Return the last day to pay that this notice gives when it leaves on ``day``.

        Never shorter than the law of the ladder, never on a day on which banks
        are closed.
        """
        self.ensure_one()
        days = self.step_id.deadline_days
        statute = self.case_id.ladder_id.jurisdiction_id._get_statute()
        if not statute:
            return calendar.deadline(day, days)
        return fees.notice_deadline(
            statute,
            calendar,
            kind=self.step_kind,
            debtor=self.partner_id._get_debtor_kind(),
            on=day,
            days=days,
        )

    def _is_demand(self):
        """Tell whether this notice asks for something overdue (a nudge does not)."""
        self.ensure_one()
        return self.step_kind != schedule.NUDGE
