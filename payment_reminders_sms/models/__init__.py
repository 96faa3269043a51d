from . import res_company
from . import sms_sms
from . import delivery
from . import payment_reminder_case
from . import inbound
from . import payment_reminder_section
from . import res_config_settings
