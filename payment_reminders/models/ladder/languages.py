"""In which language a message is written: in one, wholly."""

from odoo import api, models, tools

from .text_check import BLOCKS, PAPER_BLOCKS

ENGLISH = "en_US"


class PaymentReminderTextChecker(models.AbstractModel):
    _inherit = "payment.reminder.text.checker"

    @api.model
    def _settle_languages(self, template, wanted):
        """Return in which language each message of a template is written.

        The reader's own, when every text of it exists there; else the company's; else
        English. Words, figures and dates of one language are never mixed.

        :param template: mail.template or sms.template
        :param wanted: {id of the record: languages, the best first}
        :return: {id of the record: code of the language}
        """
        template = template.sudo()
        known = {}
        settled = {}
        for record_id, codes in wanted.items():
            for code in codes:
                if code and code not in known:
                    known[code] = self._is_written_in(template, code)
            settled[record_id] = next(
                (code for code in codes if known.get(code)), ENGLISH
            )
        return settled

    @api.model
    def _is_written_in(self, template, lang):
        """Tell whether a whole message exists in a language: text, blocks and all."""
        if not self._is_installed(lang):
            return False
        if lang.startswith("en"):
            return True
        if not all(
            self._is_field_written_in(template, name, lang)
            for name in ("subject", "body_html", "body")
            if name in template._fields
        ):
            return False
        return self._are_blocks_in(lang, self._get_blocks(template))

    @api.model
    def _get_blocks(self, template):
        """Return the names of the blocks that stand in a message of this template."""
        if template._name != "mail.template":
            return ()
        on_paper = bool(self.env.context.get("reminder_on_paper"))
        called = BLOCKS if "_get_letter_block" in (template.body_html or "") else ()
        return called + (PAPER_BLOCKS if on_paper else ())

    @api.model
    def _is_field_written_in(self, template, name, lang):
        """Tell whether a text was written in a language.

        Not by comparing: who writes an own text in Danish gets it stored as the text of
        all languages, too.
        """
        stored = template._fields[name]._get_stored_translations(template) or {}
        return bool(stored.get(lang) or not stored.get(ENGLISH))

    @api.model
    @tools.ormcache("lang", "blocks", cache="templates.cached_values")
    def _are_blocks_in(self, lang, blocks):
        """Tell whether templates of ours are translated into a language.

        Cleared with the translations, and with the templates.

        :param blocks: names of templates, in a tuple
        """
        if not self._is_installed(lang):
            return False
        return lang.startswith("en") or not any(
            self._get_untranslated_terms(block, lang) for block in blocks
        )

    @api.model
    def _is_installed(self, lang):
        return lang == ENGLISH or bool(self.env["res.lang"]._get_data(code=lang))


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        # EXTENDS base: what was made of a ready ladder has no translations of its own
        result = super()._update_translations(filter_lang, overwrite)
        self.env["payment.reminder.ladder"].sudo()._translate_tempered()
        return result
