"""The set-up, as far as it can be tested without fetching anything."""

import configparser
import errno
import os
import subprocess
import sys
import time
import types

import pytest
from setup_env import addons, apt, git, odoo_tree, progress, server, venv
from setup_env.commands import odoo
from setup_env.home import Home, SetupError, explain_failure, explain_os_error

DEB822 = """
# the usual
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/archive.gpg

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
"""
ONE_LINE = """
# deb http://off.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/key.gpg] http://mirror.example/debian bookworm main
"""
HOLD_LOCK = """
import sys
from pathlib import Path
from setup_env.home import Home
with Home(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A Debian whose sources a test writes."""
    (tmp_path / "sources.list.d").mkdir()
    monkeypatch.setattr(apt, "SYSTEM_SOURCES", tmp_path)
    release = {"ID": "debian", "VERSION_CODENAME": "bookworm"}
    monkeypatch.setattr(apt, "_os_release", lambda: release)
    return tmp_path


def test_home_is_private_and_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PAYMENT_REMINDERS_HOME", str(tmp_path / "named"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    home = Home()
    home.create()
    assert home.path == tmp_path / "named"
    assert home.path.stat().st_mode & 0o777 == 0o700


def test_stale_temporary_files_go(home):
    old, new = home / "tmp" / "old", home / "tmp" / "new"
    old.mkdir()
    new.touch()
    os.utime(old, (0, time.time() - 2 * 24 * 3600))
    home.create()
    assert not old.exists()
    assert new.exists()


def test_lock_keeps_others_out_until_the_holder_is_killed(home, capsys):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(home.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(addons.REPO / "bin")},
    )
    assert holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.wait()
    with home.lock():
        assert len(progress.held_locks) == 1
    assert not progress.held_locks


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "cannot be written"),
        (errno.EIO, "Input/output"),
    ],
)
def test_system_errors_in_words(code, words):
    error = OSError(code, os.strerror(code))
    assert words in str(explain_os_error(error, "The folder"))


def test_full_disk_is_seen_behind_a_failure(home):
    failure = progress.CommandFailed(["x"], 2, "No space left on device", home / "log")
    assert "the disk is full" in str(explain_failure(home, "It", failure, "wait"))


def test_a_failing_command_shows_its_last_words(home):
    script = "for n in range(30): print('line', n)\nraise SystemExit(3)"
    log = home.log("x")
    with pytest.raises(progress.CommandFailed) as caught:
        progress.run("It", [sys.executable, "-c", script], log=log)
    assert caught.value.code == 3
    assert caught.value.tail.endswith("line 29")
    assert "line 1\n" in log.read_text()


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("sources.list.d/debian.sources", DEB822, "/usr/share/keyrings/archive.gpg"),
        ("sources.list", ONE_LINE, "/etc/key.gpg"),
    ],
)
def test_source_list_is_the_machines_own_with_our_suites(machine, name, text, key):
    (machine / name).write_text(text)
    assert apt.source_list("sid", "bookworm").splitlines() == [
        "Types: deb",
        "URIs: http://mirror.example/debian",
        "Suites: sid bookworm",
        "Components: main",
        f"Signed-By: {key}",
    ]


def test_machine_without_sources(machine):
    with pytest.raises(SetupError, match="archive was not found"):
        apt.source_list("sid")


def test_neither_debian_nor_git(home, monkeypatch):
    monkeypatch.delenv("ODOO_PATH", raising=False)
    release = {"ID": "fedora", "PRETTY_NAME": "Fedora"}
    monkeypatch.setattr(apt, "_os_release", lambda: release)
    monkeypatch.setattr(git.shutil, "which", lambda name: None)
    with pytest.raises(SetupError, match="runs Fedora, not Debian, and there is no"):
        odoo_tree.provide(home)


