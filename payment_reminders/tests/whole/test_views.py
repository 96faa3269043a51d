from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
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
    "payment_reminder_todo_action",
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
        """Return {id: menu} of what a user can reach from the top."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        found, left = {}, list(menus["root"]["children"])
        while left:
            menu = left.pop(0)
            found[menu] = menus[menu]
            left += menus[menu]["children"]
        return found

    def get_names(self, user, parent):
        """Return the names below one menu, as a user gets them, in their order."""
        menus = self.get_menus(user)
        parent = menus.get(self.env.ref(parent).id, {"children": []})
        return [menus[child]["name"] for child in parent["children"]]

    def is_ours(self, menu):
        return (menu["xmlid"] or "").startswith("payment_reminders")

    def test_who_sees_which_menu(self):
        todo, configuration, top = (
            self.env.ref(name).id
            for name in (
                "payment_reminders.payment_reminder_menu",
                "payment_reminders.payment_reminder_configuration_menu",
                "account.menu_finance",
            )
        )
        self.assertLessEqual(
            {todo, configuration, top}, set(self.get_menus(self.manager))
        )
        self.assertLessEqual({todo, top}, set(self.get_menus(self.rep)))
        self.assertNotIn(configuration, self.get_menus(self.rep))
        self.assertIn(top, self.get_menus(self.clerk))
        self.assertNotIn(todo, self.get_menus(self.clerk))

    def test_reminders_have_a_section_of_their_own_of_four_entries(self):
        bookkeeper = self.make_user(
            "bookkeeper",
            "account.group_account_manager",
            "payment_reminders.group_reminder_manager",
        )
        bar = self.get_names(bookkeeper, "account.menu_finance")
        place = bar.index("Reminders")
        self.assertEqual(
            bar[place - 1 : place + 2], ["Customers", "Reminders", "Vendors"]
        )
        root = "payment_reminders.payment_reminder_menu_root"
        self.assertEqual(
            self.get_names(bookkeeper, root),
            ["To Do", "Cases", "Overdue Invoices", "Reporting"],
        )
        # Without a right on invoices there are none to list.
        self.assertEqual(
            self.get_names(self.rep, root), ["To Do", "Cases", "Reporting"]
        )

    def test_all_that_is_ours_is_in_six_entries(self):
        """Those of the section, the short-cut, and one for what is configured."""
        bookkeeper = self.make_user(
            "bookkeeper",
            "account.group_account_manager",
            "payment_reminders.group_reminder_manager",
        )
        entries = [
            menu["name"]
            for menu in self.get_menus(bookkeeper).values()
            if self.is_ours(menu) and not menu["children"]
        ]
        self.assertEqual(len(entries), 6, entries)
        self.assertEqual(entries.count("Payment Reminders"), 2)

    def test_what_is_configured_is_on_one_page(self):
        Section = self.env["payment.reminder.section"].with_user(self.manager)
        sections = {section.code: section for section in Section.search([])}
        self.assertLessEqual({"ladders", "laws", "rates", "trail"}, set(sections))
        self.assertNotIn("debtors", sections)
        for code, section in sections.items():
            with self.subTest(section=code):
                self.assertTrue(section.title and section.text and section.icon)
                action = section.action_open()
                if code == "settings":
                    self.assertRegex(action["url"], "#reminder_ladder$")
                if action["type"] == "ir.actions.act_window":
                    self.assertTrue(
                        self.env[action["res_model"]]
                        .with_user(self.manager)
                        .has_access("read")
                    )
        ladders = self.env["payment.reminder.ladder"].with_user(self.manager)
        self.assertEqual(sections["ladders"].number, str(ladders.search_count([])))
        with self.assertRaises(AccessError):
            Section.with_user(self.rep).search([]).mapped("title")

    def test_registers_are_on_the_page_when_one_was_asked(self):
        self.env["payment.reminder.company.status"].sudo().create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "identity": "x",
                "status": "active",
            }
        )
        Section = self.env["payment.reminder.section"].with_user(self.manager)
        self.assertIn("debtors", Section.search([]).mapped("code"))

    def test_overdue_invoices_are_those_with_a_part_past_its_day(self):
        later = self.make_invoice(due=-5)
        clerk = self.env["account.move"].with_user(self.clerk)
        domain = safe_eval(
            self.get_action("payment_reminder_overdue_action", self.clerk)["domain"]
        )
        self.assertIn(self.move, clerk.search(domain))
        self.assertNotIn(later, clerk.search(domain))
        self.pay(self.move)
        self.assertNotIn(self.move, clerk.search(domain))

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
