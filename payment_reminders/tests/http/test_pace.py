"""No stretch of time holds more calls than a service allows."""

from hypothesis import given
from hypothesis import strategies as st

from ...http import Door, Pace
from .bad_server import BadServer


class Clock:
    """Time that passes while somebody sleeps."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def run(pace, clock, gaps):
    begun = []
    for gap in gaps:
        clock.now += gap
        pace.wait()
        begun.append(clock.now)
    return begun


@given(
    st.lists(st.floats(0, 20), max_size=60),
    st.integers(1, 9),
    st.integers(1, 30),
)
def test_no_window_holds_more(gaps, calls, seconds):
    clock = Clock()
    pace = Pace((calls, seconds), (3, 1), clock=clock, sleep=clock.sleep)
    begun = run(pace, clock, gaps)
    for limit, window in ((calls, seconds), (3, 1)):
        for first, last in zip(begun, begun[limit:], strict=False):
            assert last - first >= window - 1e-6


def test_450_calls_take_as_long_as_90_a_minute_take():
    clock = Clock()
    pace = Pace((90, 60), (8, 1), clock=clock, sleep=clock.sleep)
    begun = run(pace, clock, [0] * 450)
    assert 240 <= begun[-1] - begun[0] < 255
    assert begun[89] - begun[0] < 12


def test_who_asks_seldom_never_waits():
    clock = Clock()
    pace = Pace((90, 60), (8, 1), clock=clock, sleep=clock.sleep)
    assert not any(pace.wait() or clock.sleep(1) for _ in range(200))


def test_a_clock_that_stands_still_keeps_nobody_for_ever():
    slept = []
    pace = Pace((2, 60), clock=lambda: 5.0, sleep=slept.append)
    for _ in range(4):
        pace.wait()
    assert slept == [60, 60]


def test_a_door_keeps_to_its_pace():
    clock = Clock()
    with BadServer() as server:
        door = Door(server.url, pace=Pace((2, 60), clock=clock, sleep=clock.sleep))
        for _ in range(5):
            assert door.get().outcome == "ok"
    assert clock.now == 1120


def test_whether_it_is_free_takes_no_turn():
    clock = Clock()
    pace = Pace((2, 10), clock=clock, sleep=clock.sleep)
    for _call in range(2):
        assert pace.is_free()
        pace.wait()
    assert not pace.is_free()
    clock.now += 10
    assert pace.is_free()
