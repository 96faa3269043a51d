"""Debian's packages without root: apt-get fetches them, and they are only unpacked.

It is given folders, settings and a source list of its own, so that it checks signatures
as usual but neither reads nor touches what the machine has installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from . import progress
from .home import Home, SetupError, explain_failure, explain_os_error, remove

#: The stable suites that we know, oldest first.
STABLE_SUITES = ("bookworm", "trixie")
STAMP = "complete"
SYSTEM_SOURCES = Path("/etc/apt")
#: A line of --print-uris.
URI = re.compile(r"^'.*' (?P<name>[^\s_]+)_\S+ (?P<size>\d+) ", re.MULTILINE)


def why_not() -> str | None:
    """Say why this machine cannot take Debian's packages, or None if it can."""
    release = _os_release()
    if release.get("ID") != "debian":
        system = release.get("PRETTY_NAME", "an unknown system")
        return f"this machine runs {system}, not Debian"
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            return f"there is no {tool}"
    return None


def stable_suite() -> str:
    """The machine's own suite, or the newest stable one if it is another."""
    codename = _os_release().get("VERSION_CODENAME", "")
    return codename if codename in STABLE_SUITES else STABLE_SUITES[-1]


def provide(
    home: Home, target: Path, what: str, todo: str, fetch: Callable[[Path], Path]
) -> None:
    """Fetch and unpack something, unless a run before has done so to its end.

    :param what: for people, such as "Odoo 19"
    :param todo: what else they can do about a failure
    :param fetch: gets an empty folder to work in, returns the tree that becomes target
    """
    if (target / STAMP).exists():
        return
    try:
        work = home.fresh(home / "tmp" / f"apt-{target.name}")
        tree = fetch(work)
        (tree / STAMP).touch()
        remove(target)
        tree.rename(target)
        remove(work)
    except progress.CommandFailed as error:
        what = f"{what} could not be had from Debian"
        todo = f"look at the network and try again, or {todo}"
        raise explain_failure(home, what, error, todo) from error
    except OSError as error:
        raise explain_os_error(error, f"The folder {home.path}") from error


