"""Hand-overs to Amili whose process is killed, over and over: nothing twice or lost.

    bin/odoo shell < bench/handover_kills.py
    PR_PROVE_KILLS=50 bin/odoo shell < bench/handover_kills.py

Real processes, a real HTTP server on the loopback interface, and a throw-away copy of
the database. It ends in a table. What it does is in
``payment_reminders_amili/tests/test_real_killed.py``; each point once is in
``bin/test --all``.

PR_PROVE_KILLS      kills at each point (20)
"""

import os
import time

from odoo.addons.payment_reminders_amili.tests.test_real_killed import (
    ENDING,
    POINTS,
    TELLING,
    RealCommon,
)

KILLS = int(os.environ.get("PR_PROVE_KILLS", 20))
#: So many payments of 100 are paid of each invoice of 1,000, and not more.
PAYMENTS = 5
FIGURES = (
    "kills",
    "hand-overs",
    "doubled",
    "lost",
    "payments",
    "payments doubled",
    "payments lost",
    "ends",
)


class Campaign(RealCommon):
    """Kills at every point; the first thing that is wrong ends it."""

    def run_all(self):
        for point in POINTS:
            for _attempt in range(KILLS):
                self.kill_a_hand_over(point)
            self.tell(point)
        for point in TELLING:
            for attempt in range(KILLS):
                if attempt % PAYMENTS == 0:
                    made = self.child.call("hand_over", count=3)
                    self.assertEqual(self.work(), 0)
                self.kill_a_report(made, point)
            self.tell(point)
        for point in ENDING:
            for _attempt in range(KILLS):
                self.kill_an_end(point)
            self.tell(point)

    def tell(self, point):
        print(f"{' '.join(point):42}{KILLS:4} kills", flush=True)


def main():
    started = time.time()
    campaign = Campaign("run_all")
    campaign.setUp()
    try:
        campaign.run_all()
    finally:
        campaign.stack.close()
        print()
        for what in FIGURES:
            print(f"{what:42}{campaign.figures[what]:4}")
        print(f"{time.time() - started:.0f} seconds")


main()
