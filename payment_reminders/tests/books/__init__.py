from . import test_money_in_doubt
from . import test_no_way_round
from . import test_paying
from . import test_paying_otherwise
from . import test_invoice_fields
from . import test_guard_matrix
from . import test_ignored_line
from . import test_invoice_sent
