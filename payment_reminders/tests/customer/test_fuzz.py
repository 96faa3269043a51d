"""Whatever a stranger sends: no page fails, and none tells what exists."""

import json
from itertools import product

import requests

from odoo.tests import tagged

from ...rules import self_solving
from ..tags import takes_long
from .portal_common import PortalCommon

#: What may come in any place of a form or an address.
TEXTS = (
    "",
    "é",
    "\u202e",
    "\x00",
    "😀" * 300,
    "-1",
    "0",
    "1e308",
    "-1e308",
    "nan",
    "inf",
    "9" * 400,
    "0x10",
    "１２",
    "1_000",
    "[]",
    "null",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
)
#: What may come in any place of JSON.
VALUES = (
    None,
    True,
    False,
    "",
    "é",
    "\x00",
    [],
    [1],
    {},
    {"a": []},
    -1,
    0,
    1.5,
    2**31,
    2**63,
    10**400,
    -(10**400),
    1e308,
    float("nan"),
    float("inf"),
)
#: By which a stranger learns nothing: everybody gets them.
HARMLESS = ("odoo.exceptions.", "werkzeug.exceptions.", "odoo.http.")
PAGES = {
    "": ("day",),
    "/pay": ("amount", "item"),
    "/ask": ("kind",),
    "/plan": ("count", "first"),
}
FORMS = {
    "/ask": (
        "kind",
        "item",
        "description",
        "recipient_name",
        "recipient_email",
        "paid_date",
        "paid_amount",
    ),
    "/plan": ("count", "first", "note"),
    "/promise": ("day",),
}
MODELS = (
    "payment.reminder.case",
    "payment.reminder.halt",
    "payment.reminder.query",
    "payment.reminder.plan",
    "payment.reminder.ladder",
)


class FuzzCommon(PortalCommon):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.lift_limits)

    def lift_limits(self):
        self.env["payment.reminder.throttle"].sudo().search([]).unlink()

    def assertNoFault(self, answer, what):
        self.assertLess(answer.status_code, 500, what)

    def assertAlike(self, answers, what):
        """A stranger gets the same, whether there is such a thing or not."""
        for answer in answers:
            self.assertNoFault(answer, what)
        self.assertEqual(len({answer.status_code for answer in answers}), 1, what)
        self.assertEqual(len({len(answer.headers) for answer in answers}), 1, what)


@tagged("post_install", "-at_install")
class FuzzCase(FuzzCommon):
    def call(self, route, params):
        """Post JSON as it stands, also numbers that no JSON has."""
        self.env.flush_all()
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        return self.url_open(
            route, data=body, headers={"Content-Type": "application/json"}
        )

    def get_fault(self, answer):
        """Return the name of the error that an answer tells of, if it is a fault."""
        if answer.status_code >= 500:
            return str(answer.status_code)
        if answer.status_code != 200:
            return ""
        error = answer.json().get("error")
        name = (error or {}).get("data", {}).get("name", "")
        return "" if name.startswith(HARMLESS) else name

    def read_answer(self, answer):
        """Return what an answer tells, without where in the code it was made."""
        told = answer.json()
        told.get("error", {}).get("data", {}).pop("debug", None)
        return told


