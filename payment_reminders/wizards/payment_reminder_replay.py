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
        now = [str(code) for code in guard.check(facts, moment)]
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
        _ = self.env._
        return {
            "step_kind": _("Kind of notice"),
            "today": _("Day"),
            "state": _("State of the notice"),
            "approved": _("Approved"),
            "hold_until": _("Hold window until"),
            "bears_fee": _("Bears a fee"),
            "snoozed_until": _("Snoozed until"),
            "case_state": _("State of the case"),
            "freezes": _("On hold because"),
            "open_queries": _("Open questions"),
            "active_plans": _("Payment plans"),
            "partner_excluded": _("Customer excluded"),
            "company_active": _("Company active"),
            "handed_over": _("Handed over to collection"),
            "recipients": _("Reached by"),
            "money": _("Money not matched"),
            "bank_stale_days": _("Age of the newest bank line, days"),
            "bank_stale_limit": _("Allowed age of it, days"),
            "insolvency": _("Insolvent by the company register"),
            "status_unknown": _("Status of the customer unknown"),
            "status_age_days": _("Age of that status, days"),
            "status_age_limit": _("Allowed age of it, days"),
            "spaced": _("Far enough from the last notice"),
            "ladder_id": _("Ladder now"),
            "approved_ladder_id": _("Ladder that was approved"),
            "send_brake": _("Brake on sending"),
            "neutralized": _("Copy of a database"),
            "require_invoice_sent": _("Invoice must have been sent"),
            "invoice_grace_days": _("Days to pay after it was sent"),
            "rest_only": _("Asks for fees and interest alone"),
            "open_costs": _("Open fees and interest"),
            "proposed_costs": _("Fees and interest as proposed"),
            "overdue_principal": _("Overdue"),
            "item_id": _("Due item"),
            "move_id": _("Invoice (number in the database)"),
            "move_state": _("State of the invoice"),
            "payment_state": _("Payment status"),
            "date_due": _("Due"),
            "residual": _("Open in the books"),
            "in_process": _("Payments in process"),
            "credited": _("Credited"),
            "proposed_residual": _("Open as proposed"),
            "proposed_credited": _("Credited as proposed"),
            "no_followup": _("Not to be followed up"),
            "excluded": _("Invoice excluded"),
            "invoice_sent": _("Invoice sent to the customer"),
            "invoice_bounced": _("Invoice came back"),
            "invoice_sent_on": _("Invoice sent on"),
            "apart": _("Part of an agency"),
            "proposed_apart": _("Part of an agency as proposed"),
            "pending_transaction": _("Online payment under way"),
            "already_sent": _("Carried by another notice"),
        }


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    def action_replay(self):
        """Show what the guard saw when it judged this notice, and judge it again."""
        self.ensure_one()
        self.env["payment.reminder.ladder"]._check_manager()
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
