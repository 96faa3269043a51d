"""Tells what an entry of the trail says, in words."""

import json

from odoo import api, fields, models
from odoo.tools import format_date

from ...rules import guard
from ...tools.money import format_code


class PaymentReminderEvent(models.Model):
    _inherit = "payment.reminder.event"

    details = fields.Char(
        compute="_compute_details",
        help="What the entry says, in words. Only the payload is hashed.",
    )

    @api.depends("kind", "payload", "note")
    @api.depends_context("lang")
    def _compute_details(self):
        for event in self:
            payload = event.payload if isinstance(event.payload, dict) else {}
            event.details = " · ".join(filter(None, event._describe(payload))) or False

    def _describe(self, payload):
        """Return the pieces of the sentence that tells one entry.

        :param payload: dict of the entry
        """
        self.ensure_one()
        reminder = self._get_reminder(payload)
        return [
            reminder.step_id.name,
            *self._describe_changes(payload),
            *self._describe_reasons(payload),
            *self._describe_verdict(payload, reminder),
            *self._describe_values(payload),
            *self._describe_company_status(payload),
            self.note,
        ]

    def _get_reminder(self, payload):
        """Return the notice an entry is about; the step may be archived since."""
        number = payload.get("reminder")
        number = number if isinstance(number, int) else []
        # The case of this entry may be read, and with it its own notices.
        reminders = self.env["payment.reminder"].sudo().with_context(active_test=False)
        return (
            reminders.browse(number)
            .exists()
            .filtered(lambda reminder: reminder.case_id == self.sudo().case_id)
        )

    def _describe_changes(self, payload):
        """Tell what changed on which invoice: the payload is keyed by its number."""
        if self.kind not in ("payment_seen", "reopened"):
            return []
        return [
            f"{name}: {self._format(change['before'])} → {self._format(change['now'])}"
            for name, change in payload.items()
            if isinstance(change, dict) and {"before", "now"} <= change.keys()
        ]

    def _describe_reasons(self, payload):
        if self.kind == "withdrawn":
            return [self._get_undo_labels().get(payload.get("reason"))]
        model, field = (
            ("payment.reminder.case", "close_reason")
            if self.kind == "closed"
            else ("payment.reminder.freeze", "reason")
        )
        labels = dict(self.env[model]._fields[field]._description_selection(self.env))
        codes = payload.get("reasons") or [payload.get("reason")]
        return [labels.get(code, code) for code in codes if isinstance(code, str)]

    def _describe_verdict(self, payload, reminder):
        """Tell what stood in the way, from the facts of that moment."""
        codes = payload.get("verdict")
        if not codes or not reminder:
            return []
        facts = None
        if payload.get("facts"):
            facts = guard.Facts.from_json(json.dumps(payload["facts"]))
        explanation = self.env["payment.reminder.explanation"]
        return [explanation._explain_code(code, reminder, facts) for code in codes]

    def _describe_values(self, payload):
        words = []
        if self.kind == "sent" and payload.get("claim"):
            words.append(self._format(payload["claim"]))
        if payload.get("amount"):
            words.append(self._format(payload["amount"]))
        if payload.get("invoices"):
            words.append(payload["invoices"])
        if payload.get("until"):
            words.append(format_date(self.env, payload["until"]))
        if self.kind == "called":
            results = self.env["payment.reminder.call"]._fields["result"]
            labels = dict(results._description_selection(self.env))
            words.append(labels.get(payload.get("result")))
            if payload.get("too_late"):
                words.append(self.env._("nothing was owed any more"))
        if self.kind in ("call_held", "call_gone") and payload.get("codes"):
            calls = self.env["payment.reminder.call"]
            words.append(calls._label_codes(payload["codes"]))
        if self.kind == "held_out":
            words.append(self.env._("%s days later", payload.get("days")))
        if self.kind == "settled":
            words.append(
                self.env._("it went out")
                if payload.get("sent")
                else self.env._("it did not go out")
            )
        if self.kind == "bounced":
            channels = self.env["payment.reminder.delivery"]._fields["channel"]
            labels = dict(channels._description_selection(self.env))
            words += [labels.get(payload.get("channel")), payload.get("status")]
        if payload.get("halt"):
            reasons = self.env["payment.reminder.halt"]._fields["reason"]
            labels = dict(reasons._description_selection(self.env))
            words.append(labels.get(payload["halt"], payload["halt"]))
        if payload.get("standing_approval"):
            words.append(self.env._("by the ladder's standing approval"))
        if payload.get("change"):
            words.append(
                self._get_change_labels().get(payload["change"], payload["change"])
            )
        if self.kind == "configuration_changed" and payload.get("version"):
            words.append(self.env._("version %s", payload["version"]))
        return words

    @api.model
    def _get_undo_labels(self):
        """Return {code: words} of why a notice no longer counts as sent."""
        return {
            "bounced": self.env._("it did not arrive"),
            "withdrawn": self.env._("it was taken back"),
        }

    @api.model
    def _get_change_labels(self):
        """Return {code: words} of the changes of configuration."""
        return {
            "new_version": self.env._("new version of a ladder"),
            "standing_approval_granted": self.env._("standing approval given"),
            "standing_approval_revoked": self.env._("standing approval revoked"),
            "recorded": self.env._("left to an agency"),
            "changed": self.env._("changed"),
            "refused": self.env._("refused by the agency"),
            "removed": self.env._("left to an agency no more"),
            "due": self.env._("the refused part is a due item now"),
        }

    def _format(self, number):
        """Return an amount of the payload in the case's currency, or as it stands."""
        currency = self.sudo().case_id.currency_id
        try:
            return format_code(self.env, number, currency)
        except (TypeError, ValueError):
            return str(number)

    def _describe_company_status(self, payload):
        """Tell what a company register said, or what a person noted of it."""
        words = []
        if self.kind != "company_status":
            return words
        labels = dict(
            self.env["payment.reminder.company.status"]
            ._fields["status"]
            ._description_selection(self.env)
        )
        dates = {
            "date_decree": self.env._("decree of %s"),
            "date_filing": self.env._("file until %s"),
        }
        for name, text in dates.items():
            if payload.get(name):
                words.append(text % format_date(self.env, payload[name]))
        if not payload.get("status"):
            return words
        words.append(labels.get(payload["status"], payload["status"]))
        words.append(f"“{payload['word']}”")
        if payload.get("since"):
            words.append(
                self.env._("since %s", format_date(self.env, payload["since"]))
            )
        words.append(payload["number"])
        words.append(payload["source"])
        return words
