"""The one folder that everything fetched or made lives in, and its lock."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from . import progress

REPO = Path(__file__).resolve().parents[2]
SPACE_NEEDED = "3 GB"
SPACE_LEFT_WHEN_FULL = 200_000_000
STALE_SECONDS = 24 * 3600
# Chromium puts sockets there, whose path may have 107 bytes.
TMPDIR_MAX = 60


class SetupError(Exception):
    """Something cannot be had: what, why, and what to do about it."""

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.todo = todo

    def __str__(self) -> str:
        lines = [self.what]
        if self.why:
            lines.append(f"Why: {self.why}")
        if self.todo:
            lines.append(f"What to do: {self.todo}")
        return "\n".join(lines)


class Home:
    """The folder named by PAYMENT_REMINDERS_HOME, by default under ~/.cache."""

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            named = os.environ.get("PAYMENT_REMINDERS_HOME")
            path = Path(named) if named else _default_folder()
        self.path = Path(os.path.abspath(path.expanduser()))

    def create(self) -> None:
        """Make the folder, readable by its owner alone (it holds a database)."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in ("logs", "tmp", "locks"):
                (self.path / name).mkdir(exist_ok=True)
            probe = self.path / "tmp" / f"probe-{os.getpid()}"
            probe.write_bytes(b"x")
            probe.unlink()
            self._use_for_temporary_files()
        except OSError as error:
            raise explain_os_error(error, f"The folder {self.path}") from error

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def _use_for_temporary_files(self) -> None:
        """Keep the temporary files of everything we start in the folder as well."""
        folder = self.path / "tmp"
        for path in folder.iterdir():  # left by runs that were killed
            if time.time() - path.lstat().st_mtime > STALE_SECONDS:
                remove(path)
        if len(os.fsencode(folder)) <= TMPDIR_MAX:
            os.environ["TMPDIR"] = str(folder)

    @property
    def key(self) -> str:
        """Short name of this folder, for things that live outside (databases)."""
        return hashlib.sha256(str(self.path).encode()).hexdigest()[:6]

    def log(self, name: str) -> Path:
        """The file that a step writes its full output to."""
        return self.path / "logs" / f"{name}.log"

    @contextlib.contextmanager
    def lock(self, name: str = "setup") -> Iterator[None]:
        """Keep other runs out. The kernel lets go when the process dies."""
        path = self.path / "locks" / name
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = path.read_text().strip() or "?"
                progress.say(f"Waiting for another run (process {owner} or its rest)")
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            progress.held_locks.add(descriptor)
            yield
        finally:
            progress.held_locks.discard(descriptor)
            os.close(descriptor)

    def fresh(self, path: Path) -> Path:
        """Return an empty folder, whatever an interrupted run left at ``path``."""
        remove(path)
        path.mkdir(parents=True)
        return path


def _default_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    base = Path(cache) if cache and os.path.isabs(cache) else Path.home() / ".cache"
    return base / "payment_reminders"


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def explain_os_error(error: OSError, what: str) -> SetupError:
    """Turn an operating system error into words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _disk_full(what, str(error))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SetupError(
            f"{what} cannot be written",
            str(error),
            "set PAYMENT_REMINDERS_HOME to a folder that you may write to",
        )
    return SetupError(f"{what}: {error}")


def explain_failure(
    home: Home, what: str, error: progress.CommandFailed, todo: str
) -> SetupError:
    """Turn the failure of a program into words; a full disk hides behind many."""
    why = f"{error}\n{error.tail}\n(all of it: {error.log})"
    free = shutil.disk_usage(home.path).free
    if "No space left" in error.tail or free < SPACE_LEFT_WHEN_FULL:
        return _disk_full(what, why)
    return SetupError(what, why, todo)


def _disk_full(what: str, why: str) -> SetupError:
    return SetupError(
        f"{what}: the disk is full",
        why,
        f"free about {SPACE_NEEDED}, or let PAYMENT_REMINDERS_HOME name a folder on"
        " another disk, and start again; what is finished is kept",
    )
