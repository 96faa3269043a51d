"""What a new source of due items needs: a code, a model, and nothing of the core."""

from datetime import timedelta

from odoo import fields
from odoo.orm.model_classes import add_to_registry

from ...rules.self_solving import Wish
from ..sending.gateway_common import GatewayCommon
from .shoebox import box, clerk, make_models, pay, put

MODELS = ["payment.reminder.item", "payment.reminder.source.shoebox"]
BOOKS = ("account_move", "account_move_line", "account_payment")


class TestSource(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As an addon does it that is installed; taken out again at the end.
        cls.addClassCleanup(cls.registry._setup_models__, cls.env.cr, MODELS[:1])
        for name in ("payment.reminder.item", "payment.reminder.source", "base"):
            known = cls.registry[name]
            kept = set(known._inherit_children)
            cls.addClassCleanup(cls.keep_children, known, kept)
        known = cls.registry[MODELS[0]]
        cls.addClassCleanup(setattr, known, "_base_classes__", known._base_classes__)
        cls.addClassCleanup(cls.registry.models.pop, MODELS[1])
        for model in make_models():
            add_to_registry(cls.registry, model)
        cls.registry._setup_models__(cls.env.cr, MODELS)
        field = cls.env["ir.model.fields"]._get(MODELS[0], "source")
        cls.env.cr.execute(
            "INSERT INTO ir_model_fields_selection (field_id, value, name, sequence)"
            " VALUES (%s, 'shoebox', '{\"en_US\": \"Shoebox\"}', 9)",
            [field.id],
        )
        cls.env.registry.clear_cache("stable")

    @staticmethod
    def keep_children(model, kept):
        for name in set(model._inherit_children) - kept:
            model._inherit_children.discard(name)

    def setUp(self):
        super().setUp()
        self.addCleanup(box.clear)
        clerk.update(asked=[], is_there=True, paid=None)
        clerk["looked_at"] = fields.Datetime.now()
        due = fields.Date.today() - timedelta(days=10)
        self.ref = put("S-1", self.customer, self.company, due, 1000)
        self.env["payment.reminder.source.shoebox"]._note_use(self.company)
        self.before = self.count_books()

    def count_books(self):
        self.env.flush_all()
        rows = []
        for table in BOOKS:
            self.env.cr.execute(f"SELECT COUNT(*) FROM {table}")
            rows += self.env.cr.fetchone()
        return rows

    def get_notice(self):
        notice = self.propose().filtered("is_elsewhere")
        self.assertEqual(len(notice), 1)
        return notice

    def dispatch(self, notice):
        if notice.state == "proposed":
            self.ripen(notice)
        with self.gateways():
            stopped = notice._dispatch()
            return stopped, self.mailed

    def test_a_copy_is_sent_from_where_it_is_kept(self):
        """By a person, who is told why; and what answers it is drafted all the same."""
        case = self.get_notice().case_id
        for wish, number in ((Wish.INVOICE, ""), (Wish.REFERENCE, "PO-1234")):
            vals = case._prepare_wish(wish, case._get_page_items(), number)
            query = self.env["payment.reminder.query"]._take(
                {"case_id": case.id, "source": "page", **vals}
            )
            self.assertEqual((query.state, query.obstacle), ("open", "elsewhere"))
            self.assertTrue(query.activity_ids)
            self.assertIn("S-1", query.draft_answer)
            self.assertIn("S-1", query.draft_facts)
            page = self.env["ir.qweb"]._render(
                "payment_reminders.portal_reminder_messages",
                {"queries": query, "case": case, "link": "", "currency": None},
            )
            self.assertIn("Another program keeps this invoice", page)
        self.assertEqual(case.state, "frozen")
        self.assertEqual(self.count_books(), self.before)

    def test_it_is_chased_paid_and_closed(self):
        notice = self.get_notice()
        case, item = notice.case_id, notice.line_ids.item_id
        self.assertEqual(
            (item.source, item.source_ref, item.source_number, item.display_name),
            ("shoebox", self.ref, "S-1", "S-1"),
        )
        self.assertEqual((case.amount_principal, item.amount_residual), (1000, 1000))
        self.assertEqual(notice.line_ids.name, "S-1")
        # A second night finds nothing new, and proposes nothing twice.
        self.assertEqual(self.get_notice(), notice)
        self.assertEqual(case.item_ids, item)
        stopped, mailed = self.dispatch(notice)
        self.assertEqual((stopped, mailed), ({}, ["ap@nordlys.example"]))
        self.assertEqual((notice.state, clerk["asked"]), ("sent", ["S-1"]))
        self.assertEqual(item.step_id, notice.step_id)
        pay(self.ref, 1000)
        self.refresh()
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))
        # The payment was a mistake.
        pay(self.ref, -1000)
        self.refresh()
        self.assertEqual(case.state, "frozen")
        self.assertEqual(self.count_books(), self.before)

    def test_paid_between_proposal_and_sending(self):
        notice = self.get_notice()
        clerk["paid"] = self.ref
        _stopped, mailed = self.dispatch(notice)
        self.assertEqual(mailed, [])
        self.assertIn("paid", notice.verdict)
        self.propose()
        self.assertEqual((notice.state, notice.case_id.state), ("cancelled", "closed"))

    def test_nobody_knows_whether_it_was_paid(self):
        notice = self.get_notice()
        clerk.update(
            is_there=False, looked_at=fields.Datetime.now() - timedelta(seconds=301)
        )
        with self.assertLogs("odoo.addons.payment_reminders", "ERROR"):
            _stopped, mailed = self.dispatch(notice)
        self.assertEqual((mailed, notice.verdict), ([], ["stale_source"]))
        self.assertEqual(notice.state, "held")
        self.assertIn("Shoebox", notice.held_reason)
        self.assertIn("S-1", notice.held_reason)
        # It goes on by itself.
        clerk["is_there"] = True
        self.env["payment.reminder"]._cron_propose()
        self.assertEqual(notice.state, "approved")
        _stopped, mailed = self.dispatch(notice)
        self.assertEqual((mailed, notice.state), (["ap@nordlys.example"], "sent"))

    def test_one_that_waits_may_know_less(self):
        notice = self.get_notice()
        clerk["looked_at"] = fields.Datetime.now() - timedelta(hours=3)
        self.assertEqual(notice._guard()[notice], ["not_approved", "hold_window"])
        clerk["looked_at"] = fields.Datetime.now() - timedelta(days=2)
        self.assertIn("stale_source", notice._guard()[notice])
        clerk["looked_at"] = None
        self.assertIn("stale_source", notice._guard()[notice])

    def test_beside_an_invoice_of_the_books(self):
        self.make_invoice(due=10)
        notice = self.get_notice()
        self.assertEqual(len(notice.line_ids), 2)
        self.assertEqual(len(notice.case_id.item_ids), 2)
        self.assertEqual(notice.amount_principal, 2000)
        _stopped, mailed = self.dispatch(notice)
        self.assertEqual((mailed, notice.state), (["ap@nordlys.example"], "sent"))
        self.assertEqual(clerk["asked"], ["S-1"])

    def test_a_part_was_paid(self):
        notice = self.get_notice()
        pay(self.ref, 400)
        self.propose()
        self.assertEqual(notice.case_id.amount_principal, 600)
        self.assertEqual(notice.state, "cancelled")
        self.assertEqual(
            notice.case_id._get_open_freezes().mapped("reason"), ["partial_payment"]
        )

    def test_the_same_invoice_is_in_one_case_alone(self):
        item = self.get_notice().line_ids.item_id
        with self.assertRaisesRegex(Exception, "in a case already|unique"):
            item.sudo().copy({"source_ref": item.source_ref})

    def test_no_invoice_of_the_books_asks_a_source(self):
        box.clear()
        self.make_invoice(due=10)
        notice = self.propose()
        self.dispatch(notice)
        self.assertEqual((notice.state, clerk["asked"]), ("sent", []))
        self.assertFalse(notice.is_elsewhere or notice.case_id.is_elsewhere)
