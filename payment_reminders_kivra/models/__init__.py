from . import res_company
from . import res_partner
from . import kivra_match
from . import payment_reminder
from . import delivery
from . import payment_reminder_setup
from . import res_config_settings
