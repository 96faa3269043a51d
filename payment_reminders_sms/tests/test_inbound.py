"""What customers write by SMS, whatever the gateway."""

from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.payment_reminders.tests.sending.gateway_common import (
    MOBILE,
    MOBILE_E164,
)
from odoo.addons.payment_reminders.tests.tags import takes_long

from .common import SmsBridgeCommon

SQL = Path(__file__).parents[1] / "data" / "neutralize.sql"


class TestInbound(SmsBridgeCommon):
    def setUp(self):
        super().setUp()
        self.notice = self.ripe()
        with self.gateways():
            self.notice._dispatch()
        self.case = self.notice.case_id
        self.assertEqual(self.get_sms(self.notice).state, "sent")

    def test_an_answer_holds_the_case_and_is_read_by_a_person(self):
        row = self.write_to_us("Jeg har betalt i går <b>👍</b> Я заплатил")
        self.assertEqual((row.state, row.outcome), ("done", "answer"))
        self.assertEqual((row.case_id, self.case.state), (self.case, "frozen"))
        query = self.case.query_ids
        self.assertEqual((query.source, query.state), ("sms", "open"))
        self.assertIn("Я заплатил", query.description)
        self.assertTrue(query.activity_ids)
        self.assertEqual(row.action_open_case()["res_id"], self.case.id)

    def test_it_comes_twice_and_counts_once(self):
        self.write_to_us("I paid")
        self.assertFalse(
            self.inbound._take(
                self.company, "any", "message", "in1", number=MOBILE_E164, text="I paid"
            )
        )
        self.work()
        self.assertEqual(self.case.query_ids.description, "I paid")
        # Of another gateway it is another message.
        self.write_to_us("Really", provider="other", key="in2")
        self.assertEqual(len(self.case.query_ids), 1)
        self.assertIn("Really", self.case.query_ids.description)

    def test_a_number_of_the_customer_to_which_nothing_went(self):
        self.make_customer(
            "Ann",
            parent_id=self.customer.id,
            is_company=False,
            phone="30 11 22 33 / 40 11 22 33",
        )
        row = self.write_to_us("We have not got it", number="+4540112233")
        self.assertEqual((row.outcome, self.case.state), ("answer", "frozen"))

    @takes_long
    def test_two_customers_on_one_number_hold_nobody(self):
        other = self.make_customer("Sydlys ApS", phone="20123456")
        self.get_sms(self.notice).sudo().date_sent = "2026-01-01 08:00:00"
        self.make_invoice(due=10, partner=other)
        self.refresh()
        row = self.write_to_us("I paid <script>")
        self.assertEqual((row.state, row.outcome), ("done", "several"))
        cases = self.case | self.env["payment.reminder.case"].search(
            [("partner_id", "=", other.id)]
        )
        self.assertEqual(set(cases.mapped("state")), {"active"})
        self.assertFalse(cases.query_ids)
        for case in cases:
            self.assertEqual(case.activity_ids.summary, "Whose answer is it?")
            self.assertIn("Sydlys ApS", case.activity_ids.note)
            self.assertNotIn("<script>", case.activity_ids.note)

    @takes_long
    def test_whom_we_wrote_to_lately_comes_first(self):
        other = self.make_customer("Sydlys ApS", phone="20123456")
        self.make_invoice(due=10, partner=other)
        self.refresh()
        row = self.write_to_us("I paid")
        self.assertEqual((row.outcome, row.case_id), ("answer", self.case))

    @takes_long
    def test_an_answer_to_a_case_that_is_closed_is_read_by_a_person(self):
        self.pay(self.notice.move_ids)
        self.refresh()
        self.assertEqual(self.case.state, "closed")
        self.write_to_us("I paid")
        self.assertFalse(self.case.query_ids)
        self.assertIn("Read an answer", self.case.activity_ids.summary)

    def test_what_is_erased_is_erased_here_too(self):
        self.pay(self.notice.move_ids)
        self.refresh()
        row = self.write_to_us("I am Ann, and I paid")
        row.case_id = self.case
        self.case.with_user(self.manager).action_erase_personal_data()
        self.env.invalidate_all()
        self.assertFalse(row.text or row.number)

    @takes_long
    def test_stop_ends_sms_to_that_number_and_holds_nothing(self):
        row = self.write_to_us(" Stop. ")
        self.assertEqual((row.outcome, self.case.state), ("stopped", "active"))
        self.assertFalse(self.case.query_ids)
        self.assertIn(MOBILE_E164, self.case.activity_ids.summary)
        reached = self.env["payment.reminder.facts"]._read_recipients(self.case)
        self.assertEqual(reached[self.case.id]["sms"], [])
        self.assertTrue(reached[self.case.id]["email"])
        # The notice was sent, and stays so.
        self.assertEqual(self.notice.state, "sent")
        with freeze_time("2026-09-28 08:00:00"):
            [again] = self.propose()
            self.ripen(again)
            with self.gateways():
                again._dispatch()
                self.assertEqual(self.texted, [])
        self.assertEqual(again.state, "sent")

    def test_stop_of_a_number_that_nobody_has(self):
        row = self.write_to_us("STOP", number="+4540999999")
        self.assertEqual((row.outcome, row.is_open), ("nobody", True))

    def test_stop_of_a_number_to_which_nothing_went(self):
        self.customer.phone = f"{MOBILE} / +45 30 11 22 33"
        self.write_to_us("STOP", number="+4530112233")
        self.assertIn("take the number off", self.case.activity_ids.note)

    @takes_long
    def test_what_begins_like_stop_is_an_answer(self):
        row = self.write_to_us("Stop det, jeg har betalt")
        self.assertEqual((row.outcome, self.case.state), ("answer", "frozen"))

    @mute_logger("odoo.addons.payment_reminders_sms.models.inbound")
    def test_one_that_cannot_be_worked_off_harms_no_other(self):
        broken = self.inbound._take(
            self.company, "any", "report", "r1", sms_uuid="none", status="nonsense"
        )
        self.assertTrue(broken)
        model = type(self.inbound)

        def break_down(_record):
            raise ValueError("no")

        self.patch(model, "_take_report", break_down)
        self.write_to_us("I paid")
        self.assertEqual(self.case.state, "frozen")
        self.work()
        self.work()
        row = self.inbound.search([("external_id", "=", "r1")])
        self.assertEqual((row.state, row.tries), ("failed", 3))

    def test_what_no_text_can_hold(self):
        row = self.write_to_us("nul\0l")
        self.assertEqual((row.state, row.text), ("done", "null"))
        self.write_to_us("", key="in2")
        self.assertEqual(self.case.state, "frozen")

    def test_who_reads_it(self):
        row = self.write_to_us("I paid")
        self.assertEqual(row.with_user(self.manager).text, "I paid")
        with self.assertRaises(AccessError):
            row.with_user(self.rep).read(["text"])
        with self.assertRaises(AccessError):
            row.with_user(self.manager).text = "I shall not pay"

    @takes_long
    def test_what_is_done_goes_after_half_a_year(self):
        row = self.write_to_us("I paid")
        self.env.cr.execute(
            "UPDATE payment_reminder_inbound SET create_date = '2026-01-01'"
        )
        self.env.invalidate_all()
        self.inbound._gc_told()
        self.assertFalse(row.exists())

    def test_a_copy_works_nothing_off(self):
        self.company.sudo()._make_sms_webhook_token()
        self.inbound._take(self.company, "any", "message", "k", number="+45", text="a")
        self.env.flush_all()
        self.env.cr.execute(SQL.read_text(encoding="utf-8"))
        self.env.invalidate_all()
        self.assertFalse(self.company.sudo().sms_webhook_token)
        self.work()
        self.assertEqual(
            self.inbound.search([("external_id", "=", "k")]).state, "failed"
        )

    def test_senders_that_no_telephone_shows(self):
        for sender in ("Much too long a name", "Blåbær", "+45x", "+4512345678901234"):
            with self.assertRaises(UserError):
                self.company.sms_sender = sender
        self.company.name = "Blåbær & Søn ApS"
        self.company.sms_sender = False
        self.assertEqual(self.company._get_sms_sender(), "BlbrSnApS")


