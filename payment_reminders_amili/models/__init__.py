"""Amili as a provider of the core's hand-overs; begin with ``handover.py``."""

from . import res_company
from . import res_partner
from . import res_config_settings
from . import handover
from . import checking
from . import following
from . import payment_reminder_case
from . import payment_reminder_section
