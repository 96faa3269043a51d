from . import payment_reminder_engine
from . import payment_reminder_progress
from . import payment_reminder_sender
from . import payment_reminder_case
from . import payment_reminder
from . import payment_reminder_setup
