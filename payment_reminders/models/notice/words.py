"""What the codes of a verdict are called, what they tell a bookkeeper, what lifts them.

One row a code, as in :data:`rules.verdict.RULES`, which says what follows from it: who
adds a code adds a row to both. The sentences may use the values of
``payment.reminder.explanation._get_values``.
"""

from typing import NamedTuple

from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

from ...rules.remedy import Remedy

_lt = LazyTranslate(__name__)

#: Who may use a button.
MANAGER = "payment_reminders.group_reminder_manager"
REP = "payment_reminders.group_reminder_user"
BOOKS = "account.group_account_readonly,account.group_account_invoice"


class Words(NamedTuple):
    """A label for lists, a sentence with what to do, and what lifts it, in a few words.

    The label is a choice of a field, which Odoo translates by itself.
    """

    label: str
    sentence: LazyGettext | None = None
    lift: LazyGettext | None = None


class Button(NamedTuple):
    """How a remedy is offered: its label, its method, to which groups, after what
    question."""

    label: LazyGettext
    method: str
    groups: str = MANAGER
    confirm: LazyGettext | None = None


WORDS = {
    "uncertain": Words(
        "Uncertain whether it went out", lift=_lt("say whether the customer got it")
    ),
    "no_ladder": Words(
        "No ladder", lift=_lt("choose a ladder for the customer or the company")
    ),
    "not_posted": Words(
        "Invoice not posted",
        _lt("%(invoices)s is not a posted invoice any more. Nothing to do."),
        _lt("post the invoice, or leave it"),
    ),
    "paid": Words(
        "Paid", _lt("%(invoices)s was paid. Nothing to do."), _lt("nothing to do")
    ),
    "in_payment": Words(
        "Payment on its way",
        _lt(
            "A payment of %(invoices)s is registered and on its way. Match it when "
            "it is on the bank statement."
        ),
        _lt("match the payment when the bank shows it"),
    ),
    "credited": Words(
        "Credited",
        _lt(
            "A credit note was matched with %(invoices)s. Look at what is left, then "
            "release the case."
        ),
        _lt("look at the rest and release the case"),
    ),
    "nothing_due": Words(
        "Nothing due any more",
        _lt("Nothing on this notice is overdue any more."),
        _lt("nothing to do"),
    ),
    "partial_payment": Words(
        "Partly paid",
        _lt(
            "A part of %(invoices)s was paid; %(open)s is left. Look at it, then "
            "release the case: a reminder of the rest is proposed."
        ),
        _lt("look at the rest and release the case"),
    ),
    "amount_changed": Words(
        "Amount changed",
        _lt(
            "What is open on %(invoices)s changed since this was proposed; a new "
            "proposal with the right amount follows."
        ),
        _lt("a new proposal follows"),
    ),
    "unallocated_credit": Words(
        "Money not matched",
        _lt(
            "Money of %(partner)s is not matched with an invoice yet: %(money)s. "
            "Match it, then release the reminder."
        ),
        _lt("match the money with an invoice"),
    ),
    "unmatched_bank_line": Words(
        "Bank line not matched",
        _lt(
            "Money came in at the bank that may be from %(partner)s and is not "
            "matched yet: %(money)s. Match it, or ignore it for this customer."
        ),
        _lt("match the bank line"),
    ),
    "stale_bank": Words(
        "Bank statements too old",
        _lt(
            "The newest bank line is %(days)s days old. Import the bank statements "
            "first: the payment may be on one of them."
        ),
        _lt("import the bank statements"),
    ),
    "stale_source": Words(
        "Source not answering",
        _lt(
            "%(source)s did not say how %(invoices)s stands, so nobody knows whether "
            "it was paid. It is asked again by itself."
        ),
        _lt("the source answers again, or a newer file is imported"),
    ),
    "pending_transaction": Words(
        "Online payment under way",
        _lt(
            "An online payment of %(invoices)s is under way since %(since)s. Wait for "
            "its outcome; after %(wait)s banking days you are asked."
        ),
        _lt("its outcome decides; a manager may let it go"),
    ),
    "open_query": Words(
        "Open question",
        _lt(
            "%(partner)s asked a question. Answer and close it, then release the case."
        ),
        _lt("answer and close the question"),
    ),
    "payment_plan": Words(
        "Payment plan",
        _lt("A payment plan is in force with %(partner)s."),
        _lt("the plan is kept, broken or cancelled"),
    ),
    "insolvency": Words(
        "Insolvent",
        _lt("%(partner)s is insolvent or being dissolved. Decide by hand what to do."),
        _lt("decide by hand what to do"),
    ),
    "status_unknown": Words(
        "Register says nothing certain",
        _lt(
            "The company register says nothing certain of %(partner)s. Check it "
            "by hand."
        ),
        _lt("check the customer by hand"),
    ),
    "blocked": Words(
        "Invoice blocked",
        _lt(
            "%(invoices)s is blocked for payment or marked “no follow-up”. Lift that "
            "on the invoice."
        ),
        _lt("lift the block on the invoice"),
    ),
    "held": Words(
        "On hold",
        _lt("The case or the reminder is on hold. Release it to go on."),
        _lt("release it"),
    ),
    "invoice_held": Words(
        "Invoice held",
        _lt(
            "Somebody holds %(invoices)s until %(held_until)s: nothing is sent before."
        ),
        _lt("ends by itself, or release the invoice"),
    ),
    "snoozed": Words("Snoozed", _lt("The case is snoozed until %(until)s.")),
    "excluded": Words(
        "Excluded",
        _lt("%(invoices)s, the customer or the company is excluded from reminders."),
        _lt("allow reminders on the customer or invoice"),
    ),
    "handed_over": Words(
        "Handed over",
        _lt(
            "%(invoices)s was handed over to a collection service. Our own reminders "
            "of it stop while the service has it."
        ),
        _lt("the collection service has it"),
    ),
    "other_sender": Words(
        "Another program reminds",
        _lt(
            "Another program (%(sender)s) reminds %(partner)s as well%(level)s"
            "%(sender_since)s. Take the customer off it there, or switch it off: this "
            "goes on by itself then."
        ),
        _lt("take the customer off the other program"),
    ),
    "no_recipient": Words(
        "No usable address",
        _lt(
            "%(partner)s has no usable address for the channels of this step. Add an "
            "e-mail address or a mobile number to the customer."
        ),
        _lt("add an address to the customer"),
    ),
    "invoice_not_sent": Words(
        "Invoice never sent",
        _lt(
            "%(invoices)s was never sent to the customer. Send it first, or say that "
            "it was sent another way."
        ),
        _lt("send the invoice"),
    ),
    "not_allowed": Words(
        "Not allowed by law",
        _lt(
            "The law of %(law)s does not allow such a notice from %(forbidden)s. The "
            "ladder goes on without it; hand the claim over to a collection service."
        ),
        _lt("hand the claim over instead"),
    ),
    "law_unsure": Words(
        "Law not reviewed",
        _lt("Nobody knows whether the law of %(law)s still is as it stands here."),
        _lt("review the law, or say yes to this one"),
    ),
    "not_approved": Words(
        "Waits for approval", _lt("Waits for a manager's approval."), _lt("approve it")
    ),
    "hold_window": Words(
        "Hold window",
        _lt("Its hold window has not passed yet."),
        _lt("it leaves when the window has passed"),
    ),
    "spacing": Words(
        "Too soon after the last one",
        _lt("The last reminder to this customer or address is too recent. It waits."),
        _lt("it waits its turn"),
    ),
    "ladder_changed": Words(
        "Ladder changed",
        _lt(
            "The case stands on another version of the ladder than the one that was "
            "approved. Approve the new proposal."
        ),
        _lt("approve the new proposal"),
    ),
    "send_brake": Words(
        "Send brake",
        _lt(
            "The send brake is on: this run was far out of the usual. A manager "
            "releases it."
        ),
        _lt("look at the run and release it"),
    ),
    "neutralized": Words(
        "Copy of a database",
        _lt("This is a copy of a database. Nothing is sent from it."),
        _lt("send from the real database"),
    ),
    "already_sent": Words(
        "Sent before",
        _lt("This step was sent to this customer before."),
        _lt("nothing to do"),
    ),
    "not_started": Words(
        "Reminders have not started", lift=_lt("they start on the day that was chosen")
    ),
    "held_out": Words(
        "Nudge held out for the comparison",
        lift=_lt("it comes later, or now if a manager says so"),
    ),
    "ladder_ended": Words(
        "Ladder ended", lift=_lt("call, agree on a plan, collect or close")
    ),
}

