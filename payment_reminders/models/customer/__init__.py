"""The customer's side: the page, its link, questions, plans, answers.

What the controllers need of a case is here; they hold no rules. A customer has no
rights on any model, so every way in is narrow, counted (``throttle.py``) and logged.
Whatever a customer says stops reminders first and is sorted out afterwards: an open
question, "I have paid", a kept plan, a reply to a mail.

Begin with ``page.py`` and ``query.py``.
"""

from . import query
from . import by_itself
from . import plan
from . import throttle
from . import page
from . import plan_following
from . import plan_money
from . import writing
