from odoo.exceptions import UserError
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon


class TestReplay(GatewayCommon):
    """What the guard saw is kept, and gives the same verdict for ever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.reminder = cls.propose()

    def replay(self, reminder):
        action = reminder.with_user(self.manager).action_replay()
        Replay = self.env["payment.reminder.replay"].with_user(self.manager)
        if "res_id" in action:
            return Replay.browse(action["res_id"])
        return Replay.search(action["domain"])

    def test_sent(self):
        with self.gateways():
            self.send(self.reminder)
        # The books of today do not matter: it asks about those of back then.
        self.pay(self.move)
        replay = self.replay(self.reminder)
        self.assertTrue(replay.is_same)
        self.assertEqual(replay.kind, "sent")
        self.assertEqual(replay.verdict_then, replay.verdict_now)
        self.assertIn("Nothing stands in the way", replay.verdict_now)
        self.assertIn(self.move.name, replay.facts)
        self.assertIn("1000.00", replay.facts)
        self.assertNotIn("nordlys.example", replay.facts)

    def test_held_twice(self):
        self.ripen(self.reminder)
        self.move.action_toggle_block_payment()
        self.reminder._dispatch()
        self.move.action_toggle_block_payment()
        with freeze_time("2026-09-16 08:00:00"):
            self.propose()
            self.customer.reminder_excluded = True
            self.reminder._dispatch()
        replays = self.replay(self.reminder)
        self.assertEqual(replays.mapped("is_same"), [True, True])
        self.assertEqual(replays.mapped("kind"), ["held", "held"])
        self.assertEqual(len(set(replays.mapped("verdict_now"))), 2)

    def test_rules_that_have_changed_are_told(self):
        with self.gateways():
            self.send(self.reminder)
        event = self.reminder.case_id.event_ids.sudo().filtered(
            lambda e: e.kind == "sent"
        )
        # As if the rules of back then had let a snoozed case go.
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE payment_reminder_event DISABLE TRIGGER USER")
        self.env.cr.execute(
            "UPDATE payment_reminder_event SET payload = jsonb_set(payload,"
            " '{facts,snoozed_until}', '\"2026-12-31\"') WHERE id = %s",
            [event.id],
        )
        self.env.cr.execute("ALTER TABLE payment_reminder_event ENABLE TRIGGER USER")
        self.env.invalidate_all()
        replay = self.replay(self.reminder)
        self.assertFalse(replay.is_same)
        self.assertNotEqual(replay.verdict_then, replay.verdict_now)

    def test_nothing_to_replay(self):
        with self.assertRaisesRegex(UserError, "nothing to replay"):
            self.replay(self.reminder)

    def test_managers_only(self):
        with self.assertRaises(UserError):
            self.reminder.with_user(self.rep).action_replay()
