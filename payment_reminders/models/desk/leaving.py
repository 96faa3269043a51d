"""When a notice leaves, what keeps it back, and what people are told of that."""

import operator as operators
import re
from collections import defaultdict

from babel import dates

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, get_lang

from ...rules import lifecycle
from ...rules.lifecycle import WAITING, Way
from ...rules.verdict import Code, Lifter, get_lifter
from ..books.facts import get_reached

#: So many notices are told of one by one.
MOST_TOLD = 3
#: What of the time of a language nobody needs here.
SECONDS = re.compile(r"\W?%S")


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    leaves_at = fields.Datetime(
        compute="_compute_leaves",
        search="_search_leaves_at",
        help="When it leaves by itself; empty when somebody has to do something first.",
    )
    leaves_text = fields.Char(
        string="Leaves",
        compute="_compute_leaves",
        help="When it leaves, or what has to be done first.",
    )
    approve_text = fields.Char(
        compute="_compute_leaves", help="What approving it does, for its button."
    )

    can_send_now = fields.Boolean(
        compute="_compute_can_send", help="It would leave this minute."
    )
    can_skip_window = fields.Boolean(
        compute="_compute_can_send",
        help="Nothing but its hold window keeps it back, and working hours perhaps.",
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
        return lifecycle.find_obstacle(self.sudo()._get_obstacle_codes())

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

    # -- when it leaves ----------------------------------------------------------

    @api.depends(
        "state",
        "hold_until",
        "verdict",
        "override_codes",
        "held_by_id",
        "hold_end_date",
        "to_print",
        "approved_ladder_id",
        "case_id.blocker_codes",
        "case_id.ladder_id",
    )
    @api.depends_context("lang", "tz")
    def _compute_leaves(self):
        told = self._tell_leaving()
        for reminder in self:
            reminder.leaves_at = told[reminder].by_itself or False
            reminder.leaves_text = reminder._describe_leaving(told[reminder])
            reminder.approve_text = reminder._describe_approval(told[reminder])

    @api.model
    def _search_leaves_at(self, operator, value):
        compare = {
            "<": operators.lt,
            "<=": operators.le,
            ">": operators.gt,
            ">=": operators.ge,
        }.get(operator)
        if not compare or not value:
            return NotImplemented
        limit = fields.Datetime.to_datetime(value)
        approved = self.search([("state", "=", "approved")])
        return [
            (
                "id",
                "in",
                [
                    reminder.id
                    for reminder in approved
                    if reminder.leaves_at and compare(reminder.leaves_at, limit)
                ],
            )
        ]

    def _tell_leaving(self):
        """Return {notice: :class:`rules.lifecycle.Leaving`} of these notices.

        Nothing is asked of the books here: what was found in the way is known.
        """
        # Who may see a notice may know when it leaves.
        waiting = self.sudo().filtered(lambda r: r.state in WAITING)
        facts = waiting.env["payment.reminder.facts"]
        now = fields.Datetime.now()
        letters = waiting._find_printed()
        stops = waiting._read_stops()
        places = facts._get_places(waiting.case_id)
        return {
            reminder: lifecycle.tell(
                lifecycle.Waiting(
                    state=own.state,
                    hold_until=own.hold_until or None,
                    obstacles=tuple(
                        own._get_obstacle_codes() | stops.get(own.company_id, set())
                    ),
                    by_letter=own in letters,
                    is_held_by_person=bool(own.held_by_id or own.hold_note),
                    hold_end=own.hold_end_date or None,
                ),
                now,
                *places.get(own.case_id.id, (None, None)),
            )
            for reminder in self
            for own in [reminder.sudo()]
        }

    def _get_obstacle_codes(self):
        """Return the codes of what is known to be in the way of this notice."""
        self.ensure_one()
        codes = set(self.verdict or ())
        codes.update((self.case_id.blocker_codes or "").strip(",").split(","))
        if (
            self.state == "approved"
            and self.approved_ladder_id
            and self.approved_ladder_id != self.case_id.ladder_id
        ):
            codes.add(Code.LADDER_CHANGED)
        return codes - set(self.override_codes or ())

    def _read_stops(self):
        """Return {company: codes of what stops every notice of it}."""
        if not self:
            return {}
        found = {company: set() for company in self.company_id}
        for halt in self.env["payment.reminder.halt"]._get_open(self.company_id):
            found[halt.company_id].add(
                Code.SEND_BRAKE if halt.is_brake else Code.STALE_BANK
            )
        if self.env["payment.reminder.facts"]._is_neutralized():
            for codes in found.values():
                codes.add(Code.NEUTRALIZED)
        return found

    def _find_printed(self):
        """Return those of these notices that a person prints."""
        maybe = self.filtered(lambda r: "letter" in r._get_channels())
        if not maybe:
            return maybe
        facts = self.env["payment.reminder.facts"]
        recipients = facts._read_recipients(maybe.case_id)
        return maybe.filtered(
            lambda r: self.env["payment.reminder.sender"]._goes_by_letter(
                r, get_reached(r._get_channels(), recipients[r.case_id.id])
            )
        )

    def _describe_leaving(self, told):
        """Return in words when a notice leaves, or what has to be done first.

        :param told: :class:`rules.lifecycle.Leaving`
        """
        match told.way:
            case Way.LEFT:
                return self.env._("It has left")
            case Way.LEAVING:
                return self.env._("It is leaving now")
            case Way.UNCERTAIN:
                return self.env._("Find out whether it went out")
            case Way.NEVER:
                return self._describe_staying(told.obstacle)
            case Way.HELD if told.hold_end:
                return self.env._(
                    "not before the hold ends on %s",
                    format_date(self.env, told.hold_end),
                )
            case Way.HELD:
                return self.env._("not before the hold is lifted")
            case Way.BLOCKED:
                return self._describe_block(told.obstacle)
            case Way.PRINTED:
                return self.env._("when a person prints it")
        is_now = told.moment <= fields.Datetime.now()
        if told.way == Way.APPROVED:
            if is_now:
                return self.env._("as soon as it is approved")
            return self.env._("when approved: %s", self._format_moment(told.moment))
        return (
            self.env._("within minutes") if is_now else self._format_moment(told.moment)
        )

    def _describe_approval(self, told):
        """Return what approving a notice does, in words.

        :param told: :class:`rules.lifecycle.Leaving` of it
        """
        if told.way != Way.APPROVED:
            return self.env._("Approve")
        if told.moment <= fields.Datetime.now():
            return self.env._("Approve: leaves within minutes")
        return self.env._("Approve: leaves %s", self._format_moment(told.moment))

    def _describe_staying(self, code):
        """Return in words that a notice never leaves."""
        if not code:
            return self.env._("It does not leave")
        return self.env._("It does not leave: %s", self._get_blocker_label(code))

    def _describe_block(self, code):
        """Return in words what keeps a notice back, and what ends that."""
        if code == Code.SNOOZED and self.case_id.snoozed_until:
            return self.env._(
                "not before the snooze ends on %s",
                format_date(self.env, self.case_id.snoozed_until),
            )
        label = self._get_blocker_label(code)
        if get_lifter(code) == Lifter.TIME:
            return self.env._("not yet: %s", label)
        return self.env._("when solved: %s", label)

    @api.model
    def _get_blocker_label(self, code):
        """Return what something in the way is called in lists."""
        blocker = self.env["payment.reminder.case"]._fields["blocker"]
        return dict(blocker._description_selection(self.env)).get(code, code)

    @api.model
    def _format_moment(self, moment):
        """Return day of the week, day and time of a moment (UTC) for who reads."""
        local = fields.Datetime.context_timestamp(self, moment)
        lang = get_lang(self.env)
        day = dates.format_skeleton(
            "MMMEd", local, locale=babel_locale_parse(lang.code)
        )
        time = local.strftime(SECONDS.sub("", lang.time_format))
        return f"{day} {time.removeprefix('0') if '%I' in lang.time_format else time}"
