import re
from datetime import date
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ...models.law import linter_messages as reminder_linter_messages
from ...rules import interest, linter
from ..rules.law_data import STATUTES, load_tables
from ..rules.linter_cases import REFUSED, WARNED
from .accruing import accrue

ON = date(2026, 11, 22)
#: How the sentence of each breach begins, figures and all.
SENTENCES = {
    "nudge_fee": "A nudge before the due date cannot carry a fee",
    "call_costs": "A call is no letter: it bears no fee",
    "no_fee": "The law knows no fee",
    "fee_over_cap": r"The fee of .*\d.* is over the highest of .*\d",
    "fee_over_scale": r"The fee of .*\d.* is limited by the scale on what is owed",
    "fee_actual_cost": "The law names no amount",
    "fee_too_early": r"A fee on day \d+ is too early: .* \d+ days after the due date",
    "fee_spacing": r"Only \d+ days lie between .* at least \d+ are needed",
    "fee_spacing_careful": r"\d+ days lie between .* the careful reading is \d+",
    "fee_deadline_running": r"A further fee needs .* gives \d+ days, .* after \d+",
    "fee_count": r"This is fee number \d+; at most \d+ are possible",
    "fee_agreement": "The fee is due only from customers who agreed to it",
    "fee_first_free": r"A fee is possible only after \d+ notice without one",
    "fee_before_final_notice": "A fee is possible only after the deadline of a final",
    "letter_before_due": "This notice would go out before the claim is late",
    "deadline_short": r"The deadline of \d+ days is shorter than the \d+ days",
    "no_interest": "The law knows no interest on late payment for consumers",
    "interest_margin_person": r"\d.* points over the statutory interest cannot",
    "interest_margin_agreed": r"\d.* points over the statutory interest need an",
    "compensation_person": "No lump sum can be asked of a consumer",
    "compensation_includes_fees": "The lump sum and the fees count against each other",
}
#: Breaches that no paragraph of the law names.
WITHOUT_PARAGRAPH = {"nudge_fee", "call_costs", "no_interest"}


