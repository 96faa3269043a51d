"""E-mail: over the mail servers that Odoo has, with our patience."""
# Plain functions and wires have no env of their own.
# pylint: disable=prefer-env-translation

import queue
import smtplib
import socket
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field

from odoo import api, modules
from odoo.exceptions import UserError
from odoo.tools.mail import email_split_and_format_normalize

from ...tools.errors import WireError
from ...tools.on_the_wire import handing_over
from .wire import (
    AGAIN,
    DOWN,
    FAILED,
    SENT,
    UNCERTAIN,
    WIRE_TIMEOUT,
    Wire,
)

#: What a mail brings along of what is written out.
LETTER_PARTS = (
    "email_to",
    "subject",
    "body",
    "body_alternative",
    "email_cc",
    "reply_to",
    "attachments",
    "message_id",
    "references",
    "object_id",
    "headers",
)
#: So many mails go through one connection: servers limit them.
MAILS_PER_SESSION = 50


@dataclass
class _Run:
    """What a batch keeps: connections {(server, sender): [smtp, mails taken]}, and
    which way each mail goes {mail: (server id, alias domain id, sender)}.
    """

    sessions: dict = field(default_factory=dict)
    ways: dict = field(default_factory=dict)


_run = ContextVar("payment_reminder_smtp_run", default=None)


@contextmanager
def keeping_sessions():
    """Let the messages of a batch go through one connection to each mail server.

    To connect costs more than to hand a message over, and many servers count it.
    """
    if _run.get() is not None:
        yield
        return
    token = _run.set(_Run())
    try:
        yield
    finally:
        for smtp, _mails in _run.get().sessions.values():
            _quit(smtp)
        _run.reset(token)


def _quit(smtp):
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()


class _Smtp:
    """Wraps an SMTP connection and remembers how far one message got."""

    def __init__(self, smtp, words):
        self._smtp = smtp
        self._words = words
        self._body_begun = False
        self.outcome = None
        self.reason = ""
        getreply = self._getreply = smtp.getreply

        def watch():
            code, reply = getreply()
            # 354: the server waits for the text, and may keep what it gets of it.
            self._body_begun = self._body_begun or code == 354
            return code, reply

        smtp.getreply = watch

    def let_go(self):
        """Return the connection, which another message may go through."""
        self._smtp.getreply = self._getreply
        return self._smtp

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
    #: Which connection it is, and whether it took messages before this one.
    key: tuple
    is_used: bool
    #: [(ir.mail_server that sends it, email.message.EmailMessage)]
    letters: list


class EmailWire(Wire):
    """E-mail through ``mail.mail`` and the company's outgoing mail servers."""

    @staticmethod
    def get_address_label(env):
        return env._("E-mail address")

    @staticmethod
    def read_body(delivery):
        return delivery.mail_mail_id.body_html or delivery.mail_message_id.body or ""

    @staticmethod
    def withdraw(deliveries):
        deliveries.reminder_id._mail_withdrawn(deliveries)
        return deliveries

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
        server_id, alias_domain_id, smtp_from = _find_way(delivery, mail)
        try:
            letters = _write_out(mail, server_id, alias_domain_id)
        except Exception as error:  # what is in a mail, anybody may have written
            raise WireError(str(error)) from error
        key = (server_id, smtp_from)
        smtp, is_used = _take_session(key)
        try:
            smtp = smtp or _connect_in_time(words, server_id, smtp_from)
        except (OSError, smtplib.SMTPException, UserError) as error:
            raise WireError(
                words._("The mail server cannot be reached: %s", error),
                temporary=True,
            ) from error
        return _MailSession(
            smtp and _Smtp(smtp, words), server_id, key, is_used, letters
        )

    @staticmethod
    def disconnect(session):
        if session and session.smtp and not _keep_session(session):
            _quit(session.smtp.let_go())

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, Message-Id)"""
        smtp = session.smtp
        reason = False
        message_id = None
        try:
            with handing_over(delivery), _cut_off(smtp):
                for sender, message in session.letters:
                    message_id = message["Message-Id"]
                    sender.send_email(
                        message, mail_server_id=session.server_id, smtp_session=smtp
                    )
        except Exception as error:
            # Whatever broke: the session knows how far it got.
            reason = str(error)
        if not smtp:
            # Odoo's test mode: no server, and everything works.
            return (FAILED if reason else SENT), reason, message_id
        if smtp.outcome == SENT:
            return SENT, False, message_id
        if smtp.outcome == DOWN and session.is_used:
            return AGAIN, smtp.reason, message_id
        return smtp.outcome or FAILED, smtp.reason or reason, message_id


def _find_way(delivery, mail):
    """Return (server id, alias domain id, sender) by which a mail goes.

    Asked once for all mails that were read with this one.
    """
    run = _run.get()
    ways = {} if run is None else run.ways
    if mail.id not in ways:
        deliveries = delivery.browse(delivery._prefetch_ids) if run else delivery
        for *way, ids in (
            (mail | deliveries.mail_mail_id.sudo())
            .exists()
            ._split_by_mail_configuration()
        ):
            ways |= dict.fromkeys(ids, tuple(way))
    return ways[mail.id]


def _write_out(mail, server_id, alias_domain_id):
    """Write a mail out as it goes over the wire, before any lock is taken.

    As Odoo's own sending does (``mail.mail._send``), which would do it under our locks.
    """
    servers = mail.env["ir.mail_server"]
    server = servers.browse(server_id or [])
    if server and not mail._filter_mail_mail_servers(server):
        raise UserError(mail.env._("This mail server may not send for this address."))
    senders = email_split_and_format_normalize(mail.email_from)
    alias_domain = mail.env["mail.alias.domain"].browse(alias_domain_id or [])
    letters = []
    for email in mail._prepare_outgoing_list(mail_server=server or mail.mail_server_id):
        context = {"send_validated_to": email["email_to_normalized"]}
        if alias_domain:
            context["domain_notifications_email"] = alias_domain.default_from_email
            context["domain_bounce_address"] = (
                email["headers"].get("Return-Path") or alias_domain.bounce_email
            )
        sender = servers.with_context(**context)
        letters.append(
            (
                sender,
                sender._build_email__(
                    email_from=senders[0] if senders else mail.email_from,
                    subtype="html",
                    subtype_alternative="plain",
                    **{name: email[name] for name in LETTER_PARTS},
                ),
            )
        )
    if not letters:
        raise UserError(servers.NO_VALID_RECIPIENT)
    return letters


def _take_session(key):
    """Return a connection of this batch that still answers, or None, and whether it
    has taken a message.
    """
    run = _run.get()
    if not run or key not in run.sessions:
        return None, False
    smtp, mails = run.sessions[key]
    with suppress(OSError, smtplib.SMTPException):
        if smtp.noop()[0] == 250:
            return smtp, mails > 0
    del run.sessions[key]
    smtp.close()
    return None, False


def _keep_session(session):
    """Keep a connection that has just taken a message, up to a number of them.

    One that was not used is kept, too: the guard has held a notice.

    :return: whether it is kept
    """
    run = _run.get()
    if run is None or modules.module.current_test:
        return False
    _smtp, mails = run.sessions.pop(session.key, (None, 0))
    outcome = session.smtp.outcome
    mails += outcome == SENT
    if outcome not in (None, SENT) or mails >= MAILS_PER_SESSION:
        return False
    run.sessions[session.key] = [session.smtp.let_go(), mails]
    return True


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
