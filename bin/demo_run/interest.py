"""Interest as letters of the play print it, each row computed anew beside our code."""

from __future__ import annotations

import calendar
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .check import Contradiction

if TYPE_CHECKING:
    from odoo.api import Environment

#: Laws of which the play has a letter with an interest table.
LAWS = ("DK", "SE", "NO")
CENT = Fraction(1, 100)


def show(env: Environment) -> list[str]:
    """Return the interest tables of one letter for each of ``LAWS``, as lines.

    :raise Contradiction: a letter is missing, or a row does not come to its amount
    """
    lines = ["INTEREST IN THE LETTERS (base × rate × days / days of the year)"]
    for law in LAWS:
        notices = env["payment.reminder"].search(
            [("state", "=", "sent"), ("amount_interest", ">", 0)], order="id desc"
        )
        notices = notices.filtered(
            lambda notice, law=law: notice.step_id.ladder_id.jurisdiction_id.code == law
        )
        if not notices:
            raise Contradiction(f"No letter under the law of {law} claims interest")
        # The longest table is the best to look at.
        lines += _show(max(notices, key=lambda n: len(n.interest_specification)), law)
    return lines


def _show(notice: Any, law: str) -> list[str]:
    currency = notice.currency_id.name
    total = Fraction(0)
    lines = [f"· {law}: {notice.partner_id.name}, {notice.step_id.name}"]
    names = {line.item_id.id: line.name for line in notice.line_ids}
    for row in notice.interest_specification:
        amount = _compute(row)
        if abs(amount - Fraction(row["amount"])) > Fraction(1, 10**9):
            raise Contradiction(f"{notice.name}: {row} is {float(amount)}")
        total += amount
        lines.append(
            f"    {names[row['item_id']]}: {row['first_day']} to {row['last_day']},"
            f" {row['days']} days, {float(row['rate']):.2f} % of"
            f" {float(row['base']):,.2f} = {float(amount):,.4f}"
        )
    before = total - Fraction(str(notice.amount_interest))
    if before < -CENT:
        raise Contradiction(f"{notice.name} claims more interest than has run up")
    if before > CENT:
        lines.append(f"    less interest of earlier letters {float(before):,.2f}")
    lines.append(
        f"    interest in this letter {notice.amount_interest:,.2f} {currency}"
    )
    return lines


def _compute(row: dict[str, Any]) -> Fraction:
    """Return the interest of a row; a day of a leap year is 1/366 of it."""
    year = date.fromisoformat(row["first_day"]).year
    days_of_year = 366 if calendar.isleap(year) else 365
    return (
        Fraction(row["base"])
        * Fraction(row["rate"])
        / 100
        * Fraction(row["days"], days_of_year)
    )
