"""A day as lists show it: short, exact, in the reader's language."""

from babel.dates import format_skeleton

from odoo import fields
from odoo.tools.misc import babel_locale_parse, get_lang


def format_day(env, day, month="MMM"):
    """Return a day as "Dec 3", with its year unless that is this year's.

    :param day: a date, or None
    :param month: of a skeleton: "MMMM" writes its whole name, as one says it
    :return: str, empty without a day
    """
    if not day:
        return ""
    year = "" if day.year == fields.Date.today().year else "y"
    locale = babel_locale_parse(get_lang(env).code)
    return format_skeleton(f"{year}{month}d", day, locale=locale)
