import smtplib

from odoo.tests import HttpCase, freeze_time
from odoo.tools import mute_logger

from ..rules import failure_reports as reports
from ..tags import takes_long
from . import bounce_samples as samples
from .gateway_common import MOBILE, MOBILE_E164, GatewayCommon

NO_SUCH_USER = "550 5.1.1 No such user <b>here</b>"


class BounceCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].search(
            [("name", "=", "company.example")]
        ) or cls.env["mail.alias.domain"].create({"name": "company.example"})
        cls.number = 0
        cls.move = cls.make_invoice(due=10)

    def send_one(self):
        with self.gateways():
            reminder = self.propose()
            self.send(reminder)
        self.assertEqual(reminder.state, "sent")
        return reminder

    def send_second(self):
        self.send_one()
        with freeze_time("2026-09-28 08:00:00"):
            return self.send_one()

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def receive(self, sample, delivery, **values):
        """Feed a mail to Odoo's gateway, as its fetching does."""
        type(self).number += 1
        text = sample.format(
            **{
                "number": self.number,
                "message_id": delivery.message_id,
                "bare_id": delivery.message_id.strip("<>"),
                "recipient": delivery.recipient,
                "final": delivery.recipient,
                "action": "failed",
                "status": "5.1.1",
                "diagnostic": NO_SUCH_USER,
                **values,
            }
        )
        self.env["mail.thread"].message_process(None, text)
        self.env.invalidate_all()

    def run_queue(self):
        """Run the sender's scheduled action; return who got something."""
        with self.gateways():
            self.env["payment.reminder"]._cron_send()
            return self.mailed + self.texted

    def place(self, case):
        return case.item_ids.step_id.name

    def addresses_asked_for(self, case):
        return case.activity_ids.filtered(lambda a: "address" in (a.summary or ""))


