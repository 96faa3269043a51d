"""What the fakes of outside services have in common: a server on loopback.

They run in tests, in benches and in the demo, where there may be no Odoo: so they know
Python's own library only, and import this file by its folder, as ``fake_server``.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
JSON, HTML, TEXT = "application/json", "text/html", "text/plain"


@dataclass(frozen=True)
class BadDay:
    """One answer that is none of the good ones.

    :param status: 0: the connection is closed without an answer
    :param stores: do what was asked before
    :param cut: promise more than comes, then close the connection
    """

    status: int = 500
    body: str = ""
    content_type: str = HTML
    headers: tuple = ()
    stores: bool = False
    cut: bool = False


class FakeServer(ThreadingHTTPServer):
    """``with FakeOfSomething() as fake: … fake.url``"""

    daemon_threads = True
    allow_reuse_address = True
    #: How calls are answered; of each fake its own.
    handler = None
    #: {name: :class:`BadDay`}
    bad_days = {}
    #: What follows the host in its address.
    path = ""

    def __init__(self, port=0):
        super().__init__((HOST, port), self.handler)
        #: What was asked.
        self.calls = []
        self.lock = threading.RLock()
        self._bad = []

    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up: they are meant to."""

    def __enter__(self):
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"http://{HOST}:{self.server_address[1]}{self.path}"

    def misbehave(self, *days):
        """Make the next answers those of bad days, by their names."""
        self._bad = [self.bad_days[day] for day in days]

    def next_day(self):
        """Return the bad day of the call that just came, None on a good one."""
        with self.lock:
            return self._bad.pop(0) if self._bad else None


class FakeHandler(BaseHTTPRequestHandler):
    """Reads calls and answers them."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        """Say nothing."""

    def read_body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer_badly(self, day):
        self.answer(day.status, day.body, day.content_type, day.headers, day.cut)

    def answer(self, status, body="", content_type=JSON, headers=(), cut=False):
        """Answer; a status of 0 closes the connection without a word.

        :param body: text, or bytes
        """
        if not status:
            self.close_connection = True
            return
        content = body if isinstance(body, bytes) else body.encode()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content) + (100 if cut else 0)))
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        if cut:
            self.close_connection = True
