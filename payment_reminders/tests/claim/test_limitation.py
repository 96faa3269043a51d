from odoo.tests import freeze_time

from ..common import ReminderCommon


class TestLimitation(ReminderCommon):
    """A case shows when its first claim lapses, and warns 90 days before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One ladder for every law: none of its fees is over any cap.
        cls.ladder.step_ids.fee_policy = "none"

    def open_case(self, law, due="2026-03-02", **vals):
        self.ladder.jurisdiction_id = self.env.ref(
            f"payment_reminders.jurisdiction_{law}"
        )
        self.move = self.make_invoice(due=due, **vals)
        self.refresh()
        return self.move.reminder_case_id

    def note(self, case, day, kind):
        return (
            self.env["payment.reminder.interruption"]
            .with_user(self.manager)
            .create({"case_id": case.id, "date": day, "kind": kind})
        )

    def test_three_years_from_the_due_date(self):
        case = self.open_case("dk")
        self.assertEqual(str(case.limitation_date), "2029-03-02")
        self.assertIn("acknowledged", case.limitation_text)
        self.assertNotIn("A written demand", case.limitation_text)

    def test_the_first_of_several(self):
        case = self.open_case("dk")
        self.make_invoice(due="2026-02-02")
        self.refresh()
        self.assertEqual(str(case.limitation_date), "2029-02-02")

    def test_counts_from_the_invoice_where_the_law_says_so(self):
        case = self.open_case("se")
        self.assertEqual(str(case.limitation_date), "2036-02-16")

    def test_acknowledgement_starts_it_anew(self):
        case = self.open_case("dk")
        row = self.note(case, "2026-09-01", "acknowledgement")
        self.assertEqual(str(case.limitation_date), "2029-09-01")
        self.assertIn("interrupted", case.event_ids.mapped("kind"))
        row.active = False
        self.assertEqual(str(case.limitation_date), "2029-03-02")

    def test_what_breaks_nothing_there_is_passed_over(self):
        case = self.open_case("dk")
        self.note(case, "2026-09-01", "written_demand")
        self.assertEqual(str(case.limitation_date), "2029-03-02")
        self.assertIn("interrupts nothing there", case.limitation_text)

    def test_a_reminder_breaks_it_in_sweden_and_not_in_denmark(self):
        for law, expected in (("dk", "2029-03-02"), ("se", "2036-09-15")):
            partner = self.make_customer(law, f"{law}@customer.example")
            case = self.open_case(law, partner=partner)
            reminder = self.propose().filtered(
                lambda r, partner=partner: r.partner_id == partner
            )
            self.send(reminder)
            self.assertEqual(reminder.state, "sent", reminder.held_reason)
            self.assertEqual(str(case.limitation_date), expected)

    def test_part_payment_breaks_it_in_germany(self):
        case = self.open_case("de")
        self.assertEqual(str(case.limitation_date), "2029-12-31")
        self.pay(self.move, 100, payment_date="2027-01-05")
        self.assertEqual(str(case.limitation_date), "2030-01-05")

    def test_paid_lapses_never(self):
        case = self.open_case("dk")
        self.pay(self.move)
        self.assertFalse(case.limitation_date)

    def test_warned_once(self):
        case = self.open_case("dk")
        with freeze_time("2028-12-01 08:00:00"):
            self.refresh()
            self.assertFalse(case.activity_ids)
        with freeze_time("2028-12-02 08:00:00"):
            self.refresh()
            self.refresh()
            self.assertEqual(len(case.activity_ids), 1)
            near = case.event_ids.filtered(lambda e: e.kind == "limitation_near")
            self.assertEqual(near.payload, {"lapses": "2029-03-02"})
