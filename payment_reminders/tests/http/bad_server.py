"""A server on loopback that answers as it is told, well or badly."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """One answer.

    :param missing: so many bytes are promised beyond those that come
    :param drip: seconds between one byte of the body and the next
    :param silent: close the connection, once the call is read, without a word
    :param late: seconds until the answer begins
    :param abrupt: close the connection afterwards without having said so
    """

    status: int = 200
    body: bytes = b'{"a": 1}'
    headers: tuple = ()
    missing: int = 0
    drip: float = 0
    silent: bool = False
    late: float = 0
    abrupt: bool = False


class BadServer(ThreadingHTTPServer):
    """``with BadServer(Reply()) as server: … server.url``"""

    daemon_threads = True

    def __init__(self, reply=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply or Reply()
        #: What came: (method, path, headers, body).
        self.calls = []

    def __enter__(self):
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up."""

    @property
    def host(self):
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self):
        return f"http://{self.host}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        """Say nothing."""

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.calls.append((self.command, self.path, self.headers, body))
        reply = self.server.reply
        time.sleep(reply.late)
        self.close_connection = True
        if reply.silent:
            return
        with suppress(OSError):
            self.send_response(reply.status)
            # Said, or who keeps it races with the end of it.
            self.send_header("Connection", "close")
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body) + reply.missing))
            self.end_headers()
            for byte in [bytes([each]) for each in reply.body] if reply.drip else ():
                self.wfile.write(byte)
                self.wfile.flush()
                time.sleep(reply.drip)
            if not reply.drip and reply.status != 204:
                self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = answer
