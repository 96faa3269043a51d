"""The gateways: how a rendered message is handed over, and what came of it.

A wire says ``sent`` only when the other side said so, ``failed`` when it refused,
``down`` when it was not reached or asked to come back later, and ``uncertain`` when
it cannot be known whether the message arrived.
"""
# Plain functions and wires have no env of their own.
# pylint: disable=prefer-env-translation

import functools
import hashlib
import queue
import smtplib
import socket
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass

import requests

from odoo import api, modules
from odoo.exceptions import UserError
from odoo.tools import email_domain_extract, formataddr

from odoo.addons.iap.tools.iap_tools import IAPServerError, InsufficientCreditError

#: Seconds that a gateway gets, in all, to connect; and again to take one message:
#: payers wait meanwhile. (Odoo's own patience is 60 seconds for every answer.)
WIRE_TIMEOUT = 10
#: For a gateway that is asked in one go: to connect, and to answer.
HTTP_TIMEOUT = (3, WIRE_TIMEOUT - 3)

SENT, FAILED, DOWN, UNCERTAIN = "sent", "failed", "down", "uncertain"

#: Deliveries that this thread is handing over under the guard's locks. Odoo's own
#: queues look here: a message of ours that is not in it does not leave.
_handing_over = ContextVar("payment_reminder_handing_over", default=frozenset())


class WireError(Exception):
    """A message could not be handed over, and certainly did not leave.

    :param temporary: whether trying again later makes sense
    """

    def __init__(self, message, temporary=False):
        super().__init__(message)
        self.temporary = temporary


def is_handing_over(delivery_id):
    """Tell whether the guard has let this delivery go, in this thread, just now."""
    return delivery_id in _handing_over.get()


@contextmanager
def handing_over(delivery):
    token = _handing_over.set(_handing_over.get() | {delivery.id})
    try:
        yield
    finally:
        _handing_over.reset(token)


def _in_staff_words(delivery):
    """Return an environment that says in the staff's language what went wrong.

    The language is looked up now: later the transaction may be broken.
    """
    words = delivery.reminder_id.case_id._in_staff_language().env
    words["res.lang"]._get_data(code=words.lang)
    return words


# -- e-mail -----------------------------------------------------------------------


class _Smtp:
    """Wraps an SMTP connection and remembers how far one message got."""

    def __init__(self, smtp, words):
        self._smtp = smtp
        self._words = words
        self._body_begun = False
        self.outcome = None
        self.reason = ""
        getreply = smtp.getreply

        def watch():
            code, reply = getreply()
            # 354: the server waits for the text, and may keep what it gets of it.
            self._body_begun = self._body_begun or code == 354
            return code, reply

        smtp.getreply = watch

    def __getattr__(self, name):
        return getattr(self._smtp, name)

    def send_message(self, *args, **kwargs):
        try:
            result = self._smtp.send_message(*args, **kwargs)
        except Exception as error:
            self.outcome = self._judge(error)
            self.reason = _explain_smtp_error(self._words, error)
            raise
        self.outcome = SENT
        return result

    def _judge(self, error):
        codes = _get_smtp_codes(error)
        if codes and all(400 <= code < 600 for code in codes):
            return DOWN if all(code < 500 for code in codes) else FAILED
        return UNCERTAIN if self._body_begun else DOWN


def _get_smtp_codes(error):
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _text in error.recipients.values()]
    if isinstance(error, smtplib.SMTPResponseException):
        return [error.smtp_code]
    return []


