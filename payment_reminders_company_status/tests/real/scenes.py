"""What a child process does with the registers; see ``payment_reminders/tests/real``.

Every function takes the environment first; arguments and results are JSON.
"""

import os
import signal


def set_up(env, settings, parameters, numbers):
    """Make a company that asks the registers, and customers with an open case each.

    :param settings: of the company
    :param parameters: system parameters, with the addresses of the registers
    :param numbers: {country code: registration numbers}
    """
    for key, value in parameters.items():
        env["ir.config_parameter"].set_param(key, value)
    env["ir.cron"].search([]).write({"active": False})
    env.company.write(settings)
    customers = env["res.partner"].create(
        [
            {
                "name": f"{country} {number}",
                "is_company": True,
                "country_id": env.ref(f"base.{country.lower()}").id,
                "company_registry": number,
            }
            for country, those in numbers.items()
            for number in those
        ]
    )
    currency = env.company.currency_id
    Case = env["payment.reminder.case"]
    Case.create(
        [
            {
                "company_id": env.company.id,
                "partner_id": customer.id,
                "currency_id": currency.id,
                "identity": Case._get_identity(
                    env.company.id, customer.id, currency.id
                ),
            }
            for customer in customers
        ]
    )


def look_up(env, pid_file=None, die_at_reading=None):
    """Run the daily look at the registers.

    :param pid_file: write the number of this process there, for somebody to kill it
    :param die_at_reading: be killed while this reading (counted from 1) is kept
    """
    if pid_file:
        with open(pid_file, "w") as stream:
            stream.write(str(os.getpid()))
    if die_at_reading:
        _arm(type(env["payment.reminder.company.status"]), die_at_reading)
    env["payment.reminder.case"]._cron_company_status()


def _arm(model, count):
    keep = model._keep
    kept = []

    def deadly(self, *args):
        keep(self, *args)
        kept.append(self.id)
        if len(kept) == count:
            self.env.flush_all()
            os.kill(os.getpid(), signal.SIGKILL)

    model._keep = deadly


def look(env):
    """Return what the database says of the debtors."""
    checks = env["payment.reminder.company.status"].search([])
    cases = env["payment.reminder.case"].search([])
    return {
        "statuses": {
            f"{check.country_code} {check.number}": check.status for check in checks
        },
        "held": cases.freeze_ids.mapped("reason"),
        "logged": [
            event.payload["number"]
            for event in cases.event_ids
            if event.kind == "company_status"
        ],
        "told": cases.activity_ids.mapped("summary"),
        "due": env["payment.reminder.register"].search([])._count_due(),
        "broken": len(env["payment.reminder.event"]._find_broken(cases)),
    }
