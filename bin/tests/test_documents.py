"""What the documents name is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("*/__manifest__.py"))
DOCUMENTS = [
    ROOT / "README.rst",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *(path for addon in ADDONS for path in sorted(addon.glob("readme/*.md"))),
]
SOURCES = [path for addon in ADDONS for path in addon.rglob("*.py")]
FOLDERS = [ROOT / name for name in ("bin", "bench", "docs")] + ADDONS
FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for path in [folder, *folder.rglob("*")]
] + [path.name for path in ROOT.iterdir() if path.is_file()]
ENDINGS = "cfg|csv|md|po|pot|py|rst|sql|toml|txt|xml|yaml"

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix()
)


def find_quoted(document):
    """Return what stands between backticks, single or double."""
    return re.findall(r"(?<!`)``?([^`\n]+)``?(?!`)", document.read_text())


def find_missing_names(path, names):
    """Return those of some names, as ``owed, Facts``, that a file does not define."""
    text = path.read_text()
    return [
        name
        for name in re.findall(r"\w+", names)
        if not re.search(rf"^( *def |class |){name}\b", text, re.MULTILINE)
    ]


@each_document
def test_files_and_what_is_in_them(document):
    missing = []
    for quoted in find_quoted(document):
        path, _colon, names = quoted.partition(": ")
        if not re.fullmatch(rf"[\w/.-]+\.({ENDINGS})|bin/\w+|[\w/]+/", path):
            continue
        found = [name for name in FILES if f"/{name}/".endswith(f"/{path.strip('/')}/")]
        if not found:
            missing.append(quoted)
        elif names:
            missing += find_missing_names(ROOT / found[0], names)
    assert not missing


@each_document
def test_models(document):
    text = "\n".join(path.read_text() for path in SOURCES)
    known = set(re.findall(r'_name = "([\w.]+)"', text))
    named = {
        quoted.split(".channel")[0].split("._")[0]
        for quoted in find_quoted(document)
        if quoted.startswith("payment.reminder")
    }
    assert not named - known


@each_document
def test_methods(document):
    text = "\n".join(path.read_text() for path in SOURCES)
    for quoted in find_quoted(document):
        method = re.search(r"(?:^|\._?)((?:_|action_)[a-z]\w+)(?:\(.*\))?$", quoted)
        # `_check_x` stands for a kind of names.
        if method and not re.search(r"_x(_|$)", method[1]):
            assert re.search(rf"def {method[1]}\b", text), quoted


@each_document
def test_links(document):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@each_document
def test_examples(document):
    """An example in Python can be read, and what it takes from the addon is there."""
    for code in re.findall(r"^```python\n(.*?)^```", document.read_text(), re.M | re.S):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith(
                "odoo.addons"
            ):
                path = ROOT.joinpath(*node.module.split(".")[2:]).with_suffix(".py")
                names = {alias.name for alias in node.names}
                known = set(re.findall(r"\b[A-Za-z_]\w*", path.read_text()))
                assert names <= known, path
