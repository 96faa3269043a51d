from . import payment_reminder_rate_feed
from . import payment_reminder_rate_reading
from . import payment_reminder_reference
from . import payment_reminder_rate
from . import payment_reminder_section
from . import payment_reminder_setup
