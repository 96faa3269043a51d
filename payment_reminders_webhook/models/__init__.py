from . import payment_reminder_webhook
from . import payment_reminder_webhook_message
from . import payment_reminder_section
from . import payment_reminder_setup
