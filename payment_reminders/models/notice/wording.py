"""What the texts of a notice show: the same figures in e-mail, SMS and letter."""

import base64
import re
import unicodedata
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import babel_locale_parse, float_compare, formatLang, plaintext2html

from ...rules.lifecycle import OPEN
from ...rules.references import LONGEST_TEXT, RF_COUNTRIES, creditor_reference
from ...rules.schedule import CALL, FINAL_NOTICE
from ...rules.sms import GSM_CHARACTERS
from ...rules.statute import PERSON

NBSP = "\N{NO-BREAK SPACE}"
#: So many invoice numbers are named in a subject, so many in an SMS.
NAMES_IN_SUBJECT = 3
NAMES_IN_SMS = 1
SMS_SENDER_LENGTH = 30
#: Of more invoices than this one reference is given for the payment of all of them.
MOST_NUMBERS = 3
#: From so many rows on, what has to be read stands before the table.
LONG_TABLE = 10
#: So many rows an e-mail shows: mail programs cut what has more than 100 kB.
MAIL_ROWS = 40
#: Letters that do not come apart into one of these and an accent.
GSM_SUBSTITUTES = str.maketrans(
    "łŁđĐðÐœŒþÞ’‘“”„–—…",
    'lLdDdDoOtT\'\'"""--.',
)
#: What is shown of a message before it leaves, or after.
PREVIEW = (
    "preview_to",
    "preview_subject",
    "preview_body",
    "preview_sms",
    "preview_error",
)
BLANKS = re.compile(r" {2,}")
#: What a final notice is called in the law, and the languages that call it so too.
LAW_TERMS = {
    "DK": ("inkassovarsel", ("da", "nb", "nn", "no")),
    "NO": ("inkassovarsel", ("da", "nb", "nn", "no")),
    "SE": ("inkassokrav", ("sv",)),
    "FI": ("maksuvaatimus", ("fi",)),
    "FR": ("mise en demeure", ("fr",)),
    "NL": ("ingebrekestelling", ("nl",)),
    # Two languages of one law: each has its own word.
    "BE": ("mise en demeure, ingebrekestelling", ("fr", "nl")),
}


@lru_cache(maxsize=4096)
def format_day(day, date_format, lang):
    """Return a day in words; thousands of notices share a few days."""
    locale = babel_locale_parse(lang)
    return format_date(day, date_format, locale=locale).replace(" ", NBSP)


