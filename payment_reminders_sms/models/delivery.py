from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.payment_reminders.models.sending.sms_wire import SmsWire

from ..wire import DELIVERED


class BridgeSmsWire(SmsWire):
    """SMS, of which it is known whether they can be answered."""

    @staticmethod
    def find_remarks(step):
        company = step.ladder_id.company_id or step.env.company
        remarks = SmsWire.find_remarks(step)
        if not (company._is_sms_bridge() and company._is_sms_sender_a_name()):
            return remarks
        return [
            *remarks,
            step.env._(
                "The sender of SMS is a name (%s), which nobody can answer. To be "
                "answered, enter a number of yours in the settings of SMS.",
                company._get_sms_sender(),
            ),
        ]


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    sms_note = fields.Char(
        string="What the gateway said",
        compute="_compute_sms_note",
        compute_sudo=True,
    )

    @api.model
    def _get_wires(self):
        # EXTENDS payment_reminders
        return {**super()._get_wires(), "sms": BridgeSmsWire}

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
