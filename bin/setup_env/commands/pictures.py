"""usage: bin/pictures

Takes the pictures of README.rst and of the addon's page in Apps again, from the demo as
the code plays it today, into payment_reminders/static/description, with
Chromium. What the demo has played today is not played again.
"""

from __future__ import annotations

import signal
import subprocess
import sys

from demo_run.pictures import take

from .. import progress, server, tools
from ..home import REPO, Home, SetupError

PLAY_SECONDS = 1200


def main(arguments: list[str]) -> int:
    """Start the demo, take the pictures and end it."""
    if arguments:
        raise SetupError("bin/pictures takes no arguments")
    browser = tools.provide(Home(), tools.CHROMIUM, "take them elsewhere")
    port = server.free_port()
    demo = subprocess.Popen(
        [sys.executable, str(REPO / "bin" / "demo"), "--port", str(port)],
        preexec_fn=progress.die_with_parent(signal.SIGINT),
    )
    try:
        server.wait_until_it_answers(demo, port, PLAY_SECONDS)
        folder = REPO / "payment_reminders" / "static" / "description"
        for path in take(f"http://{server.HOST}:{port}", browser, folder):
            progress.say(f"{path.relative_to(REPO)}: {path.stat().st_size // 1024} kB")
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()
    progress.say("All pictures are taken, and the demo was ended.")
    return 0
