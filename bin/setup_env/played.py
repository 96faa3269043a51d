"""Keeps the demo as it was when its play ended, so that the next run is quick."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path

from demo_run.clock import now, to_local

from .addons import find
from .database import Databases
from .home import REPO, remove
from .workspace import Workspace

KIND = "played"


class Played:
    """The play of today with the code as it is now, if there is one already."""

    def __init__(self, space: Workspace) -> None:
        self.databases: Databases = space.databases
        self.folders = space.home / KIND
        self.key = _fingerprint(self.databases.get_template())

    def exists(self) -> bool:
        """Whether this play was played to its end."""
        return self._folder.is_dir() and self.databases.exists_kept(KIND, self.key)

    def keep(self, database: str, folder: Path) -> None:
        """Keep a database and the messages and tables of its play.

        The folder comes last and at once: a play without it counts as not played.
        """
        remove(self.folders)
        self.databases.keep(database, KIND, self.key)
        fresh = self.folders / "new"
        shutil.copytree(folder, fresh)
        fresh.rename(self._folder)

    def restore(self, name: str, folder: Path) -> str:
        """Bring a play back.

        :param name: of the database
        :param folder: that gets messages and tables
        :return: the full name of the database
        """
        shutil.copytree(self._folder, folder, dirs_exist_ok=True)
        return self.databases.create_from_kept(KIND, self.key, name)

    @property
    def _folder(self) -> Path:
        return self.folders / self.key


def set_parameters(databases: Databases, database: str, values: dict[str, str]) -> None:
    """Set system parameters of a database that nobody has opened yet."""
    connection = databases.server.connect(database)
    with contextlib.closing(connection), connection.cursor() as cursor:
        for key, value in values.items():
            cursor.execute(
                "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
                [value, key],
            )


def _fingerprint(template: str) -> str:
    """Hash of everything that a play depends on: the day, and the code."""
    total = hashlib.sha256()
    total.update(f"{template} {to_local(now()).date()}".encode())
    paths = [*(REPO / "bin" / "demo_run").glob("*.py")]
    for name in find():
        paths += (REPO / name / "i18n").glob("*.po")
    for path in sorted(paths):
        total.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]
