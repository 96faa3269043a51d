"""What people write about an entry of the trail, kept where it can be erased.

The chain holds a salted digest of such a text only: while the text is there it can be
proven that it is the one that was written, and when it is erased, with its salt, the
chain stays whole and says nothing.
"""

import hashlib
import secrets

from odoo import api, fields, models

from ...tools import bulk


class PaymentReminderEventNote(models.Model):
    _name = "payment.reminder.event.note"
    _description = "Payment Reminder Trail Note"
    _log_access = False

    event_id = fields.Many2one(
        "payment.reminder.event",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    text = fields.Text(required=True, readonly=True)
    salt = fields.Char(required=True, readonly=True)

    @api.model
    def _get_digest(self, salt, text):
        return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


class PaymentReminderEvent(models.Model):
    _inherit = "payment.reminder.event"

    note_ids = fields.One2many("payment.reminder.event.note", "event_id")
    note = fields.Text(
        compute="_compute_note",
        # sudo: who reads the entry may read what was written with it.
        compute_sudo=True,
        help="What was written with this entry. The trail itself holds its digest.",
    )

    @api.depends("note_ids.text")
    def _compute_note(self):
        for event in self:
            event.note = event.note_ids.text

    @api.model
    def _append(self, entries):
        # EXTENDS payment_reminders: free text stays out of the chain
        Note = self.env["payment.reminder.event.note"].sudo()
        notes = []
        stripped = []
        for *entry, payload in entries:
            text = payload.get("note")
            payload = {name: payload[name] for name in payload if name != "note"}
            salt = secrets.token_hex(16)
            if text:
                payload["note_digest"] = Note._get_digest(salt, text)
            notes.append((salt, text))
            stripped.append((*entry, payload))
        events = super()._append(stripped)
        bulk.insert(
            Note,
            [
                {"event_id": event.id, "text": text, "salt": salt}
                for event, (salt, text) in zip(events, notes, strict=True)
                if text
            ],
        )
        return events

    @api.model
    def _find_changed_notes(self, rows):
        """Return the ids of entries whose note is not the one that was written.

        :param rows: dicts with the id and the payload of entries
        """
        digests = {
            row["id"]: row["payload"]["note_digest"]
            for row in rows
            if isinstance(row["payload"], dict) and row["payload"].get("note_digest")
        }
        notes = self.env["payment.reminder.event.note"].sudo()
        return {
            note.event_id.id
            for note in notes.search([("event_id", "in", list(digests))])
            if notes._get_digest(note.salt, note.text) != digests[note.event_id.id]
        }
