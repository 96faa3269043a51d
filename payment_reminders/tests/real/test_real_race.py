"""Short forms of the campaign of bench/prove.py, which has the figures."""

from odoo.tests import tagged

from ..tags import takes_long
from .crash import EMAIL, SMS, TAKEN, Crashes, Crowd
from .race import Arena, Meeting
from .real_common import START, RealCase

PAIRS = 10


class RaceCommon(RealCase):
    """Somebody pays, or stops the case, in the moment in which its reminder leaves."""

    purpose = "race"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payer = cls.start_child()

    def make_arena(self, sender):
        arena = Arena(sender, self.payer, self.smtp, self.gateway, str(START), seed=1)
        self.addCleanup(arena.leave)
        return arena

    def assertClean(self, tally):
        self.assertEqual(tally.late, 0, "taken after the payer's commit")
        self.assertEqual(tally.double, 0, "sent twice")
        self.assertEqual(tally.lost, 0, "noted otherwise than it went")
        self.assertEqual(tally.broken, 0, "the trail does not hold")
        self.assertEqual(tally.errors, [], "who pays must not fail")


class TestRealRace(RaceCommon):
    def test_somebody_pays_while_the_gateway_holds_the_text(self):
        arena = self.make_arena(self.child)
        tally = arena.run("wizard", EMAIL, 1, at_the_gateway=True)
        self.assertClean(tally)
        self.assertEqual(tally.first["sent"], 1)

    @takes_long
    def test_two_customers_with_one_address(self):
        for channel in (EMAIL, SMS):
            with self.subTest(channel=channel):
                meeting = Meeting(self.child, self.payer, self.smtp, self.gateway)
                tally = meeting.run(str(START), channel, 2)
                self.assertEqual(tally.double, 0, "two to one address on one day")
                self.assertEqual(tally.lost, 0, "one of the two leaves")
                self.assertEqual(tally.errors, [])


@tagged("-standard", "payment_reminders_long")
class TestMoreRaces(RaceCommon):
    def test_money_of_nobody_while_the_gateway_holds_the_text(self):
        """What every import brings: a line without a customer, with the number."""
        arena = self.make_arena(self.child)
        tally = arena.run("bank_line_by_reference", EMAIL, 1, at_the_gateway=True)
        self.assertClean(tally)
        self.assertEqual(tally.first["sent"], 1)

    def test_one_invoice_is_held_while_the_gateway_holds_the_text(self):
        arena = self.make_arena(self.child)
        tally = arena.run("hold_invoice", EMAIL, 1, at_the_gateway=True)
        self.assertClean(tally)
        self.assertEqual(tally.first["sent"], 1)

    def test_the_company_stops_while_the_gateway_holds_the_text(self):
        arena = self.make_arena(self.child)
        for way in ("company_archived", "marked_as_copy"):
            with self.subTest(way=way):
                tally = arena.run(way, EMAIL, 1, at_the_gateway=True)
                self.assertClean(tally)
                self.assertEqual(tally.first["sent"], 1)

    def test_at_random(self):
        arena = self.make_arena(self.child)
        for way, channel in [
            ("wizard", EMAIL),
            ("bank_line", SMS),
            ("bank_line_by_name", EMAIL),
            ("address_corrected", SMS),
            ("hold", EMAIL),
            ("hold_invoice", SMS),
        ]:
            with self.subTest(way=way, channel=channel):
                self.assertClean(arena.run(way, channel, PAIRS))

    def test_when_the_gateway_holds_the_text(self):
        arena = self.make_arena(self.child)
        ways = self.run_scene("list_ways") + self.run_scene("list_changes")
        for number, way in enumerate(ways):
            channel = (EMAIL, SMS)[number % 2]
            with self.subTest(way=way, channel=channel):
                tally = arena.run(way, channel, 1, at_the_gateway=True)
                self.assertClean(tally)
                self.assertEqual(tally.first["sent"], 1)

    def test_the_naive_way_fails(self):
        """Else these tests could not fail, and would prove nothing."""
        naive = self.start_child()
        naive.call("be_naive", how="no_locks", at=str(START))
        arena = self.make_arena(naive)
        for way in ("wizard", "online_confirmed", "draft_credit_note_posted", "hold"):
            with self.subTest(way=way):
                tally = arena.run(way, EMAIL, 1, at_the_gateway=True)
                self.assertEqual(tally.late, 1)


class CrashCommon(RealCase):
    """The sender dies."""

    purpose = "crash"


class TestRealCrash(CrashCommon):
    def test_killed_when_the_gateway_has_taken_the_text(self):
        crashes = Crashes(self.child, self.smtp, self.gateway, START)
        wreckage = crashes.run(TAKEN, EMAIL, 1)
        self.assertEqual(wreckage.wrong, [])
        self.assertEqual(wreckage.double, 0, "sent twice")


@tagged("-standard", "payment_reminders_long")
class TestMoreCrashes(CrashCommon):
    def test_killed_at_every_point(self):
        crashes = Crashes(self.child, self.smtp, self.gateway, START)
        for channel in (EMAIL, SMS):
            for point in crashes.list_points(channel):
                with self.subTest(point=point, channel=channel):
                    wreckage = crashes.run(point, channel, 1)
                    self.assertEqual(wreckage.wrong, [])
                    self.assertEqual(wreckage.double, 0, "sent twice")

    def test_several_senders_that_die(self):
        children = [self.child, self.start_child()]
        crowd = Crowd(children, self.smtp, self.gateway, START)
        wreckage = crowd.run(20, rounds=2, die_within=2.0)
        self.assertEqual(wreckage.wrong, [])
        self.assertEqual(wreckage.double, 0, "sent twice")
