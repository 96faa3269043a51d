"""Hundreds in one go within Amili's limits, and thousands that are followed."""

from copy import deepcopy
from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from odoo.addons.payment_reminders.http import Pace
from odoo.addons.payment_reminders.tests.tags import takes_long

from ..wire import LIMITS
from .common import AmiliCommon


class Clock:
    """Seconds that pass while somebody waits for them, and with each look a few."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        self.now += 0.001
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class VolumeCommon(AmiliCommon):
    def count_queries(self, act):
        """Return how many queries something takes."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def keep_time(self):
        """Let Amili refuse what is too fast, and the clock move while one waits."""
        clock = Clock()
        fake, door = self.fake, self.company._get_amili().door
        self.addCleanup(setattr, fake, "limits", fake.limits)
        self.addCleanup(setattr, fake, "clock", fake.clock)
        self.addCleanup(setattr, door, "pace", door.pace)
        fake.limits, fake.clock = ((100, 60), (10, 1)), clock
        door.pace = Pace(*LIMITS, clock=clock, sleep=clock.sleep)
        fake.calls.clear()
        return clock

    def give_in_one_go(self, count):
        """Hand so many over in one start of the scheduled action.

        :return: (the hand-overs, queries, seconds)
        """
        records = self.hand_over(self.owe_many(count))
        clock = self.keep_time()
        start = clock()
        queries = self.count_queries(self.work)
        return records, queries, clock() - start


class TestVolume(VolumeCommon):
    @takes_long
    def test_each_costs_the_same(self):
        """As many queries for one more, however many there are."""
        taken = [self.give_in_one_go(count)[1] for count in (5, 15, 25)]
        first, second = taken[1] - taken[0], taken[2] - taken[1]
        self.assertLess(abs(second - first), 10, taken)
        self.assertLess(first / 10, 110, taken)


@tagged("-standard", "payment_reminders_long")
class TestManyMore(VolumeCommon):
    def test_450_in_one_go(self):
        """Each is looked for and registered: 900 calls, not one too many."""
        records, queries, seconds = self.give_in_one_go(450)
        self.assertEqual(set(records.mapped("state")), {"registered"})
        self.assertEqual(len(self.fake.cases), 450)
        asked = [at for at, _method, _path, _body in self.fake.calls]
        self.assertGreaterEqual(len(asked), 900)
        for at in asked:
            self.assertLessEqual(len([t for t in asked if at - 60 < t <= at]), 100)
        self.assertLess(seconds, 660)
        self.assertLess(queries / 450, 110)

    def test_10_000_are_read_in_pages(self):
        """Overnight: a hundred calls, and so many queries for each, not more."""
        record = self.register()
        copies = self.copy_sql(record, 9999)
        case = self.fake.cases[record.external_id]
        for copy in copies:
            made = {**deepcopy(case), "_id": copy}
            self.fake.cases[copy] = made
        number = record.move_id.name
        self.fake.calls.clear()
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            queries = self.count_queries(self.work)
            asked = fields.Datetime.now()
        self.assertLessEqual(self.fake.count("GET", "/cases"), 101)
        self.assertEqual(self.fake.count("GET", "/cases/"), 0)
        every = self.handovers.search([("move_id.name", "=", number)])
        self.assertEqual(len(every), 10_000)
        self.assertEqual(set(every.mapped("good_at")), {asked})
        self.assertLess(queries / 10_000, 0.3)

    def copy_sql(self, record, count):
        """Copy a hand-over and its due item so many times; return their numbers."""
        self.env.flush_all()
        items = self.insert(
            "payment_reminder_item",
            record.item_id.id,
            {"move_line_id": "NULL", "handover_id": "NULL"},
            count,
        )
        made = []
        for item_id in items:
            made.append(f"{item_id:024x}")
        self.env.cr.execute(
            f"""
            INSERT INTO payment_reminder_handover
                   ({self.list_columns("payment_reminder_handover")},
                    item_id, key, external_id)
            SELECT {self.list_columns("payment_reminder_handover")},
                   item.id, 'copy/' || item.id, lpad(to_hex(item.id), 24, '0')
              FROM payment_reminder_handover own, unnest(%s) AS item(id)
             WHERE own.id = %s
            """,
            [items, record.id],
        )
        self.env.invalidate_all()
        return made

    def list_columns(self, table, but=("id", "item_id", "key", "external_id")):
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = current_schema",
            [table],
        )
        names = [name for (name,) in self.env.cr.fetchall() if name not in but]
        return ", ".join(f'"{name}"' for name in names)

    def insert(self, table, record_id, others, count):
        columns = self.list_columns(table, ("id", *others))
        self.env.cr.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns}"
            f" FROM {table}, generate_series(1, %s) WHERE id = %s RETURNING id",
            [count, record_id],
        )
        return [new_id for (new_id,) in self.env.cr.fetchall()]
