"""Sums of several currencies in one line."""

from .money import format_code


def format_sums(env, totals):
    """Return "1,000.00 DKK, 500.00 NOK".

    :param totals: {res.currency: amount}
    """
    return ", ".join(
        format_code(env, amount, currency) for currency, amount in totals.items()
    )
