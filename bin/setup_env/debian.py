"""Odoo 19 from Debian's own package: no root, and the system is not touched.

Debian carries ``odoo-19`` in its unstable suite. ``apt-get`` is given folders and a
source list of its own, so that it checks signatures as usual but installs nothing; the
packages are then only unpacked.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import progress
from .home import Home, SetupError, explain_failure, explain_os_error, remove

SUITE = "sid"
ODOO = "odoo-19"
# What Odoo's static files link to. Without libjs-jquery the login page is an error.
SHARED = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
)
# Odoo wants Font Awesome 4.7. These suites have it; unstable has 6, whose files have
# other names, so that every icon would be gone.
FONT_AWESOME = "fonts-font-awesome"
FONT_AWESOME_SUITES = ("bookworm", "trixie")
SYSTEM_SOURCES = Path("/etc/apt")
PACKAGES_FOLDER = Path("usr/lib/python3/dist-packages")


def why_not() -> str | None:
    """Say why this machine cannot take Debian's package, or None if it can."""
    release = _os_release()
    if release.get("ID") != "debian":
        system = release.get("PRETTY_NAME", "an unknown system")
        return f"this machine runs {system}, not Debian"
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            return f"there is no {tool}"
    return None


def provide(home: Home) -> Path:
    """Return the folder that holds the package ``odoo``, fetching it at first."""
    target = home / "odoo-debian"
    stamp = target / "complete"
    packages = target / PACKAGES_FOLDER
    if stamp.exists():
        return packages
    try:
        _fetch(home, target)
    except progress.CommandFailed as error:
        raise explain_failure(
            home,
            "Odoo 19 could not be had from Debian",
            error,
            "look at the network and try again, or point ODOO_PATH at an Odoo 19",
        ) from error
    except OSError as error:
        raise explain_os_error(error, f"The folder {home.path}") from error
    return packages


def _fetch(home: Home, target: Path) -> None:
    work = home.fresh(home / "tmp" / "debian")
    apt = _private_apt(work)
    progress.run(
        "Debian's package lists",
        [*apt, "update"],
        log=home.log("apt-update"),
        env=_environment(),
    )
    suite = _font_suite()
    names = [f"{name}/{SUITE}" for name in (ODOO, *SHARED)]
    names.append(f"{FONT_AWESOME}/{suite}")
    debs = home.fresh(work / "debs")
    size = _download_size(apt, names, home)
    progress.run(
        f"Odoo 19 from Debian, {progress.megabytes(size)}",
        [*apt, "download", *names],
        log=home.log("apt-download"),
        env=_environment(),
        cwd=debs,
        poll_status=lambda: f"{_size_below(work) / size:.0%}" if size else "",
    )
    tree = home.fresh(work / "tree")
    step = progress.Step("Unpacking Odoo 19")
    for number, deb in enumerate(sorted(debs.iterdir()), 1):
        step.status = f"{number} of {len(names)}"
        step.tick()
        _unpack(deb, tree, home)
    _mend(tree)
    (tree / "complete").write_text(_version(debs) + "\n")
    step.done()
    remove(target)
    tree.rename(target)
    remove(work)


def _private_apt(work: Path) -> list[str]:
    for name in ("lists/partial", "archives/partial"):
        (work / name).mkdir(parents=True)
    sources = work / "debian.sources"
    sources.write_text(_source_list())
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache::archives": work / "archives",
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
    conf = work / "apt.conf"
    conf.write_text("\n".join(lines) + "\n")
    return ["apt-get", "-c", str(conf), "-q"]


def _source_list() -> str:
    """The machine's own archive and keyring, with our two suites."""
    codename = _os_release().get("VERSION_CODENAME", "")
    for options in _machine_sources():
        suites = options.get("suites", "").split()
        if "deb" in options.get("types", "").split() and (
            codename in suites or {"stable", "testing", "unstable", SUITE} & set(suites)
        ):
            lines = [
                "Types: deb",
                f"URIs: {options['uris'].split()[0]}",
                f"Suites: {SUITE} {_font_suite()}",
                "Components: main",
            ]
            if options.get("signed-by"):
                lines.append(f"Signed-By: {options['signed-by']}")
            return "\n".join(lines) + "\n"
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


def _font_suite() -> str:
    codename = _os_release().get("VERSION_CODENAME", "")
    return codename if codename in FONT_AWESOME_SUITES else FONT_AWESOME_SUITES[-1]


def _download_size(apt: list[str], names: list[str], home: Home) -> int:
    log = home.log("apt-size")
    progress.run(
        "Looking for Odoo 19 in Debian",
        [*apt, "download", "--print-uris", *names],
        log=log,
        env=_environment(),
    )
    sizes = re.findall(r"^'.*' \S+ (\d+) ", log.read_text(), re.MULTILINE)
    return sum(map(int, sizes))


def _size_below(folder: Path) -> int:
    total = 0
    for place in (folder / "debs", folder / "archives" / "partial"):
        for path in place.glob("*.deb*"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:  # moved meanwhile
                pass
    return total


def _unpack(deb: Path, tree: Path, home: Home) -> None:
    with open(home.log("dpkg-deb"), "w") as log:
        code = subprocess.run(
            ["dpkg-deb", "-x", str(deb), str(tree)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=tuple(progress.held_locks),
            preexec_fn=progress.die_with_parent(),
        ).returncode
    if code:
        raise progress.CommandFailed(
            ["dpkg-deb"],
            code,
            progress.tail(home.log("dpkg-deb")),
            home.log("dpkg-deb"),
        )


def _mend(tree: Path) -> None:
    """Put back what Debian leaves out and Odoo's pages ask for."""
    script = (
        tree
        / PACKAGES_FOLDER
        / ("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")
    )
    # Its absence logs an error in the browser, on which every browser test fails.
    script.parent.mkdir(parents=True, exist_ok=True)
    script.touch()


def _version(debs: Path) -> str:
    for deb in debs.glob(f"{ODOO}_*.deb"):
        return deb.name.split("_")[1]
    raise SetupError(f"apt-get said that it fetched {ODOO}, but there is no such file")


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _os_release() -> dict[str, str]:
    try:
        text = Path("/etc/os-release").read_text()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {name: value.strip("\"'") for name, value in pairs}
