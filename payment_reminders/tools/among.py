"""A condition on ids that are known, or that a query finds."""

from odoo.tools import SQL


def among(column, ids):
    """Return SQL that tells whether a column is one of these ids.

    :param column: SQL, or the name of a column
    :param ids: ids, or the SQL of a query that finds them
    """
    column = column if isinstance(column, SQL) else SQL(column)
    if isinstance(ids, SQL):
        return SQL("%s IN (%s)", column, ids)
    return SQL("%s = ANY(%s)", column, list(ids))
