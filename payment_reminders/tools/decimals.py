from decimal import Decimal


def to_decimal(value, digits=None):
    """Return an amount of the ORM or of a query as an exact Decimal."""
    if isinstance(value, Decimal) and digits is None:
        return value
    if digits is None:
        return Decimal(str(value or 0))
    text = f"{float(value or 0):.{digits}f}"
    # Nothing is not less than nothing: the trail tells of amounts as they are written.
    return Decimal(text) if text.strip("-0.") else Decimal(text.lstrip("-"))
