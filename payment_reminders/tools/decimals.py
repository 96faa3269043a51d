from decimal import Decimal

from odoo.tools import float_repr


def to_decimal(value, digits=None):
    """Return an amount of the ORM or of a query as an exact Decimal."""
    if isinstance(value, Decimal) and digits is None:
        return value
    if digits is None:
        return Decimal(str(value or 0))
    return Decimal(float_repr(float(value or 0), digits))
