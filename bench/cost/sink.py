"""A mail server in a process of its own that takes every message and forgets it."""

import subprocess
import sys
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from setup_env.server import free_port

HOST = "127.0.0.1"


class Sink:
    async def handle_DATA(self, _server, _session, _envelope):
        return "250 OK"


@contextmanager
def started():
    """Yield the port of such a server."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def serve():
    port = free_port()
    controller = Controller(Sink(), hostname=HOST, port=port)
    controller.start()
    print(port, flush=True)
    sys.stdin.read()  # until whoever started it is gone


if __name__ == "__main__":
    serve()
