import hashlib
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...rules import fees, guard, schedule
from ...tools.groupable import hide_technical
from ...tools.on_the_wire import is_printing

#: In whose hands what was taken over is deleted again: nobody outside can make it.
UNDOING = object()


class PaymentReminder(models.Model):
    """One notice to one customer: proposed, approved, sent, or stopped on the way.

    Only the sender (``payment.reminder.sender``) brings a notice to ``sent``; only
    :func:`rules.guard.check` decides whether it may.
    """

    _name = "payment.reminder"
    _description = "Payment Reminder"
    _inherit = ["payment.reminder.responsible"]
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
        "payment.reminder.step",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
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
        copy=False,
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
    is_elsewhere = fields.Boolean(
        string="Has invoices of another program",
        readonly=True,
        copy=False,
        help="That program is asked how they stand, a moment before this leaves.",
    )
    move_ids = fields.Many2many(
        "account.move",
        compute="_compute_item_ids",
        string="Invoices",
        compute_sudo=True,
    )
    date_proposed = fields.Datetime(string="Proposed on", readonly=True, copy=False)
    hold_until = fields.Datetime(
        string="Hold window until",
        readonly=True,
        copy=False,
        help="The notice does not leave before this moment.",
    )
    approved_by_id = fields.Many2one(
        "res.users", readonly=True, string="Approved by", index="btree_not_null"
    )
    approved_date = fields.Datetime(string="Approved on", readonly=True)
    approved_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        readonly=True,
        context={"active_test": False},
        help="The version of the ladder that was approved.",
        index="btree_not_null",
    )
    held_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        string="Held by",
        index="btree_not_null",
    )
    hold_note = fields.Char(readonly=True, copy=False)
    hold_end_date = fields.Date(
        string="Hold ends on",
        readonly=True,
        copy=False,
        help="A hold of a representative ends by itself; a manager's does not.",
    )
    cancel_reason = fields.Char(readonly=True, copy=False)
    cancelled_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        string="Cancelled by",
        help="Empty when the machine did it, because the books changed.",
        index="btree_not_null",
    )
    cancelled_date = fields.Datetime(readonly=True, copy=False, string="Cancelled on")
    sent_date = fields.Datetime(string="Sent on", readonly=True, copy=False, index=True)
    withdrawn = fields.Boolean(
        readonly=True,
        copy=False,
        help="It was sent, but does not count: it was taken back or never arrived.",
    )
    counts = fields.Boolean(
        string="Counts as sent",
        compute="_compute_counts",
        store=True,
        help="It was sent, and was not withdrawn since.",
    )
    taken_over_id = fields.Many2one(
        "payment.reminder.takeover",
        string="Taken over from",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="Another program sent it. It counts here, and nothing left from here.",
    )
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
    worded_for = fields.Char(
        readonly=True,
        copy=False,
        help="A digest of whom the texts name and where they ask to pay. Before the "
        "message leaves it is compared with what is so then.",
    )
    statement_id = fields.Many2one(
        "ir.attachment",
        string="Statement of account",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="It went, or goes, with the message.",
    )
    statement_digest = fields.Char(
        readonly=True,
        copy=False,
        help="A digest of what the statement of account says. Before the message "
        "leaves it is compared with what is so then.",
    )
    deadline_date = fields.Date(string="Pay by", readonly=True)
    remarks = fields.Json(
        readonly=True, help="Codes of what was left off this notice, and why."
    )
    delivery_ids = fields.One2many("payment.reminder.delivery", "reminder_id")
    channel_summary = fields.Char(compute="_compute_channel_summary", string="Channel")
    verdict = fields.Json(
        readonly=True,
        copy=False,
        help="Codes of what stood in the way when last looked at.",
    )
    facts = fields.Text(
        readonly=True,
        copy=False,
        groups="payment_reminders.group_reminder_manager",
        help="What the guard saw, as JSON.",
    )
    held_reason = fields.Text(compute="_compute_held_reason", string="Held because")
    money_asked_date = fields.Date(
        readonly=True,
        copy=False,
        help="The day on which a person was asked about the money that holds it.",
    )
    seen_key = fields.Char(
        readonly=True,
        copy=False,
        help="The day on which the guard was asked last, and hashes of what it read.",
    )
    sending_since = fields.Datetime(readonly=True, copy=False)
    sending_ticket = fields.Char(
        readonly=True, copy=False, help="Which run of the sender claimed this notice."
    )
    attempts = fields.Integer(readonly=True, copy=False)

    _one_open_per_case = models.UniqueIndex(
        "(case_id) WHERE state IN ('proposed', 'approved', 'held', 'sending', "
        "'uncertain')",
        "This case has an open notice already.",
    )
    _to_send_idx = models.Index("(hold_until) WHERE state = 'approved'")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS base
        found = super().fields_get(allfields, attributes)
        is_for_lists = attributes is None or "groupable" in attributes
        return hide_technical(self, found) if is_for_lists else found

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

    @api.depends("state", "withdrawn")
    def _compute_counts(self):
        for reminder in self:
            reminder.counts = reminder.state == "sent" and not reminder.withdrawn

    @api.model
    def _get_counting_domain(self):
        """Return the domain of notices that were sent, or may have been.

        What the law limits (spacing, the number of fees) counts one of which nobody
        knows whether it went out, until a person has settled it.
        """
        return Domain("sent_date", "!=", False) & (
            Domain("counts", "=", True) | Domain("state", "=", "uncertain")
        )

    @api.depends("line_ids.item_id")
    def _compute_item_ids(self):
        for reminder in self:
            reminder.item_ids = reminder.line_ids.item_id
            reminder.move_ids = reminder.line_ids.item_id.move_id

    def _search_item_ids(self, operator, value):
        return [("line_ids.item_id", operator, value)]

    @api.depends("delivery_ids.state", "step_id.channels", "taken_over_id")
    @api.depends_context("lang")
    def _compute_channel_summary(self):
        labels = dict(
            self.env["payment.reminder.delivery"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
        for reminder in self:
            if taken_over := reminder.taken_over_id:
                # sudo: where a notice comes from is part of it
                name = taken_over.sudo().name
                reminder.channel_summary = self.env._("Taken over from %s", name)
                continue
            sent = reminder.delivery_ids.filtered(
                lambda d: d.state in ("sent", "sending", "uncertain")
            )
            codes = sent.mapped("channel") or reminder._get_channels()
            reminder.channel_summary = ", ".join(
                labels.get(code, code) for code in dict.fromkeys(codes)
            )

    @api.depends(
        "verdict",
        "state",
        "hold_note",
        "hold_end_date",
        "cancel_reason",
        "delivery_ids.state",
        "to_print",
        "hold_until",
        "approved_by_id",
    )
    @api.depends_context("lang")
    def _compute_held_reason(self):
        for reminder in self:
            reminder.held_reason = "\n".join(reminder._tell_standing()) or False

    def _tell_standing(self):
        """Return in sentences why this notice stands where it does, each fact once."""
        self.ensure_one()
        if self.state == "cancelled":
            return [self.cancel_reason] if self.cancel_reason else []
        explanation = self.env["payment.reminder.explanation"]
        sentences = self._explain_letter() + self._describe_hold()
        if self.state == "uncertain":
            sentences += explanation._explain_uncertain(self)
        elif self.state != "sent":
            sentences += explanation._explain(self)
        if self.state == "held" and self.hold_end_date:
            sentences.append(
                self.env._(
                    "This hold ends by itself on %s.",
                    format_date(self.env, self.hold_end_date),
                )
            )
        return sentences

    def _describe_hold(self):
        """Return who holds this notice and why, as a list of no or one sentence."""
        self.ensure_one()
        if self.held_by_id:
            return [
                self.env._(
                    "Held by %(user)s: %(note)s",
                    user=self.held_by_id.sudo().name,
                    note=self.hold_note or "-",
                )
            ]
        return [self.hold_note] if self.hold_note else []

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
        return {reminder: guard.check(facts[reminder], now) for reminder in self}

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
                "facts": facts.to_trail(),
            },
        )

    # -- state ------------------------------------------------------------------

    @api.model
    def _get_transitions(self):
        """Return {state: states that may follow it}."""
        return {
            "proposed": {"approved", "held", "cancelled"},
            "approved": {"proposed", "sending", "held", "cancelled"},
            "held": {"held", "proposed", "approved", "cancelled"},
            "sending": {
                "sent",
                "approved",
                "proposed",
                "held",
                "uncertain",
                "cancelled",
            },
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
        if state == "cancelled":
            # It never left: nothing of it says that it did, or will.
            vals |= {"sent_date": False, "deadline_date": False}
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
    def _unlink_except_trail(self):
        if self.env.context.get("reminder_undoing") is UNDOING and not any(
            not reminder.taken_over_id for reminder in self
        ):
            return
        raise UserError(
            self.env._("A reminder is part of the trail. Cancel it instead.")
        )

    # -- for templates ----------------------------------------------------------

    def _get_worded_for(self):
        """Return a digest of names, language, references and accounts in the texts."""
        self.ensure_one()
        recipient = self._get_letter_recipient()
        told = [
            self.partner_id.name,
            recipient.name,
            self._get_partner_lang(),
            *(
                (move.name, move.payment_reference, move.partner_bank_id.acc_number)
                for move in self.line_ids.move_line_id.move_id.sorted("id")
            ),
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    def _get_letter_recipient(self):
        # No slice: it would drop the prefetching of the other notices of the batch.
        for delivery in self.delivery_ids:
            # What is skipped goes to nobody: an address that was corrected, say.
            if delivery.partner_id and delivery.state != "skipped":
                return delivery.partner_id
        return self.partner_id

    def _get_partner_lang(self):
        """Return the language in which the customer wants to read this notice.

        Which one it is written in depends on the text: :meth:`_get_text_lang`.
        """
        self.ensure_one()
        recipient = self._get_letter_recipient()
        return recipient.lang or self.company_id.partner_id.lang or "en_US"

    def _get_text_lang(self):
        """Return the language in which the e-mail and the letter are written."""
        self.ensure_one()
        template = self._get_mail_template()
        if not template:
            return self._get_partner_lang()
        return template.sudo()._render_lang(self.ids)[self.id]

    def _get_channels(self):
        """Return the codes of the ways in which this is sent, in their order (hook).

        What a person chose for this notice comes before what its step says.
        """
        self.ensure_one()
        if self.channel_choice:
            return [self.channel_choice]
        return self.step_id._get_channels()

    def _get_mail_template(self):
        """Return the text of the e-mail (hook)."""
        self.ensure_one()
        own = self._get_rest_template("mail") if self.is_rest else None
        return own or self.step_id.mail_template_id

    def _get_sms_template(self):
        """Return the text of the SMS (hook)."""
        self.ensure_one()
        own = self._get_rest_template("sms") if self.is_rest else None
        return own or self.step_id.sms_template_id

    def _get_sender(self):
        """Return (author partner, "Name" <address>) in whose name this is sent."""
        self.ensure_one()
        return self.case_id._get_customer_sender()

    def _get_pay_url(self):
        """Return the link to the page where the customer sees and pays all of it."""
        self.ensure_one()
        return self.case_id._get_page_url()

    def _prepare_hold_until(self, step, now):
        return now + timedelta(hours=step.hold_hours)

    def _get_deadline(self, day, calendar):
        """Return the last day to pay that this notice gives when it leaves on ``day``.

        Never shorter than the law of the ladder, never on a day on which banks
        are closed.
        """
        self.ensure_one()
        days = self.step_id.deadline_days
        law = self.case_id.ladder_id.jurisdiction_id
        if not law:
            return calendar.deadline(day, days)
        return fees.notice_deadline(
            law._get_statute(),
            calendar,
            kind=self.step_kind,
            debtor=self.partner_id._get_debtor_kind(),
            on=day,
            days=days,
            by_post=self._goes_by_post(),
        )

    def _get_attachments(self):
        """Return the PDF files that go with the e-mail of this notice.

        Those of the invoices that it asks for, when the step or whoever created it by
        hand wants them. What was sent to the customer once may be sent again. A
        statement of account, when the step says so.
        """
        self.ensure_one()
        files = self.env["ir.attachment"]
        if self.attach_invoices or self.step_id.attach_invoices:
            asked = self.sudo().line_ids.filtered("amount_residual")
            files = asked.move_id.invoice_pdf_report_id
            if self.is_elsewhere:
                sources = self.env["payment.reminder.source"]
                for source, items in sources._split(asked.item_id):
                    files += source._get_documents(items)
        if self.step_id.attach_statement:
            files += self.env["payment.reminder.statement"]._attach(self)
        return files

    def _goes_by_post(self):
        """Tell whether this notice leaves on paper now, so that it takes days."""
        return is_printing()

    def _is_demand(self):
        """Tell whether this notice asks for something overdue (a nudge does not).

        An empty one does, too: a template is rendered whenever it is saved.
        """
        return self.step_kind != schedule.NUDGE
