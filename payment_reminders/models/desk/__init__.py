"""The desk: what people at the office see and do, many notices at a time.

Why a notice does not go and who lifts that (``outlook.py``), the queue and what a
manager chooses there, when a notice leaves, runs by hand, the first setup, the daily
heads-up, and calls that are steps of a ladder. A choice made here is kept on the notice
or the case, and the guard judges it like any other.

Begin with ``outlook.py``.
"""

from . import outlook
from . import call
from . import leaving
from . import queue
from . import run
from . import setup
from . import taking_over
from . import heads_up
