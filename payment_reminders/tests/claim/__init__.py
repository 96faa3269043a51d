from contextlib import suppress

from . import test_limitation
from . import test_claim_ledger
from . import test_odd_amounts
from . import test_rest
from . import test_trifle
from . import test_settled_money

with suppress(ImportError):  # of hypothesis
    from . import test_ledger_fuzz
