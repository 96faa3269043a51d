"""One event for one receiver: told, waiting for it, or given up."""

import json
from uuid import uuid4

from odoo import api, fields, models

from odoo.addons.payment_reminders.http import Outcome

from ..rules import events, retrying

MESSAGES_PER_BATCH = 50
#: Days after which what was told is removed.
KEEP_DAYS = 30


class PaymentReminderWebhookMessage(models.Model):
    """One event for one receiver.

    Its ``key`` stays the same however often it is told: the receiver knows by it what
    it has already.
    """

    _name = "payment.reminder.webhook.message"
    _description = "Reminder Webhook Message"
    _order = "id desc"
    _rec_name = "event"

    webhook_id = fields.Many2one(
        "payment.reminder.webhook",
        string="Receiver",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="webhook_id.company_id", store=True, index=True
    )
    event_id = fields.Many2one(
        "payment.reminder.event",
        string="Entry of the trail",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    case_id = fields.Many2one(related="event_id.case_id")
    event = fields.Selection(
        [
            (events.SENT, "Reminder sent"),
            (events.HELD, "Reminder held"),
            (events.QUESTION, "Question"),
            (events.PROMISE_BROKEN, "Promise broken"),
            (events.HANDED_OVER, "Handed over"),
            (events.PAID, "Paid"),
        ],
        required=True,
        readonly=True,
    )
    key = fields.Char(string="Id", required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("told", "Taken"), ("dead", "Given up")],
        required=True,
        readonly=True,
    )
    queued_at = fields.Datetime("Waits since", required=True, readonly=True)
    next_at = fields.Datetime("Next try", required=True, readonly=True)
    tries = fields.Integer(required=True, readonly=True)
    told_at = fields.Datetime("Taken on", readonly=True)
    reason = fields.Char("Last problem", readonly=True)

    _once_uniq = models.UniqueIndex(
        "(webhook_id, event_id)", "This receiver is told of it already."
    )
    _ripe_idx = models.Index("(webhook_id, id) WHERE state = 'waiting'")

    # -- the queue ------------------------------------------------------------------

    @api.model
    def _enqueue(self, webhook, named):
        """Put events into the queue of a receiver, each once.

        :param named: [(id of the entry of the trail, event)]
        """
        if not named:
            return
        now = fields.Datetime.now()
        self.sudo().create(
            [
                {
                    "webhook_id": webhook.id,
                    "event_id": entry_id,
                    "event": event,
                    "key": f"msg_{uuid4().hex}",
                    "state": "waiting",
                    "queued_at": now,
                    "next_at": now,
                    "tries": 0,
                }
                for entry_id, event in named
            ]
        )

    @api.model
    def _find_ripe(self, webhook):
        """Return the messages that a receiver is told next."""
        # payment_reminder_webhook_message_ripe_idx
        return self.search(
            [
                ("webhook_id", "=", webhook.id),
                ("state", "=", "waiting"),
                ("next_at", "<=", fields.Datetime.now()),
            ],
            order="id",
            limit=MESSAGES_PER_BATCH,
        )

    def _note(self, answer):
        """Note what a receiver answered to this message.

        :param answer: http.Answer
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if answer.outcome == Outcome.OK:
            self.write({"state": "told", "told_at": now, "reason": False})
            return
        tries = self.tries + 1
        is_dead = retrying.is_given_up(self.queued_at, now)
        self.write(
            {
                "state": "dead" if is_dead else "waiting",
                "tries": tries,
                "next_at": now + retrying.find_pause(tries, answer.pause),
                "reason": answer.reason or str(answer.outcome),
            }
        )

    def action_replay(self):
        """Tell these messages again, under the ids that they had."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        now = fields.Datetime.now()
        # sudo: nobody has the right to write what was told
        self.sudo().write(
            {"state": "waiting", "queued_at": now, "next_at": now, "tries": 0}
        )
        # A person asks for it now, whatever the receiver did before.
        self.sudo().webhook_id.write({"rests_until": False})
        self.env.ref("payment_reminders_webhook.ir_cron_tell").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("%s will be told again in a minute.", len(self)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- what is said ---------------------------------------------------------------

    def _prepare_bodies(self):
        """Return {message: (key, body in bytes)}.

        A body is made when it is told: what was erased of a customer since is in none.
        """
        none = self.env["payment.reminder"]
        numbers = {_get_notice_id(message.event_id) for message in self} - {None}
        notices = {notice.id: notice for notice in none.browse(numbers).exists()}
        bodies = {}
        for message in self:
            entry = message.event_id
            notice = notices.get(_get_notice_id(entry), none)
            data = message._prepare_ids(entry, notice)
            if message.webhook_id.with_details:
                data |= message._prepare_details(entry, notice)
            body = self._make_body(message.event, entry.date, data)
            bodies[message] = (message.key, body)
        return bodies

    def _prepare_ids(self, entry, notice):
        """Return what a body holds: ids and codes, no names and no amounts (hook)."""
        case = entry.case_id
        data = {
            "entry": entry.id,
            "company": entry.company_id.id,
            "case": case.id,
            "customer": case.partner_id.id,
        }
        if notice:
            data |= {
                "reminder": notice.id,
                "step": notice.step_id.kind,
                "invoices": notice.line_ids.move_id.ids,
            }
        if self.event == events.HELD:
            data["codes"] = events.read_codes(entry.payload)
        return data

    def _prepare_details(self, entry, notice):
        """Return what it holds besides where names and amounts are chosen (hook)."""
        case = entry.case_id
        details = {
            "case_name": case.display_name,
            "customer_name": case.partner_id.name,
            "currency": case.currency_id.name,
        }
        if notice:
            details["invoice_names"] = notice.line_ids.move_id.mapped("name")
            details |= {
                name: entry.payload[name]
                for name in ("claim", "fee", "interest")
                if name in entry.payload
            }
        return details

    @api.model
    def _make_body(self, event, moment, data):
        """Return a body by the Standard Webhooks specification: type, timestamp, data.

        :param moment: when it happened, UTC
        """
        text = json.dumps(
            {"type": event, "timestamp": f"{moment.isoformat()}Z", "data": data},
            sort_keys=True,
        )
        return text.encode()

    # -- keeping --------------------------------------------------------------------

    @api.autovacuum
    def _gc_told(self):
        """Remove what was taken long ago: the trail has what happened."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.sudo().search(
            [("state", "=", "told"), ("told_at", "<", limit)], limit=10_000
        ).unlink()


def _get_notice_id(entry):
    """Return the id of the notice that an entry of the trail is about, or None."""
    number = (entry.payload or {}).get("reminder")
    return number if isinstance(number, int) else None
