from . import test_statement
from . import test_statement_sent
from . import test_statement_tours
from . import test_letter
from . import test_print
from . import test_several_accounts
