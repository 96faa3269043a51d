"""Withdrawing what was sent: it no longer counts, and the customer is told."""

from odoo import fields, models
from odoo.exceptions import UserError

from . import transactions


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    withdrawn_by_id = fields.Many2one(
        "res.users", string="Withdrawn by", readonly=True, ondelete="restrict"
    )
    withdrawn_date = fields.Datetime(string="Withdrawn on", readonly=True)

    def action_withdraw(self, reason=None, tell=True):
        """Withdraw sent notices: their claims are reversed, their items go a step back.

        :param reason: why, in words; goes into ledger and trail
        :param tell: whether the customers are told, where the notice reached them
        """
        self.env["payment.reminder.ladder"]._check_manager()
        self.check_access("read")
        if not reason:
            raise UserError(self.env._("Say why the reminder is withdrawn."))
        # A manager decides; the machine writes.
        notices = self.sudo()
        transactions.lock(notices.case_id, notices)
        wrong = notices.filtered(lambda r: r.state != "sent" or r.withdrawn)
        if wrong:
            raise UserError(wrong._describe_states())
        notices.write(
            {"withdrawn_by_id": self.env.uid, "withdrawn_date": fields.Datetime.now()}
        )
        notices._undo_sent("withdrawn", reason)
        if tell:
            notices._tell_withdrawn()
        return True

    def _tell_withdrawn(self):
        """Write to whoever got these notices that they need not heed them."""
        mail = self.env.ref("payment_reminders.mail_template_withdrawn")
        text = self.env.ref("payment_reminders.sms_template_withdrawn")
        for notice in self:
            for delivery in notice.delivery_ids.filtered(lambda d: d.state == "sent"):
                if delivery.channel == "email":
                    mail.send_mail(
                        notice.id, email_values={"email_to": delivery.recipient}
                    )
                elif delivery.channel == "sms":
                    body = text._render_field("body", notice.ids, compute_lang=True)
                    notice.case_id._message_sms(
                        body[notice.id],
                        partner_ids=delivery.partner_id.ids,
                        sms_numbers=[delivery.recipient],
                    )