class TestBounce(BounceCommon):
    """A reminder that comes back was none: it does not count, and goes elsewhere."""

    def test_next_contact_gets_it(self):
        second = self.make_customer(
            "Ledger", "ledger@nordlys.example", parent_id=self.customer.id
        )
        second.write({"is_company": False, "type": "invoice"})
        reminder = self.send_one()
        self.assertEqual(reminder.delivery_ids.recipient, second.email)
        self.receive(samples.POSTFIX, reminder.delivery_ids)
        delivery = reminder.delivery_ids
        self.assertEqual(delivery.state, "bounced")
        self.assertEqual(delivery.failure_reason, NO_SUCH_USER)
        self.assertTrue(delivery.is_dead_end)
        self.assertEqual(second.message_bounce, 1)
        self.assertEqual(self.run_queue(), ["ap@nordlys.example"])
        case = reminder.case_id
        self.assertEqual(self.place(case), "Reminder 1")
        self.assertEqual(case.reminder_count, 1)
        self.assertEqual(
            case.event_ids.sorted("seq").mapped("kind")[4:],
            ["sent", "bounced", "withdrawn", "proposed", "approved", "sending", "sent"],
        )
        self.assertEqual(self.env["payment.reminder.event"]._find_broken(case), {})

    def test_next_channel_gets_it(self):
        self.customer.phone = MOBILE
        reminder = self.send_one()
        self.receive(samples.EXCHANGE, reminder.delivery_ids[0])
        self.assertEqual(reminder.delivery_ids[0].state, "bounced")
        self.assertEqual(self.run_queue(), [MOBILE_E164])

    @takes_long
    def test_fee_place_and_days_are_taken_back(self):
        reminder = self.send_second()
        case = reminder.case_id
        self.assertEqual(case.amount_fees, 100)
        with freeze_time("2026-09-28 09:00:00"):
            self.receive(samples.POSTFIX, reminder.delivery_ids)
            self.assertTrue(reminder.withdrawn)
            self.assertEqual(case.amount_fees, 0)
            self.assertEqual(self.place(case), "Reminder 1")
            self.assertEqual(str(case.item_ids.last_sent_date), "2026-09-15")
            self.assertEqual(self.run_queue(), [], "nobody else is known")
            waiting = case.reminder_ids.filtered(lambda r: r.state == "held")
            self.assertEqual(waiting.verdict, ["no_recipient"])
        with freeze_time("2026-09-30 08:00:00"):
            self.customer.email = "new@nordlys.example"
            self.propose()
            self.assertEqual(self.run_queue(), ["new@nordlys.example"])
            self.assertEqual(waiting.state, "sent")
        self.assertEqual(case.amount_fees, 100)
        self.assertEqual(str(case.item_ids.last_sent_date), "2026-09-30")

    @takes_long
    def test_tried_again_as_it_was_decided(self):
        """Figures and choices go along; what happened to the first one does not."""
        self.customer.phone = MOBILE
        self.send_one()
        with freeze_time("2026-09-28 08:00:00"):
            with self.gateways():
                reminder = self.propose().sudo()
                reminder._lower_fee(60, "An old customer")
                reminder.write({"personal_text": "We spoke.", "attach_invoices": True})
                self.send(reminder)
            reminder.write({"override_codes": ["dispute"], "hold_note": "Looked at"})
            self.receive(samples.POSTFIX, reminder.delivery_ids[0])
        again = reminder.case_id.reminder_ids.filtered(lambda r: r.state == "approved")
        self.assertEqual(len(again), 1)
        self.assertEqual((again.amount_fee, again.fee_limit), (60, 60))
        self.assertEqual(again.line_ids.item_id, reminder.line_ids.item_id)
        for name in (
            "user_id step_id approved_by_id approved_date approved_ladder_id "
            "amount_principal amount_fee amount_interest amount_compensation "
            "amount_costs_before amount_claim interest_until deadline_date remarks "
            "remark_values is_rest interest_specification has_fee_limit fee_limit "
            "fee_limit_by_id fee_limit_note attach_invoices channel_choice "
            "personal_text"
        ).split():
            self.assertEqual(again[name], reminder[name], name)
        for name in (
            "sent_date withdrawn withdrawn_reason verdict facts hold_note attempts "
            "override_codes sending_since sending_ticket run_id delivery_ids"
        ).split():
            self.assertFalse(again[name], name)

    def test_guard_is_asked_again(self):
        self.customer.phone = MOBILE
        reminder = self.send_one()
        self.move.action_toggle_block_payment()
        self.receive(samples.POSTFIX, reminder.delivery_ids[0])
        self.assertEqual(self.run_queue(), [])
        again = reminder.case_id.reminder_ids - reminder
        self.assertEqual((again.state, again.verdict), ("held", ["blocked"]))

    def test_paid_meanwhile(self):
        self.customer.phone = MOBILE
        reminder = self.send_one()
        self.pay(self.move)
        self.receive(samples.POSTFIX, reminder.delivery_ids[0])
        self.assertEqual(reminder.delivery_ids[0].state, "bounced")
        self.assertEqual(reminder.case_id.reminder_ids, reminder)
        self.assertEqual(self.run_queue(), [])
        self.assertFalse(self.addresses_asked_for(reminder.case_id))

    def test_something_else_arrived(self):
        self.customer.phone = MOBILE
        self.ladder.step_ids.channel_mode = "all"
        reminder = self.send_one()
        self.receive(samples.POSTFIX, reminder.delivery_ids[0])
        self.assertEqual(reminder.delivery_ids.mapped("state"), ["bounced", "sent"])
        self.assertFalse(reminder.withdrawn)
        self.assertEqual(self.place(reminder.case_id), "Reminder 1")
        self.assertEqual(reminder.case_id.reminder_ids, reminder)
        self.assertTrue(self.addresses_asked_for(reminder.case_id))

    def test_somebody_finds_a_new_address(self):
        reminder = self.send_one()
        case = reminder.case_id
        case.user_id = self.rep
        for _twice in range(2):
            self.receive(samples.POSTFIX, reminder.delivery_ids)
        activity = self.addresses_asked_for(case)
        self.assertEqual(activity.user_id, self.rep)
        self.assertIn("ap@nordlys.example", activity.summary)
        self.assertIn("No such user", activity.note)
        self.assertNotIn("<b>", activity.note)

    def test_told_twice(self):
        self.customer.phone = MOBILE
        reminder = self.send_one()
        for _twice in range(2):
            self.receive(samples.POSTFIX, reminder.delivery_ids[0])
        self.assertEqual(len(reminder.case_id.reminder_ids), 2)
        self.assertEqual(self.run_queue(), [MOBILE_E164])

    def test_uncertain_notice(self):
        """It is known now that it had left, and that it did not arrive."""
        self.customer.phone = MOBILE
        reminder = self.propose()
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            with self.mail_server(smtplib.SMTPServerDisconnected("gone"), "DATA"):
                self.send(reminder)
        self.assertEqual(reminder.state, "uncertain")
        self.receive(samples.POSTFIX, reminder.delivery_ids[0])
        self.assertEqual((reminder.state, reminder.withdrawn), ("sent", True))
        self.assertEqual(self.run_queue(), [MOBILE_E164])

    @takes_long
    def test_late_bounce_leaves_the_later_notice_alone(self):
        first = self.send_one()
        with freeze_time("2026-09-28 08:00:00"):
            second = self.send_one()
            self.receive(samples.POSTFIX, first.delivery_ids)
        self.assertTrue(first.withdrawn)
        self.assertFalse(second.withdrawn)
        self.assertEqual(self.place(second.case_id), "Reminder 2")
        self.assertEqual(second.case_id.reminder_ids, first | second)

    def test_handed_on_by_the_customers_server(self):
        reminder = self.send_one()
        self.receive(
            samples.POSTFIX, reminder.delivery_ids, final="someone@outsourced.example"
        )
        self.assertEqual(reminder.delivery_ids.state, "bounced")
        self.assertEqual(self.customer.message_bounce, 1)

    # -- an address that works again ----------------------------------------------

    def assertUsed(self, used):
        recipients = self.env["payment.reminder.facts"]._read_recipients(
            self.move.reminder_case_id
        )
        self.assertEqual(bool(recipients[self.move.reminder_case_id.id]["email"]), used)

    def test_dead_end_until_something_arrives(self):
        reminder = self.send_one()
        self.receive(samples.POSTFIX, reminder.delivery_ids)
        self.assertUsed(False)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(
                "res.partner",
                "From: ap@nordlys.example\nTo: catchall@company.example\n"
                f"Message-Id: <x@y>\nIn-Reply-To: {reminder.delivery_ids.message_id}\n"
                "\nHello\n",
            )
        self.env.invalidate_all()
        self.assertUsed(True)

    def test_dead_end_until_somebody_says_so(self):
        reminder = self.send_one()
        self.receive(samples.POSTFIX, reminder.delivery_ids)
        reminder.delivery_ids.with_user(self.manager).action_use_again()
        self.assertUsed(True)
        self.propose()
        self.assertEqual(self.run_queue(), ["ap@nordlys.example"])
        self.assertEqual(reminder.delivery_ids.state, "bounced")

    # -- what is no bounce of ours ------------------------------------------------

    def assertUntouched(self, reminder):
        self.assertEqual(reminder.delivery_ids[0].state, "sent")
        self.assertFalse(reminder.withdrawn)
        self.assertEqual(self.place(reminder.case_id), "Reminder 1")
        self.assertEqual(reminder.case_id.reminder_ids, reminder)

    def test_no_failure(self):
        reminder = self.send_one()
        for sample, values in (
            (samples.POSTFIX, {"action": "delayed", "status": "4.4.1"}),
            (samples.EXCHANGE, {"action": "delayed", "status": "4.4.7"}),
            (samples.POSTFIX, {"action": "relayed", "status": "2.0.0"}),
            (samples.POSTFIX, {"action": "delivered", "status": "2.0.0"}),
            (samples.OUT_OF_OFFICE, {}),
            (samples.READ, {}),
            (samples.QMAIL, {}),
        ):
            with self.subTest(sample=sample[:60], **values):
                self.receive(sample, reminder.delivery_ids, **values)
                self.assertUntouched(reminder)
        # A mail of ours that is only late is no bounce for Odoo either.
        self.assertLessEqual(self.customer.message_bounce, 1)

    def test_a_report_that_only_people_can_read(self):
        """Nothing is taken back by itself; a person reads it, once."""
        reminder = self.send_one()
        case = reminder.case_id
        case.user_id = self.rep
        for sample, words in (
            (samples.QMAIL, "Sorry, no mailbox here by that name."),
            (samples.WEBMAIL, "mailbox füll"),
        ):
            with self.subTest(words=words):
                for _twice in range(2):
                    self.receive(sample, reminder.delivery_ids)
                self.assertUntouched(reminder)
                activity = case.activity_ids
                self.assertEqual(activity.user_id, self.rep)
                self.assertIn("ap@nordlys.example", activity.summary)
                self.assertIn(words, activity.note)
                activity.unlink()
        self.receive(
            samples.QMAIL, reminder.delivery_ids, message_id="<guess@company.example>"
        )
        self.assertFalse(case.activity_ids, "a number that we would make")
        for sample in (samples.OUT_OF_OFFICE, samples.READ):
            self.receive(sample, reminder.delivery_ids)
        self.receive(samples.POSTFIX, reminder.delivery_ids, action="delayed")
        self.assertFalse(case.activity_ids)

    def test_forged(self):
        other = self.make_customer("Other", "other@x.example")
        self.make_invoice(due=10, partner=other)
        with self.gateways():
            reminders = self.propose()
            self.send(reminders)
        mine = reminders.filtered(lambda r: r.partner_id == self.customer)
        for values in (
            # Who does not know the Message-Id of the mail,
            {"message_id": "<guess@company.example>"},
            {"message_id": "<%@company.example>"},
            # or knows the one of another mail, or names another recipient.
            {"message_id": (reminders - mine).delivery_ids.message_id},
            {"final": "x@y.example", "recipient": "x@y.example"},
        ):
            with self.subTest(**values):
                self.receive(samples.POSTFIX, mine.delivery_ids, **values)
                self.assertUntouched(mine)
                self.assertEqual((reminders - mine).delivery_ids.state, "sent")


