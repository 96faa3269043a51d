from . import test_stopping
from . import test_orders
from . import test_confirming
from . import test_order_tours
from . import test_real_orders
