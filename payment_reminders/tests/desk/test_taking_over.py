import base64
import csv
from datetime import date, timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from ...tools.money import NBSP
from ..books.other_senders_common import OtherSenders
from ..common import NOW, ReminderCommon

SAMPLES = Path(__file__).parent / "samples"
#: Customers of the samples, each with one invoice that fell due on 20 July.
NAMES = {
    "10001": "Two reminders ApS",
    "10002": "One reminder ApS",
    "10003": "All reminders ApS",
    "10004": "Dear reminder ApS",
    "10005": "Paid ApS",
    "10006": "Later ApS",
    "10007": "Four reminders ApS",
    "10008": "New ApS",
}
KEPT = (
    "payment.reminder",
    "payment.reminder.case",
    "payment.reminder.claim.line",
    "payment.reminder.freeze",
    "payment.reminder.item",
    "payment.reminder.line",
    "payment.reminder.takeover",
)
#: What tells only when something was looked at or written.
NOTED = ("write_date", "write_uid", "seen_key", "blockers", "__last_update")


class TakingOver(OtherSenders, ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dkk = cls.use_danish_law(fee_policy="statutory")
        cls.ladder.spacing_days = 10
        partners = cls.env["res.partner"].create(
            [
                {
                    "name": name,
                    "email": f"ap{number}@x.example",
                    "is_company": True,
                    "country_id": cls.env.ref("base.dk").id,
                }
                for number, name in NAMES.items()
            ]
        )
        moves = cls.make_invoices(partners, "2026-07-20", 2000, currency_id=cls.dkk.id)
        cls.moves = dict(zip(NAMES, moves, strict=True))
        for number, move in cls.moves.items():
            move.name = number
        cls.pay(cls.moves["10005"])
        cls.steps = dict(
            zip(("nudge", "1", "2", "final"), cls.ladder.step_ids, strict=True)
        )

    def open_wizard(self, source="csv", name="rykkere.csv", **vals):
        content = {}
        if source == "csv":
            content = {
                "file": base64.b64encode((SAMPLES / name).read_bytes()),
                "filename": name,
            }
        wizard = (
            self.env["payment.reminder.takeover.wizard"]
            .with_user(self.manager)
            .create({"source": source, **content, **vals})
        )
        wizard.action_read()
        return wizard

    def take_over(self, wizard):
        action = wizard.action_take_over()
        return self.env[action["res_model"]].browse(action["res_id"])

    def case(self, number):
        items = self.env["payment.reminder.item"].search(
            [("move_id", "=", self.moves[number].id)]
        )
        return items.case_id

    def letters(self, number):
        """Return [(day, step, fee)] of what counts as sent on a case."""
        return [
            (
                r.company_id._get_reminder_today(r.sent_date),
                r.step_id.name,
                r.amount_fee,
            )
            for r in self.case(number).reminder_ids.sorted("sent_date")
            if r.counts
        ]

    def snapshot(self):
        """Return what is stored of all that reminders keep, the trail aside."""
        self.env.flush_all()
        self.env.invalidate_all()
        kept = {}
        for model in KEPT:
            records = self.env[model].sudo().search([])
            names = [
                name
                for name, field in records._fields.items()
                if field.store and field.column_type and name not in NOTED
            ]
            kept[model] = {row["id"]: row for row in records.read(names, load="")}
        return kept

    # -- the three samples, as they are installed -------------------------------------

    def load_followup(self):
        levels = self.install_followup()
        for row in csv.DictReader((SAMPLES / "followup.csv").read_text().splitlines()):
            level = levels[int(row["level"]) - 1]
            self.follow_up(self.moves[row["invoice"]], level, row["date"])
        return "account_followup"

    def load_credit_control(self):
        self.install_credit_control()
        text = (SAMPLES / "credit_control.csv").read_text()
        for row in csv.DictReader(text.splitlines()):
            self.send_by_credit_control(
                self.moves[row["invoice"]],
                int(row["level"]),
                row["date"],
                float(row["fee"]),
                row["state"],
            )
        return "account_credit_control"

    def load_file(self):
        return "csv"

    # -- played on --------------------------------------------------------------------

    def play(self, days):
        """Let reminders run by themselves for some days."""
        for day in range(days):
            with freeze_time(fields.Datetime.to_datetime(NOW) + timedelta(days=day)):
                self.env.invalidate_all()
                found = self.propose().filtered(lambda r: r.state == "proposed")
                if found:
                    self.send(found)

    def assertLawful(self, number):
        """No fee is too much, none too early, and no step comes again."""
        letters = self.letters(number)
        names = self.ladder.step_ids.mapped("name")
        ranks = [names.index(step) for _day, step, _fee in letters]
        self.assertEqual(ranks, sorted(set(ranks)), letters)
        for before, after in zip(letters, letters[1:], strict=False):
            self.assertGreaterEqual((after[0] - before[0]).days, 10, letters)
        fees = [fee for _day, _step, fee in letters if fee]
        self.assertLessEqual(len(fees), 3, letters)
        self.assertLessEqual(max(fees, default=0), 100, letters)
        case = self.case(number)
        self.assertEqual(sum(fees), case.amount_fees, letters)

    def check_played(self, load, days):
        source = load()
        takeover = self.take_over(self.open_wizard(source))
        if source != "csv":
            # What wrote before is put to rest.
            module = self.env["ir.module.module"].search([("name", "=", source)])
            module.state = "uninstalled"
        self.play(days)
        for number in ("10001", "10002", "10003", "10008"):
            self.assertLawful(number)
        first = {
            number: [
                (day, step)
                for day, step, _fee in self.letters(number)
                if day >= date(2026, 9, 15)
            ][:1]
            for number in NAMES
        }
        # Ten days after the last real one; the 20th is a Sunday.
        self.assertEqual(first["10001"], [(date(2026, 9, 21), "Final notice")])
        self.assertEqual(first["10002"], [(date(2026, 9, 15), "Reminder 2")])
        self.assertEqual(first["10003"], [], "its ladder is climbed")
        self.assertEqual(first["10008"], [(date(2026, 9, 15), "Reminder 1")])
        self.assertIn("sent to", takeover.obstacle)
        with self.assertRaises(UserError):
            takeover.with_user(self.manager).action_undo()


class TestTakingOver(TakingOver):
    def test_every_row_is_shown_before_anything_is_done(self):
        self.refresh()
        before = self.snapshot()
        wizard = self.open_wizard()
        self.assertEqual(self.snapshot(), before)
        shown = {
            row.line: (row.outcome, row.step or "", row.fee, row.reason or "")
            for row in wizard.row_ids
        }
        taken, cut, refused = "taken", "cut", "refused"
        lacks = "The ladder lacks this step: choose one for “4. rykker”."
        self.assertEqual(
            shown,
            {
                2: (taken, "Reminder 1", 100, ""),
                3: (taken, "Reminder 2", 100, ""),
                4: (taken, "Reminder 1", 0, ""),
                5: (taken, "Reminder 1", 100, ""),
                6: (taken, "Reminder 2", 100, ""),
                7: (taken, "Final notice", 100, ""),
                8: (
                    cut,
                    "Reminder 1",
                    100,
                    f"The law allows 100.00{NBSP}DKK in all for this letter.",
                ),
                9: (refused, "", 0, "The same row is in this list before."),
                10: (refused, "", 0, "Nothing is open on this invoice any more."),
                11: (refused, "", 0, "This date is to come."),
                12: (refused, "", 0, lacks),
                13: (
                    refused,
                    "",
                    0,
                    "There is no posted customer invoice 99999 here.",
                ),
            },
        )
        self.assertEqual(
            (wizard.good_count, wizard.bad_count, wizard.cut_count), (7, 5, 1)
        )
        self.assertEqual(wizard.anew_count, 2)
        self.assertTrue(wizard.lacks_steps)
        # a person says which step it is
        wizard.step_ids.filtered(lambda s: s.name == "4. rykker").step_id = self.steps[
            "final"
        ]
        # Nothing is done that was not shown.
        action = wizard.action_take_over()
        self.assertEqual(action["res_model"], wizard._name)
        self.assertEqual(self.snapshot(), before)
        self.assertEqual((wizard.good_count, wizard.bad_count), (8, 4))
        self.assertFalse(wizard.lacks_steps)

    def test_taken_over_and_taken_back(self):
        self.refresh()
        before = self.snapshot()
        takeover = self.take_over(self.open_wizard())
        self.assertEqual((takeover.letter_count, takeover.case_count), (7, 4))
        case = self.case("10001")
        item = case.item_ids
        self.assertEqual(
            (item.step_id.name, item.last_sent_date), ("Reminder 2", date(2026, 9, 10))
        )
        self.assertEqual(
            (case.next_step_id.name, case.next_date),
            ("Final notice", date(2026, 9, 21)),
        )
        self.assertEqual(case.amount_fees, 200)
        self.assertEqual(
            set(case.claim_line_ids.mapped("note")), {"Taken over from rykkere.csv"}
        )
        self.assertEqual(
            set(case.reminder_ids.mapped("channel_summary")),
            {"Taken over from rykkere.csv"},
        )
        event = case.event_ids.filtered(lambda e: e.kind == "taken_over")
        self.assertIn("200.00", event.details)
        self.assertIn("rykkere.csv", event.details)
        self.assertEqual(self.moves["10001"].reminder_status, "sent")
        self.assertFalse(
            case._get_page_letters()[0], "we cannot show what we wrote not"
        )
        self.assertFalse(self.company._has_sent_reminders())
        self.assertFalse(self.env["payment.reminder.report.step"].search([]))
        # who would begin anew waits for a person
        for number in ("10006", "10007"):
            self.assertEqual(self.case(number).state, "frozen")
            self.assertIn(number, self.case(number).freeze_ids.note)
        self.assertEqual(self.case("10008").state, "active")
        # once more: all of it is known
        again = self.open_wizard()
        self.assertEqual(again.good_count, 0)
        self.assertFalse(takeover.obstacle)
        takeover.with_user(self.manager).action_undo()
        self.assertEqual(self.snapshot(), before)
        kinds = case.event_ids.mapped("kind")
        self.assertIn("taken_over", kinds)
        self.assertIn("takeover_undone", kinds)
        self.assertFalse(self.env["payment.reminder.event"]._find_broken(case))

    def test_fees_that_are_not_owed_here_count_all_the_same(self):
        wizard = self.open_wizard(claims_fees=False)
        self.take_over(wizard)
        case = self.case("10003")
        self.assertEqual(case.amount_fees, 0)
        figures = self.env["payment.reminder.figures"]
        history = figures._read_fee_history(case)[case.id]
        self.assertEqual(len([one for one in history if one.fee]), 3)

    def test_what_waits_in_the_queue_is_made_anew(self):
        [notice] = self.propose().filtered(
            lambda r: r.partner_id.name == NAMES["10001"]
        )
        self.assertEqual(notice.step_id.name, "Reminder 1")
        self.take_over(self.open_wizard())
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(
            self.propose().filtered(lambda r: r.case_id == notice.case_id),
            "the last one was five days ago",
        )

    def test_why_it_cannot_be_undone(self):
        takeover = self.take_over(self.open_wizard())
        notice = self.propose().filtered(lambda r: r.partner_id.name == NAMES["10002"])
        self.assertEqual(notice.step_id.name, "Reminder 2")
        savepoint = self.env.cr.savepoint()
        self.send(notice)
        takeover.invalidate_recordset()
        self.assertIn("Reminder 2 was sent to One reminder ApS", takeover.obstacle)
        with self.assertRaisesRegex(UserError, "Reminder 2 was sent"):
            takeover.with_user(self.manager).action_undo()
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.pay(self.moves["10001"])
        case = self.case("10001")
        case.with_user(self.manager).action_close("written_off")
        takeover.invalidate_recordset()
        self.assertIn("Fees of Two reminders ApS", takeover.obstacle)

    def test_only_managers(self):
        wizard = self.open_wizard()
        for user in (
            self.rep,
            self.make_user("clerk", "account.group_account_invoice"),
        ):
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_take_over()
            with self.assertRaises(AccessError):
                self.env["payment.reminder.takeover.wizard"].with_user(user).create({})
        takeover = self.take_over(wizard)
        with self.assertRaises(AccessError):
            takeover.with_user(self.rep).action_undo()
        for record in (takeover.reminder_ids[0], takeover.reminder_ids[0].case_id):
            with self.assertRaises(AccessError):
                record.with_user(self.manager).unlink()
        with self.assertRaises(UserError):
            # What can be sent from outside is no sentinel.
            takeover.reminder_ids.sudo().with_context(reminder_undoing=True).unlink()

    def test_columns_and_files_of_all_kinds(self):
        """Tab, comma or semicolon; names of columns that nobody knows are chosen."""
        content = b"No\tLevel\tWhen\tCost\n10001\tReminder 1\t2026-08-03\t1.234,50\n"
        wizard = self.env["payment.reminder.takeover.wizard"].with_user(self.manager)
        wizard = wizard.create({"file": base64.b64encode(content), "filename": "x.csv"})
        wizard.action_read()
        self.assertFalse(wizard.is_mapped)
        with self.assertRaises(UserError):
            wizard.action_take_over()
        for column, target in zip(
            wizard.column_ids, ("number", "step", "date", "fee"), strict=True
        ):
            column.target = target
        wizard.action_look()
        self.assertTrue(wizard.is_mapped)
        self.assertEqual(wizard.row_ids.told_fee, 1234.5)
        self.assertEqual(wizard.row_ids.fee, 100)
        for content in (b"", b"PK\0\0", b"only one line"):
            wizard = wizard.create({"file": base64.b64encode(content)})
            with self.assertRaises(UserError):
                wizard.action_read()
        content = b"invoice,step,date,fee\n10001,1,31-02-2026,5\n10002,1,2026-08-03,x\n"
        wizard = wizard.create({"file": base64.b64encode(content)})
        wizard.action_read()
        self.assertEqual(
            wizard.row_ids.mapped("reason"),
            ["“31-02-2026” is no date.", "“x” is no amount, or could be two."],
        )

    def test_odoo_s_own_levels(self):
        self.assertFalse(
            self.env["payment.reminder.takeover"]._list_sources(self.company)
        )
        source = self.load_followup()
        setup = self.env["payment.reminder.setup"]
        self.assertIn("has sent 3 reminders", setup._describe_takeable(self.company))
        wizard = self.open_wizard(source)
        self.assertEqual(
            {row.number: (row.step, row.date) for row in wizard.row_ids},
            {
                "10001": ("Reminder 2", date(2026, 9, 10)),
                "10002": ("Reminder 1", date(2026, 9, 1)),
                "10003": ("Final notice", date(2026, 8, 24)),
            },
        )
        self.take_over(wizard)
        self.assertEqual(self.letters("10001"), [(date(2026, 9, 10), "Reminder 2", 0)])
        # It is installed still, and they are on it: ours waits.
        notice = self.propose().filtered(lambda r: r.partner_id.name == NAMES["10002"])
        self.assertIn("other_sender", self.send(notice)[notice])

    def test_credit_control_of_oca(self):
        source = self.load_credit_control()
        self.take_over(self.open_wizard(source))
        self.assertEqual(
            self.letters("10003"),
            [
                (date(2026, 7, 27), "Reminder 1", 100),
                (date(2026, 8, 10), "Reminder 2", 100),
                (date(2026, 8, 24), "Final notice", 100),
            ],
        )
        self.assertEqual(len(self.letters("10002")), 1, "a draft was not sent")

    def test_it_is_offered_where_there_is_something(self):
        company = self.company
        setup = self.env["payment.reminder.setup"]
        wizard = self.env["payment.reminder.setup.wizard"].with_user(self.manager)
        self.assertFalse(wizard.create({}).earlier_text)
        self.load_followup()
        self.assertIn("“Payment Follow-up” has sent 3", wizard.create({}).earlier_text)
        [problem] = [
            one
            for one in setup._find_problems(company)
            if one["code"] == "module:account_followup"
        ]
        action = problem["fixes"][0]["action"]
        opened = self.env[action["res_model"]].with_user(self.manager)
        dialog = opened.with_context(**action["context"]).create({})
        self.assertEqual(dialog.source, "account_followup")
        dialog.action_read()
        self.assertEqual(dialog.good_count, 3)

    def test_an_instalment_that_was_not_due_stays_where_it_is(self):
        move = self.moves["10008"]
        move.button_draft()
        move.invoice_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 14}),
                    Command.create({"value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        move.action_post()
        move.name = "10008"
        content = b"invoice;step;date\n10008;2;2026-08-20\n"
        wizard = self.env["payment.reminder.takeover.wizard"].with_user(self.manager)
        wizard = wizard.create({"file": base64.b64encode(content)})
        wizard.action_read()
        takeover = self.take_over(wizard)
        first, second = self.case("10008").item_ids.sorted("date_due")
        self.assertEqual(first.step_id.name, "Reminder 2")
        self.assertFalse(second.step_id)
        self.assertEqual(takeover.reminder_ids.line_ids.item_id, first)

    def test_one_that_another_one_follows(self):
        """Two lists, the older one is taken back: what the other one said stays."""
        takeovers = []
        for row in (b"10001;2;2026-09-10;100", b"10001;1;2026-08-03;100"):
            wizard = self.env["payment.reminder.takeover.wizard"].with_user(
                self.manager
            )
            content = b"invoice;step;date;fee\n" + row
            wizard = wizard.create({"file": base64.b64encode(content)})
            wizard.action_read()
            takeovers.append(self.take_over(wizard))
        item = self.case("10001").item_ids
        self.assertEqual(item.step_id.name, "Reminder 2")
        self.assertEqual(item.last_sent_date, date(2026, 9, 10))
        takeovers[0].with_user(self.manager).action_undo()
        self.assertEqual(item.step_id.name, "Reminder 1")
        self.assertEqual(item.last_sent_date, date(2026, 8, 3))
        self.assertEqual(item.case_id.amount_fees, 100)
        self.assertEqual(item.case_id.date_open.date(), date(2026, 8, 3))
        takeovers[1].with_user(self.manager).action_undo()
        self.assertFalse(item.step_id or item.last_sent_date)
        self.assertFalse(item.case_id.claim_line_ids)

    def test_played_on_for_a_week(self):
        self.check_played(self.load_file, 8)


@tagged("-standard", "payment_reminders_long")
class TestTakingOverPlayed(TakingOver):
    def test_a_file_for_30_days(self):
        self.check_played(self.load_file, 30)

    def test_follow_up_levels_for_30_days(self):
        self.check_played(self.load_followup, 30)

    def test_credit_control_for_30_days(self):
        self.check_played(self.load_credit_control, 30)


@tagged("-standard", "payment_reminders_long")
class TestTakingOverTour(TakingOver, HttpCase):
    def test_the_dialog(self):
        self.manager.password = "manager-password"
        self.load_followup()
        self.refresh()
        before = self.snapshot()
        self.start_tour(
            "/odoo/action-payment_reminders.payment_reminder_takeover_action",
            "payment_reminders_moving_in",
            login="manager",
        )
        self.assertEqual(self.snapshot(), before)
