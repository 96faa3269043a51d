from odoo.tests import tagged

from .real_common import RealCase

#: Every way in which an invoice stops being owed, or might: {way: (state of the case,
#: why it was closed or frozen, the guard's code when the notice is about to leave)}.
PAID = {
    "wizard": ("closed", "paid", None),
    "write_off": ("closed", "paid", None),
    "bank_line": ("closed", "paid", None),
    "credit_note": ("closed", "credited", None),
    "entry": ("closed", "paid", None),
    "payment_without_entry": ("closed", "paid", None),
    "wizard_in_part": ("frozen", "partial_payment", "partial_payment"),
    "unmatched_payment": ("active", "", "unallocated_credit"),
    "unmatched_bank_line": ("active", "", "unmatched_bank_line"),
    "online": ("active", "", "pending_transaction"),
    "online_confirmed": ("active", "", "pending_transaction"),
    "draft_payment_confirmed": ("active", "", "unallocated_credit"),
    "draft_credit_note_posted": ("active", "", "unallocated_credit"),
}


class WayCommon(RealCase):
    """The way of an invoice through a real mail server, in transactions that commit."""

    purpose = "way"

    def tearDown(self):
        super().tearDown()
        self.assertEqual(self.read_errors(), [], "of Odoo's log")

    def _stage_all(self):
        """Make a customer for each way of paying, and one that does not pay."""
        names = {way: self.name(f"-{way}") for way in (*PAID, "unpaid")}
        made = self.run_scene("stage", names=list(names.values()))
        return {way: made[name] for way, name in names.items()}

    def _pay_all(self, made):
        for way in PAID:
            self.run_scene("prepare", way=way, moves=[made[way]["move"]])
            self.run_scene("pay", way=way, move=made[way]["move"])


class TestRealWay(WayCommon):
    def test_the_whole_way(self):
        name = self.name()
        owed = self.run_scene("owe", names=[name], days=0)[name]
        self.assertNotIn(name, self.run_scene("propose"), "nothing is overdue yet")
        self.go_to(8)
        reminder = self.run_scene("propose")[name]
        self.assertEqual(self.look(reminder)["state"], "proposed")
        self.run_scene("cron_send")
        self.assertFalse(self.mails_to(name), "nobody has approved it")
        self.run_scene("approve", reminders=[reminder])
        self.run_scene("cron_send")
        self.assertFalse(self.mails_to(name), "its window is still open")
        # Not at the very minute at which its window ends.
        self.go_to(9, hour=11)
        self.run_scene("cron_send")
        self.assertEqual(self.look(reminder)["state"], "sent")
        [mail] = self.mails_to(name)
        self.assertIn("You owe 1000.0", mail.parsed.get_body(("html",)).get_content())
        self.assertEqual(
            self.look(reminder)["deliveries"]["email"]["message_id"], mail.message_id
        )
        self.assertFalse(self.gateway.texts, "the e-mail has worked")
        self.run_scene("cron_send")
        self.assertEqual(len(self.mails_to(name)), 1, "once")
        self.go_to(21)
        second = self.run_scene("propose")[name]
        self.assertNotEqual(second, reminder)
        self.run_scene("approve", reminders=[second])
        self.run_scene("pay", way="wizard", move=owed["move"])
        after = self.look(second)
        self.assertEqual(after["state"], "cancelled", "right after the commit")
        self.assertEqual(after["case"], "closed")
        self.assertEqual(after["broken"], "")
        for day in (23, 40, 60):
            self.go_to(day)
            self.assertNotIn(name, self.run_scene("propose"))
            self.run_scene("cron_send")
        self.assertEqual(len(self.mails_to(name)), 1, "silence")


@tagged("-standard", "payment_reminders_long")
class TestRealPayments(WayCommon):
    def test_every_payment_stops_the_next_step(self):
        """One reminder went out, the customer pays, and no second one is proposed."""
        made = self._stage_all()
        self.run_scene("cron_send")
        self.assertEqual(len(self.smtp.mails), len(made))
        self.go_to(1)
        self._pay_all(made)
        self.go_to(14)
        self.run_scene("ripen", reminders=list(self.run_scene("propose").values()))
        self.run_scene("cron_send")
        later = {mail.recipients[0] for mail in self.smtp.mails[len(made) :]}
        # What waits and what leaves is told to the manager, too.
        second = later - {"manager@company.test"}
        self.assertEqual(second, {f"{self.name('-unpaid')}@customer.test"})

    def test_every_payment_stops_what_is_about_to_leave(self):
        """The reminder is approved and ripe when the customer pays."""
        made = self._stage_all()
        self._pay_all(made)
        for way, (case, reason, _code) in PAID.items():
            with self.subTest(way=way):
                seen = self.look(made[way]["reminder"])
                self.assertEqual(seen["case"], case)
                self.assertIn(reason, (seen["close_reason"], *seen["freezes"]))
        self.run_scene("cron_send")
        self.assertEqual(
            [
                mail.recipients
                for mail in self.smtp.mails
                if mail.recipients != ["manager@company.test"]
            ],
            [[f"{self.name('-unpaid')}@customer.test"]],
        )
        self.assertFalse(self.gateway.texts)
        for way, (_case, _reason, code) in PAID.items():
            with self.subTest(way=way):
                seen = self.look(made[way]["reminder"])
                self.assertEqual(seen["state"], "held" if code else "cancelled")
                self.assertEqual(seen["verdict"], [code] if code else [])
                self.assertTrue(seen["held_reason"])
                self.assertEqual(seen["broken"], "")
