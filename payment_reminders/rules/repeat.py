"""The last step once more, without a fee: every so many days, so many times at most.

Whoever has had the whole ladder and owes still is asked again in the same words. What
the law lets a creditor charge for is over by then: a repeat costs nothing. After
the last one a person decides.
"""

from __future__ import annotations

from dataclasses import replace

from .claim import Terms
from .schedule import CALL, NUDGE, PREVIOUS_STEP, Step

#: So often at most; who has not paid by then does not read it.
MOST_REPEATS = 12


def repeat_last(last: Step, every: int, times: int) -> tuple[Step, ...]:
    """Return the steps that follow on the last one of a ladder.

    Their ids are those of nothing: 0. A nudge or a call is no letter to repeat.

    :param last: the last step that is a step of its own
    :param every: days between two; 0: none
    :param times: so many at most
    """
    if every < 1 or last.kind in (NUDGE, CALL):
        return ()
    again = replace(
        last, id=0, delay_days=every, delay_from=PREVIOUS_STEP, bears_fee=False
    )
    return (again,) * max(min(times, MOST_REPEATS), 0)


def repeat_terms(terms: Terms) -> Terms:
    """Return what a repeat asks for: no fee and no lump sum; interest runs on."""
    return replace(terms, fee_policy="none", fee=None, charge_compensation=False)
