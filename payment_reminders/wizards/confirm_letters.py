import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.pdf import merge_pdf

from ..tools.fonts import find_unprintable


class PaymentReminderPrintWizard(models.TransientModel):
    """Hands a person the letters that were made, and asks what became of them.

    Until it is answered the notices stay uncertain, as after a crash: whoever opens
    it again gets the same letters.
    """

    _name = "payment.reminder.print.wizard"
    _description = "Print Payment Reminder Letters"

    line_ids = fields.One2many("payment.reminder.print.line", "wizard_id")
    made_ids = fields.One2many(
        "payment.reminder.print.line",
        "wizard_id",
        string="Letters",
        domain=[("delivery_id", "!=", False)],
    )
    left_out_ids = fields.One2many(
        "payment.reminder.print.line",
        "wizard_id",
        string="Left out",
        domain=[("delivery_id", "=", False)],
    )
    count = fields.Integer(string="Number of letters", readonly=True)
    count_left_out = fields.Integer(readonly=True)
    font_note = fields.Char(
        readonly=True, help="Letters of which a part is blank for want of a font."
    )
    pdf = fields.Binary(string="All letters", attachment=True, readonly=True)
    pdf_name = fields.Char(readonly=True)

    @api.model
    def _open(self, reminders, stopped):
        """Make a wizard for these notices, some of which became letters just now.

        :param stopped: {notice: codes of the guard}
        :return: action
        """
        made = reminders._find_letters("uncertain").sudo().filtered("letter_pdf")
        left_out = reminders - made.reminder_id
        pdf = merge_pdf([base64.b64decode(d.letter_pdf) for d in made]) if made else b""
        wizard = self.create(
            {
                "count": len(made),
                "count_left_out": len(left_out),
                "font_note": self._describe_fonts(made),
                "pdf": base64.b64encode(pdf),
                "pdf_name": self.env._("letters-%s.pdf", fields.Date.today()),
                "line_ids": [
                    fields.Command.create(
                        {"reminder_id": d.reminder_id.id, "delivery_id": d.id}
                    )
                    for d in made
                ]
                + [
                    fields.Command.create(
                        {
                            "reminder_id": reminder.id,
                            "reason": self._explain(reminder, stopped),
                        }
                    )
                    for reminder in left_out
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Letters"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _describe_fonts(self, made):
        """Return a sentence on letters with signs that cannot be printed here."""
        blank = {
            delivery: signs
            for delivery in made
            if (signs := find_unprintable(delivery._get_letter_words()))
        }
        if not blank:
            return False
        return self.env._(
            "No font of this server has these signs: %(signs)s. They are blank on the "
            "letters of %(customers)s: write them by hand, or have a font installed "
            "(Noto has them all) and print anew.",
            signs=" ".join(dict.fromkeys("".join(blank.values()))),
            customers=", ".join(
                delivery.partner_id.name or delivery.recipient for delivery in blank
            ),
        )

    @api.model
    def _explain(self, reminder, stopped):
        """Return why no letter of this notice was made."""
        failures = reminder.delivery_ids.filtered(
            lambda d: d.channel == "letter" and d.failure_reason
        )
        if reminder in stopped or reminder.held_reason:
            # What the guard said stands on the notice.
            return reminder.held_reason
        if failures:
            return failures[-1:].failure_reason
        if reminder.state == "approved" and reminder.to_print:
            return self.env._("Not made this time: print the next letters after these.")
        if reminder.state == "approved":
            return self.env._(
                "It does not go by letter, but by: %s", reminder.channel_summary
            )
        return reminder._describe_states()

    def action_download(self):
        """Download all letters as one PDF."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/pdf/{self.pdf_name}"
            "?download=true",
            "target": "self",
        }

    def action_confirm(self):
        """Note which letters were posted; the others did not go out."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        open_lines = self.made_ids.filtered(
            lambda line: line.delivery_id.state == "uncertain"
        )
        if not open_lines:
            raise UserError(self.env._("Somebody has confirmed these letters already."))
        posted = open_lines.filtered("is_posted").delivery_id
        posted._settle_letters(sent=True)
        (open_lines.delivery_id - posted)._settle_letters(sent=False)
        return {"type": "ir.actions.act_window_close"}


class PaymentReminderPrintLine(models.TransientModel):
    """One notice in a run of letters: made, or left out and why."""

    _name = "payment.reminder.print.line"
    _description = "Letter of a Payment Reminder"

    wizard_id = fields.Many2one(
        "payment.reminder.print.wizard", required=True, ondelete="cascade"
    )
    reminder_id = fields.Many2one("payment.reminder", required=True, readonly=True)
    delivery_id = fields.Many2one("payment.reminder.delivery", readonly=True)
    partner_id = fields.Many2one(related="reminder_id.partner_id")
    recipient = fields.Char(related="delivery_id.recipient", string="Address")
    is_posted = fields.Boolean(
        string="Posted",
        default=True,
        help="Untick what was spoilt or not posted: the notice is cancelled, and the "
        "step is proposed again.",
    )
    reason = fields.Char(string="Why not", readonly=True)
