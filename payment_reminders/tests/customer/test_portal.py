from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import JsonRpcException, freeze_time, tagged

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortal(PortalCommon):
    """The page of a case: for who has its key, and for nobody else."""

    # -- who gets in ------------------------------------------------------------

    def test_with_the_key(self):
        answer = self.get(self.case.id, self.token)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.move.name, answer.text)
        self.assertNotIn("Secret", answer.text)
        self.assertNotIn(self.other.name, answer.text)
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def test_without_or_with_a_wrong_key(self):
        wrong = (None, "", "x", self.other_token, self.token[:-1], "%00", "é" * 9)
        for token in (*wrong, self.token[:4] + "A" * 22, "0000" + self.token[4:]):
            self.assertTurnedAway(self.get(self.case.id, token))

    def test_a_case_that_is_none(self):
        for number in (0, 999999, 2**31, 10**30):
            self.assertTurnedAway(self.get(number, self.token))

    def test_the_key_expires(self):
        self.company.reminder_link_days = 30
        token = self.case._portal_ensure_token()
        last = fields.Datetime.now() + timedelta(days=30)
        with freeze_time(last):
            self.assertEqual(self.get(self.case.id, token).status_code, 200)
        with freeze_time(last + timedelta(days=1)):
            self.assertTurnedAway(self.get(self.case.id, token))
            self.assertEqual(self.case._judge_link(token), "expired")

    def test_no_key_outlives_its_version(self):
        self.case._end_links()
        self.assertTurnedAway(self.get(self.case.id, self.token))
        self.assertFalse(self.case._judge_link(self.token))

    def test_a_new_key_goes_to_the_known_address_only(self):
        later = fields.Datetime.now() + timedelta(days=200)
        with freeze_time(later):
            before = self.find_mails()
            data = {"case_id": self.case.id, "access_token": self.token}
            good = self.post("link", data)
            mail = self.find_mails() - before
            self.assertEqual(mail.email_to, '"Nordlys ApS" <ap@nordlys.example>')
            self.assertIn(self.case._portal_ensure_token(), mail.body_html)
            for wrong in (
                {"case_id": self.other_case.id, "access_token": self.token},
                {"case_id": "x", "access_token": "x"},
                {"case_id": "9" * 40, "access_token": self.token},
                {},
            ):
                self.assertEqual(self.post("link", wrong).text, good.text)
            self.assertEqual(self.find_mails(), before | mail)

    def test_new_keys_are_few(self):
        before = self.find_mails()
        data = {"case_id": self.case.id, "access_token": self.token}
        codes = [self.post("link", data).status_code for _n in range(5)]
        self.assertEqual(codes, [200, 200, 200, 429, 429])
        self.assertEqual(len(self.find_mails() - before), 3)

    def test_a_login_shows_own_cases(self):
        user = self.make_user("visitor", "base.group_portal")
        user.sudo().password = "visitor12"
        user.sudo().partner_id.parent_id = self.customer
        self.authenticate("visitor", "visitor12")
        page = self.url_open("/my/reminders").text
        self.assertIn(self.case.name, page)
        self.assertNotIn(self.other_case.name, page)
        self.assertEqual(self.get(self.case.id).status_code, 200)
        self.assertTurnedAway(self.get(self.other_case.id))

    def test_nobody_is_listed_to_the_public(self):
        self.assertIn("/web/login", self.get("", "").headers["Location"])

    # -- what it says -----------------------------------------------------------

    def test_paying_leads_to_own_invoices_only(self):
        mine, other = self.case.item_ids, self.other_case.item_ids
        answer = self.get(self.case.id, self.token, f"/pay/{mine.id}")
        self.assertIn(f"/my/invoices/{self.move.id}", answer.headers["Location"])
        self.assertTurnedAway(self.get(self.case.id, self.token, f"/pay/{other.id}"))
        self.assertTurnedAway(self.get(self.case.id, "x", f"/pay/{mine.id}"))

    def test_fee_with_its_ground_and_money_received(self):
        self.env["payment.reminder.claim.line"].create(
            {"case_id": self.case.id, "kind": "fee", "amount": 100}
        )
        self.pay(self.move, amount=300)
        page = self.get(self.case.id, self.token).text
        self.assertIn("Renteloven § 9 b", page)
        self.assertIn("Received on", page)
        self.assertEqual(self.case._get_page_due(), 800)

    def test_what_it_comes_to_on_a_day(self):
        day = self.case.company_id._get_reminder_today()
        soon = self.make_invoice(due=-2, amount=50)
        self.refresh()
        self.assertEqual(soon.reminder_case_id, self.case)
        self.assertEqual(self.case._get_page_forecast(day).total, 1000)
        later = self.case._get_page_forecast(day + timedelta(days=6))
        self.assertEqual(later.total, 1050)
        past = self.case._get_page_forecast(day - timedelta(days=400))
        self.assertEqual(past.day, day)
        for text in ("2026-09-30", "x", "9999-99-99", "'--"):
            page = self.get(self.case.id, self.token, day=text)
            self.assertEqual(page.status_code, 200)

    def test_an_invoice_that_is_another_customers_now(self):
        stays = self.make_invoice(due=9, amount=77)
        self.refresh()
        item = self.case.item_ids.filtered(lambda i: i.move_id == self.move)
        self.move.button_draft()
        self.move.partner_id = self.stranger
        self.move.action_post()
        page = self.get(self.case.id, self.token).text
        self.assertIn(stays.name, page)
        self.assertNotIn(self.move.name, page)
        self.assertTurnedAway(self.get(self.case.id, self.token, f"/pay/{item.id}"))
        self.refresh()
        self.assertTurnedAway(self.get(self.case.id, self.token, f"/pay/{item.id}"))
        theirs = self.get(self.other_case.id, self.other_token).text
        self.assertIn(self.move.name, theirs)

    def test_letters_as_pdf(self):
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        self.send(self.propose())
        mine, other = self.case.reminder_ids, self.other_case.reminder_ids
        self.assertEqual((mine | other).mapped("state"), ["sent", "sent"])
        page = self.get(self.case.id, self.token).text
        self.assertIn(f"/my/reminders/{self.case.id}/letter/{mine.id}?", page)
        answer = self.get(self.case.id, self.token, f"/letter/{mine.id}")
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertTurnedAway(self.get(self.case.id, self.token, f"/letter/{other.id}"))
        self.assertTurnedAway(self.get(self.case.id, "x", f"/letter/{mine.id}"))

    # -- paying online ----------------------------------------------------------

    def make_provider(self):
        return self.env["payment.provider"].create(
            {
                "name": "Test provider",
                "code": "none",
                "state": "test",
                "is_published": True,
                "allow_tokenization": False,
                "company_id": self.company.id,
                "payment_method_ids": [
                    Command.set(
                        [self.env.ref("payment.payment_method_unknown").id],
                    )
                ],
            }
        )

    def start_payment(self, amount, token=None, more="", **params):
        return self.make_jsonrpc_request(
            f"/my/reminders/{self.case.id}/transaction{more}",
            {
                "access_token": token or self.token,
                "amount": amount,
                "flow": "direct",
                "token_id": None,
                "tokenization_requested": False,
                "landing_route": "https://evil.example",
                "is_validation": False,
                **params,
            },
        )

    def test_amount_and_way_are_checked_on_the_server(self):
        provider = self.make_provider()
        method = provider.payment_method_ids[:1]
        method.active = True
        ways = {"provider_id": provider.id, "payment_method_id": method.id}
        Transaction = self.env["payment.transaction"].sudo()
        before = Transaction.search([])
        for amount, more in (
            (1000.01, {}),
            (0, {}),
            (-5, {}),
            ("1", {}),
            (None, {}),
            (1e308, {}),
            (100, {"token": self.other_token}),
            (100, {"more": f"/{self.other_case.item_ids.id}"}),
            (100, {"provider_id": 999999}),
        ):
            with self.assertRaises(JsonRpcException, msg=f"{amount} {more}"):
                self.start_payment(amount, **{**ways, **more})
        self.assertEqual(Transaction.search([]), before)

    def test_pay_a_part_and_the_costs(self):
        self.ladder.rest_policy = "keep"
        self.env["payment.reminder.claim.line"].create(
            {"case_id": self.case.id, "kind": "fee", "amount": 100}
        )
        self.assertEqual(
            self.case._divide_online_payment(400), (self.move, 0.0), "invoices first"
        )
        self.assertEqual(
            self.case._divide_online_payment(1060), (self.move, 60.0), "then costs"
        )

    def test_the_page_of_payment_refuses_wrong_amounts(self):
        for amount in ("0", "-1", "1e9", "nan", "inf", "x", "1000.01"):
            page = self.get(self.case.id, self.token, "/pay", amount=amount)
            self.assertEqual(page.status_code, 200)
            self.assertIn("Choose an amount above zero", page.text, amount)
        page = self.get(self.case.id, self.token, "/pay", amount="250").text
        self.assertNotIn("Choose an amount above zero", page)
        self.assertTurnedAway(self.get(self.case.id, self.other_token, "/pay"))
