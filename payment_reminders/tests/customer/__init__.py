from . import test_portal
from . import test_portal_interest
from . import test_questions
from . import test_plan
from . import test_reply
from . import test_attacks
from . import test_customer_files
from . import test_fuzz
