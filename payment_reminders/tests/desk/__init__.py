from . import test_by_hand
from . import test_run_stop
from . import test_desk
from . import test_desk_limits
from . import test_heads_up
from . import test_leaving
from . import test_setup
from . import test_staff_language
