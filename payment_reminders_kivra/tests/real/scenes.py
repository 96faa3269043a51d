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
# All that the core's processes can do, these can, too.
globals().update({name: scene for name, scene in vars(_core).items() if name[0] != "_"})


def set_up_kivra(env, url, client_id, client_secret, tenant):
    """Let the company, which has no books yet, send by Kivra, in kronor."""
    sek = env.ref("base.SEK")
    sek.active = True
    env["ir.config_parameter"].set_param("payment_reminders_kivra.url", url)
    env.company.write(
        {
            "currency_id": sek.id,
            "kivra_mode": "production",
            "kivra_client_id": client_id,
            "kivra_client_secret": client_secret,
            "kivra_tenant": tenant,
            "kivra_account": "5050-1055",
        }
    )


def stage(env, names, fee=0.0, **more):
    """Make Swedish companies whose notices are ready to be sent, as the core does.

    What the core calls their telephone is how they are known.
    """
    made = _core.owe(env, names, phone=False, **more)
    for row in made.values():
        number = f"59{row['partner']:07}"
        row["phone"] = f"SE{number}{luhn.calc_check_digit(number)}01"
        env["res.partner"].browse(row["partner"]).vat = row["phone"]
    if fee:
        _core.notice._add_fees(env, made, fee)
    notices = _core.propose(env)
    _core.ripen(env, [notices[name] for name in made])
    return {name: {**row, "reminder": notices[name]} for name, row in made.items()}
