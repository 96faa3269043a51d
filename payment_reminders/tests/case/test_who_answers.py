from odoo import SUPERUSER_ID
from odoo.tests import tagged

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


@tagged("post_install", "-at_install")
class TestWhoAnswers(GatewayCommon):
    """Whoever writes to customers, and is asked, is somebody who can answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bot = cls.env["res.users"].browse(SUPERUSER_ID)
        cls.other = cls.make_user("other", "payment_reminders.group_reminder_user")
        # The user of the tests is a manager too, made before.
        managers = cls.company._get_reminder_managers()
        (managers - cls.manager).email = False

    def send_for(self, seller, **vals):
        """Send the notice of an invoice of this salesperson; return its e-mail."""
        reminder = self.ripe(invoice_user_id=seller.id, **vals)
        with self.mail_server():
            self.assertEqual(reminder._dispatch(), {})
        self.assertEqual(reminder.state, "sent")
        self.case = reminder.case_id
        return reminder.delivery_ids.mail_mail_id

    def assertWrites(self, mail, user):
        self.assertEqual(mail.author_id, user.partner_id)
        self.assertEqual(mail.email_from, user.email_formatted)
        self.assertIn(user.email, mail.reply_to)
        letter = self.case.reminder_ids._prepare_letter_sender()
        self.assertEqual((letter["author"], letter["email"]), (user.name, user.email))

    def ask(self):
        query = self.env["payment.reminder.query"].create(
            {"case_id": self.case.id, "source": "page", "description": "Where is it?"}
        )
        return query.activity_ids

    def test_a_salesperson_writes_and_is_asked(self):
        self.assertWrites(self.send_for(self.rep), self.rep)
        self.assertEqual(self.case.user_id, self.rep)
        self.assertEqual(self.ask().user_id, self.rep)

    @takes_long
    def test_the_robot_is_nobody(self):
        self.bot.partner_id.email = "odoobot@company.example"
        self.assertWrites(self.send_for(self.bot), self.manager)
        self.assertFalse(self.case.user_id)
        self.assertEqual(self.ask().user_id, self.manager)

    def test_the_customers_person_comes_before_a_manager(self):
        mail = self.send_for(self.bot)
        self.customer.user_id = self.other
        self.assertEqual(self.case._get_responsible(), self.other)
        self.assertEqual(mail.author_id, self.manager.partner_id)

    @takes_long
    def test_customers_and_whoever_has_no_address_or_works_elsewhere_are_nobody(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        portal = self.make_user("portal", "base.group_portal")
        mute = self.make_user("mute", "payment_reminders.group_reminder_user")
        mute.email = False
        twofold = self.make_user("twofold", "payment_reminders.group_reminder_user")
        twofold.email = "call me"
        away = self.make_user("away", "payment_reminders.group_reminder_user")
        away.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        self.assertWrites(self.send_for(self.rep), self.rep)
        for user in (portal, mute, twofold, away):
            self.case.user_id = user
            self.assertEqual(self.case._get_responsible(), self.manager, user.name)
            self.assertEqual(
                self.case._get_customer_sender()[0], self.manager.partner_id
            )

    @takes_long
    def test_without_anybody_the_company_writes_and_an_administrator_is_asked(self):
        self.send_for(self.bot)
        self.manager.active = False
        author, sender = self.case._get_customer_sender()
        self.assertEqual(author, self.company.partner_id)
        self.assertIn("books@company.example", sender)
        self.assertEqual(self.ask().user_id, self.env.ref("base.user_admin"))

    @takes_long
    def test_the_giver_of_the_standing_approval_comes_first_among_managers(self):
        second = self.make_user("second", "payment_reminders.group_reminder_manager")
        self.send_for(self.bot)
        case = self.case
        self.assertEqual(case._get_responsible(), self.manager)
        self.ladder.with_user(second).action_grant_standing_approval()
        self.assertEqual(case._get_responsible(), second)
        second.active = False
        self.assertEqual(case._get_responsible(), self.manager)

    # -- somebody leaves ------------------------------------------------------------

    @takes_long
    def test_what_waits_with_whoever_leaves_is_handed_over(self):
        self.send_for(self.rep)
        asked = self.ask()
        mine = self.case.activity_schedule(user_id=self.rep.id, summary="Call them")
        theirs = self.case.activity_schedule(user_id=self.other.id, summary="Wait")
        second = self.make_invoice(
            due=10, partner=self.make_customer("Two", "two@x.example")
        )
        second.invoice_user_id = self.rep
        waiting = self.propose().filtered(lambda r: r.case_id != self.case)
        waiting.case_id.user_id = self.rep
        self.assertEqual(waiting.user_id, self.rep)
        self.rep.action_archive()
        self.assertEqual((asked | mine).user_id, self.manager)
        self.assertEqual(theirs.user_id, self.other)
        self.assertEqual(waiting.user_id, self.manager)
        self.assertEqual(self.case.user_id, self.manager)
        # And what comes later.
        self.assertEqual(self.ask().user_id, self.manager)

    def test_archived_by_a_write_as_well(self):
        self.send_for(self.rep)
        asked = self.ask()
        self.customer.user_id = self.other
        self.rep.active = False
        self.assertEqual(asked.user_id, self.other)
        self.assertEqual(self.case.user_id, self.other)

    def test_activities_of_a_ladder_go_to_a_manager(self):
        second = self.make_user("second", "payment_reminders.group_reminder_manager")
        activity = self.ladder.activity_schedule(user_id=second.id, summary="Rates")
        elsewhere = self.customer.activity_schedule(user_id=second.id, summary="Hi")
        second.action_archive()
        self.assertEqual(activity.user_id, self.manager)
        self.assertFalse(elsewhere.exists(), "Odoo deletes what is not ours")

    @takes_long
    def test_a_case_that_starts_again_is_not_given_to_who_left(self):
        self.send_for(self.rep)
        self.pay(self.case.move_ids)
        self.assertEqual(self.case.state, "closed")
        self.rep.action_archive()
        self.make_invoice(due=10, invoice_user_id=self.rep.id)
        self.refresh()
        self.assertEqual(self.case.state, "active")
        self.assertEqual(self.case.user_id, self.manager)

    # -- what managers are told -----------------------------------------------------

    def get_problems(self, word):
        company = self.env["res.company"].with_user(self.manager)
        texts = [problem["text"] for problem in company.get_reminder_health()]
        return [text for text in texts if word in text]

    def test_the_set_up_lists_cases_that_nobody_answers_for(self):
        self.send_for(self.rep)
        self.assertFalse(self.get_problems(self.case.name))
        self.rep.email = False
        (problem,) = self.get_problems(self.case.name)
        self.assertIn("Rep", problem)
        self.manager.email = False
        self.assertTrue(self.get_problems("No manager"))

    # -- headers --------------------------------------------------------------------

    def test_a_name_with_a_line_feed_writes_no_header(self):
        evil = "Nordlys\r\nBcc: everybody@evil.example\n\nBuy\x0bnow"
        self.customer.name = evil
        self.rep.name = "Rep\nX-Evil: 1"
        self.company.name = "Our\r\nCompany"
        self.ladder.step_ids.mail_template_id.subject = "{{ object.partner_id.name }}"
        mail = self.send_for(self.rep)
        for name in ("subject", "email_from", "email_to", "reply_to"):
            self.assertEqual(mail[name].splitlines(), [mail[name]], name)
        self.assertIn(
            '"Nordlys Bcc: everybody@evil.example Buy now" <ap@nordlys.example>',
            mail.email_to,
        )
        with self.mail_server():
            self.case._mail_customer("payment_reminders.mail_template_new_link")
        other = self.env["mail.mail"].search(
            [("res_id", "=", self.case.id), ("model", "=", self.case._name)], limit=1
        )
        for name in ("subject", "email_from", "email_to", "reply_to"):
            self.assertEqual(other[name].splitlines(), [other[name]], name)
