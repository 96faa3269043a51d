"""How 46elks is spoken to. Nothing here knows Odoo or a record."""

from .client import URL, Elks, read_message, read_report
