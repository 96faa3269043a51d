"""The rooms of models/ keep their order, and one method is written in one place.

Read from the source alone, without Odoo.
"""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

ADDON = Path(__file__).parents[2]
MODELS = ADDON / "models"
#: From top to bottom: a room may extend the models of those before it.
ROOMS = (
    "law",
    "ladder",
    "case",
    "notice",
    "books",
    "claim",
    "sending",
    "paper",
    "customer",
    "trail",
    "desk",
    "numbers",
    "agency",
    "registers",
    "handover",
)


@dataclass(frozen=True)
class Piece:
    """A class of a model: one that defines it, or one that adds to it."""

    model: str
    defines: bool
    mixins: tuple[str, ...]
    methods: tuple[tuple[str, int], ...]
    path: Path

    @property
    def room(self):
        """The room of models/, or an empty text for what stands below all rooms."""
        try:
            place = self.path.relative_to(MODELS).parts[0]
        except ValueError:
            return ""
        return place if place in ROOMS else ""

    def __str__(self):
        return str(self.path.relative_to(ADDON))


def read_pieces():
    for path in sorted(ADDON.rglob("*.py")):
        if "tests" not in path.relative_to(ADDON).parts:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    yield from read_piece(node, path)


def read_piece(node, path):
    """Yield the class, if it is one of a model."""
    name = read_value(node, "_name")
    inherit = read_value(node, "_inherit") or []
    parents = [inherit] if isinstance(inherit, str) else inherit
    model = name or (parents[0] if parents else None)
    if model:
        yield Piece(
            model,
            defines=bool(name) and name not in parents,
            mixins=tuple(parent for parent in parents if parent != model),
            methods=tuple(
                (part.name, part.lineno)
                for part in node.body
                if isinstance(part, ast.FunctionDef)
            ),
            path=path,
        )


def read_value(node, attribute):
    for part in node.body:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            if part.targets[0].id == attribute:
                return ast.literal_eval(part.value)
    return None


PIECES = list(read_pieces())


def test_there_are_these_rooms():
    folders = {path.parent.name for path in MODELS.glob("*/__init__.py")}
    assert folders == set(ROOMS)


def test_a_room_extends_only_rooms_above_it():
    homes = {piece.model: piece for piece in PIECES if piece.defines}
    wrong = []
    for piece in PIECES:
        extended = () if piece.defines else (piece.model,)
        for model in (*extended, *piece.mixins):
            home = homes.get(model)
            if piece.room and home and not is_above(home.room, piece.room):
                wrong.append(
                    f"{piece} (room {piece.room}) extends {model}, which {home}"
                    f" (room {home.room or 'none'}) defines"
                )
    assert not wrong, "\n".join(wrong)


def is_above(home, room):
    return bool(home) and ROOMS.index(home) <= ROOMS.index(room)


def test_a_method_is_written_in_one_place():
    places = defaultdict(list)
    for piece in PIECES:
        for name, line in piece.methods:
            if not name.startswith("__"):
                places[piece.model, name].append(f"{piece}:{line}")
    twice = {key: where for key, where in places.items() if len(where) > 1}
    new = [
        f"{model}.{name}: {', '.join(where)}" for (model, name), where in twice.items()
    ]
    assert not new, "\n".join(new)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_lives_there(room):
    text = (MODELS / room / "__init__.py").read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))


def test_every_file_of_tests_is_imported():
    """Odoo's runner finds no other, and its own check asks for it."""
    folder = ADDON / "tests"
    forgotten = [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("test_*.py"))
        if not re.search(
            rf"^ *from \. import {path.stem}$",
            (path.parent / "__init__.py").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert not forgotten
    rooms = (folder / "__init__.py").read_text(encoding="utf-8")
    for path in folder.glob("*/test_*.py"):
        assert f"from .{path.parent.name} import *" in rooms
