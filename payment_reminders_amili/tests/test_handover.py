"""What Amili is given, hears, and says, over real HTTP."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time

from odoo.addons.payment_reminders.tests.tags import takes_long

from .common import NUMBER, AmiliCommon


class TestHandingOver(AmiliCommon):
    """What leaves, once, and what does not."""

    def test_registered(self):
        record = self.hand_over(self.owe(), description="Konsultarvode")
        self.assertFalse(self.fake.calls)
        self.work()
        [case] = self.fake.cases.values()
        self.assertEqual(
            (record.state, record.external_id), ("registered", case["_id"])
        )
        self.assertTrue(record.payer_reference.startswith("2026"))
        self.assertEqual(record.state_label, "Sent to Visma Amili")
        [body] = [b for _at, m, p, b in self.fake.calls if "registrations" in p]
        told = json.loads(body)
        self.assertEqual(told["first_action"], "reminder")
        self.assertEqual(
            told["customer"],
            {
                "name": "Björkdalens Bygg AB",
                "id_number": NUMBER,
                "is_company": True,
                "email": "faktura@bjorkdalen.example",
                "address": {
                    "address_line_1": "Storgatan 5",
                    "zip_code": "90325",
                    "city": "Umeå",
                    "country": "SE",
                },
            },
        )
        [debt] = told["debts"]
        move = record.move_id
        self.assertEqual(debt["invoice_number"], move.name)
        self.assertEqual(debt["debt_reference"], f"{move.name}/1")
        self.assertEqual(debt["debt_description"], "Konsultarvode")
        self.assertEqual(debt["capital_to_claim"], 12500)
        self.assertEqual(debt["invoice_due_days_after_invoice_date"], 14)
        # Who owes is kept no longer than it takes; that it was this, is.
        self.assertFalse(record.amili_body)
        self.assertEqual(len(record.amili_digest), 64)
        self.work()
        self.assertEqual(len(self.fake.cases), 1)

    def test_it_looks_before_it_registers(self):
        """An invoice that somebody gave to Amili already is not chased twice."""
        item = self.owe()
        told = {
            "account": "a",
            "creditor": self.company.amili_creditor_id,
            "first_action": "reminder",
            "currency": "SEK",
            "customer": {
                "name": "x",
                "id_number": NUMBER,
                "address": {"address_line_1": "x", "zip_code": "1", "city": "x"},
            },
            "debts": [
                {
                    "invoice_number": item.move_id.name,
                    "debt_description": "x",
                    "invoice_date": "x",
                    "capital_to_claim": 12500,
                }
            ],
        }
        _status, made = self.fake.register(told)
        record = self.hand_over(item)
        self.work()
        self.assertEqual(record.external_id, made["_cases"][0])
        self.assertEqual(len(self.fake.cases), 1)

    def test_what_was_closed_there_is_registered_anew(self):
        record = self.register()
        record.with_user(self.manager).action_end("mistake")
        self.work()
        self.assertEqual(record.state, "cancelled")
        record.case_id._release()
        again = self.hand_over(record.item_id)
        self.work()
        self.assertEqual(again.state, "registered")
        self.assertNotEqual(again.external_id, record.external_id)
        references = [c["debt"]["debt_reference"] for c in self.fake.cases.values()]
        self.assertEqual([r[-2:] for r in references], ["/1", "/2"])

    def test_a_lost_answer_is_asked_for_and_never_repeated(self):
        for day, count in (("stored_then_cut", 1), ("stored_then_broken", 2)):
            with self.subTest(day):
                record = self.hand_over(self.owe())
                self.fake.misbehave("/case--registrations", day)
                self.work()
                self.assertEqual(record.state, "uncertain")
                with freeze_time(fields.Datetime.now() + timedelta(minutes=3)):
                    self.work()
                self.assertEqual(record.state, "registered")
                self.assertEqual(len(self.fake.cases), count)

    def test_what_never_arrived_waits_for_a_person(self):
        record = self.hand_over(self.owe())
        self.fake.misbehave("/case--registrations", "not_stored_then_cut")
        self.work()
        for minutes in (3, 20, 90, 200):
            with freeze_time(fields.Datetime.now() + timedelta(minutes=minutes)):
                self.work()
        self.assertEqual(record.state, "uncertain")
        self.assertFalse(self.fake.cases)
        record.with_user(self.manager).action_is_not_there()
        self.work()
        self.assertEqual(record.state, "registered")
        self.assertEqual(len(self.fake.cases), 1)

    def test_what_was_not_reached_goes_later(self):
        for day in ("server_error", "html", "throttled"):
            with self.subTest(day):
                record = self.hand_over(self.owe())
                self.fake.misbehave("/cases", day)
                self.work()
                self.assertEqual(record.state, "queued")
                count = len(self.fake.cases)
                self.company._get_amili()._rests_until = 0
                with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
                    self.work()
                self.assertEqual(record.state, "registered")
                self.assertEqual(len(self.fake.cases), count + 1)

    def test_a_refusal_says_why_and_our_reminders_go_on(self):
        record = self.hand_over(self.owe())
        self.fake.misbehave("/case--registrations", "refused")
        self.work()
        self.assertEqual(record.state, "refused")
        self.assertIn("customer.id_number: bad check", record.reason)
        self.assertFalse(record.item_id.handover_id)
        self.assertFalse(record.amili_body)

    def test_a_token_that_dies_in_mid_run_is_replaced(self):
        self.fake.token_lasts = 3
        records = self.hand_over(self.owe()) + self.hand_over(self.owe())
        records += self.hand_over(self.owe())
        self.work()
        self.assertEqual(set(records.mapped("state")), {"registered"})
        self.assertEqual(len(self.fake.cases), 3)

    def test_a_refused_log_in_stops_everything_and_is_told_once(self):
        records = self.hand_over(self.owe()) + self.hand_over(self.owe())
        keys = dict(self.fake.keys)
        self.fake.keys.clear()
        self.fake.tokens.clear()
        self.company._get_amili()._token = ""
        self.work()
        self.assertEqual(set(records.mapped("state")), {"queued"})
        self.assertTrue(self.company.amili_problem)
        self.assertEqual(len(records.activity_ids), 1)
        self.assertEqual(self.fake.count("GET", "/authenticates"), 1)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.work()
        self.assertEqual(self.fake.count("GET", "/authenticates"), 1)
        self.fake.keys.update(keys)
        self.env["payment.reminder.amili.guide"].with_user(self.boss)._test(
            self.company
        )
        self.assertFalse(self.company.amili_problem)
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self.work()
        self.assertEqual(set(records.mapped("state")), {"registered"})

    def test_the_invoice_goes_along(self):
        item = self.owe()
        content = b"%PDF-1.7 of nobody"
        self.env["ir.attachment"].create(
            {
                "name": "faktura.pdf",
                "raw": content,
                "res_model": "account.move",
                "res_id": item.move_id.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        item.move_id.invalidate_recordset()
        record = self.hand_over(item, attach_invoice=True)
        self.fake.misbehave("/media--upload", "server_error")
        self.work()
        # That it failed undoes nothing.
        self.assertEqual((record.state, record.amili_media), ("registered", "waiting"))
        self.work()
        self.assertEqual(record.amili_media, "sent")
        [media] = self.fake.media
        self.assertEqual(media["case"], record.external_id)
        self.assertEqual(media["size"], len(content))

    def test_fees_of_ours_are_sent_along(self):
        record = self.hand_over(self.owe())
        record.claimed_fee = 60
        told = json.loads(record._make_amili_body())
        fees = told["debts"][0]["fees_already_claimed"]
        self.assertEqual(fees["reminder"]["amount"], 60)

    @takes_long
    def test_many_at_once(self):
        records = self.hand_over(self.owe_many(30))
        self.work()
        self.assertEqual(set(records.mapped("state")), {"registered"})
        self.assertEqual(len(self.fake.cases), 30)
        self.fake.calls.clear()
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.work()
        # All of them by one page.
        self.assertEqual(self.fake.count("GET", "/cases"), 1)
        self.assertEqual(set(records.mapped("state")), {"registered"})


class TestMissing(AmiliCommon):
    """What is not offered to Amili, in words, and what is."""

    def test_nothing_is_missing(self):
        self.assertFalse(self.find_reasons(self.owe()))

    def test_kronor_alone(self):
        item = self.owe(currency_id=self.currency.id)
        self.assertEqual(self.find_reasons(item), ["Amili takes Swedish kronor only."])

    def test_what_is_missing_on_the_contact(self):
        for name, value, said in (
            ("street", False, "The street is missing."),
            ("city", False, "The city is missing."),
            ("zip", "9032", "The postal code has to have five digits."),
            ("company_registry", "5999992472", "A valid organisation number"),
            ("company_registry", False, "A valid organisation number"),
        ):
            with self.subTest(name=name, value=value):
                item = self.owe(partner=self.make_swede(**{name: value}))
                [reason] = self.find_reasons(item)
                self.assertIn(said, reason)
                [(_text, fix)] = self.handovers._find_obstacles(item, "amili")[item]
                self.assertEqual(fix, item.move_id.partner_id)

    def test_what_was_completed_is_taken_up_by_itself(self):
        customer = self.make_swede(street=False)
        record = self.hand_over(self.owe(partner=customer))
        self.work()
        self.assertEqual((record.state, record.problem), ("queued", "missing"))
        self.assertIn("street", record.reason)
        self.assertFalse(self.fake.cases)
        customer.street = "Storgatan 5"
        with freeze_time(fields.Datetime.now() + timedelta(minutes=20)):
            self.work()
        self.assertEqual(record.state, "registered")

    def test_numbers_in_each_of_their_forms(self):
        for vals in (
            {"company_registry": "599999-2471"},
            {"company_registry": False, "vat": "SE599999247101"},
        ):
            customer = self.make_swede(**vals)
            self.assertEqual(customer._get_amili_number(), NUMBER)

    def test_a_person_has_a_number_that_few_see(self):
        person = self.make_swede(is_company=False, company_registry=False)
        item = self.owe(partner=person)
        self.assertEqual(self.find_reasons(item), ["The personal number is missing."])
        with self.assertRaises(ValidationError):
            person.sudo().amili_personal_number = "191212121213"
        person.sudo().amili_personal_number = "19121212-1212"
        self.assertFalse(self.find_reasons(item))
        customer = person._prepare_amili_customer()
        self.assertEqual(customer["id_number"], "191212121212")
        self.assertTrue(customer["is_person"])
        for user in (self.manager, self.rep):
            with self.assertRaises(AccessError):
                person.with_user(user).read(["amili_personal_number"])

    def test_who_lives_abroad_may_owe_kronor(self):
        norwegian = self.make_swede(
            country_id=self.env.ref("base.no").id,
            zip="0150",
            company_registry="974760673",
        )
        self.assertFalse(self.find_reasons(self.owe(partner=norwegian)))

    def test_what_might_not_be_reminded_of(self):
        item = self.owe()
        item.case_id._freeze("manual", "A question is open.")
        self.assertTrue(self.find_reasons(item))

    def test_a_tax_reduction_that_is_not_decided(self):
        item = self.owe()
        agency = self.make_customer("Skatteverket")
        self.env["payment.reminder.agency.part"].create(
            {"move_id": item.move_id.id, "agency_id": agency.id, "amount": 2500}
        )
        self.refresh()
        self.assertFalse(self.find_reasons(item))
        record = self.hand_over(item)
        self.assertEqual(record.amount, 10000)
        record.with_user(self.manager).action_end("mistake")
        self.company.amili_tax_part = "refuse"
        self.assertEqual(
            self.find_reasons(item),
            ["The tax reduction (ROT, RUT) is not decided yet."],
        )
        self.company.amili_tax_part = "whole"
        self.assertEqual(self.hand_over(item).amount, 12500)


class TestFollowing(AmiliCommon):
    """What becomes of it there, and what Amili hears of us."""

    def read(self, record):  # pylint: disable=method-required-super
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.work()
        return record.state

    def test_states(self):
        record = self.register()
        number = record.move_id.name
        self.fake.set_state(
            number,
            "debt_collection",
            "debt_collection_active",
            costs=240.0,
            interest=163.7,
        )
        self.assertEqual(self.read(record), "collection")
        self.assertEqual(record.remaining_costs, 240)
        self.assertEqual(record.remaining_interest, 163.7)
        self.assertEqual(record.raw_status, "debt_collection_active")

    def test_a_word_that_nobody_knows_can_be_taught_at_once(self):
        record = self.register()
        self.fake.set_state(record.move_id.name, "bestridd", "contested")
        self.assertEqual(self.read(record), "unknown")
        self.assertEqual(record.state_label, "“bestridd / contested”")
        self.assertTrue(record.activity_ids)
        self.env["payment.reminder.handover.word"].with_user(self.manager).create(
            {"provider": "amili", "raw_state": "bestridd", "state": "disputed"}
        )
        self.assertEqual(record.state, "disputed")

    def test_paid_there(self):
        record = self.register()
        self.fake.set_state(record.move_id.name, "debt_collection", capital=0.0)
        self.fake.find(record.move_id.name)[0]["closed"] = True
        self.assertEqual(self.read(record), "paid")

    def test_ended_in_their_portal(self):
        record = self.register()
        self.fake.find(record.move_id.name)[0]["closed"] = (
            "Thu, 01 Oct 2026 07:00:00 GMT"
        )
        self.assertEqual(self.read(record), "closed")
        # Something is owed: a person looks before our own reminders go on.
        reasons = record.case_id._get_open_freezes().mapped("reason")
        self.assertEqual(reasons, ["handover_ended"])

    def test_nonsense_changes_nothing(self):
        record = self.register()
        for day in ("html", "half", "server_error", "empty"):
            self.fake.misbehave(f"/cases/{record.external_id}", day)
            record.checked_at = record.rests_until = False
            self.assertEqual(self.read(record), "registered")
        record.checked_at = record.rests_until = False
        self.fake.cases.clear()
        self.assertEqual(self.read(record), "registered")

    @takes_long
    def test_opening_it_asks_once_a_minute(self):
        record = self.register()
        self.fake.calls.clear()
        record.checked_at = False
        record.with_user(self.manager).action_read_now()
        record.with_user(self.manager).action_read_now()
        self.assertEqual(self.fake.count("GET", "/cases/"), 1)
        # From the invoice as well; one that does not answer keeps nobody out.
        self.fake.set_state(record.move_id.name, "debt_collection", "x")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=5)):
            record.move_id.action_open_reminder_handover()
            self.assertEqual(record.raw_state, "debt_collection")
        self.fake.misbehave("/cases/", "maintenance")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=15)):
            action = record.move_id.action_open_reminder_handover()
        self.assertEqual(action["res_id"], record.id)
        self.company._get_amili()._rests_until = 0
        self.assertEqual(record._provider_url(), "https://app.amili.se")

    @takes_long
    def test_a_payment_is_told_once(self):
        record = self.register()
        self.pay(record.move_id, 5000)
        self.work()
        self.work()
        self.assertEqual([p["amount"] for p in self.fake.payments], [5000])
        # Undone and done again, it is the same money.
        line = record.item_id.move_line_id
        payments = line.matched_credit_ids.credit_move_id
        self.assertTrue(payments)
        line.remove_move_reconcile()
        (line + payments).reconcile()
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self.work()
        self.assertEqual(len(self.fake.payments), 1)

    def test_a_payment_whose_answer_was_lost_is_looked_up(self):
        record = self.register()
        self.fake.misbehave("/creditor--payments", "stored_then_cut", method="POST")
        self.pay(record.move_id, 5000)
        self.work()
        self.assertEqual(len(self.fake.payments), 1)
        self.assertEqual(record.report_ids.mapped("state"), ["told"])

    def test_a_payment_that_may_have_arrived_is_asked_for_before_it_is_told_again(self):
        record = self.register()
        self.fake.misbehave("/creditor--payments", "stored_then_cut", method="POST")

        def break_down(method, path):
            if (method, path) == ("POST", "/creditor--payments"):
                self.fake.misbehave(path, "server_error", method="GET")

        self.fake.after = break_down
        self.pay(record.move_id, 5000)
        self.work()
        self.fake.after = None
        self.assertEqual(record.report_ids.mapped("state"), ["uncertain"])
        record.report_ids.with_user(self.manager).action_tell_again()
        self.work()
        self.assertEqual(record.report_ids.mapped("state"), ["told"])
        self.assertEqual(len(self.fake.payments), 1)

    def test_a_warning_is_told_with_its_reason(self):
        record = self.register()
        self.fake.warn = "warning"
        self.pay(record.move_id, 5000)
        self.work()
        self.assertEqual(record.report_ids.state, "told")
        self.assertIn("valutadag", record.report_ids.reason)

    def test_an_error_is_a_matter_of_a_person(self):
        record = self.register()
        self.fake.warn = "error"
        self.pay(record.move_id, 5000)
        self.work()
        self.assertEqual(record.report_ids.state, "failed")
        self.assertTrue(record.activity_ids)

    def test_a_new_invoice_touches_nothing(self):
        record = self.register()
        self.owe()
        self.assertEqual(record.state, "registered")
        self.assertEqual(record.item_id.handover_id, record)

    def test_the_end(self):
        record = self.register()
        record.with_user(self.manager).action_end("agreed")
        self.work()
        self.assertEqual(record.state, "cancelled")
        self.assertEqual(len(self.fake.cancellations), 1)

    def test_an_end_with_a_remark_is_not_known_until_the_case_says_so(self):
        record = self.register()
        self.fake.warn = "warning"
        record.with_user(self.manager).action_end("agreed")
        self.work()
        self.assertEqual(record.state, "end_uncertain")
        with freeze_time(fields.Datetime.now() + timedelta(hours=12)):
            self.work()
        # It was asked for once.
        self.assertEqual(len(self.fake.cancellations), 1)
        self.fake.find(record.move_id.name)[0]["closed"] = True
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.work()
        self.assertEqual(record.state, "cancelled")

    def test_an_end_whose_answer_was_lost_is_read_off_the_case(self):
        record = self.register()
        self.fake.misbehave("/creditor--cancellations", "stored_then_cut")
        record.with_user(self.manager).action_end("agreed")
        self.work()
        self.assertEqual(record.state, "cancelled")

    def test_a_representative_may_not(self):
        record = self.register()
        self.assertIn(record, self.handovers.with_user(self.manager).search([]))
        with self.assertRaises(UserError):
            record.with_user(self.rep).action_end("agreed")
        for name in ("amili_api_code", "amili_private_key"):
            with self.assertRaises(AccessError):
                self.company.with_user(self.manager).read([name])
