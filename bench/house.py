"""How the house stands, and which way one simple invoice takes through it.

    bin/test -s bench/house.py

Prints for the addon: in how many files a model is written, which methods of ours are
defined more than once inside it, how many files ``models/`` has. Then it follows the
simplest invoice there is (one customer, a ladder without law, one e-mail) from the
first refresh until its notice is sent, and counts the files entered, the calls, and
how often a call lands in another file than the one before.
"""

import ast
import sys
from collections import Counter, defaultdict
from pathlib import Path

from odoo.tests import freeze_time

from odoo.addons.payment_reminders.tests.sending.gateway_common import GatewayCommon

ROOT = Path(__file__).resolve().parents[1] / "payment_reminders"
#: {what: at most}
GOALS = {
    "pieces of payment.reminder.case": 12,
    "pieces of payment.reminder": 10,
    "pieces of res.company": 1,
    "methods defined more than once": 8,
    "files of models/": 105,
}


def get_model(cls):
    """Return the name of the model that a class defines or extends, or None."""
    named = {}
    for node in cls.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in ("_name", "_inherit"):
                named[node.targets[0].id] = ast.literal_eval(node.value)
    inherit = named.get("_inherit")
    if isinstance(inherit, list):
        inherit = inherit[0] if len(inherit) == 1 else None
    return named.get("_name") or inherit


def read_house():
    """Return ({model: files}, {(model, method): files with its line})."""
    pieces, methods = defaultdict(set), defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT)
        if "tests" in place.parts:
            continue
        for cls in ast.parse(path.read_text(encoding="utf-8")).body:
            model = isinstance(cls, ast.ClassDef) and get_model(cls)
            if not model:
                continue
            pieces[model].add(str(place))
            for node in cls.body:
                if isinstance(node, ast.FunctionDef) and node.name[:2] != "__":
                    methods[model, node.name].append(f"{place}:{node.lineno}")
    return pieces, methods


def print_house():
    pieces, methods = read_house()
    twice = {key: places for key, places in methods.items() if len(places) > 1}
    files = [p for p in (ROOT / "models").rglob("*.py") if p.name != "__init__.py"]
    seen = {
        "pieces of payment.reminder.case": len(pieces["payment.reminder.case"]),
        "pieces of payment.reminder": len(pieces["payment.reminder"]),
        "pieces of res.company": len(pieces["res.company"]),
        "methods defined more than once": len(twice),
        "files of models/": len(files),
    }
    print()
    for what, count in seen.items():
        print(f"{what:35}{count:6}   (at most {GOALS[what]})")
    for (model, name), places in sorted(twice.items()):
        print(f"  twice: {model} {name}: {', '.join(places)}")


def get_caller(frame):
    """Return the function of ours from which a call came, over the ORM in between."""
    while frame := frame.f_back:
        name = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
        if name != frame.f_code.co_filename and not name.startswith("tests/"):
            return f"{name}:{frame.f_code.co_name}"
    return "-"


class TestTrip(GatewayCommon):
    """One overdue invoice, from the first refresh until its notice is sent."""

    def test_trip(self):
        print_house()
        self.make_invoice(due=10)
        self.calls = Counter()
        self.entered = []
        #: {file: who entered it first, by which function}
        self.doors = {}
        self.changes = 0
        self.acts = {}
        with self.gateways():
            self.follow("refresh", self.refresh)
            self.follow("propose", self.env["payment.reminder"]._cron_propose)
            notice = self.env["payment.reminder"].search([("state", "=", "proposed")])
            self.assertEqual(len(notice), 1)
            self.follow("approve", notice.with_user(self.manager).action_approve)
            with freeze_time("2026-09-16 09:00:00"):
                self.follow("send", notice._dispatch)
            self.assertEqual(notice.state, "sent")
        print(f"{'files entered':35}{len(self.calls):6}   (at most 40)")
        print(f"{'calls':35}{self.calls.total():6}")
        print(f"{'changes of file':35}{self.changes:6}   (at most 500)")
        for act, files in self.acts.items():
            print(f"{act} meets first:")
            for name in files:
                print(f"  {name:40}{self.calls[name]:4}  {self.doors[name]}")

    def follow(self, act, work):
        """Run a part of the way and note each call of ours."""
        last = None
        root = f"{ROOT}/"

        def note(frame, event, _arg):
            nonlocal last
            code = frame.f_code
            if event != "call" or not code.co_filename.startswith(root):
                return
            name = code.co_filename.removeprefix(root)
            if name.startswith("tests/"):
                return
            if name not in self.calls:
                self.entered.append(name)
                self.doors[name] = f"{get_caller(frame)} -> {code.co_name}"
            self.calls[name] += 1
            self.changes += name != last
            last = name

        before = len(self.entered)
        self.env.flush_all()
        sys.setprofile(note)
        try:
            work()
            self.env.flush_all()
        finally:
            sys.setprofile(None)
        self.acts[act] = self.entered[before:]
