"""Days: how lists show one, and when a step that waits comes."""

from babel.dates import format_skeleton

from odoo import fields
from odoo.tools import SQL
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


def let_come(env, day):
    """Return SQL of the day on which a step comes: today if it has waited since then.

    Whatever reads, orders, groups or looks for it gets that day, and no night has to
    write it. On a day on which nothing leaves the night writes the next business day.

    :param day: SQL of the day on which it was to come
    """
    return SQL(
        "CASE WHEN %(day)s < %(today)s THEN %(today)s ELSE %(day)s END",
        day=day,
        today=SQL("%s::date", env.company._get_reminder_today()),
    )
