from . import payment_reminder_report_overdue
from . import payment_reminder_report_step
from . import payment_reminder_report_claim
from . import payment_reminder_report_question
from . import payment_reminder_report_promise
from . import payment_reminder_dashboard
from . import payment_reminder_month_end
from . import payment_reminder_month_end_spreadsheet
