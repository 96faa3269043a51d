from lxml import etree

from odoo import fields
from odoo.tools.safe_eval import safe_eval

from ..common import ReminderCommon

ACTIONS = (
    "payment_reminder_action",
    "payment_reminder_case_action",
    "payment_reminder_query_action",
    "payment_reminder_plan_action",
    "payment_reminder_halt_action",
    "payment_reminder_event_action",
    "payment_reminder_ladder_action",
    "payment_reminder_jurisdiction_action",
    "payment_reminder_rate_action",
)
#: Tables and charts, without a form.
REPORTS = (
    "payment_reminder_report_overdue_action",
    "payment_reminder_case_report_action",
    "payment_reminder_report_step_action",
    "payment_reminder_report_claim_action",
    "payment_reminder_report_question_action",
    "payment_reminder_report_promise_action",
    "payment_reminder_report_nudge_action",
)
MANAGER_REPORTS = (
    "payment_reminder_simulation_action",
    "payment_reminder_simulation_notice_action",
)
OTHER_MODELS = ("account.move", "res.partner")
MANAGER_ACTIONS = ("payment_reminder_run_action",)


class TestViews(ReminderCommon):
    """What people see opens for each of them, and each filter finds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user("clerk", "account.group_account_invoice")
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id

    def get_action(self, name, user):
        return (
            self.env["ir.actions.act_window"]
            .with_user(user)
            ._for_xml_id(f"payment_reminders.{name}")
        )

    def get_views(self, name, user):
        """Return (model, {view type: arch}) of one of our actions as a user gets it."""
        action = self.get_action(name, user)
        model = self.env[action["res_model"]].with_user(user)
        kinds = [(False, kind) for kind in action["view_mode"].split(",")]
        views = model.get_views([*kinds, (False, "search")])["views"]
        return model, {
            kind: etree.fromstring(view["arch"]) for kind, view in views.items()
        }

    def test_every_view_opens(self):
        for user in (self.manager, self.rep):
            more = MANAGER_ACTIONS if user == self.manager else ()
            for name in (*ACTIONS, *more):
                with self.subTest(user=user.login, action=name):
                    model, views = self.get_views(name, user)
                    names = [
                        node.get("name")
                        for node in views["form"].iter("field")
                        if not any(p.tag == "field" for p in node.iterancestors())
                    ]
                    model.search([], limit=5).read(names)

    def test_every_report_opens(self):
        for user, names in (
            (self.manager, REPORTS + MANAGER_REPORTS),
            (self.rep, REPORTS),
        ):
            for name in names:
                with self.subTest(user=user.login, action=name):
                    model, views = self.get_views(name, user)
                    for arch in (views[k] for k in ("pivot", "graph") if k in views):
                        first = next(arch.iter("field"))
                        group_by = ":".join(
                            filter(None, (first.get("name"), first.get("interval")))
                        )
                        model.formatted_read_group([], [group_by], ["__count"])

    def test_every_filter_finds(self):
        for name in ACTIONS + MANAGER_ACTIONS + REPORTS + MANAGER_REPORTS:
            model, views = self.get_views(name, self.manager)
            for node in views["search"].iter("filter", "field"):
                with self.subTest(action=name, filter=node.get("name")):
                    self.run_filter(model, node)

    def run_filter(self, model, node):
        values = {
            "uid": model.env.uid,
            "self": "x",
            "context_today": fields.Date.today,
        }
        domain = safe_eval(
            node.get("domain") or node.get("filter_domain") or "[]", values
        )
        model.search(domain, limit=1)
        group_by = safe_eval(node.get("context") or "{}", values).get("group_by")
        if group_by:
            model.formatted_read_group(domain, [group_by], ["__count"])

    def test_case_is_found_by_its_invoice(self):
        for user in (self.manager, self.rep):
            Case = self.env["payment.reminder.case"].with_user(user)
            self.assertEqual(
                Case.search([("item_ids", "ilike", self.move.name)]), self.case
            )
            self.assertFalse(Case.search([("item_ids", "ilike", "no such number")]))

    def test_invoice_filters_find(self):
        Move = self.env["account.move"].with_user(self.clerk)
        arch = Move.get_views([(False, "search")])["views"]["search"]["arch"]
        nodes = [
            node
            for node in etree.fromstring(arch).iter("filter")
            if (node.get("name") or "").startswith("reminder_")
        ]
        self.assertEqual(len(nodes), 7)
        for node in nodes:
            self.run_filter(Move, node)

    def get_menus(self, user):
        """Return the ids of the menus that a user can reach from the top."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        found, left = set(), list(menus["root"]["children"])
        while left:
            menu = left.pop()
            found.add(menu)
            left += menus[menu]["children"]
        return found

    def test_who_sees_which_menu(self):
        queue, ladders, top = (
            self.env.ref(name).id
            for name in (
                "payment_reminders.payment_reminder_menu",
                "payment_reminders.payment_reminder_ladder_menu",
                "account.menu_finance",
            )
        )
        self.assertLessEqual({queue, ladders, top}, self.get_menus(self.manager))
        self.assertLessEqual({queue, top}, self.get_menus(self.rep))
        self.assertNotIn(ladders, self.get_menus(self.rep))
        self.assertIn(top, self.get_menus(self.clerk))
        self.assertNotIn(queue, self.get_menus(self.clerk))

    def test_invoice_and_customer_open_for_who_has_no_reminder_rights(self):
        for model, record in (
            ("account.move", self.move),
            ("res.partner", self.customer),
        ):
            Model = self.env[model].with_user(self.clerk)
            arch = Model.get_views([(False, "form")])["views"]["form"]["arch"]
            names = {
                node.get("name")
                for node in etree.fromstring(arch).iter("field")
                if (node.get("name") or "").startswith("reminder_")
            }
            self.assertTrue(names)
            record.with_user(self.clerk).read(list(names))

    def test_board_is_ordered_as_notices_travel(self):
        states = self.reminder._group_expand_state(
            ["held", "uncertain", "proposed"], []
        )
        self.assertEqual(states, ["uncertain", "proposed", "held"])

    def test_trail_is_told_in_words(self):
        self.reminder.with_user(self.rep).action_hold("Calls first")
        self.case.with_user(self.rep).action_snooze("2026-10-01")
        told = {event.kind: event.details for event in self.case.event_ids}
        step = self.reminder.step_id.name
        self.assertEqual(told["proposed"], step)
        self.assertEqual(told["held"], f"{step} · Calls first")
        self.assertIn("10/01/2026", told["snoozed"])
        self.assertFalse(told["opened"])
