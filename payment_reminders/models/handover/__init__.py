"""Due items that a collection service has: one record an item and hand-over.

``handover.py`` has the record and the one door to its states, ``handing.py`` what may
be handed over and how it begins, ``provider.py`` what a service can do (by hand, until
a bridge says more) and its words for a state, ``working.py`` the scheduled action that
speaks to it, ``money.py`` what the books tell of it, ``report.py`` what it is told.

Begin with ``handover.py``; the rules are in ``rules/handover.py``.
"""

from . import handover
from . import provider
from . import handing
from . import working
from . import report
from . import money
