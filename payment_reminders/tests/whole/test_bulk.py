from ...tools import bulk
from ..common import ReminderCommon


class TestBulk(ReminderCommon):
    """What is written in bulk is seen by whoever counts queries."""

    def test_writes_are_counted(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        item = reminder.case_id.item_ids
        self.env.flush_all()
        with self.assertQueryCount(1):
            bulk.update(item, {item.id: {"next_date": "2026-10-01"}})
        self.assertEqual(str(item.next_date), "2026-10-01")
        before = self.env.cr.sql_log_count
        bulk.update(item, {item.id: {"next_date": "2026-10-02"}})
        self.assertEqual(self.env.cr.sql_log_count, before + 1)
