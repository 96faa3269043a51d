"""The daily look, in a process that commits, waits for a network and is killed."""

import contextlib
import os
import tempfile
from collections import Counter
from pathlib import Path

from stdnum.dk import cvr
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus
from stdnum.no import orgnr

from odoo import tools
from odoo.tests import BaseCase, tagged

from odoo.addons.payment_reminders.tests.real.database import Scratch
from odoo.addons.payment_reminders.tests.real.process import Child

from .fake_registers import SETTINGS, Company, FakeRegisters
from .transaction_watch import TransactionWatch

#: Two registers take many numbers in one question, the Finnish one takes one.
DEBTORS = {"DK": 20, "NO": 10, "FI": 30}
STARTS = {"DK": (cvr, 10000000), "NO": (orgnr, 800000000), "FI": (ytunnus, 10000000)}
BANKRUPT = {"DK": "UNDER KONKURS", "NO": "konkurs", "FI": "KONK"}


def make_numbers(country, count):
    """Return well-formed numbers of a country."""
    check, start = STARTS[country]
    found = []
    while len(found) < count:
        start += 1
        with contextlib.suppress(ValidationError):
            found.append(check.validate(str(start)))
    if country == "FI":
        return [f"{number[:-1]}-{number[-1]}" for number in found]
    return found


@tagged("post_install", "-at_install")
class KilledCommon(BaseCase):
    """What is lost and what is repeated when the daily look is killed: nothing of it
    that matters. One debtor of ten is bankrupt."""

    def setUp(self):
        super().setUp()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        scratch = Scratch(tools.config, "killed")
        database = stack.enter_context(scratch)
        self.fake = stack.enter_context(FakeRegisters(assume=Company()))
        self.child = stack.enter_context(
            Child(
                database,
                str(self.folder / "odoo.log"),
                folder=Path(__file__).parent / "real",
            )
        )
        self.numbers = {c: make_numbers(c, count) for c, count in DEBTORS.items()}
        self.bankrupt = set()
        for country, numbers in self.numbers.items():
            for number in numbers[::10]:
                self.fake.set(country, number, BANKRUPT[country])
                self.bankrupt.add(f"{country} {number}")
        prefix = "payment_reminders_company_status"
        self.child.call(
            "set_up",
            settings=SETTINGS,
            parameters={
                **self.fake.parameters,
                f"{prefix}.prh_per_minute": "60000",
            },
            numbers=self.numbers,
        )
        self.watch = TransactionWatch(dbname=database, **scratch.settings)
        stack.callback(self.watch.close)
        self.asked = 0
        self.kill_at = None
        self.fake.before = self.see

    def see(self, _code):
        """Look, at every question, who holds a transaction; kill who asks it."""
        self.watch.look()
        self.asked += 1
        if self.asked == self.kill_at:
            os.kill(int((self.folder / "pid").read_text()), 9)

    def look_up(self, **arguments):
        """Run the daily look in a process of its own; return how that one ended."""
        return self.child.call_apart(
            "look_up", pid_file=str(self.folder / "pid"), **arguments
        )

    def look(self):
        return self.child.call("look")

    def count_questions(self):
        """Return how often each number was asked about."""
        return Counter(
            number for _code, _at, numbers in self.fake.questions for number in numbers
        )

    def assertAllKnown(self):
        """Everybody was read, and who is bankrupt was held, logged and told once."""
        seen = self.look()
        self.assertEqual(len(seen["statuses"]), sum(DEBTORS.values()))
        found = {
            name for name, status in seen["statuses"].items() if status != "active"
        }
        self.assertEqual(found, self.bankrupt)
        self.assertEqual(seen["held"], ["insolvency"] * len(self.bankrupt))
        self.assertEqual(sorted(seen["logged"]), sorted(self.bankrupt))
        self.assertEqual(len(seen["told"]), len(self.bankrupt))
        self.assertEqual((seen["due"], seen["broken"]), (0, 0))
        self.assertGreaterEqual(self.watch.looked, self.asked)
        self.assertEqual(self.watch.open, 0, "a transaction waited for the network")


@tagged("-standard", "payment_reminders_long")
class TestRealKilled(KilledCommon):
    def test_between_question_and_answer(self):
        self.kill_at = 15
        self.assertEqual(self.look_up(), -9)
        before = self.look()
        kept = [number for number, status in before["statuses"].items() if status]
        answered = self.count_questions()
        self.assertEqual(set(answered.values()), {1})
        # The fake may have noted the question that it could not answer any more.
        self.assertIn(len(answered) - len(kept), (0, 1))
        self.assertGreater(before["due"], 10)
        self.assertEqual(self.look_up(), 0)
        self.assertAllKnown()
        repeated = [n for n, times in self.count_questions().items() if times > 1]
        self.assertLessEqual(len(repeated), 1)


@tagged("-standard", "payment_reminders_long")
class TestMoreKills(KilledCommon):
    def test_while_an_answer_is_kept(self):
        """An answer about many is kept as one: all of it is asked for again."""
        self.assertEqual(self.look_up(die_at_reading=7), -9)
        before = self.look()
        self.assertFalse(before["logged"] or before["held"] or before["told"])
        self.assertFalse(set(before["statuses"].values()) - {False})
        self.assertEqual(self.look_up(), 0)
        self.assertAllKnown()
        repeated = [n for n, times in self.count_questions().items() if times > 1]
        self.assertEqual(sorted(repeated), sorted(self.numbers["NO"]))

    def test_again_on_the_same_day(self):
        self.assertEqual(self.look_up(), 0)
        self.assertAllKnown()
        questions = len(self.fake.questions)
        self.assertEqual(self.look_up(), 0)
        self.assertEqual(len(self.fake.questions), questions)
