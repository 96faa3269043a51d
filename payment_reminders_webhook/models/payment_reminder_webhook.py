"""Who is told, by which address and secret, and how that receiver fares."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_datetime

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders.tools import transactions

from ..rules import events, retrying, signing
from ..wire import Wire

#: The secret before is signed with as well for so long after a new one was made.
CHANGE_OVER = timedelta(days=1)
#: Entries are looked for from so long before the last look: an entry is dated when it
#: is written, and seen when its transaction ends.
OVERLAP = timedelta(hours=12)
#: A receiver that has failed for so long is told of.
TELL_AFTER = timedelta(days=1)
#: Of this machine itself, by which one may speak without encryption.
LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: {field: event}
CHOICES = {
    "tell_sent": events.SENT,
    "tell_held": events.HELD,
    "tell_question": events.QUESTION,
    "tell_promise_broken": events.PROMISE_BROKEN,
    "tell_handed_over": events.HANDED_OVER,
    "tell_paid": events.PAID,
}


class PaymentReminderWebhook(models.Model):
    """One receiver of events."""

    _name = "payment.reminder.webhook"
    _description = "Reminder Webhook"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    url = fields.Char(
        string="Address",
        required=True,
        groups="base.group_system",
        help="Where events are sent: https, or http on this machine itself.",
    )
    host = fields.Char(string="Sent to", compute="_compute_host", compute_sudo=True)
    secret = fields.Char(
        groups="base.group_system",
        copy=False,
        readonly=True,
        default=lambda self: signing.make_secret(),
        help="Events are signed with it. Enter it at the receiver.",
    )
    secret_before = fields.Char(
        "Secret before", groups="base.group_system", copy=False, readonly=True
    )
    secret_changed_at = fields.Datetime(
        "Secret since", groups="base.group_system", copy=False, readonly=True
    )
    tell_sent = fields.Boolean("A reminder was sent", default=True)
    tell_held = fields.Boolean("A reminder was held, and why", default=True)
    tell_question = fields.Boolean("A customer asked a question", default=True)
    tell_promise_broken = fields.Boolean("A promise or plan was broken", default=True)
    tell_handed_over = fields.Boolean("A collection service has it", default=True)
    tell_paid = fields.Boolean("All of a case was paid", default=True)
    with_details = fields.Boolean(
        "Names and amounts too",
        tracking=True,
        help="Otherwise events hold ids and codes only: whoever receives them asks "
        "Odoo for the rest, with rights of its own.",
    )
    begun_at = fields.Datetime(
        "Told of what is since",
        default=fields.Datetime.now,
        required=True,
        readonly=True,
        copy=False,
    )
    seen_at = fields.Datetime("Looked at", readonly=True, copy=False)
    answered_at = fields.Datetime("Last taken", readonly=True, copy=False)
    failed_since = fields.Datetime("Failing since", readonly=True, copy=False)
    failures = fields.Integer(readonly=True, copy=False)
    rests_until = fields.Datetime("Tried again", readonly=True, copy=False)
    reason = fields.Char("Last problem", readonly=True, copy=False)
    message_count = fields.Integer("Messages", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    dead_count = fields.Integer("Given up", compute="_compute_counts")
    problem = fields.Text(compute="_compute_problem")

    @api.depends("url")
    def _compute_host(self):
        for webhook in self:
            webhook.host = urlsplit(webhook.url or "").hostname or False

    def _compute_counts(self):
        groups = self.env["payment.reminder.webhook.message"]._read_group(
            [("webhook_id", "in", self.ids)], ["webhook_id", "state"], ["__count"]
        )
        counts = {(webhook, state): count for webhook, state, count in groups}
        for webhook in self:
            waiting, told, dead = (
                counts.get((webhook, state), 0) for state in ("waiting", "told", "dead")
            )
            webhook.waiting_count = waiting
            webhook.dead_count = dead
            webhook.message_count = waiting + told + dead

    @api.depends("failed_since", "rests_until", "reason")
    @api.depends_context("lang", "tz")
    def _compute_problem(self):
        for webhook in self:
            problems = []
            if webhook.failed_since:
                problems.append(
                    self.env._(
                        "It takes no events since %(since)s: %(why)s. %(count)s wait "
                        "for it, and are tried again by themselves (next: %(next)s).",
                        since=format_datetime(self.env, webhook.failed_since),
                        why=webhook.reason,
                        count=webhook.waiting_count,
                        next=format_datetime(self.env, webhook.rests_until),
                    )
                )
            if webhook.dead_count:
                problems.append(
                    self.env._(
                        "%(count)s messages were given up after %(days)s days. Open "
                        "the messages, choose them, and send them again.",
                        count=webhook.dead_count,
                        days=retrying.GIVE_UP.days,
                    )
                )
            webhook.problem = "\n".join(problems)

    @api.constrains("url")
    def _check_url(self):
        for webhook in self.sudo():
            if not _is_address(webhook.url):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot receive events: enter an address that begins "
                        "with https:// and holds no user or password.",
                        webhook.url,
                    )
                )

    def write(self, vals):
        # EXTENDS base: another address, or a receiver that is on again, begins anew
        if "url" in vals or vals.get("active"):
            vals = {**vals, **self._prepare_good_vals()}
        if vals.get("active"):
            # What happened while it was off was not for it.
            vals["begun_at"] = fields.Datetime.now()
        done = super().write(vals)
        if vals.get("active"):
            # A copy of a database has none any more.
            for webhook in self.sudo().filtered(lambda webhook: not webhook.secret):
                webhook.secret = signing.make_secret()
        return done

    # -- buttons ----------------------------------------------------------------

    def action_new_secret(self):
        """Make a new secret; the one before counts beside it for a day."""
        self.check_access("write")
        for webhook in self:
            webhook.write(
                {
                    "secret_before": webhook.secret,
                    "secret": signing.make_secret(),
                    "secret_changed_at": fields.Datetime.now(),
                }
            )
        return True

    def action_test(self):
        """Send an event about nothing now, and say what came of it."""
        self.ensure_one()
        self.check_access("write")
        message = self.env["payment.reminder.webhook.message"]
        body = message._make_body(events.PING, fields.Datetime.now(), {})
        answer = self._make_wire().tell(f"msg_{uuid4().hex}", body)
        is_good = answer.outcome == Outcome.OK
        if is_good:
            self.write(self._prepare_good_vals())
            text = self.env._("%s has taken a test event.", self.name)
        else:
            text = self.env._(
                "%(name)s did not take a test event: %(why)s",
                name=self.name,
                why=_get_reason(answer),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_good else "danger",
                "message": text,
                "sticky": not is_good,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_messages(self):
        """Open what was told to this receiver."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders_webhook.payment_reminder_webhook_message_action"
        )
        return {**action, "domain": [("webhook_id", "=", self.id)], "context": {}}

    # -- telling ------------------------------------------------------------------

    @api.model
    def _cron_tell(self):
        """Look for what happened, and tell it to each receiver that is up.

        What a receiver does not take waits for it; none waits for another.
        """
        webhooks = self.sudo().search([("active", "=", True)])
        for webhook in webhooks:
            transactions.run(
                self.env, lambda env, w=webhook: w.with_env(env)._collect()
            )
        transactions.commit(self.env)
        for webhook in webhooks:
            if not webhook._tell_waiting():
                return
        webhooks._tell_of_failing()

    def _collect(self):
        """Put what happened since the last look into the queue of this receiver."""
        self = self.with_user(self.env.ref("base.user_root")).sudo()
        if not transactions.try_lock(self):
            return
        self.invalidate_recordset()
        now = fields.Datetime.now()
        since = max(self.begun_at, (self.seen_at or self.begun_at) - OVERLAP)
        rows = self.env.execute_query(
            SQL(
                # payment_reminder_event_company_date_idx, and
                # payment_reminder_webhook_message_once_uniq
                """
                SELECT e.id, e.kind, e.payload
                  FROM payment_reminder_event e
                 WHERE e.company_id = %s AND e.date >= %s AND e.kind = ANY(%s)
                   AND NOT EXISTS (
                        SELECT 1 FROM payment_reminder_webhook_message m
                         WHERE m.webhook_id = %s AND m.event_id = e.id)
                 ORDER BY e.id
                """,
                self.company_id.id,
                since,
                list(events.KINDS),
                self.id,
            )
        )
        wanted = {event for name, event in CHOICES.items() if self[name]}
        named = [
            (row_id, events.name_event(kind, data or {})) for row_id, kind, data in rows
        ]
        self.env["payment.reminder.webhook.message"]._enqueue(
            self, [(row_id, event) for row_id, event in named if event in wanted]
        )
        self.seen_at = now

    def _tell_waiting(self):
        """Tell this receiver what waits for it, the oldest first, until it fails.

        :return: whether there is time for more
        """
        self.ensure_one()
        messages = self.env["payment.reminder.webhook.message"].sudo()
        while self.active and not self._is_resting():
            batch = messages._find_ripe(self)
            if not batch:
                break
            bodies = batch._prepare_bodies()
            wire = self._make_wire()
            # Nothing is locked, and no snapshot held, while the network is waited for.
            transactions.commit(self.env)
            answer = None
            for message in batch:
                answer = wire.tell(*bodies[message])
                transactions.run(
                    self.env, lambda env, m=message, a=answer: m.with_env(env)._note(a)
                )
                if not _is_about_one(answer):
                    break
            transactions.run(
                self.env, lambda env, a=answer: self.with_env(env)._note_last(a)
            )
            transactions.commit(self.env)
            if not transactions.report_progress(self.env, len(batch), None):
                return False
        return True

    def _make_wire(self):
        """Return the :class:`wire.Wire` to this receiver."""
        # sudo: its address and secret are no business of who works with reminders
        webhook = self.sudo()
        keys = [webhook.secret]
        changed_at = webhook.secret_changed_at
        if changed_at and fields.Datetime.now() - changed_at < CHANGE_OVER:
            keys.append(webhook.secret_before)
        return Wire(webhook.url, keys)

    def _is_resting(self):
        return bool(self.rests_until and self.rests_until > fields.Datetime.now())

    def _note_last(self, answer):
        """Note how this receiver fares after the last answer of a batch."""
        now = fields.Datetime.now()
        if _is_about_one(answer):
            self.write({**self._prepare_good_vals(), "answered_at": now})
            return
        self.write(
            {
                "failures": self.failures + 1,
                "failed_since": self.failed_since or now,
                "rests_until": now
                + retrying.find_pause(self.failures + 1, answer.pause),
                "reason": _get_reason(answer),
            }
        )
        if answer.outcome == Outcome.GONE:
            self.active = False
            self._call_managers(
                self.env._("%s wants no more events", self.name),
                self.env._(
                    "It answered that it is gone for good (410), so that it was "
                    "archived. Restore it if that was wrong: what waits is told then."
                ),
            )

    def _prepare_good_vals(self):
        """Return the values of a receiver with which nothing is wrong."""
        return {
            "failures": 0,
            "failed_since": False,
            "rests_until": False,
            "reason": False,
        }

    # -- people -------------------------------------------------------------------

    def _tell_of_failing(self):
        """Tell managers of receivers that take nothing, and of what was given up."""
        now = fields.Datetime.now()
        for webhook in self:
            if webhook.failed_since and now - webhook.failed_since >= TELL_AFTER:
                webhook._call_managers(
                    self.env._("%s takes no events", webhook.name),
                    self.env._(
                        "Events wait for it, and it is tried again by itself. Last "
                        "problem: %s",
                        webhook.reason,
                    ),
                )
            if webhook.dead_count:
                webhook._call_managers(
                    self.env._("Events for %s were given up", webhook.name),
                    self.env._(
                        "It did not take them for %s days. Mend it, then choose them "
                        "among its messages and send them again.",
                        retrying.GIVE_UP.days,
                    ),
                )

    def _call_managers(self, summary, note):
        """Leave an activity for each manager of the company, unless it is there."""
        told = self.activity_ids.filtered(lambda a: a.summary == summary).user_id
        for user in self.company_id._get_reminder_managers() - told:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=user.id,
            )


def _is_address(url):
    """Tell whether events may be sent to a URL."""
    try:
        parts = urlsplit(url or "")
        _port = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    )


def _is_about_one(answer):
    """Tell whether an answer is about its message alone: the receiver is up."""
    return answer.outcome in (Outcome.OK, Outcome.REJECTED)


def _get_reason(answer):
    return answer.reason or str(answer.outcome)
