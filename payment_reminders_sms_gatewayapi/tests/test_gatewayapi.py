"""GatewayAPI from the notice to the answer, over real HTTP."""

import json
from pathlib import Path

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.payment_reminders.tests.sending.gateway_common import MOBILE_E164
from odoo.addons.payment_reminders.tests.tags import takes_long
from odoo.addons.payment_reminders_sms.tests.common import SmsBridgeCommon

from .fake_gatewayapi import SECRET, TOKEN, FakeGatewayApi

SQL = Path(__file__).parents[1] / "data" / "neutralize.sql"
PREFIX = "payment_reminders_sms_gatewayapi"


class GatewayApiCommon(SmsBridgeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_fake(
            FakeGatewayApi(), f"{PREFIX}.messages_url", f"{PREFIX}.account_url"
        )
        cls.company.sudo().write(
            {
                "sms_provider": "gatewayapi",
                "gatewayapi_token": TOKEN,
                "gatewayapi_secret": SECRET,
                "gatewayapi_keyword": "Faktura",
            }
        )

    def setUp(self):
        super().setUp()
        self.fake.misbehave()
        self.fake.sent.clear()


class TestGatewayApi(GatewayApiCommon):
    @takes_long
    def test_a_reminder_goes_by_it(self):
        notice = self.send_one()
        [sent] = self.fake.sent
        self.assertEqual(sent["recipient"], int(MOBILE_E164[1:]))
        self.assertEqual(sent["message"], "You owe 1000.0")
        self.assertEqual(sent["reference"], self.get_sms(notice).sms_uuid)
        self.assertEqual(notice.state, "sent")

    @takes_long
    def test_what_it_refuses_goes_another_way(self):
        for number, (day, words) in enumerate(
            (
                ("no_credit", "Insufficient credit"),
                ("bad_number", "no number"),
                ("bad_sender", "too long"),
                ("forbidden", "Wrong region"),
            )
        ):
            self.fake.misbehave(day)
            partner = self.make_other(day, number)
            notice = self.send_one(partner=partner)
            self.assertEqual((notice.state, self.mails), ("sent", [f"{day}@x.example"]))
            self.assertIn(words, self.get_sms(notice).failure_reason)

    @takes_long
    @mute_logger("odoo.addons.payment_reminders.models.sending.sender")
    def test_throttled_and_lost(self):
        self.ladder.step_ids.channels = "sms"
        self.fake.misbehave("throttled")
        notice = self.send_one()
        self.assertEqual(notice.state, "approved")
        self.fake.misbehave("stored_then_broken")
        notice._dispatch()
        self.assertEqual(notice.state, "uncertain")
        self.assertEqual(len(self.fake.sent), 1)

    def test_what_is_left(self):
        settings = self.env["res.config.settings"].with_user(self.boss).create({})
        told = settings.action_test_sms()["params"]
        self.assertIn("42.10 EUR", told["message"])
        self.env["res.company"].sudo()._cron_read_sms_credit()
        self.assertEqual(self.company.sms_credit, 42.10)

    def test_a_copy_sends_nothing(self):
        self.env.flush_all()
        self.env.cr.execute(SQL.read_text(encoding="utf-8"))
        self.env.invalidate_all()
        self.send_one()
        self.assertFalse(self.fake.sent)


@tagged("post_install", "-at_install")
class TestGatewayApiCalls(GatewayApiCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.notice = self.send_one()
        self.message = self.fake.sent[0]
        self.path = f"/{PREFIX}/webhook/{self.company.sudo().sms_webhook_token}"

    def call(self, raw, headers):
        answer = self.url_open(self.path, data=raw, headers=headers)
        if answer.status_code == 200:
            self.assertEqual(answer.content, b"")
        return answer.status_code

    def test_answers_by_both_kinds_of_webhooks(self):
        for number, sign in enumerate((self.fake.sign_old, self.fake.sign_new)):
            data = self.fake.prepare_text(
                MOBILE_E164, f"FAKTURA betalt {number}", id_=1000 + number
            )
            self.assertEqual(self.call(*sign(data)), 200)
            self.assertEqual(self.call(*sign(data)), 200)
        self.work()
        case = self.notice.case_id
        self.assertEqual(case.state, "frozen")
        self.assertEqual(case.query_ids.description, "betalt 0\n\nbetalt 1")
        self.assertEqual(len(self.inbound.search([])), 2)

    @takes_long
    def test_reports(self):
        for status, event, at in (
            ("ENROUTE", "e1", "2026-09-15T08:01:00Z"),
            ("DELIVERED", "e2", "2026-09-15T08:02:00Z"),
            ("BUFFERED", "e3", "2026-09-15T08:03:00Z"),
        ):
            data = self.fake.prepare_status(self.message, status, at, event)
            self.assertEqual(self.call(*self.fake.sign_new(data)), 200)
        self.work()
        rows = self.inbound.search([], order="id")
        self.assertEqual(rows.mapped("outcome"), ["noted", "noted", "old"])
        self.assertIn("delivered", self.get_sms(self.notice).sms_note)

    @takes_long
    def test_what_did_not_arrive(self):
        data = self.fake.prepare_status(
            self.message,
            "UNDELIVERABLE",
            error={"hex_code": "0x01", "details": "Absent subscriber"},
        )
        self.call(*self.fake.sign_new(data))
        self.work()
        self.assertEqual(self.get_sms(self.notice).state, "bounced")

    def test_forgers(self):
        data = self.fake.prepare_text(MOBILE_E164, "STOP")
        other = {**data, "message": "I dispute this"}
        unsigned = {"Content-Type": "application/json"}
        _raw, of_data = self.fake.sign_new(data)
        for raw, headers in (
            (json.dumps(data).encode(), unsigned),
            self.fake.sign_new(data, secret="guessed"),
            self.fake.sign_old(data, secret="guessed"),
            self.fake.sign_old(data, algorithm="none"),
            (json.dumps(other).encode(), of_data),
            (b"{", of_data),
        ):
            self.assertEqual(self.call(raw, headers), 404)
        self.company.sudo().gatewayapi_secret = False
        self.assertEqual(self.call(*self.fake.sign_new(data, secret="")), 404)
        self.assertFalse(self.inbound.search([]))
