"""Asks the guard of today about the facts that it saw back then."""

import json
from dataclasses import astuple, is_dataclass
from dataclasses import fields as get_fields
from datetime import date, datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from ..rules import guard


class PaymentReminderReplay(models.TransientModel):
    """One verdict of the trail, and what the guard says of the same facts now."""

    _name = "payment.reminder.replay"
    _description = "Replay of a Verdict"
    _order = "moment desc, id desc"
    _rec_name = "reminder_id"

    reminder_id = fields.Many2one("payment.reminder", required=True, readonly=True)
    event_id = fields.Many2one("payment.reminder.event", required=True, readonly=True)
    kind = fields.Selection(related="event_id.kind")
    moment = fields.Datetime(required=True, readonly=True, string="Judged on")
    verdict_then = fields.Text(readonly=True, string="The guard said")
    verdict_now = fields.Text(readonly=True, string="The same facts give")
    is_same = fields.Boolean(readonly=True, string="Same verdict")
    facts = fields.Html(
        compute="_compute_facts",
        string="What it saw",
        help="The facts as the trail keeps them; of whom a message reaches only how.",
    )

    @api.model
    def _make(self, reminder):
        """Judge again what the trail keeps of each verdict on this notice.

        :return: one record for each, the latest first
        """
        events = reminder.case_id.event_ids.filtered(
            lambda event: (
                event.kind in ("sent", "held")
                and event.payload.get("reminder") == reminder.id
                and event.payload.get("facts")
            )
        )
        if not events:
            raise UserError(
                self.env._(
                    "The guard has stopped or let go nothing of this notice yet: there "
                    "is nothing to replay."
                )
            )
        replays = self.create([self._prepare(reminder, event) for event in events])
        return replays.sorted(lambda replay: (replay.moment, replay.id), reverse=True)

    @api.model
    def _prepare(self, reminder, event):
        payload = event.payload
        facts = guard.Facts.from_json(json.dumps(payload["facts"]))
        moment = fields.Datetime.to_datetime(payload.get("judged")) or event.date
        before = payload.get("verdict") or []
        now = guard.check(facts, moment)
        return {
            "reminder_id": reminder.id,
            "event_id": event.id,
            "moment": moment,
            "verdict_then": self._describe(before, reminder, facts),
            "verdict_now": self._describe(now, reminder, facts),
            "is_same": before == now,
        }

    @api.model
    def _describe(self, codes, reminder, facts):
        explanation = self.env["payment.reminder.explanation"]
        return "\n".join(
            explanation._explain_code(code, reminder, facts) for code in codes
        ) or self.env._("Nothing stands in the way: it may go out.")

    # -- the facts, readable --------------------------------------------------------

    @api.depends("event_id")
    @api.depends_context("lang")
    def _compute_facts(self):
        for replay in self:
            facts = guard.Facts.from_json(json.dumps(replay.event_id.payload["facts"]))
            replay.facts = self.env["ir.qweb"]._render(
                "payment_reminders.replay_facts",
                {
                    "rows": self._list_facts(facts, without=("items", "reminder_id")),
                    "items": [
                        (item.move_name, self._list_facts(item, without=("move_name",)))
                        for item in facts.items
                    ],
                },
                minimal_qcontext=True,
            )

    @api.model
    def _list_facts(self, record, without=()):
        """Return [(name, value)] of a dataclass, in words."""
        labels = self._get_labels()
        return [
            (
                labels.get(field.name, field.name.replace("_", " ").capitalize()),
                self._format(getattr(record, field.name)),
            )
            for field in get_fields(record)
            if field.name not in without
        ]

    @api.model
    def _format(self, value):
        match value:
            case None | "" | ():
                return "–"
            case bool():
                return self.env._("Yes") if value else self.env._("No")
            case datetime():
                return format_datetime(self.env, value)
            case date():
                return format_date(self.env, value)
            case Decimal():
                return format(value, "f")
            case tuple() if is_dataclass(value[0]):
                return "; ".join(self._format(astuple(part)) for part in value)
            case tuple():
                return ", ".join(self._format(part) for part in value)
        return str(value)

    @api.model
    def _get_labels(self):
        """Return {name of a fact: what it is called}; a new fact goes by its name."""
        return {
            "step_kind": self.env._("Kind of notice"),
            "today": self.env._("Day"),
            "state": self.env._("State of the notice"),
            "approved": self.env._("Approved"),
            "hold_until": self.env._("Hold window until"),
            "bears_fee": self.env._("Bears a fee"),
            "snoozed_until": self.env._("Snoozed until"),
            "case_state": self.env._("State of the case"),
            "freezes": self.env._("On hold because"),
            "open_queries": self.env._("Open questions"),
            "active_plans": self.env._("Payment plans"),
            "partner_excluded": self.env._("Customer excluded"),
            "company_active": self.env._("Company active"),
            "handed_over": self.env._("Handed over to collection"),
            "other_sender": self.env._("Other program that reminds"),
            "other_level": self.env._("Step of that program"),
            "other_since": self.env._("There since"),
            "recipients": self.env._("Reached by"),
            "money": self.env._("Money not matched"),
            "bank_stale_days": self.env._("Age of the newest bank line, days"),
            "bank_stale_limit": self.env._("Allowed age of it, days"),
            "insolvency": self.env._("Insolvent by the company register"),
            "status_unknown": self.env._("Status of the customer unknown"),
            "status_age_days": self.env._("Age of that status, days"),
            "status_age_limit": self.env._("Allowed age of it, days"),
            "spaced": self.env._("Far enough from the last notice"),
            "ladder_id": self.env._("Ladder now"),
            "approved_ladder_id": self.env._("Ladder that was approved"),
            "send_brake": self.env._("Brake on sending"),
            "neutralized": self.env._("Copy of a database"),
            "require_invoice_sent": self.env._("Invoice must have been sent"),
            "invoice_grace_days": self.env._("Days to pay after it was sent"),
            "rest_only": self.env._("Asks for fees and interest alone"),
            "open_costs": self.env._("Open fees and interest"),
            "proposed_costs": self.env._("Fees and interest as proposed"),
            "overdue_principal": self.env._("Overdue"),
            "law_reviewed_until": self.env._("Law reviewed until"),
            "law_announced_from": self.env._("Announced not to be allowed from"),
            "law_forbidden_from": self.env._("Not allowed from"),
            "item_id": self.env._("Due item"),
            "move_id": self.env._("Invoice (number in the database)"),
            "move_state": self.env._("State of the invoice"),
            "payment_state": self.env._("Payment status"),
            "date_due": self.env._("Due"),
            "residual": self.env._("Open in the books"),
            "in_process": self.env._("Payments in process"),
            "credited": self.env._("Credited"),
            "proposed_residual": self.env._("Open as proposed"),
            "proposed_credited": self.env._("Credited as proposed"),
            "no_followup": self.env._("Not to be followed up"),
            "excluded": self.env._("Invoice excluded"),
            "invoice_sent": self.env._("Invoice sent to the customer"),
            "invoice_bounced": self.env._("Invoice came back"),
            "invoice_sent_on": self.env._("Invoice sent on"),
            "apart": self.env._("Part of an agency"),
            "proposed_apart": self.env._("Part of an agency as proposed"),
            "pending_transaction": self.env._("Online payment under way"),
            "invoice_network": self.env._("Network of the invoice"),
            "invoice_network_state": self.env._("What the network says"),
            "transaction_since": self.env._("Online payment since"),
            "transaction_days": self.env._("Banking days that it may take"),
            "transaction_hangs": self.env._("Online payment hangs"),
            "already_sent": self.env._("Carried by another notice"),
        }
