from . import test_handover
from . import test_handover_dialogs
from . import test_handover_migration
from . import test_handover_money
from . import test_handover_tours
from . import test_handover_working
