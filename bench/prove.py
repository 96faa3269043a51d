"""The campaign behind the promises: never on stale facts, never twice, never lost.

    bin/odoo shell < bench/prove.py
    PR_PROVE=race PR_PROVE_PAIRS=250 bin/odoo shell < bench/prove.py
    PR_PROVE=race,gateway,crash PR_PROVE_CHANNEL=kivra bin/odoo shell < bench/prove.py

Real processes, a real mail server and SMS gateway on the loopback interface, and a
throw-away copy of the database. It ends in tables. What it does is in
``payment_reminders/tests/real/`` (race.py, crash.py, tampering.py); a short form is in
bin/test.

PR_PROVE            which parts, of: race, gateway, meeting, naive, crash, crowd, wires,
                    tamper (all)
PR_PROVE_CHANNEL    that of another addon, in place of e-mail and SMS; the parts race,
                    gateway and crash know it (``tests/real/guests.py``)
PR_PROVE_WAYS       ways of paying, stopping and changing, by commas (all)
PR_PROVE_PAIRS      random races for each way of paying and channel (20)
PR_PROVE_ALONE      payers of each way who are timed without a sender (10)
PR_PROVE_GATEWAY    races at the gateway for each way of paying and channel (5)
PR_PROVE_MEETINGS   pairs of customers with one address, for each channel (25)
PR_PROVE_KILLS      kills at each point and channel (10)
PR_PROVE_NOTICES    notices for each crowd of four senders (200)
PR_PROVE_WIRES      notices for each bad wire (5)
PR_PROVE_CASES      cases whose trails are tampered with, at each entry (20)
PR_PROVE_SEED       of the random moments (1)

race     each way of paying, stopping or changing what is asked (the invoice moved, a
         fee reversed, the address corrected, the customer merged, …), by e-mail and by
         SMS, at random moments. Late is a message that the gateway took as it was
         before, after the payer had begun to commit.
gateway  the same, but the payer begins when the gateway holds the text; and so do those
         who archive the company, or mark the database as a copy.
meeting  two senders, two customers with one address: one of them gets a message.
naive    the race with senders that look at the books right before sending and take no
         locks, or look in a transaction as Odoo's are: these must be seen to fail.
crash    SIGKILL at every point from claim to final commit, then the recovery.
crowd    four senders on one queue; and four that die at random moments.
wires    each way in which a gateway misbehaves, and the state that it ends in.
tamper   each way to rewrite the trail with its triggers off, at each of its entries.

10,000 races take about two and a half hours on two cores.
"""

import os
import platform
import time
from contextlib import ExitStack
from datetime import datetime

from odoo import release

from odoo.addons.payment_reminders.tests.real import guests
from odoo.addons.payment_reminders.tests.real import test_real_faults as faults
from odoo.addons.payment_reminders.tests.real.crash import EMAIL, SMS, Crashes, Crowd
from odoo.addons.payment_reminders.tests.real.process import Child
from odoo.addons.payment_reminders.tests.real.race import (
    STOPS,
    Arena,
    Meeting,
    Tally,
    percentile,
)
from odoo.addons.payment_reminders.tests.real.servers import SmsGateway, SmtpServer

#: A Tuesday, ten o'clock in Copenhagen, no holiday near.
AT = datetime(2026, 9, 15, 8)
NAIVE_WAYS = ("wizard", "bank_line", "credit_note", "hold")
SENDERS = 4


#: What a channel of another addon takes part in.
GUEST_PARTS = ("race", "gateway", "crash")


def find_guest(stack):
    """Return the channel of another addon that was asked for, its service started."""
    channel = os.environ.get("PR_PROVE_CHANNEL")
    if not channel:
        return None
    guest = guests.find(channel)
    if not guest:
        raise SystemExit(f"No addon brings the channel {channel}")
    guest.open(stack)
    return guest


def get_number(name, default):
    return int(os.environ.get(f"PR_PROVE_{name}", default))