@tagged("-standard", "payment_reminders_long")
class TestManyInbound(SmsBridgeCommon):
    def test_a_thousand_in_a_minute(self):
        """None is lost, and each customer is held once."""
        people = self.make_debtors(20)
        self.refresh()
        numbers = [f"+4520120{number:03}" for number in range(20)]
        for number in range(1000):
            self.inbound._take(
                self.company,
                "any",
                "message",
                f"in{number}",
                number=numbers[number % 20],
                text=f"Answer {number:04}",
            )
        self.work()
        rows = self.inbound.search([])
        self.assertEqual(set(rows.mapped("outcome")), {"answer"})
        self.assertEqual(len(rows), 1000)
        cases = self.env["payment.reminder.case"].search(
            [("partner_id", "in", people.ids)]
        )
        self.assertEqual(set(cases.mapped("state")), {"frozen"})
        said = "\n".join(cases.query_ids.mapped("description"))
        self.assertEqual(len(cases.query_ids), 20)
        self.assertTrue(all(f"Answer {n:04}" in said for n in range(1000)))
        frozen = cases.freeze_ids.filtered(lambda freeze: not freeze.date_end)
        self.assertEqual(len(frozen), 20)


@tagged("-standard", "payment_reminders_long")
class TestInboundTours(SmsBridgeCommon, HttpCase):
    def test_an_answer_is_read_and_answered(self):
        self.manager.password = "manager-password"
        notice = self.ripe()
        with self.gateways():
            notice._dispatch()
        self.write_to_us("Jeg har betalt")
        query = notice.case_id.query_ids
        self.start_tour(
            f"/odoo/payment.reminder.query/{query.id}",
            "payment_reminders_sms_answer",
            login="manager",
        )
        self.env.invalidate_all()
        self.assertEqual(query.answer, "Thank you, we see it.")
