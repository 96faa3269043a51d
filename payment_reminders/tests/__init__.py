from . import test_jurisdiction
from . import test_money_in_doubt
from . import test_paying
from . import test_paying_otherwise
from . import test_way
