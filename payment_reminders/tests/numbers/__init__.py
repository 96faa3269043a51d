from . import test_simulation
from . import test_reports
from . import test_dashboard
from . import test_effect
from . import test_report_tours
from . import test_holdout
from . import test_reports_currencies
