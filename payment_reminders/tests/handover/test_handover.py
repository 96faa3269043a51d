from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..tags import takes_long
from .common import HandoverCommon


class TestHandover(HandoverCommon):
    """A hand-over is of a due item, not of a customer."""

    def test_a_later_invoice_changes_nothing_of_it(self):
        """Two overdue invoices, a hand-over, a part payment, a third invoice."""
        first = self.make_invoice(due=40, amount=1000.0)
        second = self.make_invoice(due=40, amount=500.0)
        self.refresh()
        case = first.reminder_case_id
        case.with_user(self.manager).action_close("handed_over")
        self.assertEqual((case.state, case.close_reason), ("closed", "handed_over"))
        (first | second).invalidate_recordset()
        self.assertEqual((first | second).mapped("reminder_badge"), ["collection"] * 2)
        self.assertEqual(case.amount_principal, 1500.0)
        self.pay(first, 400.0)
        first.invalidate_recordset()
        self.assertEqual(first.reminder_badge, "collection")
        self.assertIn("payment_seen", case.event_ids.mapped("kind"))
        record = self.get_item(first).handover_id
        self.assertEqual(self.get_reports(record), [("payment", 400.0, "waiting")])
        third = self.make_invoice(due=20, amount=300.0)
        self.refresh()
        self.assertEqual(case.state, "active")
        self.env.invalidate_all()
        self.assertEqual(
            [move.reminder_badge for move in (first, second, third)],
            ["collection", "collection", False],
        )
        self.assertEqual(
            [move.reminder_handover_state for move in (first, second, third)],
            ["registered", "registered", False],
        )
        found = self.env["account.move"].search([("reminder_badge", "=", "collection")])
        self.assertEqual(found & (first | second | third), first | second)
        notice = self.propose()
        self.assertEqual(notice.line_ids.move_id, third)

    @takes_long
    def test_the_others_of_the_customer_go_on(self):
        first = self.make_invoice(due=40)
        second = self.make_invoice(due=40)
        notice = self.propose()
        self.assertEqual(notice.line_ids.move_id, first | second)
        self.ripen(notice)
        record = self.hand_over(first)
        self.assertEqual(notice.state, "cancelled")
        self.assertIn("handed_over", notice.verdict)
        again = self.propose()
        self.assertEqual(again.line_ids.move_id, second)
        case = first.reminder_case_id
        self.assertFalse(case.is_handed_over)
        # What comes in for the one holds nothing of the other.
        self.pay(first, 100.0)
        self.assertEqual(case.state, "active")
        self.assertEqual(again.state, "proposed")
        self.ripen(again)
        again._dispatch()
        self.assertEqual(again.state, "sent")
        self.assertEqual(record.amount, 1000.0)

    def test_a_case_of_which_a_service_has_all(self):
        move = self.make_invoice(due=40)
        self.refresh()
        case = move.reminder_case_id
        record = self.hand_over(move)
        self.assertTrue(case.is_handed_over)
        self.assertEqual(case.state, "active")
        self.assertFalse(case.next_step_id)
        self.assertEqual(case.blocker, "handed_over")
        self.assertEqual(case.handover_label, "With Nordic Collect")
        self.assertFalse(self.propose())
        self.pay(move)
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))
        self.assertEqual(record.state, "registered")
        self.assertEqual(self.get_reports(record), [("payment", 1000.0, "waiting")])

    def test_what_is_no_longer_there_waits_for_a_person(self):
        move = self.make_invoice(due=40)
        self.refresh()
        case = move.reminder_case_id
        record = self.hand_over(move)
        record.with_user(self.manager).action_end("agreed", "He pays next week")
        self.assertEqual(record.state, "cancelled")
        self.assertEqual(record.ended_by_id, self.manager)
        self.assertFalse(self.get_item(move).handover_id)
        self.assertEqual(case.state, "frozen")
        self.assertEqual(case._get_open_freezes().reason, "handover_ended")
        case.with_user(self.manager).action_release()
        self.assertTrue(self.propose())

    def test_a_closed_case_opens_when_its_service_lets_go(self):
        move = self.make_invoice(due=40)
        self.refresh()
        case = move.reminder_case_id
        case.with_user(self.manager).action_close("handed_over")
        self.get_item(move).handover_id.with_user(self.manager).action_end("mistake")
        self.assertEqual(case.state, "frozen")

    def test_refused_means_that_our_notices_go_on(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move, "queued")
        self.assertFalse(self.propose())
        record._set_state("refused", reason="No address")
        self.assertEqual(record.state_label, "Not taken: No address")
        self.assertEqual(move.reminder_handover_state, "refused")
        self.assertTrue(self.propose())
        # A second hand-over of it is a second record.
        again = self.hand_over(move, "queued")
        self.assertEqual((record.round, again.round), (1, 2))
        self.assertNotEqual(record.key, again.key)
        self.assertEqual(move.reminder_handover_state, "queued")

    def test_states_follow_one_another(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move, "queued")
        with self.assertRaises(UserError):
            record._set_state("ending")
        record._set_state("registered")
        with self.assertRaises(UserError):
            record._set_state("queued")
        with self.assertRaises(AccessError):
            record.with_user(self.manager).write({"state": "paid"})
        with self.assertRaises(UserError):
            record.with_user(self.manager).action_set_state("collection", "")
        record.with_user(self.manager).action_set_state("collection", "Their letter")
        self.assertEqual(record.state, "collection")
        with self.assertRaises(UserError):
            record.with_user(self.manager).action_set_state("sending", "I say so")
        with self.assertRaises(UserError):
            record.unlink()

    def test_a_rep_sees_and_does_nothing(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        case = move.reminder_case_id
        rep = record.with_user(self.rep)
        case.user_id = self.env.user
        with self.assertRaises(AccessError):
            rep.read(["state"])
        case.user_id = self.rep
        self.assertEqual(
            rep.read(["state_label"])[0]["state_label"], record.state_label
        )
        for act in (
            lambda: rep.action_end("mistake"),
            lambda: rep.action_set_state("paid", "I saw it"),
            rep.action_is_there,
        ):
            with self.assertRaises(AccessError):
                act()

    def test_disputed_there_is_a_question_here(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        record._set_state("disputed")
        query = move.reminder_case_id.query_ids
        self.assertEqual((query.kind, query.source), ("other", "service"))
        self.assertEqual(query.move_ids, move)
        self.assertIn("Nordic Collect", query.description)

    def test_a_word_that_nobody_knows(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        record._set_state("unknown", raw_state="bestriden")
        self.assertEqual(record.state_label, "“bestriden”")
        self.assertEqual(len(record.activity_ids), 1)
        self.env["payment.reminder.handover.word"].with_user(self.manager).create(
            {"provider": "manual", "raw_state": "Bestriden ", "state": "disputed"}
        )
        self.assertEqual(record.state, "disputed")
        self.assertFalse(record.activity_ids)

    def test_the_trail_tells_of_it(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        record._set_state("collection", raw_state="inkasso")
        record._set_state("paid")
        kinds = move.reminder_case_id.event_ids.sorted("seq").mapped("kind")
        self.assertEqual(
            [kind for kind in kinds if kind.startswith("handover")],
            [
                "handover_queued",
                "handover_registered",
                "handover_state",
                "handover_ended",
            ],
        )
        event = move.reminder_case_id.event_ids.filtered(
            lambda e: e.kind == "handover_state"
        )
        self.assertEqual(event.payload["raw_state"], "inkasso")
        self.assertNotIn("Nordlys", str(event.payload))

    @takes_long
    def test_a_plan_is_about_what_is_ours(self):
        """What a service has is agreed on with the service, and its costs are, too."""
        self.ladder.step_ids.filtered(lambda s: s.kind == "reminder").fee_amount = 100
        first = self.make_invoice(due=40, amount=1000.0)
        second = self.make_invoice(due=40, amount=500.0)
        self.send(self.propose())
        case = first.reminder_case_id
        plan = self.env["payment.reminder.plan"].create({"case_id": case.id})
        self.assertEqual(plan.amount_due, 1600.0)
        self.hand_over(first)
        plan = self.env["payment.reminder.plan"].create({"case_id": case.id})
        self.assertEqual(plan.amount_due, 500.0)
        plan.with_user(self.manager).action_split()
        plan.with_user(self.manager).action_approve()
        self.assertEqual(plan.item_ids.move_id, second)
        self.assertEqual(plan.amount_costs, 0.0)
        # What comes in for the other one is no instalment.
        self.pay(first)
        self.assertEqual((plan.state, plan.amount_received), ("active", 0.0))
        self.pay(second)
        self.assertEqual(plan.state, "kept")

    def test_no_plan_is_offered_of_what_a_service_has(self):
        move = self.make_invoice(due=40)
        self.refresh()
        case = move.reminder_case_id
        day = fields.Date.to_date("2026-09-20")
        self.assertEqual(case._prepare_plan(1, day)[1], [])
        self.hand_over(move)
        self.assertEqual(case._prepare_plan(1, day), ((), ["Nothing is overdue here."]))
        self.assertEqual(case._prepare_promise(day), ((), ["Nothing is overdue here."]))

    @takes_long
    def test_an_invoice_that_another_customer_owes_now(self):
        """It stays with its hand-over until that has ended; then it is chased there."""
        move = self.make_invoice(due=40)
        other = self.make_customer("Birk ApS", "ap@birk.example")
        self.refresh()
        case = move.reminder_case_id
        record = self.hand_over(move)
        move.button_draft()
        move.partner_id = other
        move.action_post()
        move.is_move_sent = True
        self.assertFalse(self.propose())
        self.refresh()
        self.assertEqual((record.item_id.move_id, record.state), (move, "registered"))
        self.assertEqual(record.item_id.case_id, case)
        self.assertEqual(self.get_reports(record), [])
        # Somebody is told, once.
        self.assertEqual(len(record.activity_ids), 1)
        self.assertIn(move.name, record.activity_ids.summary)
        self.assertIn("Nordic Collect", record.activity_ids.note)
        # What is paid meanwhile is the service's to know.
        self.pay(move, 400.0)
        self.refresh()
        self.assertEqual(self.get_reports(record), [("payment", 400.0, "waiting")])
        record.with_user(self.manager).action_end("mistake")
        notice = self.propose()
        self.assertEqual(notice.partner_id, other)
        self.assertEqual(notice.line_ids.move_id, move)
        self.assertEqual(record.move_id, move)

    def test_an_invoice_that_is_not_handed_over_moves_at_once(self):
        move = self.make_invoice(due=40)
        given = self.make_invoice(due=40)
        other = self.make_customer("Birk ApS", "ap@birk.example")
        self.refresh()
        record = self.hand_over(given)
        move.button_draft()
        move.partner_id = other
        move.action_post()
        move.is_move_sent = True
        notice = self.propose()
        self.assertEqual((notice.partner_id, notice.line_ids.move_id), (other, move))
        self.assertFalse(record.activity_ids)

    def test_the_verdicts_replay(self):
        first, second = self.make_invoice(due=40), self.make_invoice(due=30)
        notice = self.propose()
        self.ripen(notice)
        self.hand_over(first)
        again = self.propose()
        self.ripen(again)
        again._dispatch()
        self.assertEqual((notice.state, again.state), ("cancelled", "sent"))
        self.assertEqual(again.line_ids.move_id, second)
        judged = self.env["payment.reminder.replay"]._make(again)
        self.assertEqual(judged.mapped("is_same"), [True])
        self.assertFalse(
            self.env["payment.reminder.event"]._find_broken(first.reminder_case_id)
        )

    # -- the list of invoices ----------------------------------------------------------

    def test_the_list_costs_as_much_for_many_as_for_few(self):
        self.check_list(3, 15)

    # -- costs ------------------------------------------------------------------------

    def test_what_was_claimed_before_goes_along(self):
        self.ladder.step_ids.filtered(lambda s: s.kind == "reminder").fee_amount = 100
        move = self.make_invoice(due=40)
        self.send(self.propose())
        case = move.reminder_case_id
        self.assertEqual(case._get_rest(), 100)
        record = self.hand_over(move)
        self.assertEqual(record.claimed_fee, 100.0)
        self.assertEqual(record.claim_line_ids.mapped("amount"), [-100.0])
        # It is claimed still, by the service; nothing is left for the ladder to decide.
        self.assertEqual(case.amount_costs, 100.0)
        self.assertEqual(case._get_rest(), 0)
        self.pay(move)
        self.assertEqual(case.state, "closed")
        self.assertFalse(case.claim_line_ids.filtered(lambda li: li.kind == "waiver"))

    def test_costs_come_back_with_the_item(self):
        self.ladder.step_ids.filtered(lambda s: s.kind == "reminder").fee_amount = 100
        move = self.make_invoice(due=40)
        self.send(self.propose())
        record = self.hand_over(move)
        record.with_user(self.manager).action_end("mistake")
        self.assertEqual(move.reminder_case_id._get_rest(), 100)
        again = self.hand_over(move)
        self.assertEqual(again.claimed_fee, 100.0)
        self.assertEqual(move.reminder_case_id._get_rest(), 0)

    @takes_long
    def test_another_notice_does_not_ask_for_what_went_along(self):
        self.ladder.step_ids.filtered(lambda s: s.kind == "reminder").fee_amount = 100
        first = self.make_invoice(due=40)
        self.send(self.propose())
        self.hand_over(first)
        with freeze_time("2026-10-05 08:00:00"):
            self.make_invoice(due=10, amount=300.0)
            notice = self.propose()
            self.assertEqual(notice.amount_claim - notice.amount_fee, 300.0)

    def test_interest_of_ours_stops(self):
        currency = self.use_danish_law(charge_interest=True)
        move = self.make_invoice(due="2026-05-31", currency_id=currency.id)
        self.refresh()
        case = move.reminder_case_id
        self.assertGreater(case.amount_interest_running, 0)
        record = self.hand_over(move)
        case.invalidate_recordset()
        self.assertEqual(case.amount_interest_running, 0)
        record.with_user(self.manager).action_end("mistake")
        case.invalidate_recordset()
        self.assertGreater(case.amount_interest_running, 0)

    def test_danish_fee_for_handing_over(self):
        """Where somebody wants it, once for a claim, and gone with the hand-over."""
        dkk = self.use_danish_law(fee_policy="none")
        move = self.make_invoice(due=40, currency_id=dkk.id)
        self.refresh()
        item, case = self.get_item(move), move.reminder_case_id
        self.assertEqual(self.handovers._find_fees(item), {item: 100})
        plain = self.hand_over(move, "queued")
        self.assertEqual((plain.claimed_fee, case.amount_costs), (0, 0))
        plain._set_state("refused")
        record = self.hand_over(move, "queued", charge_fee=True)
        self.assertEqual(record.claimed_fee, 100)
        lines = record.claim_line_ids.sorted("id")
        self.assertEqual(
            [(line.kind, line.amount) for line in lines],
            [("fee", 100), ("handover", -100)],
        )
        self.assertEqual(case._get_rest(), 0, "it went along")
        self.assertEqual(self.handovers._find_fees(item), {}, "one for a claim")
        record._set_state("refused")
        self.assertEqual(case.amount_costs, 0, "nobody collects: no fee")
        self.assertEqual(self.handovers._find_fees(item), {item: 100})

    def test_no_fee_for_handing_over_where_the_law_knows_none(self):
        move = self.make_invoice(due=40)
        self.refresh()
        self.assertEqual(self.handovers._find_fees(self.get_item(move)), {})
        self.use_danish_law(fee_policy="none")
        self.ladder.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_se")
        self.assertEqual(self.handovers._find_fees(self.get_item(move)), {})
        self.assertEqual(self.hand_over(move, charge_fee=True).claimed_fee, 0)

    def test_the_case_file_has_it(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        self.pay(move, 400.0)
        told = self.env["payment.reminder.case.file"]._build(move.reminder_case_id)
        (given,) = told["handovers"]
        self.assertEqual(
            (given["with"], given["state"]), ("Nordic Collect", "registered")
        )
        self.assertEqual(given["capital"], "1000.00")
        self.assertEqual(given["told"][0]["amount"], "400.00")
        self.assertIn("handovers", [row["part"] for row in told["manifest"]])
        action = record.with_user(self.manager).action_print_case_file()
        self.assertEqual(action["report_name"], "payment_reminders.report_case_file")

    def test_the_customers_page_asks_for_no_costs_that_went_along(self):
        self.ladder.step_ids.filtered(lambda s: s.kind == "reminder").fee_amount = 100
        move = self.make_invoice(due=40)
        self.send(self.propose())
        case = move.reminder_case_id
        self.assertEqual(case._get_page_due(), 1100.0)
        record = self.hand_over(move)
        self.assertEqual(case._get_page_due(), 1000.0)
        self.assertEqual(case.amount_costs, 100.0)
        record._set_state("paid")
        case.invalidate_recordset()
        # The service got them: nothing of them is open here.
        self.assertEqual(case.amount_costs, 0.0)


@tagged("-standard", "payment_reminders_long")
class TestLongList(HandoverCommon):
    """The list of invoices, as long as a page of it may be."""

    def test_10_and_200(self):
        self.check_list(10, 200)
