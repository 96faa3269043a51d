"""Nothing in rules/ knows Odoo, and everything public says what it does."""

import ast
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(RULES.glob("*.py"))
TREES = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def test_there_are_rules():
    assert {"schedule.py", "guard.py", "lifecycle.py"} <= set(TREES)


@pytest.mark.parametrize("name", sorted(TREES))
def test_imports_nothing_of_odoo(name):
    for node in ast.walk(TREES[name]):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"{name}:{node.lineno} reaches out of rules/"
            modules = [node.module or ""]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "__import__", f"{name}:{node.lineno}"
        for module in modules:
            top = module.partition(".")[0]
            assert top not in ("odoo", "psycopg2", "importlib"), f"{name}: {module}"


@pytest.mark.parametrize("name", sorted(TREES))
def test_reads_no_clock(name):
    """Today is given: the same facts give the same verdict for ever."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("today", "now", "utcnow") or not (
                isinstance(node.value, ast.Name)
                and node.value.id in ("date", "datetime", "dt", "time")
            ), f"{name}:{node.lineno}"


@pytest.mark.parametrize("name", sorted(TREES))
def test_public_things_have_a_docstring(name):
    tree = TREES[name]
    assert ast.get_docstring(tree), f"{name} itself"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            assert ast.get_docstring(node) or is_protocol(node), f"{name}: {node.name}"


def is_protocol(node):
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases
    )
