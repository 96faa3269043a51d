"""E-mail: over the mail servers that Odoo has, with our patience."""
# Plain functions and wires have no env of their own.
# pylint: disable=prefer-env-translation

import queue
import smtplib
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from odoo import api, modules
from odoo.exceptions import UserError

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


class EmailWire(Wire):
    """E-mail through ``mail.mail`` and the company's outgoing mail servers."""

    @staticmethod
    def is_prepared(delivery):
        return bool(delivery.mail_mail_id)

    @staticmethod
    def prepare(deliveries):
        for template, group in deliveries.grouped(
            lambda d: d.reminder_id._get_mail_template()
        ).items():
            if template:
                group._render_mails(template)

    @staticmethod
    def connect(delivery):
        words = delivery._in_staff_words()
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
