"""The Python environment that Odoo, the tests and the linters run in."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import progress
from .home import REPO, Home, SetupError, explain_failure, explain_os_error, remove

OLDEST, NEWEST = (3, 10), (3, 13)
NAMES = ("python3.12", "python3.11", "python3.13", "python3.10")
REQUIREMENTS = (
    Path(__file__).with_name("requirements-odoo.txt"),
    REPO / "requirements.txt",
    REPO / "requirements-dev.txt",
)
PIP_OPTIONS = (
    "--prefer-binary",
    "--no-compile",
    "--no-input",
    "--progress-bar=off",
    "--disable-pip-version-check",
)
STAMP = "complete"
KEEP_DAYS = 7


def provide(home: Home) -> Path:
    """Return the Python of the environment, made again when a requirement changed."""
    base, version = _choose_python()
    content = b"".join(path.read_bytes() for path in REQUIREMENTS)
    key = hashlib.sha256(content + version.encode()).hexdigest()[:12]
    folder = home / f"venv-{key}"
    python = folder / "bin" / "python"
    stamp = folder / STAMP
    if stamp.exists() and python.exists():
        os.utime(stamp)
        return python
    try:
        _build(home, base, folder)
        _remove_old(home, folder)
    except OSError as error:
        raise explain_os_error(error, f"The folder {folder}") from error
    return python


def _build(home: Home, base: str, folder: Path) -> None:
    # Scripts in an environment name its folder, so it cannot be built elsewhere and
    # moved: the stamp, written last, says that it is whole.
    remove(folder)
    try:
        progress.run(
            "Python environment",
            [base, "-m", "venv", str(folder)],
            log=home.log("venv"),
        )
    except progress.CommandFailed as error:
        remove(folder)
        raise SetupError(
            "The Python environment could not be made",
            error.tail,
            "on Debian, install the package python3-venv",
        ) from error
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", *PIP_OPTIONS]
    for path in REQUIREMENTS:
        command += ["-r", str(path)]
    try:
        progress.run(
            "Python packages",
            command,
            log=home.log("pip"),
            env={**os.environ, "PIP_CACHE_DIR": str(home / "pip-cache")},
            read_status=_pip_status,
        )
    except progress.CommandFailed as error:
        raise explain_failure(
            home,
            "The Python packages could not be installed",
            error,
            "look at the network, and at pip's settings if it goes through a mirror,"
            " and start again; what was downloaded is kept",
        ) from error
    (folder / STAMP).write_text(sys.version + "\n")


def _pip_status(line: str) -> str | None:
    match = re.match(r"\s*(Collecting|Downloading|Building|Installing)\s+(\S+)", line)
    return " ".join(match.groups()) if match else None


def _remove_old(home: Home, current: Path) -> None:
    """Drop environments that nothing has used for a week."""
    for folder in home.path.glob("venv-*"):
        stamp = folder / STAMP
        if folder != current and stamp.exists():
            if time.time() - stamp.stat().st_mtime > KEEP_DAYS * 86400:
                remove(folder)


def _choose_python() -> tuple[str, str]:
    """Return a Python that Odoo 19 runs on and that can make environments."""
    why: list[str] = []
    for candidate in (sys.executable, *NAMES, "python3"):
        path = shutil.which(candidate) if candidate else None
        if not path:
            continue
        version, problem = _examine(path)
        if version and not problem:
            return path, version
        why.append(f"{path}: {problem}")
    wanted = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    raise SetupError(
        f"There is no Python {wanted} that can make environments",
        "; ".join(dict.fromkeys(why)),
        "install one with its venv module (on Debian: python3 and python3-venv) and see"
        " that it is on PATH",
    )


def _examine(path: str) -> tuple[str, str]:
    """Return version and what is wrong, asking the interpreter itself.

    A name on PATH proves nothing: version managers put stubs there that fail.
    """
    script = (
        "import sys, platform; print(platform.python_version()); import ensurepip, venv"
    )
    result = subprocess.run(
        [path, "-c", script], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    version = result.stdout.strip()
    try:
        numbers = tuple(map(int, version.split(".")[:2]))
    except ValueError:
        return "", "does not run"
    if not OLDEST <= numbers <= NEWEST:
        return (
            version,
            f"is {version}, and Odoo 19 runs on {OLDEST[1]} to {NEWEST[1]} of 3",
        )
    if result.returncode:
        return version, "has no ensurepip or venv module (Debian: package python3-venv)"
    return version, ""
