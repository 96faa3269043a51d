"""Checks that the tables, the database and the mailbox tell the same."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import amili, elsewhere, people
from .services import CASES, TABLE_VARIABLE

if TYPE_CHECKING:
    from odoo.api import Environment


class Contradiction(Exception):
    """Something does not add up: the demo must not pass it over."""


def check(
    env: Environment, letters: Sequence[Sequence[str]], calls: Mapping[str, int]
) -> list[str]:
    """Compare, and return what was found to agree, in words.

    :param letters: (kind, recipient, Message-Id) of each message in the mailbox
    :param calls: how often e-conomic was called, by method of HTTP
    :raise Contradiction: with the figures that differ
    """
    return [
        "CHECKED",
        _check_mailbox(env, letters),
        _check_notices(env),
        _check_ledger(env),
        _check_trail(env),
        _check_books(env),
        _check_services(env),
        *_check_elsewhere(env, calls),
    ]


def _check_mailbox(env: Environment, letters: Sequence[Sequence[str]]) -> str:
    deliveries = env["payment.reminder.delivery"].search(
        [("state", "in", ("sent", "uncertain"))]
    )
    expected = Counter(
        (d.channel, d.recipient, d.message_id if d.channel == "email" else "")
        for d in deliveries
    )
    letters = [
        # What Odoo tells the company's own people is none of ours.
        letter
        for letter in letters
        if not letter[1].endswith(f"@{people.DOMAIN}")
    ]
    found = Counter((kind, to, message_id) for kind, to, message_id in letters)
    if expected != found:
        raise Contradiction(
            "Odoo and the mailbox differ.\n"
            f"Sent, but not in the mailbox: {dict(expected - found)}\n"
            f"In the mailbox, but not sent: {dict(found - expected)}"
        )
    kinds = Counter(kind for kind, _to, _message_id in letters)
    uncertain = len(deliveries.filtered(lambda d: d.state == "uncertain"))
    return (
        f"· {kinds['email']} e-mails ({uncertain} of them uncertain), {kinds['sms']}"
        f" SMS and {kinds['kivra']} letter in Kivra left; each lies in the mailbox once"
    )


def _check_notices(env: Environment) -> str:
    states = Counter(env["payment.reminder"].search([]).mapped("state"))
    proposed = env["payment.reminder.event"].search_count([("kind", "=", "proposed")])
    _compare("notices proposed", proposed, sum(states.values()))
    waiting = proposed - states["sent"] - states["cancelled"]
    return (
        f"· {proposed} notices proposed = {states['sent']} sent +"
        f" {states['cancelled']} stopped + {waiting} waiting"
    )


def _check_ledger(env: Environment) -> str:
    sent = env["payment.reminder"].search([("state", "=", "sent")])
    lines = env["payment.reminder.claim.line"].search([])
    for kind in ("fee", "interest", "compensation"):
        for currency in sent.currency_id:
            of_notices = sum(
                n[f"amount_{kind}"] for n in sent if n.currency_id == currency
            )
            of_ledger = sum(
                line.amount
                for line in lines
                if line.kind == kind and line.currency_id == currency
            )
            _compare(
                f"{kind} in {currency.name}", round(of_notices, 2), round(of_ledger, 2)
            )
    return "· fees and interest of the notices sent = entries of the claim ledgers"


def _check_trail(env: Environment) -> str:
    events = env["payment.reminder.event"]
    broken = events._find_broken(env["payment.reminder.case"].search([]))
    _compare("broken chains of the trail", 0, len(broken))
    return f"· the trail of {events.search_count([])} entries is whole"


def _check_books(env: Environment) -> str:
    """No entry of the accounts may come from a reminder."""
    moves = env["account.move"].search([("state", "=", "posted")])
    invoices = moves.filtered(lambda move: move.is_invoice())
    others = moves - invoices
    paid = others.filtered(
        lambda move: move.origin_payment_id
        or move.statement_line_id
        or move.reversed_entry_id
        or move.journal_id == env.company.currency_exchange_journal_id
    )
    _compare("journal entries of unknown origin", 0, len(others - paid))
    return (
        f"· the books hold {len(invoices)} invoices and credit notes and {len(paid)}"
        " payments, nothing of ours"
    )


def _check_services(env: Environment) -> str:
    """What we say that Amili has is what it has, each invoice once, and told once."""
    kept = Path(os.environ[TABLE_VARIABLE]).with_name(CASES)
    given = env["payment.reminder.handover"].search([("external_id", "!=", False)])
    there = amili.read_kept(kept)
    expected = Counter((r.external_id, r.move_id.name) for r in given)
    found = Counter(
        (case["_id"], case["debt"]["invoice_number"])
        for case in there["cases"].values()
    )
    if expected != found:
        raise Contradiction(f"Amili has {dict(found)}, we say {dict(expected)}")
    told = sum(
        given.report_ids.filtered(
            lambda r: (r.kind, r.state) == ("payment", "told")
        ).mapped("amount")
    )
    heard = sum(row["amount"] for row in there["payments"])
    _compare("money that Amili was told of", round(told, 2), round(heard, 2))
    return (
        f"· {len(given)} invoices went to the collection service, each once; it was"
        f" told of {heard:,.2f} SEK, as the books say"
    )


def _check_elsewhere(env: Environment, calls: Mapping[str, int]) -> list[str]:
    """Invoices of other programs had their whole life, and left no row in the books."""
    _compare("calls of e-conomic", {"GET"}, set(calls))
    mirrored = env["payment.reminder.mirror.invoice"].search([])
    partners = mirrored.customer_id.filtered("is_new").partner_id
    for model in ("account.move", "account.move.line", "account.payment"):
        rows = env[model].search_count(
            [("partner_id.commercial_partner_id", "in", partners.ids)]
        )
        _compare(f"rows in {model} of customers of e-conomic and the file", 0, rows)
    life, paid, down = (
        env["payment.reminder.item"].search([("source_number", "=", str(number))])
        for number in (elsewhere.LIFE, elsewhere.PAID, elsewhere.DOWN)
    )
    sent = elsewhere.find_notices(env, elsewhere.LIFE, ("sent",))
    _compare("reminders of the invoice that was paid late", 3, len(sent))
    _compare("different ones", 3, len(sent.step_id))
    for item in (life, paid):
        end = (item.case_id.state, item.case_id.close_reason)
        _compare("how the case of a paid one ended", {("closed", "paid")}, {end})
    left = elsewhere.find_notices(env, elsewhere.PAID, ("sent", "uncertain"))
    stopped = elsewhere.find_notices(env, elsewhere.PAID, ("cancelled",))
    _compare("reminders of what was paid just before", 0, len(left))
    _compare("reminders that were stopped in the last minute", 1, len(stopped))
    held = [
        event
        for event in down.case_id.event_ids
        if event.kind == "held" and "stale_source" in (event.payload or {})["verdict"]
    ]
    _compare("times that nobody knew whether it was paid", 1, len(held))
    went = elsewhere.find_notices(env, elsewhere.DOWN, ("sent",))
    _compare("whether it left after that", 1, int(bool(went)))
    return [
        f"· {len(mirrored)} invoices of other programs: 0 rows of them in the books",
        f"· e-conomic was asked {calls['GET']} times, and nothing else was done there",
    ]


def _compare(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise Contradiction(f"{what}: {expected} expected, {found} found")
