"""The list of attacks on the customer's page, each line with what it got."""

from collections import Counter
from contextlib import suppress
from io import BytesIO

import requests

from odoo import fields
from odoo.tests import freeze_time, tagged

from ...controllers.portal import access
from .portal_common import PortalCommon

SCRIPT = "<script>alert('XSS')</script>{{7*7}}<t t-out='object.env'/>"
ROUTES = ("", "/pay", "/ask", "/plan")
FORMS = ("/ask", "/plan", "/promise")
#: Ten thousand are posted by bench/attacks.py.
POSTS = 100


@tagged("post_install", "-at_install")
class AttacksCommon(PortalCommon):
    """Whoever means harm gets what everybody gets, or nothing."""

    def setUp(self):
        super().setUp()
        self.before = self.count_rows()

    def count_rows(self):
        """Return how many questions, plans, freezes, transactions and files exist."""
        models = (
            "payment.reminder.query",
            "payment.reminder.plan",
            "payment.reminder.freeze",
            "payment.transaction",
        )
        counts = [self.env[model].sudo().search_count([]) for model in models]
        files = [("res_model", "=", "payment.reminder.query")]
        return [*counts, self.env["ir.attachment"].sudo().search_count(files)]

    def assertNothingHappened(self):
        self.assertEqual(self.count_rows(), self.before)
        self.assertEqual(self.case.state, "active")
        self.assertEqual(self.other_case.state, "active")

    def ask(self, files=None, **form):
        form = {"access_token": self.token, "kind": "other", **form}
        return self.post(f"{self.case.id}/ask", form, files)

    def lift_limits(self):
        """Let the other lines of the list have their turn."""
        self.env["payment.reminder.throttle"].sudo().search([]).unlink()

    def get_raw(self, path):
        """Open an address as it stands: what is odd in it is not put right first."""
        self.env.cr.flush()
        self.env.cr.clear()
        with self.allow_requests():
            request = self.opener.prepare_request(
                requests.Request("GET", self.base_url())
            )
            request.url = f"{self.base_url()}{path}?access_token={self.token}"
            return self.opener.send(request, allow_redirects=False, timeout=12)


