"""What ends or stops the chase of one invoice, by name."""

from odoo.service.model import retrying

from . import changing, paying, stopping

#: What ends or stops the chase of one invoice: {way: what it does}.
WAYS = {
    "wizard": paying.by_wizard,
    "wizard_in_part": paying.by_wizard_in_part,
    "write_off": paying.by_write_off,
    "bank_line": paying.by_bank_line,
    "unmatched_bank_line": paying.by_unmatched_bank_line,
    "bank_line_by_reference": paying.by_line_with_reference,
    "bank_line_by_name": paying.by_line_with_name,
    "bank_line_by_amount": paying.by_line_with_amount,
    "credit_note": paying.by_credit_note,
    "entry": paying.by_entry,
    "payment_without_entry": paying.by_payment_without_entry,
    "unmatched_payment": paying.by_unmatched_payment,
    "payment_of_another": paying.by_another_payer,
    "payment_validated": paying.by_validated_payment,
    "overpaid": paying.by_overpayment,
    "online": paying.online,
    "online_confirmed": paying.online_confirmed,
    "draft_payment_confirmed": paying.draft_payment_confirmed,
    "draft_credit_note_posted": paying.draft_credit_note_posted,
    "exclude_customer": stopping.exclude_customer,
    "exclude_invoice": stopping.exclude_invoice,
    "hold_invoice": stopping.hold_invoice,
    "block": stopping.block,
    "ask": stopping.ask,
    "hold": stopping.hold,
    "snooze": stopping.snooze,
    "insolvent": stopping.insolvent,
    "reset": stopping.reset,
    "moved": changing.move,
    "parent_set": changing.set_parent,
}

EVERYTHING = {
    **WAYS,
    **changing.CHANGES,
    **changing.STOPS,
    "renamed": changing.rename,
}


def list_ways(env):
    return list(WAYS)


def pay(env, way, move):
    """Pay an invoice in one of the WAYS, as Odoo runs a request of the web client."""
    invoice = env["account.move"].browse(move)
    retrying(lambda: WAYS[way](invoice) and None, env)
    return invoice.payment_state
