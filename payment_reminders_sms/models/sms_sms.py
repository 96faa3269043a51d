from collections import defaultdict

from odoo import fields, models

from ..wire import DELIVERED, FAILED, UNDER_WAY, is_news


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _split_by_api(self):
        # EXTENDS sms_twilio: which gateway, and which account, depends on the company
        by_company = defaultdict(self.browse)
        others = self.browse()
        for sms in self:
            company = sms._get_sms_company()
            if company._is_sms_bridge():
                by_company[company] |= sms
            else:
                others |= sms
        for company, own in by_company.items():
            sms_api = company._get_sms_api_class()(self.env)
            sms_api._set_company(company)
            yield sms_api, own
        if others:
            yield from super(SmsSms, others)._split_by_api()

    def _handle_call_result_hook(self, results):
        # EXTENDS sms: the SMS itself is deleted, what the gateway calls it stays
        result = super()._handle_call_result_hook(results)
        told = {row["uuid"]: row["gateway"] for row in results if row.get("gateway")}
        for sms in self.filtered(lambda sms: sms.uuid in told and sms.sms_tracker_id):
            heard = told[sms.uuid]
            sms.sms_tracker_id.write(
                {
                    "gateway_id": heard.id,
                    "gateway_cost": float(heard.cost or 0),
                    "gateway_parts": heard.parts or 0,
                }
            )
        return result


class SmsTracker(models.Model):
    _inherit = "sms.tracker"

    gateway_id = fields.Char(readonly=True)
    gateway_cost = fields.Float(readonly=True, digits=(16, 4))
    gateway_parts = fields.Integer(readonly=True)
    gateway_state = fields.Selection(
        [(UNDER_WAY, "Under way"), (DELIVERED, "Delivered"), (FAILED, "Not delivered")],
        readonly=True,
    )
    gateway_state_at = fields.Datetime(readonly=True)

    def _take_report(self, state, moment, reason):
        """Note what a gateway reports of an SMS; only what is news counts.

        :param moment: when it became so (UTC), or None
        :return: whether it was news
        """
        self.ensure_one()
        known = self.gateway_state or None
        if not is_news(known, self.gateway_state_at or None, state, moment):
            return False
        self.write({"gateway_state": state, "gateway_state_at": moment})
        if state == DELIVERED:
            self._action_update_from_sms_state("sent")
        elif state == FAILED:
            told = self.with_context(sms_known_failure_reason=reason)
            told._action_update_from_provider_error("not_delivered")
        return True
