from odoo import api, models
from odoo.tools import format_amount, format_date

from ..rules import guard
from ..rules.guard import Code


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
    def _explain_code(self, code, reminder, facts=None):
        """Return what was found and what to do about it.

        :param code: a value of :class:`rules.guard.Code`
        :param facts: the facts it was found in, for names and amounts, or None
        """
        texts = self._get_texts()
        text = texts.get(code, code)
        if code == Code.NOTHING_DUE and facts and self._is_late_nudge(facts):
            text = texts["late_nudge"]
        return text % self._get_values(code, reminder, facts)

    @api.model
    def _is_late_nudge(self, facts):
        return facts.step_kind == "nudge" and any(item.owed > 0 for item in facts.items)

    @api.model
    def _get_values(self, code, reminder, facts):
        currency = reminder.currency_id
        company_currency = reminder.company_id.currency_id
        items = (
            [item for item in facts.items if self._concerns(code, item)]
            if facts
            else []
        )
        names = ", ".join(
            dict.fromkeys(item.move_name for item in items if item.move_name)
        )
        money = sum((item.owed for item in items), 0)
        return {
            "invoices": names or ", ".join(reminder.line_ids.mapped("name")),
            "open": format_amount(self.env, float(money), currency),
            "credit": format_amount(
                self.env,
                float(facts.unallocated_credit) if facts else 0.0,
                company_currency,
            ),
            "partner": reminder.partner_id.display_name or "",
            "days": facts.bank_stale_days if facts else 0,
            "until": format_date(self.env, facts.snoozed_until)
            if facts and facts.snoozed_until
            else "",
            "window": reminder.hold_until or "",
        }

    @api.model
    def _concerns(self, code, item):
        """Tell whether one due item is what a code is about."""
        checks = {
            Code.NOT_POSTED: item.move_state != "posted",
            Code.BLOCKED: item.no_followup or item.payment_state == "blocked",
            Code.EXCLUDED: item.excluded,
            Code.PENDING_TRANSACTION: item.pending_transaction,
            Code.INVOICE_NOT_SENT: not item.invoice_sent,
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
                "%(partner)s has %(credit)s that is not matched with an invoice yet. "
                "Match "
                "it, then release the reminder."
            ),
            "unmatched_bank_line": self.env._(
                "A bank line that is not matched yet fits %(partner)s or %(invoices)s. "
                "Match it first."
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
                "%(invoices)s was never sent to the customer. Send the invoice first."
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
