from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_mirror_days = fields.Integer(
        string="Days a file may be old",
        default=2,
        help="Of what was imported longer ago nobody knows whether it was paid since: "
        "its reminders wait for a newer file.",
    )

    def write(self, vals):
        # EXTENDS base: the menus of mirrored invoices come with the first of them
        done = super().write(vals)
        if "reminder_sources" in vals:
            self.env.registry.clear_cache()
        return done
