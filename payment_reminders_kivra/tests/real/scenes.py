"""What a child process can do: the core's scenes, and a company that uses Kivra."""
# Runs in a process of its own, where relative imports of the addon name nothing.
# pylint: disable=odoo-addons-relative-import

import importlib.util
import sys
from pathlib import Path

from stdnum import luhn

_CORE = Path(__file__).parents[3] / "payment_reminders" / "tests" / "real" / "scenes"
_spec = importlib.util.spec_from_file_location(
    "core_scenes", _CORE / "__init__.py", submodule_search_locations=[str(_CORE)]
)
_core = importlib.util.module_from_spec(_spec)
sys.modules["core_scenes"] = _core
_spec.loader.exec_module(_core)

setup = _core.setup
cron_send = _core.cron_send
look = _core.look
clear = _core.clear
list_points = _core.list_points
die_at = _core.die_at
send_at = _core.send_at
pay_at = _core.pay_at


def set_up_kivra(env, url, client_id, client_secret, tenant):
    """Let the company send by Kivra alone, in kronor."""
    env.ref("base.SEK").active = True
    env["ir.config_parameter"].set_param("payment_reminders_kivra.url", url)
    env.company.write(
        {
            "kivra_mode": "production",
            "kivra_client_id": client_id,
            "kivra_client_secret": client_secret,
            "kivra_tenant": tenant,
            "kivra_account": "5050-1055",
        }
    )


def stage(env, names):
    """Make Swedish companies whose notices are ready to be sent, as the core does."""
    made = _core.owe(env, names, phone=False)
    moves = env["account.move"].browse([row["move"] for row in made.values()])
    moves.button_draft()
    moves.currency_id = env.ref("base.SEK")
    for row in made.values():
        number = f"59{env['res.partner'].browse(row['partner']).id:07}"
        row["phone"] = f"SE{number}{luhn.calc_check_digit(number)}01"
        env["res.partner"].browse(row["partner"]).vat = row["phone"]
    moves.action_post()
    moves.is_move_sent = True
    notices = _core.propose(env)
    _core.ripen(env, [notices[name] for name in made])
    return {name: {**row, "reminder": notices[name]} for name, row in made.items()}


def forget_emails(env, partners):
    """There is no other way than Kivra."""
