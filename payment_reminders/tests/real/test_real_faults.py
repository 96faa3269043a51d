"""What becomes of a notice when a gateway misbehaves.

A notice goes by e-mail, and by SMS when the e-mail did not leave.

================================================  ==========  ===================
The mail server                                   The e-mail  The notice
================================================  ==========  ===================
is not there, hangs or drops before the text      failed      sent, by SMS
answers 4xx or 5xx to any command or to the text  failed      sent, by SMS
drops the line after the text, or hangs then      uncertain   uncertain: a person
                                                              settles it; no SMS
================================================  ==========  ===================

And of one that can go by SMS only:

=============================================  ==========  ======================
The gateway                                    The SMS     The notice
=============================================  ==========  ======================
is not there; answers 503, ``server_error``    failed      approved: tried again,
                                                           held the third time
refuses: 403, no credit, wrong number, error   failed      held, with the reason
answers 500, nothing, nonsense; hangs; drops   uncertain   uncertain
=============================================  ==========  ======================
"""

from odoo.tests import tagged

from ..tags import takes_long
from .real_common import RealCase
from .servers import DROP, free_port

STALL = 3.0
PATIENCE = 1
PATIENCE_WITH_QUEUES = 60

#: (stage, how it misbehaves, state of the e-mail, what its reason says)
SMTP_FAULTS = [
    ("connect", DROP, "failed", "cannot be reached"),
    ("connect", "554 Go away", "failed", "Go away"),
    ("connect", STALL, "failed", "no answer in 1 seconds"),
    ("ehlo", "451 Not now", "failed", "cannot be reached"),
    ("ehlo", DROP, "failed", "cannot be reached"),
    ("mail", "451 Try later", "failed", "451 Try later"),
    ("mail", "550 Not from you", "failed", "550 Not from you"),
    ("mail", DROP, "failed", "connection"),
    ("mail", STALL, "failed", "connection"),
    ("rcpt", "450 Greylisted", "failed", "450 Greylisted"),
    ("rcpt", "550 No such user", "failed", "550 No such user"),
    ("rcpt", DROP, "failed", "connection"),
    ("data", "451 Disk full", "failed", "451 Disk full"),
    ("data", "554 Spam", "failed", "554 Spam"),
    ("data", DROP, "failed", "connection"),
    ("body", "451 Scanner down", "failed", "451 Scanner down"),
    ("body", "554 Spam", "failed", "554 Spam"),
    ("body", DROP, "uncertain", "connection"),
    ("body", STALL, "uncertain", "connection"),
]

#: (how it misbehaves, state of the SMS, state of the notice, what the reason says)
SMS_FAULTS = [
    (503, "failed", "approved", "503"),
    ("server_error", "failed", "approved", "Server Error"),
    (403, "failed", "held", "403"),
    ("no_credit", "failed", "held", "credit"),
    ("error", "failed", "held", "IAP"),
    ("insufficient_credit", "failed", "held", "Insufficient Credit"),
    ("wrong_number_format", "failed", "held", "Wrong Number"),
    (500, "uncertain", "uncertain", "500"),
    ("empty", "uncertain", "uncertain", "nothing about this message"),
    ("nonsense", "uncertain", "uncertain", "cannot be understood"),
    (STALL, "uncertain", "uncertain", "in time"),
    (DROP, "uncertain", "uncertain", "failed"),
]


class FaultsCommon(RealCase):
    purpose = "faults"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_scene("set_patience", seconds=PATIENCE)
        cls.other = cls.start_child()

    def setUp(self):
        super().setUp()
        self.run_scene("set_smtp_port", port=self.smtp.port)
        self.run_scene("set_sms_url", url=self.gateway.url)

    def stage_all(self, count):
        names = [self.name(f"-{number}") for number in range(count)]
        made = self.run_scene("stage", names=names)
        return [{"name": name, **made[name]} for name in names]

    def dispatch(self, customer):
        self.run_scene("dispatch", reminders=[customer["reminder"]])
        return self.look(customer["reminder"])

    def assertNothingMoves(self):
        """What has failed, or may have left, does not leave by itself later on."""
        taken = len(self.smtp.mails), len(self.gateway.texts)
        self.smtp.rules, self.gateway.rule = {}, None
        self.run_scene("cron_send")
        self.run_scene("run_queues")
        self.assertEqual((len(self.smtp.mails), len(self.gateway.texts)), taken)


