"""Where each chain of the trail ends, so that nobody can cut off its tail unseen.

The database itself keeps it, with each entry. Who wants to hide the last entries has to
switch off the triggers of two tables; and the nightly check writes a digest of all of
the trail into the log of the server, which lies outside of the database.
"""

from odoo import fields, models


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
