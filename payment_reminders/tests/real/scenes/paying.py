"""Ways of paying, each as Odoo runs it."""

from odoo import fields
from odoo.fields import Command


def by_wizard(invoice, **vals):
    wizard = (
        invoice.env["account.payment.register"]
        .with_context(active_model="account.move", active_ids=invoice.ids)
        .create(vals)
    )
    return wizard._create_payments()


def by_wizard_in_part(invoice):
    return by_wizard(invoice, amount=invoice.amount_residual * 0.4)


def by_write_off(invoice):
    """Take half of it, and write the rest off."""
    expense = invoice.env["account.account"].search(
        [("account_type", "=", "expense")], limit=1
    )
    return by_wizard(
        invoice,
        amount=invoice.amount_residual * 0.5,
        payment_difference_handling="reconcile",
        writeoff_account_id=expense.id,
    )


def by_bank_line(invoice):
    line = _make_bank_line(invoice, partner_id=invoice.partner_id.id)
    _liquidity, suspense, _other = line.with_context(
        skip_account_move_synchronization=True
    )._seek_for_lines()
    suspense.account_id = _get_receivable(invoice).account_id
    return (suspense | _get_receivable(invoice)).reconcile()


def by_unmatched_bank_line(invoice):
    """The money has come, it carries the customer, and nobody has matched it yet."""
    return _make_bank_line(invoice, partner_id=invoice.partner_id.id)


def by_line_with_reference(invoice):
    """As every import brings it: of nobody, with the number of the invoice."""
    return _make_bank_line(invoice, payment_ref=f"Faktura {invoice.name}", amount=400)


def by_line_with_name(invoice):
    return _make_bank_line(invoice, partner_name=invoice.partner_id.name, amount=410)


def by_line_with_amount(invoice):
    """Nothing but the sum tells whose it is."""
    return _make_bank_line(invoice)


def _make_bank_line(invoice, **vals):
    return invoice.env["account.bank.statement.line"].create(
        {
            "journal_id": _get_bank(invoice).id,
            "date": fields.Date.today(),
            "payment_ref": "Transfer",
            "amount": invoice.amount_residual,
            **vals,
        }
    )


def by_credit_note(invoice):
    wizard = (
        invoice.env["account.move.reversal"]
        .with_context(active_model="account.move", active_ids=invoice.ids)
        .create({"journal_id": invoice.journal_id.id})
    )
    wizard.reverse_moves()
    return wizard.new_move_ids.action_post()


def by_entry(invoice):
    """Match it by hand with an entry of somebody's own making."""
    receivable = _get_receivable(invoice).account_id
    expense = invoice.env["account.account"].search(
        [("account_type", "=", "expense")], limit=1
    )
    entry = invoice.env["account.move"].create(
        {
            "move_type": "entry",
            "line_ids": [
                Command.create(
                    {
                        "account_id": receivable.id,
                        "partner_id": invoice.partner_id.id,
                        "credit": invoice.amount_residual,
                    }
                ),
                Command.create(
                    {"account_id": expense.id, "debit": invoice.amount_residual}
                ),
            ],
        }
    )
    entry.action_post()
    return (_get_receivable(entry) | _get_receivable(invoice)).reconcile()


def by_payment_without_entry(invoice):
    payment = _make_payment(invoice, invoice_ids=[Command.set(invoice.ids)])
    payment.outstanding_account_id = False
    payment.action_post()
    assert not payment.move_id
    return payment


def by_another_payer(invoice):
    """Somebody else has paid it, and says so in the memo."""
    other = invoice.partner_id.copy({"name": "Sister", "email": False, "phone": False})
    payment = _make_payment(
        invoice, partner_id=other.id, amount=420, memo=f"Faktura {invoice.name}"
    )
    payment.action_post()
    return payment


def by_validated_payment(invoice):
    """A payment without an entry that names no invoice, and that the bank has shown."""
    payment = _make_payment(invoice)
    payment.outstanding_account_id = False
    payment.action_post()
    payment.action_validate()
    assert payment.state == "paid" and not payment.move_id
    return payment


