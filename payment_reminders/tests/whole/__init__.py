from contextlib import suppress

from . import test_contract
from . import test_soak
from . import test_views
from . import test_way
from . import test_speed
from . import test_speed_screens
from . import test_tours
from . import test_tour_customer
from . import test_units
from . import test_access
from . import test_reading_all
from . import test_access_matrix
from . import test_accessibility_backend
from . import test_accessibility_portal
from . import test_bulk
from . import test_attacks_rpc
from . import test_indexes

with suppress(ImportError):  # of pytest and the mail server, whose they are
    from . import test_first_hour
    from . import test_rooms
    from . import test_translations