#: What the facts tell beyond a code.
SENTENCES = {
    "law_ended": _lt(
        "It bears a fee, and the law of %(law)s was reviewed until %(reviewed)s only. "
        "Review it and set the next date, or say yes to this notice alone."
    ),
    "law_announced": _lt(
        "It is announced that the law of %(law)s will not allow such a notice from "
        "%(announced)s; whether that is in force is not known here. Find out: if it "
        "is, say so in the law, and the ladder ends before this step. If it is not, "
        "set the new day there, or say yes to this notice alone."
    ),
    "late_nudge": _lt(
        "The due date has passed: it is too late for a nudge. The first reminder "
        "comes in its turn."
    ),
    "credit_note": _lt(
        "A credit note of %(partner)s is not matched with an invoice yet: %(money)s. "
        "Match it, or pay it out, then release the reminder."
    ),
    "draft_payment": _lt(
        "A payment of %(invoices)s is a draft still: %(money)s. Confirm or cancel it "
        "first."
    ),
    "collection": _lt(
        "The bank is about to collect %(invoices)s: %(money)s. Wait for its outcome."
    ),
    "draft_credit_note": _lt(
        "A credit note of %(invoices)s is a draft still: %(money)s. Post or "
        "delete it first."
    ),
    "credit_elsewhere": _lt(
        "%(partner)s has a credit in %(source)s that is matched with no invoice there: "
        "%(money)s. Match it there, or leave it out on its mirrored invoice."
    ),
    "invoice_moved": _lt(
        "%(invoices)s is an invoice of another customer, currency or company now. A "
        "new proposal follows for whoever owes it."
    ),
    "invoice_bounced": _lt(
        "%(invoices)s did not reach the customer: the e-mail came back. Correct "
        "the address and send it again."
    ),
    "transaction_hangs": _lt(
        "An online payment of %(invoices)s has been under way since %(since)s, longer "
        "than the %(wait)s banking days that such a payment takes. Look for it at the "
        "bank or ask the customer; if nothing comes, let it go."
    ),
    "invoice_refused": _lt(
        "%(invoices)s did not reach the customer: %(network)s refused it. Send it "
        "again, or another way."
    ),
    "invoice_waiting": _lt(
        "%(invoices)s waits in %(network)s still: nobody knows whether it reached the "
        "customer. Look there, or send it another way."
    ),
    "invoice_late": _lt(
        "%(invoices)s reached the customer after it was due. The reminder waits "
        "until %(free)s."
    ),
    "no_address_for_channel": _lt(
        "%(partner)s has no usable address for the channels of this step (%(wanted)s). "
        "Add one to the customer."
    ),
    "address_unread": _lt(
        "%(partner)s has no usable address for the channels of this step. This cannot "
        "be read as one: “%(unread)s”. Correct it on the contact."
    ),
    "status_stale": _lt(
        "The company register could not be read for %(days)s days, and by your "
        "settings nobody is reminded then. Look at Company Registers, or check "
        "%(partner)s by hand."
    ),
}