def _lay_out(root, beside, version="(19, 0, 0, FINAL, 0, '')"):
    inside = root / "odoo" / "addons"
    (inside / "base").mkdir(parents=True)
    ((root / "addons" if beside else inside) / "account").mkdir(parents=True)
    (root / "odoo" / "release.py").write_text(f"version_info = {version}\n")
    (root / "odoo-bin").touch()


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("name", [".", "odoo-bin", "odoo"])
def test_odoo_path(home, tmp_path, monkeypatch, beside, name):
    _lay_out(tmp_path / "checkout", beside)
    monkeypatch.setenv("ODOO_PATH", str(tmp_path / "checkout" / name))
    tree = odoo_tree.provide(home)
    assert tree.root == tmp_path / "checkout"
    assert len(tree.addons_paths) == 1 + beside


def test_odoo_path_without_odoo_or_of_another_series(home, tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    with pytest.raises(SetupError, match="There is no Odoo"):
        odoo_tree.provide(home)
    _lay_out(tmp_path, True, version="(18, 0, 0, FINAL, 0, '')")
    with pytest.raises(SetupError, match="not a 19.0"):
        odoo_tree.provide(home)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("echo 3.9.2", "is 3.9.2"),
        ("echo 3.14.0", "is 3.14.0"),
        ("echo 3.11.2; exit 1", "python3-venv"),
        ("exit 127", "does not run"),
    ],
)
def test_pythons_that_do_not_serve(tmp_path, monkeypatch, answer, words):
    stub = tmp_path / "python3.11"
    stub.write_text(f"#!/bin/sh\n{answer}\n")
    stub.chmod(0o755)
    monkeypatch.setattr(venv.sys, "executable", str(stub))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match=words):
        venv._choose_python()


def test_bridges_to_addons_of_others_are_for_their_own_tests():
    names = addons.find()
    assert addons.ADDON in names
    assert not {f"{addons.ADDON}_queue_job", f"{addons.ADDON}_sale"}.intersection(names)
    assert not addons.OTHERS.intersection(addons.dependencies(names))


def test_fingerprint_follows_what_is_installed(tmp_path, monkeypatch):
    monkeypatch.setattr(addons, "REPO", tmp_path)
    addon = tmp_path / addons.ADDON
    (addon / "tests").mkdir(parents=True)
    manifest = addon / "__manifest__.py"
    manifest.write_text("{'depends': ['stock', 'account']}")
    (tmp_path / f"{addons.ADDON}_bridge").mkdir()
    assert addons.find() == [addons.ADDON]
    assert "stock" in addons.dependencies([addons.ADDON])
    before = addons.fingerprint([addons.ADDON])
    (addon / "tests" / "test_x.py").touch()
    assert addons.fingerprint([addons.ADDON]) == before
    (addon / "models.py").touch()
    assert addons.fingerprint([addons.ADDON]) != before


def test_unreadable_manifest(tmp_path, monkeypatch):
    monkeypatch.setattr(addons, "REPO", tmp_path)
    (tmp_path / addons.ADDON).mkdir()
    (tmp_path / addons.ADDON / "__manifest__.py").write_text("{")
    with pytest.raises(SetupError, match="cannot be read"):
        addons.find()


def conf_of(tmp_path, monkeypatch, **options):
    """Return the options that Odoo reads from a configuration file of ours."""
    monkeypatch.setenv("PAYMENT_REMINDERS_HOME", str(tmp_path / "named"))
    home = Home()
    home.create()
    tree = types.SimpleNamespace(addons_paths=[])
    database = types.SimpleNamespace(settings=dict)
    parser = configparser.RawConfigParser()
    parser.read(server.Odoo(home, tree, database).write_conf("one", **options))
    return parser["options"]


def test_scheduled_actions_run_where_people_look_and_in_no_test(tmp_path, monkeypatch):
    assert conf_of(tmp_path, monkeypatch)["max_cron_threads"] == "0"
    served = conf_of(tmp_path, monkeypatch, **server.SERVED)
    assert served["max_cron_threads"] == "1"


@pytest.mark.parametrize(
    ("arguments", "served"),
    [
        ([], True),
        (["--http-port=8070"], True),
        (["-u", "payment_reminders"], True),
        (["shell"], False),
        (["i18n", "export", "payment_reminders"], False),
    ],
)
def test_serving_is_told_from_other_commands(arguments, served):
    assert odoo.is_served(arguments) is served
