"""e-conomic from the first page to the last notice, over real HTTP; only ever read."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time

from odoo.addons.payment_reminders.tests.sending.gateway_common import GatewayCommon
from odoo.addons.payment_reminders.tests.tags import takes_long

from .fake_economic import GRANT, NUMBER, PUBLIC, SECRET, FakeEconomic

BOOKS = ("account_move", "account_move_line", "account_payment")
MAIL = "ap@nordlys.example"


class EconomicCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fake = FakeEconomic()
        cls.fake.__enter__()
        cls.addClassCleanup(cls.fake.__exit__)
        for name in ("url", "entries_url"):
            cls.env["ir.config_parameter"].set_param(
                f"payment_reminders_economic.{name}", cls.fake.url
            )
        cls.company.sudo().write(
            {
                "company_registry": NUMBER,
                "economic_mode": "live",
                "economic_secret": SECRET,
                "economic_public": PUBLIC,
                "economic_grant": GRANT,
                "economic_agreement": "990001",
            }
        )
        cls.Source = cls.env["payment.reminder.source.economic"]
        cls.Invoice = cls.env["payment.reminder.mirror.invoice"].sudo()

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        # Odoo's tests know timeouts of one number only.
        return super()._request_handler(session, request, **{**kwargs, "timeout": 10})

    def setUp(self):
        super().setUp()
        for what in (self.fake.invoices, self.fake.customers, self.fake.script):
            what.clear()
        self.fake.calls.clear()
        self.fake.entries.clear()
        self.fake.most_entries = 1000
        self.fake.between = self.fake.next_host = None
        self.fake.tokens = {(SECRET, GRANT), ("demo", "demo")}
        self.fake.number, self.fake.most = NUMBER, 1000
        self.addCleanup(self.fake.assert_only_read)
        self.fake.put_customer(207, "Nordlys ApS", MAIL)
        self.before = self.count_books()

    def count_books(self):
        self.env.flush_all()
        found = []
        for table in BOOKS:
            self.env.cr.execute(f"SELECT COUNT(*) FROM {table}")
            found += self.env.cr.fetchone()
        return found

    def read_all(self):
        self.Source._read_all(self.company)

    def find(self, number):
        return self.Invoice.search([("number", "=", str(number))])

    def get_notice(self):
        notice = self.propose().filtered("is_elsewhere")
        self.assertEqual(len(notice), 1)
        return notice

    def dispatch(self, notice):
        if notice.state != "approved":
            self.ripen(notice)
        with self.gateways():
            notice._dispatch()
            return self.mailed


class TestEconomic(EconomicCommon):
    def test_a_whole_life(self):
        """Three notices, paid, closed: and no row more in the books."""
        self.fake.put(40112)
        self.read_all()
        invoice = self.find(40112)
        self.assertEqual(invoice.partner_id, self.customer)
        self.assertFalse(self.company.economic_problem)
        case, steps = invoice.case_id, []
        for day in ("2026-09-15", "2026-10-06", "2026-11-03"):
            with freeze_time(f"{day} 08:00:00"):
                self.read_all()
                notice = self.get_notice()
                steps.append(notice.step_id)
                asked = self.fake.count("/invoices/booked/40112")
                self.assertEqual(self.dispatch(notice), [MAIL])
                self.assertEqual(notice.state, "sent")
                # At the moment of sending it was asked for itself.
                self.assertEqual(self.fake.count("/invoices/booked/40112"), asked + 1)
        self.assertEqual(len(set(steps)), 3)
        with freeze_time("2026-11-10 08:00:00"):
            self.fake.pay(40112)
            self.read_all()
            self.assertEqual(invoice.state, "paid")
            self.assertEqual((case.state, case.close_reason), ("closed", "paid"))
        self.assertEqual(self.count_books(), self.before)

    def test_paid_between_proposal_and_sending(self):
        self.fake.put(1)
        self.read_all()
        notice = self.get_notice()
        self.fake.pay(1)
        self.assertEqual(self.dispatch(notice), [])
        self.assertIn("paid", notice.verdict)
        self.assertEqual(notice.case_id.state, "closed")
        self.propose()
        self.assertEqual(notice.state, "cancelled")

    def test_down_when_a_notice_leaves(self):
        self.fake.put(1)
        self.read_all()
        notice = self.get_notice()
        self.ripen(notice)
        down = (500, {}, b"<html>Oops</html>")
        with freeze_time("2026-09-15 09:00:00"):
            self.fake.script["/invoices/booked"] = [down] * 9
            self.assertEqual(self.dispatch(notice), [])
            self.assertEqual((notice.state, notice.verdict), ("held", ["stale_source"]))
            self.assertIn("e-conomic", notice.held_reason)
            # No manager can override that nobody knows.
            self.assertNotIn("stale_source", notice.override_codes or [])
            self.fake.script.clear()
            self.env["payment.reminder"]._cron_propose()
            self.assertEqual(notice.state, "approved")
            self.assertEqual(self.dispatch(notice), [MAIL])

    def test_a_token_that_was_taken_back(self):
        self.fake.put(1)
        self.read_all()
        notice = self.get_notice()
        self.ripen(notice)
        self.fake.tokens = set()
        with freeze_time("2026-09-15 09:00:00"):
            self.assertEqual(self.dispatch(notice), [])
            self.assertEqual(notice.verdict, ["stale_source"])
            self.assertIn("Connect it again", self.company.economic_problem)
            told = self.env["payment.reminder.setup"]._find_other_problems()
            self.assertIn("economic", [problem["code"] for problem in told])
            self.read_all()
            todo = self.company.partner_id.activity_ids
            self.assertEqual(len(todo), 1, "told once")

    @takes_long
    def test_a_row_that_moved_is_not_closed(self):
        for number in range(1, 504):
            self.fake.put(number)
        self.read_all()
        self.assertEqual(self.Invoice.search_count([("state", "=", "open")]), 503)
        done = []

        def pay_first(path):
            # Between the first page and the second: all others move up by one.
            if "skippages=1" in path and not done:
                done.append(self.fake.pay(1))

        self.fake.between = pay_first
        asked = self.fake.count("/invoices/booked/501")
        self.read_all()
        # It moved to the page that was read already, so it was asked for itself.
        self.assertEqual(self.fake.count("/invoices/booked/501"), asked + 1)
        self.assertEqual(self.find(501).state, "open")
        self.assertEqual(self.Invoice.search_count([("state", "=", "open")]), 503)
        self.read_all()
        self.assertEqual(self.find(1).state, "paid")
        self.assertEqual(self.Invoice.search_count([("state", "=", "open")]), 502)

    def test_one_that_is_gone_is_looked_at(self):
        self.fake.put(1)
        self.read_all()
        del self.fake.invoices[1]
        self.read_all()
        invoice = self.find(1)
        self.assertEqual((invoice.state, invoice.doubt), ("gone", "gone"))
        self.assertEqual(
            invoice.case_id._get_open_freezes().mapped("reason"), ["status_unknown"]
        )

    def test_what_is_not_chased(self):
        self.fake.put(1, due=None)
        self.fake.put(2, paymentTerms={"paymentTermsType": "factoring"})
        self.fake.put(3, paymentTerms={"paymentTermsType": "prepaid"})
        self.fake.put_customer(300, "Barred A/S", "b@barred.example", barred=True)
        self.fake.put(4, customer=300)
        self.read_all()
        self.assertEqual(
            [self.find(number).doubt for number in (1, 2, 3, 4)],
            ["no_due_date", "sold", "terms", "barred"],
        )
        self.assertFalse(self.propose().filtered("is_elsewhere"))
        manager = self.make_user("boss", "payment_reminders.group_reminder_manager")
        self.find(2).excluded = True
        with self.assertRaises(UserError):
            self.find(2).with_user(manager).excluded = False
        self.find(3).with_user(manager).action_clear()
        notice = self.propose().filtered("is_elsewhere")
        self.assertEqual(notice.line_ids.mapped("name"), ["3"])

    def test_a_credit_holds(self):
        self.fake.put(1)
        self.fake.put(2, amount=-200.0)
        self.read_all()
        notice = self.get_notice()
        self.assertEqual(notice.line_ids.mapped("name"), ["1"])
        self.assertIn("unallocated_credit", notice._guard()[notice])
        self.fake.pay(2)
        self.read_all()
        self.assertNotIn("unallocated_credit", notice._guard()[notice])

    def test_a_part_payment_without_a_day(self):
        """Interest is never more than what is certain: on what is open now."""
        self.use_danish_law(charge_interest=True)
        self.fake.put(1, amount=10000.0, due="2025-12-01")
        self.read_all()
        case = self.find(1).case_id
        figures = self.env["payment.reminder.figures"].sudo()
        whole = figures._compute_running(case)[case.id][0].interest
        self.assertGreater(whole, 0)
        self.fake.pay(1, 5000.0)
        self.read_all()
        self.assertEqual(case.amount_principal, 5000)
        half = figures._compute_running(case)[case.id][0].interest
        self.assertAlmostEqual(float(half), float(whole) / 2, delta=0.02)
        case.sudo()._release("looked at it")
        notice = self.propose().filtered("is_elsewhere")
        self.assertIn("tells no day of a part payment", notice.remark_text)

    def test_a_part_payment_with_its_day(self):
        """Booked entries tell it: interest runs on the part until it was paid."""
        self.use_danish_law(charge_interest=True)
        self.company.economic_entries = True
        self.fake.put(1, amount=10000.0, due="2025-12-01")
        self.read_all()
        case = self.find(1).case_id
        figures = self.env["payment.reminder.figures"].sudo()

        def read_interest():
            self.read_all()
            return float(figures._compute_running(case)[case.id][0].interest)

        whole = read_interest()
        self.fake.pay(1, 2000.0, day="2026-03-02")
        self.fake.pay(1, 3000.0, day="2026-06-01")
        self.fake.most_entries = 1
        exact = read_interest()
        self.assertEqual(self.find(1).payment_ids.mapped("amount"), [2000, 3000])
        self.assertTrue(whole / 2 + 1 < exact < whole, (whole, exact))
        case.sudo()._release("looked at it")
        notice = self.propose().filtered("is_elsewhere")
        self.assertNotIn("tells no day of a part payment", notice.remark_text or "")
        # One of which no entry tells: nothing is certain any more but what is open.
        self.fake.pay(1, 1000.0)
        self.assertAlmostEqual(read_interest(), whole * 0.4, delta=0.02)
        self.assertEqual(self.fake.count("/invoices/booked/"), 0)
        # A payment was taken back there.
        self.fake.entries.pop()
        self.fake.pay(1, -4000.0)
        self.assertGreater(read_interest(), whole * 0.8)
        self.assertEqual(self.find(1).payment_ids.mapped("amount"), [2000])

    def test_entries_that_may_not_be_read(self):
        """No role for them: less interest is claimed, and all else goes on."""
        self.company.economic_entries = True
        self.fake.put(1)
        self.fake.pay(1, 400.0, day="2026-09-10")
        self.fake.script["/booked-entries"] = [(403, {}, {"message": "No role"})]
        self.read_all()
        self.assertIn("days of part payments", self.company.economic_problem)
        self.assertTrue(self.company.economic_good_at)
        self.assertFalse(self.find(1).payment_ids)
        self.assertEqual(self.dispatch(self.get_notice()), [MAIL])
        self.read_all()
        self.assertFalse(self.company.economic_problem)
        self.assertEqual(self.find(1).payment_ids.amount, 400)

    def test_many_invoices_on_one_notice(self):
        """More than fifty: the customer's list is read, and what it lacks is asked."""
        for number in range(1, 53):
            self.fake.put(number)
        self.read_all()
        notice = self.get_notice()
        self.fake.pay(7)
        self.ripen(notice)
        asked = len(self.fake.calls)
        self.assertEqual(self.dispatch(notice), [])
        self.assertEqual(len(self.fake.calls) - asked, 2)
        self.assertEqual(self.find(7).state, "paid")
        self.assertNotIn("stale_source", notice.verdict or [])

    @takes_long
    def test_asking_takes_as_many_queries_for_ten_as_for_forty(self):
        for number in range(1, 51):
            self.fake.put(number)
        self.read_all()
        items = self.Invoice.search([]).item_id
        counts = []
        for some in (items[:10], items[10:20], items[10:50]):
            before = self.env.cr.sql_log_count
            self.Source._freshen(some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], counts)

    def test_another_agreement(self):
        """What one agreement said is not asked of another one."""
        self.fake.put(1)
        self.read_all()
        notice = self.get_notice()
        self.ripen(notice)
        self.company.economic_agreement = "990009"
        with freeze_time("2026-09-15 09:00:00"):
            self.assertEqual(self.dispatch(notice), [])
            self.assertEqual(notice.verdict, ["stale_source"])
        self.assertFalse(self.fake.count("/invoices/booked/1"))

    def test_two_agreements_have_the_same_number(self):
        self.fake.put(1)
        self.read_all()
        other = self.env["res.company"].create({"name": "Sister"})
        other.sudo().write(
            {
                "economic_mode": "live",
                "economic_secret": SECRET,
                "economic_grant": "grant-of-sister",
            }
        )
        self.fake.tokens.add((SECRET, "grant-of-sister"))
        self.fake.agreement = 990002
        self.addCleanup(setattr, self.fake, "agreement", 990001)
        self.Source._read_all(other)
        found = self.find(1)
        self.assertEqual(len(found), 2)
        self.assertEqual(set(found.mapped("agreement")), {"990001", "990002"})

    def test_too_many_questions(self):
        self.fake.put(1)
        self.fake.script["/self"] = [(429, {"Retry-After": "90"}, {})]
        self.read_all()
        self.assertEqual(
            self.company.economic_wait_until,
            fields.Datetime.now() + timedelta(seconds=90),
        )
        asked = len(self.fake.calls)
        self.read_all()
        self.assertEqual(len(self.fake.calls), asked, "it rests")
        with freeze_time("2026-09-15 08:02:00"):
            self.fake.script["/self"] = [(429, {}, {})]
            self.read_all()
            self.assertEqual(
                self.company.economic_wait_until,
                fields.Datetime.now() + timedelta(seconds=120),
            )
        with freeze_time("2026-09-15 08:10:00"):
            self.read_all()
            self.assertFalse(self.company.economic_problem)
            self.assertTrue(self.find(1))

    def test_a_link_to_another_host(self):
        for number in range(1, 502):
            self.fake.put(number)
        with FakeEconomic() as foreign:
            self.fake.next_host = foreign.url
            self.read_all()
            self.assertFalse(foreign.calls)
        self.assertTrue(self.company.economic_problem)
        self.assertFalse(self.company.economic_good_at)

    @takes_long
    def test_many_in_few_calls_and_queries(self):
        self.company.reminder_ladder_id = False
        for number in range(1, 2001):
            self.fake.put(number, customer=1 + number % 40)
        self.read_all()
        self.assertLessEqual(len(self.fake.calls), 9)
        counts = []
        for days in (1, 2):
            with freeze_time(f"2026-09-{15 + days} 08:00:00"):
                before = self.env.cr.sql_log_count
                self.read_all()
                counts.append(self.env.cr.sql_log_count - before)
        # Of five pages; what has not changed is not written.
        self.assertLess(max(counts), 200, counts)

    def test_the_demo(self):
        self.company.sudo().write({"economic_mode": "demo", "economic_grant": False})
        self.fake.put(1)
        self.read_all()
        self.assertTrue(self.find(1))
        is_good, _message = self.company._test_economic()
        self.assertTrue(is_good)

    @takes_long
    def test_disconnecting_keeps_cases_and_their_trail(self):
        self.fake.put(1)
        self.read_all()
        notice = self.get_notice()
        self.assertEqual(self.dispatch(notice), [MAIL])
        case = notice.case_id
        events = len(case.event_ids)
        self.company._leave_economic()
        self.assertFalse(self.Invoice.search([]))
        self.assertEqual(case.state, "closed")
        self.assertGreater(len(case.event_ids), events)
        self.assertEqual(case.item_ids.display_name, "1")
        self.assertFalse(self.company.sudo().economic_grant)
        self.refresh()
        self.assertEqual(case.state, "closed")

    def test_after_the_addon_went(self):
        """Its items are nowhere any more; the case and its trail are read for good."""
        self.fake.put(40112)
        self.read_all()
        notice = self.get_notice()
        self.assertEqual(self.dispatch(notice), [MAIL])
        case = notice.case_id
        # What Odoo does with the choices of an addon that is uninstalled.
        gone = (
            self.env["ir.model.fields.selection"]
            .sudo()
            .search([("value", "=", "economic"), ("field_id.name", "=", "source")])
        )
        for choice in reversed(gone):
            choice._process_ondelete()
        self.env.invalidate_all()
        self.assertFalse(self.Invoice.search([]))
        item = case.item_ids
        self.assertEqual((item.source, item.display_name), ("books", "40112"))
        self.refresh()
        self.assertEqual(case.state, "closed")
        self.assertFalse(case.event_ids._find_broken(case))
        told = self.env["payment.reminder.case.file"]._to_json(case)
        self.assertIn(b"40112", told)
        self.assertFalse(self.propose().filtered("is_elsewhere"))

    def test_health(self):
        self.fake.put(1)
        self.fake.put(2, due=None)
        self.read_all()
        self.assertIn("2 open, 1 without due date", self.company.economic_health)

    def test_the_invoice_goes_along(self):
        self.ladder.step_ids.attach_invoices = True
        self.fake.put(1)
        self.read_all()
        notice = self.get_notice()
        self.assertEqual(notice._get_attachments().mapped("name"), ["1.pdf"])
        self.assertEqual(notice._get_attachments().mapped("name"), ["1.pdf"])
        self.assertEqual(self.fake.count("/invoices/booked/1/pdf"), 1)