class TestReports(BounceCommon):
    """Reports as servers of many kinds write them, through Odoo's gateway.

    tests/rules/test_bounce.py reads all of them.
    """

    NAMES = (
        "postfix",
        "office365, a number of its own",
        "global status",
        "to the address for answers",
        "one group of all fields",
        "handed on",
        "message attached as a file",
        "a number of another server, as a relay gives it",
        "no number at all",
        "exim, to the address for answers, handed on",
        "address alone, in a language that no table knows",
        "groupware of the recipient's own address",
        "de, postmaster",
        "pl, robot",
        "it, daemon",
        # and what stays silent
        "delayed, elsewhere",
        "read, by whom it was handed on to",
        "exim late, no number",
        "fi late, postmaster",
        "absence, handed on",
        "somebody else's message",
    )

    @takes_long
    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_each_ends_as_it_has_to(self):
        reminder = self.send_one()
        case, delivery = reminder.case_id, reminder.delivery_ids
        found = {r.name: r for r in (*reports.FAILURES, *reports.CONTROLS)}
        for number, name in enumerate(self.NAMES):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                text = found[name].fill(
                    delivery.message_id,
                    delivery.recipient,
                    unique=f"{number}.{self.id()}",
                )
                self.env["mail.thread"].message_process(None, text)
                self.assertEqual(self.hear(case, delivery), found[name].right)
                savepoint.rollback()
                self.env.invalidate_all()

    def hear(self, case, delivery):
        asked = case.activity_ids.filtered(lambda a: "Did it arrive" in a.summary)
        if delivery.state == "bounced":
            self.assertFalse(asked)
            return reports.BOUNCED
        self.assertEqual(delivery.state, "sent")
        self.assertFalse(case.query_ids)
        return reports.PERSON if asked else reports.NOTHING

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_nothing_is_asked_long_after(self):
        reminder = self.send_one()
        [text] = (r for r in reports.FAILURES if r.name == "no number at all")
        with freeze_time("2026-09-28 08:00:00"):
            self.env["mail.thread"].message_process(
                None, text.fill("<x@y>", reminder.delivery_ids.recipient)
            )
        self.assertFalse(reminder.case_id.activity_ids)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_what_we_wrote_outside_the_ladder_came_back(self):
        case = self.send_one().case_id
        with self.mock_mail_gateway():
            case._send_new_link()
        letter = self.env["mail.mail"].search(
            [("model", "=", case._name), ("res_id", "=", case.id)], limit=1
        )
        for name in ("delayed", "postfix", "handed on"):
            [report] = (
                r for r in (*reports.FAILURES, *reports.CONTROLS) if r.name == name
            )
            text = report.fill(letter.message_id, "ap@nordlys.example", unique=name[:4])
            self.env["mail.thread"].message_process(None, text)
            self.env.invalidate_all()
            asked = case.activity_ids.mapped("summary")
            self.assertEqual(len(asked), name != "delayed", "once")
        self.assertIn(letter.subject, asked[0])
        self.assertIn("ap@nordlys.example", asked[0])


