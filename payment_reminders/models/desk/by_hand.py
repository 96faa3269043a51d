"""What a manager chooses for one notice: its channel, words, papers, an override."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...rules import guard
from ...tools.selections import labels_of


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    run_id = fields.Many2one(
        "payment.reminder.run",
        string="Created in",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    channel_choice = fields.Selection(
        selection=labels_of("payment.reminder.delivery", "channel"),
        string="Chosen channel",
        readonly=True,
        help="Empty: as the step says.",
    )
    personal_text = fields.Text(
        readonly=True, help="Words of this notice alone, above the text of the step."
    )
    attach_invoices = fields.Boolean(
        readonly=True, help="The PDF of each invoice goes with the e-mail."
    )
    override_codes = fields.Json(
        string="Overridden",
        readonly=True,
        help="Codes of what a manager let pass for this notice.",
    )
    override_by_id = fields.Many2one(
        "res.users", string="Overridden by", readonly=True, ondelete="restrict"
    )
    override_note = fields.Char(string="Overridden because", readonly=True)

    def _get_channels(self):
        # EXTENDS payment_reminders
        return [self.channel_choice] if self.channel_choice else super()._get_channels()

    def _override(self, codes, note):
        """Let what stands in the way of these notices pass, once, for a reason.

        :param codes: codes of ``rules.guard.OVERRIDABLE``
        :param note: why, in words; goes into the trail
        """
        self.env["res.users"]._check_reminder_manager()
        if not note:
            raise UserError(self.env._("Say why you override what is in the way."))
        if set(codes) - set(map(str, guard.OVERRIDABLE)):
            raise UserError(
                self.env._(
                    "The law or the books forbid this reminder: that cannot be "
                    "overridden."
                )
            )
        self.sudo().write(
            {
                "override_codes": sorted(codes),
                "override_by_id": self.env.uid,
                "override_note": note,
            }
        )
        for reminder in self:
            reminder.case_id._log_event(
                "overridden",
                {"reminder": reminder.id, "codes": sorted(codes), "note": note},
            )

    def _get_attachments(self):
        """Return the stored PDF files that go with the e-mail of this notice.

        Those of the invoices that it asks for, when the step or whoever created it by
        hand wants them. What was sent to the customer once may be sent again.
        """
        self.ensure_one()
        if not (self.attach_invoices or self.step_id.attach_invoices):
            return self.env["ir.attachment"]
        asked = self.sudo().line_ids.filtered("amount_residual")
        return asked.move_id.invoice_pdf_report_id


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    def _render(self, template, render):
        # EXTENDS payment_reminders: the words of one notice come before the text.
        values = super()._render(template, render)
        for reminder in self.reminder_id.filtered("personal_text"):
            if values.get(reminder.id):
                values[reminder.id] = reminder._add_personal_text(values[reminder.id])
        return values
