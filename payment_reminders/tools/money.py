"""Amounts in texts for people at the office."""

from odoo.tools import formatLang

NBSP = "\N{NO-BREAK SPACE}"


def format_code(env, amount, currency, digits=None):
    """Return "1,000.00 DKK", in the format of the reader.

    The currency goes by its code, as in the lists and in what customers get: "kr" is a
    word of three countries.

    :param amount: a number, or the text of one
    :param digits: decimals; by default those of the currency
    """
    if digits is None:
        digits = currency.decimal_places if currency else 2
    number = formatLang(env, float(amount), digits=digits)
    return f"{number}{NBSP}{currency.name}" if currency else number
