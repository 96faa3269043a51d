from odoo import api, fields, models
from odoo.tools import format_datetime

from ..wire import DELIVERED


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    sms_note = fields.Char(
        string="What the gateway said",
        compute="_compute_sms_note",
        compute_sudo=True,
    )

    @api.depends("sms_uuid")
    @api.depends_context("lang", "tz")
    def _compute_sms_note(self):
        uuids = list(filter(None, self.mapped("sms_uuid")))
        trackers = self.env["sms.tracker"]
        if uuids:
            # By the unique index of the trackers.
            trackers = trackers.search([("sms_uuid", "in", uuids)])
        by_uuid = trackers.grouped("sms_uuid")
        for delivery in self:
            tracker = by_uuid.get(delivery.sms_uuid, trackers.browse())
            delivery.sms_note = delivery._describe_tracker(tracker) or False

    def _describe_tracker(self, tracker):
        """Say when an SMS was delivered, and what it cost."""
        said = []
        if tracker.gateway_state == DELIVERED:
            moment = tracker.gateway_state_at
            said.append(
                self.env._("delivered %s", format_datetime(self.env, moment))
                if moment
                else self.env._("delivered")
            )
        if tracker.gateway_cost:
            currency = self.company_id.sms_credit_currency or ""
            said.append(f"{tracker.gateway_cost:.2f} {currency}".strip())
        if tracker.gateway_parts > 1:
            said.append(self.env._("%s parts", tracker.gateway_parts))
        return ", ".join(said)

    @api.model
    def _end_sms(self, company, number, reason):
        """Let no more reminders go to a number by SMS, as its owner wishes.

        :return: the delivery at which that stands, empty if none ever went there
        """
        # By payment_reminder_delivery_recipient_index.
        last = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("channel", "=", "sms"),
                ("recipient", "=", number),
            ],
            order="id desc",
            limit=1,
        )
        if last and not last.is_dead_end:
            last.write({"is_dead_end": True, "failure_reason": reason})
        return last
