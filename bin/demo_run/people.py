"""Who works in the company of the demo."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "havnens-vaerksted.example"


@dataclass(frozen=True)
class Person:
    """A user; the login is the password too."""

    login: str
    name: str
    role: str
    phone: str
    groups: tuple[str, ...]


BOOKKEEPER = Person(
    "karen",
    "Karen Bisgaard",
    "bookkeeper",
    "+45 26 00 00 21",
    (
        "payment_reminders.group_reminder_manager",
        "account.group_account_manager",
        "base.group_partner_manager",
    ),
)
REPS = (
    Person(
        "rasmus",
        "Rasmus Lindgaard",
        "sales, Danish customers",
        "+45 26 00 00 22",
        ("payment_reminders.group_reminder_user", "account.group_account_readonly"),
    ),
    Person(
        "signe",
        "Signe Aagaard",
        "sales, customers abroad",
        "+45 26 00 00 23",
        ("payment_reminders.group_reminder_user", "account.group_account_readonly"),
    ),
)
#: Has a customer, and leaves during the play.
LEAVER = Person(
    "tobias",
    "Tobias Kragh",
    "sales, leaves during the play",
    "+45 26 00 00 24",
    ("payment_reminders.group_reminder_user", "account.group_account_readonly"),
)
#: Who can log in when the play is over, and who was there during it.
STAFF = (BOOKKEEPER, *REPS)
EVERYBODY = (*STAFF, LEAVER)
