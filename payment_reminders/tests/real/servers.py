"""A mail server and an SMS gateway on the loopback interface, that can misbehave."""

import asyncio
import email
import email.policy
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"
DROP = "drop"


class Lose(Exception):
    """Tells a gateway not to take the message that it holds."""


def now():
    """Return seconds of a clock that all processes share and no test moves."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@dataclass
class Mail:
    """One message that the server has taken."""

    time: float
    recipients: list
    text: bytes

    @property
    def parsed(self):
        return email.message_from_bytes(self.text, policy=email.policy.default)

    @property
    def body(self):
        return self.parsed.get_body(("html",)).get_content()

    @property
    def message_id(self):
        return self.parsed["Message-Id"]


class SmtpServer:
    """A real SMTP server.

    ``rules`` says how it misbehaves: {stage: what}, a stage being ``connect``,
    ``ehlo``, ``mail``, ``rcpt``, ``data`` (the command) or ``body`` (after the whole
    text), or an address that it gets in RCPT; ``again mail`` and the like are of a
    connection that has brought a message before, as ``noop`` is. What is an answer
    ("451 Later"), DROP, or a number of seconds to wait before going on.
    """

    def __init__(self):
        self.mails = []
        self.rules = {}
        self.connections = 0
        #: Called before a message is taken, with its recipients; may raise Lose.
        self.before_taking = None
        self.port = free_port()
        self._controller = _Controller(self, hostname=HOST, port=self.port)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop(no_assert=True)

    def sent_to(self, address):
        return [mail for mail in self.mails if address in mail.recipients]

    def reset(self):
        self.rules = {}
        self.mails = []
        self.connections = 0

    # aiosmtpd calls this when the whole text is there
    async def handle_DATA(self, server, _session, envelope):
        recipients = list(envelope.rcpt_tos)
        rule = self.rules.get("body")
        if server.taken:
            rule = self.rules.get("again body", rule)
        if isinstance(rule, str) and rule != DROP:
            return rule
        if self.before_taking:
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(None, self.before_taking, recipients)
            except Lose:
                return "451 Lost"
        if isinstance(rule, (int, float)):
            await asyncio.sleep(rule)
        self.mails.append(Mail(now(), recipients, envelope.content))
        server.taken += 1
        return rule or "250 OK"


class _Controller(Controller):
    def __init__(self, owner, **kwargs):
        self.owner = owner
        super().__init__(owner, **kwargs)

    def factory(self):
        return _Session(self.owner, hostname="mail.test")


class _Session(SMTP):
    def __init__(self, owner, **kwargs):
        self.owner = owner
        #: So many messages came through this connection.
        self.taken = 0
        super().__init__(owner, **kwargs)

    async def _misbehaves(self, *stages):
        rules = self.owner.rules
        if self.taken:
            stages = (*(f"again {stage}" for stage in stages), *stages)
        rule = next((rules[stage] for stage in stages if stage in rules), None)
        if rule is None:
            return False
        if isinstance(rule, (int, float)):
            await asyncio.sleep(rule)
            return False
        if rule == DROP:
            self.transport.abort()
        else:
            await self.push(rule)
        return True

    async def _handle_client(self):
        self.owner.connections += 1
        if not await self._misbehaves("connect"):
            await super()._handle_client()

    async def smtp_EHLO(self, hostname):
        if not await self._misbehaves("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname):
        if not await self._misbehaves("ehlo"):
            await super().smtp_HELO(hostname)

    async def smtp_NOOP(self, arg):
        if not await self._misbehaves("noop"):
            await super().smtp_NOOP(arg)

    async def smtp_MAIL(self, arg):
        if not await self._misbehaves("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        address = arg.partition("<")[2].partition(">")[0]
        if not await self._misbehaves("rcpt", address):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if not await self._misbehaves("data"):
            await super().smtp_DATA(arg)

    async def push(self, status):
        # The text was taken (see handle_DATA), and nobody hears of it.
        if status == DROP:
            self.transport.abort()
        else:
            await super().push(status)


@dataclass
class Sms:
    """One message that the gateway has taken."""

    time: float
    number: str
    uuid: str
    content: str

    @property
    def recipients(self):
        return [self.number]

    @property
    def body(self):
        return self.content


@dataclass
class SmsGateway:
    """Speaks the contract of Odoo's own gateway (``/api/sms/3/send``, JSON-RPC).

    ``rule`` says how it misbehaves: an HTTP status (int), seconds to wait before the
    answer (float), DROP, ``"nonsense"`` (no JSON), ``"empty"`` (no result for the
    message), ``"no_credit"`` and ``"error"`` (JSON-RPC errors), or a state of its
    contract such as ``"insufficient_credit"`` or ``"wrong_number_format"``.
    """

    texts: list = field(default_factory=list)
    rule: object = None
    before_taking: object = None

    def __enter__(self):
        self._server = ThreadingHTTPServer((HOST, 0), _Gateway)
        self._server.daemon_threads = True
        self._server.owner = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def sent_to(self, number):
        return [sms for sms in self.texts if sms.number == number]

    def reset(self):
        self.rule = None
        self.texts = []

    def answer(self, call):
        """Return (HTTP status, body) for one call, or None to drop the line."""
        sent = [
            (to["number"], to["uuid"], message["content"])
            for message in call["params"]["messages"]
            for to in message["numbers"]
        ]
        rule = self.rule
        if isinstance(rule, int):
            return rule, b"out of order"
        if isinstance(rule, str) and rule not in (DROP, "nonsense"):
            return 200, json.dumps(self._refuse(call, rule, sent)).encode()
        if self.before_taking:
            try:
                self.before_taking([number for number, _uuid, _content in sent])
            except Lose:
                return 500, b"lost"
        if isinstance(rule, float):
            time.sleep(rule)
        self.texts += [Sms(now(), *message) for message in sent]
        if rule == DROP:
            return None
        if rule == "nonsense":
            return 200, b"<html>Good morning</html>"
        result = [{"uuid": uuid, "state": "success"} for _number, uuid, _text in sent]
        return 200, json.dumps(
            {"jsonrpc": "2.0", "id": call["id"], "result": result}
        ).encode()

    def _refuse(self, call, rule, sent):
        reply = {"jsonrpc": "2.0", "id": call["id"]}
        if rule == "empty":
            return reply | {"result": []}
        if rule in ("no_credit", "error"):
            name = "InsufficientCreditError" if rule == "no_credit" else "KeyError"
            data = {"name": f"odoo.addons.iap.{name}", "message": "Sorry"}
            return reply | {"error": {"message": "Sorry", "data": data}}
        return reply | {
            "result": [{"uuid": uuid, "state": rule} for _number, uuid, _text in sent]
        }


class _Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.owner.answer(json.loads(text))
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, body = answer
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""
