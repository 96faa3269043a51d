"""What company registers say of debtors, and what follows from it.

The record of a check and its words; asking is the bridge's affair
(``payment_reminders_company_status``). ``rules/insolvency.py`` says what a status
means; a debtor in trouble is held, and the claim for the proceedings is drawn up to
the day of the decree.

Begin with ``company_status.py``.
"""

from . import company_status
from . import hearing
from . import insolvency
