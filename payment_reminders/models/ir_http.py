from werkzeug.routing import IntegerConverter

from odoo import models


class NumberConverter(IntegerConverter):
    """An id in an address. Of thousands of digits Python makes no number: what is
    longer than an id can be is an address that leads nowhere, and no error.
    """

    regex = r"[0-9]{1,10}"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        # EXTENDS base
        return {**super()._get_converters(), "reminder_number": NumberConverter}
