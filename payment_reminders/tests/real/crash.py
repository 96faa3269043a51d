"""A sender that is killed on its way, at every point between its claim and the end.

The process gets SIGKILL: no exception, no rollback of its own, no word to anybody. Half
an hour later another one does its round. Then what the gateway has taken and what the
database says are laid side by side.
"""

import os
import signal
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from .servers import Lose

EMAIL, SMS = "email", "sms"
#: At these it is the gateway that kills the sender, while it holds the whole text: and
#: takes it, or loses it. To the sender, and to whoever comes after it, both look alike.
TAKEN, LOST = "text taken by the gateway", "text lost by the gateway"


@dataclass
class Wreckage:
    """What was left of the notices whose sender died at one point."""

    point: str
    channel: str
    kills: int = 0
    delivered: int = 0
    double: int = 0
    #: What they came to after the recovery: sent or uncertain.
    states: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)

    @property
    def is_clean(self):
        return not (self.double or self.wrong)


class Crashes:
    """Kills senders.

    :param child: Child that stages, sends and recovers
    :param at: datetime, the time that it believes it is
    :param guest: of :mod:`guests`: the channel of another addon
    """

    def __init__(self, child, smtp, gateway, at, guest=None):
        self.child = child
        self.smtp = smtp
        self.gateway = gateway
        self.at = at
        self.guest = guest

    def list_points(self, channel):
        return [*self.child.call("list_points", channel=channel), TAKEN, LOST]

    def run(self, point, channel, kills):
        """Kill so many senders at one point, recover, and compare."""
        wreckage = Wreckage(point, channel)
        batch = self._stage(channel, kills)
        for customer in batch:
            code = self._kill(point, channel, customer["reminder"])
            wreckage.kills += 1
            if code != -signal.SIGKILL:
                wreckage.wrong.append(f"{point}: ended with {code}, not by SIGKILL")
        self._recover_and_judge(batch, wreckage)
        return wreckage

    def _recover_and_judge(self, batch, wreckage, after=0):
        """Come back half an hour later, twice; compare what left and what is noted."""
        # The second round finds nothing to do that the first has not done.
        for minutes in (after + 30, after + 60):
            self.child.call("cron_send", at=str(self.at + timedelta(minutes=minutes)))
        reminders = [customer["reminder"] for customer in batch]
        seen = self.child.call("look", reminders=reminders)
        for customer in batch:
            self._judge(customer, seen[str(customer["reminder"])], wreckage)
        self.child.call("clear", reminders=reminders)

    def _stage(self, channel, count):
        names = [f"crash-{uuid4().hex[:12]}" for _ in range(count)]
        made = self.child.call("stage", names=names, at=str(self.at))
        if channel == SMS:
            partners = [customer["partner"] for customer in made.values()]
            self.child.call("forget_emails", partners=partners)
        self.smtp.mails.clear()
        self.gateway.texts.clear()
        if self.guest:
            self.guest.welcome(made.values())
        return [{"name": name, **customer} for name, customer in made.items()]

    def _set_before_taking(self, callback):
        for gateway in filter(None, (self.smtp, self.gateway, self.guest)):
            gateway.before_taking = callback

    def _kill(self, point, channel, reminder):
        """Let a copy of the process send one notice and die; return how it ended."""
        if point not in (TAKEN, LOST):
            return self.child.call_apart(
                "die_at", point=point, channel=channel, reminder=reminder
            )
        with tempfile.NamedTemporaryFile("r") as pid_file:

            def kill(_recipients):
                os.kill(int(Path(pid_file.name).read_text()), signal.SIGKILL)
                if point == LOST:
                    raise Lose

            self._set_before_taking(kill)
            try:
                return self.child.call_apart(
                    "die_at", reminder=reminder, pid_file=pid_file.name
                )
            finally:
                self._set_before_taking(None)

    def _judge(self, customer, seen, wreckage):
        taken = self.smtp.sent_to(f"{customer['name']}@customer.test")
        taken += self.gateway.sent_to(customer["phone"])
        if self.guest:
            taken += self.guest.sent_to(customer)
        wreckage.delivered += bool(taken)
        wreckage.double += len(taken) > 1
        wreckage.states[seen["state"]] += 1
        allowed = ["sent", "uncertain"] if taken else ["uncertain"]
        if self.guest and self.guest.settles:
            allowed = ["sent"] if taken else []
        if seen["state"] not in allowed or seen["broken"]:
            wreckage.wrong.append(
                f"{wreckage.point}: {len(taken)} messages, then {seen}"
            )


class Crowd:
    """Several senders at once on one queue, which keep dying on the way.

    :param children: Child processes; the first one stages and recovers
    """

    def __init__(self, children, smtp, gateway, at):
        self.children = children
        self.crashes = Crashes(children[0], smtp, gateway, at)

    def run(self, notices, rounds=2, die_within=None):
        """Let all of them work on so many notices, then recover, and compare.

        :param rounds: so often each of them starts; a quarter of an hour lies between
        :param die_within: each dies at a random moment within so many seconds
        """
        wreckage = Wreckage(f"{len(self.children)} senders", EMAIL)
        batch = self.crashes._stage(EMAIL, notices)
        for number in range(rounds):
            at = self.crashes.at + timedelta(minutes=20 * number)
            wreckage.kills += self._work(at, die_within)
        self.crashes._recover_and_judge(batch, wreckage, after=20 * rounds)
        return wreckage

    def _work(self, at, die_within):
        """Start all of them at once; return how many were killed."""
        codes = []

        def work(child):
            code = child.call_apart("cron_send", at=str(at), die_within=die_within)
            codes.append(code)

        threads = [threading.Thread(target=work, args=[c]) for c in self.children]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(code == -signal.SIGKILL for code in codes)
