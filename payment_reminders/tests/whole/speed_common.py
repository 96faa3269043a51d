import re
from collections import Counter
from contextlib import contextmanager

from ..common import ReminderCommon

FEW, MANY = 10, 200


class SpeedCommon(ReminderCommon):
    """Many cases, and a look at how many queries something takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.make_debtors(FEW + MANY)
        cls.use_danish_law(
            fee_amount=100.0, charge_interest=True, charge_compensation=True
        )
        # A law in another currency than the company's, with a rate between the two.
        cls.setup_other_currency("DKK", rates=[("2026-01-01", 7.0)])
        cls.refresh()
        cls.cases = cls.env["payment.reminder.case"].search(
            [("partner_id", "in", partners.ids)], order="id"
        )
        assert len(cls.cases) == FEW + MANY
        cls.few, cls.many = cls.cases[:FEW], cls.cases[FEW:]
        # Of rows that are never committed, autovacuum tells PostgreSQL nothing.
        cls.env.cr.execute(
            "ANALYZE account_move, account_move_line, res_partner,"
            " payment_reminder_case, payment_reminder_item"
        )

    def count(self, work):
        """Return how many queries ``work`` and what it left to flush run."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def assertSameCount(self, few, many, batches=0, most=None):
        """``many`` takes no more queries than ``few``, which runs once to warm up.

        :param batches: so many UPDATEs more, because Odoo writes 100 rows with one
        :param most: so many queries ``few`` may take, if it is said
        """
        savepoint = self.env.cr.savepoint()
        # What is in the cache yet would warm up nothing.
        self.env.invalidate_all()
        few()
        savepoint.rollback()
        self.env.invalidate_all()
        counts = []
        for work in (few, many):
            counts.append(self.count(work))
            savepoint.rollback()
            self.env.invalidate_all()
        if counts[0] + batches != counts[1]:
            self.fail(f"{counts[0]} and {counts[1]} queries\n{self.explain(few, many)}")
        if most is not None:
            self.assertLessEqual(counts[0], most)
        savepoint.close(rollback=False)

    def spy(self, queries):
        """Collect the queries in this list."""
        return contextmanager(self._patchExecute)(queries)

    def explain(self, few, many):
        """Return the queries that ``many`` runs more often, for whoever reads this."""
        seen = []
        for work in (few, many):
            queries = []
            savepoint = self.env.cr.savepoint()
            with self.spy(queries):
                work()
                self.env.flush_all()
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            texts = [q.decode() if isinstance(q, bytes) else q for q in queries]
            seen.append(Counter(re.sub(r"\s+", " ", text)[:300] for text in texts))
        return "\n".join(
            f"{times} more: {query}" for query, times in (seen[1] - seen[0]).items()
        )
