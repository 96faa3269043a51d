"""The list of attacks on the customer's page, each line with what it got."""

from contextlib import suppress
from io import BytesIO

import requests

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..controllers import portal_access
from .portal_common import PortalCommon

SCRIPT = "<script>alert('XSS')</script>{{7*7}}<t t-out='object.env'/>"
ROUTES = ("", "/pay", "/ask", "/plan")
FORMS = ("/ask", "/plan", "/promise")


@tagged("post_install", "-at_install")
class TestAttacks(PortalCommon):
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
        for path in ("-1", "1.5", "x", "%2e%2e", "1%20", "..%2f1", "1/../../web"):
            answer = self.url_open(
                f"/my/reminders/{path}?access_token={self.token}", allow_redirects=False
            )
            self.assertIn(answer.status_code, (303, 404, 400), path)
            self.assertNotIn(self.move.name, answer.text)

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
        for form in ({"kind": SCRIPT}, {"kind": "paid", "paid_date": SCRIPT}):
            pages.append(self.ask(**form).text)
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
        self.assertNothingHappened()

    def test_nobody_is_led_elsewhere(self):
        evil = "https://evil.example"
        for key in ("redirect", "r", "next", "landing_route", "url", "return_url"):
            answer = self.ask(description="x", **{key: evil})
            self.assertTrue(
                answer.headers["Location"].startswith(f"/my/reminders/{self.case.id}?")
            )
            self.assertNotIn("evil", answer.headers["Location"])

    # -- how often --------------------------------------------------------------

    def test_ten_thousand_posts(self):
        limit, _seconds = portal_access.CASE_LIMITS["write"]
        codes = [self.ask(description="x").status_code for _n in range(limit + 15)]
        self.assertEqual(codes.count(303), limit)
        self.assertEqual(codes.count(429), 15)
        self.assertEqual(len(self.case.query_ids), limit)
        throttle = self.env["payment.reminder.throttle"]
        taken = [throttle._allow("write", "x", 30, 3600) for _n in range(10000)]
        self.assertEqual(sum(taken), 30)

    def test_guessing_links_is_stopped(self):
        limit, _seconds = portal_access.LIMITS["wrong_link"]
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

    # -- by RPC -----------------------------------------------------------------

    def test_a_portal_user_reads_and_calls_nothing(self):
        user = self.make_user("visitor", "base.group_portal")
        user.sudo().partner_id.parent_id = self.customer
        self.ask(kind="time")
        models = [name for name in self.env if name.startswith("payment.reminder")]
        self.assertGreater(len(models), 15)
        for name in models:
            model = self.env[name].with_user(user)
            if model._abstract:
                continue
            record = self.env[name].sudo().search([], limit=1).with_user(user)
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(model.has_access(operation), f"{operation} {name}")
            with self.assertRaises(AccessError, msg=name):
                model.search_read([], ["id"])
            if record:
                with self.assertRaises(AccessError, msg=name):
                    record.read()
                with self.assertRaises(UserError, msg=name):
                    record.write({"display_name": "x"})