class PaymentReminderLetter(models.Model):
    _inherit = "payment.reminder"

    preview_to = fields.Char(string="To", compute="_compute_preview")
    preview_subject = fields.Char(string="Subject", compute="_compute_preview")
    preview_body = fields.Html(
        string="E-mail", compute="_compute_preview", sanitize=False
    )
    preview_sms = fields.Text(string="SMS", compute="_compute_preview")
    preview_error = fields.Char(compute="_compute_preview")

    # -- what the texts of the templates use ------------------------------------
    #
    # All of it in the language of the context, which is the customer's, and all
    # of it works on an empty record: a template is rendered whenever it is saved.

    def _get_letter_greeting(self):
        """Return the name of whom this notice is addressed to."""
        return self._get_letter_recipient().name or ""

    def _get_letter_invoices(self, limit=NAMES_IN_SUBJECT):
        """Return the numbers of the invoices, as "INV1, INV2, INV3 (+4)"."""
        names = list(dict.fromkeys(line.name or "" for line in self.line_ids))
        text = ", ".join(names[:limit])
        return f"{text} (+{len(names) - limit})" if len(names) > limit else text

    def _get_letter_count(self):
        """Return the number of due items on this notice."""
        return len(self.line_ids)

    def _get_letter_total(self):
        """Return what is asked for, with the currency; a nudge asks for no costs."""
        return self._format_letter_money(self._get_letter_total_amount(), code=True)

    def _get_letter_total_amount(self):
        return self.amount_claim if self._is_demand() else self.amount_principal

    def _get_letter_deadline(self, date_format="long"):
        """Return the last day to pay: the deadline, for a nudge the first due date.

        What waits shows the deadline that it will get, what was cancelled the one that
        it would have got.
        """
        is_unsent = bool(self) and self.state in (*OPEN, "cancelled")
        if is_unsent and not self.deadline_date and self._is_demand():
            return self._format_letter_date(self._get_expected_deadline(), date_format)
        day = self.deadline_date or min(
            (line.date_due for line in self.line_ids if line.date_due), default=False
        )
        return self._format_letter_date(day, date_format)

    def _get_expected_deadline(self):
        """Return the deadline if this leaves as soon as its hold window has passed."""
        self.ensure_one()
        company = self.company_id
        ripe = company._get_reminder_today(self.hold_until or None)
        is_past = self.state == "cancelled" and bool(self.hold_until)
        day = ripe if is_past else max(ripe, company._get_reminder_today())
        calendars = self.env["payment.reminder.facts"]._get_calendars(self.case_id)
        return self._get_deadline(day, calendars[self.case_id.id])

    def _get_letter_date(self):
        """Return the day of this notice, as the company's calendar has it."""
        if not self:
            return ""
        day = self.company_id._get_reminder_today(self.sent_date or None)
        return self._format_letter_date(day)

    def _get_letter_law_term(self):
        """Return what the law calls this final notice (empty: nothing special).

        In Sweden a collection demand is a step of its own with a fee of its own; a
        final notice without that fee is only the last reminder.
        """
        law = self.step_id.sudo().ladder_id.jurisdiction_id.code
        if self.step_kind != FINAL_NOTICE or law not in LAW_TERMS:
            return ""
        if law == "SE" and not self.amount_fee:
            return ""
        return LAW_TERMS[law][0]

    def _get_letter_foreign_term(self):
        """Return the law's word, if the reader's language has another for it."""
        term = self._get_letter_law_term()
        if not term:
            return ""
        law = self.step_id.sudo().ladder_id.jurisdiction_id.code
        language = (self.env.lang or "en_US").split("_")[0]
        return "" if language in LAW_TERMS[law][1] else term

    def _get_letter_block(self, name):
        """Return one block of the letter as HTML.

        :param name: of the template after "letter_"; see paper/letter_templates.xml
        """
        if not self:
            return Markup()
        # The letter shows the customer what is theirs; who may render a notice
        # may see all of that notice.
        reminder = self.sudo()
        values = getattr(reminder, f"_prepare_letter_{name}")()
        if not values:
            return Markup()
        return self.env["ir.qweb"]._render(
            f"payment_reminders.letter_{name}", values, minimal_qcontext=True
        )

    # -- SMS --------------------------------------------------------------------

    def _get_sms_sender(self):
        """Return the company's name, short and in the characters of an SMS."""
        name = self._to_sms_text(self.company_id.name or "")
        if len(name) <= SMS_SENDER_LENGTH:
            return name
        return name[: SMS_SENDER_LENGTH - 3].rstrip(" ,.-&") + "..."

    def _get_sms_invoices(self):
        return self._to_sms_text(self._get_letter_invoices(limit=NAMES_IN_SMS))

    def _get_sms_total(self):
        return self._to_sms_text(self._get_letter_total())

    def _get_sms_deadline(self):
        return self._to_sms_text(self._get_letter_deadline("medium"))

    @api.model
    def _to_sms_text(self, text):
        """Return a text in the characters of an SMS, accents dropped where needed.

        What is written in another alphabet stays as it is: better long than wrong.
        """
        written = "".join(
            char if char in GSM_CHARACTERS else self._to_sms_character(char)
            for char in text.translate(GSM_SUBSTITUTES)
        )
        # Where a picture was left out, the blanks on both sides of it were left.
        return BLANKS.sub(" ", written).strip(" ")

    @api.model
    def _to_sms_character(self, char):
        if char.isspace():
            return " "
        parts = [c for c in unicodedata.normalize("NFKD", char) if c in GSM_CHARACTERS]
        return "".join(parts) or (char if char.isalnum() else "")

    # -- blocks -----------------------------------------------------------------

    def _prepare_letter_claim(self):
        """Return the values of the block that says what is owed and how to pay."""
        demand = self._is_demand()
        paper = self._is_letter_on_paper()
        items = [self._prepare_letter_item(line) for line in self.line_ids]
        by_row = self._pays_by_row()
        if by_row:
            items = list(map(self._add_own_account, items, self.line_ids))
        money = self._format_letter_money
        following = self._get_letter_next_step()
        has_law = bool(self.step_id.ladder_id.jurisdiction_id)
        extras = {}
        if demand:
            extras = {
                name: money(self[f"amount_{name}"])
                for name in ("costs_before", "fee", "interest", "compensation")
                if self[f"amount_{name}"]
            }
        return {
            "reminder": self,
            "demand": demand,
            "final": self.step_kind == FINAL_NOTICE,
            "currency": self.currency_id.name,
            "items": items if paper else items[:MAIL_ROWS],
            "more": 0 if paper else max(0, len(items) - MAIL_ROWS),
            "long": len(items) > LONG_TABLE,
            "extras": extras,
            "principal": money(self.amount_principal),
            "interest_until": self._format_letter_date(self.interest_until),
            "notes": self._prepare_letter_notes() if demand else {},
            "next_step": following,
            "interest_runs": following.charge_interest and self._bears_interest(),
            "costs_to_come": has_law and demand and self._get_letter_costs_to_come(),
            "total": self._get_letter_total(),
            "deadline": self._get_letter_deadline() if demand else "",
            "pay_url": self._get_pay_url(),
            "account": self._prepare_letter_account(),
            "nowhere": not self._has_way_to_pay(),
            "by_row": by_row,
            "reference": self._get_letter_reference(items),
            "customer": self.partner_id.name,
            "case": self.case_id.name,
            "date": self._get_letter_date(),
            "paper": paper,
            "payment_code": self._get_letter_block("payment_code"),
        }

    def _get_letter_next_step(self):
        """Return the letter that follows on this reminder, an empty one on the last."""
        steps = self.step_id.ladder_id.step_ids
        if self.step_kind != "reminder" or self.is_rest or self.step_id not in steps:
            return steps.browse()
        later = steps[steps.ids.index(self.step_id.id) + 1 :]
        return later.filtered(lambda step: step.kind != CALL)[:1]

    def _prepare_letter_notes(self):
        """Return what a customer has to know of how fees and interest were found.

        :return: dict of interest_until (set when a rate is missing after it) and, set
            when a limit of the law was converted: rate, law_currency, day; all of them
            formatted
        """
        remarks = set(self.remarks or [])
        values = self.remark_values or {}
        notes = {}
        if "interest:no_rate" in remarks and self.interest_until:
            notes["interest_until"] = self._format_letter_date(self.interest_until)
        if (self.amount_fee and "fee:converted" in remarks) or (
            self.amount_compensation and "compensation:converted" in remarks
        ):
            notes |= {
                "rate": self._format_letter_rate(values.get("rate", "")),
                "law_currency": values.get("law_currency", ""),
                "day": self._format_letter_date(fields.Date.to_date(values["day"])),
            }
        return notes

    def _get_letter_reference(self, items):
        """Return the reference for one payment of it all.

        Few invoices go by their numbers; empty when they have references of their own,
        which then stand with each of them. Many, and fees and interest alone, go by
        that of the case: no bank carries a long list.
        """
        if items and self._pays_by_row():
            return ""
        if len(items) == 1:
            return items[0]["reference"]
        names = ", ".join(dict.fromkeys(item["name"] for item in items))
        if not items or len(items) > MOST_NUMBERS or len(names) > LONGEST_TEXT:
            return self._get_case_reference()
        return "" if any(item["own_reference"] for item in items) else names

    def _get_case_reference(self):
        """Return the reference of the case, with check digits where banks know them."""
        name = self.case_id.name or ""
        if self.company_id.country_id.code in RF_COUNTRIES and name:
            return creditor_reference(name)
        return name

    def _has_way_to_pay(self):
        """Tell whether a reader learns from this notice how to pay."""
        return bool(
            self.line_ids.item_id.move_id.partner_bank_id
            or self._prepare_letter_account()
            or (self.company_id.reminder_takes_online and not self.is_elsewhere)
        )

    def _prepare_letter_item(self, line):
        """Return one row of the table of due items."""
        money = self._format_letter_money
        digits = self.currency_id.decimal_places
        received = line.amount_total - line.amount_residual - line.amount_apart
        credited = min(line.amount_credited, max(received, 0))
        paid = received - credited
        is_partial = float_compare(line.amount_total, line.amount_residual, digits) > 0
        move = line.item_id.move_id
        reference = move.payment_reference or line.name or ""
        return {
            "name": line.name or "",
            "url": self._get_letter_item_url(line),
            "date": self._format_letter_date(line.date_invoice),
            "due": self._format_letter_date(line.date_due),
            "open": money(line.amount_residual),
            "invoiced": money(line.amount_total) if is_partial else "",
            "paid": money(paid) if float_compare(paid, 0, digits) > 0 else "",
            "credited": money(credited)
            if float_compare(credited, 0, digits) > 0
            else "",
            "reference": reference,
            "own_reference": reference if reference != line.name else "",
            "account": "",
            **self._prepare_letter_agency(line),
        }

    def _prepare_letter_agency(self, line):
        """Return why a refused part is owed, and what of an invoice is pending."""
        part = line.item_id.agency_part_id
        own = part or line.item_id.move_id.reminder_agency_part_ids[:1]
        return {
            "agency": own.agency_id.name or "",
            "pending": self._format_letter_money(line.amount_pending)
            if line.amount_pending and not part
            else "",
            "refused": self._format_letter_money(part.amount_refused) if part else "",
            "refused_on": self._format_letter_date(part.date_refused),
            "refused_because": part.reason or "",
        }

    def _get_letter_item_url(self, line):
        """Return the link to one invoice; it leads over the page of the case, because
        a token on the invoice itself would be a row that payers write too.
        """
        if line.item_id.source_ref:
            return self._get_pay_url()
        return self._get_pay_url().replace("?", f"/pay/{line.item_id.id}?", 1)

    def _prepare_letter_account(self):
        """Return the account that the customer pays all to, as on the invoices."""
        bank = self._get_letter_bank()
        return self._prepare_letter_bank(bank) if bank else {}

    def _get_letter_bank(self):
        """Return the one account of all invoices; empty when they name several."""
        if self.is_rest:
            return self._get_rest_bank()
        none = self.env["res.partner.bank"]
        if self._pays_by_row():
            return none
        banks = (line.item_id.move_id.partner_bank_id for line in self.line_ids)
        # Of another program's invoices nobody here knows an account of their own.
        own = self.is_elsewhere and self.company_id.partner_id.bank_ids[:1]
        return next(filter(None, banks), own or none)

    def _add_own_account(self, item, line):
        """Return the row of an invoice that is paid to an account of its own."""
        bank = line.item_id.move_id.partner_bank_id
        shown = self._prepare_letter_bank(bank) if bank else {}
        parts = [shown.get(name) for name in ("number", "bic", "holder")]
        return {
            **item,
            "own_reference": item["reference"],
            "account": ", ".join(filter(None, parts)),
        }

    def _pays_by_row(self):
        """Tell whether the invoices name different accounts: each is paid alone.

        One that names none does not go to the account of another: a factor may have
        bought that one.
        """
        self.ensure_one()
        banks = {line.item_id.move_id.partner_bank_id for line in self.line_ids}
        # The same account may be kept twice.
        return len(banks) > 1 and len({bank.sanitized_acc_number for bank in banks}) > 1

    def _prepare_letter_bank(self, bank):
        holder = bank.acc_holder_name or bank.partner_id.name
        return {
            "number": bank.acc_number,
            "bank": bank.bank_id.name,
            "bic": bank.bank_id.bic,
            "holder": holder if holder != self.company_id.name else "",
        }

    def _prepare_letter_sender(self):
        """Return who sends this notice and how to reach them."""
        company = self.company_id
        author = self._get_sender()[0]
        return {
            **company._prepare_reminder_letterhead(self.partner_id.country_id),
            "author": author.name if author != company.partner_id else "",
            "phone": author.phone or company.phone,
            "email": author.email_normalized or company.email,
            "complaints_body": self._get_letter_complaints_body(),
            "paper": self._is_letter_on_paper(),
        }

    def _get_letter_complaints_body(self):
        """Return whom a private person may turn to (empty: it is not to be named)."""
        is_consumer = self.partner_id._get_debtor_kind() == PERSON
        if not (is_consumer and self._is_demand()):
            return ""
        return self.company_id.reminder_complaints_body or ""

    # -- formats ----------------------------------------------------------------

    def _format_letter_money(self, amount, code=False):
        """Return an amount as the reader writes it, without line breaks in it.

        The currency goes by its code: "kr" is a word of three countries.
        """
        currency = self.currency_id
        digits = currency.decimal_places if currency else 2
        text = formatLang(self.env, amount, digits=digits).replace(" ", NBSP)
        return f"{text}{NBSP}{currency.name or ''}" if code else text

    def _format_letter_rate(self, text):
        """Return an exchange rate as the reader writes it, with all its decimals."""
        locale = babel_locale_parse(self.env.lang or "en_US")
        rate = format_decimal(text or "0", locale=locale, decimal_quantization=False)
        return rate.replace(" ", NBSP)

    def _format_letter_date(self, day, date_format="medium"):
        """Return a day as the reader's country writes it, the month in letters where
        figures could be read in two ways (12/02/2026), without line breaks in it.
        """
        return format_day(day, date_format, self.env.lang or "en_US") if day else ""

    # -- the message as the customer will get it ------------------------------------

    def _compute_preview(self):
        previews = self._prepare_previews()
        for reminder in self:
            for name in PREVIEW:
                reminder[name] = previews[reminder].get(name, False)

    def _prepare_preview(self):
        """Return what the customer gets, or got, from this notice."""
        self.ensure_one()
        return self._prepare_previews()[self]

    def _prepare_previews(self):
        """Return {notice: what the customer gets, or got, from it}.

        Notices of one text are rendered together: its queries are for all of them. A
        channel that reaches nobody is left out when another one reaches somebody.
        """
        # Who may see a notice may see what it says.
        notices = self.sudo()
        gone = notices.filtered(lambda r: r.state in ("sent", "uncertain"))
        texts = gone.delivery_ids._read_sms_texts()
        waiting = notices - gone
        reached = waiting._read_reached()
        vals = {
            **{reminder: reminder._prepare_preview_of_sent(texts) for reminder in gone},
            **{
                reminder: {
                    "channels": [code for code in found if found[code]] or list(found),
                    "preview_to": ", ".join(sum(found.values(), [])),
                }
                for reminder, found in reached.items()
            },
        }
        wires = self.env["payment.reminder.delivery"]._get_wires()
        for kind, get_template in (
            ("sms", type(self)._get_sms_template),
            ("mail", type(self)._get_mail_template),
        ):
            codes = {
                code
                for code, wire in wires.items()
                if (wire.text == "sms") == (kind == "sms")
            }
            own = waiting.filtered(
                lambda r, some=codes: not some.isdisjoint(vals[r]["channels"])
            )
            for template, some in own.grouped(get_template).items():
                if template:
                    for reminder, found in some._render_preview(template).items():
                        vals[reminder].update(found)
        return {reminder: vals[reminder.sudo()] for reminder in self}

    def _render_preview(self, template):
        """Return {notice: its message by this template}, or why there is none.

        :param template: of an e-mail or an SMS, the one of all these notices
        """
        try:
            if template._name == "sms.template":
                texts = template._render_field("body", self.ids, compute_lang=True)
                return {
                    r: {"preview_sms": r._add_personal_text(texts[r.id])} for r in self
                }
            found = template._generate_template(self.ids, ("subject", "body_html"))
            mails = {r: r._add_personal_text(found[r.id]) for r in self}
        except UserError as error:
            if len(self) > 1:
                # One of them cannot be filled in: which one?
                return {
                    reminder: found
                    for one in self
                    for reminder, found in one._render_preview(template).items()
                }
            told = self.env._("The text cannot be filled in: %s", error)
            return {self: {"preview_error": told}}
        return {
            r: {"preview_subject": mail["subject"], "preview_body": mail["body_html"]}
            for r, mail in mails.items()
        }

    def _prepare_preview_of_sent(self, texts):
        """Return what the customer got from this notice.

        :param texts: {delivery: text of its SMS}
        """
        self.ensure_one()
        sent = self.delivery_ids.filtered(
            lambda delivery: delivery.state in ("sent", "uncertain", "bounced")
        )
        mail = sent.mail_mail_id[:1]
        told = [texts[delivery] for delivery in sent if delivery in texts]
        others = sent.filtered(lambda delivery: delivery not in texts)
        body = mail.body_html or others.mail_message_id[:1].body
        if others and not body:
            letters = others.with_context(bin_size=False).filtered("letter_html")
            body = base64.b64decode(letters[:1].letter_html or b"").decode()
        return {
            "preview_to": ", ".join(sent.mapped("recipient")),
            "preview_subject": mail.subject,
            "preview_body": body or False,
            "preview_sms": "\n".join(told) or False,
        }

    def _read_reached(self):
        """Return {notice: {channel: the addresses that would be tried, in order}}."""
        facts = self.env["payment.reminder.facts"]
        recipients = facts._read_recipients(self.case_id) if self else {}
        return {
            reminder: {
                channel: [
                    address
                    for _partner, address in facts._get_addressees(
                        recipients[reminder.case_id.id].get(channel, [])
                    )
                ]
                for channel in reminder._get_channels()
            }
            for reminder in self
        }

    def _add_personal_text(self, rendered):
        """Return a rendered text with the words of this notice alone above it.

        :param rendered: dict of an e-mail, or text of an SMS
        """
        self.ensure_one()
        text = self.personal_text
        if not text:
            return rendered
        if isinstance(rendered, dict):
            body = plaintext2html(text) + (rendered["body_html"] or "")
            return {**rendered, "body_html": body}
        return f"{text}\n{rendered}"