#: How each remedy is offered.
BUTTONS = {
    Remedy.APPROVE: Button(_lt("Approve"), "action_approve"),
    Remedy.RELEASE: Button(_lt("Release"), "action_release", REP),
    Remedy.SETTLE_SENT: Button(
        _lt("It Went Out"),
        "action_settle_sent",
        confirm=_lt(
            "The reminder counts as sent, with its fee and interest. You have seen it "
            "with the recipient or on the mail server?"
        ),
    ),
    Remedy.SETTLE_NOT_SENT: Button(
        _lt("It Did Not Go Out"),
        "action_settle_not_sent",
        confirm=_lt(
            "The reminder is cancelled, and what is still owed is proposed again. Go "
            "on?"
        ),
    ),
    Remedy.MATCH_BANK_LINE: Button(_lt("Match"), "action_open_bank_lines", BOOKS),
    Remedy.MATCH_CREDIT: Button(_lt("Match"), "action_open_credits", BOOKS),
    Remedy.IGNORE_CREDIT: Button(
        _lt("Ignore This Money"),
        "action_ignore_credits",
        confirm=_lt(
            "The money named above is not for these invoices: reminders of this "
            "customer go on in spite of it. Your name stands behind it on the trail."
        ),
    ),
    Remedy.LET_TRANSACTION_GO: Button(
        _lt("Let It Go"),
        "action_let_transactions_go",
        confirm=_lt(
            "You know that no money comes by this online payment? The reminder then "
            "goes on, and your name stands behind it on the trail."
        ),
    ),
    Remedy.SEND_INVOICE: Button(
        _lt("Send Invoice"),
        "action_send_invoices",
        "account.group_account_invoice",
    ),
    Remedy.VOUCH_FOR_INVOICE: Button(
        _lt("It Was Sent Another Way"),
        "action_vouch_for_invoices",
        confirm=_lt(
            "You know that the invoice reached the customer, on paper or another way? "
            "Your name stands behind it on the trail."
        ),
    ),
    Remedy.ADD_ADDRESS: Button(_lt("Add Address"), "action_open_customer", REP),
    Remedy.ANSWER: Button(_lt("Answer"), "action_open_queries", REP),
    Remedy.OPEN_PLAN: Button(_lt("Open Plan"), "action_open_plans", REP),
    Remedy.OPEN_INVOICE: Button(_lt("Open Invoice"), "action_open_credits", BOOKS),
    Remedy.OPEN_CUSTOMER: Button(_lt("Open Customer"), "action_open_customer", REP),
    Remedy.OPEN_CASE: Button(_lt("Open Case"), "action_open_case", REP),
    Remedy.OPEN_HALT: Button(_lt("What Stops It"), "action_open_halts", REP),
    Remedy.OPEN_SENDER: Button(
        _lt("Open the Other Program"), "action_open_other_sender", "base.group_system"
    ),
    Remedy.REVIEW_LAW: Button(_lt("Review the Law"), "action_open_law"),
    Remedy.SEND_BY_LAW: Button(
        _lt("Send It by This Law"),
        "action_send_by_law",
        confirm=_lt(
            "You know that the law allows this notice and its fee today? Your name "
            "stands behind it on the trail."
        ),
    ),
}
