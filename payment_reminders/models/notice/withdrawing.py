"""Withdrawing what was sent: it no longer counts, and the customer is told."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools import transactions


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
        self.env["res.users"]._check_reminder_manager()
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
        sent = self.delivery_ids.filtered(lambda d: d.state == "sent")
        channels = sent.grouped("channel")
        self._mail_withdrawn(channels.get("email", sent.browse()))
        self._text_withdrawn(channels.get("sms", sent.browse()))

    def _mail_withdrawn(self, deliveries):
        """Queue the e-mails for the addresses of these deliveries."""
        addresses = {
            notice.id: ", ".join(same.mapped("recipient"))
            for notice, same in deliveries.grouped("reminder_id").items()
        }
        template = self.env.ref("payment_reminders.mail_template_withdrawn")
        for mail in template.send_mail_batch(list(addresses)):
            mail.email_to = addresses[mail.res_id]

    def _text_withdrawn(self, deliveries):
        """Queue the SMS for the numbers of these deliveries."""
        template = self.env.ref("payment_reminders.sms_template_withdrawn")
        bodies = template._render_field(
            "body", deliveries.reminder_id.ids, compute_lang=True
        )
        for delivery in deliveries:
            notice = delivery.reminder_id
            notice.case_id._message_sms(
                bodies[notice.id],
                partner_ids=delivery.partner_id.ids,
                sms_numbers=[delivery.recipient],
            )
