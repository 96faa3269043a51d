"""The facts that answer a customer's question, and a drafted answer made of them.

Nothing of it goes anywhere by itself: a person reads it, and sends it or not.
"""

import hashlib
import json
import logging
import time

from markupsafe import Markup

from odoo import api, models, modules
from odoo.tools import format_date

from ..rules import drafting
from ..rules.drafting import Draft, Flaw
from ..tools.limited import call_within
from ..tools.money import format_code

_logger = logging.getLogger(__name__)

#: Seconds for which a language model is waited for while a form opens.
HOOK_SECONDS = 5
#: Rows of each kind that a draft is made of, the newest ones.
MOST_ROWS = 20
#: So long a draft of a model is remembered, or that it gave none.
KEEP_SECONDS = 1800
MOST_KEPT = 200
#: States of a delivery that say something of its way.
TOLD = ("sent", "bounced", "failed", "uncertain")

#: {key: (moment, draft)}, in the memory of this process alone.
_kept = {}


class PaymentReminderDraft(models.AbstractModel):
    _name = "payment.reminder.draft"
    _description = "Drafted Answer to a Customer"

    # -- the facts -------------------------------------------------------------------

    @api.model
    def _get_facts(self, query, lang):
        """Return what answers a question: texts and numbers as one reads them.

        No name, address or link is among them.

        :param lang: code of the language in which they are written
        :return: dict of JSON values; the lists have the oldest row first
        """
        # Whoever reads the question may know what of it is open, sent and paid.
        case = query.sudo().case_id.with_context(lang=lang)
        items = self._get_meant_items(query.sudo()).with_env(case.env)
        labels = dict(query._fields["kind"]._description_selection(case.env))
        return {
            "language": lang,
            "kind": query.kind,
            "about": labels[query.kind],
            "question": query.description or "",
            "their_number": query.reference or "",
            "today": format_date(case.env, case.company_id._get_reminder_today()),
            "open": [
                {
                    "number": item._get_number(),
                    "due": format_date(case.env, item.date_due),
                    "amount": self._money(case, item.amount_residual),
                }
                for item in items.sorted("date_due")[-MOST_ROWS:]
            ],
            "together": self._money(case, case.amount_claim),
            "invoices_sent": self._get_invoices_sent(case, items),
            "sent": self._get_sent(case),
            "payments": self._get_payments(case, items),
            "costs": [
                {
                    "what": self._get_label(line, "kind"),
                    "day": format_date(case.env, line.date),
                    "amount": self._money(case, amount),
                    "ground": ground or "",
                }
                for line, ground, amount in case._get_page_ledger()[0][-MOST_ROWS:]
            ],
            "interest": [
                {**row, "amount": self._money(case, row["amount"])}
                for row in case._get_interest_statement().get("rows", [])[-MOST_ROWS:]
            ],
        }

    @api.model
    def _get_meant_items(self, query):
        """Return the due items that a question is about, or all that are open."""
        items = query.case_id._get_page_items()
        return (
            query.item_ids
            or items.filtered(lambda item: item.move_id in query.move_ids)
            or items
        )

    @api.model
    def _money(self, case, amount):
        return format_code(case.env, amount, case.currency_id)

    @api.model
    def _get_label(self, record, name):
        labels = dict(record._fields[name]._description_selection(record.env))
        return labels.get(record[name], "")

    @api.model
    def _get_sent(self, case):
        """Tell what was sent when by which way, and what came of it."""
        deliveries = case._get_page_letters()[0].delivery_ids.filtered(
            lambda d: d.state in TOLD and d.date_sent
        )
        return [
            {
                "what": delivery.step_id.name,
                "day": format_date(
                    case.env, case.company_id._get_reminder_today(delivery.date_sent)
                ),
                "how": self._get_label(delivery, "channel"),
                "arrived": self._get_label(delivery, "state"),
                "is_back": delivery.state != "sent",
            }
            for delivery in deliveries.sorted("date_sent")[-MOST_ROWS:]
        ]

    @api.model
    def _get_invoices_sent(self, case, items):
        """Tell when the invoices of the last notice first reached the customer."""
        notice = case._get_page_reminder()
        if not notice:
            return []
        ways = case.env["payment.reminder.facts"]._read_invoice_sendings(notice)
        return [
            {
                "number": item._get_number(),
                "day": format_date(case.env, ways[item.id]["invoice_sent_on"]),
            }
            for item in items[-MOST_ROWS:]
            if ways.get(item.id, {}).get("invoice_sent_on")
        ]

    @api.model
    def _get_payments(self, case, items):
        rows = [
            (paid.date, item._get_number(), paid.amount)
            for item, payments in case._get_page_payments().items()
            if item in items
            for paid in payments
        ]
        return [
            {
                "day": format_date(case.env, day),
                "number": number,
                "amount": self._money(case, amount),
            }
            for day, number, amount in sorted(rows)[-MOST_ROWS:]
        ]

    # -- the draft -------------------------------------------------------------------

    @api.model
    def _draft(self, query):
        """Return (draft, whether a language model wrote it, its flaw if it tried).

        :param query: payment.reminder.query
        """
        lang = self._get_lang(query)
        facts = self._get_facts(query, lang)
        if query.sudo().company_id.reminder_draft_by_model:
            draft = self._ask_model(query, facts)
            if not draft.flaw:
                return draft.text, True, None
            return self._write_own(facts), False, draft.flaw
        return self._write_own(facts), False, None

    @api.model
    def _get_lang(self, query):
        """Return the customer's language, if a draft can be written in it."""
        lang = query.case_id._get_customer_lang()
        words = self.with_context(lang=lang).env
        if lang.startswith("en") or words._("Thank you for writing to us.") != (
            "Thank you for writing to us."
        ):
            return lang
        return "en_US"

    @api.model
    def _ask_model(self, query, facts):
        """Return what the hook of a language model gives, if it can be used.

        What it says, or stumbles over, is of the customer: it is in no log.

        :return: :class:`rules.drafting.Draft`
        """
        text = json.dumps(facts, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        key = (self.env.cr.dbname, query._name, query.id, digest)
        moment, draft = _kept.get(key, (None, None))
        if moment is None or time.monotonic() - moment > KEEP_SECONDS:
            draft = self._call_model(query, facts)
            while len(_kept) >= MOST_KEPT:
                _kept.pop(next(iter(_kept)), None)
            _kept[key] = (time.monotonic(), draft)
        return draft

    @api.model
    def _call_model(self, query, facts):
        # A copy: whatever the hook does to it, what it says is compared with ours.
        given = json.loads(json.dumps(facts, default=str))
        try:
            text = call_within(HOOK_SECONDS, _call_hook, query, given)
        except TimeoutError:
            draft = Draft(flaw=Flaw.TOO_LATE)
        except Exception:  # noqa: BLE001 code of others, whatever it does
            draft = Draft(flaw=Flaw.FAILED)
        else:
            draft = drafting.judge(text, facts)
        if draft.flaw:
            _logger.warning("%s: no draft of a language model (%s)", query, draft.flaw)
        return draft

    @api.model
    def _write_own(self, facts):
        """Return our own draft of an answer, made of the facts alone."""
        words = self.with_context(lang=facts["language"]).env
        parts = [
            words._("Thank you for writing to us."),
            self._open_draft(words, facts),
        ]
        # Who may be somebody else reads nothing of what is owed.
        if facts["kind"] != "recipient":
            parts += self._write_blocks(words, facts)
        parts.append(words._("If you see it differently, please answer this message."))
        return "\n\n".join(filter(None, parts))[: drafting.MAX_DRAFT]

    @api.model
    def _open_draft(self, words, facts):
        """Return the sentence that the kind of the question asks for."""
        return {
            "paid": ""
            if facts["payments"]
            else words._(
                "We have not found your payment yet. Please send us a proof of it, "
                "with day, amount and account."
            ),
            "delivery": words._(
                "Please tell us, if you have not yet, which part of the invoice is "
                "missing or not as you ordered it."
            ),
            "recipient": words._(
                "We are sorry if our message reached the wrong person. Please tell us "
                "who should get it."
            ),
            "time": words._(
                "On your page you can propose instalments, or a day on which you pay."
            ),
            "reference": words._(
                "We see to it that your number %s stands on the invoice.",
                facts["their_number"],
            )
            if facts["their_number"]
            else words._("Please tell us which number you need on which invoice."),
            "invoice": words._("We see to it that you get the invoice once more."),
        }.get(facts["kind"], "")

    @api.model
    def _write_blocks(self, words, facts):
        """Return the paragraphs of what is open, was paid and was sent."""
        titles = self._get_titles(words)
        lines = self._get_lines(words, facts)
        # Of what came back the customer knows nothing.
        lines["sent"] = [
            "{day}: {what} ({how})".format(**row)
            for row in facts["sent"]
            if not row["is_back"]
        ]
        wanted = {
            "amount": ("open", "costs", "interest", "payments"),
            "paid": ("payments", "open"),
        }.get(facts["kind"], ("open", "sent"))
        return [
            "\n".join([titles[name], *(f"- {line}" for line in lines[name])])
            for name in wanted
            if lines[name]
        ]

    @api.model
    def _get_titles(self, words):
        return {
            "open": words._("Open today:"),
            "invoices_sent": words._("The invoices reached you:"),
            "sent": words._("We wrote to you:"),
            "payments": words._("We have received:"),
            "costs": words._("Fees and interest that we ask for:"),
            "interest": words._("Interest by day:"),
        }

    @api.model
    def _get_lines(self, words, facts):
        """Return {name of a list of facts: its rows, each as one line}."""
        return {
            "open": [
                words._("%(number)s: %(amount)s, due on %(due)s", **row)
                for row in facts["open"]
            ],
            "invoices_sent": [
                "{number}: {day}".format(**row) for row in facts["invoices_sent"]
            ],
            "sent": [
                "{day}: {what} ({how}: {arrived})".format(**row)
                for row in facts["sent"]
            ],
            "payments": [
                "{day}: {amount} ({number})".format(**row) for row in facts["payments"]
            ],
            "costs": [
                "{day}: {what}, {amount}".format(**row)
                + (f" ({row['ground']})" if row["ground"] else "")
                for row in facts["costs"]
            ],
            "interest": [
                words._(
                    "%(name)s: %(rate)s %% a year of %(base)s, from %(first_day)s to "
                    "%(last_day)s (days: %(days)s): %(amount)s",
                    **row,
                )
                for row in facts["interest"]
            ],
        }

    # -- for staff -------------------------------------------------------------------

    @api.model
    def _show_facts(self, query):
        """Return the facts of a question as HTML, in the reader's language."""
        facts = self._get_facts(query, self.env.lang or "en_US")
        lines = self._get_lines(self.env, facts)
        titles = {
            "open": self.env._("Open today"),
            "invoices_sent": self.env._("The invoices reached the customer"),
            "sent": self.env._("Sent, and how it arrived"),
            "payments": self.env._("Payments seen"),
            "costs": self.env._("Fees and interest asked for"),
            "interest": self.env._("Interest by day"),
        }
        return Markup().join(
            Markup("<p class='mb-1'><strong>%s</strong></p><ul>%s</ul>")
            % (
                title,
                Markup().join(Markup("<li>%s</li>") % line for line in lines[name])
                or Markup("<li class='text-muted'>%s</li>") % self.env._("Nothing"),
            )
            for name, title in titles.items()
            if lines[name] or name in ("open", "sent", "payments")
        )

    @api.model
    def _describe_source(self, by_model, flaw):
        """Say who wrote a draft, and why it was not the language model."""
        if by_model:
            return self.env._(
                "Written by a language model from the facts beside it. Read it before "
                "you send it."
            )
        reasons = {
            Flaw.EMPTY: self.env._("it gave no text"),
            Flaw.TOO_LONG: self.env._("its text was too long"),
            Flaw.MARKUP: self.env._("its text had code in it"),
            Flaw.LINK: self.env._("it named a link or an address that we did not give"),
            Flaw.AMOUNT: self.env._("it named a number that is not in the facts"),
            Flaw.FAILED: self.env._("it failed"),
            Flaw.TOO_LATE: self.env._("it did not answer in time"),
        }
        if flaw:
            return self.env._(
                "The language model was of no use (%s). This is our own draft.",
                reasons[flaw],
            )
        return self.env._("Made from the facts. Only a person sends it.")


def _call_hook(query, facts):
    """Call the hook of a language model in another thread than the caller's.

    With a transaction of its own: if it hangs, the caller's is not touched any more.
    Inside Odoo's tests there is one transaction only.
    """
    if modules.module.current_test:
        return query._get_drafted_answer(facts)
    with query.env.registry.cursor() as cr:
        own = api.Environment(cr, query.env.uid, dict(query.env.context))
        return query.with_env(own)._get_drafted_answer(facts)
