"""The notice: one message to one customer, from proposal to withdrawal.

Proposed at night for the cases whose next step is due, approved by a person or by a
recorded standing approval, judged by ``rules/guard.py`` each time that it is looked
at. How it leaves is another room's affair (``sending``), and so is what it asks for
(``claim``); ``wording.py`` gives the texts of every channel the same figures.

Begin with ``notice.py``, then ``proposing.py`` and ``deciding.py``.
"""

from . import notice
from . import proposing
from . import deciding
from . import notice_line
from . import explanation
from . import wording
from . import withdrawing
