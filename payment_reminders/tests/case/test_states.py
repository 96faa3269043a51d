import ast
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .test_case import CaseCommon

ADDON = Path(__file__).parents[2]
#: Models whose state has one door.
GUARDED = ("payment.reminder.case", "payment.reminder.plan")
#: What variables are called that hold such records.
NAMES = ("case", "cases", "plan", "plans")
#: What variables are called, in classes of such models, that hold others.
OTHERS = ("pending",)


class TestStates(CaseCommon):
    """The state of a case and of a plan changes through one door, and back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.open_case()
        cls.item = cls.case.item_ids

    def make_plan(self):
        return self.env["payment.reminder.plan"].create({"case_id": self.case.id})

    # -- the door ---------------------------------------------------------------

    def test_a_closed_case_is_not_frozen(self):
        self.case.action_close("They are family")
        with self.assertRaisesRegex(UserError, "Closed"):
            self.case._set_state("frozen")
        with self.assertRaisesRegex(UserError, "Closed"):
            self.case._set_state("closed")
        self.assertEqual(self.case.state, "closed")

    def test_an_active_case_is_active_already(self):
        with self.assertRaisesRegex(UserError, "Active"):
            self.case._set_state("active")

    def test_of_several_none_changes_when_one_may_not(self):
        other = self.open_case(partner=self.env["res.partner"].create({"name": "B"}))
        other.action_close("Done")
        with self.assertRaises(UserError):
            (self.case | other)._set_state("frozen")
        self.assertEqual(self.case.state, "active")

    def test_a_case_that_closes_plans_nothing(self):
        self.assertTrue(self.case.next_date)
        self.case.action_snooze("2026-09-20")
        self.case._set_state("closed", close_reason="manual")
        self.assertFalse(self.case.next_step_id or self.case.next_date)
        self.assertFalse(self.case.snoozed_until)
        self.assertTrue(self.case.date_close)
        self.case._set_state("active")
        self.assertFalse(self.case.close_reason or self.case.date_close)

    def test_a_plan_is_kept_only_in_force(self):
        plan = self.make_plan()
        with self.assertRaisesRegex(UserError, "Proposed"):
            plan._set_state("kept")
        plan.action_cancel()
        with self.assertRaisesRegex(UserError, "Cancelled"):
            plan._set_state("active")
        self.assertEqual(plan.state, "cancelled")

    def test_nobody_goes_round_the_door(self):
        found = []
        for folder in ("models", "wizards", "controllers", "report"):
            for path in sorted((ADDON / folder).rglob("*.py")):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found += [
                    f"{path.relative_to(ADDON)}:{line}" for line in find_writes(tree)
                ]
        self.assertEqual(found, [], "use _set_state")

    # -- opening again ----------------------------------------------------------

    def test_a_case_closed_by_mistake_is_opened_again(self):
        self.case.action_close("Wrong button")
        self.assertTrue(self.case.is_reopenable)
        self.case.with_user(self.manager).action_reopen()
        self.assertEqual(self.case.state, "active")
        self.assertFalse(self.case.close_note)
        self.assertEqual(self.case.next_step_id.name, "Reminder 1")
        self.assertFalse(self.case.is_reopenable)
        self.assertIn("reopened", self.case.event_ids.mapped("kind"))
        self.assertTrue(self.propose().filtered(lambda r: r.case_id == self.case))

    def test_what_is_paid_is_not_opened_again(self):
        self.pay(self.case.move_ids)
        self.assertEqual(self.case.state, "closed")
        self.assertFalse(self.case.is_reopenable)
        with self.assertRaisesRegex(UserError, "Nothing is owed"):
            self.case.action_reopen()

    def test_what_is_paid_after_it_was_closed_is_not_opened_again(self):
        self.case.action_close("Wrong button")
        self.pay(self.case.move_ids)
        self.case.invalidate_recordset()
        self.assertFalse(self.case.is_reopenable)

    def test_an_open_case_has_nothing_to_open(self):
        self.assertFalse(self.case.is_reopenable)

    def test_the_button_is_for_managers(self):
        self.case.action_close("Wrong button")
        manager = self.case.with_user(self.manager)
        form = Form(manager)
        self.assertTrue(form.is_reopenable)
        arch = manager.get_view(view_type="form")["arch"]
        self.assertIn('name="action_reopen"', arch)
        rep = self.case.with_user(self.rep)
        self.assertNotIn('name="action_reopen"', rep.get_view(view_type="form")["arch"])
        with self.assertRaisesRegex(AccessError, "manager"):
            rep.action_reopen()


def find_writes(tree):
    """Yield the lines that write a guarded state elsewhere than in ``_set_state``."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        own = any(
            isinstance(part, ast.Constant) and part.value in GUARDED
            for line in node.body
            if isinstance(line, ast.Assign)
            and getattr(line.targets[0], "id", "") in ("_name", "_inherit")
            for part in ast.walk(line.value)
        )
        for method in node.body:
            if getattr(method, "name", "_set_state") != "_set_state":
                yield from find_writes_of(method, own)


def find_writes_of(method, own):
    """Yield the lines of a method; ``own``: of a class of such a model."""
    for node in ast.walk(method):
        if isinstance(node, ast.Assign):
            targets = [part for part in node.targets if isinstance(part, ast.Attribute)]
            if any(t.attr == "state" and is_guarded(t.value, own) for t in targets):
                yield node.lineno
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "write" and is_guarded(node.func.value, own):
            keys = [
                key.value
                for part in node.args
                if isinstance(part, ast.Dict)
                for key in part.keys
                if isinstance(key, ast.Constant)
            ]
            if "state" in keys:
                yield node.lineno


def is_guarded(node, own):
    """Tell whether an expression is about cases or plans, by its variable."""
    while isinstance(node, ast.Call):
        node = getattr(node.func, "value", None)
    if isinstance(node, ast.Attribute):
        return node.attr in ("case_id", "case_ids", "plan_id", "plan_ids")
    name = getattr(node, "id", None)
    return name not in OTHERS if own else name in NAMES
