from . import ignored_line
from . import facts
from . import due_items
from . import money_in_doubt
from . import bank_lines
