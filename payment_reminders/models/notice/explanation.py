from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ...rules import guard
from ...rules.schedule import NUDGE
from ...rules.verdict import MONEY_CODES, RULES, Code
from ...tools.money import format_code
from .words import SENTENCES, WORDS

#: Which sentences tell of money that is not matched, in their order.
MONEY_KEYS = (
    "unallocated_credit",
    "credit_note",
    "draft_payment",
    "draft_credit_note",
    "collection",
    "credit_elsewhere",
)
#: A sentence lists so many payments, and how many more there are.
MOST_LISTED = 5


class PaymentReminderExplanation(models.AbstractModel):
    """Puts verdict codes into sentences that a bookkeeper understands."""

    _name = "payment.reminder.explanation"
    _description = "Payment Reminder Explanation"

    @api.model
    def _explain(self, reminder):
        """Return a sentence for each code of a verdict, in the user's language."""
        reminder.ensure_one()
        facts = self._get_seen_facts(reminder)
        return [
            self._explain_code(code, reminder, facts)
            for code in reminder.verdict or []
            if self._is_so_still(code, reminder)
        ]

    @api.model
    def _is_so_still(self, code, reminder):
        """Tell whether a code of a verdict can be right in the state of the notice.

        Approval and the passing of the hold window change it without a new verdict.
        """
        if code == Code.NOT_APPROVED:
            return not reminder.approved_by_id
        if code == Code.HOLD_WINDOW:
            hold_until = reminder.hold_until
            return bool(hold_until) and fields.Datetime.now() < hold_until
        return True

    @api.model
    def _get_seen_facts(self, reminder):
        """Return the facts that the guard saw last of a notice, or None."""
        # sudo: what the guard saw is for managers; what follows from it is told to all
        seen = reminder.sudo().facts
        return guard.Facts.from_json(seen) if seen else None

    @api.model
    def _explain_money(self, reminder, facts):
        """Return the sentences about money that is not matched, whatever else holds."""
        codes = dict.fromkeys(MONEY_CODES[money.source] for money in facts.money)
        return " ".join(self._explain_code(code, reminder, facts) for code in codes)

    @api.model
    def _explain_uncertain(self, reminder):
        """Return what is known of each attempt of which nobody knows how it ended."""
        channels = reminder.delivery_ids._fields["channel"]
        labels = dict(channels._description_selection(self.env))
        return [
            self.env._(
                "%(channel)s to %(recipient)s, handed over on %(moment)s: %(known)s. "
                "Find out whether it arrived, then settle it.",
                channel=labels[delivery.channel],
                recipient=delivery.recipient,
                moment=format_datetime(self.env, delivery.date_sent)
                if delivery.date_sent
                else "?",
                known=(
                    delivery.failure_reason
                    or self.env._("the system stopped before it noted the outcome")
                ).rstrip("."),
            )
            for delivery in reminder.delivery_ids
            if delivery.state in ("sending", "uncertain")
        ]

    @api.model
    def _explain_code(self, code, reminder, facts=None):
        """Return what was found and what to do about it.

        :param code: a value of :class:`rules.verdict.Code`
        :param facts: the facts it was found in, for names and amounts, or None
        """
        keys = self._get_text_keys(code, facts) if facts else [code]
        if code == Code.NO_RECIPIENT and self._find_unread(reminder):
            keys = ["address_unread"]
        elif code == Code.NO_RECIPIENT and self._list_wanted(reminder):
            keys = ["no_address_for_channel"]
        return " ".join(
            self._get_sentence(key) % self._get_values(key, code, reminder, facts)
            for key in keys
        )

    @api.model
    def _list_wanted(self, reminder):
        """Return what addresses the channels of a notice need, in words; empty where
        an e-mail address or a mobile number would do.
        """
        channels = reminder._get_channels() if reminder.step_id else []
        if not set(channels) - {"email", "sms"}:
            return ""
        wires = reminder.env["payment.reminder.delivery"]._get_wires()
        labels = [
            wires[code].get_address_label(self.env)
            for code in channels
            if code in wires
        ]
        return ", ".join(dict.fromkeys(labels))

    @api.model
    def _get_sentence(self, key):
        """Return the sentence of a code, or of what the facts tell beyond it."""
        row = WORDS.get(key)
        sentence = row.sentence if row else SENTENCES.get(key)
        return self.env._(sentence) if sentence else key

    @api.model
    def _get_text_keys(self, code, facts):
        """Return which sentences tell a code: the facts can tell more than the code."""
        if code == Code.NOTHING_DUE and self._is_late_nudge(facts):
            return ["late_nudge"]
        if code == Code.STATUS_UNKNOWN and facts.is_status_stale:
            return ["status_stale"]
        if code == Code.UNALLOCATED_CREDIT and facts.money:
            found = {self._get_money_key(money) for money in facts.money}
            return [key for key in MONEY_KEYS if key in found] or [code]
        if code == Code.AMOUNT_CHANGED and any(item.moved for item in facts.items):
            changed = self._get_concerned(code, code, facts)
            return ([code] if changed else []) + ["invoice_moved"]
        if code == Code.PENDING_TRANSACTION:
            troubles = set(map(guard.transaction_trouble, facts.items))
            return sorted(filter(None, troubles)) or [code]
        if code == Code.LAW_UNSURE:
            return list(guard.law_troubles(facts)) or [code]
        if code == Code.INVOICE_NOT_SENT:
            troubles = {guard.invoice_trouble(facts, item) for item in facts.items}
            return sorted(filter(None, troubles)) or [code]
        return [code]

    @api.model
    def _get_money_key(self, money):
        """Return which sentence tells of money that was found."""
        if money.source in MONEY_KEYS:
            return money.source
        return str(MONEY_CODES[money.source])

    @api.model
    def _is_late_nudge(self, facts):
        return facts.step_kind == NUDGE and any(item.owed > 0 for item in facts.items)

    @api.model
    def _get_values(self, key, code, reminder, facts):
        """Return what the sentence ``key`` of a code may name."""
        if not facts:
            facts = guard.Facts(
                reminder.id, "", fields.Date.today(), (), "", False, None
            )
        items = self._get_concerned(key, code, facts)
        names = ", ".join(
            dict.fromkeys(item.move_name for item in items if item.move_name)
        )
        return {
            "invoices": names or ", ".join(reminder.line_ids.mapped("name")),
            "open": format_code(
                self.env,
                sum((item.owed for item in items), 0),
                reminder.currency_id,
            ),
            "money": self._list_money(key, reminder, facts),
            "partner": reminder.partner_id.display_name or "",
            "wanted": self._list_wanted(reminder)
            if key == "no_address_for_channel"
            else "",
            "unread": "”, “".join(self._find_unread(reminder))
            if key == "address_unread"
            else "",
            "days": facts.status_age_days
            if key == "status_stale"
            else facts.bank_stale_days or 0,
            "until": self._format_day(facts.snoozed_until),
            "law": reminder.step_id.ladder_id.jurisdiction_id.sudo().name or "",
            "reviewed": self._format_day(facts.law_reviewed_until),
            "announced": self._format_day(facts.law_announced_from),
            "forbidden": self._format_day(facts.law_forbidden_from),
            "held_until": self._format_day(
                max(filter(None, (item.held_until for item in items)), default=None)
            ),
            "since": self._format_day(
                min(
                    filter(None, (item.transaction_since for item in items)),
                    default=None,
                )
            ),
            "source": facts.source or self.env._("The other program"),
            **(self._get_sender_values(facts) if code == Code.OTHER_SENDER else {}),
            "wait": max((item.transaction_days for item in items), default=0),
            "network": ", ".join(
                sorted({item.invoice_network for item in items} - {""})
            ),
            "free": self._format_day(
                max((guard.invoice_wait(facts, item) for item in items), default=None)
                if key == "invoice_late"
                else None
            ),
        }

    @api.model
    def _get_sender_values(self, facts):
        """Return what the sentence of another sender names."""
        modules = self.env["ir.module.module"].sudo()
        module = modules.search([("name", "=", facts.other_sender)], limit=1)
        level, since = facts.other_level, self._format_day(facts.other_since)
        return {
            "sender": module.shortdesc or facts.other_sender or self.env._("not known"),
            "level": self.env._(", on level “%s”", level) if level else "",
            "sender_since": self.env._(", since %s", since) if since else "",
        }

    @api.model
    def _get_concerned(self, key, code, facts):
        """Return the due items that the sentence ``key`` of a code is about."""
        if code == Code.INVOICE_NOT_SENT:
            return [i for i in facts.items if guard.invoice_trouble(facts, i) == key]
        if code == Code.AMOUNT_CHANGED:
            is_moved = key == "invoice_moved"
            items = [item for item in facts.items if bool(item.moved) == is_moved]
            return [item for item in items if RULES[code].concerns(item)]
        if code == Code.PENDING_TRANSACTION:
            return [i for i in facts.items if guard.transaction_trouble(i) == key]
        if code not in RULES:
            return facts.items
        return [item for item in facts.items if RULES[code].concerns(item)]

    @api.model
    def _find_unread(self, reminder):
        """Return what stands where addresses belong, and is none."""
        facts = self.env["payment.reminder.facts"]
        return facts._find_unread(reminder.case_id.sudo())

    @api.model
    def _list_money(self, key, reminder, facts):
        """Tell what came in, with day and document: "1,250.00 kr. from ... (PAY1)"."""
        listed = [
            self._describe_money(money, reminder)
            for money in facts.money
            if self._get_money_key(money) == key
        ]
        more = len(listed) - MOST_LISTED
        if more > 0:
            listed = [
                *listed[:MOST_LISTED],
                self.env._("%(number)s more", number=more),
            ]
        return ", ".join(listed)

    @api.model
    def _describe_money(self, money, reminder):
        told = self.env._(
            "%(amount)s from %(date)s",
            amount=format_code(self.env, money.amount, reminder.company_id.currency_id),
            date=self._format_day(money.day),
        )
        return f"{told} ({money.name})" if money.name.strip("/") else told

    @api.model
    def _format_day(self, day):
        return format_date(self.env, day) if day else ""
