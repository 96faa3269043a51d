"""How GatewayAPI is spoken to. Nothing here knows Odoo or a record."""

from .client import HOSTS, GatewayApi, read_event
from .signature import check