class Apt:
    """An apt-get that knows some suites, and nothing of the machine."""

    def __init__(self, home: Home, work: Path, suites: Iterable[str]) -> None:
        self.home = home
        self.work = work
        for name in ("lists/partial", "archives/partial", "preferences", "debs"):
            (work / name).mkdir(parents=True)
        sources = work / "debian.sources"
        sources.write_text(source_list(*suites))
        # With nothing installed, a package needs all of its libraries.
        (work / "status").touch()
        self._command = ["apt-get", "-c", str(self._configure(sources)), "-q"]
        self._run("Debian's package lists", "update")

    def _configure(self, sources: Path) -> Path:
        settings = {
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferences": "-",
            "Dir::Etc::preferencesparts": self.work / "preferences",
            "Dir::State::Lists": self.work / "lists",
            "Dir::State::status": self.work / "status",
            "Dir::Cache::archives": self.work / "archives",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            # Downloads by the user "_apt" could not enter a private folder.
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "30",
        }
        # Hooks of the machine (they clean its own caches) have no business here.
        hooks = ("APT::Update::Pre-Invoke", "APT::Update::Post-Invoke")
        lines = [f"#clear {name};" for name in (*hooks, hooks[1] + "-Success")]
        lines += [f'{name} "{value}";' for name, value in settings.items()]
        conf = self.work / "apt.conf"
        conf.write_text("\n".join(lines) + "\n")
        return conf

    def list_needed(self, names: Iterable[str]) -> list[str]:
        """Names of the packages that an install of some would bring along."""
        options = ["--print-uris", "--yes", "--no-install-recommends"]
        text = self._run("What that needs", "install", *options, *names)
        return [match["name"] for match in URI.finditer(text)]

    def unpack(self, what: str, names: Iterable[str]) -> Path:
        """Fetch packages and return the folder in which they all are unpacked.

        :param names: of packages, each perhaps with a suite: ``name/suite``
        """
        text = self._run(
            f"Looking for {what} in Debian", "download", "--print-uris", *names
        )
        size = sum(int(match["size"]) for match in URI.finditer(text))
        self._run(
            f"{what} from Debian, {progress.megabytes(size)}",
            "download",
            *names,
            poll_status=lambda: f"{self._get_size() / size:.0%}" if size else "",
        )
        tree = self.work / "tree"
        tree.mkdir()
        debs = sorted(self.debs.iterdir())
        step = progress.Step(f"Unpacking {what}")
        for number, deb in enumerate(debs, 1):
            step.status = f"{number} of {len(debs)}"
            step.tick()
            self._unpack(deb, tree)
        step.done()
        return tree

    @property
    def debs(self) -> Path:
        """The folder of what was downloaded."""
        return self.work / "debs"

    def _run(
        self,
        label: str,
        verb: str,
        *arguments: str,
        poll_status: Callable[[], str] | None = None,
    ) -> str:
        log = self.home.log(f"apt-{verb}")
        progress.run(
            label,
            [*self._command, verb, *arguments],
            log=log,
            env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
            cwd=self.debs,
            poll_status=poll_status,
        )
        return log.read_text(errors="replace")

    def _get_size(self) -> int:
        total = 0
        for place in (self.debs, self.work / "archives" / "partial"):
            for path in place.glob("*.deb*"):
                try:
                    total += path.stat().st_size
                except FileNotFoundError:  # moved meanwhile
                    pass
        return total

    def _unpack(self, deb: Path, tree: Path) -> None:
        log = self.home.log("dpkg-deb")
        with open(log, "w") as output:
            code = subprocess.run(
                ["dpkg-deb", "-x", str(deb), str(tree)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=tuple(progress.held_locks),
                preexec_fn=progress.die_with_parent(),
            ).returncode
        if code:
            raise progress.CommandFailed(["dpkg-deb"], code, progress.tail(log), log)


def source_list(*suites: str) -> str:
    """The machine's own archive and keyring, with suites of ours.

    What the machine has of their security updates comes in, too.
    """
    stanzas = [_stanza(_machine_archive(), suites)]
    for options in _machine_sources():
        named = options.get("suites", "").split()
        updates = [f"{suite}-security" for suite in suites]
        if found := [suite for suite in updates if suite in named]:
            stanzas.append(_stanza(options, found))
    return "\n".join(stanzas)


def _stanza(options: dict[str, str], suites: Iterable[str]) -> str:
    lines = [
        "Types: deb",
        f"URIs: {options['uris'].split()[0]}",
        f"Suites: {' '.join(suites)}",
        "Components: main",
    ]
    if options.get("signed-by"):
        lines.append(f"Signed-By: {options['signed-by']}")
    return "\n".join(lines) + "\n"


def _machine_archive() -> dict[str, str]:
    codename = _os_release().get("VERSION_CODENAME", "")
    for options in _machine_sources():
        suites = options.get("suites", "").split()
        if "deb" in options.get("types", "").split() and (
            codename in suites or {"stable", "testing", "unstable", "sid"} & set(suites)
        ):
            return options
    raise SetupError(
        "Debian's archive was not found",
        f"no source in {SYSTEM_SOURCES} names the suite {codename!r}",
        "add the usual Debian source, or point ODOO_PATH at an Odoo 19",
    )


def _machine_sources() -> Iterator[dict[str, str]]:
    parts = SYSTEM_SOURCES / "sources.list.d"
    for path in sorted(parts.glob("*.sources")):
        yield from _read_deb822(path.read_text(errors="replace"))
    for path in (SYSTEM_SOURCES / "sources.list", *sorted(parts.glob("*.list"))):
        if path.is_file():
            yield from _read_one_line_style(path.read_text(errors="replace"))


def _read_deb822(text: str) -> Iterator[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        options: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1].isspace() and name:
                options[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                options[name] = value.strip()
        if options.get("uris") and options.get("enabled", "yes") != "no":
            yield options


def _read_one_line_style(text: str) -> Iterator[dict[str, str]]:
    pattern = re.compile(
        r"^deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s"
    )
    for line in text.splitlines():
        match = pattern.match(line.strip() + " ")
        if match:
            options = dict(
                pair.split("=", 1)
                for pair in (match["options"] or "").split()
                if "=" in pair
            )
            yield {
                "types": "deb",
                "uris": match["uri"],
                "suites": match["suite"],
                "signed-by": options.get("signed-by", ""),
            }


def _os_release() -> dict[str, str]:
    try:
        text = Path("/etc/os-release").read_text()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {name: value.strip("\"'") for name, value in pairs}
