from odoo import api, fields, models

from ..tools.selections import labels_of


class PaymentReminderTextCheck(models.TransientModel):
    """One text of a step in one language, and what is wrong with it."""

    _name = "payment.reminder.text.check"
    _description = "Check of Payment Reminder Texts"
    _order = "is_fine, step_id, lang, channel"

    step_id = fields.Many2one("payment.reminder.step", readonly=True, required=True)
    ladder_id = fields.Many2one(related="step_id.ladder_id", store=True)
    lang = fields.Selection(
        selection="_get_languages", string="Language", readonly=True, required=True
    )
    channel = fields.Selection(
        selection=labels_of("payment.reminder.delivery", "channel"),
        readonly=True,
        required=True,
    )
    is_fine = fields.Boolean(string="In order", readonly=True)
    problems = fields.Text(string="What to mend", readonly=True)
    parts = fields.Integer(
        string="SMS parts",
        readonly=True,
        help="How many SMS the longest of these texts takes; each is paid.",
    )
    case_id = fields.Many2one(
        "payment.reminder.case",
        string="Seen on",
        readonly=True,
        help="A real case on which the text was tried.",
    )

    @api.model
    def _get_languages(self):
        return self.env["res.lang"].get_installed()

    def action_open_text(self):
        """Open the text itself, in the language of this row, where it can be mended."""
        self.ensure_one()
        return self.step_id._open_text(self.channel, self.lang)