class TestFuzz(FuzzCase):
    # -- the link of the heads-up -----------------------------------------------------

    def test_whatever_signs_a_link_of_the_heads_up(self):
        [reminder] = self.propose().filtered(lambda r: r.case_id == self.case)
        link = (
            self.env["payment.reminder.desk.link"]
            .sudo()
            .create({"reminder_id": reminder.id, "user_id": self.manager.id})
        )
        csrf = self.get_csrf()
        for text in ("x", "é", "%C3%A9", "%F0%9F%98%80", "%00", "%E2%80%AE", "9" * 400):
            self.lift_limits()
            pages, done = [], []
            for number in (link.id, link.id + 99999):
                url = f"/reminders/desk/{number}/{text}"
                pages.append(self.url_open(url, allow_redirects=False))
                form = {"action": "hold", "csrf_token": csrf}
                done.append(self.url_open(url, data=form, allow_redirects=False))
            self.assertAlike(pages, text)
            self.assertAlike(done, text)
        self.assertFalse(link.date_used)
        url = f"/reminders/desk/{link.id}/{link._get_signature()}"
        self.assertIn(self.customer.name, self.url_open(url).text)

    # -- Odoo's own routes, with our models -----------------------------------------

    @takes_long
    def test_whatever_is_asked_of_odoo_about_our_records(self):
        self.send(self.propose())
        case_id = self.case.id
        for model, token in product(MODELS, ("x", "é", "", None, self.token)):
            answers = []
            for number in (case_id, case_id + 99999):
                params = {"thread_model": model, "thread_id": number, "token": token}
                for route in ("/portal/chatter_init", "/mail/chatter_fetch"):
                    if route.endswith("fetch") and not token:
                        continue
                    answer = self.call(route, params)
                    what = (route, model, number, token)
                    self.assertEqual(self.get_fault(answer), "", what)
                    self.assertNotIn(self.customer.name, answer.text)
                    answers.append(self.read_answer(answer))
                    signed = {**params, "hash": "é", "pid": 1}
                    self.assertEqual(self.get_fault(self.call(route, signed)), "", what)
                post = {
                    **params,
                    "post_data": {"body": "x"},
                }
                answer = self.call("/mail/message/post", post)
                self.assertEqual(self.get_fault(answer), "", ("post", model, number))
            half = len(answers) // 2
            self.assertTrue(answers[:half] == answers[half:], (model, token))
        message = self.case.message_ids[:1]
        for token in ("x", "é"):
            answer = self.url_open(
                f"/mail/avatar/mail.message/{message.id}/author_avatar/50x50",
                params={"access_token": token},
                allow_redirects=False,
            )
            self.assertNoFault(answer, token)

    # -- the case file ----------------------------------------------------------------

    def test_whatever_case_file_is_asked_for(self):
        self.authenticate(self.rep.login, self.rep.login)
        other = self.other_case.id
        for number in (other, other + 99999, 0, 2**31, 10**9, "9" * 12, "é", "-1"):
            url = f"/payment_reminders/case/{number}/file.json"
            with self.allow_requests():
                request = requests.Request("GET", self.base_url() + url)
                answer = self.opener.send(
                    self.opener.prepare_request(request), timeout=12
                )
            self.assertEqual(answer.status_code, 404, number)


@tagged("-standard", "payment_reminders_long")
class TestMoreFuzz(FuzzCase):
    def test_whatever_is_to_be_paid(self):
        right = {
            "access_token": self.token,
            "amount": 100,
            "provider_id": None,
            "payment_method_id": None,
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/",
            "is_validation": False,
        }
        before = self.env["payment.transaction"].sudo().search_count([])
        route = f"/my/reminders/{self.case.id}/transaction"
        for name in right:
            less = {key: value for key, value in right.items() if key != name}
            for params in (less, *({**right, name: value} for value in VALUES)):
                self.lift_limits()
                answer = self.call(route, params)
                self.assertEqual(
                    self.get_fault(answer), "", (name, str(params.get(name))[:20])
                )
        for number in (self.case.id, self.case.id + 99999):
            self.lift_limits()
            strange = {**right, "access_token": "é"}
            answer = self.call(f"/my/reminders/{number}/transaction", strange)
            self.assertIn("does not work", answer.text)
        after = self.env["payment.transaction"].sudo().search_count([])
        self.assertEqual(after, before)


@tagged("-standard", "payment_reminders_long", "post_install", "-at_install")
class TestFuzzForms(FuzzCommon):
    def test_whatever_an_address_says(self):
        for route, names in PAGES.items():
            for name, text in product(names, TEXTS):
                answer = self.get(self.case.id, self.token, route, **{name: text})
                self.assertNoFault(answer, (route, name, text[:20]))
        for route, text in product(PAGES, TEXTS):
            self.lift_limits()
            answers = [
                self.get(number, text or "x", route)
                for number in (self.case.id, self.case.id + 99999)
            ]
            self.assertAlike(answers, (route, text[:20]))

    def test_whatever_a_form_says(self):
        csrf = self.get_csrf()
        right = {"kind": "paid", "paid_date": "2026-09-01", "paid_amount": "1"}
        for route, names in FORMS.items():
            for name, text in product(names, TEXTS):
                self.lift_limits()
                form = {
                    **right,
                    "access_token": self.token,
                    "csrf_token": csrf,
                    name: text,
                }
                answer = self.url_open(
                    f"/my/reminders/{self.case.id}{route}",
                    data=form,
                    allow_redirects=False,
                )
                self.assertNoFault(answer, (route, name, text[:20]))
        for name, text in product(("reference", "item"), TEXTS):
            self.lift_limits()
            form = {
                "kind": "reference",
                "reference": "PO-1234",
                "access_token": self.token,
                "csrf_token": csrf,
                name: text,
            }
            answer = self.url_open(
                f"/my/reminders/{self.case.id}/ask", data=form, allow_redirects=False
            )
            self.assertNoFault(answer, (name, text[:20]))
            stored = self.move.ref or ""
            self.assertEqual(stored, self_solving.read_reference(stored))
        for name, text in product(("case_id", "access_token"), TEXTS):
            self.lift_limits()
            form = {
                "case_id": self.case.id,
                "access_token": self.token,
                "csrf_token": csrf,
                name: text,
            }
            answer = self.url_open("/my/reminders/link", data=form)
            self.assertEqual(answer.status_code, 200, (name, text[:20]))
