"""What is too little for a notice of its own: of rounding, exchange, charges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

#: Up to so much, in each currency, a rest of what was paid for the most part is left by
#: rounding, exchange or a bank's charges: about the price of a cup of coffee.
FLOORS: Mapping[str, Decimal] = {
    code: Decimal(amount)
    for code, amount in {
        "AUD": 5,
        "BGN": 5,
        "CAD": 5,
        "CHF": 3,
        "CNY": 20,
        "CZK": 75,
        "DKK": 25,
        "EUR": 3,
        "GBP": 3,
        "HKD": 25,
        "HUF": 1000,
        "ILS": 10,
        "INR": 250,
        "ISK": 500,
        "JPY": 500,
        "KRW": 5000,
        "MXN": 50,
        "NOK": 30,
        "NZD": 5,
        "PLN": 15,
        "RON": 15,
        "SEK": 30,
        "SGD": 5,
        "TRY": 100,
        "UAH": 100,
        "USD": 3,
        "ZAR": 50,
    }.items()
}

#: The floor of a currency that is not listed: one of it.
ONE = Decimal(1)


def is_trifle(
    currency: str,
    asked: Sequence[tuple[Decimal, Decimal]],
    limit: Decimal = Decimal(0),
    has_floor: bool = True,
) -> bool:
    """Tell whether what a notice would ask for is too little for a notice.

    What was paid for the most part is so up to a floor of its currency; an invoice of
    which nothing was paid only when it is under one of its currency, for a small
    invoice is owed like any other.

    :param currency: ISO code
    :param asked: (open amount, whole amount) of each due item, in that currency
    :param limit: what the company itself calls too little, in that currency
    :param has_floor: whether the floors hold, or that limit alone
    """
    total = sum((owed for owed, _whole in asked), Decimal(0))
    untouched = sum((owed for owed, whole in asked if owed >= whole), Decimal(0))
    if total <= 0:
        return False
    floor = FLOORS.get(currency, ONE)
    return total <= limit or (has_floor and untouched < ONE and total <= floor)
