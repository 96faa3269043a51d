"""Creates the users of the demo in Odoo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odoo.fields import Command

from . import people

if TYPE_CHECKING:
    from odoo.api import Environment


def create(env: Environment) -> None:
    """Create the users, and let the administrator do what the bookkeeper does."""
    users = env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
    for person in people.EVERYBODY:
        users.create(
            {
                "name": person.name,
                "login": person.login,
                "password": person.login,
                "email": f"{person.login}@{people.DOMAIN}",
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
                Command.link(env.ref(group).id) for group in people.BOOKKEEPER.groups
            ],
            "tz": "Europe/Copenhagen",
            "notification_type": "inbox",
        }
    )
    admin.partner_id.email = f"admin@{people.DOMAIN}"
