from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...rules import handover
from ...tools import transactions
from ...tools.groupable import hide_technical

OPEN = [str(state) for state in handover.State if state in handover.OPEN]
THERE = [str(state) for state in handover.State if state in handover.THERE]


class PaymentReminderHandover(models.Model):
    """One due item that was given to a collection service, once.

    What is ended and handed over again is a second record. The item stays followed, and
    the other invoices of its customer go on.
    """

    _name = "payment.reminder.handover"
    _description = "Hand-Over to a Collection Service"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "move_id"
    _mail_post_access = "read"

    item_id = fields.Many2one(
        "payment.reminder.item",
        string="Due item",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    case_id = fields.Many2one(
        related="item_id.case_id", store=True, index=True, string="Case"
    )
    company_id = fields.Many2one(
        related="item_id.case_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="item_id.case_id.partner_id",
        store=True,
        index=True,
        string="Customer",
    )
    currency_id = fields.Many2one(related="item_id.case_id.currency_id", store=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    provider = fields.Selection(
        [("manual", "By hand")],
        string="Way",
        required=True,
        readonly=True,
        default="manual",
    )
    service_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Who collects. What this contact pays is its own payout, and no payment "
        "of the customer that it has to be told of.",
    )
    start_with = fields.Selection(
        [("reminder", "A reminder"), ("collection", "Collection")],
        string="Starts with",
        required=True,
        readonly=True,
        default="collection",
        help="What the service does first.",
    )
    state = fields.Selection(
        [
            ("queued", "Waiting"),
            ("sending", "Being handed over"),
            ("uncertain", "Uncertain"),
            ("refused", "Not taken"),
            ("registered", "Sent to the service"),
            ("reminder_sent", "Reminder sent"),
            ("collection", "Collection"),
            ("legal", "Enforcement"),
            ("plan", "Plan"),
            ("paused", "Respite"),
            ("disputed", "Disputed"),
            ("unknown", "Unknown word"),
            ("ending", "Ending"),
            ("end_uncertain", "End uncertain"),
            ("paid", "Paid"),
            ("cancelled", "Ended"),
            ("closed", "Closed there"),
        ],
        required=True,
        readonly=True,
        default="queued",
        index=True,
        copy=False,
    )
    is_open = fields.Boolean(
        compute="_compute_is_open", search="_search_is_open", string="With a service"
    )
    raw_state = fields.Char(
        string="Word of the service", readonly=True, help="As the service writes it."
    )
    raw_status = fields.Char(string="Second word", readonly=True)
    state_since = fields.Datetime(
        string="Since", readonly=True, help="As the service says, or since we know."
    )
    checked_at = fields.Datetime(string="Last asked", readonly=True)
    good_at = fields.Datetime(
        string="As of", readonly=True, help="When the service last answered."
    )
    key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        help="Company, way, journal item and round: the intent, committed before "
        "anything leaves.",
    )
    round = fields.Integer(
        readonly=True, default=1, help="How many times this item was handed over."
    )
    external_id = fields.Char(
        string="Case number there",
        readonly=True,
        copy=False,
        help="What the service calls the case.",
    )
    payer_reference = fields.Char(
        string="Payment reference there",
        readonly=True,
        copy=False,
        help="The reference with which the customer pays to the service.",
    )
    amount = fields.Monetary(
        string="Capital", readonly=True, help="What was open when it was handed over."
    )
    amount_residual = fields.Monetary(
        related="item_id.amount_residual", string="Open now"
    )
    claimed_fee = fields.Monetary(
        string="Fees claimed before", readonly=True, help="By our own notices."
    )
    claimed_interest = fields.Monetary(string="Interest claimed before", readonly=True)
    claimed_compensation = fields.Monetary(
        string="Compensation claimed before", readonly=True
    )
    # Empty is not nothing: the service did not say.
    is_remaining_known = fields.Boolean(readonly=True)
    remaining_capital = fields.Monetary(string="Capital left", readonly=True)
    remaining_costs = fields.Monetary(string="Costs left", readonly=True)
    remaining_interest = fields.Monetary(string="Interest left", readonly=True)
    description = fields.Char(
        required=True, readonly=True, help="What the invoice is about."
    )
    attach_invoice = fields.Boolean(
        string="Invoice goes along", readonly=True, default=True
    )
    problem = fields.Selection(
        [
            ("missing", "Something is missing"),
            ("rejected", "The service refused it"),
            ("auth", "The service refused the log-in"),
            ("throttled", "Too many questions for now"),
            ("unavailable", "The service did not answer"),
            ("malformed", "The answer made no sense"),
            ("neutralized", "This is a copy of a database"),
        ],
        readonly=True,
        help="Why it waits.",
    )
    reason = fields.Char(readonly=True, help="What the service said, in words.")
    tries = fields.Integer(readonly=True)
    rests_until = fields.Datetime(
        string="Next try", readonly=True, help="Nothing is asked before."
    )
    user_id = fields.Many2one(
        "res.users", string="Handed over by", readonly=True, index="btree_not_null"
    )
    date_queued = fields.Datetime(
        string="Confirmed on", readonly=True, default=fields.Datetime.now
    )
    date_registered = fields.Datetime(
        string="With the service since",
        readonly=True,
        copy=False,
        help="From this day on fees and interest of ours do not run on it.",
    )
    date_end = fields.Datetime(string="Ended on", readonly=True, copy=False)
    end_reason = fields.Selection(
        [
            ("paid", "Paid to us"),
            ("mistake", "Handed over by mistake"),
            ("agreed", "Agreed with the customer"),
            ("credited", "Credited"),
            ("written_off", "Written off"),
            ("other", "Another reason"),
        ],
        string="Ended because",
        readonly=True,
        copy=False,
    )
    end_note = fields.Char(readonly=True, copy=False)
    is_loss_known = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody who wrote it off said what happens at the service.",
    )
    ended_by_id = fields.Many2one(
        "res.users",
        string="Ended by",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    report_ids = fields.One2many(
        "payment.reminder.handover.report", "handover_id", string="Told to the service"
    )
    claim_line_ids = fields.One2many(
        "payment.reminder.claim.line", "handover_id", string="Costs that went along"
    )
    event_ids = fields.Many2many(
        "payment.reminder.event",
        compute="_compute_event_ids",
        string="History",
    )
    service_label = fields.Char(compute="_compute_service_label", string="With")
    state_label = fields.Char(compute="_compute_state_label", string="Status")

    _key_uniq = models.UniqueIndex("(key)", "This item was handed over already.")
    _one_open_per_item = models.UniqueIndex(
        "(item_id) WHERE state NOT IN ('refused', 'paid', 'cancelled', 'closed')",
        "A service has this item already.",
    )
    # What the scheduled action asks for: few are in these states at any time.
    _waiting_idx = models.Index(
        "(state) WHERE state IN ('queued', 'sending', 'uncertain', 'ending',"
        " 'end_uncertain')"
    )

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS mail
        return hide_technical(self, super().fields_get(allfields, attributes))

    # -- computed ---------------------------------------------------------------

    @api.depends("move_id", "item_id")
    def _compute_display_name(self):
        for record in self:
            # A rep has no access to invoices, but to the numbers of these.
            own = record.sudo()
            record.display_name = own.move_id.name or own.item_id.display_name

    @api.depends("state")
    def _compute_is_open(self):
        for record in self:
            record.is_open = record.state in OPEN

    @api.model
    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("state", "in", OPEN)
        return domain if True in value else ~domain

    @api.depends("service_id", "provider")
    def _compute_service_label(self):
        labels = dict(self._fields["provider"]._description_selection(self.env))
        for record in self:
            # Who may read a hand-over may know who has it.
            record.service_label = (
                record.sudo().service_id.name or labels[record.provider]
            )

    @api.depends("state", "raw_state", "raw_status", "reason", "service_label")
    @api.depends_context("lang")
    def _compute_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            record.state_label = record._describe(labels)

    def _describe(self, labels):
        """Return where this stands in the words that a list shows.

        :param labels: {state: its label}
        """
        self.ensure_one()
        if self.state == "registered":
            return self.env._("Sent to %s", self.service_label)
        if self.state == "refused":
            reason = self.reason or self.end_note
            return self.env._("Not taken: %s", reason) if reason else labels[self.state]
        if self.state == "unknown":
            words = " / ".join(filter(None, (self.raw_state, self.raw_status)))
            return f"“{words}”" if words else labels[self.state]
        if self.state in ("queued", "sending"):
            return self.env._("Collection: waiting")
        if self.state == "uncertain":
            return self.env._("Collection: uncertain")
        return labels[self.state]

    def _compute_event_ids(self):
        """The one list of what happened: of its case, ours and the service's."""
        for record in self:
            record.event_ids = record.case_id.event_ids

    # -- one door to the states -------------------------------------------------

    def _set_state(self, state, **vals):
        """Bring these to ``state``; the only place that does.

        What follows from it for due items, notices, costs, people and the trail is done
        here as well.

        :param state: a code of :class:`rules.handover.State`
        :param vals: more values to write along with it
        :raises UserError: when that state cannot follow
        """
        by_hand = vals.pop("by_hand", False)
        records = self.sudo()
        for record in records:
            if not handover.may_follow(record.state, state, by_hand):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(invoice)s is in state “%(before)s”: “%(after)s” cannot "
                        "follow.",
                        invoice=record.display_name,
                        before=labels[record.state],
                        after=labels[state],
                    )
                )
        before = {record: record.state for record in records}
        now = fields.Datetime.now()
        records.write({"state_since": now, **vals, "state": state})
        if state in handover.THERE:
            records.filtered(lambda r: not r.date_registered).date_registered = now
        if state in handover.FINAL:
            records.write({"date_end": now})
        elif any(r.date_end for r in records):
            records.write({"date_end": False, "end_reason": False})
        records._occupy_items()
        records._log_state(before)
        for record in records:
            record._follow_state(before[record])

    def _occupy_items(self):
        """Let the due items, and their cases, know whether a service has them."""
        for record in self:
            mine = record.state in handover.OPEN
            item = record.item_id
            if mine and item.handover_id != record:
                item.handover_id = record
            elif not mine and item.handover_id == record:
                item.handover_id = False
        self.case_id._note_handed_over()

    def _log_state(self, before):
        """Tell the trail: what it is, in whose words; no names.

        :param before: {record: the state that it left}
        """
        self.env["payment.reminder.event"]._log(
            [
                (
                    record.case_id,
                    record._get_event_kind(before[record]),
                    record._get_payload(),
                )
                for record in self
            ]
        )

    def _get_event_kind(self, before):
        """Return the kind of the trail's entry about the state it is in now."""
        self.ensure_one()
        if self.state == "registered" and before not in handover.LIVE:
            return "handover_registered"
        if self.state in ("refused", "uncertain"):
            return f"handover_{self.state}"
        if self.state in handover.FINAL:
            return "handover_ended"
        return "handover_state"

    def _get_payload(self):
        """Return what the trail keeps of this."""
        self.ensure_one()
        payload = {
            "handover": self.id,
            "item": self.item_id.id,
            "invoice": self.move_id.name or "",
            "key": self.key,
            "provider": self.provider,
            "state": self.state,
            "external": self.external_id or "",
            "amount": str(self.currency_id.round(self.amount)),
        }
        for name in ("raw_state", "raw_status", "end_reason", "problem"):
            if self[name]:
                payload[name] = self[name]
        note = self.end_note or self.reason
        return {**payload, "note": note} if note else payload

    def _follow_state(self, before):
        """Do what follows from the state that this is in now.

        :param before: the state that it left
        """
        self.ensure_one()
        if self.state in handover.FINAL:
            self._come_back(before)
        elif before in handover.FINAL:
            self._go_along()
        if self.state == "disputed":
            self._open_question()
        if self.state == "unknown":
            self._ask_for_meaning()
        if self.state in ("uncertain", "end_uncertain"):
            self._ask_whether_it_arrived()

    def _come_back(self, before):
        """The item is ours again: with its costs, and a person looks before it goes on.

        What the service never took simply goes on, as if nobody had asked.
        """
        told = self.case_id._in_staff_language()
        if self.state != "paid":
            lines = self.claim_line_ids.filtered(
                lambda line: not line.reversal_of_id and not line.reversed_by_ids
            )
            lines._reverse(told.env._("No collection service claims it any more"))
        self.case_id._refresh()
        never_left = before in ("queued", "sending", "uncertain")
        if self.state == "refused" or never_left or self.item_id.amount_known <= 0:
            return
        if self.case_id.state == "closed":
            # It was closed because the service had it.
            self.case_id._set_state("active")
            self.case_id._log_event("reopened", {"handover": self.id})
        self.case_id._freeze(
            "handover_ended",
            told.env._(
                "%(invoice)s is no longer with %(service)s, and something is owed: "
                "look at it, then release the case.",
                invoice=self.move_id.name or self.display_name,
                service=self.service_label,
            ),
        )

    # -- people -----------------------------------------------------------------

    def _open_question(self):
        """Let whoever looks after the customer see what is disputed there."""
        told = self.case_id._in_staff_language()
        queries = self.env["payment.reminder.query"].sudo()
        if queries.search_count(
            [("handover_id", "=", self.id), ("state", "!=", "closed")], limit=1
        ):
            return
        queries.create(
            {
                "case_id": self.case_id.id,
                "move_ids": [fields.Command.set(self.move_id.ids)],
                "kind": "other",
                "source": "service",
                "handover_id": self.id,
                "description": told.env._(
                    "%(service)s says that the customer objects to %(invoice)s.",
                    service=self.service_label,
                    invoice=self.move_id.name or "",
                ),
            }
        )

    def _ask_for_meaning(self):
        """Ask a manager what a word means that nobody knows."""
        told = self.with_context(lang=self.case_id._get_responsible().lang)
        words = " / ".join(filter(None, (self.raw_state, self.raw_status)))
        told._call_manager(
            told.env._(
                "%(service)s says “%(words)s”", service=told.service_label, words=words
            ),
            told.env._(
                "Nobody knows this word yet. Say what it means under Configuration › "
                "Words of Services: it holds at once."
            ),
        )

    def _tell_moved(self):
        """Tell a manager of invoices that changed hands, and are collected still."""
        for record in self:
            told = record.with_context(lang=record.case_id._get_responsible().lang)
            words = {
                "invoice": told.move_id.name or told.display_name,
                "service": told.service_label,
                "customer": told.partner_id.display_name,
            }
            told._call_manager(
                told.env._("End %(invoice)s at %(service)s: it has changed", **words),
                told.env._(
                    "%(invoice)s is an invoice of another customer, currency or "
                    "company now, and %(service)s still collects it from %(customer)s. "
                    "End the case there: after that whoever owes it now is reminded.",
                    **words,
                ),
            )

    def _ask_whether_it_arrived(self):
        told = self.with_context(lang=self.case_id._get_responsible().lang)
        told._call_manager(
            told.env._("Did %s get it?", told.service_label),
            told.env._(
                "Nobody knows whether the last message about %s arrived. Ask the "
                "service, and say here what it has.",
                told.move_id.name or "",
            ),
        )

    def _call_manager(self, summary, note):
        """Leave an activity on this hand-over for a manager, once."""
        self.ensure_one()
        manager = self.company_id._find_reminder_manager()
        user = manager or self.case_id._get_responsible()
        if summary in self.activity_ids.mapped("summary"):
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=user.id,
        )

    def _understand(self):
        """Put these into the state that the table of words knows by now."""
        Word = self.env["payment.reminder.handover.word"]
        for record in self:
            state = Word._translate(
                record.provider, record.raw_state, record.raw_status
            )
            if state != record.state:
                record.activity_ids.action_done()
                record._set_state(state)

    # -- writing ----------------------------------------------------------------

    def write(self, vals):
        # Read-only fields are so in forms alone: a call from outside could set them.
        decided = [name for name in vals if self._fields[name].readonly]
        if decided and not self.env.su:
            raise AccessError(
                self.env._(
                    "This follows from what the service says, or has a button of its "
                    "own: %s",
                    ", ".join(sorted(decided)),
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise UserError(self.env._("A hand-over is kept. End it instead."))

    # -- buttons ----------------------------------------------------------------

    def _check_may_act(self):
        """Refuse whoever is no manager of reminders, or may not see these."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")

    def action_set_state(self, state=None, note=None):
        """Say where these stand, as a person who asked the service knows.

        :param state: a code of ``state``
        :param note: how the person knows, in words
        """
        self._check_may_act()
        if not (note or "").strip():
            raise UserError(self.env._("Say how you know: the trail keeps it."))
        if state not in handover.SAYABLE:
            raise UserError(self.env._("Only the machine brings it to that state."))
        records = self.sudo()
        transactions.lock(records.case_id, records)
        for record in records:
            if record.state == state:
                continue
            record.activity_ids.action_done()
            record._set_state(
                state,
                by_hand=True,
                problem=False,
                good_at=fields.Datetime.now(),
                end_note=note.strip(),
                **({"ended_by_id": self.env.uid} if state in handover.FINAL else {}),
            )
        return True

    def action_open_state_wizard(self):
        """Open the dialog in which a person says what the service says."""
        self._check_may_act()
        return self._open_dialog("payment_reminder_handover_state_wizard_action")

    def action_open_end_wizard(self):
        """Open the dialog that ends these."""
        self._check_may_act()
        return self._open_dialog("payment_reminder_handover_end_wizard_action")

    def _open_dialog(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"payment_reminders.{name}"
        )
        given = [fields.Command.set(self.ids)]
        return {**action, "context": {"default_handover_ids": given}}

    def action_open_case(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "payment.reminder.case",
            "res_id": self.case_id.id,
            "view_mode": "form",
        }

    def action_open_service(self):
        """Open the page of the service that has this."""
        self.ensure_one()
        self.check_access("read")
        url = self._provider_url()
        if not url:
            raise UserError(self.env._("This service has no page of its own."))
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def action_print_case_file(self):
        """Print the case file, to be given to whoever collects by hand."""
        self.check_access("read")
        report = self.env.ref("payment_reminders.action_report_case_file")
        return report.report_action(self.case_id, config=False)

    def _tell_as_of(self):
        """Return when the service last answered, in the reader's words."""
        self.ensure_one()
        if not self.good_at:
            return ""
        return self.env._("as of %s", format_datetime(self.env, self.good_at))
