from odoo.tests import freeze_time
from odoo.tools import SQL

from ...rules.network import NETWORKS
from ..tags import takes_long
from .invoice_sent_common import InvoiceSentCommon


class TestInvoiceNetwork(InvoiceSentCommon):
    """An e-invoice that the network refused, or still queues, was not delivered.

    Odoo marks an invoice as sent when its PDF is made; the network answers later.
    """

    def setUp(self):
        super().setUp()
        self.field = next(
            (name for name in NETWORKS if name in self.env["account.move"]._fields),
            None,
        )
        if not self.field:
            self.skipTest("No module of a network is installed")
        self.network = NETWORKS[self.field].name

    def set_state(self, state):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET %s = %s WHERE id = %s",
                SQL.identifier(self.field),
                state,
                self.move.id,
            )
        )
        self.env.invalidate_all()

    def climb(self):
        with freeze_time("2026-09-15 08:00:00"):
            first = self.start()
        return first

    def test_refused_or_queued_is_held_and_says_where(self):
        first = self.climb()
        with freeze_time("2026-09-28 08:00:00"):
            reminder = self.climb_from(first)
            for state, words in (
                ("error", f"{self.network} refused it"),
                ("to_send", f"waits in {self.network} still"),
                ("processing", f"waits in {self.network} still"),
            ):
                self.set_state(state)
                self.assertEqual(
                    reminder._guard()[reminder], ["invoice_not_sent"], state
                )
                self.propose()
                self.assertIn(words, reminder.held_reason)
                self.assertIn(self.move.name, reminder.held_reason)
                self.assertTrue(reminder.is_held_by_invoice)

    @takes_long
    def test_delivered_or_never_given_to_it_goes_out(self):
        first = self.climb()
        with freeze_time("2026-09-28 08:00:00"):
            reminder = self.climb_from(first)
            for state in ("done", "ready", None):
                self.set_state(state)
                self.assertEqual(reminder._guard()[reminder], [], state)

    @takes_long
    def test_ways_out(self):
        first = self.climb()
        with freeze_time("2026-09-28 08:00:00"):
            reminder = self.climb_from(first)
            self.set_state("error")
            reminder._dispatch()
            self.assertEqual(reminder.state, "held")
            reminder.with_user(self.manager).action_vouch_for_invoices()
            self.assertEqual(reminder._guard()[reminder], [])

    @takes_long
    def test_an_email_that_arrived_is_enough(self):
        self.company.reminder_invoice_grace_days = 0
        first = self.climb()
        with freeze_time("2026-09-28 08:00:00"):
            reminder = self.climb_from(first)
            self.set_state("error")
            self.send_invoice(reminder)
            self.set_state("error")
            self.assertEqual(reminder._guard()[reminder], [])
