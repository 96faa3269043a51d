"""When a message is tried again, and when nobody waits for its receiver any longer."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Minutes before the second, third, … try; after the last of them as before it.
PAUSES = (1, 5, 15, 60, 180, 360)
#: A receiver that is down for a week loses nothing.
GIVE_UP = timedelta(days=14)


def find_pause(tries: int, asked: int | None = None) -> timedelta:
    """Return how long to wait after a try that failed.

    :param tries: so many have failed, one after the other
    :param asked: seconds that the receiver itself asked for
    """
    pause = timedelta(minutes=PAUSES[min(max(tries, 1), len(PAUSES)) - 1])
    return max(pause, timedelta(seconds=asked or 0))


def is_given_up(since: datetime, now: datetime) -> bool:
    """Tell whether a message has waited so long that a person has to decide.

    :param since: when it was put into the queue, the last time
    """
    return now - since >= GIVE_UP
