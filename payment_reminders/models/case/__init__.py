"""The case: all that one customer owes one company in one currency.

``opening.py`` puts what falls due into cases (`_open_due`), ``following.py`` lets
them follow the books (`_refresh`) and says what comes next (`_plan`), ``holding.py``
is for people who hold, release and close. The items are due items with a place on the
ladder. Later rooms add to a case what is theirs; what every case does is written
here, in order.

Begin with ``case.py``, then ``following.py``.
"""

from . import progress
from . import case
from . import opening
from . import following
from . import holding
from . import item
from . import freeze
