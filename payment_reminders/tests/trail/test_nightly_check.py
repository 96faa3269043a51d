"""The nightly check of a large company, cut off again and again; and what it keeps."""

import json
import logging
from unittest.mock import patch

import psycopg2

from odoo.tests import freeze_time
from odoo.tools import mute_logger

from ..case.test_progress import Clock
from ..common import ReminderCommon
from ..real.tampering import tamper

TRAIL_LOG = "odoo.addons.payment_reminders.trail"
BATCH = "odoo.addons.payment_reminders.models.trail.checking.CHAINS_PER_BATCH"
LATER = "2026-09-16 02:00:00"
EVENT = "payment_reminder_event"


class TestNightlyCheck(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(6):
            partner = cls.make_customer(f"P{number}", f"p{number}@x.example")
            cls.make_invoice(due=10, partner=partner)
        cls.refresh()
        cls.Event = cls.env["payment.reminder.event"].sudo()
        cls.cases = cls.env["payment.reminder.case"].search(
            [("partner_id.name", "like", "P_")], order="id"
        )
        cls.progress = cls.env["payment.reminder.progress"]

    def check(self):
        """Run the check to its end; return what it wrote to the log."""
        with self.assertLogs(TRAIL_LOG, "DEBUG") as log:
            # It may have nothing to say.
            logging.getLogger(TRAIL_LOG).debug("Night")
            self.Event._cron_check_trail()
        return "\n".join(log.output)

    def start(self, batches=1):
        """Let one start of the check do so many batches, of one chain each."""
        self.env.flush_all()
        with patch(BATCH, 1), Clock(batches) as clock:
            self.Event._cron_check_trail()
        return clock.left

    def get_told(self, record):
        return record.activity_ids.filtered(lambda a: "trail" in (a.summary or ""))

    def without_triggers(self, *queries):
        tables = [EVENT, f"{EVENT}_head", f"{EVENT}_seen", f"{EVENT}_anchor"]
        for table in tables:
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for query in queries:
            self.env.cr.execute(query)
        for table in tables:
            self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    # -- a large company -----------------------------------------------------------

    def test_an_altered_chain_is_found_however_often_the_check_is_cut_off(self):
        self.check()
        with mute_logger(TRAIL_LOG):
            tamper(self.env, "payload", f"case:{self.cases[-1].id}", 1)
            chains = len(self.Event._list_chains())
            for _start in range(chains):
                left = self.start()
                if self.get_told(self.cases[-1]):
                    break
        self.assertTrue(self.get_told(self.cases[-1]), "no start ever came to it")
        for _start in range(chains):
            if not left:
                break
            with mute_logger(TRAIL_LOG):
                left = self.start()
        self.assertFalse(left, "the round ends, and the worker is idle again")

    def test_a_round_in_which_something_was_wrong_is_not_called_whole(self):
        with freeze_time(LATER):
            self.check()
            with mute_logger(TRAIL_LOG):
                tamper(self.env, "payload", f"case:{self.cases[0].id}", 1)
                while not self.get_told(self.cases[0]):
                    self.assertTrue(self.start())
            # What is left of this round is as it was written.
            self.assertNotIn("is whole", self.check())

    def test_a_round_ends_and_the_next_one_begins_at_the_first_chain(self):
        self.check()
        chains = len(self.Event._list_chains())
        for _round in range(2):
            starts = 1
            while self.start():
                starts += 1
            self.assertEqual(starts, chains)

    def test_what_is_new_is_looked_at_first(self):
        self.check()
        self.start()
        case = self.cases[-1]
        case.with_user(self.manager).action_hold("They called")
        self.env.flush_all()
        last = case.event_ids.sudo().sorted("seq")[-1]
        with mute_logger(TRAIL_LOG):
            tamper(self.env, "payload", f"case:{case.id}", last.seq)
            self.start()
        self.assertTrue(self.get_told(case))

    def test_the_anchor_is_written_although_no_round_is_finished(self):
        self.check()
        anchors = self.env["payment.reminder.event.anchor"]
        for count, day in enumerate(("16", "17", "18"), start=1):
            with freeze_time(f"2026-09-{day} 02:00:00"), mute_logger(TRAIL_LOG):
                self.assertTrue(self.start(), "no round is finished")
            self.assertEqual(anchors.search_count([]), count)
            last = anchors.search([], limit=1)
            self.assertEqual(
                self.Event._get_anchor(last.last_id), (last.last_id, last.digest)
            )

    def test_a_round_that_takes_more_than_two_days_is_told(self):
        self.check()
        self.start()
        with freeze_time("2026-09-16 20:00:00"):
            self.start()
        self.assertFalse(self.get_told(self.company.partner_id))
        with freeze_time("2026-09-18 08:00:00"), self.assertLogs(TRAIL_LOG, "ERROR"):
            self.start()
        told = self.get_told(self.company.partner_id)
        self.assertIn(self.manager, told.user_id)
        with freeze_time("2026-09-18 09:00:00"), mute_logger(TRAIL_LOG):
            self.start()
        self.assertEqual(self.get_told(self.company.partner_id), told, "told once")

    # -- what was seen -------------------------------------------------------------

    def test_a_cut_tail_with_its_end_set_back_is_found(self):
        case = self.cases[0]
        case.with_user(self.manager).action_hold("They called")
        self.env.flush_all()
        self.check()
        count = len(case.event_ids)
        with mute_logger(TRAIL_LOG):
            tamper(self.env, "cut off the tail", f"case:{case.id}", count, heads=True)
            self.env.invalidate_all()
            self.assertEqual(self.Event._find_broken(case)[case], (count, "missing"))
            self.start()
        self.assertIn("missing", self.get_told(case)[0].note)

    def test_a_chain_that_was_taken_out_with_its_end_is_found(self):
        case = self.cases[0]
        self.check()
        chain = f"case:{case.id}"
        self.without_triggers(
            f"DELETE FROM {EVENT}_note WHERE event_id IN"
            f" (SELECT id FROM {EVENT} WHERE chain = '{chain}')",
            f"DELETE FROM {EVENT} WHERE chain = '{chain}'",
            f"DELETE FROM {EVENT}_head WHERE chain = '{chain}'",
        )
        self.assertEqual(self.Event._find_broken(case)[case], (1, "missing"))
        with mute_logger(TRAIL_LOG):
            self.start()
        self.assertTrue(self.get_told(case))

    def test_an_end_that_is_gone_is_found(self):
        case = self.cases[0]
        self.check()
        self.without_triggers(
            f"DELETE FROM {EVENT}_head WHERE chain = 'case:{case.id}'"
        )
        with mute_logger(TRAIL_LOG):
            self.start()
        self.assertTrue(self.get_told(case))

    def test_all_traces_of_a_chain_are_gone_and_the_anchor_tells(self):
        with freeze_time(LATER):
            self.check()
        chain = f"case:{self.cases[0].id}"
        self.without_triggers(
            f"DELETE FROM {EVENT}_note WHERE event_id IN"
            f" (SELECT id FROM {EVENT} WHERE chain = '{chain}')",
            f"DELETE FROM {EVENT} WHERE chain = '{chain}'",
            f"DELETE FROM {EVENT}_head WHERE chain = '{chain}'",
            f"DELETE FROM {EVENT}_seen WHERE chain = '{chain}'",
        )
        with freeze_time("2026-09-17 02:00:00"):
            log = self.check()
        self.assertIn("ERROR", log)
        self.assertIn(self.manager, self.get_told(self.company.partner_id).user_id)
        # And no new anchor covers it up.
        self.assertEqual(self.env["payment.reminder.event.anchor"].search_count([]), 1)

    def test_what_was_seen_cannot_be_taken_back(self):
        with freeze_time(LATER):
            self.check()
        for query in (
            f"DELETE FROM {EVENT}_seen",
            f"UPDATE {EVENT}_seen SET seq = seq - 1",
            f"UPDATE {EVENT}_seen SET hash = ''",
            f"TRUNCATE {EVENT}_seen",
            f"DELETE FROM {EVENT}_anchor",
            f"UPDATE {EVENT}_anchor SET digest = ''",
            f"TRUNCATE {EVENT}_anchor",
        ):
            with self.subTest(query=query), mute_logger("odoo.sql_db"):
                with self.assertRaisesRegex(psycopg2.Error, "append-only"):
                    with self.env.cr.savepoint(flush=False):
                        self.env.cr.execute(query)

    # -- the company, and entries of before ----------------------------------------

    def test_an_entry_moved_to_another_company_is_found(self):
        other = self.env["res.company"].create({"name": "Another"})
        case = self.cases[0]
        for version in (2, 1):
            with self.subTest(version=version):
                self.make_old(case, version)
                self.assertEqual(self.Event._find_broken(case), {})
                last = case.event_ids.sudo().sorted("seq")[-1]
                self.without_triggers(
                    f"UPDATE {EVENT} SET company_id = {other.id} WHERE id = {last.id}"
                )
                self.assertEqual(self.Event._find_broken(case)[case][0], last.seq)
                self.without_triggers(
                    f"UPDATE {EVENT} SET company_id = {case.company_id.id}"
                    f" WHERE id = {last.id}"
                )

    def make_old(self, case, version):
        """Write the chain of a case as a version of the addon did."""
        prev_hash = ""
        queries = []
        for entry in (
            case.event_ids.sudo()
            .sorted("seq")
            .read(
                ["chain", "seq", "kind", "date", "user_id", "payload", "company_id"],
                load=None,
            )
        ):
            entry["prev_hash"] = prev_hash
            digest = self.Event._get_hash(entry, version)
            queries.append(
                f"UPDATE {EVENT} SET prev_hash = '{prev_hash}', hash = '{digest}'"
                f" WHERE id = {entry['id']}"
            )
            prev_hash = digest
        queries.append(
            f"UPDATE {EVENT}_head SET hash = '{prev_hash}'"
            f" WHERE chain = 'case:{case.id}'"
        )
        self.without_triggers(*queries)

    def test_chains_of_an_old_database_stay_whole(self):
        """What was hashed as it was before goes on with what is hashed as it is now."""
        case = self.cases[0]
        self.make_old(case, 1)
        self.assertEqual(self.Event._find_broken(case), {})
        case.with_user(self.manager).action_hold("They called")
        self.env.flush_all()
        versions = [e.hash[:2] for e in case.event_ids.sudo().sorted("seq")]
        self.assertEqual((versions[0], versions[-1]), ("1$", "2$"))
        self.assertEqual(self.Event._find_broken(case), {})
        self.assertNotIn("ERROR", self.check())
        file = json.loads(self.env["payment.reminder.case.file"]._to_json(case))
        self.assertTrue(file["chain"]["whole"])
        # A new entry cannot be passed off as one of before.
        last = case.event_ids.sudo().sorted("seq")[-1]
        [entry] = last.read(
            [
                "chain",
                "seq",
                "kind",
                "date",
                "user_id",
                "payload",
                "company_id",
                "prev_hash",
            ],
            load=None,
        )
        digest = self.Event._get_hash(entry, 1)
        self.without_triggers(
            f"UPDATE {EVENT} SET hash = '{digest}' WHERE id = {last.id}",
            f"UPDATE {EVENT}_head SET hash = '{digest}' WHERE chain = '{last.chain}'",
        )
        self.assertEqual(self.Event._find_broken(case)[case], (last.seq, "hash"))
