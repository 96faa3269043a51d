from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..sending.gateway_common import GatewayCommon

NEW = ("GB", "IE", "FR", "BE", "AT")
COUNTRIES = (*NEW, "DK", "NO", "SE", "FI", "DE", "NL")


class TemperamentCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.reminder_ladder_id = False
        cls.denmark = cls.env.ref("payment_reminders.ladder_dk")

    def open_setup(self, **vals):
        wizard = self.env["payment.reminder.setup.wizard"].with_user(self.manager)
        return wizard.create({"email": "books@company.example", **vals})

    def get_days(self, ladder):
        return [(step.delay_days, step.deadline_days) for step in ladder.step_ids]


@tagged("post_install", "-at_install")
class TestTemperament(TemperamentCommon):
    """Each ladder is gentle, normal or firm, as the set-up asks."""

    def test_each_country_has_its_ladder(self):
        wizard = self.open_setup()
        for code in COUNTRIES:
            country = self.env["res.country"].search([("code", "=", code)])
            wizard.country_id = country
            with self.subTest(country=code):
                law = wizard.ladder_id.jurisdiction_id
                self.assertEqual((law.code, law.country_id), (code, country))
                self.assertEqual(wizard.temperament, "normal")
                self.assertIn("First reminder", wizard.step_text)
                self.assertFalse(wizard.ladder_id._lint()[0])

    def test_the_steps_are_shown_before_it_is_chosen(self):
        wizard = self.open_setup(ladder_id=self.denmark.id)
        self.assertIn("5 days after the due date", wizard.step_text)
        before = self.denmark.search_count([], limit=None)
        wizard.temperament = "firm"
        self.assertIn("1 day after the due date", wizard.step_text)
        self.assertIn("lump sum from companies", wizard.step_text)
        wizard.temperament = "gentle"
        self.assertIn("10 days after the due date", wizard.step_text)
        self.assertNotIn("lump sum", wizard.step_text)
        self.assertEqual(self.denmark.search_count([]), before)

    def test_each_is_told_in_one_sentence(self):
        told = dict(self.open_setup()._get_temperaments())
        self.assertEqual(list(told), ["gentle", "normal", "firm"])
        for sentence in told.values():
            self.assertRegex(sentence, r"^\w+: [A-Z][^.]*\.$")

    def test_what_is_chosen_becomes_a_ladder_of_its_own(self):
        self.env["res.lang"]._activate_lang("da_DK")
        self.env.ref("base.module_payment_reminders")._update_translations(["da_DK"])
        wizard = self.open_setup(ladder_id=self.denmark.id, temperament="firm")
        wizard.action_confirm()
        chosen = self.company.reminder_ladder_id
        self.assertEqual(wizard.ladder_id, chosen)
        self.assertEqual(chosen.display_name, "Denmark, firm")
        danish = chosen.with_context(lang="da_DK")
        self.assertEqual(danish.display_name, "Danmark, bestemt")
        self.assertEqual(danish.step_ids[1].name, "Første rykker")
        self.assertEqual(
            (chosen.tempered_from_id, chosen.company_id, chosen.active),
            (self.denmark, self.company, True),
        )
        self.assertEqual(self.get_days(chosen), [(-3, 0), (1, 8), (11, 8), (11, 14)])
        self.assertEqual(chosen.spacing_days, 11)
        self.assertEqual(self.get_days(self.denmark)[1], (5, 10))
        # Offered again as it is, and back to normal.
        again = self.open_setup()
        self.assertEqual((again.ladder_id, again.temperament), (chosen, "firm"))
        again.temperament = "normal"
        again.action_confirm()
        self.assertEqual(self.company.reminder_ladder_id, self.denmark)
        third = self.open_setup(ladder_id=self.denmark.id, temperament="firm")
        third.action_confirm()
        self.assertEqual(self.company.reminder_ladder_id, chosen)

    def test_a_language_that_comes_later(self):
        """Customers read the names of steps on their page."""
        firm = self.denmark._get_tempered("firm", self.company)
        firm.step_ids[1].name = "Our own name"
        codes = ["nl_NL"]
        self.env["res.lang"]._activate_lang("nl_NL")
        self.env.ref("base.module_payment_reminders")._update_translations(codes)
        dutch = firm.with_context(lang="nl_NL")
        self.assertEqual(dutch.name, "Denemarken")
        self.assertEqual(dutch.step_ids[2].name, "Aanmaning")
        self.assertEqual(firm.step_ids[1].name, "Our own name")

    def test_repeats_follow(self):
        own = self.denmark.copy({"company_id": self.company.id})
        own.write({"repeat_days": 30, "repeat_times": 2})
        gentle = own._get_tempered("gentle", self.company)
        self.assertEqual(gentle.step_ids.mapped("is_repeat"), [False] * 4 + [True] * 2)
        self.assertEqual(gentle.step_ids[-1].deadline_days, 18)

    def test_every_ready_ladder_can_be_made_in_each(self):
        ready = self.env["payment.reminder.ladder"].search([("company_id", "=", False)])
        self.assertGreaterEqual(len(ready), 12)
        for ladder in ready:
            for temperament in ("gentle", "firm"):
                with self.subTest(ladder=ladder.name, temperament=temperament):
                    made = ladder._get_tempered(temperament, self.company)
                    self.assertEqual(made.step_ids.mapped("name")[1], "First reminder")
                    self.assertTrue(all(made.step_ids.mapped("mail_template_id")))
                    self.assertTrue(set(made.step_ids.mapped("lineage")))

    def test_the_set_up_leads_to_the_three_side_by_side(self):
        wizard = self.open_setup(ladder_id=self.denmark.id, temperament="gentle")
        action = wizard.action_compare()
        self.assertEqual(
            (action["res_model"], action["context"]),
            (
                "payment.reminder.simulation",
                {
                    "default_ladder_id": self.denmark.id,
                    "default_with_temperaments": True,
                },
            ),
        )
        # What was chosen is offered again.
        again = self.open_setup()
        self.assertEqual((again.ladder_id, again.temperament), (self.denmark, "gentle"))

    def test_only_managers(self):
        with self.assertRaises(AccessError):
            self.denmark.with_user(self.rep).action_compare_temperaments()


