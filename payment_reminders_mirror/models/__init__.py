"""Invoices of other programs as they last told them, and the source that reads them.

Begin with ``mirror_invoice.py``.
"""

from . import ir_ui_menu
from . import mirror_customer
from . import mirror_invoice
from . import mirror_source
from . import mirror_payment
from . import res_company
from . import res_config_settings
from . import section
from . import setup
