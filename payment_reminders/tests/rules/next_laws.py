"""Laws of countries beside those that ship, as far as worked examples need them.

Where a country ships by now, its shipped law is used instead (``law_data``).
"""

import datetime as dt
from decimal import Decimal

from ...rules import interest, statute

D = Decimal
FIRST = dt.date(2013, 3, 16)
NBP = "nbp_reference_rate"
BANK_RATE = "bank_rate"
AUSTRIA = "at_basiszinssatz"
ECB = "ecb_main_refinancing_rate"


def law(code, currency, reference, points, sums, round_up_to="0", own=""):
    """Return a law with one margin and one lump sum in tiers.

    :param sums: {least principal: lump sum}
    :param own: currency of the lump sums, where it is another
    """
    return statute.Statute(
        code=code,
        country={"UK": "GB"}.get(code, code),
        currency=currency,
        day_count="actual/365",
        margin_rules=(
            statute.MarginRule(
                FIRST, "company", reference, D(points), "", D(round_up_to)
            ),
        ),
        compensation_rules=tuple(
            statute.CompensationRule(FIRST, "company", D(amount), "", D(least), own)
            for least, amount in sums.items()
        ),
        convert_on="month_end_before_due" if own else "notice_day",
    )


NEXT = {
    "UK": law("UK", "GBP", BANK_RATE, 8, {0: 40, 1000: 70, 10000: 100}),
    "IE": law("IE", "EUR", ECB, 8, {0: 40, 1000: 70, 10000: 100}),
    "PL": law("PL", "PLN", NBP, 10, {0: 40, 5000: 70, 50000: 100}, own="EUR"),
    "AT": law("AT", "EUR", AUSTRIA, "9.2", {0: 40}),
    "BE": law("BE", "EUR", ECB, 8, {0: 40}, round_up_to="0.5"),
    "FR": law("FR", "EUR", ECB, 10, {0: 40}),
}
#: Series that do not ship, as far as the examples go.
NEXT_TABLES = {
    BANK_RATE: (interest.Rate(dt.date(2026, 1, 1), D("3.75")),),
    NBP: (interest.Rate(dt.date(2026, 1, 1), D(4)),),
    AUSTRIA: (interest.Rate(dt.date(2025, 6, 11), D("1.53")),),
}
