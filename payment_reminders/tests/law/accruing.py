"""The interest of one claim, asked of the rules with a law of the database."""

from ...rules.accrual import accrue_claim


def accrue(law, principal, debtor, due_date, end):
    """Return the interest from the due date to a day.

    :return: :class:`rules.accrual.Accrual`
    """
    return accrue_claim(
        law._get_statute(),
        law._get_rate_tables()[law],
        principal=principal,
        debtor=debtor,
        due_date=due_date,
        end=end,
    )
