"""Sums of several currencies in one line."""

from odoo.tools import format_amount, formatLang

NBSP = "\N{NO-BREAK SPACE}"


def format_sums(env, totals):
    """Return "1,000.00 DKK, 500.00 NOK", with codes where a sign would say too little.

    :param totals: {res.currency: amount}
    """
    signs = [currency.symbol for currency in totals]
    return ", ".join(
        formatLang(env, amount, digits=currency.decimal_places) + NBSP + currency.name
        if signs.count(currency.symbol) > 1
        else format_amount(env, amount, currency)
        for currency, amount in totals.items()
    )
