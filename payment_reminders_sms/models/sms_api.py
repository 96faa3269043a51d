"""What Odoo's SMS go through, where one of our gateways takes them."""

import requests

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.sms.tools.sms_api import SmsApiBase

#: {what went wrong: Odoo's word for it}; the rest is a refusal in the gateway's words.
STATES = {
    "credit": "insufficient_credit",
    "number": "wrong_number_format",
    "login": "unregistered",
}
#: Trying again later makes sense; nothing has left.
LATER = (Outcome.THROTTLED, Outcome.UNAVAILABLE, Outcome.MALFORMED)


class BridgeSmsApi(SmsApiBase):
    """Hands SMS over one by one: a refusal is of one number, and of no other.

    Of an answer that got lost it is not known whether the SMS left. Who hands a single
    one over, as reminders are, is told so; of several that one is an error, and is not
    sent again by itself either.
    """

    PROVIDER_TO_SMS_FAILURE_TYPE = SmsApiBase.PROVIDER_TO_SMS_FAILURE_TYPE | {
        "insufficient_credit": "sms_credit",
        "unregistered": "sms_acc",
    }

    def __init__(self, env, account=None):
        super().__init__(env, account=account)
        #: What the gateway said of the last one that it did not take.
        self.refusal = ""

    def _hand_over(self, company, number, text, uuid):
        """Hand one SMS over (hook).

        :param company: with the rights to read the log-in
        :return: :class:`wire.Heard`
        """
        raise NotImplementedError

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        company = (self.company or self.env.company).sudo()
        numbers = [
            (message.get("content") or "", one["number"], one["uuid"])
            for message in messages
            for one in message.get("numbers") or []
        ]
        results = []
        for text, number, uuid in numbers:
            heard = self._hand_over(company, number, text, uuid)
            company._note_sms_gateway(heard)
            if heard.outcome == Outcome.UNCERTAIN and len(numbers) == 1:
                raise requests.exceptions.ReadTimeout(heard.reason)
            results.append(self._tell(heard, uuid))
        return results

    def _tell(self, heard, uuid):
        """Return what Odoo is told of one SMS."""
        if heard.outcome == Outcome.OK:
            return {"uuid": uuid, "state": "sent", "gateway": heard}
        if heard.outcome in LATER or heard.outcome == Outcome.UNCERTAIN:
            state = "server_error"
        else:
            state = STATES.get(heard.failure, "refused")
        self.refusal = heard.reason
        return {"uuid": uuid, "state": state, "failure_reason": heard.reason}

    def _get_sms_api_error_messages(self):
        return {
            **super()._get_sms_api_error_messages(),
            "insufficient_credit": self.env._(
                "The SMS gateway wants to be paid first."
            ),
            "unregistered": self.env._("The SMS gateway refused the log-in."),
            "refused": self.env._("The SMS gateway refused the message."),
        }
