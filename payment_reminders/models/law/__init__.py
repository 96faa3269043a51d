"""The law: one jurisdiction, its dated rows, and the reference rates.

Data more than code. What may be asked is decided in ``rules/fees.py`` and
``rules/statute.py``, which never see a record: ``jurisdiction.py`` hands them plain
values. A row holds from a day on, and a new law is a new row. The first room: it
extends nothing of ours.

Begin with ``jurisdiction.py``.
"""

from . import jurisdiction_rows
from . import rate
from . import jurisdiction
