"""How gateways call us. The routes are those of their addons."""

from werkzeug.exceptions import NotFound, TooManyRequests

from odoo import http
from odoo.http import request

#: A call is a few hundred bytes long.
MAX_BYTES = 65_536
#: (calls of one gateway to one company, seconds). What is beyond comes again later.
LIMIT = (3000, 60)
#: (calls of one address that knows no token, seconds)
STRANGERS = (60, 60)


def webhook(path):
    """Return the route of a gateway: the token in it is all that lets anybody in."""
    return http.route(
        path,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BYTES,
    )


def let_in(token, provider):
    """Return the company that a gateway calls, as superuser.

    A stranger cannot tell a wrong token from a gateway that is not used.

    :raise NotFound: it is nobody's token
    """
    throttle = request.env["payment.reminder.throttle"].sudo()
    # sudo: gateways have no user; the token says whom they may call
    company = request.env["res.company"].sudo()._find_by_sms_token(token)
    if not company or company.sms_provider != provider:
        refuse()
    if not throttle._allow("sms_webhook", company.id, *LIMIT):
        raise TooManyRequests()
    return company


def refuse():
    """Let a stranger go, always alike.

    :raise NotFound: always, but for who comes too often
    """
    throttle = request.env["payment.reminder.throttle"].sudo()
    who = request.httprequest.remote_addr
    if not throttle._allow("sms_stranger", who, *STRANGERS):
        raise TooManyRequests()
    raise NotFound()


def take(company, provider, told):
    """Keep what a gateway tells; answer with nothing at all.

    What is in the answer some gateways send on to the customer, as an SMS.

    :param told: ``wire.Report``, ``wire.Message``, or None: it is nothing we know
    """
    inbound = request.env["payment.reminder.inbound"].sudo()
    if told is not None and hasattr(told, "uuid"):
        inbound._take(
            company,
            provider,
            "report",
            told.key,
            sms_uuid=told.uuid,
            status=told.state,
            status_at=told.at,
            text=told.reason,
        )
    elif told is not None and company.sms_receive:
        inbound._take(
            company, provider, "message", told.key, number=told.number, text=told.text
        )
    return request.make_response("", headers=[("Content-Type", "text/plain")])