class TestGrant(EconomicCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.admin = self.make_user("system", "base.group_system")
        self.admin.password = "system-of-nobody"
        self.company.sudo().economic_grant = False

    def come_back(self, link, token=GRANT):
        state = link.partition("%2Fgrant%2F")[2].partition("&")[0]
        return self.url_open(
            f"/payment_reminders_economic/grant/{state}?token={token}",
            allow_redirects=False,
        )

    def connect(self):
        return self.company.with_user(self.admin)._get_economic_link()

    def test_it_is_stored_once(self):
        link = self.connect()
        self.assertIn(f"appPublicToken={PUBLIC}", link)
        self.authenticate("system", "system-of-nobody")
        self.assertEqual(self.come_back(link).status_code, 303)
        self.company.invalidate_recordset()
        self.assertEqual(self.company.sudo().economic_grant, GRANT)
        self.company.sudo().economic_grant = False
        self.env.flush_all()
        self.assertEqual(self.come_back(link).status_code, 403, "used up")
        self.company.invalidate_recordset()
        self.assertFalse(self.company.sudo().economic_grant)

    def test_another_agreement_of_the_same_company(self):
        """The mirror of the one before is deleted, and what was sent stays."""
        self.fake.put(1)
        self.company.sudo().economic_grant = GRANT
        self.read_all()
        notice = self.get_notice()
        self.assertEqual(self.dispatch(notice), [MAIL])
        self.fake.agreement = 990003
        self.addCleanup(setattr, self.fake, "agreement", 990001)
        state = self.connect().partition("%2Fgrant%2F")[2].partition("&")[0]
        self.company.with_user(self.admin)._take_economic_grant(state, GRANT)
        self.assertFalse(self.Invoice.search([]))
        self.assertEqual(self.company.economic_agreement, "990003")
        self.assertEqual(self.company.sudo().economic_grant, GRANT)
        self.assertEqual(notice.state, "sent")

    def test_the_agreement_of_another_company(self):
        self.fake.number = "88888888"
        with self.assertRaisesRegex(UserError, "That is the agreement of Fjordens"):
            state = self.connect().partition("%2Fgrant%2F")[2].partition("&")[0]
            self.company.with_user(self.admin)._take_economic_grant(state, GRANT)
        self.assertFalse(self.company.sudo().economic_grant)

    def test_who_may_not(self):
        state = self.connect().partition("%2Fgrant%2F")[2].partition("&")[0]
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager)._take_economic_grant(state, GRANT)
        other = self.make_user("system2", "base.group_system")
        with self.assertRaises(UserError):
            self.company.with_user(other)._take_economic_grant(state, GRANT)
        with freeze_time("2026-09-15 08:16:00"), self.assertRaises(UserError):
            self.company.with_user(self.admin)._take_economic_grant(state, GRANT)
        for wrong in ("", "x", f"{state[:-2]}AA"):
            with self.assertRaises(UserError):
                self.company.with_user(self.admin)._take_economic_grant(wrong, GRANT)
        self.assertFalse(self.company.sudo().economic_grant)