@tagged("post_install", "-at_install")
class TestJurisdiction(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Jurisdiction = cls.env["payment.reminder.jurisdiction"]
        cls.Rate = cls.env["payment.reminder.rate"]
        cls.laws = {
            code: cls.env.ref(f"payment_reminders.jurisdiction_{code.lower()}")
            for code in STATUTES
        }
        cls.denmark = cls.laws["DK"]
        cls.lending = cls.env.ref(
            "payment_reminders.reference_nationalbank_lending_rate"
        )

    def get_rates(self, law, debtor="company", due_date=ON):
        """Return the reference rates for the claims of one kind of debtor."""
        rule = law._get_statute().margin_rule(debtor, due_date)
        return law._get_rate_tables()[law][rule.reference]

    # -- what ships --------------------------------------------------------------------

    def test_statutes_are_what_the_files_say(self):
        for code, law in self.laws.items():
            with self.subTest(law=code):
                statute, expected = law._get_statute(), STATUTES[code]
                for name in expected.__slots__:
                    got, wanted = getattr(statute, name), getattr(expected, name)
                    if name.endswith("_rules"):
                        got, wanted = set(got), set(wanted)
                    self.assertEqual(got, wanted, name)

    def test_only_verified_rates_are_known(self):
        tables = self.Jurisdiction.union(*self.laws.values())._get_rate_tables()
        expected = load_tables(accepted=("verified",))
        for law, rates in tables.items():
            for reference, table in rates.items():
                known = [(rate.date, rate.known) for rate in table]
                self.assertEqual(
                    known, [(rate.date, rate.known) for rate in expected[reference]]
                )
                for got, wanted in zip(table, expected[reference], strict=True):
                    self.assertEqual(got.percent, wanted.percent, (law.code, got.date))

    def test_computed_rates_are_accepted_where_the_law_is_set_up_so(self):
        finland = self.laws["FI"]
        on = date(2026, 8, 1)
        self.assertFalse(interest.is_known(on, self.get_rates(finland)))
        finland.accept_derived_rates = True
        self.assertTrue(interest.is_known(on, self.get_rates(finland)))
        self.denmark.accept_derived_rates = True
        self.assertFalse(interest.is_known(on, self.get_rates(self.denmark)))

    def test_rates_by_debtor(self):
        netherlands = self.laws["NL"]
        due = date(2024, 1, 1)
        person = self.get_rates(netherlands, "person", due)
        company = self.get_rates(netherlands, "company", due)
        self.assertNotEqual(person, company)
        self.assertIsNone(self.laws["EU"]._get_statute().margin_rule("person", due))

    def test_no_law_no_statute(self):
        self.assertIsNone(self.Jurisdiction._get_statute())
        self.assertEqual(self.Jurisdiction._get_rate_tables(), {})

    def test_queries_do_not_grow_with_the_number_of_laws(self):
        laws = self.Jurisdiction.union(*self.laws.values())

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for law in records:
                law._get_statute()
            records._get_rate_tables()
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(laws), count(laws[:1]))

    # -- interest ----------------------------------------------------------------------

    def test_danish_claim_over_the_change_of_rate(self):
        # 46 days of 10.75 %, 45 days of 9.75 %: 135.48 + 120.21
        result = accrue(
            self.denmark,
            Decimal(10000),
            "company",
            date(2025, 5, 15),
            date(2025, 8, 14),
        )
        self.assertEqual([period.days for period in result.periods], [46, 45])
        self.assertEqual(result.total(), Decimal("255.68"))
        self.assertTrue(result.is_complete)

    def test_no_interest_for_days_without_a_verified_rate(self):
        claim = Decimal(10000), "company", date(2026, 6, 15), date(2026, 7, 15)
        result = accrue(self.denmark, *claim)
        self.assertEqual(result.computed_until, date(2026, 6, 30))
        self.assertEqual(result.total(), Decimal("40.07"))
        self._get_rate(date(2026, 7, 1)).write(
            {"percent": 2.1, "status": "verified", "source": "The central bank's page"}
        )
        result = accrue(self.denmark, *claim)
        self.assertEqual(result.computed_until, date(2026, 7, 15))
        self.assertEqual(result.periods[-1].rate, Decimal("10.1"))

    # -- missing rates -----------------------------------------------------------------

    def test_laws_without_a_current_rate(self):
        missing = self.Jurisdiction._check_current_rates(ON)
        codes = {
            law.code: references.mapped("code") for law, references in missing.items()
        }
        self.assertEqual(
            codes,
            {
                "DK": ["nationalbank_lending_rate"],
                "FI": ["viitekorko"],
            },
        )
        self.assertFalse(self.laws["SE"]._check_current_rates(ON))
        everywhere = self.Jurisdiction._check_current_rates(date(2027, 1, 1))
        self.assertEqual(len(everywhere), len(self.laws))

    def test_warning_goes_when_the_rate_is_verified(self):
        (warning,) = self.denmark._get_rate_warnings(ON)[self.denmark]
        self.assertIn("Danmarks Nationalbank", warning)
        self.assertIn("2026", warning)
        self._get_rate(date(2026, 7, 1)).status = "verified"
        self.assertFalse(self.denmark._get_rate_warnings(ON))

    # -- rows --------------------------------------------------------------------------

    def test_one_rate_a_series_and_day(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.Rate.create(
                {
                    "reference_id": self.lending.id,
                    "date": date(2026, 1, 1),
                    "percent": 1,
                    "source": "twice",
                }
            )

    def test_negative_rate(self):
        rate = self._get_rate(date(2022, 1, 1))
        self.assertEqual(rate.percent, -0.45)
        self.assertIn("-0.45", rate.display_name)

    def test_new_rate_is_for_the_current_half_year(self):
        default = self.Rate.default_get(["date"])["date"]
        self.assertIn((default.month, default.day), [(1, 1), (7, 1)])

    def test_scale_that_is_none(self):
        rule = self.laws["NL"].fee_ids[0]
        with self.assertRaisesRegex(ValidationError, "15 percent.*no scale"):
            rule.scale = "15 percent"
        rule.scale = "100: 10; 5"

    def test_update_keeps_a_row_that_somebody_entered(self):
        mine = self.Rate.create(
            {
                "reference_id": self.lending.id,
                "date": date(2027, 1, 1),
                "percent": 1.5,
                "source": "read by me",
            }
        )
        shipped = {"reference_id": self.lending.id, "percent": 1.4, "source": "shipped"}
        loaded = self.Rate._load_records(
            [
                {
                    "xml_id": f"payment_reminders.rate_test_{day.year}",
                    "noupdate": True,
                    "values": {**shipped, "date": day.isoformat()},
                }
                for day in (date(2027, 1, 1), date(2028, 1, 1))
            ]
        )
        self.assertEqual(loaded[0], mine)
        self.assertEqual(mine.percent, 1.5)
        self.assertEqual(loaded[1].percent, 1.4)
        self.assertEqual(self.env.ref("payment_reminders.rate_test_2027"), mine)

    def test_copy_of_a_law(self):
        copy = self.denmark.copy()
        self.assertEqual(copy.code, "DK-2")
        self.assertEqual(copy.copy().code, "DK-2-2")
        self.assertEqual(self.denmark.copy().code, "DK-3")
        self.assertEqual(
            set(copy._get_statute().fee_rules),
            set(self.denmark._get_statute().fee_rules),
        )

    # -- ladders -----------------------------------------------------------------------

    def test_every_breach_has_words(self):
        self.assertEqual(set(reminder_linter_messages.MESSAGES), set(linter.CODES))

    def test_one_message_for_each_breach_with_its_paragraph(self):
        errors, warnings = self.denmark._lint(
            [
                linter.Step("reminder", 5, fee=Decimal(150)),
                linter.Step("reminder", 15, fee=Decimal(100)),
                linter.Step("final_notice", 20, fee=Decimal(100), deadline_days=5),
            ],
            ON,
        )
        self.assertEqual(len(errors), 3)
        self.assertRegex(
            errors[0], r"Step 1: The fee of .*150.* is over the highest of .*100.*9 b"
        )
        self.assertRegex(errors[1], "Step 3: The deadline of 5 days .* 10 days")
        self.assertRegex(errors[2], "Step 3: Only 5 days .* 10 are needed .Rentelov")
        self.assertEqual(len(warnings), 1)
        self.assertRegex(warnings[0], "Step 2: 10 days .* the careful reading is 11")

    def test_each_breach_of_each_law_in_its_own_words(self):
        """Every rule of every law: the step, the sentence, the paragraph."""
        for code, steps, debtors, breach, step in [*REFUSED, *WARNED]:
            with self.subTest(law=code, breach=breach):
                law = self.laws[code]
                texts = sum(law._lint(linter.Ladder(tuple(steps), debtors), ON), [])
                found = [
                    text
                    for text in texts
                    if re.match(f"Step {step + 1}: {SENTENCES[breach]}", text)
                ]
                self.assertEqual(len(found), 1, texts)
                if breach not in WITHOUT_PARAGRAPH:
                    self.assertRegex(found[0], r" \(.*\d.*\)$")

    def test_every_law_has_a_case_for_each_of_its_rules(self):
        """What a law has a figure for, a ladder must be able to break."""
        tested = {(code, breach) for code, _s, _d, breach, _n in [*REFUSED, *WARNED]}
        for code, law in STATUTES.items():
            for breach in self._get_rules(law):
                with self.subTest(law=code, breach=breach):
                    self.assertIn((code, breach), tested)

    def _get_rules(self, law):
        """Return the breaches that a law makes possible on the day of these tests."""
        rules = [
            rule
            for debtor in ("person", "company")
            for kind in ("reminder", "final_notice")
            if (rule := law.fee_rule(debtor, ON, kind))
        ]
        for breach, holds in (
            ("fee_over_cap", lambda rule: rule.basis == "statutory"),
            ("fee_over_scale", lambda rule: rule.basis == "scale"),
            ("fee_actual_cost", lambda rule: rule.basis == "actual_cost"),
            ("fee_too_early", lambda rule: rule.first_after_days),
            ("fee_spacing", lambda rule: rule.spacing_days),
            ("fee_spacing_careful", lambda rule: rule.careful_spacing_days),
            ("fee_deadline_running", lambda rule: rule.after_deadline),
            ("fee_count", lambda rule: rule.max_count is not None),
            ("fee_agreement", lambda rule: rule.requires_agreement),
            ("fee_first_free", lambda rule: rule.free_notices),
            ("fee_before_final_notice", lambda rule: rule.after_final_notice),
            ("deadline_short", lambda rule: rule.deadline_days),
        ):
            if any(holds(rule) for rule in rules):
                yield breach
        if law.margin_rule("person", ON):
            yield (
                "interest_margin_person"
                if law.consumer_margin_fixed
                else "interest_margin_agreed"
            )
        if law.compensation_rule("company", ON):
            yield "compensation_person"

    def test_all_messages_can_be_written(self):
        """Ladders that break everything in every law, so that every message is used."""
        steps = [
            linter.Step("nudge", -3, fee=Decimal(5)),
            *(
                linter.Step(
                    kind,
                    days,
                    delay_from,
                    fee,
                    charge_interest=True,
                    extra_margin=Decimal(2),
                    charge_compensation=True,
                    deadline_days=days,
                )
                for kind in ("reminder", "final_notice")
                for days, delay_from in ((0, "due_date"), (14, "previous_step"))
                for fee in (None, Decimal(9000), Decimal(50))
            ),
        ]
        for law in self.laws.values():
            for debtors in (("person",), ("company",), ("person", "company")):
                for on in (ON, date(2010, 1, 1)):
                    errors, warnings = law._lint(
                        linter.Ladder(tuple(steps), debtors), on
                    )
                    self.assertTrue(errors)
                    for text in errors + warnings:
                        self.assertNotIn("%(", text)
                        self.assertTrue(text.startswith("Step "))

    def test_spacing_between_fees(self):
        self.assertEqual(self.denmark._get_fee_spacing_days(), 10)
        self.assertEqual(self.laws["FI"]._get_fee_spacing_days("person"), 14)

    def _get_rate(self, day):
        return self.Rate.search(
            [("reference_id", "=", self.lending.id), ("date", "=", day)]
        )
