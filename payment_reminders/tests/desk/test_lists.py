from lxml import etree

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time
from odoo.tools.safe_eval import safe_eval

from ...tools.days import format_day
from ...tools.groupable import PLAIN
from ...tools.sums import format_sums
from ..common import ReminderCommon
from ..tags import takes_long

#: Odoo's widget that says "Next month" of a day in four days.
VAGUE = "remaining_days"


class TestLists(ReminderCommon):
    """What a list of one screen tells at a glance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id.with_user(cls.manager)

    def get_columns(self, model, view=None):
        """Return {field: node} of the columns that a list shows at first."""
        view_id = self.env.ref(view).id if view else False
        views = self.env[model].with_user(self.manager).get_views([(view_id, "list")])
        arch = etree.fromstring(views["views"]["list"]["arch"])
        return {
            node.get("name"): node
            for node in arch.iterchildren("field")
            if node.get("optional") != "hide" and not node.get("column_invisible")
        }

    def test_customers_come_first_and_have_the_room_for_a_name(self):
        for model in (
            "payment.reminder.todo",
            "payment.reminder.case",
            "payment.reminder.query",
        ):
            with self.subTest(model=model):
                columns = self.get_columns(model)
                self.assertEqual(list(columns)[0], "partner_id")
                width = columns["partner_id"].get("width")
                self.assertGreaterEqual(int(width.removesuffix("px")), 220)

    def test_the_reason_of_a_case_comes_before_its_next_step(self):
        columns = list(self.get_columns("payment.reminder.case"))
        self.assertLess(columns.index("why_text"), columns.index("next_label"))
        for name in ("name", "reminder_count", "user_id", "next_step_id", "next_date"):
            self.assertNotIn(name, columns)

    def test_a_case_says_first_what_is_in_the_way(self):
        self.assertEqual(self.case.why_text, "Waits for approval: approve it (+1)")
        self.case.action_hold("They called")
        self.assertTrue(self.case.why_text.startswith("On hold: release it"))

    def test_step_and_day_are_one_column(self):
        ahead = self.make_invoice(due=2, partner=self.make_customer("B", "b@x.example"))
        self.refresh()
        self.assertEqual(ahead.reminder_case_id.next_label, "Reminder 1, Sep 21")
        ahead.reminder_case_id.action_snooze("2026-10-01")
        self.assertEqual(ahead.reminder_case_id.next_label, "Reminder 1, Oct 1")
        self.assertEqual(
            ahead.reminder_case_id.with_context(lang="en_US").next_label,
            "Reminder 1, Oct 1",
        )

    def test_a_day_is_short_and_names_another_year(self):
        day = fields.Date.to_date("2026-12-03")
        self.assertEqual(format_day(self.env, day), "Dec 3")
        self.env["res.lang"]._activate_lang("da_DK")
        danish = self.env(context={"lang": "da_DK"})
        self.assertEqual(format_day(danish, day), "3. dec.")
        with freeze_time("2027-01-02"):
            self.assertEqual(format_day(self.env, day), "Dec 3, 2026")
        self.assertEqual(format_day(self.env, None), "")

    def test_amounts_in_texts_name_their_currency_by_its_code(self):
        kroner = self.env.ref("base.DKK") | self.env.ref("base.NOK")
        kroner.symbol = "kr"
        self.assertEqual(
            format_sums(self.env, dict.fromkeys(kroner, 86000.0)),
            "86,000.00\N{NO-BREAK SPACE}DKK, 86,000.00\N{NO-BREAK SPACE}NOK",
        )
        self.env["res.lang"]._activate_lang("da_DK")
        danish = self.env(context={"lang": "da_DK"})
        euro = self.env.ref("base.EUR")
        self.assertEqual(
            format_sums(danish, {euro: 1234.5}), "1.234,50\N{NO-BREAK SPACE}EUR"
        )

    def test_amounts_of_a_list_name_their_currency_where_need_be(self):
        for model in (
            "payment.reminder",
            "payment.reminder.todo",
            "payment.reminder.case",
            "payment.reminder.plan",
        ):
            Model = self.env[model].with_user(self.manager)
            for kind in ("list", "kanban"):
                arch = Model.get_views([(False, kind)])["views"][kind]["arch"]
                for node in etree.fromstring(arch).iter("field"):
                    field = Model._fields.get(node.get("name"))
                    if field and field.type == "monetary":
                        with self.subTest(model=model, kind=kind, field=field.name):
                            self.assertEqual(node.get("widget"), "reminder_amount")

    def test_no_view_of_ours_says_next_month(self):
        views = self.env["ir.ui.view"].search(
            [("model", "like", "payment.reminder"), ("arch_db", "like", VAGUE)]
        )
        self.assertFalse(views.mapped("name"))

    def test_what_is_done_to_few_cases_is_among_the_actions(self):
        case = self.env["payment.reminder.case"].with_user(self.rep)
        toolbar = case.get_views([(False, "list")], {"toolbar": True})["views"]["list"]
        arch = etree.fromstring(toolbar["arch"])
        self.assertLessEqual(len(arch.xpath("//header/button")), 2)
        names = {action["name"] for action in toolbar["toolbar"]["action"]}
        self.assertLessEqual({"Snooze…", "Release"}, names)
        self.case.action_snooze("2026-10-01")
        action = self.env.ref("payment_reminders.payment_reminder_case_action_release")
        action.with_user(self.manager).with_context(
            active_model="payment.reminder.case",
            active_id=self.case.id,
            active_ids=self.case.ids,
        ).run()
        self.assertFalse(self.case.snoozed_until)

    def test_a_question_from_the_page_is_logged_as_the_customers(self):
        public = self.env.ref("base.public_user")
        query = (
            self.env["payment.reminder.query"]
            .with_user(public)
            .sudo()
            .create({"case_id": self.case.id, "source": "page"})
        )
        authors = query.message_ids.author_id
        self.assertIn(self.customer, authors)
        self.assertNotIn(public.partner_id, authors)

    def test_a_plan_of_a_customer_is_approved_or_declined(self):
        plan = self.env["payment.reminder.plan"].with_user(self.manager)
        arch = etree.fromstring(
            plan.get_views([(False, "form")])["views"]["form"]["arch"]
        )
        names = [node.get("name") for node in arch.xpath("//header/button")]
        self.assertEqual(
            names, ["action_approve", "action_split", "action_decline", "action_cancel"]
        )
        new = plan.create({"case_id": self.case.id})
        self.assertEqual(str(new.first_date), "2026-09-29")
        new.action_split()
        self.assertEqual(len(new.instalment_ids), 3)

    def test_an_approved_notice_does_not_wait_for_approval(self):
        self.reminder.with_user(self.manager).action_check()
        self.assertIn("not_approved", self.reminder.verdict)
        self.reminder.with_user(self.manager).action_approve()
        self.assertNotIn("Waits for a manager", self.reminder.held_reason or "")

    def test_what_did_not_go_out_has_no_day_on_which_it_was_sent(self):
        self.ladder.step_ids.channels = "email,sms"
        self.ripen(self.reminder)
        notice = self.reminder.sudo()
        self.env["payment.reminder.sender"].sudo()._make_deliveries(notice)
        notice._set_state("sending")
        first, *others = notice.delivery_ids
        first.state = "uncertain"
        notice._set_state(
            "uncertain", sent_date=fields.Datetime.now(), deadline_date="2026-10-01"
        )
        self.reminder.with_user(self.manager).action_settle_not_sent()
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(notice.sent_date or notice.deadline_date)
        self.assertNotIn("pending", notice.delivery_ids.mapped("state"))
        self.assertTrue(all(other.state == "skipped" for other in others))

    def test_a_cancelled_notice_keeps_no_message_waiting(self):
        notice = self.reminder.sudo()
        self.env["payment.reminder.sender"].sudo()._make_deliveries(notice)
        self.assertIn("pending", notice.delivery_ids.mapped("state"))
        self.reminder.with_user(self.manager).action_cancel("No")
        self.assertEqual(set(notice.delivery_ids.mapped("state")), {"skipped"})

    def test_the_part_of_an_agency_is_asked_for_where_there_are_any(self):
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        Move = self.env["account.move"].with_user(self.manager)
        arch = etree.fromstring(
            Move.get_views([(False, "form")])["views"]["form"]["arch"]
        )
        (label,) = arch.xpath("//label[@for='reminder_agency_part_ids']")
        self.assertIn("country_code not in ('SE', 'FI')", label.get("invisible"))

    def test_a_ladder_that_breaks_the_law_names_its_step(self):
        self.use_danish_law()
        with self.assertRaisesRegex(ValidationError, "“Reminder 1”: "):
            self.ladder.step_ids.filtered(
                lambda step: step.name == "Reminder 1"
            ).fee_amount = 900

    def test_no_list_is_grouped_by_what_is_the_machines(self):
        for model in (
            "payment.reminder",
            "payment.reminder.case",
            "payment.reminder.company.status",
            "payment.reminder.event",
            "payment.reminder.report.overdue",
            "payment.reminder.run",
            "payment.reminder.todo",
        ):
            found = self.env[model].with_user(self.manager).fields_get()
            groups = {n: f["string"] for n, f in found.items() if f["groupable"]}
            with self.subTest(model=model):
                self.assertIn("company_id", groups)
                self.assertFalse(
                    {"sending_ticket", "has_fee_limit", "to_print", "sequence"}
                    & set(groups)
                )
                technical = {
                    name
                    for name, label in groups.items()
                    if "_" in name.removesuffix("_id")
                    and label == name.removesuffix("_id").replace("_", " ").title()
                }
                self.assertLessEqual(technical, PLAIN)

    def test_what_a_view_groups_by_can_be_grouped_by(self):
        views = self.env["ir.ui.view"].search(
            [
                ("model", "like", "payment.reminder"),
                ("type", "in", ("graph", "pivot", "search")),
            ]
        )
        self.assertTrue(views)
        for view in views:
            Model = self.env[view.model].with_user(self.manager)
            found = Model.fields_get(attributes=["groupable"])
            arch = etree.fromstring(view.arch)
            names = [
                node.get("name")
                for node in arch.iterchildren("field")
                if arch.tag != "search" and node.get("type") != "measure"
            ]
            for node in arch.iter("filter"):
                group = safe_eval(node.get("context", "{}")).get("group_by")
                names += [group.split(":")[0]] if group else []
            for name in names:
                with self.subTest(view=view.name, field=name):
                    self.assertTrue(found[name]["groupable"])

    def test_rates_are_not_summed_up(self):
        rates = self.env["payment.reminder.rate"].fields_get(["percent"])
        self.assertFalse(rates["percent"].get("aggregator"))

    def test_an_entry_of_the_trail_is_named_in_the_readers_words(self):
        event = self.env["payment.reminder.event"].search([("kind", "=", "proposed")])
        self.assertEqual(event[:1].display_name, "Proposed")

    def test_overdue_invoices_tell_what_is_open_and_what_comes_next(self):
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        columns = self.get_columns(
            "account.move", "payment_reminders.payment_reminder_overdue_view_list"
        )
        self.assertEqual(columns["amount_residual"].get("widget"), "reminder_amount")
        self.assertLessEqual({"reminder_badge", "reminder_next_date"}, set(columns))
        self.assertNotIn("amount_untaxed_in_currency_signed", columns)

    def test_money_is_told_by_its_code_in_every_view_of_ours(self):
        views = self.env["ir.ui.view"].search(
            [("model", "like", "payment.reminder"), ("type", "in", ("list", "form"))]
        )
        for view in views:
            Model = self.env[view.model]
            for node in etree.fromstring(view.arch).iter("field"):
                field = Model._fields.get(node.get("name"))
                is_shown = node.get("invisible") != "1" and not node.xpath(
                    "ancestor::field"
                )
                if field and field.type == "monetary" and is_shown:
                    with self.subTest(view=view.name, field=field.name):
                        self.assertEqual(node.get("widget"), "reminder_amount")

    @takes_long
    def test_to_do_names_the_company_where_several_are_looked_at(self):
        other = self.setup_other_company(name="Second")["company"]
        self.manager.company_ids |= other
        self.manager.group_ids |= self.env.ref("base.group_multi_company")
        Todo = self.env["payment.reminder.todo"].with_user(self.manager)

        def is_shown(*companies):
            ids = [company.id for company in companies]
            views = Todo.with_context(allowed_company_ids=ids).get_views(
                [(False, "list")]
            )
            arch = etree.fromstring(views["views"]["list"]["arch"])
            (node,) = arch.xpath("field[@name='company_id']")
            return node.get("optional") == "show"

        self.assertTrue(is_shown(self.company, other))
        self.assertFalse(is_shown(self.company))
