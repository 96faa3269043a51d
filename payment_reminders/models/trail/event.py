import hashlib
import json
import secrets

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from ...tools import bulk
from ...tools.groupable import hide_technical

#: Version of the canonical form that is hashed. What is written stays as it was
#: hashed: 2 has the company beside what 1 has.
HASH_VERSION = 2


class PaymentReminderEvent(models.Model):
    """One entry of the trail. Append-only in the database, hash-chained per case.

    The payload holds ids, amounts and codes, never names, addresses or texts: those
    live where a customer's personal data can be erased. What people write is given as
    ``note`` and kept apart (:class:`PaymentReminderEventNote`).
    """

    _name = "payment.reminder.event"
    _description = "Payment Reminder Trail"
    _order = "date desc, id desc"
    _rec_name = "kind"
    _log_access = False

    case_id = fields.Many2one(
        "payment.reminder.case", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, index=True, ondelete="restrict"
    )
    chain = fields.Char(required=True, readonly=True)
    seq = fields.Integer(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("opened", "Opened"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("approval_lapsed", "Approval lapsed: who gave it may not any more"),
            ("sending", "Sending"),
            ("deferred", "Put off: somebody else had the rows"),
            ("sent", "Sent"),
            ("bounced", "Came back"),
            ("withdrawn", "No longer counts as sent"),
            ("taken_over", "Earlier reminders taken over"),
            ("takeover_undone", "Earlier reminders taken back"),
            ("held", "Held"),
            ("failed", "Failed"),
            ("to_print", "Waits to be printed"),
            ("uncertain", "Uncertain"),
            ("settled", "Settled by hand"),
            ("cancelled", "Cancelled"),
            ("snoozed", "Snoozed"),
            ("call_planned", "To be called"),
            ("call_held", "Call put off"),
            ("call_gone", "Call not needed any more"),
            ("called", "Called"),
            ("invoice_held", "Invoice held"),
            ("invoice_released", "Invoice released"),
            ("payment_seen", "Payment seen"),
            ("frozen", "Put on hold"),
            ("released", "Released"),
            ("undone", "Taken back by who had done it"),
            ("window_waived", "Sent without waiting for its hold window"),
            ("bank_line_ignored", "Bank line ignored"),
            ("bank_line_heeded", "Bank line no longer ignored"),
            ("money_ignored", "Money ignored"),
            ("transaction_let_go", "Online payment let go"),
            ("invoice_vouched", "Invoice reached the customer, a person said"),
            ("closed", "Closed"),
            ("reopened", "Reopened"),
            ("written_off", "Overdue trifle let go"),
            ("ladder_ended", "Ladder ended"),
            ("merged", "Merged"),
            ("invoice_moved", "An invoice is another customer's now"),
            ("claim_reversed", "Claim reversed"),
            ("costs_waived", "Fees and interest waived"),
            ("costs_kept", "Fees and interest kept for the next notice"),
            ("costs_paid", "Fees and interest paid"),
            ("costs_invoiced", "Fees and interest moved to a draft invoice"),
            ("fee_lowered", "Fee lowered by hand"),
            ("by_hand", "Created by hand"),
            ("overridden", "An obstacle was overridden"),
            ("backlog_decided", "Decided on what was overdue before"),
            ("held_out", "Nudge held out for the comparison"),
            ("holdout_ended", "Held-out nudge comes now, by hand"),
            ("interrupted", "Limitation interrupted"),
            ("limitation_near", "Limitation is near"),
            ("agency_part", "Part of an agency changed"),
            ("handover_queued", "Collection: handed over by a person"),
            ("handover_registered", "Collection: the service has it"),
            ("handover_refused", "Collection: not taken"),
            ("handover_uncertain", "Collection: uncertain whether it arrived"),
            ("handover_state", "Collection: state"),
            ("handover_report", "Collection: money told"),
            ("handover_ended", "Collection: ended"),
            ("company_status", "Company register"),
            ("answered", "Question answered"),
            ("solved", "Answered by itself"),
            ("pause_over", "Pause after an answer is over"),
            ("plan_changed", "Payment plan changed"),
            ("configuration_changed", "Configuration changed"),
            ("halted", "Every reminder stopped"),
            ("halt_ended", "Reminders go on"),
            ("erased", "Personal data erased"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    payload = fields.Json(readonly=True)
    prev_hash = fields.Char(readonly=True)
    hash = fields.Char(required=True, readonly=True)
    # Nobody reads the notes themselves but the field below, and what erases them.
    note_ids = fields.One2many(
        "payment.reminder.event.note",
        "event_id",
        string="Notes",
        groups=fields.NO_ACCESS,
    )
    note = fields.Text(
        compute="_compute_note",
        # sudo: who reads the entry may read what was written with it.
        compute_sudo=True,
        help="What was written with this entry. The trail itself holds its digest.",
    )

    _chain_seq_uniq = models.UniqueIndex(
        "(chain, seq)", "Two entries of the trail were written at once. Try again."
    )

    _company_date_idx = models.Index("(company_id, date DESC, id DESC)")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS base
        return hide_technical(self, super().fields_get(allfields, attributes))

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = labels.get(event.kind, "")

    def init(self):
        """Let the database itself refuse what would rewrite the trail."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION payment_reminder_event_append_only()
            RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION
                    'The trail of payment reminders is append-only (%)', TG_OP;
            END
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS payment_reminder_event_no_change
                ON payment_reminder_event;
            CREATE TRIGGER payment_reminder_event_no_change
                BEFORE UPDATE OR DELETE ON payment_reminder_event
                FOR EACH ROW EXECUTE FUNCTION payment_reminder_event_append_only();
            DROP TRIGGER IF EXISTS payment_reminder_event_no_truncate
                ON payment_reminder_event;
            CREATE TRIGGER payment_reminder_event_no_truncate
                BEFORE TRUNCATE ON payment_reminder_event
                FOR EACH STATEMENT
                EXECUTE FUNCTION payment_reminder_event_append_only();
            """
        )

    @api.model
    def _log(self, entries):
        """Append entries to the trail.

        :param entries: list of (case, kind, payload); several of one case are
            chained in the order given
        :return: the new records
        """
        return self._append(
            [
                (f"case:{case.id}", case.id, case.sudo().company_id.id, kind, payload)
                for case, kind, payload in entries
            ]
        )

    @api.model
    def _log_configuration(self, record, payload):
        """Append a change of configuration, in the chain of the record's company."""
        return self._log_company(
            record.company_id or self.env.company,
            "configuration_changed",
            {"record": f"{record._name},{record.id}", **payload},
        )

    @api.model
    def _log_company(self, company, kind, payload):
        """Append what concerns a whole company, in its own chain."""
        return self._append(
            [(f"company:{company.id}", None, company.id, kind, payload)]
        )

    @api.model
    def _append(self, entries):
        if not entries:
            return self.browse()
        entries, notes = self._keep_notes_apart(entries)
        is_noted = any(text for _salt, text in notes)
        now = fields.Datetime.now()
        heads = self._read_heads({entry[0] for entry in entries})
        vals_list = []
        for chain, case_id, company_id, kind, payload in entries:
            seq, prev_hash = heads.get(chain, (0, ""))
            vals = {
                "chain": chain,
                "seq": seq + 1,
                "case_id": case_id,
                "company_id": company_id,
                "kind": kind,
                "date": now,
                "user_id": self.env.uid,
                "payload": payload,
                "prev_hash": prev_hash,
            }
            vals["hash"] = self._get_hash(vals)
            heads[chain] = (vals["seq"], vals["hash"])
            vals_list.append(vals)
        self.env["payment.reminder.case"].invalidate_model(["event_ids"])
        try:
            events = bulk.insert(self.sudo().browse(), vals_list)
        except psycopg2.errors.UniqueViolation as error:
            # Somebody else has just written to the same chain: do it all again.
            raise ConcurrencyError("The trail was written to meanwhile") from error
        if is_noted:
            events._write_notes(notes)
        return events

    @api.model
    def _read_heads(self, chains):
        """Return {chain: (last seq, last hash)}."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (chain) chain, seq, hash
                  FROM payment_reminder_event
                 WHERE chain = ANY(%s)
                 ORDER BY chain, seq DESC
                """,
                list(chains),
            )
        )
        return {chain: (seq, digest) for chain, seq, digest in rows}

    @api.model
    def _get_hash(self, vals, version=HASH_VERSION):
        """Return the hash of one entry over its canonical JSON and its predecessor.

        :param version: of the canonical form
        """
        parts = {
            "version": version,
            "chain": vals["chain"],
            "seq": vals["seq"],
            "kind": vals["kind"],
            "date": fields.Datetime.to_string(vals["date"]),
            "user": vals["user_id"],
            "payload": vals["payload"],
            "prev": vals["prev_hash"],
        }
        if version >= 2:
            parts["company"] = vals["company_id"]
        body = json.dumps(
            parts,
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=True,
        )
        return f"{version}${hashlib.sha256(body.encode()).hexdigest()}"

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The trail cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise UserError(self.env._("The trail cannot be deleted."))

    @api.depends("note_ids.text")
    def _compute_note(self):
        for event in self:
            event.note = event.note_ids.text

    @api.model
    def _keep_notes_apart(self, entries):
        """Take what people wrote out of entries: free text stays out of the chain.

        :return: the entries with digests instead, and [(salt, text)]
        """
        Note = self.env["payment.reminder.event.note"]
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
        return stripped, notes

    def _write_notes(self, notes):
        """Keep what people wrote beside these entries.

        :param notes: [(salt, text)], one for each of these
        """
        bulk.insert(
            self.env["payment.reminder.event.note"].sudo(),
            [
                {"event_id": event.id, "text": text, "salt": salt}
                for event, (salt, text) in zip(self, notes, strict=True)
                if text
            ],
        )

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


