"""What the nightly check has seen, kept where a cut tail or a lost chain shows.

Kept inside the database: whoever switches triggers off can change this too. What that
cannot reach is the line in the log of the server.
"""

from odoo import api, fields, models
from odoo.tools import SQL


class PaymentReminderEventSeen(models.Model):
    _name = "payment.reminder.event.seen"
    _description = "Payment Reminder Trail Seen"
    _log_access = False
    _rec_name = "chain"

    chain = fields.Char(required=True, readonly=True)
    seq = fields.Integer(required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True)

    _chain_uniq = models.UniqueIndex("(chain)", "A chain was seen up to one entry.")

    def init(self):
        """Let what was seen grow, and never be taken back."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION payment_reminder_event_guard_seen()
            RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF NEW.chain = OLD.chain AND NEW.seq > OLD.seq THEN
                        RETURN NEW;
                    END IF;
                END IF;
                RAISE EXCEPTION
                    'The trail of payment reminders is append-only (%)', TG_OP;
            END
            $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS payment_reminder_event_seen_guard
                ON payment_reminder_event_seen;
            CREATE TRIGGER payment_reminder_event_seen_guard
                BEFORE UPDATE OR DELETE ON payment_reminder_event_seen
                FOR EACH ROW EXECUTE FUNCTION payment_reminder_event_guard_seen();
            DROP TRIGGER IF EXISTS payment_reminder_event_seen_no_truncate
                ON payment_reminder_event_seen;
            CREATE TRIGGER payment_reminder_event_seen_no_truncate
                BEFORE TRUNCATE ON payment_reminder_event_seen
                FOR EACH STATEMENT
                EXECUTE FUNCTION payment_reminder_event_append_only();
            """
        )

    @api.model
    def _read_ends(self, chains):
        """Return {chain: (seq, hash)} of where chains ended when they were seen."""
        rows = self.env.execute_query(
            SQL(
                "SELECT chain, seq, hash FROM payment_reminder_event_seen"
                " WHERE chain = ANY(%s)",
                chains,
            )
        )
        return {chain: (seq, digest) for chain, seq, digest in rows}

    @api.model
    def _list_grown(self):
        """Return the chains that do not end where they were seen to, oldest first."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT h.chain
                  FROM payment_reminder_event_head h
             LEFT JOIN payment_reminder_event_seen s ON s.chain = h.chain
                 WHERE (s.seq, s.hash) IS DISTINCT FROM (h.seq, h.hash)
                 ORDER BY h.id
                """
            )
        )
        return [chain for (chain,) in rows]

    @api.model
    def _remember(self, chains):
        """Note where these chains end, which were just found whole."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_reminder_event_seen (chain, seq, hash)
                     SELECT chain, seq, hash FROM payment_reminder_event_head
                      WHERE chain = ANY(%s)
                ON CONFLICT (chain) DO UPDATE
                        SET seq = EXCLUDED.seq, hash = EXCLUDED.hash
                      WHERE payment_reminder_event_seen.seq < EXCLUDED.seq
                """,
                chains,
            )
        )


class PaymentReminderEventAnchor(models.Model):
    _name = "payment.reminder.event.anchor"
    _description = "Payment Reminder Trail Anchor"
    _order = "id desc"
    _log_access = False
    _rec_name = "date"

    date = fields.Datetime(required=True, readonly=True)
    last_id = fields.Integer(
        string="Last entry", required=True, readonly=True, aggregator=None
    )
    digest = fields.Char(
        required=True,
        readonly=True,
        help="SHA-256 over the hashes of all entries up to the last one.",
    )

    def init(self):
        """Let the database itself refuse what would take an anchor back."""
        self.env.cr.execute(
            """
            DROP TRIGGER IF EXISTS payment_reminder_event_anchor_no_change
                ON payment_reminder_event_anchor;
            CREATE TRIGGER payment_reminder_event_anchor_no_change
                BEFORE UPDATE OR DELETE ON payment_reminder_event_anchor
                FOR EACH ROW EXECUTE FUNCTION payment_reminder_event_append_only();
            DROP TRIGGER IF EXISTS payment_reminder_event_anchor_no_truncate
                ON payment_reminder_event_anchor;
            CREATE TRIGGER payment_reminder_event_anchor_no_truncate
                BEFORE TRUNCATE ON payment_reminder_event_anchor
                FOR EACH STATEMENT
                EXECUTE FUNCTION payment_reminder_event_append_only();
            """
        )

    @api.model
    def _get_last(self):
        return self.search([], limit=1)
