"""How fast a service may be asked."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable


class Pace:
    """Keeps calls within limits of a service, by waiting.

    In no stretch of ``seconds`` do more than ``calls`` begin, wherever it starts: who
    counts by the clock's minutes counts no more. Threads share one.

    :param limits: (calls, seconds) each; all of them hold
    :param clock: monotonic seconds
    """

    def __init__(
        self,
        *limits: tuple[int, float],
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.limits = limits
        self._clock = clock or (lambda: time.monotonic())
        self._sleep = sleep or time.sleep
        self._begun: deque[float] = deque(
            maxlen=max((n for n, _s in limits), default=0)
        )
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Wait for the turn of a call; return the seconds that were waited.

        Sleeps once: a clock that stands still does not keep a caller for ever.
        """
        with self._lock:
            now = self._clock()
            turn = max(now, self._find_turn())
            self._begun.append(turn)
        if turn > now:
            self._sleep(turn - now)
        return turn - now

    def is_free(self) -> bool:
        """Tell whether a call may begin now, without waiting."""
        with self._lock:
            return self._find_turn() <= self._clock()

    def _find_turn(self) -> float:
        """Return the earliest moment at which one more call keeps all limits."""
        turns = [
            self._begun[-calls] + seconds
            for calls, seconds in self.limits
            if len(self._begun) >= calls
        ]
        return max(turns, default=0.0)
