import importlib.util
from pathlib import Path

import odoo.addons.payment_reminders as addon  # pylint: disable=odoo-addons-relative-import

from ..tags import takes_long
from .common import HandoverCommon

SCRIPT = "migrations/19.0.1.2.0/post-handover.py"


class TestHandoverMigration(HandoverCommon):
    """What was handed over with its whole case before is seen again."""

    def migrate(self):
        path = Path(addon.__file__).parent / SCRIPT
        spec = importlib.util.spec_from_file_location("post_handover", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def close_as_before(self, case):
        """Close a case as the version before did: what is open is let go."""
        case.item_ids.sudo().write({"is_dropped": True, "amount_known": 0.0})
        case._set_state("closed", close_reason="handed_over")
        case._log_event("closed", {"reason": "handed_over", "note": ""})

    @takes_long
    def test_closed_cases_and_those_that_started_anew(self):
        first = self.make_invoice(due=40)
        second = self.make_invoice(due=40, amount=500.0)
        paid = self.make_invoice(due=40)
        other = self.make_customer("Bakken ApS", "ap@bakken.example")
        lost = self.make_invoice(due=40, partner=other)
        self.refresh()
        case = first.reminder_case_id
        self.close_as_before(case)
        self.pay(first, 400.0)
        self.pay(paid)
        # By hand it was closed for another reason.
        lost.reminder_case_id.with_user(self.manager).action_close("Let it be")
        third = self.make_invoice(due=20, amount=300.0)
        self.refresh()
        self.assertEqual(case.state, "active")
        self.migrate()
        records = case.handover_ids
        self.assertEqual(records.move_id, first | second)
        self.assertEqual(records.mapped("provider"), ["manual"] * 2)
        self.assertEqual(records.mapped("state"), ["registered"] * 2)
        self.assertEqual(
            [move.reminder_badge for move in (first, second, third)],
            ["collection", "collection", False],
        )
        self.assertFalse(lost.reminder_case_id.handover_ids)
        self.assertEqual(
            self.get_reports(records[-1:], "known")[:1], [("payment", 400.0, "known")]
        )
        # A second run finds nothing more.
        self.migrate()
        self.assertEqual(case.handover_ids, records)
        self.pay(first, 100.0)
        record = records.filtered(lambda r: r.move_id == first)
        self.assertEqual(
            self.get_reports(record, "waiting"), [("payment", 100.0, "waiting")]
        )
