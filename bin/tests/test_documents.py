"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.rst", *sorted((ROOT / "docs").glob("*.md"))]
ADDONS = [ROOT / "payment_reminders", ROOT / "payment_reminders_company_status"]
SOURCES = [path for addon in ADDONS for path in addon.rglob("*.py")]
FOLDERS = [ROOT / name for name in ("bin", "bench", "docs")] + ADDONS
FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for path in [folder, *folder.rglob("*")]
]


def find_quoted(document):
    """Return what stands between backticks, single or double."""
    return re.findall(r"(?<!`)``?([^`\n]+)``?(?!`)", document.read_text())


def find_missing_names(path, names):
    """Return those of some names, as ``owed, Facts``, that a file does not define."""
    text = path.read_text()
    return [
        name
        for name in re.findall(r"\w+", names)
        if not re.search(rf"^(def |class |){name}\b", text, re.MULTILINE)
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_what_is_in_them(document):
    missing = []
    for quoted in find_quoted(document):
        path, _colon, names = quoted.partition(": ")
        if not re.fullmatch(r"[\w/.]+\.(py|md|xml|csv|sql)|[\w/]+/", path):
            continue
        found = [name for name in FILES if f"/{name}/".endswith(f"/{path.strip('/')}/")]
        if not found:
            missing.append(quoted)
        elif names:
            missing += find_missing_names(ROOT / found[0], names)
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_models(document):
    text = "\n".join(path.read_text() for path in SOURCES)
    known = set(re.findall(r'_name = "([\w.]+)"', text))
    named = {
        quoted.split(".channel")[0].split("._")[0]
        for quoted in find_quoted(document)
        if quoted.startswith("payment.reminder")
    }
    assert not named - known


def test_methods():
    text = "\n".join(path.read_text() for path in SOURCES)
    for document in DOCUMENTS:
        for quoted in find_quoted(document):
            if method := re.search(r"(?:^|\._?)(_[a-z]\w+)$", quoted):
                assert re.search(rf"def {method[1]}\b", text), quoted
