import psycopg2

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from ..sending.gateway_common import GatewayCommon


class TestTrail(GatewayCommon):
    """The trail cannot be rewritten quietly, and tells everything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id
        cls.send(cls.reminder)
        cls.events = cls.case.event_ids.sudo().sorted("seq")
        cls.Event = cls.env["payment.reminder.event"].sudo()

    def kinds(self, case=None):
        return (case or self.case).event_ids.sorted("seq").mapped("kind")

    # -- append-only ------------------------------------------------------------

    def assertRefusedByDatabase(self, query, *params):
        self.env.flush_all()
        with mute_logger("odoo.sql_db"):
            with self.assertRaisesRegex(psycopg2.Error, "append-only"):
                with self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(query, params)

    def test_update_in_sql(self):
        self.assertRefusedByDatabase(
            "UPDATE payment_reminder_event SET kind = 'held' WHERE id = %s",
            self.events[0].id,
        )

    def test_delete_in_sql(self):
        self.assertRefusedByDatabase(
            "DELETE FROM payment_reminder_event WHERE id = %s", self.events[0].id
        )

    def test_truncate_in_sql(self):
        self.assertRefusedByDatabase("TRUNCATE payment_reminder_event CASCADE")

    def test_by_the_orm(self):
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            self.events[0].write({"kind": "held"})
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.events[0].unlink()

    def test_heads_in_sql(self):
        for query in (
            "UPDATE payment_reminder_event_head SET seq = 1 WHERE chain = %s",
            "DELETE FROM payment_reminder_event_head WHERE chain = %s",
            "INSERT INTO payment_reminder_event_head (chain, seq, hash)"
            " VALUES (%s || 'x', 1, '')",
        ):
            self.assertRefusedByDatabase(query, f"case:{self.case.id}")
        self.assertRefusedByDatabase("TRUNCATE payment_reminder_event_head")

    # -- what it tells ----------------------------------------------------------

    def test_way_of_a_notice(self):
        self.assertEqual(
            self.kinds(), ["opened", "proposed", "approved", "sending", "sent"]
        )
        approved = self.events.filtered(lambda e: e.kind == "approved")
        self.assertEqual(approved.user_id, self.manager)
        sent = self.events.filtered(lambda e: e.kind == "sent")
        self.assertEqual(sent.payload["reminder"], self.reminder.id)

    def test_payment_and_closing(self):
        self.pay(self.move)
        self.assertEqual(self.kinds()[-2:], ["payment_seen", "closed"])
        seen = self.case.event_ids.filtered(lambda e: e.kind == "payment_seen")
        self.assertEqual(
            seen.payload[self.move.name],
            {"change": "paid", "before": "1000.00", "now": "0.00"},
        )

    def test_freezing_and_releasing(self):
        self.pay(self.move, 100)
        self.case.with_user(self.manager).action_release()
        self.assertEqual(self.kinds()[-3:], ["payment_seen", "frozen", "released"])
        released = self.case.event_ids.filtered(lambda e: e.kind == "released")
        self.assertEqual(released.user_id, self.manager)
        self.assertEqual(released.payload["reasons"], ["partial_payment"])

    def test_reopening(self):
        self.pay(self.move).action_cancel()
        self.assertEqual(self.kinds()[-2:], ["reopened", "frozen"])

    def test_held_with_what_the_guard_saw(self):
        with freeze_time("2026-09-28 08:00:00"):
            second = self.propose()
            self.ripen(second)
            self.move.action_toggle_block_payment()
            second._dispatch()
        held = self.case.event_ids.filtered(lambda e: e.kind == "held")
        self.assertEqual(held.payload["verdict"], ["blocked"])
        self.assertEqual(held.payload["facts"]["reminder_id"], second.id)

    def test_changed_configuration(self):
        before = self.Event.search([("kind", "=", "configuration_changed")])
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        event = self.Event.search([("kind", "=", "configuration_changed")]) - before
        self.assertEqual(event.user_id, self.manager)
        self.assertEqual(event.payload["change"], "standing_approval_granted")
        self.assertEqual(event.chain, f"company:{self.company.id}")
