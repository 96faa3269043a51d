from . import test_address_book
from . import test_case
from . import test_case_broken
from . import test_case_merge
from . import test_case_people
from . import test_moved_invoice
from . import test_outlook
from . import test_states
