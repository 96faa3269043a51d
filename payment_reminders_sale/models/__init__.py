from . import res_company
from . import res_config_settings
from . import payment_reminder_case
from . import sale_order
from . import payment_transaction
