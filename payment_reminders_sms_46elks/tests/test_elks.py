"""46elks from the notice to the answer, over real HTTP."""

import time
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.payment_reminders.tests.sending.gateway_common import MOBILE_E164
from odoo.addons.payment_reminders.tests.tags import takes_long
from odoo.addons.payment_reminders_sms.controllers import webhook
from odoo.addons.payment_reminders_sms.tests.common import SmsBridgeCommon

from .fake_elks import PASSWORD, USER, FakeElks

SQL = Path(__file__).parents[1] / "data" / "neutralize.sql"
URL = "payment_reminders_sms_46elks.url"


class ElksCommon(SmsBridgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_fake(FakeElks(), URL)
        cls.company.sudo().write(
            {"sms_provider": "46elks", "elks_user": USER, "elks_password": PASSWORD}
        )

    def setUp(self):
        super().setUp()
        self.fake.misbehave()
        self.fake.sent.clear()
        self.fake.before_answer = None


class TestElks(ElksCommon):
    def test_a_reminder_goes_by_it(self):
        notice = self.send_one()
        [sent] = self.fake.sent
        self.assertEqual((sent["to"], sent["from"]), (MOBILE_E164, "+4511223344"))
        self.assertEqual(sent["message"], "You owe 1000.0")
        self.assertEqual(notice.state, "sent")
        self.assertFalse(self.mails)
        self.company.sms_credit_currency = "SEK"
        self.assertEqual(self.get_sms(notice).sms_note, "0.35 SEK")

    def test_what_they_got_is_shown_once(self):
        notice = self.send_one()
        self.assertIn("You owe", notice.preview_sms)
        self.assertFalse(notice.preview_body)

    @takes_long
    def test_what_it_refuses_goes_another_way(self):
        for number, (day, words) in enumerate(
            (
                ("no_credit", "Not enough credits"),
                ("bad_number", 'Invalid "to"'),
                ("bad_sender", 'Invalid "from"'),
                ("forbidden", "Access denied"),
            )
        ):
            self.fake.misbehave(day)
            partner = self.make_other(day, number)
            notice = self.send_one(partner=partner)
            self.assertEqual(notice.state, "sent", day)
            sms = self.get_sms(notice)
            self.assertEqual(sms.state, "failed", day)
            self.assertIn(words, sms.failure_reason)
            self.assertEqual(self.mails, [f"{day}@x.example"])
        self.assertFalse(self.fake.sent)

    @mute_logger("odoo.addons.payment_reminders.models.sending.sender")
    def test_what_it_does_not_take_now_is_tried_again(self):
        self.ladder.step_ids.channels = "sms"
        self.fake.misbehave("throttled")
        notice = self.send_one()
        self.assertEqual(notice.state, "approved")
        notice._dispatch()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(self.fake.sent), 1)

    @takes_long
    def test_a_lost_answer_is_left_to_a_person_and_nothing_else_is_tried(self):
        days = ("stored_then_cut", "stored_then_broken", "no_id")
        for number, day in enumerate(days):
            self.fake.misbehave(day)
            partner = self.make_other(day, number)
            notice = self.send_one(partner=partner)
            self.assertEqual(notice.state, "uncertain", day)
            self.assertFalse(self.mails)
            self.assertFalse(notice.can_ask_service)

    def test_other_sms_of_odoo_go_by_it_too(self):
        sms = self.env["sms.sms"].create(
            [{"number": f"+452012345{n}", "body": "Hello"} for n in range(3)]
        )
        self.fake.misbehave("bad_number", "stored_then_cut")
        sms.send()
        self.assertEqual(len(self.fake.sent), 2)
        self.assertEqual(sorted(sms.mapped("state")), ["error", "error", "pending"])

    def test_what_is_left_is_shown_and_a_log_in_that_is_refused(self):
        self.fake.balance = 42100
        settings = self.env["res.config.settings"].with_user(self.boss).create({})
        told = settings.action_test_sms()["params"]
        self.assertEqual(told["type"], "success")
        self.assertIn("4.21 SEK", told["message"])
        fresh = self.env["res.config.settings"].create({})
        self.assertEqual(fresh.sms_credit_text, "4.21 SEK")
        self.assertTrue(fresh.sms_credit_is_short)
        self.fake.misbehave("unauthorised")
        told = settings.action_test_sms()["params"]
        self.assertEqual(told["type"], "danger")
        self.assertTrue(self.company.sms_problem)
        self.company.sudo().elks_password = f"{PASSWORD} "
        self.assertFalse(self.company.sms_problem)
        with self.assertRaises(AccessError):
            settings.with_user(self.manager).action_test_sms()

    def test_a_step_says_that_a_name_cannot_be_answered(self):
        step = self.ladder.step_ids[0]
        self.assertFalse(step.channel_remarks)
        for sender in ("Havnen", False):
            self.company.sms_sender = sender
            self.env.invalidate_all()
            shown = self.company._get_sms_sender()
            self.assertIn(f"({shown}), which nobody can answer", step.channel_remarks)
        self.ripe()
        action = step.with_user(self.manager).action_preview()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(preview.remarks, step.channel_remarks)
        step.channels = "email"
        self.assertFalse(step.channel_remarks)

    def test_what_is_to_be_mended_is_said_above_the_work(self):
        def get_problem():
            problems = self.company.with_user(self.manager).get_reminder_health()
            return {row["code"]: row for row in problems}.get("sms_gateway")

        self.fake.balance = 421000
        self.company._read_sms_credit()
        self.assertFalse(get_problem())
        self.fake.balance = 31000
        self.company._read_sms_credit()
        self.assertIn("3.10 SEK are left", get_problem()["text"])
        self.assertTrue(get_problem()["fixes"])
        self.company.sms_problem = "Access denied"
        self.assertIn("Access denied", get_problem()["text"])
        self.company.sms_provider = "iap"
        self.assertFalse(get_problem())

    def test_without_a_log_in_it_asks_for_one(self):
        self.assertFalse(self.company._lacks_sms_gateway())
        self.company.sudo().elks_user = False
        self.assertTrue(self.company._lacks_sms_gateway())
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).read(["elks_password"])

    @takes_long
    def test_a_copy_sends_nothing(self):
        self.env.flush_all()
        self.env.cr.execute(SQL.read_text(encoding="utf-8"))
        self.env.invalidate_all()
        self.send_one()
        self.assertFalse(self.fake.sent)

    def test_without_this_addon_sms_go_by_odoo_again(self):
        selection = self.env["ir.model.fields.selection"].sudo()
        selection.search(
            [("field_id.model", "=", "res.company"), ("value", "=", "46elks")]
        )._process_ondelete()
        self.env.invalidate_all()
        self.assertEqual(self.company.sms_provider, "iap")