class TestAttacks(AttacksCommon):
    # -- ids and links ----------------------------------------------------------

    def test_foreign_ids_and_links(self):
        day, signature = self.token[:4], self.token[4:]
        links = (
            None,
            self.other_token,
            f"{int(day, 16) + 1:04x}{signature}",
            f"ffff{signature}",
            self.token.swapcase(),
            self.token + "A",
            self.token + "\n",
            f" {self.token}",
            self.case._portal_ensure_token()[:-1] + "=",
            "' OR 1=1 --",
            "../../etc/passwd",
            "A" * 5000,
            "\u202e" + self.token,
        )
        for link in links:
            for route in ROUTES:
                self.assertTurnedAway(self.get(self.case.id, link, route))
            for route in FORMS:
                form = {"access_token": link or "", "kind": "time", "day": "2026-09-20"}
                self.assertTurnedAway(self.post(f"{self.case.id}{route}", form))
            self.lift_limits()
        self.assertNothingHappened()

    def test_paths(self):
        number = self.case.id
        for path in (
            "-1",
            "0",
            "1.5",
            "x",
            "link",
            f"{number}%00",
            f"%00{number}",
            f"{number}/ask%00",
            f"{number}/letter/1%00.pdf",
            f"{number}%20",
            f"{number};x=1",
            f"{number}'--",
            "%2e%2e",
            f"..%2f{number}",
            f"..%5c{number}",
            f"{number}/../{self.other_case.id}",
            "%2e%2e/%2e%2e/web/session/get_session_info",
            "%ef%bc%91",  # a one as wide as a Chinese letter
            "%d9%a1",  # an Arabic one
            "%e2%80%ae1",  # text that runs backwards
            "%ff%fe",  # no UTF-8
            str(2**31),
            str(2**63),
            "9" * 5000,
            "a" * 5000,
            f"{number}/letter/{'9' * 5000}",
            f"{number}/pay/{2**31}",
        ):
            with self.subTest(path=path[:60]):
                self.assertTurnedAway(self.get_raw(f"/my/reminders/{path}"))
        # Line ends: Odoo's own page of what does not exist.
        for path in (f"{number}%0a", f"{number}%0d%0aSet-Cookie:%20a=b"):
            answer = self.get_raw(f"/my/reminders/{path}")
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn("a", answer.cookies)
            self.assertNotIn(self.move.name, answer.text)
        self.assertNothingHappened()

    def test_an_expired_link_writes_nothing(self):
        later = fields.Datetime.add(fields.Datetime.now(), days=200)
        with freeze_time(later):
            for route in FORMS:
                form = {"access_token": self.token, "kind": "time"}
                self.assertTurnedAway(self.post(f"{self.case.id}{route}", form))
        self.assertNothingHappened()

    def test_of_another_company_nothing_is_shown(self):
        company = self.setup_other_company(name="Second")["company"]
        ladder = self.make_ladder(company=company)
        company.reminder_ladder_id = ladder
        case = self.case.sudo().copy(
            {"company_id": company.id, "identity": "second", "ladder_id": ladder.id}
        )
        token = case._portal_ensure_token()
        self.assertTurnedAway(self.get(case.id, self.token))
        self.assertTurnedAway(self.get(self.case.id, token))
        page = self.get(case.id, token)
        self.assertEqual(page.status_code, 200)
        self.assertNotIn(self.move.name, page.text)

    # -- input ------------------------------------------------------------------

    def test_script_in_every_field(self):
        self.customer.name = SCRIPT
        for form in (
            {"kind": "reference", "reference": SCRIPT},
            {"kind": "other", "description": SCRIPT},
            {
                "kind": "recipient",
                "description": SCRIPT,
                "recipient_name": SCRIPT,
                "recipient_email": SCRIPT,
            },
        ):
            self.assertEqual(self.ask(**form).status_code, 303)
        pages = [
            self.get(self.case.id, self.token, route).text
            for route in ("", "/pay", "/ask", "/plan")
        ]
        names = (
            "access_token kind item description recipient_name recipient_email"
            " reference paid_date paid_amount count first note day case_id"
        )
        everything = dict.fromkeys(names.split(), SCRIPT)
        for route in (f"{self.case.id}/ask", f"{self.case.id}/plan", "link"):
            pages.append(self.post(route, everything).text)
        everything["access_token"] = self.token
        for route in ("ask", "plan", "promise"):
            pages.append(self.post(f"{self.case.id}/{route}", everything).text)
        pages.append(self.ask(**{**everything, "kind": "paid"}).text)
        form = {**everything, "count": "3", "first": "2026-09-25"}
        self.assertEqual(self.post(f"{self.case.id}/plan", form).status_code, 303)
        self.assertEqual(self.case.plan_ids.note, SCRIPT)
        pages.append(self.get(self.case.id, self.token).text)
        pages += [
            self.get(self.case.id, self.token, day=SCRIPT).text,
            self.get(
                self.case.id, self.token, "/plan", first=SCRIPT, count=SCRIPT
            ).text,
            self.get(self.case.id, self.token, "/pay", amount=SCRIPT, item=SCRIPT).text,
            self.get(self.case.id, SCRIPT).text,
        ]
        for page in pages:
            self.assertNotIn("<script>alert", page)
            self.assertNotIn("<t t-out", page)
            self.assertNotIn(">49", page)
        before = self.find_mails()
        self.case.query_ids[1]._answer(SCRIPT, "not_agreed")
        self.customer.email = "new@nordlys.example"
        self.case.query_ids[1]._answer(SCRIPT)
        mails = self.find_mails() - before
        self.assertTrue(mails)
        for mail in mails:
            self.assertNotIn("<script>", mail.body_html)
            self.assertIn("{{7*7}}", mail.body_html)

    def test_files(self):
        for name, content in (
            ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("x.pdf", b"<html><script>alert(1)</script>"),
            ("x.png", b""),
            ("x.jpg", b"PK\x03\x04" + b"0" * 99),
            ("x.exe", b"MZ" + b"0" * 99),
            ("big.pdf", b"%PDF-" + b"0" * 5 * 1024 * 1024),
        ):
            answer = self.ask(
                {"files": (name, BytesIO(content), "application/pdf")}, description="x"
            )
            self.assertEqual(answer.status_code, 200, name)
        many = [("files", (f"{n}.pdf", BytesIO(b"%PDF-"), "x")) for n in range(9)]
        self.assertIn("no more than", self.ask(many, description="x").text)
        self.assertNothingHappened()

    def test_a_file_in_every_field(self):
        """A form may name a file as it names a text."""
        for route, fields_ in (
            (
                "ask",
                "kind item description recipient_name recipient_email paid_date"
                " paid_amount",
            ),
            ("plan", "count first note"),
            ("promise", "day"),
        ):
            for name in fields_.split():
                form = {"kind": "paid", "count": "3", "access_token": self.token}
                form.pop(name, None)
                files = {name: ("x.pdf", BytesIO(b"%PDF-1"), "x/y")}
                answer = self.post(f"{self.case.id}/{route}", form, files)
                self.assertEqual(answer.status_code, 200, name)
        files = {"access_token": ("x.pdf", BytesIO(b"%PDF-1"), "x/y")}
        self.assertTurnedAway(self.post(f"{self.case.id}/ask", {}, files))
        files = {"case_id": ("x.pdf", BytesIO(b"%PDF-1"), "x/y")}
        self.assertEqual(self.post("link", {}, files).status_code, 200)
        self.assertEqual(self.post("link", {"case_id": "9" * 5000}).status_code, 200)
        self.assertNothingHappened()

    def test_fifty_megabytes_are_not_read(self):
        file = BytesIO(b"%PDF-" + b"0" * 50 * 1024 * 1024)
        with suppress(requests.ConnectionError):  # cut off while still sending
            answer = self.ask({"files": ("x.pdf", file, "x/y")}, description="x")
            self.assertEqual(answer.status_code, 413)
        self.assertNothingHappened()

    def test_no_file_of_a_customer_is_public(self):
        self.ask({"files": ("x.pdf", BytesIO(b"%PDF-1"), "x")}, description="x")
        file = self.case.query_ids.attachment_ids
        answer = self.url_open(f"/web/content/{file.id}", allow_redirects=False)
        self.assertNotEqual(answer.status_code, 200)
        self.assertNotIn(b"%PDF", answer.content)

    # -- how it is sent ---------------------------------------------------------

    def test_without_the_number_of_the_session(self):
        for route in FORMS:
            form = {"access_token": self.token, "kind": "time", "day": "2026-09-20"}
            answer = self.post(f"{self.case.id}{route}", form, csrf=False)
            self.assertEqual(answer.status_code, 400, route)
        answer = self.post("link", {"case_id": self.case.id}, csrf=False)
        self.assertEqual(answer.status_code, 400)
        self.assertNothingHappened()

    def test_reading_changes_nothing(self):
        for route in (*ROUTES, "/promise", "/link"):
            for _n in range(3):
                self.get(
                    self.case.id,
                    self.token,
                    route,
                    kind="time",
                    description="x",
                    day="2026-09-20",
                    count="2",
                    first="2026-09-25",
                )
        for kind in ("invoice", "reference"):
            more = {"kind": kind, "reference": "PO-1234"}
            self.get(self.case.id, self.token, "/ask", **more)
        self.assertFalse(self.move.ref)
        self.assertFalse(self.move.message_ids.filtered("attachment_ids"))
        self.assertNothingHappened()

    def test_invoices_are_sent_by_their_own_customer_alone(self):
        """Whoever has no link, that of another, or no session makes nothing leave."""
        for kind in ("invoice", "reference"):
            form = {"kind": kind, "reference": "PO-1234"}
            for link in ("", self.other_token, self.token[::-1]):
                form["access_token"] = link
                self.assertTurnedAway(self.post(f"{self.case.id}/ask", form))
            form["access_token"] = self.token
            answer = self.post(f"{self.case.id}/ask", form, csrf=False)
            self.assertEqual(answer.status_code, 400)
            for typed in ("to", "email", "recipient_email", "mail_partner_ids"):
                form[typed] = "evil@evil.example"
            foreign = {**form, "item": self.other_case.item_ids.id}
            self.assertEqual(self.post(f"{self.case.id}/ask", foreign).status_code, 200)
        self.assertFalse((self.move | self.other).filtered("ref"))
        sent = (self.move | self.other).message_ids.filtered("attachment_ids")
        self.assertFalse(sent)
        self.assertNothingHappened()
        # The right one: to the known address, whatever was typed.
        self.customer.invoice_edi_format_store = "none"
        self.ask(kind="invoice", recipient_email="evil@evil.example")
        sent = self.move.message_ids.filtered("attachment_ids")
        self.assertEqual(sent.notified_partner_ids, self.customer)
        evil = [("email", "ilike", "evil.example")]
        self.assertFalse(self.env["res.partner"].search_count(evil))

    def test_nobody_is_led_elsewhere(self):
        evil = "https://evil.example"
        for key in ("redirect", "r", "next", "landing_route", "url", "return_url"):
            answer = self.ask(description="x", **{key: evil})
            self.assertTrue(
                answer.headers["Location"].startswith(f"/my/reminders/{self.case.id}?")
            )
            self.assertNotIn("evil", answer.headers["Location"])

    def test_guessing_links_is_stopped(self):
        limit, _seconds = access.LIMITS["wrong_link"]
        codes = [self.get(self.case.id, "x").status_code for _n in range(limit + 3)]
        self.assertEqual(codes, [404] * limit + [429] * 3)

    def test_a_new_hour_a_new_count(self):
        throttle = self.env["payment.reminder.throttle"]
        self.assertTrue(throttle._allow("a", "me", 1, 3600))
        self.assertFalse(throttle._allow("a", "me", 1, 3600))
        self.assertTrue(throttle._allow("a", "you", 1, 3600))
        self.assertTrue(throttle._allow("b", "me", 1, 3600))
        with freeze_time("2026-09-15 09:00:00"):
            self.assertTrue(throttle._allow("a", "me", 1, 3600))
        with freeze_time("2026-09-20 09:00:00"):
            throttle._gc_old()
        self.assertFalse(throttle.sudo().search([]))


@tagged("-standard", "payment_reminders_long")
class TestPostsWithoutEnd(AttacksCommon):
    def test_posts_without_end(self):
        limit, _seconds = access.CASE_LIMITS["write"]
        form = {
            "access_token": self.token,
            "kind": "other",
            "description": "x",
            "csrf_token": self.get_csrf(),
        }
        url = f"/my/reminders/{self.case.id}/ask"
        codes = Counter(
            self.url_open(url, form, allow_redirects=False).status_code
            for _n in range(POSTS)
        )
        self.assertEqual(codes, {303: limit, 429: POSTS - limit})
        self.assertEqual(len(self.case.query_ids), limit)
