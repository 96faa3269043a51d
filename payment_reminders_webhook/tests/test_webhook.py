"""What receivers get, well and badly, from a real server on loopback."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time

from odoo.addons.payment_reminders.tests.common import NOW, ReminderCommon
from odoo.addons.payment_reminders.tests.http.bad_server import BadServer, Reply
from odoo.addons.payment_reminders.tests.http.test_door import find_free_port
from odoo.addons.payment_reminders.tests.tags import takes_long

from ..rules import events
from .test_rules import read_check

DYING = Path(__file__).with_name("dying_receiver.py")
SQL = Path(__file__).parents[1] / "data" / "neutralize.sql"
GOOD = Reply(204, b"")


class WebhookCommon(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.webhooks = cls.env["payment.reminder.webhook"]
        cls.messages = cls.env["payment.reminder.webhook.message"].sudo()

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(BadServer(GOOD))
        self.webhook = self.make_webhook()

    def make_webhook(self, **vals):
        return self.webhooks.create(
            {"name": "Warehouse", "url": f"{self.server.url}/in/token9", **vals}
        )

    def make_notice(self):
        self.make_invoice("2026-09-01")
        return self.propose()

    def tell(self):
        """Run the scheduled action; return what came: [(key, type, data)]."""
        begun = len(self.server.calls)
        self.webhooks._cron_tell()
        return [
            (headers["webhook-id"], body["type"], body["data"])
            for _method, _path, headers, raw in self.server.calls[begun:]
            for body in [json.loads(raw)]
        ]

    @contextmanager
    def later(self, **delta):
        moment = fields.Datetime.to_datetime(NOW) + timedelta(**delta)
        with freeze_time(moment):
            yield


class TestTold(WebhookCommon):
    def test_a_reminder_is_sent_and_told_once(self):
        notice = self.make_notice()
        self.send(notice)
        self.assertEqual(notice.state, "sent")
        [(key, event, data)] = self.tell()
        self.assertEqual(event, "reminder.sent")
        entry = data.pop("entry")
        self.assertEqual(
            data,
            {
                "company": self.company.id,
                "case": notice.case_id.id,
                "customer": self.customer.id,
                "reminder": notice.id,
                "step": notice.step_id.kind,
                "invoices": notice.line_ids.move_id.ids,
            },
        )
        self.assertEqual(self.env["payment.reminder.event"].browse(entry).kind, "sent")
        message = self.messages.search([])
        self.assertEqual((message.key, message.state), (key, "told"))
        self.assertFalse(self.tell())

    def test_it_is_signed_for_the_documented_check(self):
        self.send(self.make_notice())
        self.tell()
        [(method, path, headers, body)] = self.server.calls
        self.assertEqual((method, path), ("POST", "/in/token9"))
        is_genuine = read_check()
        self.assertTrue(is_genuine(self.webhook.secret, headers, body))
        self.assertFalse(is_genuine(self.make_webhook().secret, headers, body))
        self.assertFalse(is_genuine(self.webhook.secret, headers, body + b" "))

    def test_names_and_amounts_only_where_they_are_chosen(self):
        self.make_webhook(with_details=True)
        self.send(self.make_notice())
        bare, full = (data for _key, _event, data in self.tell())
        move = self.env["account.move"].browse(bare["invoices"])
        self.assertNotIn(self.customer.name, str(bare))
        self.assertNotIn(move.name, str(bare))
        self.assertEqual(full["customer_name"], "Nordlys ApS")
        self.assertEqual(full["invoice_names"], [move.name])
        self.assertEqual(full["currency"], self.currency.name)
        self.assertEqual(float(full["claim"]), 1000.0)

    def test_held_with_the_codes_of_the_guard(self):
        notice = self.make_notice()
        self.ripen(notice)
        self.customer.email = False
        notice._dispatch()
        self.assertEqual(notice.state, "held")
        [(_key, event, data)] = self.tell()
        self.assertEqual(event, "reminder.held")
        self.assertEqual(data["codes"], notice.verdict)
        self.assertTrue(data["codes"])

    def test_held_by_a_person(self):
        notice = self.make_notice()
        notice.with_user(self.manager).action_hold("They told Anna a secret")
        [(_key, event, data)] = self.tell()
        self.assertEqual((event, data["codes"]), ("reminder.held", ["BY_HAND"]))
        self.assertNotIn("secret", str(self.server.calls[-1][3]))

    def test_a_question_a_broken_promise_and_a_payment(self):
        case = self.make_notice().case_id
        query = self.env["payment.reminder.query"].create({"case_id": case.id})
        [(_key, event, data)] = self.tell()
        self.assertEqual((event, data["case"]), ("case.question", case.id))
        self.assertNotIn("reminder", data)
        query.write({"state": "closed"})
        case._release()
        plan = self.env["payment.reminder.plan"].create(
            {"case_id": case.id, "first_date": "2026-09-20", "instalment_count": 1}
        )
        plan.action_split()
        plan.with_user(self.manager).action_approve()
        plan._break()
        self.assertEqual(
            [event for _k, event, _d in self.tell()], ["case.promise_broken"]
        )
        self.pay(case.move_ids)
        case._refresh()
        self.assertEqual(case.close_reason, "paid")
        self.assertEqual([event for _k, event, _d in self.tell()], ["case.paid"])

    def test_what_was_not_chosen_is_not_told(self):
        self.webhook.tell_sent = False
        self.send(self.make_notice())
        self.assertFalse(self.tell())

    def test_what_was_before_is_not_told(self):
        self.send(self.make_notice())
        with self.later(hours=1):
            self.make_webhook(name="Later")
            self.assertEqual(len(self.tell()), 1)
            self.assertFalse(self.messages.search([("webhook_id.name", "=", "Later")]))

    def test_of_another_company_nothing_is_told(self):
        self.webhook.company_id = self.env["res.company"].create({"name": "Other"})
        self.send(self.make_notice())
        self.assertFalse(self.tell())

    def test_an_entry_that_is_seen_late_is_told(self):
        """A transaction may end long after it wrote its entry."""
        self.tell()
        with self.later(hours=2):
            self.tell()
        self.send(self.make_notice())
        with self.later(hours=3):
            self.assertEqual(len(self.tell()), 1)


class TestBadDays(WebhookCommon):
    def setUp(self):
        super().setUp()
        self.send(self.make_notice())

    def test_down_for_a_week_loses_nothing(self):
        self.server.reply = Reply(503)
        keys = set()
        for hours in range(0, 24 * 7, 2):
            with self.later(hours=hours):
                keys |= {key for key, _event, _data in self.tell()}
        self.assertEqual(len(keys), 1)
        self.assertEqual(self.webhook.waiting_count, 1)
        self.assertLess(len(self.server.calls), 40)
        [activity] = self.webhook.activity_ids.filtered(
            lambda activity: activity.user_id == self.manager
        )
        self.assertIn("takes no events", activity.summary)
        problems = self.env["payment.reminder.setup"]._find_other_problems()
        with self.later(days=7, hours=6):
            problems = self.env["payment.reminder.setup"]._find_other_problems()
            self.assertIn(f"webhook_{self.webhook.id}", [p["code"] for p in problems])
            self.server.reply = GOOD
            [(key, _event, _data)] = self.tell()
        self.assertEqual({key}, keys)
        self.assertFalse(self.webhook.failed_since)

    def test_it_is_given_up_after_two_weeks_and_sent_again_by_hand(self):
        self.server.reply = Reply(500)
        [(key, _event, _data)] = self.tell()
        with self.later(days=14):
            self.tell()
        self.assertEqual(self.webhook.dead_count, 1)
        summaries = self.webhook.activity_ids.mapped("summary")
        self.assertTrue([text for text in summaries if "given up" in text])
        self.server.reply = GOOD
        with self.later(days=15):
            self.assertFalse(self.tell())
            message = self.messages.search([])
            with self.assertRaises(AccessError):
                message.with_user(self.rep).action_replay()
            message.with_user(self.manager).action_replay()
            self.assertEqual([k for k, _e, _d in self.tell()], [key])
        self.assertEqual(message.state, "told")

    def test_one_that_is_refused_keeps_no_other_waiting(self):
        self.server.reply = Reply(422, b'{"why": "unknown type"}')
        self.tell()
        self.assertFalse(self.webhook.rests_until)
        self.server.reply = GOOD
        self.env["payment.reminder.query"].create(
            {"case_id": self.messages.search([]).case_id.id}
        )
        self.assertEqual([event for _k, event, _d in self.tell()], ["case.question"])
        with self.later(minutes=2):
            self.assertEqual([e for _k, e, _d in self.tell()], ["reminder.sent"])

    def test_one_receiver_waits_for_no_other(self):
        self.make_webhook(name="Down", url=f"http://127.0.0.1:{find_free_port()}/x")
        self.make_webhook(name="Up")
        self.assertEqual(len(self.tell()), 2)

    def test_answers_that_are_none(self):
        for reply in (
            Reply(silent=True),
            Reply(302, headers=(("Location", "https://elsewhere.example/"),)),
            Reply(429, headers=(("Retry-After", "7200"),)),
            Reply(401),
            Reply(404),
        ):
            self.server.reply = reply
            self.webhook.write(self.webhook._prepare_good_vals())
            self.messages.search([]).write({"next_at": fields.Datetime.now()})
            self.assertEqual(len(self.tell()), 1, reply)
            self.assertTrue(self.webhook._is_resting(), reply)
            self.assertTrue(self.webhook.reason, reply)
            self.assertFalse(self.tell(), reply)
        self.assertEqual(self.messages.search([]).state, "waiting")

    def test_who_asks_for_two_hours_gets_them(self):
        self.server.reply = Reply(429, headers=(("Retry-After", "7200"),))
        self.tell()
        self.server.reply = GOOD
        with self.later(minutes=119):
            self.assertFalse(self.tell())
        with self.later(minutes=121):
            self.assertEqual(len(self.tell()), 1)

    def test_gone_ends_it_and_a_person_knows(self):
        self.server.reply = Reply(410)
        self.tell()
        self.assertFalse(self.webhook.active)
        self.assertTrue(self.webhook.activity_ids)
        self.server.reply = GOOD
        self.webhook.active = True
        with self.later(minutes=2):
            self.assertEqual(len(self.tell()), 1)

    def test_nothing_secret_is_said(self):
        self.server.reply = Reply(500)
        with self.assertLogs("odoo.addons.payment_reminders.http", "DEBUG") as logs:
            self.tell()
        said = str(logs.output) + (self.webhook.reason or "")
        self.assertNotIn("token9", said)
        self.assertNotIn(self.webhook.secret, said)

    def test_a_receiver_that_is_killed_gets_each_at_least_once(self):
        """It dies when it has stored the second message, and has not said so."""
        notice = self.messages.search([]) or self.env["payment.reminder"].search([])
        for _number in range(3):
            notice.case_id._log_event("sent", {})
        port = find_free_port()
        self.webhook.url = f"http://127.0.0.1:{port}/"
        with tempfile.NamedTemporaryFile("r") as file:
            for more in (("2",), ()):
                args = [sys.executable, str(DYING), str(port), file.name, *more]
                with subprocess.Popen(args, stdout=subprocess.PIPE) as receiver:
                    receiver.stdout.readline()
                    try:
                        with self.later(minutes=5 if not more else 0):
                            self.webhooks._cron_tell()
                    finally:
                        receiver.kill()
            stored = Counter(file.read().split())
        self.assertEqual(sorted(stored.values()), [1, 1, 1, 2])
        self.assertEqual(set(stored), set(self.messages.search([]).mapped("key")))
        self.assertEqual(set(self.messages.search([]).mapped("state")), {"told"})


class TestReceivers(WebhookCommon):
    def test_addresses(self):
        for url in (
            "http://warehouse.example/in",
            "ftp://warehouse.example/",
            "https://anna:secret@warehouse.example/",
            "https://",
            "warehouse.example",
            "https://warehouse.example:99999/",
        ):
            with self.assertRaises(ValidationError, msg=url):
                self.make_webhook(url=url)
        self.make_webhook(url="https://warehouse.example/in?key=1")

    def test_only_an_administrator_makes_one_and_reads_its_secret(self):
        webhook = self.webhook.with_user(self.manager)
        self.assertEqual(webhook.host, "127.0.0.1")
        for name in ("url", "secret", "secret_before"):
            with self.assertRaises(AccessError):
                webhook.read([name])
        with self.assertRaises(AccessError):
            webhook.write({"name": "Mine"})
        with self.assertRaises(AccessError):
            webhook.action_test()
        with self.assertRaises(AccessError):
            webhook.action_new_secret()
        with self.assertRaises(AccessError):
            self.webhook.with_user(self.rep).read(["name"])

    def test_the_test_event(self):
        self.assertEqual(self.webhook.action_test()["params"]["type"], "success")
        [(_method, _path, headers, body)] = self.server.calls
        self.assertEqual(json.loads(body)["type"], events.PING)
        self.assertTrue(read_check()(self.webhook.secret, headers, body))
        self.server.reply = Reply(500)
        told = self.webhook.action_test()["params"]
        self.assertEqual(told["type"], "danger")
        self.assertIn("500", told["message"])

    def test_a_new_secret_counts_beside_the_one_before_for_a_day(self):
        before = self.webhook.secret
        self.webhook.action_new_secret()
        self.assertNotEqual(self.webhook.secret, before)
        is_genuine = read_check()
        for hours, is_known in ((1, True), (25, False)):
            with self.later(hours=hours):
                self.webhook.action_test()
                *_rest, headers, body = self.server.calls[-1]
                self.assertTrue(is_genuine(self.webhook.secret, headers, body))
                self.assertEqual(is_genuine(before, headers, body), is_known)

    def test_the_form_makes_one(self):
        form = Form(self.webhooks)
        form.name = "Slack"
        form.url = "https://hooks.example/1"
        webhook = form.save()
        self.assertTrue(webhook.secret.startswith("whsec_"))
        action = webhook.action_view_messages()
        self.assertEqual(action["domain"], [("webhook_id", "=", webhook.id)])

    @takes_long
    def test_a_copy_of_the_database_tells_nobody(self):
        self.env.cr.execute(SQL.read_text())
        self.webhooks.invalidate_model()
        self.send(self.make_notice())
        self.assertFalse(self.tell())
        self.assertFalse(self.webhook.with_context(active_test=False).secret)
        # Who restores it there has to name a receiver, and gets a secret of its own.
        self.webhook.write({"active": True, "url": self.server.url})
        self.assertEqual(self.webhook.action_test()["params"]["type"], "success")
        self.assertTrue(self.webhook.secret)

    def test_many_are_told_in_as_many_queries_as_few(self):
        case = self.make_notice().case_id
        counts = []
        for number in (5, 40):
            case._log_event("sent", {})
            for _number in range(number - 1):
                case._log_event("sent", {})
            self.env.flush_all()
            self.webhook._collect()
            batch = self.messages._find_ripe(self.webhook)
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.cr.execute("SELECT 1")
            before = self.env.cr.sql_log_count
            batch._prepare_bodies()
            counts.append(self.env.cr.sql_log_count - before)
            batch.write({"state": "told"})
        self.assertLessEqual(abs(counts[0] - counts[1]), 1, counts)
