"""Chromium and wkhtmltopdf: the machine's, else Debian's."""

import os
import subprocess

import pytest
from setup_env import apt, tools
from setup_env.home import SetupError

SECURITY = """
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""
URIS = """
Reading package lists...
'http://mirror.example/x/libc6_2.36_amd64.deb' libc6_2.36_amd64.deb 2759320 SHA256:1
'http://mirror.example/x/libnss3_2%3a3.87_amd64.deb' libnss3_2%3a3.87_amd64.deb 7 MD5:2
"""


def make_program(folder, name, body=""):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine with none of our tools on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "machine"))
    return tmp_path / "machine"


def make_tree(home, tool):
    """Lay a fetched tool out, with a program that tells its surroundings."""
    tree = tool.folder(home)
    for name in ("lib", "usr/lib"):
        (tree / name / "x86_64-linux-gnu").mkdir(parents=True)
    program = tree / tool.program
    make_program(program.parent, program.name, 'echo "$LD_LIBRARY_PATH|$*"')
    make_program(tree / "bin", tool.name).write_text(tools._wrap(tree, tool))
    (tree / apt.STAMP).touch()
    return tree


def test_by_the_names_that_odoo_knows(bare):
    assert tools.CHROMIUM.find() is None
    path = make_program(bare, "chromium")
    assert tools.CHROMIUM.find() == str(path)


def test_the_machines_own_is_taken(home, bare, monkeypatch):
    monkeypatch.setattr(tools, "_fetch", pytest.fail)
    make_tree(home, tools.CHROMIUM)
    path = make_program(bare, "chromium-browser")
    assert tools.provide(home, tools.CHROMIUM, "wait") == str(path)
    tools.put_on_path(home)
    assert os.environ["PATH"].split(os.pathsep)[0] == str(bare)


@pytest.mark.parametrize("tool", [tools.CHROMIUM, tools.WKHTMLTOPDF])
def test_what_was_fetched_is_found_and_started_amid_its_libraries(
    home, bare, monkeypatch, tool
):
    usual = os.defpath
    tree = make_tree(home, tool)
    assert not tool.find()
    for _twice in range(2):
        tools.put_on_path(home)
    assert os.environ["PATH"].count(str(tree)) == 1
    path = tool.find()
    assert path == str(tree / "bin" / tool.name)
    monkeypatch.setenv("PATH", usual)
    said = subprocess.run([path, "--x", "y z"], capture_output=True, text=True)
    triplet = "lib/x86_64-linux-gnu"
    assert said.stdout == f"{tree}/{triplet}:{tree}/usr/{triplet}|--x y z\n"


def test_half_fetched_is_not_found(home, bare):
    tree = make_tree(home, tools.CHROMIUM)
    (tree / apt.STAMP).unlink()
    tools.put_on_path(home)
    assert not tools.CHROMIUM.find()


def test_another_system(home, bare, monkeypatch, capsys):
    monkeypatch.setattr(apt, "_os_release", lambda: {"PRETTY_NAME": "Fedora"})
    with pytest.raises(SetupError, match="runs Fedora") as caught:
        tools.provide(home, tools.CHROMIUM, "use --no-browser")
    assert "install it, or use --no-browser" in str(caught.value)
    tools.provide_wkhtmltopdf(home, "letters are left out")
    assert "letters are left out" in capsys.readouterr().err


def test_an_interrupted_fetch_leaves_nothing_that_counts(home, tmp_path):
    target = home / "x-debian"

    def fetch(work):
        assert not [*work.iterdir()]
        (work / "tree" / "usr").mkdir(parents=True)
        return work / "tree"

    def break_off(work):
        fetch(work)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apt.provide(home, target, "It", "wait", break_off)
    assert not target.exists()
    apt.provide(home, target, "It", "wait", fetch)
    assert (target / "usr").is_dir()
    apt.provide(home, target, "It", "wait", pytest.fail)


def test_security_updates_come_in(tmp_path, monkeypatch):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(SECURITY)
    monkeypatch.setattr(apt, "SYSTEM_SOURCES", tmp_path)
    monkeypatch.setattr(
        apt, "_os_release", lambda: {"VERSION_CODENAME": "bookworm", "ID": "debian"}
    )
    assert "Suites: bookworm\n" in apt.source_list("bookworm")
    assert "debian-security\nSuites: bookworm-security\n" in apt.source_list("bookworm")
    assert "security" not in apt.source_list("trixie")


def test_names_and_sizes():
    found = [(match["name"], match["size"]) for match in apt.URI.finditer(URIS)]
    assert found == [("libc6", "2759320"), ("libnss3", "7")]


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("libc6", False),
        ("libcups2", True),
        ("libcrypt1", False),
        ("libgcrypt20", True),
        ("libllvm15", False),
        ("systemd", False),
        ("fonts-dejavu-core", True),
        ("chromium-common", True),
    ],
)
def test_what_of_a_closure_is_fetched(name, needed):
    assert bool(tools.NEEDED.match(name)) == needed
