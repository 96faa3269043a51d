from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import get_lang


class PaymentReminderStepPreview(models.TransientModel):
    """What a step says to a customer, as it would be written today."""

    _name = "payment.reminder.step.preview"
    _description = "Preview of a Payment Reminder Step"

    step_id = fields.Many2one("payment.reminder.step", required=True, readonly=True)
    lang = fields.Selection(
        selection="_get_languages", string="Language", required=True
    )
    case_id = fields.Many2one(
        "payment.reminder.case",
        string="Seen on",
        required=True,
        readonly=True,
        help="A real case. Nothing is sent, and nothing stays on it.",
    )
    subject = fields.Char(readonly=True)
    # Rendered by the engine that renders the message itself.
    body = fields.Html(string="E-mail", readonly=True, sanitize=False)
    sms = fields.Text(string="SMS", readonly=True)
    problem = fields.Char(readonly=True)
    remarks = fields.Text(related="step_id.channel_remarks")

    @api.model
    def _get_languages(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def _open(self, step):
        """Return the preview of a step, in the language of a customer if possible.

        :raise UserError: there is no case to see it on
        """
        samples = self.env["payment.reminder.text.checker"]._get_samples(step.ladder_id)
        if not samples:
            raise UserError(
                self.env._(
                    "There is no open case yet to see the text on. Come back when the "
                    "first invoice is due."
                )
            )
        own = get_lang(self.env).code
        lang = own if own in samples else next(iter(samples))
        preview = self.create(
            {
                "step_id": step.id,
                # A customer may have a language that is not installed any more.
                "lang": lang if lang in dict(self._get_languages()) else own,
                "case_id": samples[lang][:1].id,
            }
        )
        preview._fill()
        return preview

    @api.onchange("lang")
    def _onchange_lang(self):
        """Show the text in the chosen language, on a case that reads it if there is."""
        checker = self.env["payment.reminder.text.checker"]
        samples = checker._get_samples(self.step_id.ladder_id)
        self.case_id = samples.get(self.lang, self.case_id)[:1]
        self._fill()

    def _fill(self):
        self.ensure_one()
        lang, case = self.lang, self.case_id
        shown = {"subject": False, "body": False, "sms": False, "problem": False}
        try:
            shown |= self.env["payment.reminder.text.checker"]._show(
                self.step_id._origin, lang, case._origin.sudo()
            )
        except Exception as error:  # a template is free text: anything may come
            shown["problem"] = self.env._("The text cannot be filled in: %s", error)
        # What was chosen, and is not saved yet, is taken back with the trial.
        self.update({"lang": lang, "case_id": case, **shown})

    def action_open_mail(self):
        """Open the text of the e-mail in the language that is shown."""
        self.ensure_one()
        self.check_access("read")
        return self.step_id._open_text("email", self.lang)

    def action_open_sms(self):
        """Open the text of the SMS in the language that is shown."""
        self.ensure_one()
        self.check_access("read")
        return self.step_id._open_text("sms", self.lang)