class Campaign:
    """Starts what the parts need and collects what they found."""

    def __init__(self, database, stack):
        self.database = database
        self.stack = stack
        self.smtp = stack.enter_context(SmtpServer())
        self.gateway = stack.enter_context(SmsGateway())
        self.guest = find_guest(stack)
        self.channels = (self.guest.channel,) if self.guest else (EMAIL, SMS)
        self.child = self.start()
        self.child.call(
            "setup",
            smtp_port=self.smtp.port,
            sms_url=self.gateway.url,
            channels=",".join(self.channels),
            at=str(AT),
        )
        if self.guest:
            self.guest.set_up(self.child)
        self.seed = get_number("SEED", 1)
        self.failures = 0

    def start(self):
        scenes = {"folder": self.guest.folder} if self.guest else {}
        return self.stack.enter_context(Child(self.database, **scenes))

    # -- races --------------------------------------------------------------------

    def race(self):
        self._race("Races at random moments", get_number("PAIRS", 20), False)

    def gateway_race(self):
        self._race("Races at the gateway", get_number("GATEWAY", 5), True)

    def meeting(self):
        other = self.start()
        meeting = Meeting(self.child, other, self.smtp, self.gateway, self.seed)
        rows = []
        for channel in (EMAIL, SMS):
            tally = meeting.run(str(AT), channel, get_number("MEETINGS", 25))
            outcomes = ", ".join(f"{n} {what}" for what, n in tally.first.items())
            rows.append(
                [
                    channel,
                    tally.pairs,
                    tally.double,
                    tally.lost,
                    tally.broken,
                    len(tally.errors),
                    outcomes,
                ]
            )
            progress(rows[-1])
            self.failures += not tally.is_clean
        other.kill()
        show("Two senders, two customers with one address", MEETING_HEAD, rows)

    def _list_ways(self):
        ways = self.child.call("list_ways")
        if not self.guest:
            # What another address is depends on the channel.
            ways += self.child.call("list_changes")
        wanted = os.environ.get("PR_PROVE_WAYS")
        return [way for way in ways if not wanted or way in wanted.split(",")]

    def _race(self, title, pairs, at_the_gateway):
        payer = self.start()
        arena = Arena(
            self.child,
            payer,
            self.smtp,
            self.gateway,
            str(AT),
            self.seed,
            guest=self.guest,
        )
        alone = {}
        rows = []
        total = Tally("all", "")
        for way in self._list_ways():
            alone[way] = arena.measure_alone(way, get_number("ALONE", 10))
            for channel in self.channels:
                tally = arena.run(way, channel, pairs, at_the_gateway)
                rows.append(describe_tally(tally, alone[way]))
                total.add(tally)
                progress(rows[-1])
                self.failures += not tally.is_clean
        if at_the_gateway:
            rows += self._race_stops(arena, pairs, total)
        everyone = [seconds for some in alone.values() for seconds in some]
        rows.append(describe_tally(total, everyone))
        arena.leave()
        payer.kill()
        show(f"{title}, seed {self.seed}", RACE_HEAD, rows)

    def _race_stops(self, arena, pairs, total):
        """Stop every notice, one at a time: the next would be stopped by the last."""
        rows = []
        for way in STOPS:
            tally = Tally(way, self.channels[0])
            for _number in range(pairs):
                tally.add(arena.run(way, self.channels[0], 1, at_the_gateway=True))
            rows.append(describe_tally(tally, []))
            total.add(tally)
            progress(rows[-1])
            self.failures += not tally.is_clean
        return rows

    def naive(self):
        rows = []
        for how in ("no_locks", "old_snapshot"):
            sender, payer = self.start(), self.start()
            sender.call("be_naive", how=how, at=str(AT))
            arena = Arena(sender, payer, self.smtp, self.gateway, str(AT), self.seed)
            total = Tally(how, "email")
            for way in NAIVE_WAYS:
                total.add(arena.run(way, EMAIL, get_number("PAIRS", 20)))
                # Few pairs at random may all miss the moment; here none can.
                total.add(arena.run(way, EMAIL, get_number("GATEWAY", 5), True))
            rows.append(describe_tally(total, []))
            progress(rows[-1])
            # A harness that cannot see this proves nothing.
            self.failures += not total.late
            arena.leave()
            sender.kill()
            payer.kill()
        show("Naive senders, at random and at the gateway", RACE_HEAD, rows)

    # -- crashes ------------------------------------------------------------------

    def crash(self):
        crashes = Crashes(self.child, self.smtp, self.gateway, AT, guest=self.guest)
        rows = []
        for channel in self.channels:
            for point in crashes.list_points(channel):
                rows.append(
                    self._note(crashes.run(point, channel, get_number("KILLS", 10)))
                )
        show("SIGKILL at every point, then the recovery", CRASH_HEAD, rows)

    def crowd(self):
        children = [self.child, *(self.start() for _ in range(SENDERS - 1))]
        crowd = Crowd(children, self.smtp, self.gateway, AT)
        notices = get_number("NOTICES", 200)
        rows = [
            self._note(crowd.run(notices, rounds=1)),
            self._note(crowd.run(notices, rounds=6, die_within=1.5)),
        ]
        for child in children[1:]:
            child.kill()
        show("Several senders on one queue; then such that die", CRASH_HEAD, rows)

    def _note(self, wreckage):
        self.failures += not wreckage.is_clean
        for line in wreckage.wrong[:3]:
            print(line, flush=True)
        row = [
            wreckage.point,
            wreckage.channel,
            wreckage.kills,
            sum(wreckage.states.values()),
            wreckage.delivered,
            wreckage.double,
            wreckage.states["sent"],
            wreckage.states["uncertain"],
            len(wreckage.wrong),
        ]
        progress(row)
        return row

    # -- bad wires ----------------------------------------------------------------

    def wires(self):
        self.child.call("set_patience", seconds=faults.PATIENCE)
        count = get_number("WIRES", 5)
        rows = [
            self._misbehave(EMAIL, fault[0], fault[1], count)
            for fault in faults.SMTP_FAULTS
        ]
        rows += [
            self._misbehave(SMS, "", fault[0], count) for fault in faults.SMS_FAULTS
        ]
        show("Bad wires: what the notice comes to", WIRE_HEAD, rows)

    def _misbehave(self, channel, stage, rule, count):
        """Send some notices while a gateway misbehaves; nobody may get two."""
        crashes = Crashes(self.child, self.smtp, self.gateway, AT)
        batch = crashes._stage(channel, count)
        self.smtp.rules = {stage: rule} if stage else {}
        self.gateway.rule = None if stage else rule
        for customer in batch:
            self.child.call("dispatch", reminders=[customer["reminder"]])
        self.smtp.rules, self.gateway.rule = {}, None
        # What comes by itself afterwards must not make it two.
        self.child.call("run_queues")
        reminders = [customer["reminder"] for customer in batch]
        seen = self.child.call("look", reminders=reminders)
        taken = [
            len(self.smtp.sent_to(f"{c['name']}@customer.test"))
            + len(self.gateway.sent_to(c["phone"]))
            for c in batch
        ]
        self.child.call("clear", reminders=reminders)
        states = sorted({notice["state"] for notice in seen.values()})
        double = sum(number > 1 for number in taken)
        self.failures += bool(double) or len(states) != 1
        row = [channel, stage or "answer", rule, count, sum(taken), double, *states]
        progress(row)
        return row

    # -- tampering ----------------------------------------------------------------

    def tamper(self):
        """Rewrite the trail past its triggers; the check has to name the entry."""
        crashes = Crashes(self.child, self.smtp, self.gateway, AT)
        batch = crashes._stage(EMAIL, get_number("CASES", 20))
        reminders = [customer["reminder"] for customer in batch]
        self.child.call("cron_send")
        rows = []
        for attack in self.child.call("list_attacks"):
            tally = self.child.call("tamper_with", reminders=reminders, attack=attack)
            rows.append([attack, tally["tries"], tally["found"], tally["right"]])
            progress(rows[-1])
            self.failures += tally["right"] != tally["tries"]
        self.child.call("clear", reminders=reminders)
        show("The trail rewritten with its triggers off", TAMPER_HEAD, rows)


