"""A real payment against a real sending, many times, in every order and overlap.

Two processes get the same invoice: one sends its reminder, the other pays it (or stops
it in another way), each at a random moment of the same half second. What counts is the
clock: was the message taken by the gateway after the payer had begun to commit?
"""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

from .servers import now

EMAIL, SMS = "email", "sms"
#: What a race needs of its customers beyond the usual.
STAGED = {
    "bank_line_by_amount": {"spread": 3.0},
    "fee_reversed": {"fee": 100.0},
}
#: After these it goes elsewhere, and to the old address no more.
REDIRECTING = ("address_corrected", "merged", "invoice_contact")
#: These stop every notice, and are undone when a batch is over.
STOPS = ("company_archived", "marked_as_copy")
CUSTOMER = "customer"
NEW_DOMAINS = ("corrected", "books")
#: Notices that are made ready at a time.
BATCH = 25
#: Both begin within so many seconds of each other; each takes about a third of it.
SPREAD = 0.35
#: The gateway, and the payer before its commit, take up to so many seconds.
LINGER = 0.06
#: So long the gateway holds a text and waits for the payer, when it is told to.
PATIENCE = 0.8


@dataclass
class Tally:
    """What came of the pairs of one way of paying and one channel."""

    way: str
    channel: str
    pairs: int = 0
    #: What the first try came to: sent, stopped by the guard, put off.
    first: Counter = field(default_factory=Counter)
    late: int = 0
    double: int = 0
    lost: int = 0
    broken: int = 0
    retried: int = 0
    errors: list = field(default_factory=list)
    waits: list = field(default_factory=list)

    @property
    def is_clean(self):
        return not (self.late or self.double or self.lost or self.broken or self.errors)

    def add(self, other):
        self.pairs += other.pairs
        self.first += other.first
        for name in ("late", "double", "lost", "broken", "retried"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors += other.errors
        self.waits += other.waits


class Arena:
    """Where the races are held.

    :param sender: Child that sends
    :param payer: Child that pays
    :param at: the time that both believe it is
    :param guest: of :mod:`guests`: the channel of another addon
    """

    def __init__(self, sender, payer, smtp, gateway, at, seed=0, guest=None):
        self.sender = sender
        self.payer = payer
        self.smtp = smtp
        self.gateway = gateway
        self.guest = guest
        self.at = at
        self.random = random.Random(seed)
        self.spread = (guest and guest.spread) or SPREAD
        self._set_before_taking(self._linger)

    def leave(self):
        """Let the gateways take messages at once again."""
        self._set_before_taking(None)

    def _set_before_taking(self, callback):
        for gateway in filter(None, (self.smtp, self.gateway, self.guest)):
            gateway.before_taking = callback

    def _linger(self, _recipients):
        time.sleep(self.random.uniform(0, LINGER))

    def run(self, way, channel, pairs, at_the_gateway=False):
        """Hold so many races for one way of paying and one channel.

        :param at_the_gateway: not at random, but when the gateway holds the text
        """
        race = self._race_at_the_gateway if at_the_gateway else self._race
        tally = Tally(way, channel)
        while tally.pairs < pairs:
            batch = self._stage(way, channel, min(BATCH, pairs - tally.pairs))
            for customer in batch:
                race(way, customer, tally)
                tally.pairs += 1
            self._settle(batch, tally)
        return tally

    def measure_alone(self, way, times):
        """Return the seconds that each of so many payers takes without a sender."""
        channel = self.guest.channel if self.guest else EMAIL
        batch = self._stage(way, channel, times)
        seconds = [
            self.payer.call(
                "pay_at", way=way, move=c["move"], moment=now(), linger=0.0
            )["seconds"]
            for c in batch
        ]
        self._clear(batch)
        return seconds

    def _stage(self, way, channel, count):
        names = [f"race-{uuid4().hex[:12]}" for _ in range(count)]
        more = STAGED.get(way, {})
        made = self.payer.call("stage", names=names, at=self.at, **more)
        # The other process believes in the same time from here on.
        self.sender.call("look", reminders=[], at=self.at)
        if channel == SMS:
            partners = [customer["partner"] for customer in made.values()]
            self.payer.call("forget_emails", partners=partners)
        moves = [customer["move"] for customer in made.values()]
        self.payer.call("prepare", way=way, moves=moves)
        self.smtp.mails.clear()
        self.gateway.texts.clear()
        if self.guest:
            self.guest.welcome(made.values())
        return [{"name": name, **customer} for name, customer in made.items()]

    def _race(self, way, customer, tally):
        """Let both begin at a random moment."""
        start = now() + 0.02
        wait_for_sender = self.sender.begin(
            "send_at",
            reminder=customer["reminder"],
            moment=start + self.random.uniform(0, self.spread),
        )
        wait_for_payer = self.payer.begin(
            "pay_at",
            way=way,
            move=customer["move"],
            moment=start + self.random.uniform(0, self.spread),
            linger=self.random.uniform(0, LINGER),
        )
        self._note_payer(customer, self._try(wait_for_payer, tally), tally)
        self._try(wait_for_sender, tally)

    def _race_at_the_gateway(self, way, customer, tally):
        """Let the payer begin when the gateway already holds the text.

        It then waits for the payer for a second. A sender without locks is always
        late here.
        """
        payers = []

        def pay(_recipients):
            payer = self.payer.begin_in_thread(
                "pay_at", way=way, move=customer["move"], moment=now(), linger=0.0
            )
            payers.append(payer)
            payer.join(PATIENCE)

        self._set_before_taking(pay)
        send = self.sender.begin("send_at", reminder=customer["reminder"], moment=now())
        self._try(send, tally)
        self._set_before_taking(self._linger)
        for payer in payers:
            payer.join()
            tally.errors += [str(payer.error)] if payer.error else []
            self._note_payer(customer, payer.result, tally)

    def _try(self, wait, tally):
        try:
            return wait()
        except AssertionError as error:
            tally.errors.append(str(error))
            return None

    def _note_payer(self, customer, paid, tally):
        if paid:
            customer["paid"] = paid
            tally.waits.append(paid["seconds"])
            tally.retried += paid["tries"] > 1

    def _settle(self, batch, tally):
        """Let the sender come again for what it put off, then judge."""
        reminders = [customer["reminder"] for customer in batch]
        first = self.payer.call("look", reminders=reminders)
        self.sender.call("cron_send")
        last = self.payer.call("look", reminders=reminders)
        for customer in batch:
            key = str(customer["reminder"])
            self._judge(customer, first[key], last[key], tally)
        self._clear(batch)
        if tally.way in STOPS:
            self.payer.call("undo_stops")

    def _judge(self, customer, first, last, tally):
        taken = self._find_taken(customer)
        tally.first[_describe(first, taken)] += 1
        tally.double += len(taken) > 1
        tally.broken += bool(last["broken"])
        if "paid" in customer:
            tally.late += any(
                message.time > customer["paid"]["before"]
                for message in taken
                if self._is_as_before(tally.way, customer, message)
            )
        # What left is noted as sent; what did not is not, and is not on its way.
        tally.lost += last["state"] not in (
            ["sent"] if taken else ["held", "cancelled"]
        )

    def _find_taken(self, customer):
        """Return what the gateways took for a customer, at whatever address."""
        addresses = {
            f"{customer['name']}@{domain}.test" for domain in (CUSTOMER, *NEW_DOMAINS)
        }
        number = customer["phone"]
        mails = [mail for mail in self.smtp.mails if addresses & set(mail.recipients)]
        texts = [
            text
            for text in self.gateway.texts
            if text.number in (number, number.replace("+4526", "+4527"))
        ]
        letters = self.guest.sent_to(customer) if self.guest else []
        return mails + texts + letters

    def _is_as_before(self, way, customer, message):
        """Tell whether a message is what a change has made wrong."""
        if way == "fee_reversed":
            return "1100.0" in message.body
        if way in REDIRECTING:
            to = {f"{customer['name']}@{CUSTOMER}.test", customer["phone"]}
            return bool(to & set(message.recipients))
        return True

    def _clear(self, batch):
        self.payer.call("clear", reminders=[c["reminder"] for c in batch])


class Meeting:
    """Two senders, and two customers with one address: who gets two on one day?

    :param sender: Child that sends to the first of each pair
    :param other: Child that sends to the second
    """

    def __init__(self, sender, other, smtp, gateway, seed=0):
        self.sender = sender
        self.other = other
        self.smtp = smtp
        self.gateway = gateway
        self.random = random.Random(seed)

    def run(self, at, channel, pairs):
        """Let both begin within a moment, so many times."""
        tally = Tally("one address", channel)
        self.smtp.before_taking = self.gateway.before_taking = self._linger
        try:
            for _number in range(pairs):
                self._meet(at, channel, tally)
                tally.pairs += 1
        finally:
            self.smtp.before_taking = self.gateway.before_taking = None
        return tally

    def _linger(self, _recipients):
        time.sleep(self.random.uniform(0, 2 * LINGER))

    def _meet(self, at, channel, tally):
        pair = self._stage(at, channel)
        reminders = [customer["reminder"] for customer in pair]
        start = now() + 0.02
        waiting = [
            child.begin(
                "send_at",
                reminder=reminder,
                moment=start + self.random.uniform(0, LINGER),
            )
            for child, reminder in zip(
                (self.sender, self.other), reminders, strict=True
            )
        ]
        for wait in waiting:
            try:
                wait()
            except AssertionError as error:
                tally.errors.append(str(error))
        # One that was put off finds out now.
        self.sender.call("cron_send")
        seen = self.sender.call("look", reminders=reminders)
        states = [seen[str(reminder)]["state"] for reminder in reminders]
        taken = self.smtp.mails + self.gateway.texts
        tally.first[" and ".join(sorted(states))] += 1
        tally.double += len(taken) > 1
        tally.lost += len(taken) != states.count("sent") or not taken
        tally.broken += any(seen[str(reminder)]["broken"] for reminder in reminders)
        self.sender.call("clear", reminders=reminders)

    def _stage(self, at, channel):
        names = [f"meet-{uuid4().hex[:12]}" for _ in range(2)]
        made = self.sender.call("stage", names=names, at=at)
        pair = [made[name] for name in names]
        partners = [customer["partner"] for customer in pair]
        if channel == SMS:
            self.sender.call("forget_emails", partners=partners)
        self.sender.call("share_address", partners=partners)
        self.other.call("look", reminders=[], at=at)
        self.smtp.mails.clear()
        self.gateway.texts.clear()
        return pair


def _describe(seen, taken):
    if taken:
        return "sent"
    return "put off" if seen["state"] in ("approved", "sending") else "stopped"


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