@tagged("post_install", "-at_install")
class TestElksCalls(ElksCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.notice = self.send_one()
        self.message = self.fake.sent[0]
        path = self.message["whendelivered"].split("//", 1)[1].partition("/")[2]
        self.report_path = f"/{path}"
        self.token = self.company.sudo().sms_webhook_token
        self.sms_path = f"/payment_reminders_sms_46elks/sms/{self.token}"

    def call(self, path, form):
        return self.url_open(path, data=form)

    def report(self, status, at="2026-09-15T08:01:00"):
        _url, form = self.fake.prepare_report(self.message, status, at)
        answer = self.call(self.report_path, form)
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.work()

    @takes_long
    def test_an_answer_of_a_customer(self):
        form = self.fake.prepare_text(MOBILE_E164, "Jag har betalat 👍")
        for _time in range(2):
            answer = self.call(self.sms_path, form)
            # Anything else goes to the customer as an SMS.
            self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.work()
        case = self.notice.case_id
        self.assertEqual(case.state, "frozen")
        self.assertIn("Jag har betalat 👍", case.query_ids.description)
        self.assertEqual(len(self.inbound.search([])), 1)

    def test_reports_only_go_forward(self):
        sms = self.get_sms(self.notice)
        self.report("sent")
        self.assertFalse(sms.sms_note and "delivered" in sms.sms_note)
        self.report("delivered")
        self.report("delivered")
        self.report("sent")
        self.assertIn("delivered", sms.sms_note)
        self.assertEqual(sms.state, "sent")
        rows = self.inbound.search([], order="id")
        self.assertEqual(rows.mapped("outcome"), ["noted", "noted"])

    def test_what_did_not_arrive_goes_another_way(self):
        self.report("failed")
        self.assertEqual(self.get_sms(self.notice).state, "bounced")
        self.assertTrue(self.notice.withdrawn)
        again = self.notice.case_id.reminder_ids - self.notice
        with self.mail_server():
            again._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])

    def test_strangers(self):
        form = self.fake.prepare_text(MOBILE_E164, "Hello")
        base = "/payment_reminders_sms_46elks"
        for path in (f"{base}/sms/wrong", f"{base}/report/wrong/1", f"{base}/sms/é"):
            self.assertEqual(self.call(path, form).status_code, 404)
        self.company.sudo().sms_provider = "iap"
        self.assertEqual(self.call(self.sms_path, form).status_code, 404)
        self.assertFalse(self.inbound.search([]))

    def test_what_is_too_much_in_a_minute_comes_again(self):
        self.patch(webhook, "LIMIT", (2, 60))
        for number, status in ((1, 200), (2, 200), (3, 429)):
            form = self.fake.prepare_text(MOBILE_E164, f"Part {number}", f"s{number}")
            self.assertEqual(self.call(self.sms_path, form).status_code, status)
        # 46elks tries for six hours.
        self.patch(webhook, "LIMIT", (100, 60))
        self.assertEqual(self.call(self.sms_path, form).status_code, 200)
        self.work()
        said = self.notice.case_id.query_ids.description
        self.assertEqual(said, "Part 1\n\nPart 2\n\nPart 3")

    def test_what_is_not_taken(self):
        form = self.fake.prepare_text(MOBILE_E164, "a" * 70_000)
        self.assertEqual(self.call(self.sms_path, form).status_code, 413)
        # Of no message of ours, and no report at all.
        path = self.report_path.rpartition("/")[0]
        _url, form = self.fake.prepare_report(self.message, "delivered")
        self.assertEqual(self.call(f"{path}/{'0' * 32}", form).status_code, 200)
        self.assertEqual(self.call(self.report_path, {"id": "s1"}).status_code, 200)
        self.work()
        self.assertEqual(self.inbound.search([]).outcome, "unknown")
        self.company.sms_receive = False
        form = self.fake.prepare_text(MOBILE_E164, "Hello")
        self.assertEqual(self.call(self.sms_path, form).status_code, 200)
        self.assertEqual(len(self.inbound.search([])), 1)


