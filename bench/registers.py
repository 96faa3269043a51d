"""Looks up 10,000 debtors in fake registers, cut off in the middle, with figures.

    bin/odoo shell < bench/registers.py
    PR_BENCH_DEBTORS=1000 bin/odoo shell < bench/registers.py

The fakes count the questions and answer 429 to whoever asks more than the documented
limits allow; at every question they look whether this process holds a transaction of
the database open. A first run is killed (SIGKILL) in the middle; the run after it must
neither lose nor repeat anything but the one question that was under way. One debtor of
a hundred is bankrupt. The database is a throw-away copy, the registers are on loopback.
"""

import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from stdnum.dk import cvr
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus
from stdnum.no import orgnr
from stdnum.se import orgnr as se_orgnr

from odoo import sql_db

DEBTORS = int(os.environ.get("PR_BENCH_DEBTORS", "10000"))
#: Share of each country; where a question is about one number, pace is what counts.
SHARES = {"DK": 0.7, "NO": 0.26, "SE": 0.01, "FI": 0.015, "GB": 0.015}
WORDS = {
    "DK": "UNDER KONKURS",
    "NO": "konkurs",
    "SE": "KK",
    "FI": "KONK",
    "GB": "insolvency-proceedings",
}
#: What the registers allow: {code: (questions, seconds)}; see connectors.
LIMITS = {
    "virk": (60, 60),
    "bronnoysund": (300, 60),
    "bolagsverket": (60, 60),
    "prh": (120, 60),
    "companies_house": (600, 300),
}
COUNTRIES = {
    "virk": "DK",
    "bronnoysund": "NO",
    "bolagsverket": "SE",
    "prh": "FI",
    "companies_house": "GB",
}


def make_numbers(country, count):
    """Return well-formed numbers of a country."""
    starts = {"DK": 10000000, "NO": 800000000, "SE": 5560000000, "FI": 10000000}
    checks = {"DK": cvr, "NO": orgnr, "SE": se_orgnr, "FI": ytunnus}
    found, at = [], starts.get(country, 10000000)
    while len(found) < count:
        at += 1
        try:
            if country in checks:
                checks[country].validate(str(at))
        except ValidationError:
            continue
        text = str(at)
        found.append(f"{text[:-1]}-{text[-1]}" if country == "FI" else text)
    return found


def make_debtors(env, fake):
    """Make customers with an open case each; every hundredth is bankrupt."""
    bankrupt = set()
    for country, share in SHARES.items():
        numbers = make_numbers(country, round(DEBTORS * share))
        code = "uk" if country == "GB" else country.lower()
        partners = (
            env["res.partner"]
            .with_context(tracking_disable=True)
            .create(
                [
                    {
                        "name": f"Bench {country} {number}",
                        "is_company": True,
                        "country_id": env.ref(f"base.{code}").id,
                        "company_registry": number,
                    }
                    for number in numbers
                ]
            )
        )
        currency = env.company.currency_id
        Case = env["payment.reminder.case"].with_context(tracking_disable=True)
        Case.create(
            [
                {
                    "company_id": env.company.id,
                    "partner_id": partner.id,
                    "currency_id": currency.id,
                    "identity": Case._get_identity(
                        env.company.id, partner.id, currency.id
                    ),
                }
                for partner in partners
            ]
        )
        for index, number in enumerate(numbers):
            if index % 100 == 0:
                fake.set(country, number, WORDS[country])
                bankrupt.add((country, number))
    return bankrupt


def run_and_be_killed(env, fake, after):
    """Let a copy of this process run, and kill it after so many questions."""
    pid = os.fork()
    if not pid:
        # Two processes must not share a connection.
        sql_db._Pool = None
        env.registry._db = sql_db.db_connect(env.cr.dbname)
        with env.registry.cursor() as cr:
            env(cr=cr)["payment.reminder.case"]._cron_company_status()
        os._exit(0)
    while len(fake.questions) < after:
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def main(env):
    env["ir.cron"].search([]).active = False
    sys.path.insert(0, str(Path.cwd() / "payment_reminders_company_status" / "tests"))
    from fake_registers import SETTINGS, Company, FakeRegisters
    from transaction_watch import TransactionWatch

    with FakeRegisters(assume=Company()) as fake:
        for key, value in fake.parameters.items():
            env["ir.config_parameter"].set_param(key, value)
        env.company.write(SETTINGS)
        bankrupt = make_debtors(env, fake)
        env.cr.commit()
        fake.limits = LIMITS
        begin = time.perf_counter()
        run_and_be_killed(env, fake, after=max(DEBTORS // 250, 8))
        # The question that was under way is answered into nothing.
        time.sleep(1)
        killed = len(fake.questions)
        kept = env["payment.reminder.company.status"].search_count(
            [("status", "!=", False)]
        )
        env.cr.commit()
        watch = TransactionWatch(**sql_db.connection_info_for(env.cr.dbname)[1])
        fake.before = lambda _code: watch.look()
        # A run that was put off by a limit goes on when the register has rested.
        for _run in range(20):
            env["payment.reminder.case"]._cron_company_status()
            env.cr.commit()
            due = env["payment.reminder.register"].search([])._count_due()
            env.cr.commit()
            if not due:
                break
            time.sleep(60)
        seconds = time.perf_counter() - begin
        report(env, fake, bankrupt, killed, kept, seconds, watch)


def report(env, fake, bankrupt, killed, kept, seconds, watch):
    """Say what came of it, and whether it is as it must be."""
    env.invalidate_all()
    checks = env["payment.reminder.company.status"].search([])
    frozen = env["payment.reminder.freeze"].search([("reason", "=", "insolvency")])
    found = {
        (check.country_code, check.number)
        for check in checks
        if check.status == "bankruptcy"
    }
    asked = Counter(
        (COUNTRIES[code], number)
        for code, _at, numbers in fake.questions
        if code in COUNTRIES and len(numbers) >= 1
        for number in numbers
    )
    events = env["payment.reminder.event"].search_count(
        [("kind", "=", "company_status")]
    )
    activities = env["mail.activity"].search_count(
        [("res_model", "=", "payment.reminder.case")]
    )
    refused = env["payment.reminder.register"].search_count(
        [("problem", "=", "throttled")]
    )
    print(f"debtors                      {len(checks)}")
    print(f"killed after                 {killed} questions, {kept} debtors kept")
    print(f"seconds in all               {seconds:.0f}")
    for code, (count, span) in LIMITS.items():
        questions = fake.count(code)
        numbers = sum(len(n) for c, _at, n in fake.questions if c == code)
        print(
            f"  {code:18} {questions:5} questions about {numbers:6} numbers,"
            f" {count} in {span} s allowed"
        )
    repeated = sum(1 for count in asked.values() if count > 1)
    print(f"asked twice (under way at the kill) {repeated}")
    print(f"registers that said 429      {refused}")
    print(f"transaction open at a question {watch.open} of {watch.looked}")
    print(
        f"bankrupt                     {len(bankrupt)}, found {len(found)},"
        f" cases on hold {len(frozen)}, in the trail {events}, told {activities}"
    )
    good = (
        all(check.status for check in checks)
        and found == bankrupt
        and len(frozen) == len(bankrupt) == events == activities
        and not watch.open
        and not refused
        and repeated <= 200
    )
    print("as it must be" if good else "NOT as it must be")


main(env)  # noqa: F821 (of the shell)
