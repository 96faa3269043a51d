"""How long an online payment that is under way is taken at its word."""

from __future__ import annotations

from datetime import date

from .calendar import Calendar

#: Methods that answer in seconds, and are settled by the next day or two.
QUICK_METHODS = frozenset(
    """
    amex apple_pay bancontact belfius blik card cartes_bancaires cash_app_pay cirrus cmr
    credit dankort diners discover eps google_pay ideal jcb kbc_cbc klarna_paynow
    maestro mastercard mbway mobile_pay p24 paypal paytrail post_finance_pay revolut_pay
    swish trustly twint unionpay venmo vipps visa
    """.split()
)
#: Methods by which the payer's bank is asked, and may take its time.
DEBITS = frozenset(
    "ach_direct_debit bacs_direct_debit becs_direct_debit sepa_direct_debit".split()
)
#: Banking days that a payment may be under way.
QUICK_DAYS, TRANSFER_DAYS, DEBIT_DAYS = 2, 5, 8


def wait_days(method: str) -> int:
    """Return the banking days that such a payment may take.

    :param method: Odoo's code of the payment method; one that is not known gets the
        days of a transfer
    """
    if method in QUICK_METHODS:
        return QUICK_DAYS
    return DEBIT_DAYS if method in DEBITS else TRANSFER_DAYS


def last_day(calendar: Calendar, since: date, method: str) -> date:
    """Return the last day on which such a payment is waited for.

    :param calendar: of the payer's country
    :param since: the day since which it is under way
    """
    return calendar.add_banking_days(since, wait_days(method))
