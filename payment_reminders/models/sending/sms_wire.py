"""SMS: over whatever gateway the company uses in Odoo, with our patience."""
# Plain functions and wires have no env of their own.
# pylint: disable=prefer-env-translation

import functools
import socket
from contextlib import suppress

import requests

from odoo.addons.iap.tools.iap_tools import IAPServerError, InsufficientCreditError

from ...tools.errors import WireError
from ...tools.on_the_wire import handing_over
from .wire import (
    DOWN,
    FAILED,
    SENT,
    UNCERTAIN,
    WIRE_TIMEOUT,
    Wire,
)

#: For a gateway that is asked in one go: seconds to connect, and to answer.
HTTP_TIMEOUT = (3, WIRE_TIMEOUT - 3)
#: Answers of Odoo's gateway after which trying again later makes sense.
_SMS_TEMPORARY = ("sms_server",)


class SmsWire(Wire):
    """SMS through ``sms.sms`` and whatever gateway the company uses."""

    text = "sms"

    @staticmethod
    def get_address_label(env):
        return env._("Mobile number")

    @staticmethod
    def withdraw(deliveries):
        deliveries.reminder_id._text_withdrawn(deliveries)
        return deliveries

    @staticmethod
    def is_prepared(delivery):
        return bool(delivery._get_sms())

    @staticmethod
    def prepare(deliveries):
        for template, group in deliveries.grouped(
            lambda d: d.reminder_id._get_sms_template()
        ).items():
            if template:
                group._render_sms(template)

    @staticmethod
    def connect(delivery):
        if not delivery._get_sms():
            raise WireError(
                delivery.failure_reason
                or delivery._in_staff_words()._(
                    "The step has no SMS text. Choose one on the ladder."
                )
            )
        # Finds or makes the company's account now: that takes a transaction of its own.
        _get_sms_api(delivery)

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, uuid of the SMS)"""
        words = delivery._in_staff_words()
        sms = delivery._get_sms()
        uuid = sms.uuid
        sms.write({"state": "outgoing", "failure_type": False})
        api = _get_sms_api(delivery)
        try:
            with handing_over(delivery):
                sms.with_context(sms_api=api)._send(
                    unlink_sent=False, raise_exception=True
                )
        except Exception as error:
            outcome = _judge_gateway_error(error)
            with suppress(Exception):  # the transaction may be broken
                sms.write({"state": "error", "failure_type": "sms_server"})
            return outcome, _explain_gateway_error(words, error), uuid
        if sms.state in ("process", "pending", "sent"):
            return SENT, False, uuid
        if sms.state == "outgoing":
            return (
                UNCERTAIN,
                words._("The SMS gateway said nothing about this message."),
                uuid,
            )
        failures = dict(sms._fields["failure_type"]._description_selection(words))
        # A gateway may say more than Odoo's words for it.
        reason = ": ".join(
            filter(
                None,
                (
                    failures.get(sms.failure_type, sms.state),
                    getattr(api, "refusal", ""),
                ),
            )
        )
        return DOWN if sms.failure_type in _SMS_TEMPORARY else FAILED, reason, uuid


def _get_sms_api(delivery):
    """Return the door to the company's SMS gateway, with our patience."""
    company = delivery.company_id
    api = company._get_sms_api_class()(delivery.with_company(company).env)
    if hasattr(api, "_contact_iap"):
        api._contact_iap = functools.partial(api._contact_iap, timeout=HTTP_TIMEOUT)
    return api


def _judge_gateway_error(error):
    """Tell a gateway that was not reached from one whose answer got lost.

    Odoo's door to its gateway hides the cause in the exception's context.
    """
    for cause in _get_causes(error):
        if isinstance(cause, requests.HTTPError):
            code = cause.response.status_code
            if code in (429, 503):
                return DOWN
            # The gateway, or a proxy before it, broke down over the message.
            return FAILED if code < 500 else UNCERTAIN
        if isinstance(cause, requests.ConnectTimeout | requests.exceptions.SSLError):
            return DOWN
        if isinstance(cause, requests.ConnectionError):
            # Never reached, or lost with the message half-way?
            reason = getattr(cause.args[0] if cause.args else None, "reason", None)
            return DOWN if reason is not None else UNCERTAIN
        if isinstance(cause, InsufficientCreditError | IAPServerError):
            return FAILED
        if isinstance(cause, ConnectionRefusedError | socket.gaierror):
            return DOWN
    return UNCERTAIN


def _explain_gateway_error(words, error):
    for cause in _get_causes(error):
        if isinstance(cause, InsufficientCreditError):
            return words._("The SMS gateway wants to be paid first: no credit is left.")
        if isinstance(cause, requests.Timeout):
            return words._("The SMS gateway did not answer in time.")
        if isinstance(cause, requests.JSONDecodeError):
            return words._("The answer of the SMS gateway cannot be understood.")
    return words._("The SMS gateway failed: %s", cause)


def _get_causes(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
