"""A process of its own with Odoo in it, driven over its standard input."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

_SCRIPT = Path(__file__).with_name("child.py")
_PR_SET_PDEATHSIG = 1


class ChildError(AssertionError):
    """What went wrong in the child, with its traceback."""


class Child:
    """``with Child(database) as child: child.call("cron_send")``.

    :param database: name of a database with the addon
    :param log: file for what Odoo says there
    :param folder: where the scenes are that it plays
    :param install: addon that it installs first
    """

    def __init__(self, database, log=None, folder=_SCRIPT.parent, install=None):
        self.database = database
        self.install = install
        self.log = log
        self.folder = folder
        self._process = None
        self._starting = False

    def start(self):
        """Start the process, without waiting until it is ready."""
        output = open(self.log, "ab") if self.log else subprocess.DEVNULL
        environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        environment.pop("PGDATABASE", None)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-W",
                "ignore",
                str(_SCRIPT),
                self.database,
                str(self.folder),
                *([self.install] if self.install else []),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            env=environment,
            preexec_fn=_die_with_parent,
            text=True,
        )
        if self.log:
            output.close()
        self._starting = True
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    @property
    def is_alive(self):
        return self._process.poll() is None

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def call(self, scene, **arguments):
        """Carry out one function of scenes and return its result."""
        return self.begin(scene, **arguments)()

    def call_apart(self, scene, **arguments):
        """Carry it out in a copy of the process; return its exit code (-9: killed)."""
        return self.begin(scene, fork=True, **arguments)()

    def begin(self, scene, fork=False, **arguments):
        """Start one function of scenes; call what this returns for the result."""
        self.wait_until_ready()
        self._process.stdin.write(
            json.dumps({"scene": scene, "fork": fork, "arguments": arguments}) + "\n"
        )
        self._process.stdin.flush()
        return self._read

    def wait_until_ready(self):
        """Wait until it has loaded Odoo, which takes seconds on a busy machine."""
        if self._starting:
            self._read()
            self._starting = False

    def begin_in_thread(self, scene, **arguments):
        """Start one function; the thread ends when the process is done or dead."""

        def wait():
            try:
                thread.result = self.call(scene, **arguments)
            except (ChildError, OSError) as error:
                thread.error = error

        thread = threading.Thread(target=wait, daemon=True)
        thread.result = thread.error = None
        thread.start()
        return thread

    def _read(self):
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            raise ChildError(f"the process ended with {code}; its log: {self.log}")
        answer = json.loads(line)
        if "error" in answer:
            raise ChildError(answer["error"])
        return answer["result"]


def _die_with_parent():
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
