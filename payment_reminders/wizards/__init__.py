from . import payment_reminder_fee_wizard
from . import payment_reminder_ladder_wizard
from . import payment_reminder_hold_wizard
from . import payment_reminder_payment_wizard
from . import payment_reminder_print_wizard
from . import payment_reminder_rest_wizard
from . import payment_reminder_text_check
from . import payment_reminder_wizard
