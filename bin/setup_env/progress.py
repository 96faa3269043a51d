"""Says what is going on: one line a step, with a moving status for long ones."""

from __future__ import annotations

import ctypes
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

EVERY_TTY = 0.2
EVERY_LOG = 10.0
PR_SET_PDEATHSIG = 1

# Locks that the programs of a step hold together with us: should we be killed, the next
# run waits until the last of them, or of what they started, is gone too.
held_locks: set[int] = set()


def say(text: str) -> None:
    """Print one line of progress; standard output stays free for results."""
    print(f"· {text}", file=sys.stderr, flush=True)


class Step:
    """One long step: ``status`` shows while it runs, and how long it took after."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.status = ""
        self.started = time.monotonic()
        self._tty = sys.stderr.isatty()
        self._shown = self.started
        self._width = 0
        if self._tty:
            self._line(f"· {label} …")
        else:
            say(f"{label} …")

    def tick(self) -> None:
        """Show the status, if it is time to."""
        now = time.monotonic()
        if now - self._shown < (EVERY_TTY if self._tty else EVERY_LOG):
            return
        self._shown = now
        text = f"· {self.label} … {int(now - self.started)} s {self.status}"
        if self._tty:
            self._line(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def done(self, result: str = "") -> None:
        """Close the step with its time."""
        took = f"{time.monotonic() - self.started:.0f} s"
        result = f": {result}" if result else ""
        if self._tty:
            self._line(f"· {self.label}{result} ({took})")
            print(file=sys.stderr, flush=True)
        else:
            say(f"{self.label}{result} ({took})")

    def failed(self) -> None:
        """Leave the line standing."""
        if self._tty:
            print(file=sys.stderr, flush=True)

    def _line(self, text: str) -> None:
        columns = _columns()
        text = text[: columns - 1]
        padding = " " * max(0, self._width - len(text))
        self._width = len(text)
        print(f"\r{text}{padding}", end="", file=sys.stderr, flush=True)


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80


def die_with_parent(stop: int = signal.SIGKILL) -> Callable[[], None]:
    """Return a ``preexec_fn`` that ends the child when this process is killed.

    Without it, a download or an Odoo of a killed run would go on writing into
    folders that the next run has begun to fill again.
    """
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    parent = os.getpid()

    def preexec() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # shells ignore it after "&"
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, stop, 0, 0, 0)
            if os.getppid() != parent:  # it died in between
                os._exit(1)

    return preexec


class CommandFailed(Exception):
    """A command of a step failed; ``tail`` holds its last words."""

    def __init__(self, command: Sequence[str], code: int, tail: str, log: Path) -> None:
        super().__init__(f"{command[0]} ended with {code}")
        self.code = code
        self.tail = tail
        self.log = log


def run(
    label: str,
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    read_status: Callable[[str], str | None] | None = None,
    poll_status: Callable[[], str] | None = None,
) -> None:
    """Run a command as one step, its output going to ``log``.

    :param read_status: turns a line of output into a status, or None to keep the last
    :param poll_status: asked for the status from time to time instead
    :raise CommandFailed: when it ends with anything but 0
    """
    step = Step(label)
    lines: queue.Queue[str | None] = queue.Queue()
    with open(log, "w", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(env) if env is not None else None,
            cwd=cwd,
            pass_fds=tuple(held_locks),
            preexec_fn=die_with_parent(),
        )
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        try:
            while True:
                try:
                    line = lines.get(timeout=EVERY_TTY)
                except queue.Empty:
                    line = ""
                if line is None:
                    break
                output.write(line)
                if line and read_status:
                    step.status = read_status(line) or step.status
                elif poll_status:
                    step.status = poll_status()
                step.tick()
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            step.failed()
            raise
    if code:
        step.failed()
        raise CommandFailed(command, code, tail(log), log)
    step.done()


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def tail(log: Path, count: int = 15) -> str:
    """Return the last lines of a log."""
    with open(log, encoding="utf-8", errors="replace") as stream:
        return "\n".join(line.rstrip() for line in stream.readlines()[-count:])


def megabytes(size: float) -> str:
    """Write a size the way people read it."""
    return f"{size / 1e6:.0f} MB"
