"""How a notice leaves: at most once, and never on stale facts.

The docstring of ``sender.py`` is the protocol: screen, claim, connect, lock, read
again, judge, hand over, note, let go. ``wire.py`` is the gateway's side of it,
``delivery.py`` one attempt on one channel. ``halt.py`` looks at a whole run before
its first message; ``bounce.py`` takes in what comes back.

Begin with ``sender.py``. Nothing here may be made shorter without knowing the races.
"""

from . import delivery
from . import halt
from . import recipients
from . import sender
from . import claiming
from . import paperwork
from . import bounce
