import json
import re
from html import unescape
from pathlib import Path

from odoo.tests import HttpCase, freeze_time

from ..sending.gateway_common import MOBILE, GatewayCommon
from ..tags import takes_long

DOCUMENT = Path(__file__).parents[3] / "docs" / "case-file.md"


class TestCaseFile(GatewayCommon, HttpCase):
    """All of a case in one file, and it can be verified by whoever gets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dkk = cls.use_danish_law(fee_policy="statutory", charge_interest=True)
        cls.ladder.step_ids.mail_template_id.body_html = (
            "<p>You owe <t t-out='object.amount_claim'/>, "
            "<a t-att-href='object._get_pay_url()'>see it</a></p>"
        )
        cls.ladder.step_ids.sms_template_id.body = (
            "You owe {{ object.amount_claim }}: {{ object._get_pay_url() }}"
        )
        cls.customer.write({"phone": MOBILE, "street": "Lyngvej 7", "city": "Lyngby"})
        cls.move = cls.make_invoice(due="2026-03-02", amount=10000, currency_id=dkk.id)
        for day in ("2026-03-16", "2026-04-14"):
            with freeze_time(f"{day} 08:00:00"), cls().gateways():
                reminder = cls.propose()
                cls.send(reminder)
                assert reminder.state == "sent"
        cls.second = reminder
        cls.case = reminder.case_id
        with freeze_time("2026-04-20 08:00:00"):
            cls.pay(cls.move, 1000, payment_date="2026-04-20")
            cls.case.with_user(cls.manager).action_hold("Anna called <b>us</b>")
            delivery = reminder.delivery_ids[0]
            delivery._receive_bounce(delivery, "5.1.1", "No such user")
        cls.case.user_id = cls.rep

    def download(self, login=None):
        self.env.flush_all()
        if login:
            self.authenticate(login, login)
        return self.url_open(
            f"/payment_reminders/case/{self.case.id}/file.json", allow_redirects=False
        )

    def test_everything_is_in_it(self):
        file = self.env["payment.reminder.case.file"]._build(self.case)
        self.assertEqual(
            file["case"]["debtor"]["address"], ["Lyngvej 7", "Lyngby", "Denmark"]
        )
        [item] = file["items"]
        self.assertEqual(item["settled"], [{"date": "2026-04-20", "amount": "1000.00"}])
        first, second, again = file["notices"]
        self.assertEqual((first["counts"], second["counts"]), (True, False))
        self.assertEqual(second["not_counted_because"], "It did not arrive.")
        self.assertEqual(second["amounts"]["fee"], "100.00")
        grounds = {ground["cost"]: ground["ground"] for ground in second["grounds"]}
        self.assertEqual(grounds["fee"], "Renteloven § 9 b")
        self.assertEqual(grounds["interest"], "Renteloven § 5")
        self.assertEqual(
            [(row["first_day"], row["last_day"]) for row in second["interest"]],
            [("2026-03-03", "2026-04-14")],
        )
        messages = {m["channel"]: m for m in second["messages"]}
        self.assertIn("You owe", messages["email"]["body"])
        self.assertEqual(messages["email"]["state"], "bounced")
        self.assertFalse(again["sent"])
        amounts = [float(entry["amount"]) for entry in file["claim_ledger"]]
        self.assertAlmostEqual(sum(amounts), float(file["case"]["costs"]), places=2)
        kinds = [entry["kind"] for entry in file["trail"]]
        self.assertEqual(kinds[0], "opened")
        for kind in ("sent", "payment_seen", "frozen", "bounced", "withdrawn"):
            self.assertIn(kind, kinds)

    def test_no_link_of_the_customer_is_in_it(self):
        """Whoever gets the file must not be able to open the customer's page."""
        link = re.compile(r"access_token=[0-9a-f]{4}[\w-]{22}")
        mail = self.second.delivery_ids.mail_mail_id
        [sent] = set(link.findall(mail.body_html))
        self.env["payment.reminder.query"].sudo().create(
            {
                "case_id": self.case.id,
                "kind": "amount",
                "description": f"Nothing to see on http://x.example/?{sent}",
            }
        )
        file = self.env["payment.reminder.case.file"]._to_json(self.case).decode()
        page = self.env["ir.actions.report"]._render_qweb_html(
            "payment_reminders.report_case_file", self.case.ids
        )[0]
        for text in (file, page.decode()):
            self.assertIn("see it", text)
            self.assertIn("access_token=left-out", text)
            self.assertNotRegex(text, link)
            self.assertNotIn(sent.partition("=")[2], text)

    def test_verified_as_the_document_says(self):
        """The very code of docs/case-file.md, on the file that is downloaded."""
        answer = self.download("manager")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        code = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[1]
        code = code.replace('json.load(open("RC00001.json"))', "json.loads(text)")
        file = answer.json()
        exec(code, {"text": answer.text})
        self.assertTrue(file["chain"]["whole"])
        for change in (
            lambda f: f["trail"][2].update(kind="held"),
            lambda f: f["trail"].pop(1),
            lambda f: f["claim_ledger"][0].update(amount="0.00"),
            lambda f: f["notices"][0]["messages"][0].update(body="Hello"),
        ):
            changed = json.loads(answer.text)
            change(changed)
            with self.assertRaises(AssertionError):
                exec(code, {"text": json.dumps(changed)})

    @takes_long
    def test_who_may_have_it(self):
        self.assertEqual(self.download().status_code, 303, "log in first")
        self.assertEqual(self.download("rep").status_code, 200, "it is his case")
        self.case.user_id = self.manager
        self.assertEqual(self.download("rep").status_code, 404)
        answer = self.url_open(f"/payment_reminders/case/{2**31 - 1}/file.json")
        self.assertEqual(answer.status_code, 404)

    def test_printed(self):
        page = self.env["ir.actions.report"]._render_qweb_html(
            "payment_reminders.report_case_file", self.case.ids
        )[0]
        text = unescape(page.decode())
        for words in (
            self.case.name,
            "Renteloven § 9 b",
            "You owe",
            "Anna called <b>us</b>",
            "It did not arrive.",
            self.case.event_ids.sudo().sorted("seq")[-1].hash,
        ):
            self.assertIn(words, text)
        self.assertIn("&lt;b&gt;us", page.decode(), "what people write is no markup")

    def test_printed_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("da_DK")
        self.env.ref("base.module_payment_reminders")._update_translations(["da_DK"])
        page = (
            self.env["ir.actions.report"]
            .with_context(lang="da_DK")
            ._render_qweb_html("payment_reminders.report_case_file", self.case.ids)[0]
        )
        text = " ".join(unescape(page.decode()).split())
        for words in ("Sagsmappe", "Gebyr", "via E-mail til", "Kom retur"):
            self.assertIn(words, text)
