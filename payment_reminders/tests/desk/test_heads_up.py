import re

from odoo import fields
from odoo.tests import HttpCase, freeze_time
from odoo.tools import html2plaintext

from ..sending.gateway_common import GatewayCommon


class HeadsUpCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        others = cls.env.ref("payment_reminders.group_reminder_manager").all_user_ids
        (others - cls.manager).reminder_heads_up = "none"
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.theirs = cls.make_invoice(
            due=11,
            partner=cls.make_customer("B", "b@x.example"),
            invoice_user_id=cls.manager.id,
        )
        cls.reminders = cls.propose()
        cls.mine = cls.move.reminder_case_id.reminder_ids

    def tell(self):
        """Run the daily action; return {address: text} of the digests."""
        domain = [("subject", "like", "about to leave"), ("email_to", "!=", False)]
        known = self.env["mail.mail"].search(domain)
        self.env["payment.reminder.heads.up"]._cron_heads_up()
        mails = self.env["mail.mail"].search(domain) - known
        return {
            re.sub(r".*<(.*)>", r"\1", mail.email_to): mail.body_html for mail in mails
        }


class TestHeadsUp(HeadsUpCommon):
    """One digest a day, to whoever may stop what it tells of."""

    def test_everybody_hears_of_their_own_once(self):
        told = self.tell()
        self.assertEqual(set(told), {self.manager.email, self.rep.email})
        self.assertIn("Nordlys", told[self.rep.email])
        self.assertNotIn(">B<", told[self.rep.email])
        self.assertEqual(told[self.manager.email].count("/reminders/desk/"), 2)
        self.assertEqual(self.tell(), {}, "nothing new, no digest")

    def test_what_is_new_is_told_the_next_day(self):
        self.tell()
        self.make_invoice(due=12, partner=self.make_customer("C", "c@x.example"))
        self.propose()
        told = self.tell()
        self.assertEqual(set(told), {self.manager.email})
        self.assertEqual(told[self.manager.email].count("/reminders/desk/"), 1)

    def test_an_activity_in_place_of_mail(self):
        self.manager.reminder_heads_up = "activity"
        self.rep.reminder_heads_up = "none"
        self.assertEqual(self.tell(), {})
        activity = self.ladder.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("leave: 2", activity.summary)
        self.make_invoice(due=12, partner=self.make_customer("C", "c@x.example"))
        self.propose()
        self.tell()
        self.assertEqual(len(self.ladder.activity_ids), 1, "one a person")

    def test_everybody_chooses_for_themselves(self):
        self.rep.with_user(self.rep).reminder_heads_up = "none"
        self.assertEqual(set(self.tell()), {self.manager.email})

    # -- what it says ------------------------------------------------------------------

    def read(self, user):  # pylint: disable=method-required-super
        words = html2plaintext(self.tell()[user.email]).split()
        return " ".join(words)

    def test_what_waits_and_what_leaves_by_itself(self):
        self.mine.with_user(self.manager).action_approve()
        told = self.read(self.manager)
        waits, leaves = told.split("Leaves by itself")
        self.assertIn("Waits for you", waits)
        self.assertIn("Approve or stop", waits)
        self.assertNotIn("Nordlys", waits)
        self.assertIn("Nordlys", leaves)
        self.assertNotIn("Approve or stop", leaves)
        self.assertEqual(told.count("Together"), 2)

    def test_a_rep_reads_that_a_manager_is_waited_for(self):
        told = self.read(self.rep)
        self.assertIn("Waits for a manager", told)
        self.assertNotIn("Approve", told)
        self.assertNotIn("Leaves by itself", told)

    def test_its_times_and_totals(self):
        self.reminders.with_user(self.manager).action_approve()
        told = self.read(self.manager)
        for reminder in self.reminders.with_context(
            lang=self.manager.lang, tz=self.manager.tz
        ):
            self.assertIn(" ".join(reminder.leaves_text.split()), told)
        total = sum(self.reminders.mapped("amount_claim"))
        self.assertIn(f"{total:,.2f} {self.company.currency_id.name}", told)


