"""What is claimed beyond the invoices: fees, interest, lump sums, and until when.

``figures.py`` computes what a notice asks for on its day. What went out becomes
entries of the claim ledger (``claim_line.py``), which are never changed, only
reversed, and never touch the accounts. ``rest.py`` decides with ``rules/rest.py``
what becomes of costs that are open when the invoices are paid; ``limitation.py``
knows when a claim lapses, ``trifle.py`` what is too little for a notice,
and ``settled_money.py`` whether money came before a notice left, or with its costs.

Begin with ``figures.py``.
"""

from . import claim_line
from . import figures
from . import remarks
from . import rest
from . import interest
from . import limitation
from . import trifle
from . import settled_money
