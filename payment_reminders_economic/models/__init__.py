"""e-conomic as a source of due items. Begin with ``source.py``."""

from . import mirror
from . import res_company
from . import res_config_settings
from . import setup
from . import source
