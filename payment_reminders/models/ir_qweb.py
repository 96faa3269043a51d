from lxml import etree

from odoo import models


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _generate_code_uncached(self, template):
        # EXTENDS base: the same body is compiled once for all records of a batch
        known = self.env.context.get("reminder_compiled_bodies")
        if known is None or not isinstance(template, etree._Element):
            return super()._generate_code_uncached(template)
        key = etree.tostring(template)
        if key not in known:
            known[key] = super()._generate_code_uncached(template)
        return known[key]
