from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, freeze_time, tagged

from ...rules.insolvency import Reading, Status
from ..common import ReminderCommon
from ..tags import takes_long

DECREE = date(2026, 9, 10)


@tagged("post_install", "-at_install")
class TestCompanyStatus(ReminderCommon):
    """What a register said of a debtor, and what becomes of the cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.company_registry = "12345674"
        cls.case = cls.owe()
        cls.check = cls.follow()

    @classmethod
    def owe(cls, due=20, **vals):
        move = cls.make_invoice(due=due, **vals)
        cls.refresh()
        return move.reminder_case_id

    @classmethod
    def follow(cls):
        return cls.env["payment.reminder.company.status"]._follow(cls.company)

    def hear(self, status, word="UNDER KONKURS", since=DECREE, check=None):
        check = check or self.check
        reading = Reading("DK", check.number, status, word, since, "CVR (Virk)")
        check._receive({check: reading})

    def get_freezes(self, case=None):
        return (case or self.case)._get_open_freezes().mapped("reason")

    def get_activities(self):
        return self.case.activity_ids.filtered(
            lambda a: (
                a.activity_type_id
                == self.env.ref("payment_reminders.mail_activity_debtor_in_trouble")
            )
        )

    # -- whom to look up --------------------------------------------------------

    def test_only_companies_with_open_cases_and_a_good_number(self):
        person = self.make_customer(
            "Anna", "anna@x.example", is_company=False, company_registry="12345674"
        )
        wrong = self.make_customer("B", "b@x.example", company_registry="12345675")
        without_case = self.make_customer("C", company_registry="12345674")
        self.owe(partner=person)
        self.owe(partner=wrong)
        self.assertEqual(self.follow().partner_id, self.customer)
        self.assertNotIn(without_case, self.follow().partner_id)
        self.assertEqual(self.check.number, "12345674")
        self.assertEqual(self.follow(), self.check, "made once")

    def test_another_number_starts_anew(self):
        self.hear(Status.ACTIVE, "NORMAL")
        self.customer.company_registry = "13585628"
        self.follow()
        self.assertEqual(self.check.number, "13585628")
        self.assertFalse(self.check.status)

    # -- what follows -----------------------------------------------------------

    def test_bankruptcy_holds_every_case_and_asks(self):
        euros = self.env.ref("base.EUR")
        euros.active = True
        other = self.owe(currency_id=euros.id)
        self.assertNotEqual(other, self.case)
        self.hear(Status.BANKRUPTCY)
        for case in (self.case, other):
            self.assertEqual(case.state, "frozen")
            self.assertEqual(self.get_freezes(case), ["insolvency"])
        self.assertIn("UNDER KONKURS", self.case.hold_reason)
        event = self.case.event_ids.filtered(lambda e: e.kind == "company_status")
        self.assertEqual(event.payload["word"], "UNDER KONKURS")
        self.assertEqual(event.payload["since"], "2026-09-10")
        self.assertEqual(event.payload["read"], "2026-09-15 08:00:00")
        self.assertIn("CVR (Virk)", event.details)
        activity = self.get_activities()
        self.assertEqual(len(activity), 1)
        self.assertIn("trustee", activity.note)
        self.hear(Status.BANKRUPTCY)
        self.assertEqual(len(self.get_activities()), 1, "the same is told once")

    def test_a_notice_that_is_ripe_does_not_leave(self):
        reminders = self.propose()
        self.ripen(reminders)
        self.hear(Status.BANKRUPTCY)
        self.case._release("mistaken", reasons=["insolvency"])
        self.check.decided_key = False
        facts = self.env["payment.reminder.facts"]._read_guard_facts(reminders)
        self.assertEqual(set(self.get_freezes()), set())
        self.assertTrue(facts[reminders].insolvency, "the register, not the hold")
        reminders._dispatch()
        self.assertEqual(reminders.state, "held")
        self.assertEqual(reminders.verdict, ["insolvency"])

    @takes_long
    def test_each_status(self):
        expected = {
            Status.BANKRUPTCY: ["insolvency"],
            Status.LIQUIDATION: ["insolvency"],
            Status.RESTRUCTURING: ["insolvency"],
            Status.DISSOLVED: ["insolvency"],
            Status.SUCCEEDED: ["insolvency"],
            Status.REMOVED: ["status_unknown"],
            Status.UNKNOWN: ["status_unknown"],
            Status.CHANGING: [],
            Status.NOT_FOUND: [],
            Status.ACTIVE: [],
        }
        self.assertEqual(set(expected), set(Status))
        for status, freezes in expected.items():
            with self.subTest(status=status):
                customer = self.make_customer(
                    f"Of {status}", "x@x.example", company_registry="13585628"
                )
                case = self.owe(partner=customer)
                check = self.follow().filtered(lambda c, p=customer: c.partner_id == p)
                self.hear(status, "WORD", check=check)
                self.assertEqual(self.get_freezes(case), freezes)
                self.assertEqual(bool(case.activity_ids), status != Status.ACTIVE)
                self.assertEqual(bool(check.advice), status != Status.ACTIVE)

    def test_what_falls_due_later_rests_too(self):
        self.hear(Status.BANKRUPTCY)
        euros = self.env.ref("base.EUR")
        euros.active = True
        other = self.owe(currency_id=euros.id)
        other._refresh()
        self.assertEqual(self.get_freezes(other), ["insolvency"])

    def test_a_vanished_number_is_no_typing_error(self):
        self.hear(Status.ACTIVE, "NORMAL")
        self.hear(Status.NOT_FOUND, "")
        self.assertEqual(self.check.status, "removed")
        self.assertEqual(self.get_freezes(), ["status_unknown"])

    def test_a_problem_changes_nothing_that_is_known(self):
        self.hear(Status.ACTIVE, "NORMAL")
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.check._receive_problem("unavailable")
        self.assertEqual(self.check.status, "active")
        self.assertEqual(self.check.problem, "unavailable")
        self.assertLess(self.check.checked_at, self.check.asked_at)
        self.assertFalse(self.get_freezes())

    # -- release ----------------------------------------------------------------

    def test_only_a_person_with_a_reason_releases(self):
        self.hear(Status.BANKRUPTCY)
        self.hear(Status.ACTIVE, "NORMAL", since=None)
        self.assertEqual(self.get_freezes(), ["insolvency"], "not by itself")
        self.assertEqual(len(self.get_activities()), 2, "but a person is told")
        case = self.case.with_user(self.manager)
        with self.assertRaises(RedirectWarning):
            case.action_release()
        with self.assertRaises(RedirectWarning):
            case.freeze_ids.action_release()
        case.action_release("The court took it back")
        self.assertEqual(self.case.state, "active")
        released = self.case.event_ids.filtered(lambda e: e.kind == "released")
        self.assertEqual(released.note, "The court took it back")

    def test_what_was_released_stays_so_until_the_register_says_otherwise(self):
        self.hear(Status.BANKRUPTCY)
        self.case.with_user(self.manager).action_release("We sell for cash")
        self.assertEqual(self.check.decided_by_id, self.manager)
        self.hear(Status.BANKRUPTCY)
        self.case._refresh()
        self.assertFalse(self.get_freezes())
        self.hear(Status.DISSOLVED, "OPLØST EFTER KONKURS", since=date(2026, 9, 14))
        self.assertEqual(self.get_freezes(), ["insolvency"])

    def test_an_old_situation_that_comes_back_is_decided_anew(self):
        self.hear(Status.BANKRUPTCY)
        self.case.with_user(self.manager).action_release("Appeal")
        self.hear(Status.ACTIVE, "NORMAL", since=None)
        self.hear(Status.BANKRUPTCY)
        self.assertEqual(self.get_freezes(), ["insolvency"])

    def test_the_dialog_gives_the_reason(self):
        self.hear(Status.BANKRUPTCY)
        wizard = self.env["payment.reminder.hold.wizard"].with_context(
            active_model="payment.reminder.case",
            active_ids=self.case.ids,
            default_action="release",
        )
        form = Form(wizard)
        form.reason = "Paid by the guarantor"
        form.save().action_confirm()
        self.assertFalse(self.get_freezes())

    # -- age --------------------------------------------------------------------

    def get_verdict(self, days):
        reminders = self.propose()
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            return reminders._guard()[reminders]

    def test_a_register_that_is_down_stops_nobody_by_itself(self):
        self.patch(
            type(self.company), "_follows_company_registers", lambda company: True
        )
        self.hear(Status.ACTIVE, "NORMAL")
        self.assertNotIn("status_unknown", self.get_verdict(60))
        self.company.reminder_status_when_stale = "hold"
        self.assertNotIn("status_unknown", self.get_verdict(7))
        self.assertIn("status_unknown", self.get_verdict(8))
        reminders = self.propose()
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.ripen(reminders)
            reminders._dispatch()
            self.assertIn("8 days", reminders.held_reason)

    def test_what_never_answered_is_as_old_as_the_first_try(self):
        self.patch(
            type(self.company), "_follows_company_registers", lambda company: True
        )
        self.company.reminder_status_when_stale = "hold"
        self.hear(Status.NOT_FOUND, "")
        self.assertNotIn("status_unknown", self.get_verdict(0))
        self.assertIn("status_unknown", self.get_verdict(8), "not found is not fine")

    # -- the claim --------------------------------------------------------------

    def test_claim_to_the_day_of_the_decree(self):
        ladder = self.env.ref("payment_reminders.ladder_dk")
        self.case.sudo().ladder_id = ladder
        law = ladder.jurisdiction_id
        rates = self.env["payment.reminder.rate"].search(
            [
                ("reference_id", "=", law.margin_ids.reference_id.id),
                ("date", "=", date(2026, 7, 1)),
            ]
        )
        rates.write({"percent": 2.0, "status": "verified", "source": "Test"})
        due = date(2026, 8, 26)
        soon = self.make_invoice(due=date(2026, 9, 22), amount=400.0)
        after_it = self.make_invoice(due=date(2026, 9, 26), amount=70.0)
        item_vals = {"case_id": self.case.id, "kind": "fee", "amount": 100.0}
        ledger = self.env["payment.reminder.claim.line"].sudo()
        ledger.create({**item_vals, "date": date(2026, 9, 5)})
        ledger.create({**item_vals, "date": date(2026, 9, 14)})
        with freeze_time("2026-09-23 08:00:00"):
            self.refresh()
        self.assertLessEqual(soon | after_it, self.case.move_ids)
        self.assertEqual(self.case.item_ids.sorted("date_due")[0].date_due, due)
        with freeze_time("2026-09-13 08:00:00"):
            self.pay(self.case.move_ids.sorted("invoice_date_due")[0], 300.0)
        self.hear(Status.BANKRUPTCY)
        case = self.case
        case.invalidate_recordset()
        self.assertEqual(case.insolvency_day, DECREE)
        self.assertEqual(case.insolvency_principal, 1400.0, "as of that day")
        self.assertEqual(case.insolvency_fees, 100.0, "not the later fee")
        # 15 days of 1000.00 at 10 percent.
        self.assertAlmostEqual(case.insolvency_interest, 4.11, delta=0.1)
        self.assertIn("1,000.00", case.insolvency_specification)
        self.assertAlmostEqual(
            case.insolvency_claim,
            case.insolvency_principal + case.insolvency_fees + case.insolvency_interest,
        )

    def test_a_person_corrects_the_decree_and_enters_the_deadline(self):
        self.hear(Status.BANKRUPTCY)
        check = self.check.with_user(self.manager)
        check.write({"date_decree": date(2026, 9, 8), "date_filing": date(2026, 10, 6)})
        self.assertEqual(self.get_activities().date_deadline, date(2026, 10, 6))
        self.case.invalidate_recordset()
        self.assertEqual(self.case.insolvency_day, date(2026, 9, 8))
        self.assertIn("10/06/2026", check.advice)
        events = self.case.event_ids.filtered(lambda e: e.kind == "company_status")
        self.assertIn("10/06/2026", " ".join(events.mapped("details")))
        with self.assertRaises(AccessError):
            check.status = "active"
        with self.assertRaises(AccessError):
            self.check.with_user(self.rep).date_filing = date(2026, 10, 6)

    # -- merge ------------------------------------------------------------------

    def test_merged_customers_keep_the_graver_check(self):
        double = self.make_customer(
            "Nordlys", "n@x.example", company_registry="13585628"
        )
        self.owe(partner=double)
        checks = self.follow()
        other = checks - self.check
        self.hear(Status.ACTIVE, "NORMAL")
        self.hear(Status.BANKRUPTCY, check=other)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer | double).ids, self.customer
        )
        [check] = self.env["payment.reminder.company.status"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(check.status, "bankruptcy")
        self.case.invalidate_recordset()
        self.assertEqual(self.case.company_status_id, check)
