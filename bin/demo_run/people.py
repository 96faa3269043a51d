"""Who works in the company of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from odoo.fields import Command

if TYPE_CHECKING:
    from odoo.api import Environment

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
    "bookkeeper: approves and releases",
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
        "sales: Danish customers",
        "+45 26 00 00 22",
        ("payment_reminders.group_reminder_user", "account.group_account_readonly"),
    ),
    Person(
        "signe",
        "Signe Aagaard",
        "sales: customers abroad",
        "+45 26 00 00 23",
        ("payment_reminders.group_reminder_user", "account.group_account_readonly"),
    ),
)
EVERYBODY = (BOOKKEEPER, *REPS)


def create(env: Environment) -> None:
    """Create the users, and let the administrator do what the bookkeeper does."""
    users = env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
    for person in EVERYBODY:
        users.create(
            {
                "name": person.name,
                "login": person.login,
                "password": person.login,
                "email": f"{person.login}@{DOMAIN}",
                "phone": person.phone,
                "tz": "Europe/Copenhagen",
                "lang": "en_US",
                "notification_type": "inbox",
                "group_ids": [
                    Command.link(env.ref(group).id)
                    for group in ("base.group_user", *person.groups)
                ],
            }
        )
    admin = env.ref("base.user_admin")
    admin.write(
        {
            "group_ids": [
                Command.link(env.ref(group).id) for group in BOOKKEEPER.groups
            ],
            "tz": "Europe/Copenhagen",
            "notification_type": "inbox",
        }
    )
    admin.partner_id.email = f"admin@{DOMAIN}"
