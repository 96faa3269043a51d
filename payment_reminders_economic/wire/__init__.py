"""How e-conomic is asked. Nothing here knows Odoo, and nothing can write there."""

from .client import Economic, Invoice, Page, Result

__all__ = ["Economic", "Invoice", "Page", "Result"]
