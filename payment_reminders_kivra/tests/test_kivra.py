"""Kivra from the notice to the mailbox, over real HTTP."""

import hashlib
import json
import shutil
import unittest
from pathlib import Path

from stdnum import luhn

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.payment_reminders.tests.sending.gateway_common import GatewayCommon
from odoo.addons.payment_reminders.tests.service_common import ServiceMixin
from odoo.addons.payment_reminders.tests.tags import takes_long

from .fake_kivra import CLIENT, COMPANY, PERSON, SECRET, TENANT, FakeKivra

SQL = Path(__file__).parents[1] / "data" / "neutralize.sql"
PAPERWORK = "odoo.addons.payment_reminders.models.sending.paperwork"


class KivraCommon(ServiceMixin, GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        urls = ("payment_reminders_kivra.url", "payment_reminders_kivra.url_test")
        cls.start_fake(FakeKivra(), *urls)
        cls.company.sudo().write(
            {
                "kivra_mode": "production",
                "kivra_client_id": CLIENT,
                "kivra_client_secret": SECRET,
                "kivra_tenant": TENANT,
                "kivra_account": "5050-1055",
            }
        )
        cls.sek = cls.env.ref("base.SEK")
        cls.sek.active = True
        cls.ladder.step_ids.channels = "kivra,email"
        cls.swede = cls.make_customer(
            "Björkdalens Bygg AB",
            "faktura@bjorkdalen.example",
            country_id=cls.env.ref("base.se").id,
            vat=COMPANY,
            street="Storgatan 5",
            zip="903 25",
            city="Umeå",
        )
        cls.boss = cls.make_user("boss", "base.group_system")

    def setUp(self):
        super().setUp()
        self.fake.clear()
        self.fake.is_production = True
        self.printed = []
        self.others = 0
        self.patch(
            type(self.env["payment.reminder"]), "_print_letter_html", self.print_letter
        )

    def print_letter(self, html):
        """Take the place of wkhtmltopdf, which needs a second for each."""
        self.printed.append(html)
        return b"%PDF-1.4 " + html.encode()

    def make_other(self, name):
        """Make a Swedish company with a number of its own, who is in Kivra."""
        self.others += 1
        number = f"59999930{self.others}"
        vat = f"SE{number}{luhn.calc_check_digit(number)}01"
        self.fake.users.add(vat)
        return self.swede.copy({"name": name, "vat": vat, "email": f"{name}@x.example"})

    def make_ripe(self, partner=None, **vals):
        vals = {"currency_id": self.sek.id, "amount": 12560.0, **vals}
        return self.ripe(partner=partner or self.swede, **vals)

    def send_one(self, partner=None, **vals):
        """Send the notice of a new invoice; return it."""
        notice = self.make_ripe(partner, **vals)
        self.dispatch(notice)
        return notice

    def dispatch(self, notice):
        with self.mail_server():
            notice._dispatch()
            self.mails = self.mailed

    def get_delivery(self, notice):
        return notice.delivery_ids.filtered(lambda d: d.channel == "kivra")

    def run_cron(self):
        with self.mail_server():
            self.env["payment.reminder.sender"].sudo()._cron_send()
        self.env.invalidate_all()


class TestKivra(KivraCommon):
    # -- what arrives -----------------------------------------------------------

    def test_a_company_gets_its_letter(self):
        notice = self.send_one()
        self.assertEqual(notice.state, "sent")
        [content] = self.fake.delivered
        self.assertEqual((content["vat_number"], content["type"]), (COMPANY, "invoice"))
        [pdf] = content["pdfs"]
        self.assertIn("Björkdalens Bygg AB", pdf.decode())
        self.assertNotIn('class="o_letter_notice"', pdf.decode())
        # What they got is seen on the notice.
        self.assertIn("Björkdalens Bygg AB", notice.preview_body)
        self.assertIn(COMPANY, notice.preview_to)
        [option] = content["payment_multiple_options"]["options"]
        self.assertEqual(option["amount"], "12560.00")
        self.assertEqual(option["due_date"], str(notice.deadline_date))
        self.assertTrue(option["reference"])
        delivery = self.get_delivery(notice)
        self.assertEqual(delivery.message_id, content["key"])
        self.assertEqual(delivery.kivra_digest, self.fake.digests[0])
        self.assertFalse(self.mails)
        self.assertEqual(notice.channel_summary, "Kivra")

    def test_a_person_by_an_address_that_was_verified(self):
        person = self.make_customer("Bo", "bo@exempel.example", is_company=False)
        self.fake.users.add(person.email)
        self.assertEqual(self.send_one(person).channel_summary, "E-mail")
        self.company.kivra_persons = "email"
        self.fake.calls.clear()
        person = self.make_customer("Anna", PERSON.upper(), is_company=False)
        notice = self.send_one(person)
        [content] = self.fake.delivered
        self.assertEqual(
            (content["email"], content["type"]), (PERSON, "invoice.reminder")
        )
        self.assertEqual(self.get_delivery(notice).recipient, f"email:{PERSON}")

    def test_a_personal_number_is_nowhere_but_on_the_wire(self):
        number = "191212121212"
        self.fake.users.add(number)
        self.company.kivra_persons = "ssn"
        person = self.make_customer("Anna", PERSON, is_company=False)
        person.sudo().kivra_personal_number = number
        notice = self.send_one(person)
        self.assertEqual(self.fake.delivered[0]["ssn"], number)
        delivery = self.get_delivery(notice)
        self.assertEqual(delivery.recipient, f"ssn:{person.id}")
        self.env.cr.execute("SELECT digest FROM payment_reminder_kivra_match")
        self.assertNotIn(number, str(self.env.cr.fetchall()))
        with self.assertRaises(AccessError):
            person.with_user(self.manager).read(["kivra_personal_number"])
        with self.assertRaises(ValidationError):
            person.sudo().kivra_personal_number = "191212121213"

    @takes_long
    def test_the_final_notice_is_what_the_company_says(self):
        self.company.kivra_persons = "email"
        steps = self.ladder.step_ids.filtered(lambda step: step.kind == "reminder")
        steps.kind = "final_notice"
        first = self.make_customer("Anna", PERSON, is_company=False)
        self.send_one(first)
        self.company.kivra_demand = True
        second = self.make_customer("Anna", PERSON, is_company=False)
        with freeze_time("2026-09-16 08:00:00"):
            self.send_one(second)
        self.assertEqual(
            [content["type"] for content in self.fake.delivered],
            ["invoice.reminder", "invoice.debtcollection"],
        )

    def test_without_an_account_it_is_an_ordinary_letter(self):
        self.company.kivra_account = False
        self.assertEqual(self.send_one().state, "sent")
        [content] = self.fake.delivered
        self.assertEqual(content["type"], "letter")
        self.assertNotIn("payment_multiple_options", content)

    @takes_long
    @unittest.skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
    def test_the_letter_is_a_pdf(self):
        model = type(self.env["payment.reminder"])
        self.patch(model, "_print_letter_html", self.original_print)
        self.send_one()
        [pdf] = self.fake.delivered[0]["pdfs"]
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreater(len(pdf), 5000)

    @property
    def original_print(self):
        return next(
            cls.__dict__["_print_letter_html"]
            for cls in type(self.env["payment.reminder"]).__mro__[1:]
            if "_print_letter_html" in cls.__dict__
        )

    # -- who is not there -------------------------------------------------------

    @takes_long
    def test_who_is_not_there_gets_it_another_way_and_no_letter_is_made(self):
        self.fake.users.clear()
        notice = self.send_one()
        self.assertEqual((notice.state, self.mails), ("sent", [self.swede.email]))
        self.assertIn("Not reachable", self.get_delivery(notice).failure_reason)
        self.assertFalse(self.printed)
        self.assertFalse(self.fake.posted)

    def test_who_goes_between_the_question_and_the_letter(self):
        for day in ("gone", "gone_as_text"):
            self.fake.misbehave(day)
            partner = self.make_other(day)
            notice = self.send_one(partner)
            self.assertEqual((notice.state, self.mails), ("sent", [f"{day}@x.example"]))
            self.assertIn("any more", self.get_delivery(notice).failure_reason)

    @takes_long
    def test_a_batch_is_asked_about_in_one_call(self):
        others = [self.make_other(f"ab{number}") for number in range(3)]
        self.fake.users = {COMPANY}
        for partner in (self.swede, *others):
            self.make_invoice(due=10, partner=partner, currency_id=self.sek.id)
        notices = self.propose()
        self.ripen(notices)
        self.dispatch(notices)
        asked = [raw for path, raw in self.fake.calls if "match" in path]
        self.assertEqual(len(asked), 1)
        self.assertEqual(len(json.loads(asked[0])["list"]), 4)
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        self.assertEqual(len(self.fake.delivered), 1)

    def test_other_countries_and_other_money(self):
        dane = self.make_customer("Dansk ApS", "dk@x.example", vat="DK12345674")
        self.assertEqual(self.send_one(dane).channel_summary, "E-mail")
        notice = self.send_one(currency_id=self.currency.id)
        self.assertIn("kronor only", self.get_delivery(notice).failure_reason)
        self.assertEqual(self.mails, [self.swede.email])
        self.assertFalse(self.fake.calls)

    # -- bad days ---------------------------------------------------------------

    @takes_long
    def test_refusals_go_another_way(self):
        for day, words in (
            ("bad_ocr", "Bad OCR, said Kivra (40044)"),
            ("header_only", "40059"),
            ("forbidden", "40300"),
            ("too_large", "41300"),
        ):
            self.fake.misbehave(day)
            partner = self.make_other(day)
            notice = self.send_one(partner)
            self.assertEqual(self.mails, [f"{day}@x.example"], day)
            self.assertIn(words, self.get_delivery(notice).failure_reason)

    @takes_long
    @mute_logger("odoo.addons.payment_reminders.models.sending.sender")
    def test_what_it_does_not_take_now_is_tried_again(self):
        self.ladder.step_ids.channels = "kivra"
        self.fake.misbehave("throttled")
        notice = self.send_one()
        self.assertEqual(notice.state, "approved")
        self.dispatch(notice)
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(self.fake.delivered), 1)

    def test_the_log_in_is_refused(self):
        self.company.sudo().kivra_client_secret = "guessed"
        notice = self.send_one()
        self.assertEqual(self.mails, [self.swede.email])
        self.assertIn("40104", self.get_delivery(notice).failure_reason)

    def test_invoices_that_make_it_too_large_stay_away(self):
        self.ladder.step_ids.attach_invoices = True
        notice = self.make_ripe()
        pdf = b"%PDF" + b"x" * 900_000
        move = notice.move_ids
        move.invoice_pdf_report_id = self.env["ir.attachment"].create(
            {
                "name": "invoice.pdf",
                "raw": pdf,
                "res_model": move._name,
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.dispatch(notice)
        self.assertEqual(len(self.fake.delivered[0]["pdfs"]), 1)

    # -- nobody knows -----------------------------------------------------------

    def test_an_uncertain_one_is_settled_by_the_same_bytes(self):
        for day, arrived in (("stored_then_cut", 1), ("broken", 0)):
            self.fake.clear()
            self.fake.misbehave(day)
            partner = self.make_other(day)
            notice = self.send_one(partner)
            self.assertEqual((notice.state, self.mails), ("uncertain", []))
            self.assertEqual(len(self.fake.delivered), arrived)
            printed = len(self.printed)
            self.run_cron()
            self.assertEqual(notice.state, "sent", day)
            self.assertEqual(len(self.fake.delivered), 1, "delivered once")
            self.assertEqual(len(set(self.fake.digests)), 1, "the very same bytes")
            self.assertEqual(len(self.fake.posted), 2)
            self.assertEqual(len(self.printed), printed)
            delivery = self.get_delivery(notice)
            self.assertEqual(delivery.message_id, "obj000000000000")
            raw = delivery.sudo()._read_kivra_body()
            self.assertEqual(hashlib.sha256(raw).hexdigest(), self.fake.digests[0])

    @mute_logger(PAPERWORK)
    def test_in_the_sandbox_it_stays_with_a_person(self):
        self.company.sudo().kivra_mode = "test"
        self.fake.is_production = False
        self.fake.misbehave("stored_then_cut")
        notice = self.send_one()
        self.run_cron()
        self.assertEqual((notice.state, len(self.fake.posted)), ("uncertain", 1))

    def test_what_was_paid_meanwhile_is_not_sent_again(self):
        self.fake.misbehave("cut")
        notice = self.send_one()
        self.pay(notice.move_ids)
        self.run_cron()
        self.assertEqual((notice.state, len(self.fake.posted)), ("uncertain", 1))
        self.assertFalse(self.fake.delivered)

    @takes_long
    def test_the_next_day_it_is_for_a_person(self):
        self.fake.misbehave("cut")
        notice = self.send_one()
        with freeze_time("2026-09-16 09:00:00"):
            self.run_cron()
        self.assertEqual((notice.state, len(self.fake.posted)), ("uncertain", 1))

    @takes_long
    def test_what_died_on_the_wire_is_settled_too(self):
        """As after a crash between the call and the note of its outcome."""
        notice = self.send_one()
        delivery = self.get_delivery(notice)
        self.env.cr.execute(
            "UPDATE payment_reminder_delivery SET state = 'sending' WHERE id = %s;"
            "UPDATE payment_reminder SET state = 'sending', sent_date = NULL,"
            " sending_since = '2026-09-15 07:00:00' WHERE id = %s",
            [delivery.id, notice.id],
        )
        self.env.cr.execute(
            "UPDATE payment_reminder_item SET step_id = NULL, last_sent_date = NULL"
            " WHERE case_id = %s",
            [notice.case_id.id],
        )
        self.env.invalidate_all()
        self.run_cron()
        self.assertEqual(notice.state, "sent")
        self.assertEqual((len(self.fake.posted), len(self.fake.delivered)), (2, 1))

    # -- taking it back ---------------------------------------------------------

    def correct(self):
        self.env["payment.reminder.delivery"].sudo()._cron_correct_kivra()
        self.env.invalidate_all()

    def test_a_withdrawn_one_is_followed_by_another_letter(self):
        notice = self.send_one()
        notice.with_user(self.manager).action_withdraw("Wrong customer")
        self.assertEqual(self.get_delivery(notice).kivra_correction, "waiting")
        self.correct()
        letter = self.fake.delivered[1]
        self.assertEqual((letter["type"], letter["vat_number"]), ("letter", COMPANY))
        self.assertNotIn("payment_multiple_options", letter)
        self.assertIn("We withdraw the reminder", letter["pdfs"][0].decode())
        self.assertEqual(self.get_delivery(notice).kivra_correction, "sent")
        self.assertFalse(notice.case_id.activity_ids)
        self.correct()
        self.assertEqual(len(self.fake.delivered), 2)

    @takes_long
    def test_where_that_letter_cannot_go_a_person_tells_them(self):
        notice = self.send_one()
        notice.with_user(self.manager).action_withdraw("Wrong customer")
        self.fake.misbehave("throttled", "gone")
        self.correct()
        self.assertEqual(self.get_delivery(notice).kivra_correction, "waiting")
        self.correct()
        self.assertEqual(self.get_delivery(notice).kivra_correction, "failed")
        self.assertIn("is withdrawn", notice.case_id.activity_ids.summary)

    # -- around it --------------------------------------------------------------

    def test_the_connection_is_tested(self):
        settings = self.env["res.config.settings"].with_user(self.boss).create({})
        told = settings.action_test_kivra()["params"]
        self.assertEqual((told["type"], told["message"]), ("success", "Kivra answers."))
        self.assertTrue(self.company.kivra_good_at)
        self.company.sudo().kivra_tenant = "another"
        self.assertFalse(self.company.kivra_good_at)
        told = settings.action_test_kivra()["params"]
        self.assertEqual(told["type"], "danger")
        self.assertIn("40400", self.company.kivra_problem)
        with self.assertRaises(AccessError):
            settings.with_user(self.manager).action_test_kivra()
        with self.assertRaises(ValidationError):
            self.company.kivra_account = "my bank"

    def test_a_step_says_before_what_kivra_will_not_take(self):
        step = self.ladder.step_ids[0]

        def get_remarks():
            self.env.invalidate_all()
            return step.with_user(self.manager).channel_remarks or ""

        self.company.sudo().kivra_mode = "off"
        self.assertIn("Kivra is switched off. Until", get_remarks())
        self.company.sudo().write({"kivra_mode": "test", "kivra_account": False})
        self.assertIn("cannot be paid with a click", get_remarks())
        # The company keeps its books in kroner, and nobody owes kronor yet.
        self.assertIn("open cases now: 0", get_remarks())
        self.company.sudo().kivra_account = "5050-1055"
        self.make_ripe()
        self.assertNotIn("Swedish kronor", get_remarks())
        self.make_ripe(partner=self.customer, currency_id=self.company.currency_id.id)
        self.assertIn("open cases now: 1", get_remarks())
        self.assertNotIn("no other way", get_remarks())
        step.channels = "email,kivra"
        self.assertIn("no other way", get_remarks())
        # On the ladder each is said once, whatever the number of steps.
        shown = self.ladder.with_user(self.manager).channel_remarks.splitlines()
        self.assertEqual(len(shown), len(set(shown)))
        self.assertIn(get_remarks().splitlines()[0], shown)
        step.channels = "email"
        self.assertEqual(get_remarks(), "")

    def test_what_is_to_be_mended_is_said_above_the_work(self):
        def get_problem():
            problems = self.company.with_user(self.manager).get_reminder_health()
            return {row["code"]: row for row in problems}.get("kivra")

        self.assertEqual(self.company.reminder_ladder_id, self.ladder)
        self.assertFalse(get_problem())
        self.company.sudo().kivra_problem = "Bad credentials."
        self.assertIn("Bad credentials. Until it is mended", get_problem()["text"])
        self.assertTrue(get_problem()["fixes"])
        self.company.sudo().kivra_mode = "off"
        self.assertIn("switched off", get_problem()["text"])
        self.ladder.step_ids.channels = "email"
        self.assertFalse(get_problem())

    def test_a_copy_sends_nothing(self):
        self.env.flush_all()
        self.env.cr.execute(SQL.read_text(encoding="utf-8"))
        self.env.invalidate_all()
        self.send_one()
        self.assertFalse(self.fake.calls)

    def test_without_this_addon_it_stays_readable(self):
        notice = self.send_one()
        selection = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "payment.reminder.delivery"),
                ("value", "=", "kivra"),
            ]
        )
        selection._process_ondelete()
        self.env.invalidate_all()
        self.assertEqual(notice.channel_summary, "Another way")
        self.assertEqual(set(self.ladder.step_ids.mapped("channels")), {"email"})
        self.env["payment.reminder.case.file"]._build(notice.case_id)

    def test_what_is_erased_is_erased_here_too(self):
        notice = self.send_one()
        delivery = self.get_delivery(notice)
        self.assertTrue(delivery.kivra_digest)
        delivery.sudo()._forget_texts()
        self.assertFalse(delivery.kivra_digest or delivery.sudo().kivra_body)


@tagged("-standard", "payment_reminders_long")
class TestKivraTours(KivraCommon, HttpCase):
    """What people do with Kivra, clicked through in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.password = "manager-password"

    def test_it_is_chosen_on_a_step(self):
        self.ladder.step_ids.channels = "email"
        path = "/odoo/action-payment_reminders.payment_reminder_ladder_action"
        self.start_tour(
            f"{path}/{self.ladder.id}",
            "payment_reminders_kivra_choose",
            login="manager",
        )
        self.env.invalidate_all()
        first = self.company.reminder_ladder_id.step_ids[0]
        self.assertEqual(first.channels, "email,kivra")

    def test_the_service_is_asked(self):
        self.fake.misbehave("stored_then_cut")
        notice = self.send_one()
        self.assertEqual(notice.state, "uncertain")
        self.start_tour(
            f"/odoo/payment-reminders/{notice.id}",
            "payment_reminders_kivra_ask",
            login="manager",
        )
        self.env.invalidate_all()
        self.assertEqual((notice.state, len(self.fake.delivered)), ("sent", 1))
