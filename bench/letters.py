"""Every step of a ladder in the languages of its country, to be looked at.

    PR_LETTERS=folder bin/test --no-browser -s bench/letters.py
    PR_LETTERS=folder PR_LETTERS_OF=BE:nl_BE,FR:fr_FR bin/test -s bench/letters.py

Writes, for each country and language, the e-mails as one page of HTML (subject, body
and the SMS under it, for a business and for a consumer) and the letters as one PDF. The
figures are those that the law of the country gives on that day. Nothing is sent.
"""

import os
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.payment_reminders.rules.sms import count_parts
from odoo.addons.payment_reminders.tests.notice.test_templates import TemplateCommon

FOLDER = os.environ.get("PR_LETTERS")
ALL = "GB:en_GB,IE:en_GB,FR:fr_FR,BE:fr_BE,BE:nl_BE,NL:nl_NL,AT:de_DE,DE:de_DE"
PAIRS = [
    pair.split(":") for pair in (os.environ.get("PR_LETTERS_OF") or ALL).split(",")
]
#: Name, street and town of a business and of a consumer.
READERS = {
    "GB": ("Harbour Cafe Ltd", "Emma Clarke", "12 Quay Street", "BS1 4DA", "Bristol"),
    "IE": ("Liffey Foods Ltd", "Aoife Byrne", "8 Dock Road", "D02 X285", "Dublin"),
    "FR": ("Café du Port SARL", "Élodie Lefèvre", "3 rue du Quai", "44000", "Nantes"),
    "BE": ("Koffie & Co BV", "An Peeters", "Kaai 12", "9000", "Gent"),
    "NL": ("Grachtencafé B.V.", "Sanne de Vries", "Gracht 5", "3511 AA", "Utrecht"),
    "AT": ("Kaffeehaus GmbH", "Jürgen Gruber", "Ring 4", "1010", "Wien"),
    "DE": ("Hafencafé GmbH", "Björn Müller", "Kai 7", "20457", "Hamburg"),
}
ACCOUNTS = {
    "GB": "GB33BUKB20201555555555",
    "IE": "IE64IRCE92050112345678",
    "FR": "FR7630006000011234567890189",
    "BE": "BE71096123456769",
    "NL": "NL91ABNA0417164300",
    "AT": "AT483200000012345864",
    "DE": "DE89370400440532013000",
}


@tagged("post_install", "-at_install")
class TestLetters(TemplateCommon):
    def test_render_them_all(self):
        folder = Path(FOLDER or self.skipTest("PR_LETTERS names no folder"))
        folder.mkdir(parents=True, exist_ok=True)
        codes = sorted({lang for _country, lang in PAIRS})
        for code in codes:
            self.env["res.lang"]._activate_lang(code)
        self.env.ref("base.module_payment_reminders")._update_translations(codes)
        self.company.reminder_fee_agreed = True
        for country, lang in PAIRS:
            self.render_country(folder, country, lang)

    def render_country(self, folder, country, lang):
        home = self.env["res.country"].search([("code", "=", country)])
        ladder = self.env.ref(f"payment_reminders.ladder_{country.lower()}")
        currency = ladder.jurisdiction_id.currency_id
        currency.active = True
        account = self.get_account(ACCOUNTS[country])
        self.company.country_id = home
        business, person, street, town, city = READERS[country]
        pages, notices = [], self.env["payment.reminder"]
        for name, is_company in ((business, True), (person, False)):
            reader = self.make_customer(
                name,
                "reader@customer.example",
                lang=lang,
                is_company=is_company,
                country_id=home.id,
                street=street,
                zip=town,
                city=city,
            )
            moves = self.make_invoices(
                [reader] * 2,
                40,
                [2480.0, 640.5],
                partner_bank_id=account.id,
                currency_id=currency.id,
            )
            case = self._make_case(reader, country.lower(), moves)
            case.currency_id = currency
            for step in ladder.step_ids:
                notice = self.env["payment.reminder.text.checker"]._make_notice(
                    case, step
                )
                if step.kind == "nudge":
                    notice.line_ids.date_due = "2026-09-18"
                notices |= notice
                pages.append(self.render_page(notice))
            case.state = "closed"
            case.identity = f"{case.identity}-{lang}"
        stem = folder / f"{country}_{lang}"
        stem.with_suffix(".html").write_text(
            f'<meta charset="utf-8"><body style="margin:24px;width:640px">'
            f"{''.join(pages)}"
        )
        stem.with_suffix(".pdf").write_bytes(notices._render_letter_pdf())
        print(f"{stem.name}: {len(notices)} notices")

    def get_account(self, number):
        Account = self.env["res.partner.bank"]
        return Account.search([("acc_number", "=", number)]) or Account.create(
            {
                "acc_number": number,
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )

    def render_page(self, notice):
        subject, body, sms = self.render(notice)
        return (
            f"<h3 style='border-top:4px solid #333'>{subject}</h3>{body}"
            f"<pre style='white-space:pre-wrap;background:#eee'>SMS "
            f"({count_parts(sms)}): {sms}</pre>"
        )
