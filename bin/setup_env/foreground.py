"""Runs a command that the user sees and talks to."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from . import progress
from .home import REPO


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command in the repository and return its exit code.

    Ctrl-C goes to the command as well; it closes by itself, and so do we after it.
    """
    sys.stdout.flush()
    process = subprocess.Popen(
        list(command),
        cwd=REPO,
        env=dict(environment),
        # Should we be killed, it closes by itself, and takes its browser with it.
        preexec_fn=progress.die_with_parent(signal.SIGINT),
    )
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:  # we were told to end
            process.terminate()
            process.wait()
            raise
        return 128 - code if code < 0 else code
