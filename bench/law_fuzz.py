#!/usr/bin/env python3
"""Interest and fees against an independent reckoning, day by day and in fractions.

    nice python3 bench/law_fuzz.py
    nice python3 bench/law_fuzz.py 5000 another-seed

Draws so many cases (200,000 by default) of each: interest with dated, missing and
negative rates, margins, totals rounded up, payments before and after, four day counts,
three orders of payment, yearly compounding and one rate by the day of payment; fees of
any rule with its ends, announced ones, numbers, deadlines, scales, limits and foreign
currencies. Each case has a seed of its own, so that one can be drawn again. Prints
every disagreement and fails when there is one. Needs no Odoo.
"""

import sys
import time
from pathlib import Path
from types import ModuleType

ADDON = Path(__file__).resolve().parents[1] / "payment_reminders"


def enter(name, folder):
    """Enter a package without running what it imports."""
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


def main():
    enter("payment_reminders", ADDON)
    enter("payment_reminders.tests", ADDON / "tests")
    from payment_reminders.tests.rules import reckoning

    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    seed = sys.argv[2] if len(sys.argv) > 2 else "law"
    wrong = 0
    for name in ("interest", "fees"):
        start = time.process_time()
        found = reckoning.run(getattr(reckoning, f"compare_{name}"), cases, seed)
        seconds = time.process_time() - start
        print(f"{name}: {cases} cases, {len(found)} disagreements, {seconds:.0f} s")
        for number, (case, expected, got) in found[:5]:
            print(f"  {seed}:{number}\n    {case}\n    {expected} / {got}")
        wrong += len(found)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
