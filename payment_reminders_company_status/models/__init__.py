from . import payment_reminder_register
from . import payment_reminder_register_question
from . import payment_reminder_register_people
from . import payment_reminder_company_status
from . import payment_reminder_case
from . import res_company
from . import res_config_settings
from . import payment_reminder_section
