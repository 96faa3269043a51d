from datetime import timedelta
from functools import partial

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .speed_common import SpeedCommon


@tagged("-standard", "payment_reminders_long")
class TestSpeedOfScreens(SpeedCommon):
    """What the client reads for a screen takes the same queries for few rows or many.

    The fields are those of the real views.
    """

    def get_specification(self, model, view_type, view=None):
        """Return what the client asks ``web_read`` for to show this view."""
        view_id = self.env.ref(view).id if view else False
        views = self.env[model].get_views([(view_id, view_type)])["views"]
        return self.collect(etree.fromstring(views[view_type]["arch"]), model)

    def collect(self, node, model):
        found = {}
        for child in node:
            if child.tag != "field":
                found |= self.collect(child, model)
                continue
            name = child.get("name")
            field = self.env[model]._fields[name]
            found[name] = {}
            if field.type == "many2one":
                found[name]["fields"] = {"display_name": {}}
            elif field.type in ("one2many", "many2many"):
                found[name]["fields"] = self.collect(child, field.comodel_name) or {
                    "display_name": {}
                }
        return found

    # -- invoices ---------------------------------------------------------------

    def test_list_of_invoices(self):
        """Our columns cost a fixed number of queries, whatever the number of rows."""
        self.env["payment.reminder"]._cron_propose()
        sent = (self.few[:5] | self.many[:20]).reminder_ids
        self.ripen(sent)
        sent._dispatch()
        specification = self.get_specification(
            "account.move", "list", "account.view_out_invoice_tree"
        )
        without = {
            name: asked
            for name, asked in specification.items()
            if "reminder" not in name
        }
        self.assertGreaterEqual(len(specification) - len(without), 6)
        few, many = (
            self.env["account.move"].browse(cases.move_ids.ids)
            for cases in (self.few, self.many)
        )
        self.assertSameCount(
            lambda: few.web_read(specification), lambda: many.web_read(specification)
        )
        for moves in (few, many):
            bare = self.count(lambda moves=moves: moves.web_read(without))
            full = self.count(lambda moves=moves: moves.web_read(specification))
            self.assertLessEqual(
                full,
                bare + 4,
                self.explain(
                    lambda moves=moves: moves.web_read(without),
                    lambda moves=moves: moves.web_read(specification),
                ),
            )
        statuses = {row["reminder_status"] for row in many.web_read(specification)}
        self.assertEqual(statuses, {"sent", "proposed"})

    def test_filter_by_reminder_status(self):
        """It is the database that looks for them."""
        Move = self.env["account.move"]
        domain = [("reminder_status", "in", ("due", "proposed"))]
        Move.search_count(domain)
        before = self.env.cr.sql_log_count
        self.assertGreaterEqual(Move.search_count(domain), len(self.cases))
        self.assertLessEqual(self.env.cr.sql_log_count - before, 3)

    # -- the queue --------------------------------------------------------------

    def test_queue(self):
        self.env["payment.reminder"]._cron_propose()
        for view in ("list", "kanban"):
            specification = self.get_specification("payment.reminder", view)
            self.assertIn("amount_claim", specification)
            self.assertSameCount(
                partial(self._read_queue, self.few, specification),
                partial(self._read_queue, self.many, specification),
                most=22,
            )

    def _read_queue(self, cases, specification):
        found = self.env["payment.reminder"].web_search_read(
            [("case_id", "in", cases.ids)], specification
        )
        self.assertEqual(found["length"], len(cases))

    def test_notice(self):
        """One notice of one invoice, and one of many."""
        few, many = self.make_long_cases()
        specification = self.get_specification("payment.reminder", "form")
        self.assertIn("fields", specification["line_ids"])
        self.env["payment.reminder"]._cron_propose()
        self.assertSameCount(
            lambda: few.reminder_ids.filtered(self.is_open).web_read(specification),
            lambda: many.reminder_ids.filtered(self.is_open).web_read(specification),
            most=32,
        )

    def is_open(self, reminder):
        return reminder.state == "proposed"

    # -- the case ---------------------------------------------------------------

    def make_long_cases(self):
        """Return a case with a short story, and one with a long one."""
        cases = [
            self.make_long_case(self.make_customer(f"Long {count}"), count)
            for count in (2, 30)
        ]
        return cases

    def make_long_case(self, customer, count):
        for number in range(count):
            self.make_invoice(due=20 + number, partner=customer)
        self.refresh()
        case = self.env["payment.reminder.case"].search(
            [("partner_id", "=", customer.id)]
        )
        of_case = {"case_id": case.id}
        now = fields.Datetime.now()
        sudo = self.env(su=True)
        sudo["payment.reminder"].create(
            [
                {
                    **of_case,
                    "company_id": self.company.id,
                    "partner_id": customer.id,
                    "currency_id": self.currency.id,
                    "step_id": self.ladder.step_ids[1].id,
                    "hold_until": now,
                    "state": "cancelled",
                    "line_ids": [
                        fields.Command.create(
                            {
                                "item_id": case.item_ids[0].id,
                                "step_id": self.ladder.step_ids[1].id,
                                "amount_residual": 5,
                            }
                        )
                    ],
                }
                for _number in range(count)
            ]
        )
        sudo["payment.reminder.claim.line"].create(
            [{**of_case, "kind": "fee", "amount": 10}] * count
        )
        sudo["payment.reminder.freeze"].create(
            [
                {
                    **of_case,
                    "reason": "manual",
                    "date_end": now + timedelta(minutes=number),
                }
                for number in range(count)
            ]
        )
        for model in ("query", "plan"):
            made = sudo[f"payment.reminder.{model}"].create([of_case] * count)
            made.state = "closed" if model == "query" else "cancelled"
        case.action_release("It is over")
        return case

    def test_case(self):
        few, many = self.make_long_cases()
        specification = self.get_specification("payment.reminder.case", "form")
        for name in ("open_item_ids", "settled_item_ids", "reminder_ids", "freeze_ids"):
            self.assertIn("fields", specification[name])
        self.assertSameCount(
            lambda: few.web_read(specification),
            lambda: many.web_read(specification),
            most=65,
        )

    def test_list_of_cases(self):
        for view in ("list", "kanban"):
            specification = self.get_specification("payment.reminder.case", view)
            self.assertSameCount(
                partial(self.few.web_read, specification),
                partial(self.many.web_read, specification),
                most=22,
            )

    def test_approving_and_holding_many(self):
        self.env["payment.reminder"]._cron_propose()
        self.assertSameCount(
            lambda: self.few.reminder_ids.action_approve(),
            lambda: self.many.reminder_ids.action_approve(),
            batches=2,
        )
        self.assertSameCount(
            lambda: self.few.reminder_ids.action_hold("Wait"),
            lambda: self.many.reminder_ids.action_hold("Wait"),
            batches=2,
        )

    # -- the bulk dialog --------------------------------------------------------

    def test_dialog(self):
        Wizard = self.env["payment.reminder.wizard"]
        specification = self.get_specification(Wizard._name, "form")
        self.assertIn("total_text", specification["ready_line_ids"]["fields"])
        self.assertIn("obstacle", specification["needs_line_ids"]["fields"])

        def show(cases):
            dialog = Wizard.browse(Wizard._open_cases(cases)["res_id"])
            read = dialog.web_read(specification)
            self.assertEqual(len(read[0]["ready_line_ids"]), len(cases))

        # It makes the reminders, asks the guard about them and takes them back.
        self.assertSameCount(lambda: show(self.few), lambda: show(self.many), most=145)

    def test_run(self):
        """The form of a run that is under way, and the list of runs."""
        Run = self.env["payment.reminder.run"]
        cases = {}
        for some in (self.few, self.many):
            run = Run._start(some, {"send": False})
            run.sudo()._work()
            cases[some] = run
        form = self.get_specification(Run._name, "form")
        self.assertSameCount(
            lambda: cases[self.few].web_read(form),
            lambda: cases[self.many].web_read(form),
        )

    # -- the dashboard ----------------------------------------------------------

    def test_dashboard(self):
        """Of one who looks after few customers, and of one who looks after many."""
        self.few.user_id, self.many.user_id = self.rep, self.manager
        self.cases.invalidate_recordset()
        self.env["payment.reminder"]._cron_propose()
        Dashboard = self.env["payment.reminder.dashboard"].with_user(self.manager)

        def show(user, count):
            page = Dashboard.get_page({"user_id": user.id})
            [overdue] = [c for c in page["cards"] if c["code"] == "overdue"]
            self.assertEqual(overdue["value"], 100.0 * count)

        self.assertSameCount(
            lambda: show(self.rep, len(self.few)),
            lambda: show(self.manager, len(self.many)),
        )
