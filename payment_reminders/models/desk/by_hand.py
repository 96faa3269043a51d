"""What a manager chooses for one notice: its channel, words, papers, an override."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...rules import guard, leaving
from ...rules.leaving import Way
from ...rules.lifecycle import OPEN, WAITING
from ...rules.verdict import OVERRIDABLE
from ...tools.decimals import to_decimal
from ...tools.selections import labels_of

#: What is shown of a message before it leaves, or after.
PREVIEW = (
    "preview_to",
    "preview_subject",
    "preview_body",
    "preview_sms",
    "preview_error",
)
#: So many notices are told of one by one.
MOST_TOLD = 3


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    run_id = fields.Many2one(
        "payment.reminder.run",
        string="Created in",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    channel_choice = fields.Selection(
        selection=labels_of("payment.reminder.delivery", "channel"),
        string="Chosen channel",
        readonly=True,
        help="Empty: as the step says.",
    )
    personal_text = fields.Text(
        readonly=True, help="Words of this notice alone, above the text of the step."
    )
    attach_invoices = fields.Boolean(
        readonly=True, help="The PDF of each invoice goes with the e-mail."
    )
    override_codes = fields.Json(
        string="Overridden",
        readonly=True,
        copy=False,
        help="Codes of what a manager let pass for this notice.",
    )
    override_by_id = fields.Many2one(
        "res.users",
        string="Overridden by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    override_note = fields.Char(string="Overridden because", readonly=True, copy=False)
    can_send_now = fields.Boolean(
        compute="_compute_can_send", help="It would leave this minute."
    )
    can_skip_window = fields.Boolean(
        compute="_compute_can_send",
        help="Nothing but its hold window keeps it back, and working hours perhaps.",
    )
    preview_to = fields.Char(string="To", compute="_compute_preview")
    preview_subject = fields.Char(string="Subject", compute="_compute_preview")
    preview_body = fields.Html(
        string="E-mail", compute="_compute_preview", sanitize=False
    )
    preview_sms = fields.Text(string="SMS", compute="_compute_preview")
    preview_error = fields.Char(compute="_compute_preview")
    can_lower_fee = fields.Boolean(compute="_compute_can_lower_fee")
    has_fee_limit = fields.Boolean(readonly=True)
    fee_limit = fields.Monetary(
        string="Fee at most", readonly=True, help="A person lowered the fee to this."
    )
    fee_limit_by_id = fields.Many2one(
        "res.users",
        string="Fee lowered by",
        readonly=True,
        index="btree_not_null",
    )
    fee_limit_note = fields.Char(string="Fee lowered because", readonly=True)

    def _override(self, codes, note):
        """Let what stands in the way of these notices pass, once, for a reason.

        :param codes: codes of ``rules.verdict.OVERRIDABLE``
        :param note: why, in words; goes into the trail
        """
        self.env["res.users"]._check_reminder_manager()
        if not note:
            raise UserError(self.env._("Say why you override what is in the way."))
        if set(codes) - OVERRIDABLE:
            raise UserError(
                self.env._(
                    "The law or the books forbid this reminder: that cannot be "
                    "overridden."
                )
            )
        self.sudo().write(
            {
                "override_codes": sorted(codes),
                "override_by_id": self.env.uid,
                "override_note": note,
            }
        )
        for reminder in self:
            reminder.case_id._log_event(
                "overridden",
                {"reminder": reminder.id, "codes": sorted(codes), "note": note},
            )

    # -- not waiting ------------------------------------------------------------------

    @api.depends("state", "leaves_at", "hold_until")
    @api.depends_context("lang", "tz", "uid")
    def _compute_can_send(self):
        now = fields.Datetime.now()
        told = self._tell_leaving()
        for reminder in self:
            own = told[reminder]
            reminder.can_send_now = bool(own.by_itself) and own.by_itself <= now
            reminder.can_skip_window = bool(
                own.way in (Way.APPROVED, Way.ITSELF)
                and reminder.hold_until
                and reminder.hold_until > now
            )

    def action_send_without_waiting(self, reason=None):
        """Approve and send these notices now, whatever is left of their hold window.

        Nothing else is let pass: the guard is asked as always, and at night or on a
        week-end they leave in the morning.

        :param reason: why nobody has to look a second time; goes into the trail
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        if not reason:
            raise UserError(self.env._("Say why it does not wait."))
        self._lock_or_explain()
        waiting = self.filtered(lambda r: r.state in ("proposed", "approved"))
        if not waiting:
            raise UserError(self._describe_states())
        free = waiting._ask_guard()
        free.filtered(lambda r: r.state == "proposed")._approve(self.env.user)
        free._waive_window(reason)
        free._dispatch()
        return self._tell_sending(free)

    def _waive_window(self, reason):
        """End the hold window of these notices now; who does so stands on the trail."""
        now = fields.Datetime.now()
        early = self.filtered(lambda r: r.hold_until and r.hold_until > now)
        # A manager decides; the machine writes.
        early.sudo().hold_until = now
        self.env["payment.reminder.event"]._log(
            [
                (
                    reminder.case_id,
                    "window_waived",
                    {"reminder": reminder.id, "by": self.env.uid, "note": reason},
                )
                for reminder in early
            ]
        )

    # -- what became of it -----------------------------------------------------------

    def _tell_approved(self, approved):
        """Return the message after these notices were to be approved.

        :param approved: those that were
        """
        left = self - approved
        lines = []
        if len(approved) == 1 and not left:
            lines.append(
                self.env._(
                    "%(customer)s: approved. Leaves: %(leaves)s.",
                    customer=approved.partner_id.display_name,
                    leaves=approved.leaves_text,
                )
            )
        else:
            lines.append(self.env._("%s approved", len(approved)))
            lines += approved._count_obstacles(self.env._("does not leave yet"))
            lines += left._count_obstacles(self.env._("skipped"), all_of_them=True)
        stopped = left or approved.filtered(lambda r: r._find_obstacle())
        return approved._make_toast(
            ", ".join(lines), "action_undo_approve", "warning" if stopped else "success"
        )

    def _find_obstacle(self):
        """Return the code of what keeps this notice back whatever the clock says."""
        self.ensure_one()
        return leaving.find_obstacle(self.sudo()._get_obstacle_codes())

    def _count_obstacles(self, what, all_of_them=False):
        """Return "2 skipped: No usable address" for each thing in the way.

        :param all_of_them: also those with nothing in the way but their state
        """
        found = defaultdict(int)
        states = dict(self._fields["state"]._description_selection(self.env))
        for reminder in self:
            code = reminder._find_obstacle()
            if code:
                found[self._get_blocker_label(code)] += 1
            elif all_of_them:
                found[states[reminder.state]] += 1
        return [f"{count} {what}: {label}" for label, count in found.items()]

    def _tell_held(self):
        """Return the message after these notices were held."""
        if len(self) == 1:
            text = self.env._("%s: on hold.", self.partner_id.display_name)
        else:
            text = self.env._("%s on hold", len(self))
        return self._make_toast(text, "action_undo_hold")

    def _tell_released(self):
        """Return the message after a hold of these notices was lifted."""
        stopped = self.filtered(lambda r: r._find_obstacle())
        if len(self) == 1:
            text = self.env._(
                "%(customer)s: released. Leaves: %(leaves)s.",
                customer=self.partner_id.display_name,
                leaves=self.leaves_text,
            )
        else:
            text = ", ".join(
                [
                    self.env._("%s released", len(self)),
                    *stopped._count_obstacles(self.env._("does not leave yet")),
                ]
            )
        return self._make_toast(
            text, "action_undo_release", "warning" if stopped else "success"
        )

    def _tell_undone(self):
        """Return the message after an act on these notices was taken back."""
        states = dict(self._fields["state"]._description_selection(self.env))
        if len(self) == 1:
            text = self.env._(
                "%(customer)s: taken back. It is as before: %(state)s.",
                customer=self.partner_id.display_name,
                state=states[self.state],
            )
        else:
            text = self.env._("%s taken back", len(self))
        return self._make_toast(text, next_tag="soft_reload")

    def _tell_sending(self, approved=None):
        """Return the message after these notices were to be sent.

        :param approved: those that were approved for it, and can be taken back
        """
        sent = self.filtered(lambda r: r.state == "sent")
        rest = self - sent
        lines = []
        if len(sent) == 1:
            lines.append(self.env._("%s: sent.", sent.partner_id.display_name))
        elif sent:
            lines.append(self.env._("%s sent.", len(sent)))
        explanation = self.env["payment.reminder.explanation"]
        for reminder in rest[:MOST_TOLD]:
            reasons = explanation._explain(reminder) if reminder.verdict else []
            told = self.env._(
                "%(customer)s: not sent yet. Leaves: %(leaves)s.",
                customer=reminder.partner_id.display_name,
                leaves=reminder.leaves_text,
            )
            lines.append(" ".join([told, *reasons]))
        if len(rest) > MOST_TOLD:
            lines.append(self.env._("%s more not sent yet.", len(rest) - MOST_TOLD))
        undo = (approved or self.browse()) & rest.filtered(
            lambda r: r.state == "approved"
        )
        return undo._make_toast(
            " ".join(lines),
            "action_undo_approve",
            "warning" if rest else "success",
        )

    def _make_toast(self, message, undo=None, kind="success", next_tag=None):
        """Return the action that tells what was done to these notices.

        :param undo: name of the method that takes it back, or None
        :param next_tag: client action that follows (default: what was open is closed)
        """
        follow = {"type": "ir.actions.act_window_close"}
        if next_tag:
            follow = {"type": "ir.actions.client", "tag": next_tag}
        return {
            "type": "ir.actions.client",
            "tag": "payment_reminder_toast",
            "params": {
                "message": message,
                "type": kind,
                "undo": {"model": self._name, "ids": self.ids, "method": undo}
                if undo and self
                else False,
                "next": follow,
            },
        }

    # -- the message as the customer will get it ------------------------------------

    def _compute_preview(self):
        previews = self._prepare_previews()
        for reminder in self:
            for name in PREVIEW:
                reminder[name] = previews[reminder].get(name, False)

    def _prepare_preview(self):
        """Return what the customer gets, or got, from this notice."""
        self.ensure_one()
        return self._prepare_previews()[self]

    def _prepare_previews(self):
        """Return {notice: what the customer gets, or got, from it}.

        Notices of one text are rendered together: its queries are for all of them. A
        channel that reaches nobody is left out when another one reaches somebody.
        """
        # Who may see a notice may see what it says.
        notices = self.sudo()
        gone = notices.filtered(lambda r: r.state in ("sent", "uncertain"))
        texts = gone.delivery_ids._read_sms_texts()
        waiting = notices - gone
        reached = waiting._read_reached()
        vals = {
            **{reminder: reminder._prepare_preview_of_sent(texts) for reminder in gone},
            **{
                reminder: {
                    "channels": [code for code in found if found[code]] or list(found),
                    "preview_to": ", ".join(sum(found.values(), [])),
                }
                for reminder, found in reached.items()
            },
        }
        for channel, get_template in (
            ("email", type(self)._get_mail_template),
            ("sms", type(self)._get_sms_template),
        ):
            own = waiting.filtered(lambda r, code=channel: code in vals[r]["channels"])
            for template, some in own.grouped(get_template).items():
                if template:
                    for reminder, found in some._render_preview(template).items():
                        vals[reminder].update(found)
        return {reminder: vals[reminder.sudo()] for reminder in self}

    def _render_preview(self, template):
        """Return {notice: its message by this template}, or why there is none.

        :param template: of an e-mail or an SMS, the one of all these notices
        """
        try:
            if template._name == "sms.template":
                texts = template._render_field("body", self.ids, compute_lang=True)
                return {
                    r: {"preview_sms": r._add_personal_text(texts[r.id])} for r in self
                }
            found = template._generate_template(self.ids, ("subject", "body_html"))
            mails = {r: r._add_personal_text(found[r.id]) for r in self}
        except UserError as error:
            if len(self) > 1:
                # One of them cannot be filled in: which one?
                return {
                    reminder: found
                    for one in self
                    for reminder, found in one._render_preview(template).items()
                }
            told = self.env._("The text cannot be filled in: %s", error)
            return {self: {"preview_error": told}}
        return {
            r: {"preview_subject": mail["subject"], "preview_body": mail["body_html"]}
            for r, mail in mails.items()
        }

    def _prepare_preview_of_sent(self, texts):
        """Return what the customer got from this notice.

        :param texts: {delivery: text of its SMS}
        """
        self.ensure_one()
        sent = self.delivery_ids.filtered(
            lambda delivery: delivery.state in ("sent", "uncertain", "bounced")
        )
        mail = sent.mail_mail_id[:1]
        told = [texts[delivery] for delivery in sent if delivery in texts]
        return {
            "preview_to": ", ".join(sent.mapped("recipient")),
            "preview_subject": mail.subject,
            "preview_body": mail.body_html,
            "preview_sms": "\n".join(told) or False,
        }

    def _read_reached(self):
        """Return {notice: {channel: the addresses that would be tried, in order}}."""
        facts = self.env["payment.reminder.facts"]
        recipients = facts._read_recipients(self.case_id) if self else {}
        return {
            reminder: {
                channel: [
                    address
                    for _partner, address in facts._get_addressees(
                        recipients[reminder.case_id.id].get(channel, [])
                    )
                ]
                for channel in reminder._get_channels()
            }
            for reminder in self
        }

    def _add_personal_text(self, rendered):
        """Return a rendered text with the words of this notice alone above it.

        :param rendered: dict of an e-mail, or text of an SMS
        """
        self.ensure_one()
        text = self.personal_text
        if not text:
            return rendered
        if isinstance(rendered, dict):
            body = plaintext2html(text) + (rendered["body_html"] or "")
            return {**rendered, "body_html": body}
        return f"{text}\n{rendered}"

    def action_check(self):
        """Ask the guard about these notices now; nothing is sent."""
        self.case_id._check_may_act()
        self._lock_or_explain()
        now = fields.Datetime.now()
        explanation = self.env["payment.reminder.explanation"]
        found = []
        for reminder, facts in self._read_facts(now, as_if_released=True).items():
            codes = guard.check(facts, now)
            if reminder.state in OPEN:
                reminder._note_verdict(codes, facts)
            found += [
                explanation._explain_code(code, reminder, facts) for code in codes
            ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if found else "success",
                "title": self.env._("The guard, right now"),
                "message": " ".join(dict.fromkeys(found))
                or self.env._("Nothing stands in the way."),
                "sticky": bool(found),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- a lower fee ----------------------------------------------------------------

    @api.depends("state", "amount_fee")
    def _compute_can_lower_fee(self):
        for reminder in self:
            reminder.can_lower_fee = (
                reminder.amount_fee > 0 and reminder.state in WAITING
            )

    def action_lower_fee(self):
        """Open the dialog that lowers or drops the fee of this notice."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lower the fee"),
            "res_model": "payment.reminder.fee.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_reminder_id": self.id},
        }

    def action_hold_invoices(self):
        """Open the dialog that holds the invoices of these notices until a day."""
        return self.env["payment.reminder.invoice.hold.wizard"]._open(self)

    def action_replay(self):
        """Show what the guard saw when it judged this notice, and judge it again."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        replays = self.env["payment.reminder.replay"]._make(self)
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay: %s", self.display_name),
            "res_model": replays._name,
            "target": "new" if len(replays) == 1 else "current",
        }
        if len(replays) == 1:
            return action | {"view_mode": "form", "res_id": replays.id}
        return action | {
            "view_mode": "list,form",
            "domain": [("id", "in", replays.ids)],
        }

    def _lower_fee(self, amount, note):
        """Lower the fee of a notice that waits, or drop it; never raise it.

        :param amount: what is left of it, in the case's currency
        :param note: why, in words
        """
        self.ensure_one()
        if self.state not in WAITING:
            raise UserError(self._describe_states())
        if not note:
            raise UserError(self.env._("Say why the fee is lowered."))
        before = self.amount_fee
        if amount < 0 or self.currency_id.compare_amounts(amount, before) > 0:
            raise UserError(
                self.env._(
                    "The fee of this reminder is %s. It can be lowered or dropped, not "
                    "raised.",
                    self.currency_id.format(before),
                )
            )
        self.write(
            {
                "has_fee_limit": True,
                "fee_limit": amount,
                "fee_limit_by_id": self.env.uid,
                "fee_limit_note": note,
                "amount_fee": amount,
                "amount_claim": self.amount_claim - before + amount,
                "remarks": [*(self.remarks or []), "fee:by_hand"],
                "remark_values": {
                    **(self.remark_values or {}),
                    **self._get_fee_limit_words(),
                },
            }
        )
        self.case_id._log_event(
            "fee_lowered",
            {
                "reminder": self.id,
                "before": str(before),
                "fee": str(amount),
                "by": self.env.uid,
            },
        )

    def _get_fee_limit_words(self):
        return {
            "by": self.fee_limit_by_id.id or self.env.uid,
            "note": self.fee_limit_note,
        }

    def _limit_fee(self, figures):
        """Keep to what a person lowered the fee to, when it is computed anew.

        :param figures: :class:`Figures` of the day of sending, changed in place
        """
        self.ensure_one()
        limit = to_decimal(self.fee_limit, self.currency_id.decimal_places)
        if figures.fee > limit:
            figures.fee = limit
        figures.remarks += ("fee:by_hand",)
        figures.remark_values |= self._get_fee_limit_words()
