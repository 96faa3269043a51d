"""Programs beside Odoo: the machine's own, else Debian's, unpacked into our folder."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import apt, progress
from .home import Home, SetupError, remove

#: Of all that a package needs, the libraries and fonts. The C library is the machine's,
#: and nothing here draws with a graphics card, whose drivers are as large as a browser.
NEEDED = re.compile(
    r"chromium|wkhtmltopdf|fonts-|fontconfig-config"
    r"|lib(?!c6$|crypt1$|gl1-mesa-dri|llvm|z3|perl|systemd-shared|cryptsetup|pam)"
)
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <include prefix="relative">usr/share/fontconfig/conf.avail</include>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
WRAPPER = """#!/bin/sh
tree=$(dirname "$(dirname "$(readlink -f "$0")")")
export LD_LIBRARY_PATH="{libraries}"
export QT_PLUGIN_PATH="{plugins}"
export FONTCONFIG_FILE="$tree/fonts.conf"
exec "$tree/{program}" "$@"
"""
#: Below usr/share, what nobody reads.
BALLAST = ("doc", "locale", "man")


@dataclass(frozen=True)
class Tool:
    """A program, by its name in Debian."""

    name: str
    #: What else serves, in the order in which Odoo looks.
    names: tuple[str, ...]
    #: The file to start, not a script around it.
    program: str
    #: The stable suites that have it.
    suites: tuple[str, ...] = apt.STABLE_SUITES

    def find(self) -> str | None:
        """Path of the program, or None."""
        return next(filter(None, map(shutil.which, self.names)), None)

    def folder(self, home: Home) -> Path:
        """Where it lies, or would, when it is Debian's."""
        return home / f"{self.name}-debian"


CHROMIUM = Tool(
    "chromium",
    ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable"),
    "usr/lib/chromium/chromium",
)
WKHTMLTOPDF = Tool(
    "wkhtmltopdf",
    ("wkhtmltopdf",),
    "usr/bin/wkhtmltopdf",
    suites=("bookworm",),
)


def put_on_path(home: Home) -> None:
    """Let everything that we start find what was fetched, after the machine's own."""
    folders = os.environ["PATH"].split(os.pathsep)
    for tool in (CHROMIUM, WKHTMLTOPDF):
        folder = tool.folder(home)
        if (folder / apt.STAMP).exists() and str(folder / "bin") not in folders:
            folders.append(str(folder / "bin"))
    os.environ["PATH"] = os.pathsep.join(folders)


def provide(home: Home, tool: Tool, instead: str) -> str:
    """Return the path of a program, fetching it when the machine has none.

    :param instead: what else people can do
    :raise SetupError: it cannot be had
    """
    path = tool.find()
    if path:
        return path
    todo = f"install it, or {instead}"
    reason = apt.why_not()
    if reason:
        raise SetupError(
            f"There is no {tool.name}",
            f"none of {', '.join(tool.names)} is on PATH, and {reason}",
            todo,
        )
    with home.lock():
        apt.provide(
            home,
            tool.folder(home),
            tool.name,
            todo,
            lambda work: _fetch(home, tool, work),
        )
    put_on_path(home)
    path = tool.find()
    assert path
    return path


def provide_wkhtmltopdf(home: Home, without: str) -> None:
    """See to it that letters can be printed, where it can be done.

    :param without: what is said where it cannot
    """
    if WKHTMLTOPDF.find():
        return
    if reason := apt.why_not():
        progress.say(f"There is no wkhtmltopdf, and {reason}: {without}")
        return
    provide(home, WKHTMLTOPDF, "look at the log")


def _fetch(home: Home, tool: Tool, work: Path) -> Path:
    suite = apt.stable_suite()
    if suite not in tool.suites:
        suite = tool.suites[-1]
    debian = apt.Apt(home, work, [suite])
    names = filter(NEEDED.match, debian.list_needed([tool.name, "fonts-dejavu-core"]))
    tree = debian.unpack(tool.name, [*names])
    for name in BALLAST:
        remove(tree / "usr" / "share" / name)
    (tree / "fonts.conf").write_text(FONTS)
    wrapper = tree / "bin" / tool.name
    wrapper.parent.mkdir(exist_ok=True)
    wrapper.write_text(_wrap(tree, tool))
    wrapper.chmod(0o755)
    return tree


def _wrap(tree: Path, tool: Tool) -> str:
    """The script that starts a program amid its own libraries."""

    def list_folders(*patterns: str) -> str:
        found = [path for pattern in patterns for path in sorted(tree.glob(pattern))]
        return ":".join(f"$tree/{path.relative_to(tree)}" for path in found)

    triplet = "lib/*-linux-gnu*"
    return WRAPPER.format(
        libraries=list_folders(triplet, f"usr/{triplet}", f"usr/{triplet}/pulseaudio"),
        plugins=list_folders(f"usr/{triplet}/qt5/plugins"),
        program=tool.program,
    )
