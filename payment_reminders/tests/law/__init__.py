from . import test_fee_spacing
from . import test_jurisdiction
from . import test_new_country
from . import test_law_end
from . import test_next_law
from . import test_rate_warning
from . import test_shipped_rates
