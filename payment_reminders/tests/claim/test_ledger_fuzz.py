"""Whatever is paid, and whenever notices leave: the ledger is what they show."""

from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import freeze_time, tagged

from ...rules.interest import round_money
from ..common import ReminderCommon

DUE = date(2025, 10, 6)
COSTS = ("amount_fee", "amount_interest", "amount_compensation")

weeks = st.lists(
    st.tuples(st.integers(2, 9), st.decimals(0, 4000, places=2)),
    min_size=1,
    max_size=3,
)


class LedgerCommon(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dkk = cls.use_danish_law(
            fee_policy="statutory", charge_interest=True, charge_compensation=True
        )

    @contextmanager
    def undone(self):
        """Undo everything at the end: the examples share one transaction."""
        savepoint = self.env.cr.savepoint(flush=True)
        # Planned for the empty tables of a new database, Odoo's join of payments and
        # invoices takes seconds for one payment.
        self.env.cr.execute("ANALYZE account_partial_reconcile, account_move_line")
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def _check(self, amount, weeks):
        move = self.make_invoice(due=DUE, amount=amount, currency_id=self.dkk.id)
        day, exact = DUE, Decimal(0)
        for number, (after, paid) in enumerate(weeks, start=1):
            day += timedelta(weeks=after, days=1)
            with freeze_time(f"{day} 08:00:00"):
                self.refresh()
                case = move.reminder_case_id
                case.with_user(self.manager).action_release()
                reminder = self.propose()
                if not reminder:
                    return
                self.send(reminder)
                self.assertEqual(reminder.state, "sent", reminder.held_reason)
                shown = reminder.amount_costs_before
                shown += sum(reminder[name] for name in COSTS)
                self.assertAlmostEqual(case.amount_costs, shown, places=2)
                self.assertAlmostEqual(
                    reminder.amount_claim, reminder.amount_principal + shown, places=2
                )
                exact = sum(
                    (
                        Decimal(row["amount"])
                        for row in reminder._get_interest_specification()
                    ),
                    Decimal(0),
                )
                # Each notice rounds once: half a cent at most.
                drift = abs(Decimal(str(case.amount_interest)) - exact)
                self.assertLessEqual(round_money(drift, 4), Decimal("0.005") * number)
                rest = move.amount_residual - float(paid)
                if paid and rest > 1:
                    self.pay(move, float(paid), payment_date=day)


class TestLedgerFuzz(LedgerCommon):
    @settings(
        max_examples=2,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(amount=st.decimals(100, 90_000, places=2), weeks=weeks)
    def test_the_ledger_sums_to_what_the_notice_shows(self, amount, weeks):
        with self.undone():
            self._check(float(amount), weeks)


@tagged("-standard", "payment_reminders_long")
class TestLedgerFuzzMore(LedgerCommon):
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(amount=st.decimals(100, 90_000, places=2), weeks=weeks)
    def test_the_ledger_sums_to_what_many_notices_show(self, amount, weeks):
        with self.undone():
            self._check(float(amount), weeks)
