"""Taking a customer's personal data out of a case, when there is a right to that.

The trail needs no change: it names nobody (``models/trail/event_note.py``).
"""

import json

from markupsafe import escape

from odoo import api, models
from odoo.exceptions import UserError

from ...rules import guard


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def action_erase_personal_data(self):
        """Erase names, addresses and texts from what these closed cases keep.

        The contact and its invoices are Odoo's own, and stay as they are.
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        still_open = self.filtered(lambda case: case.state != "closed")
        if still_open:
            raise UserError(
                self.env._(
                    "Close these cases first: %s",
                    ", ".join(still_open.mapped("name")),
                )
            )
        self.sudo()._erase_personal_data()
        return True

    def _erase_personal_data(self):
        self._erase_from_invoices()
        self.reminder_ids.delivery_ids._erase_personal_data()
        for notice in self.reminder_ids.filtered("facts"):
            notice.facts = _strip_facts(notice.facts)
        for model, names in self._get_personal_fields().items():
            records = self.env[model].with_context(active_test=False)
            domain = [("id" if model == self._name else "case_id", "in", self.ids)]
            records.search(domain).with_context(tracking_disable=True).write(
                dict.fromkeys(names, False)
            )
        self.claim_line_ids._erase_notes()
        self.event_ids.note_ids.unlink()
        self.activity_ids.unlink()
        self.query_ids.attachment_ids.unlink()
        for thread in (self, self.reminder_ids, self.query_ids, self.plan_ids):
            messages = self.env["mail.message"].search(
                [("model", "=", thread._name), ("res_id", "in", thread.ids)]
            )
            self.env["sms.sms"].search(
                [("mail_message_id", "in", messages.ids)]
            ).unlink()
            messages.attachment_ids.unlink()
            messages.unlink()
            self.env["ir.attachment"].search(
                [("res_model", "=", thread._name), ("res_id", "in", thread.ids)]
            ).unlink()
        self._log_event("erased", {})

    def _erase_from_invoices(self):
        """Erase from the invoices' chatter where notices went, and why they came back.

        What others wrote there is Odoo's, and stays as it is.
        """
        deliveries = self.reminder_ids.delivery_ids
        personal = deliveries.mapped("failure_reason") + deliveries.mapped("recipient")
        words = [str(escape(text)) for text in personal if text]
        messages = self.env["mail.message"].search(
            [
                ("model", "=", "account.move"),
                ("res_id", "in", self.reminder_ids.line_ids.move_id.ids),
                ("message_type", "=", "notification"),
            ]
        )
        for message in messages:
            body = str(message.body)
            for text in words:
                body = body.replace(text, self.env._("erased"))
            if body != message.body:
                message.body = body

    @api.model
    def _get_personal_fields(self):
        """Return {model with a case: fields that may name somebody} (hook)."""
        return {
            "payment.reminder.case": ["close_note", "access_token"],
            "payment.reminder": [
                "hold_note",
                "cancel_reason",
                "withdrawn_reason",
                "fee_limit_note",
                "override_note",
                "personal_text",
                "remark_values",
            ],
            "payment.reminder.freeze": ["note"],
            "payment.reminder.query": [
                "description",
                "answer",
                "recipient_name",
                "recipient_email",
                "stopped_addresses",
            ],
            "payment.reminder.plan": ["note"],
        }


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    def _erase_personal_data(self):
        texts = self.env["sms.sms"].search([("reminder_delivery_id", "in", self.ids)])
        self.mail_mail_id.unlink()
        texts.mail_message_id.unlink()
        texts.unlink()
        for delivery in self:
            delivery.write(
                {
                    "recipient": self.env._("erased"),
                    "key": f"erased-{delivery.id}",
                    "partner_id": False,
                    "failure_reason": False,
                    "letter_pdf": False,
                    "letter_html": False,
                    "is_dead_end": False,
                    "facts": delivery.facts and _strip_facts(delivery.facts),
                }
            )


class PaymentReminderClaimLine(models.Model):
    _inherit = "payment.reminder.claim.line"

    def _erase_notes(self):
        """Erase why entries were made, in words; what they say stays."""
        # What refuses changes is the write of the class below.
        models.Model.write(self, {"note": False})


def _strip_facts(text):
    """Return facts as JSON without anybody's address."""
    facts = guard.Facts.from_json(text).to_trail()
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))
