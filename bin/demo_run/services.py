"""Local services of the demo, alive from before the play until the demo ends."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from . import economic, elks, kivra, publishers
from .amili import URL_PARAMETER, Amili
from .clock import Clock
from .letterbox import Letterbox
from .mail_server import HOST, MailServer
from .people import STAFF
from .registers import Registers, get_parameters
from .web import Rooms, WebServer

#: Name of the variable that tells the play where the services are.
URL_VARIABLE = "PAYMENT_REMINDERS_DEMO_SERVICES"
#: Name of the variable that tells the play where to write its tables.
TABLE_VARIABLE = "PAYMENT_REMINDERS_DEMO_TABLE"
#: Name of the variable that tells the play where the company registers are.
REGISTERS_VARIABLE = "PAYMENT_REMINDERS_DEMO_REGISTERS"
#: Name of the variable that tells the play where the publishers of rates are.
PUBLISHERS_VARIABLE = "PAYMENT_REMINDERS_DEMO_PUBLISHERS"
#: Name of the variable that tells the play where the collection service is.
AMILI_VARIABLE = "PAYMENT_REMINDERS_DEMO_AMILI"
#: Names of the variables that tell the play where the digital mailbox and the SMS
#: gateway are.
KIVRA_VARIABLE = "PAYMENT_REMINDERS_DEMO_KIVRA"
ELKS_VARIABLE = "PAYMENT_REMINDERS_DEMO_ELKS"
#: Name of the variable that tells the play where e-conomic is.
ECONOMIC_VARIABLE = "PAYMENT_REMINDERS_DEMO_ECONOMIC"
LETTERS, TABLE, CASES = "letters", "table.txt", "amili.json"
#: What is in e-conomic.
LEDGER = "economic.json"
#: Where the served Odoo is as far as the play knows; mails lead there.
ODOO_URL = "http://127.0.0.1:8069"
#: The mailbox is here when the port is free, so that a bookmark stays good.
MAILBOX_PORT = 8025


@dataclass(frozen=True)
class Services:
    """What the play and Odoo must know about the services."""

    conf: dict[str, object] = field(default_factory=dict)
    """Options of Odoo's configuration file, such as smtp_server and smtp_port."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables for the play and for Odoo, such as the port of a gateway."""
    settings: dict[str, str] = field(default_factory=dict)
    """System parameters of a database that was played before."""
    closing_words: tuple[str, ...] = ()
    """Lines for the reader once Odoo is up, such as where the mailbox is."""


@contextlib.contextmanager
def started(folder: Path, port: int) -> Iterator[Services]:
    """Start the services of one demo.

    :param folder: a folder of the demo; messages that lie in it are shown
    :param port: where Odoo is, or will be, served
    """
    letterbox = Letterbox(folder / LETTERS)
    clock = Clock()
    mail_server = MailServer(letterbox, _free_port())
    links = {ODOO_URL: f"http://{HOST}:{port}"}
    ledger = economic.Economic(folder / LEDGER)
    rooms = Rooms(letterbox, mail_server, clock, ledger, links)
    web = _web_server(rooms)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    registers = Registers()
    registers.start()
    published = publishers.Publishers(date.today())
    published.start()
    amili = Amili(folder / CASES, clock)
    mailbox = kivra.Kivra(letterbox, clock)
    gateway = elks.Elks(letterbox, clock)
    for service in (amili, mailbox, gateway, ledger):
        service.start()
    try:
        yield Services(
            conf={"smtp_server": HOST, "smtp_port": mail_server.port},
            environment={
                URL_VARIABLE: web.url,
                TABLE_VARIABLE: str(folder / TABLE),
                REGISTERS_VARIABLE: registers.url,
                PUBLISHERS_VARIABLE: published.url,
                AMILI_VARIABLE: amili.url,
                KIVRA_VARIABLE: mailbox.url,
                ELKS_VARIABLE: gateway.url,
                ECONOMIC_VARIABLE: ledger.url,
                **_past_the_proxy(),
            },
            settings={
                "iap.endpoint": web.url,
                "web.base.url": links[ODOO_URL],
                URL_PARAMETER: amili.url,
                kivra.URL_PARAMETER: mailbox.url,
                elks.URL_PARAMETER: gateway.url,
                economic.URL_PARAMETER: ledger.url,
                **get_parameters(registers.url),
                **publishers.get_parameters(published.url),
            },
            closing_words=(
                *(
                    f"        {person.login}, password {person.login}"
                    f" ({person.name}, {person.role})"
                    for person in STAFF
                ),
                f"Mails:  {web.url}/ (what customers got: e-mails, SMS, letters)",
                "To Do:  Invoicing > Reminders > To Do",
                "        Approve the reminder to Hotel Havnefront and send it now (in",
                "        working hours): it arrives in the mails. Or open a mail and",
                "        pay as its customer: any card number will do.",
                "Amili:  Invoicing > Reminders > With Services (a collection service",
                "        that lives on this machine alone has two invoices)",
                "SMS:    Invoicing > Reminders > To Do > Incoming SMS (Skärgårdens",
                "        Motor got a reminder in Kivra, and answered the next one)",
                "Mirror: Invoicing > Configuration > Payment Reminders > Mirrored",
                "        Invoices (what the company keeps in e-conomic, which lives on",
                "        this machine alone, and a file of another program)",
                "Rates:  Invoicing > Configuration > Payment Reminders > Readings of",
                "        Rates (a reference rate that was read waits to be accepted)",
            ),
        )
    finally:
        web.shutdown()
        web.server_close()
        mail_server.stop()
        registers.stop()
        for service in (amili, mailbox, gateway, ledger):
            service.stop()
        published.stop()
        amili.stop()


def _web_server(rooms: Rooms) -> WebServer:
    try:
        return WebServer(MAILBOX_PORT, rooms)
    except OSError:
        return WebServer(0, rooms)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _past_the_proxy() -> dict[str, str]:
    """Let Odoo reach the gateway of this machine without its proxy."""
    names = ("no_proxy", "NO_PROXY")
    known = [value for name in names if (value := os.environ.get(name))]
    return dict.fromkeys(names, ",".join([*known[:1], HOST, "localhost"]))
