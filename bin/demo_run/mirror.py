"""The last scene: invoices that another program keeps, brought as a file."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odoo.api import Environment

NAMES = (
    "Fakturanr;Kundenr;Kunde;E-mail;CVR-nr.;Fakturadato;Forfaldsdato;Beløb;Restbeløb"
)
#: (number, customer number, name, e-mail, days since it was due, amount, open)
ROWS = (
    ("70011", "501", "Skovens Savværk ApS", "faktura@skoven.example", 12, 18400, 18400),
    ("70012", "501", "Skovens Savværk ApS", "faktura@skoven.example", -20, 6250, 6250),
    ("70013", "502", "Brohusets Café", "post@brohuset.example", 34, 2980, 1480),
    ("70014", "502", "Brohusets Café", "post@brohuset.example", 5, -480, -480),
    ("70015", "503", "Klitgårdens Gartneri", "kontor@klit.example", None, 900, 900),
)


def bring(env: Environment, today: date) -> None:
    """Import what another program has open today, as a bookkeeper does it."""
    lines = [NAMES]
    for number, customer, name, email, days, amount, left in ROWS:
        due = f"{today - timedelta(days=days):%d-%m-%Y}" if days is not None else ""
        issued = f"{today - timedelta(days=50):%d-%m-%Y}"
        lines.append(
            f"{number};{customer};{name};{email};;{issued};{due};{amount},00;{left},00"
        )
    dialog = env["payment.reminder.mirror.import"].create(
        {
            "file": base64.b64encode("\r\n".join(lines).encode("utf-8-sig")),
            "filename": "aabne_fakturaer.csv",
        }
    )
    dialog.action_read()
    dialog.action_import()
