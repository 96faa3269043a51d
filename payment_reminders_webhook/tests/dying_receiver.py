"""A receiver that stores each message, and is killed in the middle of one.

    python dying_receiver.py PORT FILE [NUMBER]

NUMBER: it is killed when it has stored so many, before it answers.
"""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802
        self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "a", encoding="utf-8") as file:
            file.write(self.headers["webhook-id"] + "\n")
        self.server.stored += 1
        if len(sys.argv) > 3 and self.server.stored == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args):
        """Say nothing."""


server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.stored = 0
print("ready", flush=True)  # pylint: disable=print-used
server.serve_forever()
