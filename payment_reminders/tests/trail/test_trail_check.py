from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..real.tampering import ATTACKS, tamper
from ..sending.gateway_common import GatewayCommon

#: Named once and for good: what is kept of it in a server's log outlives moved files.
TRAIL_LOG = "odoo.addons.payment_reminders.trail"


class TestTrailCheck(GatewayCommon):
    """Whoever changes the trail past its triggers is found, at the right entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        with cls().gateways():
            cls.reminder = cls.propose()
            cls.send(cls.reminder)
        cls.case = cls.reminder.case_id
        cls.case.with_user(cls.manager).action_hold("Anna called: they pay on Friday")
        cls.events = cls.case.event_ids.sudo().sorted("seq")
        cls.Event = cls.env["payment.reminder.event"].sudo()

    def assertFoundAt(self, seq, case=None):
        case = case or self.case
        found = self.Event._find_broken(case)
        self.assertIn(case, found)
        self.assertEqual(found[case][0], seq)

    # -- the chain ----------------------------------------------------------------

    def test_chain_is_whole(self):
        self.assertGreater(len(self.events), 3)
        self.assertEqual(
            self.events.mapped("seq"), list(range(1, len(self.events) + 1))
        )
        self.assertEqual(
            self.events.mapped("prev_hash")[1:], self.events.mapped("hash")[:-1]
        )
        self.assertEqual(self.Event._find_broken(self.case), {})
        self.assertEqual(self.Event._find_broken_chains(self.Event._list_chains()), {})

    def test_every_attack_on_every_entry(self):
        self.env.flush_all()
        chain = f"case:{self.case.id}"
        for attack in ATTACKS:
            for seq in range(1, len(self.events) + 1):
                with self.subTest(attack=attack, seq=seq):
                    with self.env.cr.savepoint() as savepoint:
                        expected = tamper(self.env, attack, chain, seq)
                        if expected is not None:
                            self.env.invalidate_all()
                            self.assertFoundAt(expected)
                        savepoint.rollback()
                    self.env.invalidate_all()
        self.assertEqual(self.Event._find_broken(self.case), {})

    def test_changed_note(self):
        held = self.events.filtered(lambda e: e.kind == "frozen")
        self.assertEqual(held.note, "Anna called: they pay on Friday")
        self.assertIn("Anna called", held.details)
        self.assertNotIn("Anna", str(held.payload))
        self.env.cr.execute("UPDATE payment_reminder_event_note SET text = 'Never'")
        self.env.invalidate_all()
        self.assertFoundAt(held.seq)

    def test_another_case_is_not_blamed(self):
        other = self.make_invoice(due=9, partner=self.make_customer("B", "b@x.example"))
        self.refresh()
        tamper(self.env, "kind", f"case:{self.case.id}", 1)
        cases = self.case | other.reminder_case_id
        self.assertEqual(list(self.Event._find_broken(cases)), [self.case])

    # -- in the client --------------------------------------------------------------

    def check(self, records, method="action_check_trail"):
        params = getattr(records, method)()["params"]
        return params["type"], params["message"]

    def test_button(self):
        case = self.case.with_user(self.manager)
        self.assertEqual(self.check(case)[0], "success")
        tamper(self.env, "delete", f"case:{self.case.id}", 2)
        kind, message = self.check(case)
        self.assertEqual(kind, "danger")
        self.assertEqual(message, f"{case.name}: Entry 2 is missing.")

    def test_menu(self):
        Event = self.env["payment.reminder.event"].with_user(self.manager)
        self.assertEqual(self.check(Event, "action_check_all")[0], "success")
        tamper(self.env, "payload", f"case:{self.case.id}", 3)
        self.assertIn("Entry 3 was changed", self.check(Event, "action_check_all")[1])
        with self.assertRaises(UserError):
            Event.with_user(self.rep).action_check_all()

    # -- every night ----------------------------------------------------------------

    def test_nightly_check_tells_managers_and_log_once(self):
        tamper(self.env, "payload", f"case:{self.case.id}", 3)
        for _night in range(2):
            with self.assertLogs(TRAIL_LOG, "ERROR") as log:
                self.Event._cron_check_trail()
            self.assertIn(f"chain case:{self.case.id}, entry 3 (hash)", log.output[0])
            self.assertNotIn("Nordlys", log.output[0])
        told = self.case.activity_ids.filtered(lambda a: "trail" in a.summary)
        self.assertIn(self.manager, told.user_id)
        self.assertEqual(len(told), len(told.user_id))
        self.assertNotIn(self.rep, told.user_id)
        self.assertIn("Entry 3 was changed", told[0].note)

    def test_nightly_check_of_a_companys_own_chain(self):
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        self.env.flush_all()
        tamper(self.env, "kind", f"company:{self.company.id}", 1)
        with mute_logger(TRAIL_LOG):
            self.Event._cron_check_trail()
        told = self.company.partner_id.activity_ids
        self.assertIn(self.manager, told.user_id)

    def test_anchor(self):
        """A trail that was written anew as a whole, heads and all, has another one."""
        last, digest = self.Event._get_anchor()
        self.case.with_user(self.manager).action_release()
        self.env.flush_all()
        self.assertEqual(self.Event._get_anchor(last), (last, digest))
        self.assertNotEqual(self.Event._get_anchor()[1], digest)
        tamper(self.env, "rewrite all", f"case:{self.case.id}", 2, heads=True)
        self.assertEqual(self.Event._find_broken(self.case), {})
        self.assertNotEqual(self.Event._get_anchor(last), (last, digest))
