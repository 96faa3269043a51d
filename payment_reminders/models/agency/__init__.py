"""Invoices of which an agency pays a part (ROT, RUT and the like).

The part of the agency is set apart before a customer is asked for anything; what the
agency refuses is a due item of its own on the same journal item. Without such a part,
nothing here does anything.

Begin with ``agency_part.py``; how it is divided is in ``rules/agency.py``.
"""

from . import agency_part
from . import splitting
