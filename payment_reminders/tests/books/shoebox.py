"""A whole source of due items: invoices on paper, in a shoebox.

``docs/sources.md`` shows it; ``test_source.py`` runs it. An addon has the two classes
at the top of a module instead.
"""

from dataclasses import replace
from decimal import Decimal

from odoo import fields, models

from ...models.books.due_items import LiveItem

#: {reference: :class:`LiveItem`}, and what the clerk who looks after it was asked.
box, clerk = {}, {"asked": [], "is_there": True, "paid": None, "looked_at": None}


def put(number, partner, company, due, amount):
    """Put an invoice into the box; return its reference."""
    ref = f"shoebox:{company.id}:{number}"
    box[ref] = LiveItem(
        line_id=0,
        move_id=0,
        source="shoebox",
        ref=ref,
        company_id=company.id,
        currency_id=company.currency_id.id,
        partner_ids=frozenset({partner.id}),
        move_name=number,
        move_state="posted",
        payment_state="not_paid",
        date_invoice=due,
        date_due=due,
        amount=float(amount),
        residual=Decimal(amount),
        in_process=Decimal(0),
        credited=Decimal(0),
        no_followup=False,
        excluded=False,
        pending_transaction=False,
    )
    return ref


def pay(ref, amount):
    """Note a payment on an invoice of the box."""
    box[ref] = replace(box[ref], residual=box[ref].residual - Decimal(amount))


def make_models():
    """Return the classes that an addon of this source has."""

    class PaymentReminderItem(models.Model):
        _module = None
        _name = "payment.reminder.item"
        _inherit = ["payment.reminder.item"]

        source = fields.Selection(
            selection_add=[("shoebox", "Shoebox")], ondelete={"shoebox": "set default"}
        )

    class Shoebox(models.AbstractModel):
        _module = None
        _name = "payment.reminder.source.shoebox"
        _inherit = ["payment.reminder.source"]
        _description = "Invoices in a shoebox"

        def _read_due_items(self, refs):
            return {box[ref].key: box[ref] for ref in refs if ref in box}

        def _read_candidates(self, company, until, limit=None, lines=None):
            Item = self.env["payment.reminder.item"]
            known = Item.search([("source", "=", "shoebox")]).mapped("source_ref")
            return [
                {
                    "key": one.key,
                    "partner_id": min(one.partner_ids),
                    "currency_id": one.currency_id,
                    "user_id": None,
                }
                for ref, one in box.items()
                if ref not in known
                and (lines is None or ref in lines)
                and one.company_id == company.id
                and one.date_due <= until
                and one.residual > 0
            ][:limit]

        def _read_ages(self, items, now):
            seen = clerk["looked_at"]
            age = int((now - seen).total_seconds()) if seen else None
            return dict.fromkeys(items.ids, age)

        def _freshen(self, items):
            clerk["asked"] += items.mapped("source_number")
            if not clerk["is_there"]:
                raise TimeoutError("nobody at the shoebox")
            clerk["looked_at"] = fields.Datetime.now()
            if clerk["paid"]:
                pay(clerk["paid"], box[clerk["paid"]].residual)

    return [PaymentReminderItem, Shoebox]
