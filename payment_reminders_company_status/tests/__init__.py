from . import test_daily_check
from . import test_fail_closed
from . import test_registers
from . import test_real_killed
