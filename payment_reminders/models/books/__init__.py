"""What the books say, read live and in sets, in the words of ``rules/``.

``payment.reminder.facts`` alone reads journal items, payments and bank lines for us:
due items (`_read_due_items`), what is due and in no case yet (`_read_candidates`),
and the facts that the guard judges by (`_read_guard_facts`). It writes nothing on the
books.

Begin with ``facts.py``.
"""

from . import facts
from . import slow_transaction
from . import due_items
from . import money_places
from . import bank_lines
from . import money_in_doubt
from . import other_senders
from . import changes
from . import waiting