def by_overpayment(invoice):
    """What is over on a payment without entry of a small invoice (see prepare)."""
    small = invoice.search(
        [("partner_id", "=", invoice.partner_id.id), ("amount_total", "=", 10.0)]
    )
    payment = _make_payment(
        small,
        amount=10 + invoice.amount_residual,
        invoice_ids=[Command.set(small.ids)],
    )
    payment.outstanding_account_id = False
    payment.action_post()
    return payment


def by_unmatched_payment(invoice):
    """The money is booked on the customer and names no invoice."""
    payment = _make_payment(invoice)
    payment.action_post()
    return payment


def online(invoice):
    """The customer pays on the portal; all that is known is that it has begun."""
    transaction = _make_transaction(invoice)
    transaction._set_pending()
    return transaction


def online_confirmed(invoice):
    """The provider's word on a transaction that was opened before (see prepare)."""
    transaction = invoice.transaction_ids.filtered(lambda tx: tx.state == "draft")
    transaction._set_done()
    return transaction


def draft_payment_confirmed(invoice):
    """Confirm a payment that was entered before (see prepare)."""
    payment = invoice.env["account.payment"].search(
        [("partner_id", "=", invoice.commercial_partner_id.id), ("state", "=", "draft")]
    )
    payment.action_post()
    return payment


def draft_credit_note_posted(invoice):
    """Post a credit note that was written before (see prepare), unmatched."""
    note = invoice.env["account.move"].search(
        [
            ("partner_id", "=", invoice.partner_id.id),
            ("move_type", "=", "out_refund"),
            ("state", "=", "draft"),
        ]
    )
    note.action_post()
    return note


def prepare(env, way, moves):
    """Make what a way of paying finds there already."""
    for invoice in env["account.move"].browse(moves):
        if way == "online_confirmed":
            _make_transaction(invoice)
        elif way == "draft_payment_confirmed":
            _make_payment(invoice)
        elif way == "overpaid":
            small = invoice.copy({"invoice_date_due": fields.Date.today()})
            small.invoice_line_ids.price_unit = 10.0
            small.action_post()
        elif way == "draft_credit_note_posted":
            env["account.move"].create(
                {
                    "move_type": "out_refund",
                    "partner_id": invoice.partner_id.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Sorry",
                                # Of no sum that is asked: as a draft it is no doubt.
                                "price_unit": 1.0,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )


def _make_payment(invoice, **vals):
    """Enter, as a draft, that the customer has paid what is open."""
    return invoice.env["account.payment"].create(
        {
            "amount": invoice.amount_residual,
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "journal_id": _get_bank(invoice).id,
            **vals,
        }
    )


def _make_transaction(invoice):
    provider = _get_provider(invoice)
    return invoice.env["payment.transaction"].create(
        {
            "payment_method_id": invoice.env.ref("payment.payment_method_unknown").id,
            "amount": invoice.amount_residual,
            "currency_id": invoice.currency_id.id,
            "provider_id": provider.id,
            "reference": f"online-{invoice.id}",
            "operation": "online_redirect",
            "partner_id": invoice.partner_id.id,
            "invoice_ids": [Command.set(invoice.ids)],
        }
    )


def _get_provider(invoice):
    return invoice.env["payment.provider"].search([("name", "=", "Real provider")])


def make_provider(env):
    provider = env["payment.provider"].create(
        {
            "name": "Real provider",
            "code": "none",
            "state": "test",
        }
    )
    method = env["account.payment.method"].sudo().search([("code", "=", "none")])
    method = method or env["account.payment.method"].sudo().create(
        {"name": "Online", "code": "none", "payment_type": "inbound"}
    )
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    journal.inbound_payment_method_line_ids = [
        Command.create(
            {"payment_method_id": method.id, "payment_provider_id": provider.id}
        )
    ]


def _get_receivable(move):
    return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")


def _get_bank(move):
    return move.env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", move.company_id.id)], limit=1
    )
