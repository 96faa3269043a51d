from markupsafe import escape

from odoo import api, models

from ..tools.money import format_code


class IrQwebFieldReminderAmount(models.AbstractModel):
    """An amount with the code of its currency, on pages as in messages and lists."""

    _name = "ir.qweb.field.reminder_amount"
    _inherit = ["ir.qweb.field.monetary"]
    _description = "Amount with the Code of Its Currency"

    @api.private
    @api.model
    def value_to_html(self, value, options):
        # OVERRIDE
        return escape(format_code(self.env, value, options["display_currency"]))