class TestDeskPage(HeadsUpCommon, HttpCase):
    """The page behind a link: it asks first, acts once, with the rights of today."""

    def setUp(self):
        super().setUp()
        self.link = (
            self.env["payment.reminder.desk.link"]
            .sudo()
            .create({"reminder_id": self.mine.id, "user_id": self.rep.id})
        )
        self.url = self.link._get_url().split(self.link.get_base_url())[1]

    def click(self, action, url=None):
        url = url or self.url
        page = self.url_open(url).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        self.token = found[1] if found else self.token
        return self.url_open(url, data={"action": action, "csrf_token": self.token})

    def test_looking_changes_nothing(self):
        for _again in range(2):
            page = self.url_open(self.url)
            self.assertEqual(page.status_code, 200)
            self.assertIn("Nordlys", page.text)
            self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(self.mine.state, "proposed")
        self.assertFalse(self.link.date_used)

    def test_hold_once(self):
        self.assertIn("Held.", self.click("hold").text)
        self.assertEqual(self.mine.state, "held")
        self.assertEqual(self.mine.held_by_id, self.rep)
        self.mine.with_user(self.rep).action_release()
        self.assertIn("does not work any more", self.click("hold").text)
        self.assertEqual(self.mine.state, "proposed")

    def test_snooze(self):
        self.click("snooze")
        self.assertEqual(str(self.mine.case_id.snoozed_until), "2026-09-22")

    def test_i_call_first(self):
        self.click("call")
        self.assertIn("calls first", self.mine.hold_note)
        activity = self.mine.case_id.activity_ids
        self.assertEqual(activity.user_id, self.rep)

    def use_link_of(self, user):
        link = self.env["payment.reminder.desk.link"].sudo()
        link = link.create({"reminder_id": self.mine.id, "user_id": user.id})
        return link._get_url().split(link.get_base_url())[1]

    def test_a_manager_approves(self):
        url = self.use_link_of(self.manager)
        self.assertIn('value="approve"', self.url_open(url).text)
        self.assertIn("Approved.", self.click("approve", url).text)
        self.assertEqual(self.mine.state, "approved")
        self.assertEqual(self.mine.approved_by_id, self.manager)

    def test_a_rep_is_not_offered_to_approve(self):
        self.assertNotIn('value="approve"', self.url_open(self.url).text)
        self.click("approve")
        self.assertEqual(self.mine.state, "proposed")
        self.assertFalse(self.link.date_used)

    def test_what_has_left_is_not_offered_to_hold(self):
        self.click("nothing")
        self.send(self.mine)
        page = self.url_open(self.url).text
        self.assertIn("It has left", page)
        self.assertNotIn('name="action"', page)
        case = self.mine.case_id
        self.click("snooze")
        self.assertFalse(case.snoozed_until)
        self.assertEqual(self.mine.state, "sent")

    def test_what_was_cancelled_says_so(self):
        self.mine.with_user(self.manager).action_cancel("A mistake")
        page = self.url_open(self.url).text
        self.assertIn("It was cancelled", page)
        self.assertNotIn('name="action"', page)

    def test_all_of_it_in_the_language_of_the_person(self):
        self.env["res.lang"]._activate_lang("da_DK")
        modules = self.env["ir.module.module"]
        modules._load_module_terms(["payment_reminders"], ["da_DK"])
        self.rep.lang = "da_DK"
        page = self.url_open(self.url).text
        self.assertIn('lang="da-DK"', page)
        for words in ("I call first", "Snooze a week", "Payment reminders", "Waits"):
            self.assertNotIn(words, page)
        self.assertIn("1.000,00", page)

    def test_nothing_else_is_done(self):
        self.click("approve")
        self.click("unlink")
        self.assertEqual(self.mine.state, "proposed")

    def test_rights_are_those_of_the_click(self):
        self.mine.case_id.user_id = self.manager
        self.assertNotIn("Held.", self.click("hold").text)
        self.assertEqual(self.mine.state, "proposed")
        self.mine.case_id.user_id = self.rep
        self.rep.group_ids = self.env.ref("base.group_user")
        self.assertNotIn("Held.", self.click("hold").text)
        self.rep.active = False
        self.assertNotIn("Held.", self.click("hold").text)
        self.assertEqual(self.mine.state, "proposed")

    def test_a_wrong_or_old_link_shows_nothing(self):
        other = (
            self.env["payment.reminder.desk.link"]
            .sudo()
            .create({"reminder_id": self.mine.id, "user_id": self.manager.id})
        )
        signature = self.link._get_signature()
        for url in (
            f"/reminders/desk/{other.id}/{signature}",
            f"/reminders/desk/{self.link.id}/{signature[:-1]}",
            f"/reminders/desk/999999/{signature}",
        ):
            self.assertNotIn("Nordlys", self.url_open(url).text)
        self.link.date_end = fields.Datetime.now()
        self.assertNotIn("Nordlys", self.url_open(self.url).text)

    def test_an_old_link_is_refused_in_time(self):
        with freeze_time("2026-09-23 08:00:00"):
            self.assertFalse(self.link._is_right(self.link._get_signature()))
