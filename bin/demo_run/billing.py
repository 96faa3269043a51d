"""Writes the invoices of the plot, each on its own day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from odoo.fields import Command

from .company import get_branch, get_sales_journal
from .days import ONE_DAY, Days, business_day
from .invoices import INVOICES, Invoice
from .stage import Placed, Stage
from .story import FINAL, FIRST, NUDGE, SECOND

if TYPE_CHECKING:
    from odoo.api import Environment

#: What the workshop did, in the customer's language.
WORK = {
    "da_DK": (
        "Service på bådmotor",
        "Svejsearbejde på kajen",
        "Reservedele til hydraulik",
        "Værkstedstimer",
        "Eftersyn af kran",
    ),
    "sv_SE": ("Service av båtmotor", "Svetsarbeten", "Reservdelar"),
    "nb_NO": ("Service på båtmotor", "Sveisearbeid", "Reservedeler"),
    "fi_FI": ("Venemoottorin huolto", "Varaosat"),
    "de_DE": ("Wartung Bootsmotor", "Schweißarbeiten", "Ersatzteile"),
    "en_GB": ("Service of boat engine", "Spare parts", "Welding"),
}
#: Days that the shipped ladders give, from the due date and between steps.
NUDGE_DAYS, FIRST_DAYS, STEP_DAYS = -3, 5, 14
DAYS_BETWEEN_INSTALMENTS = 30


class Billing:
    """Every invoice of the plot, written or yet to be written."""

    def __init__(self, days: Days) -> None:
        self.placed = [Placed(plot, get_due_date(plot, days)) for plot in INVOICES]
        self._work = {lang: 0 for lang in WORK}

    def write(self, stage: Stage, day: date) -> None:
        """Write and post what is to be invoiced up to a day."""
        waiting = [
            placed
            for placed in self.placed
            if not placed.move_id and _get_invoice_day(placed) <= day
        ]
        with stage.acting() as env:
            for placed in sorted(waiting, key=_get_invoice_day):
                move = env["account.move"].create(
                    self._prepare_vals(env, stage, placed)
                )
                move.action_post()
                # As the dialog by which invoices are sent does.
                move.is_move_sent = placed.plot.sent
                placed.move_id = move.id
                if placed.plot.no_followup:
                    move.no_followup = True

    def _prepare_vals(
        self, env: Environment, stage: Stage, placed: Placed
    ) -> dict[str, Any]:
        plot = placed.plot
        partner = env["res.partner"].browse(stage.partners[plot.customer])
        vals: dict[str, Any] = {
            "move_type": "out_invoice",
            "partner_id": partner.address_get(["invoice"])["invoice"],
            "currency_id": env.ref(f"base.{placed.currency}").id,
            "invoice_date": _get_invoice_day(placed),
            "invoice_date_due": placed.due,
            "invoice_payment_term_id": False,
            "invoice_user_id": partner.user_id.id,
            "fiscal_position_id": False,
            "reminder_excluded": bool(plot.excluded),
            "reminder_excluded_reason": plot.excluded,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self._get_work(partner.lang),
                        "quantity": 1,
                        "price_unit": plot.net,
                        "tax_ids": [Command.set(_get_tax(env, partner).ids)],
                    }
                )
            ],
        }
        if plot.second or plot.discount:
            create = _create_term if plot.second else _create_discount
            vals["invoice_payment_term_id"] = create(env, plot).id
            del vals["invoice_date_due"]
        if placed.customer.in_branch:
            branch = get_branch(env)
            vals["company_id"] = branch.id
            vals["journal_id"] = get_sales_journal(env, branch).id
        return vals

    def _get_work(self, lang: str) -> str:
        self._work[lang] += 1
        return WORK[lang][self._work[lang] % len(WORK[lang])]


def get_due_date(plot: Invoice, days: Days) -> date:
    """Return the due date of an invoice of the plot."""
    if isinstance(plot.due, int):
        return days.number(plot.due)
    step, count = plot.due
    target = days.before_last(count)
    if step == NUDGE:
        return target - timedelta(days=NUDGE_DAYS)
    candidates = (target - timedelta(days=back) for back in range(FIRST_DAYS, 60))
    return next(
        due for due in candidates if _get_step_day(step, due, days.first) <= target
    )


def _get_step_day(step: str, due: date, first: date) -> date:
    """Return the day on which a step will be proposed if nothing happens."""
    day = business_day(max(due + timedelta(days=FIRST_DAYS), first))
    for reached in (FIRST, SECOND, FINAL):
        if reached == step:
            break
        # Sent on the next business day, when the hold window has passed.
        sent = business_day(day + ONE_DAY)
        day = business_day(sent + timedelta(days=STEP_DAYS))
    return day


def _get_invoice_day(placed: Placed) -> date:
    return placed.due - timedelta(days=placed.plot.days_to_pay)


def _get_tax(env: Environment, partner: Any) -> Any:
    """Danish customers pay VAT; work for customers abroad bears none here."""
    if partner.country_id.code != "DK":
        return env["account.tax"]
    return env.company.account_sale_tax_id


def _create_discount(env: Environment, plot: Invoice) -> Any:
    """Create the payment term of an invoice with a discount for paying early."""
    return env["account.payment.term"].create(
        {
            "name": f"{plot.discount:g} % within 10 days, net {plot.days_to_pay}",
            "early_discount": True,
            "discount_percentage": plot.discount,
            "discount_days": 10,
            "line_ids": [
                Command.create(
                    {
                        "value": "percent",
                        "value_amount": 100,
                        "nb_days": plot.days_to_pay,
                        "delay_type": "days_after",
                    }
                )
            ],
        }
    )


def _create_term(env: Environment, plot: Invoice) -> Any:
    """Create the payment term of an invoice in two instalments."""
    first = plot.days_to_pay
    return env["account.payment.term"].create(
        {
            "name": "50 % in 30 days, 50 % in 60 days",
            "line_ids": [
                Command.create(
                    {
                        "value": "percent",
                        "value_amount": share * 100,
                        "nb_days": after,
                        "delay_type": "days_after",
                    }
                )
                for share, after in (
                    (1 - plot.second, first),
                    (plot.second, first + DAYS_BETWEEN_INSTALMENTS),
                )
            ],
        }
    )
