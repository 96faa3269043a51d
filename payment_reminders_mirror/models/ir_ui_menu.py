from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        # EXTENDS base: who has no invoice elsewhere finds the way on the page of what
        # is configured. What is loaded is kept by user, so that all companies count.
        hidden = super()._load_menus_blacklist()
        # sudo: which programs a company uses is no secret of its users
        if any(self.env.user.sudo().company_ids.mapped("reminder_sources")):
            return hidden
        menus = (
            "payment_reminder_mirror_menu",
            "payment_reminder_mirror_customer_menu",
        )
        return [
            *hidden,
            *(self.env.ref(f"payment_reminders_mirror.{name}").id for name in menus),
        ]