class PaymentReminderEventHead(models.Model):
    _name = "payment.reminder.event.head"
    _description = "Payment Reminder Trail Head"
    _log_access = False
    _rec_name = "chain"

    chain = fields.Char(required=True, readonly=True)
    seq = fields.Integer(required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True)

    _chain_uniq = models.UniqueIndex("(chain)", "A chain ends once.")

    def init(self):
        """Let each new entry move the end of its chain, and nothing else."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION payment_reminder_event_move_head()
            RETURNS trigger AS $$
            BEGIN
                INSERT INTO payment_reminder_event_head (chain, seq, hash)
                VALUES (NEW.chain, NEW.seq, NEW.hash)
                ON CONFLICT (chain) DO UPDATE
                   SET seq = EXCLUDED.seq, hash = EXCLUDED.hash;
                RETURN NULL;
            END
            $$ LANGUAGE plpgsql;
            CREATE OR REPLACE FUNCTION payment_reminder_event_guard_head()
            RETURNS trigger AS $$
            BEGIN
                -- 1: a statement of somebody; 2: the trigger of the trail
                IF pg_trigger_depth() < 2 THEN
                    RAISE EXCEPTION
                        'The trail of payment reminders is append-only (%)', TG_OP;
                END IF;
                RETURN NEW;
            END
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS payment_reminder_event_head
                ON payment_reminder_event;
            CREATE TRIGGER payment_reminder_event_head
                AFTER INSERT ON payment_reminder_event
                FOR EACH ROW EXECUTE FUNCTION payment_reminder_event_move_head();
            DROP TRIGGER IF EXISTS payment_reminder_event_head_guard
                ON payment_reminder_event_head;
            CREATE TRIGGER payment_reminder_event_head_guard
                BEFORE INSERT OR UPDATE OR DELETE ON payment_reminder_event_head
                FOR EACH ROW EXECUTE FUNCTION payment_reminder_event_guard_head();
            DROP TRIGGER IF EXISTS payment_reminder_event_head_no_truncate
                ON payment_reminder_event_head;
            CREATE TRIGGER payment_reminder_event_head_no_truncate
                BEFORE TRUNCATE ON payment_reminder_event_head
                FOR EACH STATEMENT
                EXECUTE FUNCTION payment_reminder_event_append_only();
            """
        )


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
