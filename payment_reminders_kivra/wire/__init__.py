"""How Kivra is spoken to. Nothing here knows Odoo or a record.

``body.py`` is what is sent, ``client.py`` the calls.
"""

from .body import (
    MAX_BYTES,
    Money,
    Receiver,
    choose_type,
    clean_vat,
    find_receiver,
    make_content,
)
from .client import Delivered, Kivra, Matched