def _explain_smtp_error(words, error):
    """Return what a mail server said, as one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return words._("The connection to the mail server broke: %s", error)
    lines = [
        f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
        for code, text in answers
    ]
    return words._("The mail server answered: %s", "; ".join(lines))


@dataclass
class _MailSession:
    smtp: _Smtp | None
    server_id: int | bool
    alias_domain_id: int | bool


class EmailWire:
    """E-mail through ``mail.mail`` and the company's outgoing mail servers."""

    @staticmethod
    def is_prepared(delivery):
        return bool(delivery.mail_mail_id)

    @staticmethod
    def prepare(deliveries):
        """Render the messages of many deliveries at once.

        A delivery whose text cannot be rendered gets no message; its attempt
        fails with the reason.
        """
        for template, group in deliveries.grouped(
            lambda d: d.reminder_id._get_mail_template()
        ).items():
            if template:
                group._render_mails(template)

    @staticmethod
    def connect(delivery):
        words = _in_staff_words(delivery)
        mail = delivery.mail_mail_id.sudo()
        if not mail:
            raise WireError(
                delivery.failure_reason
                or words._("The step has no e-mail text. Choose one on the ladder.")
            )
        server_id, alias_domain_id, smtp_from, _ids = next(
            iter(mail._split_by_mail_configuration())
        )
        try:
            smtp = _connect_in_time(words, server_id, smtp_from)
        except (OSError, smtplib.SMTPException, UserError) as error:
            raise WireError(
                words._("The mail server cannot be reached: %s", error),
                temporary=True,
            ) from error
        return _MailSession(smtp and _Smtp(smtp, words), server_id, alias_domain_id)

    @staticmethod
    def disconnect(session):
        if session and session.smtp:
            try:
                session.smtp.quit()
            except (OSError, smtplib.SMTPException):
                session.smtp.close()

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, Message-Id)"""
        smtp = session.smtp
        mail = delivery.mail_mail_id.sudo()
        message_id = mail.message_id
        # Out of the queue's reach until now, and again when this transaction ends.
        mail.write({"state": "outgoing", "failure_reason": False})
        try:
            with handing_over(delivery), _cut_off(smtp):
                mail._send(
                    smtp_session=smtp,
                    alias_domain_id=session.alias_domain_id,
                    mail_server=mail.env["ir.mail_server"].browse(session.server_id),
                )
            reason = mail.failure_reason
        except Exception as error:
            # Whatever broke, and be it the database: the session knows how far it got.
            reason = str(error)
        if not smtp:
            # Odoo's test mode: no server, and everything works.
            mail.write({"state": "sent"})
            return SENT, False, message_id
        if smtp.outcome == SENT:
            return SENT, False, message_id
        return smtp.outcome or FAILED, smtp.reason or reason, message_id


def _connect_in_time(env, server_id, smtp_from):
    """Connect and log in to a mail server, in WIRE_TIMEOUT seconds or not at all.

    Odoo waits 60 seconds for each answer and takes no other wish, so that it gets a
    thread and a transaction of its own.
    """

    def connect(env):
        return (
            env["ir.mail_server"]
            .sudo()
            ._connect__(mail_server_id=server_id, smtp_from=smtp_from)
        )

    if modules.module.current_test:
        return connect(env)
    answers = queue.SimpleQueue()

    def work():
        try:
            with env.registry.cursor() as cr:
                answers.put((connect(api.Environment(cr, env.uid, {})), None))
        except Exception as error:
            answers.put((None, error))

    threading.Thread(target=work, name="payment_reminders.connect", daemon=True).start()
    try:
        smtp, error = answers.get(timeout=WIRE_TIMEOUT)
    except queue.Empty:
        raise TimeoutError(env._("no answer in %s seconds", WIRE_TIMEOUT)) from None
    if error:
        raise error
    if isinstance(smtp.sock, socket.socket):
        smtp.sock.settimeout(WIRE_TIMEOUT)
    return smtp


@contextmanager
def _cut_off(smtp):
    """Break a connection that takes longer than WIRE_TIMEOUT in all."""
    sock = getattr(smtp, "sock", None)
    if not isinstance(sock, socket.socket):
        yield
        return

    def cut():
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WIRE_TIMEOUT, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


# -- SMS --------------------------------------------------------------------------

#: Answers of Odoo's gateway after which trying again later makes sense.
_SMS_TEMPORARY = ("sms_server",)


class SmsWire:
    """SMS through ``sms.sms`` and whatever gateway the company uses."""

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
                or _in_staff_words(delivery)._(
                    "The step has no SMS text. Choose one on the ladder."
                )
            )
        # Finds or makes the company's account now: that takes a transaction of its own.
        _get_sms_api(delivery)

    @staticmethod
    def disconnect(session):
        """Nothing is kept open."""

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, uuid of the SMS)"""
        words = _in_staff_words(delivery)
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
        reason = failures.get(sms.failure_type, sms.state)
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


def get_message_id(key, sender):
    """Return the Message-Id of one attempt: the same for the same key.

    :param key: of the delivery, and its id: the key alone may be free again one day
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    domain = email_domain_extract(sender) or socket.gethostname()
    return f"<{digest}.payment-reminder@{domain}>"


def format_recipient(partner, address):
    return formataddr((partner.name or "", address))


#: {channel: how it is handed over}; a bridge addon adds its own.
WIRES = {"email": EmailWire, "sms": SmsWire}