@tagged("post_install", "-at_install")
class TestCompared(TemperamentCommon):
    """What each temperament would have sent, on one screen."""

    def play(self, ladder):
        action = ladder.with_user(self.manager).action_compare_temperaments()
        what_if = (
            self.env["payment.reminder.simulation"]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"date_from": "2026-01-01", "date_to": "2026-09-15"})
        )
        what_if.action_run()
        while what_if.sudo()._play_batch():
            pass
        return what_if

    def test_gentle_normal_and_firm_side_by_side(self):
        self.make_invoice(due=30, amount=1000)
        what_if = self.play(self.denmark)
        self.assertEqual(
            [one["title"] for one in what_if._get_comparison().values()],
            ["Denmark", "Denmark, gentle", "Denmark, firm"],
        )
        sent = {
            code: found["total"]["notices"]
            for code, found in what_if._get_comparison().items()
        }
        self.assertLess(sent["gentle"], sent["first"])
        self.assertLess(sent["first"], sent["firm"])
        for title in ("Denmark, gentle", "Denmark, firm"):
            self.assertIn(title, str(what_if.summary))
        # They are made to be played: no list shows them yet.
        Ladder = self.env["payment.reminder.ladder"]
        self.assertFalse(Ladder.search([("tempered_from_id", "=", self.denmark.id)]))
        again = self.play(self.denmark)
        every = Ladder.with_context(active_test=False)
        made = every.search([("tempered_from_id", "=", self.denmark.id)])
        self.assertEqual(len(made), 2)
        self.assertEqual(len(again._get_variants()), 3)
        # A firm ladder is compared with what it was made of.
        firm = made.filtered(lambda one: one.temperament == "firm")
        self.assertEqual(
            firm.with_user(self.manager).action_compare_temperaments()["context"][
                "default_ladder_id"
            ],
            self.denmark.id,
        )

    def test_a_changed_ladder_is_made_anew(self):
        own = self.denmark.copy({"company_id": self.company.id})
        first = own._get_tempered("firm", self.company, active=False)
        own.step_ids[3].deadline_days = 20
        second = own._get_tempered("firm", self.company, active=False)
        self.assertNotEqual(first, second)
        self.assertFalse(first.tempered_from_id)
        # One that is in use goes on as it is.
        used = own._get_tempered("gentle", self.company)
        own.step_ids[3].deadline_days = 21
        self.assertEqual(own._get_tempered("gentle", self.company), used)
