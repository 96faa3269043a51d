from contextlib import contextmanager

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import html2plaintext, mute_logger

from ..common import ReminderCommon

REASON = "The yearly maximum is used up"


@tagged("post_install", "-at_install")
class AgencyCommon(ReminderCommon):
    """An invoice of 1,000 of which Skatteverket is to pay 300."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls.env["res.partner"].create({"name": "Skatteverket"})
        cls.move = cls.make_invoice(due=10)

    def leave_to_agency(self, move=None, amount=300.0, **vals):
        return self.env["payment.reminder.agency.part"].create(
            {
                "move_id": (move or self.move).id,
                "agency_id": self.agency.id,
                "amount": amount,
                **vals,
            }
        )

    def refuse(self, part, amount, due="2026-10-20"):
        part.write(
            {
                "amount_refused": amount,
                "date_refused": fields.Date.today(),
                "date_due": due,
                "reason": REASON,
            }
        )

    def receive(self, amount, payer, move=None):
        """Match money of a payer with the invoice, as from a bank line."""
        line = (move or self.move).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )[-1:]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": line.account_id.id,
                            "partner_id": payer.id,
                            "credit": amount,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_assets"
                            ].id,
                            "debit": amount,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (line | entry.line_ids.filtered("credit")).reconcile()
        self.env.invalidate_all()

    @contextmanager
    def assertRefused(self, text):
        with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
            yield

    def get_letter(self, reminder):
        return " ".join(
            html2plaintext(reminder._get_letter_block("claim"))
            .replace("\N{NO-BREAK SPACE}", " ")
            .split()
        )

    def get_changes(self, case):
        events = case.event_ids.filtered(lambda e: e.kind == "agency_part")
        return [event.payload["change"] for event in events.sorted("seq")]


class TestPending(AgencyCommon):
    """What is left to the agency is not asked of the customer."""

    def test_only_the_customer_s_part_is_asked(self):
        part = self.leave_to_agency()
        self.assertEqual((part.state, part.amount_pending), ("not_requested", 300))
        reminder = self.propose()
        self.assertEqual((reminder.amount_principal, reminder.amount_claim), (700, 700))
        text = self.get_letter(reminder)
        self.assertIn("700.00 invoiced 1,000.00", text)
        self.assertIn("300.00 is for Skatteverket to pay: we do not ask", text)
        self.assertNotIn("paid 300", text)
        self.send(reminder)
        self.assertEqual(reminder.state, "sent", reminder.held_reason)

    def test_the_customer_pays_the_own_part_and_is_done(self):
        self.leave_to_agency()
        reminder = self.propose()
        self.pay(self.move, 700)
        case = reminder.case_id
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(self.move.amount_residual, 300, "The accounts are left alone")
        self.assertFalse(self.propose())

    def test_an_invoice_that_is_all_the_agency_s_opens_no_case(self):
        self.leave_to_agency(amount=1000)
        self.assertFalse(self.propose())
        self.assertFalse(self.move.reminder_case_id)

    def test_the_agency_pays_first(self):
        part = self.leave_to_agency()
        reminder = self.propose()
        self.receive(300, self.agency)
        self.assertEqual((part.state, part.amount_received), ("paid", 300))
        case = reminder.case_id
        self.assertEqual((case.state, case.amount_principal), ("active", 700))
        again = self.propose()
        self.assertEqual(again.amount_principal, 700)
        self.assertIn("invoiced 1,000.00 paid 300.00", self.get_letter(again))

    def test_money_of_the_agency_under_another_name(self):
        part = self.leave_to_agency()
        with self.assertRefused("Match its payment first"):
            part.is_settled = True
        self.receive(300, self.customer)
        self.assertEqual(part.amount_pending, 300)
        part.is_settled = True
        self.assertEqual((part.state, part.amount_pending), ("paid", 0))
        self.assertEqual(self.propose().amount_principal, 700)

    def test_recorded_while_a_notice_waits(self):
        """It is not taken for a payment, and the notice is made anew."""
        reminder = self.propose()
        self.ripen(reminder)
        part = self.leave_to_agency()
        self.assertIn("amount_changed", reminder._guard()[reminder])
        again = self.propose()
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual((again.case_id.state, again.amount_principal), ("active", 700))
        self.assertFalse(again.case_id.freeze_ids)
        self.assertEqual(self.get_changes(again.case_id), ["recorded"])
        part.amount = 200
        self.assertEqual(again.case_id.state, "frozen", "More is asked: a person looks")

    def test_one_instalment_is_all_the_agency_s(self):
        """Terms of payment that split the invoice into two journal items."""
        term = self.env["account.payment.term"].create(
            {
                "name": "70 % the customer, 30 % the agency",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": days}
                    )
                    for share, days in ((70, 14), (30, 15))
                ],
            }
        )
        move = self.make_invoice(
            due=10,
            partner=self.make_customer("Villa Ro", "ro@villa.example"),
            invoice_payment_term_id=term.id,
        )
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(sorted(lines.mapped("balance")), [300, 700])
        agencys = lines.filtered(lambda line: line.balance == 300)
        self.leave_to_agency(move, move_line_id=agencys.id)
        reminders = self.propose()
        mine = reminders.filtered(lambda r: move in r.move_ids)
        self.assertEqual(mine.amount_principal, 700)
        self.assertEqual(mine.item_ids.move_line_id, lines - agencys)

    def test_interest_on_the_own_part_alone(self):
        self.ladder.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_dk")
        self.ladder.step_ids.filtered(
            lambda s: s.kind != "nudge"
        ).charge_interest = True
        move = self.make_invoice(
            due="2026-03-02", partner=self.make_customer("Villa", "v@villa.example")
        )
        self.leave_to_agency(move)
        with freeze_time("2026-04-15 08:00:00"):
            self.receive(300, self.agency, move)
            self.receive(200, self.customer, move)
        with freeze_time("2026-05-01 08:00:00"):
            self.refresh()
            move.reminder_case_id.with_user(self.manager).action_release()
            reminder = self.propose().filtered(lambda r: move in r.move_ids)
            rows = reminder._get_interest_specification()
        self.assertEqual(
            [(row["days"], row["base"]) for row in rows],
            [(44, "700.00"), (16, "500.00")],
        )
        # 700 × 9.75 % × 44/365 + 500 × 9.75 % × 16/365
        self.assertEqual(reminder.amount_interest, 10.36)


class TestRefused(AgencyCommon):
    """What the agency refuses falls due anew, and the customer is told why."""

    def test_after_the_customer_has_paid_the_own_part(self):
        self.ladder.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_dk")
        self.ladder.step_ids.filtered(
            lambda s: s.kind != "nudge"
        ).charge_interest = True
        with freeze_time("2026-01-12 08:00:00"):
            move = self.make_invoice(
                due=3, partner=self.make_customer("Villa", "v@villa.example")
            )
            part = self.leave_to_agency(move, date_requested="2026-02-02")
            self.pay(move, 700)
            self.refresh()
            self.assertFalse(move.reminder_case_id, "Nobody was reminded")
            self.assertEqual(part.state, "requested")
            self.refuse(part, 300, due="2026-03-02")
            self.assertEqual((part.state, part.amount_owed), ("refused", 300))
        with freeze_time("2026-03-09 08:00:00"):
            self.refresh()
            case = move.reminder_case_id
            self.assertEqual((case.state, case.amount_principal), ("active", 300))
            self.assertEqual(str(case.item_ids.date_due), "2026-03-02")
            self.assertEqual(self.get_changes(case), ["due"])
            reminder = self.propose().filtered(lambda r: r.case_id == case)
            self.assertEqual(reminder.amount_principal, 300)
            (row,) = reminder._get_interest_specification()
            self.assertEqual((row["first_day"], row["days"]), ("2026-03-03", 7))
            self.assertEqual(row["base"], "300.00")
            text = self.get_letter(reminder)
            self.assertIn("Skatteverket was to pay 300.00 of this invoice", text)
            self.assertIn(f"refused on Jan 12, 2026: “{REASON}”", text)
            self.assertIn("300.00 invoiced 1,000.00 paid 700.00", text)
            self.send(reminder)
            self.assertEqual(reminder.state, "sent", reminder.held_reason)
            self.pay(move, 300)
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_own_part_open_and_a_part_of_the_agency_s_refused(self):
        part = self.leave_to_agency()
        self.refuse(part, 100, due="2026-09-16")
        with freeze_time("2026-09-24 08:00:00"):
            reminder = self.propose()
            case = reminder.case_id
            self.assertEqual(
                sorted(reminder.line_ids.mapped("amount_residual")), [100, 700]
            )
            self.assertEqual(reminder.amount_principal, 800)
            self.assertEqual(case.amount_principal, 800)
            self.receive(200, self.agency)
            self.assertEqual((case.state, case.amount_principal), ("active", 800))
            self.receive(750, self.customer)
            self.assertEqual((case.state, case.amount_principal), ("frozen", 50))
            self.assertEqual(case._get_open_freezes().reason, "partial_payment")

    def test_the_refused_part_climbs_the_steps_that_the_own_part_has_climbed(self):
        part = self.leave_to_agency()
        first = self.propose()
        self.send(first)
        self.refuse(part, 100, due="2026-09-16")
        refused = first.case_id.event_ids.filtered(lambda e: e.kind == "agency_part")
        refused = refused.sorted("seq")[-1]
        self.assertEqual(
            refused.details, "100.00\N{NO-BREAK SPACE}USD · refused by the agency"
        )
        with freeze_time("2026-09-23 08:00:00"):
            second = self.propose()
            self.assertEqual(second.step_id, first.step_id)
            climbing = second.line_ids.filtered("step_id")
            self.assertEqual(climbing.item_id.agency_part_id, part)
            self.assertEqual(second.amount_principal, 800)
            self.send(second)
            self.assertEqual(second.state, "sent", second.held_reason)
            self.assertEqual(second.delivery_ids.mapped("state"), ["sent"])

    def test_a_notice_that_waits_still_asks_for_the_own_part(self):
        part = self.leave_to_agency()
        reminder = self.propose()
        self.ripen(reminder)
        self.refuse(part, 300, due="2026-10-20")
        self.assertFalse(reminder._guard()[reminder])
        reminder._dispatch()
        self.assertEqual((reminder.state, reminder.amount_claim), ("sent", 700))

    def test_the_customer_is_told_of_the_new_due_date(self):
        part = self.leave_to_agency()
        with self.assertRefused("refused nothing"):
            part.action_write_to_customer()
        self.refuse(part, 300, due="2026-10-20")
        action = part.action_write_to_customer()
        composer = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        messages = self.move.message_ids
        composer._action_send_mail()
        message = self.move.message_ids - messages
        self.assertEqual(message.partner_ids, self.customer)
        text = html2plaintext(message.body)
        for words in (REASON, "10/20/2026", "300.00", "yours to pay"):
            self.assertIn(words, text)

    def test_refusal_taken_back(self):
        part = self.leave_to_agency()
        self.pay(self.move, 700)
        self.refuse(part, 300, due="2026-09-16")
        with freeze_time("2026-09-24 08:00:00"):
            reminder = self.propose()
            self.ripen(reminder)
            with self.assertRefused("in a reminder case"):
                part.unlink()
            part.write({"amount_refused": 0})
            self.assertEqual(part.state, "not_requested")
            self.assertIn("amount_changed", reminder._guard()[reminder])
            self.assertFalse(self.propose())
            self.assertEqual(reminder.state, "cancelled")
            self.assertEqual(reminder.case_id.state, "closed")

    def test_paid_by_the_agency_after_all(self):
        part = self.leave_to_agency()
        self.refuse(part, 300, due="2026-09-16")
        with freeze_time("2026-09-24 08:00:00"):
            case = self.propose().case_id
            self.assertEqual(case.amount_principal, 1000)
            self.receive(300, self.agency)
            self.assertEqual(case.amount_principal, 700)
            own = case.item_ids.filtered(lambda item: not item.agency_part_id)
            self.assertEqual(own.amount_residual, 700)

    def test_no_second_lump_sum(self):
        self.ladder.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_dk")
        self.ladder.step_ids.filtered(
            lambda s: s.kind != "nudge"
        ).charge_compensation = True
        self.env.ref("base.DKK").active = True
        move = self.make_invoice(
            due="2026-03-02",
            partner=self.make_customer("Firma", "f@firma.example"),
            currency_id=self.env.ref("base.DKK").id,
        )
        part = self.leave_to_agency(move)
        with freeze_time("2026-03-03 08:00:00"):
            self.refuse(part, 300, due="2026-03-04")
        with freeze_time("2026-03-16 08:00:00"):
            reminder = self.propose().filtered(lambda r: move in r.move_ids)
        self.assertEqual(len(reminder.line_ids), 2)
        self.assertEqual(reminder.amount_compensation, 310)


class TestRecording(AgencyCommon):
    """Who may record a part, and what is refused."""

    def test_impossible_amounts(self):
        for amount in (1000.01, 5000):
            with self.assertRefused("more than the invoice asks"):
                self.leave_to_agency(amount=amount)
        for amount in (0, -1):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self.leave_to_agency(amount=amount)
        part = self.leave_to_agency()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.leave_to_agency()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.refuse(part, 300.01)

    def test_a_refusal_has_a_reason_and_gives_time(self):
        part = self.leave_to_agency()
        with self.assertRefused("why, and by when"):
            part.amount_refused = 10
        with self.assertRefused("later than the refusal"):
            self.refuse(part, 10, due=fields.Date.today())

    def test_only_of_a_customer_s_invoice(self):
        bill = self.make_invoice(due=10, move_type="in_invoice", post=False)
        with self.assertRefused("Only a customer invoice"):
            self.leave_to_agency(bill)
        other = self.make_invoice(due=10)
        line = other.line_ids.filtered(lambda line: line.display_type == "payment_term")
        with self.assertRefused("of the invoice itself"):
            self.leave_to_agency(move_line_id=line.id)

    def test_invoice_set_to_draft_and_posted_again(self):
        part = self.leave_to_agency()
        self.move.button_draft()
        self.move.action_post()
        self.assertEqual(part.amount_pending, 300)
        self.assertEqual(self.propose().amount_principal, 700)

    def test_only_managers_record(self):
        part = self.leave_to_agency()
        with self.assertRaises(AccessError):
            part.with_user(self.rep).read(["amount"])
        self.customer.user_id = self.rep
        self.assertEqual(part.with_user(self.rep).read(["amount"])[0]["amount"], 300)
        for change in (lambda p: p.write({"amount": 1}), lambda p: p.unlink()):
            with self.assertRaises(AccessError):
                change(part.with_user(self.rep))
        part.with_user(self.manager).amount = 250
        self.assertEqual(self.propose().amount_principal, 750)
        part.with_user(self.manager).unlink()

    def test_the_agency_is_proposed_again(self):
        part = self.leave_to_agency()
        default = self.env["payment.reminder.agency.part"].default_get(["agency_id"])
        self.assertEqual(default["agency_id"], part.agency_id.id)


@tagged("post_install", "-at_install")
class TestAgencyPage(AgencyCommon, HttpCase):
    """The customer's page says what the letter says."""

    def visit(self):
        case = self.move.reminder_case_id
        token = case._portal_ensure_token()
        answer = self.url_open(f"/my/reminders/{case.id}?access_token={token}")
        return " ".join(html2plaintext(answer.text).split())

    def test_pending_and_refused(self):
        part = self.leave_to_agency()
        self.refuse(part, 100, due="2026-09-16")
        with freeze_time("2026-09-24 08:00:00"):
            self.refresh()
            text = self.visit()
        self.assertIn("700.00 USD", text)
        self.assertIn("200.00 USD of this invoice is for Skatteverket to pay", text)
        self.assertIn("Skatteverket refused to pay this part of the invoice", text)
        self.assertIn(REASON, text)