class TestRealFaults(FaultsCommon):
    @takes_long
    def test_server_is_not_there(self):
        customer = self.stage()
        self.run_scene("set_smtp_port", port=free_port())
        seen = self.dispatch(customer)
        self.assertEqual(seen["state"], "sent")
        self.assertIn("cannot be reached", seen["deliveries"]["email"]["reason"])
        self.assertEqual(len(self.gateway.sent_to(customer["phone"])), 1)

    def test_one_of_two_recipients_is_refused(self):
        good, bad = self.stage_all(2)
        self.smtp.rules = {f"{bad['name']}@customer.test": "550 No such user"}
        self.run_scene("cron_send")
        self.assertEqual(len(self.mails_to(good["name"])), 1)
        self.assertFalse(self.mails_to(bad["name"]))
        self.assertEqual(
            self.look(bad["reminder"])["deliveries"]["email"]["state"], "failed"
        )

    @takes_long
    def test_uncertain_is_settled_by_a_person(self):
        arrived, lost = self.stage_all(2)
        self.smtp.rules = {"body": DROP}
        for customer in (arrived, lost):
            self.assertEqual(self.dispatch(customer)["state"], "uncertain")
        self.run_scene("settle", reminder=arrived["reminder"], sent=True)
        self.run_scene("settle", reminder=lost["reminder"], sent=False)
        self.assertEqual(self.look(arrived["reminder"])["state"], "sent")
        self.assertEqual(self.look(lost["reminder"])["state"], "cancelled")
        self.smtp.reset()
        again = self.run_scene("propose")
        self.assertNotIn(arrived["name"], again)
        self.run_scene("ripen", reminders=[again[lost["name"]]])
        self.run_scene("cron_send")
        self.assertEqual(len(self.mails_to(lost["name"])), 1)

    # -- others at work -------------------------------------------------------------

    @takes_long
    def test_queues_of_odoo_never_send_ours(self):
        """Neither while it is on the wire, nor when a user puts it back."""
        # The queues run while the gateway has the message: give them the time.
        self.run_scene("set_patience", seconds=PATIENCE_WITH_QUEUES)
        self.addCleanup(self.run_scene, "set_patience", seconds=PATIENCE)
        customer = self.stage()
        name = customer["name"]
        seen = []

        def run_queues(_recipients):
            self.run_scene("run_queues", child=self.other)
            seen.append(len(self.mails_to(name)))

        self.smtp.before_taking = run_queues
        self.run_scene("cron_send")
        self.smtp.before_taking = None
        self.assertEqual(seen, [0])
        self.assertEqual(self.look(customer["reminder"])["state"], "sent")
        self.run_scene("run_queues", child=self.other, resend=True)
        self.assertEqual(len(self.mails_to(name)), 1)

    @takes_long
    def test_queues_leave_what_failed(self):
        customer = self.stage()
        self.smtp.rules = {"rcpt": "550 No such user"}
        self.gateway.rule = "wrong_number_format"
        self.assertEqual(self.dispatch(customer)["state"], "held")
        self.smtp.reset()
        self.gateway.reset()
        self.run_scene("run_queues", resend=True)
        self.assertFalse(self.mails_to(customer["name"]))
        self.assertFalse(self.gateway.sent_to(customer["phone"]))


@tagged("-standard", "payment_reminders_long")
class TestMoreFaults(FaultsCommon):
    # -- the mail server ----------------------------------------------------------

    def test_smtp(self):
        customers = self.stage_all(len(SMTP_FAULTS))
        for customer, fault in zip(customers, SMTP_FAULTS, strict=True):
            stage, rule, state, reason = fault
            with self.subTest(stage=stage, rule=rule):
                self.smtp.rules = {stage: rule}
                seen = self.dispatch(customer)
                self.assertEqual(seen["deliveries"]["email"]["state"], state)
                self.assertIn(reason, seen["deliveries"]["email"]["reason"])
                fallback = self.gateway.sent_to(customer["phone"])
                if state == "uncertain":
                    self.assertEqual(seen["state"], "uncertain")
                    self.assertFalse(fallback)
                    self.assertLessEqual(len(self.mails_to(customer["name"])), 1)
                else:
                    self.assertEqual(seen["state"], "sent")
                    self.assertEqual(seen["deliveries"]["sms"]["state"], "sent")
                    self.assertEqual(len(fallback), 1)
                    self.assertFalse(self.mails_to(customer["name"]))
        self.assertNothingMoves()

    # -- the SMS gateway ----------------------------------------------------------

    def test_sms(self):
        customers = self.stage_all(len(SMS_FAULTS))
        self.run_scene("forget_emails", partners=[c["partner"] for c in customers])
        for customer, fault in zip(customers, SMS_FAULTS, strict=True):
            rule, state, notice, reason = fault
            with self.subTest(rule=rule):
                self.gateway.rule = rule
                seen = self.dispatch(customer)
                self.assertEqual(seen["deliveries"]["sms"]["state"], state)
                self.assertIn(reason, seen["deliveries"]["sms"]["reason"])
                self.assertEqual(seen["state"], notice)
                if notice == "held":
                    self.assertIn(reason, seen["held_reason"])
                elif notice == "approved":
                    # Two more times, and a person looks.
                    self.dispatch(customer)
                    self.assertEqual(self.dispatch(customer)["state"], "held")
        self.assertNothingMoves()

    def test_all_gateways_are_down(self):
        back, gone = self.stage_all(2)
        self.run_scene("set_smtp_port", port=free_port())
        self.run_scene("set_sms_url", url=f"http://127.0.0.1:{free_port()}")
        for customer in (back, gone, gone, gone):
            seen = self.dispatch(customer)
        self.assertEqual(seen["state"], "held", "the third time a person looks")
        self.assertIn("cannot be reached", seen["held_reason"])
        self.assertEqual(self.look(back["reminder"])["state"], "approved")
        self.run_scene("set_smtp_port", port=self.smtp.port)
        self.run_scene("cron_send")
        self.assertEqual(self.look(back["reminder"])["state"], "sent")
        self.assertEqual(len(self.smtp.mails), 1)
        self.assertFalse(self.gateway.texts)

    def test_two_senders_on_one_queue(self):
        customers = self.stage_all(30)
        second = self.other.begin_in_thread("cron_send", at=str(self.now))
        self.run_scene("cron_send")
        second.join()
        self.assertIsNone(second.error)
        self.run_scene("cron_send")
        for customer in customers:
            self.assertEqual(self.look(customer["reminder"])["state"], "sent")
            self.assertEqual(len(self.mails_to(customer["name"])), 1)
        self.assertFalse(self.gateway.texts)
