"""How Amili is spoken to. Nothing here knows Odoo or a record.

``token.py`` is the log-in, ``body.py`` what is sent, ``client.py`` the calls.
"""

from .body import digest, make_body, make_date, make_registration
from .client import LIMITS, Amili, Case, Heard, Registered, Told
from .token import make_key, make_public_pem, make_token
