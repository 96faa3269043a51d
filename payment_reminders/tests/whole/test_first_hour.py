import logging

from odoo.tests import HttpCase, freeze_time, tagged

from ..common import ReminderCommon
from ..real.servers import SmtpServer

#: What a newcomer may need beside Odoo's own clicks for customer and invoice.
MOST_CLICKS = 12
#: Where the tour reads on which port the mail server of the test listens.
PORT = "payment_reminders.test_smtp_port"
SUNDAY = "2026-09-20 10:00:00"
MONDAY = "2026-09-21 09:00:00"

_logger = logging.getLogger(__name__)


class FirstHourCommon(ReminderCommon, HttpCase):
    """From the first look to a reminder that a real mail server took, click by click.

    The mail server, the sender and the decision on what was overdue are part of it. The
    tours name no text, so that they hold in every language.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.make_user(
            "boss",
            "payment_reminders.group_reminder_manager",
            "account.group_account_manager",
            "base.group_system",
        )
        cls.boss.password = "boss-password"

    def setUp(self):
        super().setUp()
        self.smtp = self.enterContext(SmtpServer())
        servers = self.env["ir.mail_server"]
        servers.search([]).active = False
        # Odoo sends nothing under test; this server is ours.
        self.patch(type(servers), "_disable_send", lambda *_args: False)
        self.env["ir.config_parameter"].set_param(PORT, self.smtp.port)
        self.company.write(
            {
                "reminder_ladder_id": False,
                "email": False,
                "reminder_bank_stale_days": 5,
            }
        )
        self.move = self.make_invoice(due=60)

    def play(self, tour, moment, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.boss.lang = lang
        with freeze_time(moment):
            self.start_tour("/odoo", f"payment_reminders_{tour}", login="boss")
            # The tour fails above MOST_CLICKS: see its last step.
            _logger.info("%s in %s: at most %s clicks", tour, lang, MOST_CLICKS)

    def assertReallySent(self):
        [mail] = self.smtp.mails
        self.assertEqual(mail.recipients, ["ap@nordlys.example"])
        self.assertIn(self.move.name, mail.body)
        self.assertEqual(self.move.reminder_status, "sent")
        # Who answers for the customer writes: the salesperson of the invoice.
        self.assertIn("accountman@test.com", mail.parsed["From"])


@tagged("-standard", "payment_reminders_long")
class TestFirstHour(FirstHourCommon):
    def test_on_a_monday_it_is_sent_at_once(self):
        self.play("first_hour", MONDAY, "en_US")
        self.assertReallySent()

    def test_on_a_monday_in_danish(self):
        self.play("first_hour", MONDAY, "da_DK")
        self.assertReallySent()

    def leave_on_monday(self, lang):
        self.play("first_hour_of_a_sunday", SUNDAY, lang)
        self.assertFalse(self.smtp.mails, "nobody is written to on a Sunday")
        with freeze_time("2026-09-21 14:00:00"):
            self.env["payment.reminder.run"]._cron_run()
            self.env["payment.reminder"]._cron_send()
        self.assertReallySent()

    def test_on_a_sunday_it_is_approved_and_leaves_by_itself(self):
        self.leave_on_monday("en_US")

    def test_on_a_sunday_in_danish(self):
        self.leave_on_monday("da_DK")
