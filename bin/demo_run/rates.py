"""Rates of the demo: what currencies were worth, and reference rates of interest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from odoo.addons.payment_reminders.rules.interest import half_year_start

from .publishers import WAITS

if TYPE_CHECKING:
    from odoo.api import Environment

#: What one krone was worth.
CURRENCIES = {"EUR": 0.1340, "SEK": 1.4720, "NOK": 1.5730}
SOURCE = "Not looked up: taken as read in this demo"
#: The oldest invoice of the play fell due less than so many days before it.
DAYS_BACK = 60
DAYS_AHEAD = 45


def create(env: Environment, first_day: date) -> None:
    """Write down the rates that hold in the play."""
    _create_currency_rates(env, first_day)
    last = half_year_start(first_day + timedelta(days=DAYS_AHEAD))
    waits = env["payment.reminder.reference"].search([("code", "=", WAITS)])
    for reference in env["payment.reminder.reference"].search([]):
        for day in {
            half_year_start(first_day - timedelta(days=DAYS_BACK)),
            half_year_start(first_day),
            last,
        }:
            if (reference, day) != (waits, last):
                _verify(env, reference.id, day)
    # Nobody here needs it: to be seen how what was read is accepted.
    waits.rate_ids.filtered(lambda rate: rate.date >= last).unlink()


def _create_currency_rates(env: Environment, first_day: date) -> None:
    for code, rate in CURRENCIES.items():
        currencies = env["res.currency"].with_context(active_test=False)
        currency = currencies.search([("name", "=", code)])
        currency.active = True
        env["res.currency.rate"].create(
            {
                "name": first_day - timedelta(days=120),
                "currency_id": currency.id,
                "rate": rate,
                "company_id": env.company.id,
            }
        )


def _verify(env: Environment, reference_id: int, day: date) -> None:
    """Let the bookkeeper have looked up the rate of a half-year.

    Interest is claimed by verified rates only; of a half-year that began after this
    was written no rate is shipped at all.
    """
    rates = env["payment.reminder.rate"].search(
        [("reference_id", "=", reference_id), ("date", "<=", day)],
        order="date desc",
        limit=1,
    )
    if not rates or (rates.date == day and rates.status == "verified"):
        return
    if rates.date != day:
        rates = rates.copy({"date": day})
    rates.write({"status": "verified", "source": SOURCE})
