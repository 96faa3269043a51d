from . import test_approver
from . import test_fees_left_off
from . import test_queue
from . import test_queue_time
from . import test_templates
from . import test_undo
from . import test_withdrawn
