"""Weeks of an office in which everybody does anything at any time.

What leaves is judged by reading the tables, not by asking the addon. More of it:
``PR_SOAK_SEEDS=100 bin/test --all --no-browser -s -k soak``.
"""

import os
import random
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ...rules.self_solving import Wish
from ..books.paying_common import PayingCommon
from ..case.outcome import read_in_full, read_outcome
from ..sending.gateway_common import GatewayCommon
from .soak_edges import Edges

SEEDS = int(os.environ.get("PR_SOAK_SEEDS", "2"))
DAYS = int(os.environ.get("PR_SOAK_DAYS", "50"))
FEW_DAYS = 12
YEAR = int(os.environ.get("PR_SOAK_YEAR", "24"))
NAMES = ("Søby Æblegård ApS", "Aalbæk Tømrer ApS", "Åse Nørregård", "Bo Thygesen")
START = datetime(2026, 8, 3, 7, 5)
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class SoakCommon(GatewayCommon):
    get_receivable = PayingCommon.get_receivable
    make_bank_line = vars(PayingCommon)["make_bank_line"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dkk = cls.env.ref("base.DKK")
        dkk.active = True
        cls.ladder.jurisdiction_id = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.ladder.spacing_days = 10
        cls.ladder.step_ids.filtered(lambda s: s.kind != "nudge").write(
            {"fee_policy": "statutory", "charge_interest": True}
        )
        cls.ladder.step_ids.hold_hours = 4
        cls.customers = cls.customer | cls.env["res.partner"].union(
            *(
                cls.make_customer(
                    name, f"ap{n}@soak.example", is_company=name.endswith("ApS")
                )
                for n, name in enumerate(NAMES)
            )
        )
        cls.customers.user_id = cls.rep
        domains = cls.env["mail.alias.domain"]
        cls.company.alias_domain_id = domains.search(
            [("name", "=", "company.example")]
        ) or domains.create({"name": "company.example"})

    def play(self, seeds, days):
        did = Counter()
        for seed in range(seeds):
            with self.subTest(seed=seed):
                savepoint = self.env.cr.savepoint(flush=True)
                try:
                    with self.gateways():
                        did += Office(self, seed, days).play()
                finally:
                    savepoint.close(rollback=True)
                    self.env.invalidate_all(flush=False)
        sys.stdout.write(f"\n{seeds} offices, {days} days each: {dict(did)}\n")
        return did


class TestSoak(SoakCommon):
    def test_nothing_leaves_that_must_not(self):
        did = self.play(1, FEW_DAYS)
        self.assertTrue(did["sent"], did)


@tagged("-standard", "payment_reminders_long")
class TestLongSoak(SoakCommon):
    def test_nothing_leaves_in_weeks_that_must_not(self):
        did = self.play(SEEDS, DAYS)
        # Where somebody calls, that was a letter before.
        steps = did["sent"] + did["do_call"]
        self.assertGreater(steps, SEEDS * DAYS // 10, did)
        self.assertTrue(did["sent"], did)
        self.assertTrue(did["do_call"], did)


@tagged("-standard", "payment_reminders_long")
class TestYear(SoakCommon):
    """A year in which each night passes over what did not move, and one in which each
    night reads everything: entry by entry the same is left behind.

    The soak above compares each night alone; here what one has left is what the next
    begins with. The whole year: ``PR_SOAK_YEAR=365 bin/test --all -k TestYear``.
    """

    def test_a_year_is_the_same_when_each_night_reads_everything(self):
        passed_over = self.live(seed=5, reads_everything=False)
        self.assertTrue(passed_over["did"]["sent"], passed_over["did"])
        sys.stdout.write(f"\n{YEAR} days: {dict(passed_over['did'])}\n")
        in_full = self.live(seed=5, reads_everything=True)
        for name, entries in in_full.items():
            self.assertEqual(passed_over[name], entries, name)

    def live(self, seed, reads_everything):
        """Return what a year leaves behind, and how often what was done in it."""
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            with self.gateways():
                office = Office(self, seed, YEAR, reads_everything)
                did = office.play()
                found = read_outcome(self.env) | {"did": did}
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
        # In the other year the same journal items and new customers have other ids.
        for place, item in enumerate(found["payment.reminder.item"]):
            item["move_line_id"] = bool(item["move_line_id"]) and place
        customers = {row[0] for row in found["events"] + found["holds"]}
        places = {id_: place for place, id_ in enumerate(sorted(customers))}
        for name in ("events", "holds"):
            found[name] = [(places[row[0]], *row[1:]) for row in found[name]]
        return found


class Office(Edges):
    """Plays the days of one seed.

    :param reads_everything: whether each night does; None: as it comes, and compared
    """

    def __init__(self, test, seed, days, reads_everything=None):
        self.test, self.env, self.days = test, test.env, days
        self.reads_everything = reads_everything
        self.random = random.Random(seed)
        if seed % 3 == 1:
            self.call_instead(of=1 if seed % 2 else 2)
        self.invoices = self.env["account.move"]
        self.customers = test.customers
        self.odd = {}
        self.did = Counter()
        self.actions = [
            getattr(self, name) for name in sorted(dir(self)) if name.startswith("do_")
        ]
        #: What a bookkeeper does of a morning, on most days.
        self.usual = [
            self.do_match,
            self.do_match_line,
            self.do_answer,
            self.do_release,
            self.do_release_notice,
            self.do_tidy,
            self.do_approve,
            self.do_call,
        ]

    @property
    def cases(self):
        return self.env["payment.reminder.case"].search(
            [("partner_id", "in", self.customers.ids)]
        )

    @property
    def notices(self):
        return self.env["payment.reminder"].search([("case_id", "in", self.cases.ids)])

    def play(self):
        for day in range(self.days):
            moment = START + timedelta(days=day)
            with freeze_time(moment):
                self.run_nightly()
                self.check_day()
            with freeze_time(moment + timedelta(hours=1)):
                if day < self.days / 2:
                    self.act(self.do_invoice)
                for action in self.usual:
                    if self.random.random() < 0.6:
                        self.act(action)
                for _time in range(self.random.randint(0, 2)):
                    self.act(self.random.choice(self.actions))
            with freeze_time(
                moment + timedelta(hours=5, minutes=self.random.randint(0, 600))
            ):
                self.send()
                self.check_day()
        with freeze_time(START + timedelta(days=self.days, hours=1)):
            self.settle_everything()
        self.check_end()
        return self.did

    def call_instead(self, of):
        """Let somebody call where the first or the second letter would have been."""
        step = self.test.ladder.step_ids[of]
        step.write(
            {
                "kind": "call",
                "fee_policy": "none",
                "charge_interest": False,
                "call_tries": 2,
                "call_wait_days": 6,
            }
        )

    def run_nightly(self):
        if self.reads_everything:
            self.env.flush_all()
            self.env.cr.execute("UPDATE payment_reminder_case SET seen_key = NULL")
            self.env.invalidate_all()
        self.test.refresh()
        if self.reads_everything is None:
            self.check_nothing_passed_over()
        self.env["payment.reminder.plan"]._cron_plans()
        self.env["payment.reminder"]._cron_propose()
        self.env["payment.reminder.call"]._cron_calls()
        self.check_calls()

    def act(self, action):
        """Do something as a person does: it works, or it says why not."""
        try:
            with self.env.cr.savepoint():
                done = action()
                self.env.flush_all()
        except (UserError, AccessError):
            # What a refused request held in memory is gone with it.
            self.env.invalidate_all(flush=False)
            done = False
            self.did[f"{action.__name__} refused"] += 1
        if done is not False:
            self.did[action.__name__] += 1
        # What follows a commit looks at the books at once; now and then it is lost.
        self.env.cr.postcommit.clear()
        if self.random.random() < 0.5:
            self.cases._refresh()

    def pick(self, records):
        return records.browse(self.random.choice(records.ids or [False])).exists()

    def pick_open(self):
        return self.pick(
            self.invoices.filtered(
                lambda m: m.state == "posted" and m.amount_residual > 0
            )
        )

    # -- what people do -----------------------------------------------------------

    def do_invoice(self):
        self.invoices |= self.test.make_invoice(
            due=self.random.randint(-6, 12),
            amount=self.random.choice([40, 250, 999.99, 12000]),
            partner=self.pick(self.customers),
            sent=self.random.random() < 0.9,
        )

    def do_pay(self):
        return bool((move := self.pick_open()) and self.test.pay(move))

    def do_pay_part(self):
        move = self.pick_open()
        return bool(
            move and self.test.pay(move, round(move.amount_residual * 0.4 + 0.01, 2))
        )

    def do_pay_ahead(self):
        """Money on account that nobody has matched."""
        payment = self.env["account.payment"].create(
            {
                "amount": 100,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.pick(self.customers).id,
            }
        )
        payment.action_post()

    def do_match(self):
        move = self.pick_open()
        for credit in self.find_credits(move.commercial_partner_id):
            (credit | self.test.get_receivable(move)).reconcile()
            break
        else:
            return False

    def do_credit(self):
        move = self.pick_open()
        if not move:
            return False
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": fields.Date.today()})
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()
        if self.random.random() < 0.5:
            self.test.get_receivable(move | wizard.new_move_ids).reconcile()

    def do_unpay(self):
        paid = self.invoices.filtered(lambda m: m.payment_state in ("paid", "partial"))
        move = self.pick(paid)
        return bool(move and self.test.get_receivable(move).remove_move_reconcile())

    def do_draft(self):
        move = self.pick_open()
        if not move:
            return False
        move.button_draft()
        if self.random.random() < 0.7:
            move.action_post()
        else:
            move.button_cancel()

    def do_postpone(self):
        move = self.pick_open()
        if not move:
            return False
        move.invoice_date_due = fields.Date.add(fields.Date.today(), days=5)

    def do_exclude(self):
        move = self.pick_open()
        if not move:
            return False
        move.reminder_excluded = not move.reminder_excluded

    def do_exclude_customer(self):
        self.pick(self.customers).reminder_excluded = True

    def do_block(self):
        return bool((move := self.pick_open()) and move.action_toggle_block_payment())

    def do_lose_address(self):
        self.pick(self.customers).email = False

    def do_tidy(self):
        """Chase again who was let off, enter the addresses that are missing, and send
        the invoices that were forgotten."""
        self.customers.reminder_excluded = False
        for partner in self.customers.filtered(lambda p: not p.email):
            partner.email = f"new{partner.id}@soak.example"
        self.invoices.filtered("reminder_excluded").reminder_excluded = False
        for move in self.invoices.filtered(lambda m: m.payment_state == "blocked"):
            move.action_toggle_block_payment()
        self.invoices.filtered(
            lambda m: m.state == "posted" and not m.is_move_sent
        ).is_move_sent = True

    def do_ask(self):
        case = self.pick(self.cases)
        if not case or case.state == "closed":
            return False
        kind = self.random.choice(["other", "amount", "paid", "delivery"])
        more = {"paid_date": fields.Date.today(), "paid_amount": 50}
        self.env["payment.reminder.query"].create(
            {
                "case_id": case.id,
                "kind": kind,
                "description": "Why?",
                **(more if kind == "paid" else {}),
            }
        )

    def do_wish(self):
        """A customer wants the invoice, or gives a number for it."""
        move = self.pick_open()
        case = move and move.reminder_case_id
        item = case and case._get_page_items().filtered(lambda i: i.move_id == move)
        if not item or case.state == "closed":
            return False
        wish = self.random.choice(list(Wish))
        vals = case._prepare_wish(
            wish, item[:1], f"PO-{self.random.randint(1000, 9999)}"
        )
        self.env["payment.reminder.query"]._take(
            {"case_id": case.id, "source": "page", **vals}
        )

    def do_answer(self):
        query = self.pick(self.cases.query_ids.filtered(lambda q: q.state != "closed"))
        if not query:
            return False
        wizard = self.env["payment.reminder.answer.wizard"].with_user(self.test.manager)
        wizard.create(
            {
                "query_id": query.id,
                "answer": "Because.",
                "outcome": self.random.choice(
                    [False, "agreed", "not_agreed", "paid", "more_time"]
                ),
            }
        ).action_answer()

    def do_plan(self):
        case = self.pick(self.cases)
        if not case or case.state == "closed":
            return False
        plan = self.env["payment.reminder.plan"].create(
            {"case_id": case.id, "kind": self.random.choice(["plan", "promise"])}
        )
        plan._set_instalments(
            1 if plan.kind == "promise" else 3,
            fields.Date.add(fields.Date.today(), days=4),
        )
        plan.with_user(self.test.manager).action_approve()

    def do_end_plan(self):
        plan = self.pick(self.cases.plan_ids.filtered(lambda p: p.state == "active"))
        return bool(plan and plan.with_user(self.test.manager).action_cancel())

    def do_hold(self):
        case = self.pick(self.cases)
        return bool(case and case.with_user(self.test.rep).action_hold("I call first"))

    def do_release(self):
        case = self.pick(self.cases.filtered(lambda c: c.state == "frozen"))
        return bool(case and case.with_user(self.test.manager).action_release("Looked"))

    def do_snooze(self):
        case = self.pick(self.cases)
        return bool(case and case.with_user(self.test.rep).action_snooze())

    def do_close(self):
        case = self.pick(self.cases)
        return bool(case and case.with_user(self.test.manager).action_close("enough"))

    def do_reopen(self):
        case = self.pick(self.cases.filtered(lambda c: c.state == "closed"))
        return bool(case and case.with_user(self.test.manager).action_reopen())

    def do_hold_notice(self):
        notice = self.pick(self.notices)
        return bool(notice and notice.with_user(self.test.rep).action_hold("Wait"))

    def do_release_notice(self):
        notice = self.pick(self.notices.filtered(lambda n: n.state == "held"))
        return bool(notice and notice.with_user(self.test.manager).action_release())

    def do_cancel_notice(self):
        notice = self.pick(self.notices)
        manager = self.test.manager
        return bool(notice and notice.with_user(manager).action_cancel("No"))

    def do_withdraw(self):
        notice = self.pick(self.notices.filtered(lambda n: n.state == "sent"))
        manager = self.test.manager
        return bool(notice and notice.with_user(manager).action_withdraw("A mistake"))

    def do_call(self):
        """Call whom the list names; whatever the dialog is told must be kept."""
        case = self.pick(self.find_to_call())
        if not case:
            return False
        action = case.with_user(self.test.manager).action_call()
        if "res_model" not in action:
            return False
        result = self.random.choice(["promised", "question", "missed", "wrong_number"])
        dialog = self.env[action["res_model"]].with_user(self.test.manager)
        dialog.with_context(**action["context"]).create(
            {
                "result": result,
                "kind": "other",
                "other_phone": f"+45 20 {self.random.randint(100000, 999999)}",
            }
        ).action_note()
        self.did[f"called: {result}"] += 1

    def do_let_call_be(self):
        call = self.pick(self.cases.call_id)
        return bool(call and call.with_user(self.test.manager).action_skip())

    def do_approve(self):
        waiting = self.notices.filtered(lambda n: n.state == "proposed")
        return bool(waiting and waiting.with_user(self.test.manager).action_approve())

    def do_by_hand(self):
        """Bring reminders on their way from an invoice, in the background."""
        move = self.pick_open()
        if not move:
            return False
        action = (
            self.env["payment.reminder.wizard"].with_user(self.test.manager)._open(move)
        )
        wizard = self.env["payment.reminder.wizard"].browse(action["res_id"])
        wizard = wizard.with_user(self.test.manager)
        wizard.skip_window = True
        wizard.action_send()
        self.env["payment.reminder.run"]._cron_run()

    def check_nothing_passed_over(self):
        """A night that reads every case in full would have left the same behind."""
        found = read_outcome(self.env)
        self.test.assertEqual(found, read_in_full(self.env, self.test.refresh))

    # -- what is true ---------------------------------------------------------------

    def find_credits(self, partner):
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("balance", "<", 0),
            ]
        )

    def select(self, query, *params):
        self.env.flush_all()
        self.env.cr.execute(query, params)
        return self.env.cr.dictfetchall()

    def read_gone(self):
        """Return {id: row} of every notice that went out."""
        return {
            row["id"]: row
            for row in self.select(
                "SELECT * FROM payment_reminder WHERE case_id = ANY(%s)"
                " AND state IN ('sent', 'uncertain')",
                self.cases.ids,
            )
        }

    def send(self):
        before = self.read_gone()
        places = self.read_places()
        self.env["payment.reminder"]._cron_send()
        gone = self.read_gone()
        new = [row for id_, row in gone.items() if id_ not in before]
        for row in new:
            self.did["sent"] += 1
            self.check_notice(row, before.values(), places)
        # One case, one message a day.
        self.test.assertEqual(len({row["case_id"] for row in new}), len(new))

    def read_places(self):
        return {
            row["id"]: row["sequence"]
            for row in self.select(
                "SELECT item.id, step.sequence FROM payment_reminder_item item"
                " LEFT JOIN payment_reminder_step step ON step.id = item.step_id"
            )
        }

    def check_notice(self, row, earlier, places):
        """Judge a notice that has just left by what the tables say."""
        test, case = self.test, row["case_id"]
        say = f"{row['id']} of case {case} on {fields.Datetime.now()}"
        now = fields.Datetime.now()
        test.assertTrue(row["approved_by_id"], say)
        test.assertLess(now.weekday(), 5, say)
        there = now.replace(tzinfo=timezone.utc).astimezone(COPENHAGEN)
        test.assertTrue(8 <= there.hour < 17, f"{say}: {there}")
        for other in earlier:
            # A nudge is no demand.
            is_nudge = "nudge" in (row["step_kind"], other["step_kind"])
            spacing = timedelta(days=1 if is_nudge else 10)
            if other["case_id"] == case and not other["withdrawn"]:
                test.assertGreaterEqual(
                    now.date() - other["sent_date"].date(), spacing, say
                )
        for table, more in (
            ("payment_reminder_query", "state != 'closed'"),
            ("payment_reminder_plan", "state = 'active'"),
            ("payment_reminder_freeze", "date_end IS NULL"),
        ):
            found = self.select(
                f"SELECT id FROM {table} WHERE case_id = %s AND {more}", case
            )
            test.assertFalse(found, f"{say}: {table}")
        (about,) = self.select(
            "SELECT c.*, p.reminder_excluded, p.id AS partner, p.email"
            " FROM payment_reminder_case c JOIN res_partner p ON p.id = c.partner_id"
            " WHERE c.id = %s",
            case,
        )
        test.assertFalse(about["reminder_excluded"], say)
        addresses = self.select(
            "SELECT DISTINCT p.email FROM payment_reminder_line line"
            "  JOIN payment_reminder_item item ON item.id = line.item_id"
            "  JOIN account_move_line aml ON aml.id = item.move_line_id"
            "  JOIN account_move move ON move.id = aml.move_id"
            "  JOIN res_partner p ON p.id = move.partner_id"
            " WHERE line.reminder_id = %s AND p.email > ''",
            row["id"],
        )
        test.assertTrue(about["email"] or addresses, say)
        test.assertFalse(
            about["snoozed_until"] and about["snoozed_until"] > now.date(), say
        )
        partner = self.env["res.partner"].browse(about["partner"])
        test.assertFalse(self.find_credits(partner), f"{say}: money in doubt")
        lines = self.select(
            "SELECT line.*, aml.amount_residual, aml.parent_state, aml.date_maturity,"
            "       move.payment_state, move.reminder_excluded, step.sequence"
            "  FROM payment_reminder_line line"
            "  JOIN payment_reminder_item item ON item.id = line.item_id"
            "  JOIN account_move_line aml ON aml.id = item.move_line_id"
            "  JOIN account_move move ON move.id = aml.move_id"
            "  LEFT JOIN payment_reminder_step step ON step.id = line.step_id"
            " WHERE line.reminder_id = %s",
            row["id"],
        )
        test.assertTrue(lines or row["is_rest"], say)
        self.check_edges(row, say)
        for line in lines:
            test.assertEqual(line["parent_state"], "posted", say)
            test.assertIn(line["payment_state"], ("not_paid", "partial"), say)
            test.assertFalse(line["reminder_excluded"], say)
            test.assertGreater(line["amount_residual"], 0, say)
            if line["sequence"] is not None:
                steps = [-1, *range(4)]
                place = places[line["item_id"]]
                was = -1 if place is None else place
                # The nudge is for who is not yet late: it may be left out.
                test.assertIn(
                    steps.index(line["sequence"]) - steps.index(was), (0, 1, 2), say
                )
                if was >= 1:
                    test.assertLessEqual(
                        line["sequence"] - was, 1, f"{say}: a rung skipped"
                    )
        test.assertAlmostEqual(
            float(sum(line["amount_residual"] for line in lines)),
            float(row["amount_principal"]),
            2,
            say,
        )

    def find_to_call(self):
        self.env.flush_all()
        return self.cases.search(
            [("is_to_call", "=", True), ("id", "in", self.cases.ids)]
        ).filtered("call_id")

    def check_list(self):
        """Nobody is on the list of calls who has paid, asked, promised, or is held."""
        for case in self.find_to_call():
            say = f"{case.name} on {fields.Datetime.now()}"
            for table, more in (
                ("payment_reminder_query", "state = 'open'"),
                ("payment_reminder_plan", "state = 'active'"),
                ("payment_reminder_freeze", "date_end IS NULL"),
            ):
                query = f"SELECT id FROM {table} WHERE case_id = %s AND {more}"
                self.test.assertFalse(self.select(query, case.id), f"{say}: {table}")
            owed = self.select(
                "SELECT 1 FROM payment_reminder_item item"
                "  JOIN account_move_line aml ON aml.id = item.move_line_id"
                " WHERE item.case_id = %s AND aml.amount_residual > 0"
                "   AND aml.parent_state = 'posted'",
                case.id,
            )
            self.test.assertTrue(owed, f"{say}: nothing is owed")
            self.test.assertFalse(case.partner_id.reminder_excluded, say)
            snoozed = case.snoozed_until and case.snoozed_until > fields.Date.today()
            self.test.assertFalse(snoozed, say)

    def check_calls(self):
        """Of a morning: who is to be called, by the tables; a call is no letter."""
        self.check_list()
        for case in self.find_to_call():
            self.did["to call"] += 1
            self.test.assertFalse(self.find_credits(case.partner_id), case.name)
            self.test.assertTrue(case.call_id.activity_id, case.name)
        for row in self.select(
            "SELECT case_id, state, activity_id FROM payment_reminder_call"
            " WHERE case_id = ANY(%s) AND state != 'open'",
            self.cases.ids,
        ):
            self.test.assertFalse(row["activity_id"], row)
        self.test.assertFalse(
            self.select("SELECT id FROM payment_reminder WHERE step_kind = 'call'")
        )

    def check_day(self):
        """What holds at any time."""
        self.check_list()
        open_notices = Counter(
            row["case_id"]
            for row in self.select(
                "SELECT case_id FROM payment_reminder WHERE state IN"
                " ('proposed', 'approved', 'held', 'sending', 'uncertain')"
            )
        )
        self.test.assertFalse([c for c, n in open_notices.items() if n > 1])
        for row in self.select(
            "SELECT r.id, r.withdrawn, COALESCE(SUM(claim.amount), 0) AS claimed,"
            # A letter of another program knows of a fee at most.
            "       COALESCE(r.amount_fee, 0) + COALESCE(r.amount_interest, 0)"
            "       AS costs,"
            "       COALESCE(r.amount_compensation, 0) AS amount_compensation"
            "  FROM payment_reminder r"
            "  LEFT JOIN payment_reminder_claim_line claim ON claim.reminder_id = r.id"
            "   AND claim.kind IN ('fee', 'interest', 'compensation')"
            " WHERE r.state = 'sent' AND r.case_id = ANY(%s) GROUP BY r.id",
            self.cases.ids,
        ):
            wanted = (
                0 if row["withdrawn"] else row["costs"] + row["amount_compensation"]
            )
            self.test.assertAlmostEqual(float(wanted), float(row["claimed"]), 2)
        frozen = self.cases.filtered(lambda c: c.state == "frozen")
        for case in frozen:
            self.test.assertTrue(case.freeze_ids.filtered(lambda f: not f.date_end))

    # -- the end ----------------------------------------------------------------------

    def settle_everything(self):
        """Everybody pays, everything is answered: nothing may be left over."""
        manager = self.test.manager
        for query in self.cases.query_ids.filtered(lambda q: q.state != "closed"):
            query.with_user(manager).action_close("not_agreed")
        for move in self.invoices.filtered(lambda m: m.state == "posted"):
            receivable = self.test.get_receivable(move)
            for credit in self.find_credits(move.commercial_partner_id):
                if receivable.reconciled:
                    break
                (credit | receivable).reconcile()
            if move.amount_residual > 0:
                self.test.pay(move)
        self.test.refresh()
        self.env["payment.reminder.plan"]._cron_plans()

    def check_end(self):
        test = self.test
        for case in self.cases:
            costs = case.amount_fees + case.amount_interest + case.amount_compensation
            if case.state != "closed":
                test.assertGreater(costs, 0, f"{case.name} is open, and owes nothing")
            test.assertFalse(
                case.plan_ids.filtered(lambda p: p.state == "active"), case.name
            )
        test.assertFalse(self.cases.filtered(lambda c: c.state == "closed").call_id)
        left = self.notices.filtered(
            lambda n: n.state in ("proposed", "approved", "held", "sending")
        )
        test.assertFalse(left.line_ids, left.mapped("held_reason"))
        broken = self.env["payment.reminder.event"]._find_broken(self.cases)
        test.assertFalse(broken)
