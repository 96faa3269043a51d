"""What reminders bring: ladders played on true stories, and nudges held out.

The what-if plays ``rules/simulation.py`` on what customers really owed and paid, and
sends nothing. The holdout keeps back a part of the nudges, chosen by
``rules/holdout.py`` and written down, so that there is something to compare with.

Begin with ``simulation.py``.
"""

from . import stories
from . import simulation
from . import holdout