@tagged("-standard", "payment_reminders_long")
class TestManyCalls(ElksCommon, HttpCase):
    def test_a_thousand_in_a_minute_over_http(self):
        """None is lost or refused, and each customer is held once."""
        people = self.make_debtors(100)
        self.refresh()
        path = (
            f"/payment_reminders_sms_46elks/sms/{self.company.sudo().sms_webhook_token}"
        )
        begun = time.clock_gettime(time.CLOCK_MONOTONIC)
        for number in range(1000):
            form = self.fake.prepare_text(
                f"+4520120{number % 100:03}", f"Answer {number:04}", f"s{number}"
            )
            answer = self.url_open(path, data=form)
            self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertLess(time.clock_gettime(time.CLOCK_MONOTONIC) - begun, 60)
        self.work()
        cases = self.env["payment.reminder.case"].search(
            [("partner_id", "in", people.ids)]
        )
        self.assertEqual(len(cases), 100)
        self.assertEqual(set(cases.mapped("state")), {"frozen"})
        frozen = cases.freeze_ids.filtered(lambda freeze: not freeze.date_end)
        self.assertEqual((len(cases.query_ids), len(frozen)), (100, 100))
        said = "\n".join(cases.query_ids.mapped("description"))
        self.assertTrue(all(f"Answer {n:04}" in said for n in range(1000)))
