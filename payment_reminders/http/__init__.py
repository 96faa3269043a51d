"""How bridges speak with outside services: one door, and the pace of its calls.

Nothing here knows Odoo, a record or a service.
"""

from .door import (
    MAX_PAUSE,
    PAUSE,
    UNDER_LOCKS,
    UNHURRIED,
    Answer,
    Door,
    Outcome,
    Patience,
    mask,
    read_pause,
)
from .pace import Pace
