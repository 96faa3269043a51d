"""How what goes to a customer is rendered: in one language, and compiled once."""

from lxml import etree

from odoo import models

from .ladder.languages import ENGLISH


class MailRenderMixin(models.AbstractModel):
    _inherit = "mail.render.mixin"

    def _render_lang(self, res_ids, engine="inline_template"):
        # EXTENDS mail: what goes to a customer of ours is wholly in one language
        langs = super()._render_lang(res_ids, engine=engine)
        model = self.render_model or ""
        if self._name not in ("mail.template", "sms.template") or (
            not model.startswith("payment.reminder")
        ):
            return langs
        if list(self.env["res.lang"]._get_active_by("code")) == [ENGLISH]:
            return dict.fromkeys(langs, ENGLISH)
        records = self.env[model].sudo().browse(langs)
        # In the context of the template: a letter has more texts than an e-mail.
        return self.env["payment.reminder.text.checker"]._settle_languages(
            self,
            {
                record.id: (langs[record.id], _get_company(record).partner_id.lang)
                for record in records
            },
        )


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


def _get_company(record):
    return (record.company_id if "company_id" in record._fields else None) or (
        record.env.company
    )
