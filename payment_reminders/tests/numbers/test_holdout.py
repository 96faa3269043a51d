from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from ...rules import holdout
from ..case.test_case import CaseCommon
from ..tags import takes_long

DUE = "2026-09-18"  # the nudge of three days before is due today


class TestHoldout(CaseCommon):
    """Some nudges are kept back, to see what nudges bring."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"reminder_holdout_percent": 50, "reminder_holdout_days": 2})

    def make_customers(self, group, count, due=DUE):
        """Make customers whose nudge about a day is in a group."""
        found = self.env["res.partner"]
        while len(found) < count:
            name = f"{group} {len(found)}"
            partner = self.make_customer(name, f"{name}@x.example".replace(" ", ""))
            day = fields.Date.to_date(due)
            if holdout.choose_group(50, self.get_identity(partner), day) == group:
                found |= partner
        return found

    def get_identity(self, partner):
        return self.env["payment.reminder.case"]._get_identity(
            self.company.id, partner.id, self.currency.id
        )

    def invoice(self, partners, **vals):
        return list(self.make_invoices(partners, DUE, **vals))

    def get_events(self, case, kind):
        return case.event_ids.filtered(lambda event: event.kind == kind)

    # -- keeping back -----------------------------------------------------------

    @takes_long
    def test_nothing_is_held_out_unless_asked_for(self):
        self.assertFalse(self.setup_other_company()["company"].reminder_holdout_percent)
        self.company.reminder_holdout_percent = 0
        partners = self.make_customers("held_out", 2)
        self.invoice(partners)
        self.assertEqual(self.propose().partner_id, partners)
        self.assertFalse(
            any(self.find_cases(partners[0]).item_ids.mapped("nudge_not_before"))
        )

    @takes_long
    def test_held_out_nudge_comes_later(self):
        nudged = self.make_customers("nudged", 2)
        held_out = self.make_customers("held_out", 2)
        self.invoice(nudged | held_out)
        self.assertEqual(self.propose().partner_id, nudged)
        case = self.find_cases(held_out[0])
        self.assertEqual(case.blocker, "held_out")
        self.assertIn("Nudge comes on 09/17/2026.", case.next_text)
        self.assertIn("Nudge held out for the comparison:", case.next_text)
        self.assertEqual(self.get_events(case, "held_out").payload["days"], 2)
        self.assertIn("2 days later", self.get_events(case, "held_out").details)
        self.assertFalse(self.get_events(self.find_cases(nudged[0]), "held_out"))
        with freeze_time("2026-09-17 08:00:00"):
            self.assertEqual(self.propose().partner_id, nudged | held_out)
            self.assertNotIn("held_out", case.blocker_codes)

    @takes_long
    def test_the_trail_has_each_nudge_with_its_own_day(self):
        partner = self.customer.browse()
        while not partner:
            on_one = self.make_customers("held_out", 9)
            partner = self._find_held_out(on_one, "2026-09-17")[:1]
        self.invoice(partner)
        self.make_invoice(due="2026-09-17", partner=partner)
        self.refresh()
        case = self.find_cases(partner)
        said = {
            (item, event.payload["planned"])
            for event in self.get_events(case, "held_out")
            for item in event.payload["items"]
        }
        self.assertEqual(len(said), 2)
        self.assertEqual(
            said, {(item.id, str(item.holdout_date)) for item in case.item_ids}
        )

    def _find_held_out(self, partners, due):
        day = fields.Date.to_date(due)
        return partners.filtered(
            lambda one: holdout.choose_group(50, self.get_identity(one), day)
            == "held_out"
        )

    def test_asked_again_the_choice_is_the_same(self):
        partners = self.make_customers("held_out", 1)
        self.invoice(partners)
        self.refresh()
        items = self.find_cases(partners).item_ids
        before = items.read()
        self.company.write(
            {"reminder_holdout_percent": 10, "reminder_holdout_days": 30}
        )
        self.refresh()
        items.invalidate_recordset()
        self.assertEqual(items.read(), before)

    def test_nudge_past_the_due_date_is_left_out(self):
        self.company.reminder_holdout_days = 5
        partners = self.make_customers("held_out", 1)
        self.invoice(partners)
        self.assertFalse(self.propose())
        case = self.find_cases(partners)
        self.assertEqual(case.next_step_id.name, "Reminder 1")
        self.assertEqual(case.blocker, "held_out")
        with freeze_time("2026-09-19 08:00:00"):
            self.refresh()
            self.assertFalse(case.blocker, "nothing is held out after the due date")

    def test_days_count_from_when_it_would_have_come(self):
        """On Saturday the 19th a nudge of three days before waits for Monday."""
        due = "2026-09-22"
        partners = self.make_customers("held_out", 1, due)
        self.company.reminder_holdout_days = 1
        self.make_invoice(due=due, partner=partners)
        with freeze_time("2026-09-19 08:00:00"):
            self.refresh()
            case = self.find_cases(partners)
            self.assertEqual(str(case.item_ids.holdout_date), "2026-09-21")
            self.assertEqual(str(case.next_date), "2026-09-22")

    def test_reminder_is_never_held_out(self):
        partners = self.make_customers("held_out", 1)
        self.invoice(partners)
        overdue = self.make_invoice(due=10, partner=partners)
        reminder = self.propose()
        self.assertEqual(reminder.step_kind, "reminder")
        self.assertEqual(reminder.move_ids, overdue)
        self.assertNotIn("held_out", reminder.case_id.blocker_codes)

    def test_manager_lets_it_come_now(self):
        partners = self.make_customers("held_out", 1)
        self.invoice(partners, invoice_user_id=self.rep.id)
        self.refresh()
        case = self.find_cases(partners)
        with self.assertRaises(AccessError):
            case.with_user(self.rep).action_end_holdout()
        case.with_user(self.manager).action_end_holdout()
        self.assertFalse(case.blocker)
        self.assertEqual(self.propose().step_kind, "nudge")
        self.assertTrue(self.get_events(case, "holdout_ended"))
        self.assertEqual(case.item_ids.holdout_group, "held_out")

    def test_settings_stay_in_range(self):
        for vals in ({"reminder_holdout_percent": 51}, {"reminder_holdout_days": 0}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self.company.write(vals)
                self.company.flush_recordset()

    # -- what came of it --------------------------------------------------------

    def get_figures(self, **vals):
        return (
            self.env["payment.reminder.dashboard"]
            .with_user(self.manager)
            .create({"date_from": "2026-09-01", "date_to": "2026-09-30", **vals})
            ._get_figures()["nudges"]
        )

    @takes_long
    def test_report_is_worked_out_by_hand(self):
        """Nudged or not on the 15th, and what was paid until the 17th.

        Of three that were nudged, one paid all, one half, one too late. Of four that
        were held out, two paid all, one nothing; one got a credit note and is left out.
        """
        nudged = self.make_customers("nudged", 3)
        held_out = self.make_customers("held_out", 4)
        moves = self.invoice(nudged | held_out)
        self.propose()
        at_once, half, late, first, second, _never, credited = moves
        for move, amount, day in (
            (at_once, 1000.0, "2026-09-15"),
            (half, 500.0, "2026-09-16"),
            (late, 1000.0, "2026-09-18"),
            (first, 1000.0, "2026-09-17"),
            (second, 1000.0, "2026-09-16"),
        ):
            self.pay(move, amount, payment_date=day)
        refund = self.make_invoice(
            due="2026-09-16",
            partner=credited.partner_id,
            move_type="out_refund",
            invoice_date="2026-09-16",
        )
        (refund | credited).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        with freeze_time("2026-09-17 08:00:00"):
            self.assertIsNone(self.get_figures(), "its days are not over")
        with freeze_time("2026-09-18 08:00:00"):
            figures = self.get_figures()
            page = self.env["payment.reminder.dashboard"].with_user(self.manager)
            shown = page.get_page()
            self.assertEqual(shown["finding"], figures["words"])
            self.assertIn("Effect of Nudges", [r["title"] for r in shown["reports"]])
            self.assertIsNone(self.get_figures(date_to="2026-09-14"))
        self.assertEqual(
            [
                (row["code"], row["count"], row["paid"], row["share"])
                for row in figures["rows"]
            ],
            [("nudged", 3, 1, 33.3), ("held_out", 3, 2, 66.7)],
        )
        self.assertIn("Too few", figures["words"])

    @takes_long
    def test_what_one_customer_owes_on_one_day_is_one_nudge(self):
        """Paid when all of it is."""
        partners = self.make_customers("nudged", 1)
        first, second = self.invoice(partners) + self.invoice(partners)
        self.refresh()
        self.pay(first, payment_date="2026-09-15")
        with freeze_time("2026-09-18 08:00:00"):
            [row] = self.get_figures()["rows"][:1]
            self.assertEqual((row["count"], row["paid"]), (1, 0))
            self.pay(second, payment_date="2026-09-16")
            [row] = self.get_figures()["rows"][:1]
            self.assertEqual((row["count"], row["paid"]), (1, 1))

    def test_every_finding_has_its_words(self):
        page = self.env["payment.reminder.dashboard"].create({})
        said = {
            finding: page._tell_comparison(holdout.Comparison(0.1, 0.05, 0.15, finding))
            for finding in holdout.Finding
        }
        self.assertEqual(len(set(said.values())), len(holdout.Finding))
        self.assertIn("between 5 and 15 more", said[holdout.Finding.MORE])
        worse = holdout.Comparison(-0.1, -0.15, -0.05, holdout.Finding.FEWER)
        self.assertIn("between 5 and 15", page._tell_comparison(worse))