RACE_HEAD = (
    "way",
    "channel",
    "pairs",
    "sent",
    "stopped",
    "put off",
    "late",
    "double",
    "lost",
    "broken",
    "errors",
    "again",
    "p50",
    "p99",
    "alone p50",
    "alone p99",
)
MEETING_HEAD = (
    "channel",
    "pairs",
    "double",
    "lost",
    "broken",
    "errors",
    "what came of them",
)
CRASH_HEAD = (
    "point",
    "channel",
    "kills",
    "notices",
    "delivered",
    "double",
    "sent",
    "uncertain",
    "wrong",
)
TAMPER_HEAD = ("attack", "entries", "found", "at the right one")
WIRE_HEAD = ("channel", "stage", "misbehaves", "notices", "taken", "double", "state")


def describe_tally(tally, alone):
    return [
        tally.way,
        tally.channel,
        tally.pairs,
        *(tally.first[name] for name in ("sent", "stopped", "put off")),
        tally.late,
        tally.double,
        tally.lost,
        tally.broken,
        len(tally.errors),
        tally.retried,
        *(f"{percentile(tally.waits, share):.2f}" for share in (0.5, 0.99)),
        *(f"{percentile(alone, share):.2f}" for share in (0.5, 0.99)),
    ]


def progress(row):
    print("  ".join(str(cell) for cell in row), flush=True)


def show(title, head, rows):
    rows = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    print(f"\n{title}\n")
    for row in rows:
        print(
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
        )
    print(flush=True)


def main(env):
    database = env.cr.dbname
    env.cr.execute("SHOW server_version")
    versions = (release.version, env.cr.fetchone()[0], platform.python_version())
    # Nothing of ours may stand in the way of the processes.
    env.cr.rollback()
    known = ("race", "gateway", "meeting", "naive", "crash", "crowd", "wires", "tamper")
    if os.environ.get("PR_PROVE_CHANNEL"):
        known = GUEST_PARTS
    parts = os.environ.get("PR_PROVE", ",".join(known)).split(",")
    begun = time.monotonic()
    with ExitStack() as stack:
        campaign = Campaign(database, stack)
        for part in parts:
            getattr(campaign, "gateway_race" if part == "gateway" else part)()
    minutes = (time.monotonic() - begun) / 60
    print("Odoo {}, PostgreSQL {}, Python {}".format(*versions), end=", ")
    print(f"{os.cpu_count()} cores, {minutes:.0f} minutes")
    print("FAILED" if campaign.failures else "All promises held.", flush=True)


main(env)  # noqa: F821  (the shell brings env)
