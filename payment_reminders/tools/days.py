"""A day as lists show it: short, exact, in the reader's language."""

from babel.dates import format_skeleton

from odoo import fields
from odoo.tools.misc import babel_locale_parse, get_lang


def format_day(env, day):
    """Return a day as "Dec 3", with its year unless that is this year's.

    :param day: a date, or None
    :return: str, empty without a day
    """
    if not day:
        return ""
    skeleton = "MMMd" if day.year == fields.Date.today().year else "yMMMd"
    locale = babel_locale_parse(get_lang(env).code)
    return format_skeleton(skeleton, day, locale=locale)
