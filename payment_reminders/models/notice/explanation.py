from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_datetime

from ...rules import guard
from ...rules.guard import Code
from ...rules.schedule import NUDGE

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
        codes = reminder.verdict or []
        facts = None
        if reminder.sudo().facts:
            facts = guard.Facts.from_json(reminder.sudo().facts)
        return [self._explain_code(code, reminder, facts) for code in codes]

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

        :param code: a value of :class:`rules.guard.Code`
        :param facts: the facts it was found in, for names and amounts, or None
        """
        texts = self._get_texts()
        keys = self._get_text_keys(code, facts) if facts else [code]
        return " ".join(
            texts.get(key, key) % self._get_values(key, code, reminder, facts)
            for key in keys
        )

    @api.model
    def _get_text_keys(self, code, facts):
        """Return which sentences tell a code: the facts can tell more than the code."""
        if code == Code.NOTHING_DUE and self._is_late_nudge(facts):
            return ["late_nudge"]
        if code == Code.UNALLOCATED_CREDIT and facts.money:
            sources = {money.source for money in facts.money} - {"bank_line"}
            keys = ["draft_credit_note"] if "draft_credit_note" in sources else []
            return ([code] if sources - {"draft_credit_note"} else []) + keys or [code]
        if code == Code.INVOICE_NOT_SENT:
            waiting = [item for item in facts.items if guard.invoice_wait(facts, item)]
            return sorted({self._get_invoice_key(item) for item in waiting}) or [code]
        return [code]

    @api.model
    def _get_invoice_key(self, item):
        if item.invoice_sent:
            return "invoice_late"
        return "invoice_bounced" if item.invoice_bounced else "invoice_not_sent"

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
        items = [item for item in facts.items if self._concerns(key, item)]
        names = ", ".join(
            dict.fromkeys(item.move_name for item in items if item.move_name)
        )
        return {
            "invoices": names or ", ".join(reminder.line_ids.mapped("name")),
            "open": format_amount(
                self.env,
                float(sum((item.owed for item in items), 0)),
                reminder.currency_id,
            ),
            "money": self._list_money(key, code, reminder, facts),
            "partner": reminder.partner_id.display_name or "",
            "days": facts.bank_stale_days or 0,
            "until": self._format_day(facts.snoozed_until),
            "free": self._format_day(
                max((guard.invoice_wait(facts, item) for item in items), default=None)
                if key == "invoice_late"
                else None
            ),
        }

    @api.model
    def _list_money(self, key, code, reminder, facts):
        """Tell what came in, each with its day: "1,250.00 kr. (Nov 20, 2026)"."""
        drafts = key == "draft_credit_note"
        listed = [
            self.env._(
                "%(amount)s from %(date)s",
                amount=format_amount(
                    self.env, float(money.amount), reminder.company_id.currency_id
                ),
                date=self._format_day(money.day),
            )
            for money in facts.money
            if guard.MONEY_CODES[money.source] == code
            and (money.source == "draft_credit_note") == drafts
        ]
        more = len(listed) - MOST_LISTED
        if more > 0:
            listed = [
                *listed[:MOST_LISTED],
                self.env._("%(number)s more", number=more),
            ]
        return ", ".join(listed)

    @api.model
    def _format_day(self, day):
        return format_date(self.env, day) if day else ""

    @api.model
    def _concerns(self, code, item):
        """Tell whether one due item is what a code is about."""
        checks = {
            Code.NOT_POSTED: item.move_state != "posted",
            Code.BLOCKED: item.no_followup or item.payment_state == "blocked",
            Code.EXCLUDED: item.excluded,
            Code.PENDING_TRANSACTION: item.pending_transaction,
            "invoice_not_sent": not item.invoice_sent and not item.invoice_bounced,
            "invoice_bounced": not item.invoice_sent and item.invoice_bounced,
            "invoice_late": item.invoice_sent and bool(item.invoice_sent_on),
            Code.ALREADY_SENT: item.already_sent,
            Code.PAID: item.owed == 0,
            Code.IN_PAYMENT: item.in_process > 0 or item.payment_state == "in_payment",
            Code.CREDITED: item.credited > item.proposed_credited
            or item.payment_state == "reversed",
            Code.PARTIAL_PAYMENT: 0 < item.owed < item.proposed_residual,
            Code.AMOUNT_CHANGED: item.owed != item.proposed_residual,
        }
        return checks.get(code, True)

    @api.model
    def _get_texts(self):
        """Return {code: sentence}; the sentences may use the values of _get_values."""
        return {
            "not_posted": self.env._(
                "%(invoices)s is not a posted invoice any more. Nothing to do."
            ),
            "paid": self.env._("%(invoices)s was paid. Nothing to do."),
            "in_payment": self.env._(
                "A payment of %(invoices)s is registered and on its way. Match it when "
                "it "
                "is on the bank statement."
            ),
            "credited": self.env._(
                "A credit note was matched with %(invoices)s. Look at what is left, "
                "then "
                "release the case."
            ),
            "nothing_due": self.env._("Nothing on this notice is overdue any more."),
            "late_nudge": self.env._(
                "The due date has passed: it is too late for a nudge. The first "
                "reminder "
                "comes in its turn."
            ),
            "partial_payment": self.env._(
                "A part of %(invoices)s was paid; %(open)s is left. Look at it, then "
                "release the case: a reminder of the rest is proposed."
            ),
            "amount_changed": self.env._(
                "What is open on %(invoices)s changed since this was proposed; a new "
                "proposal with the right amount follows."
            ),
            "unallocated_credit": self.env._(
                "Money of %(partner)s is not matched with an invoice yet: %(money)s. "
                "Match it, then release the reminder."
            ),
            "draft_credit_note": self.env._(
                "A credit note of %(invoices)s is a draft still: %(money)s. Post or "
                "delete it first."
            ),
            "unmatched_bank_line": self.env._(
                "Money came in at the bank that may be from %(partner)s and is not "
                "matched yet: %(money)s. Match it, or ignore it for this customer."
            ),
            "stale_bank": self.env._(
                "The newest bank line is %(days)s days old. Import the bank statements "
                "first: the payment may be on one of them."
            ),
            "pending_transaction": self.env._(
                "An online payment of %(invoices)s is under way. Wait for its outcome."
            ),
            "open_query": self.env._(
                "%(partner)s asked a question. Answer and close it, then release the "
                "case."
            ),
            "payment_plan": self.env._("A payment plan is in force with %(partner)s."),
            "insolvency": self.env._(
                "%(partner)s is insolvent or being dissolved. Decide by hand what to "
                "do."
            ),
            "status_unknown": self.env._(
                "The company register says nothing certain of %(partner)s. Check it by "
                "hand."
            ),
            "blocked": self.env._(
                "%(invoices)s is blocked for payment or marked “no follow-up”. Lift "
                "that on "
                "the invoice."
            ),
            "held": self.env._(
                "The case or the reminder is on hold. Release it to go on."
            ),
            "snoozed": self.env._("The case is snoozed until %(until)s."),
            "excluded": self.env._(
                "%(invoices)s, the customer or the company is excluded from reminders."
            ),
            "handed_over": self.env._(
                "The case was handed over to a collection service."
            ),
            "no_recipient": self.env._(
                "%(partner)s has no usable address for the channels of this step. Add "
                "an "
                "e-mail address or a mobile number to the customer."
            ),
            "invoice_not_sent": self.env._(
                "%(invoices)s was never sent to the customer. Send it first, or say "
                "that it was sent another way."
            ),
            "invoice_bounced": self.env._(
                "%(invoices)s did not reach the customer: the e-mail came back. "
                "Correct the address and send it again."
            ),
            "invoice_late": self.env._(
                "%(invoices)s reached the customer after it was due. The reminder "
                "waits until %(free)s."
            ),
            "not_approved": self.env._("Waits for a manager's approval."),
            "hold_window": self.env._("Its hold window has not passed yet."),
            "spacing": self.env._(
                "The last reminder to this customer or address is too recent. It waits."
            ),
            "ladder_changed": self.env._(
                "The case stands on another version of the ladder than the one that "
                "was "
                "approved. Approve the new proposal."
            ),
            "send_brake": self.env._(
                "The send brake is on: this run was far out of the usual. A manager "
                "releases it."
            ),
            "neutralized": self.env._(
                "This is a copy of a database. Nothing is sent from it."
            ),
            "already_sent": self.env._("This step was sent to this customer before."),
        }
