"""The trail: all that happened in a case, so that it can be proven.

Append-only by a trigger, chained by hashes for each case, its end kept beside it. It
names nobody: what people write is kept apart, where it can be erased. Other rooms log
by `_log_event` and never write here.

Begin with ``event.py``; ``checking.py`` walks the chains, ``anchor.py`` keeps what it
has seen, ``case_file.py`` gives them out.
"""

from . import event
from . import anchor
from . import checking
from . import details
from . import case_file