class TestSmsReport(BounceCommon, HttpCase):
    """What an SMS gateway reports after it took a message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = MOBILE
        cls.ladder.step_ids.channels = "sms,email"

    def report(self, delivery, status):
        self.env.flush_all()
        answer = self.make_jsonrpc_request(
            "/sms/status",
            {
                "message_statuses": [
                    {"sms_status": status, "uuids": [delivery.sms_uuid]}
                ]
            },
        )
        self.assertEqual(answer, "OK")
        self.env.invalidate_all()

    @takes_long
    def test_not_delivered(self):
        for status in ("invalid_destination", "not_delivered", "expired", "rejected"):
            with self.subTest(status), self.env.cr.savepoint() as savepoint:
                reminder = self.send_one()
                sms = reminder.delivery_ids.filtered(lambda d: d.channel == "sms")
                self.report(sms, status)
                self.assertEqual(sms.state, "bounced")
                self.assertIn(status, sms.failure_reason)
                self.assertTrue(reminder.withdrawn)
                self.assertEqual(self.run_queue(), ["ap@nordlys.example"])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_delivered(self):
        reminder = self.send_one()
        for status in ("sent", "delivered"):
            self.report(reminder.delivery_ids[0], status)
        self.assertEqual(reminder.delivery_ids[0].state, "sent")
        self.assertFalse(reminder.withdrawn)

    def test_refused_at_once_is_the_wires_business(self):
        with self.gateways(sim_error="wrong_number_format"):
            reminder = self.propose()
            self.send(reminder)
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(reminder.state, "sent")
        sms = reminder.delivery_ids.filtered(lambda d: d.channel == "sms")
        self.assertEqual(sms.state, "failed")
