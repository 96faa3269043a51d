from contextlib import contextmanager
from datetime import timedelta
from itertools import combinations

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ...rules.guard import Facts
from ...rules.verdict import Code
from .other_senders_common import OtherSenders
from .paying_common import PayingCommon

#: Each pair runs the first of its two first: those that cost most run least often.
#: A case that was handed over is closed, so that comes when the other is there.
ORDER = (
    Code.AMOUNT_CHANGED,
    Code.IN_PAYMENT,
    Code.CREDITED,
    Code.PAID,
    Code.PARTIAL_PAYMENT,
    Code.NOTHING_DUE,
    Code.NOT_POSTED,
    Code.UNALLOCATED_CREDIT,
    Code.PENDING_TRANSACTION,
    Code.UNMATCHED_BANK_LINE,
    Code.ALREADY_SENT,
    Code.BLOCKED,
    Code.PAYMENT_PLAN,
    Code.OPEN_QUERY,
    Code.EXCLUDED,
    Code.INVOICE_HELD,
    Code.INVOICE_NOT_SENT,
    Code.STALE_BANK,
    Code.INSOLVENCY,
    Code.STATUS_UNKNOWN,
    Code.SNOOZED,
    Code.HELD,
    Code.OTHER_SENDER,
    Code.NO_RECIPIENT,
    Code.NOT_APPROVED,
    Code.HOLD_WINDOW,
    Code.SPACING,
    Code.LADDER_CHANGED,
    Code.SEND_BRAKE,
    Code.NEUTRALIZED,
    Code.HANDED_OVER,
)

#: What nobody approved was not approved on another version either, and what is closed
#: is held no longer.
IMPOSSIBLE = {
    frozenset({Code.NOT_APPROVED, Code.LADDER_CHANGED}),
    frozenset({Code.HANDED_OVER, Code.INSOLVENCY}),
    frozenset({Code.HANDED_OVER, Code.STATUS_UNKNOWN}),
    frozenset({Code.HANDED_OVER, Code.SNOOZED}),
    frozenset({Code.HANDED_OVER, Code.HELD}),
}

#: What comes with a code when it is made alone, because the case follows the books.
COMPANIONS = {
    Code.HANDED_OVER: {Code.NOTHING_DUE, Code.ALREADY_SENT},
}


class MatrixCommon(OtherSenders, PayingCommon):
    """Every reason to hold, alone and with every other, made with real records.

    The notice is about many invoices, and each reason that is about an invoice has
    one of its own: so nearly all of them can be true at once.
    """

    @classmethod
    def setUpClass(cls):
        # Not the one invoice that the others begin with.
        super(PayingCommon, cls).setUpClass()
        cls.moves = cls.make_invoices([cls.customer] * 12, due=10)
        cls.company.reminder_require_invoice_sent = "always"
        cls.make_bank_line(7, date="2026-09-10", partner_name="Somebody")
        cls.provider = cls.make_provider()
        cls.other_version = cls.make_ladder()
        cls.reminder = cls.propose().filtered(lambda r: r.partner_id == cls.customer)
        assert cls.reminder.move_ids == cls.moves
        cls.case = cls.reminder.case_id
        cls.ripen(cls.reminder)
        assert cls.reminder._guard() == {cls.reminder: []}

    @classmethod
    def make_provider(cls):
        cls.method = cls.env.ref("payment.payment_method_unknown")
        provider = cls.env["payment.provider"].create(
            {
                "name": "Online",
                "code": "none",
                "state": "test",
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(cls.method.ids)],
            }
        )
        cls._create_dummy_payment_method_for_provider(
            provider=provider, journal=cls.company_data["default_journal_bank"]
        )
        return provider

    def make_sent_notice(self, move, step, day):
        """Make a notice that left before, about one of the same invoices."""
        line = self.reminder.line_ids.filtered(lambda line: line.move_id == move)
        self.env["payment.reminder"].sudo().create(
            {
                "case_id": self.case.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "currency_id": self.currency.id,
                "step_id": step.id,
                "state": "sent",
                "sent_date": f"{day} 08:00:00",
                "line_ids": [
                    Command.create({"item_id": line.item_id.id, "step_id": step.id})
                ],
            }
        )

    # -- one maker for each code ----------------------------------------------------

    def make_not_posted(self):
        self.moves[0].button_draft()

    def make_paid(self):
        self.pay(self.moves[1])

    def make_in_payment(self):
        self.pay_without_entry(self.moves[2], 1000)

    def make_credited(self):
        self.match(self.moves[3], self.make_credit_note(300))

    def make_nothing_due(self):
        lines = self.env["account.move.line"].union(
            *map(self.get_receivable, self.moves)
        )
        lines.date_maturity = fields.Date.today()

    def make_partial_payment(self):
        self.pay(self.moves[4], 400)

    def make_amount_changed(self):
        self.moves[5].button_draft()
        self.moves[5].invoice_line_ids.price_unit = 1200
        self.moves[5].action_post()
        self.moves[5].is_move_sent = True

    def make_unallocated_credit(self):
        self.make_credit_note(10)

    def make_unmatched_bank_line(self):
        self.make_bank_line(3, partner_id=self.customer.id, date="2026-09-10")

    def make_stale_bank(self):
        self.company.reminder_bank_stale_days = 2

    def make_pending_transaction(self):
        self.env["payment.transaction"].create(
            {
                "payment_method_id": self.method.id,
                "amount": 1000,
                "currency_id": self.currency.id,
                "provider_id": self.provider.id,
                "reference": "online-1",
                "operation": "online_redirect",
                "partner_id": self.customer.id,
                "invoice_ids": [Command.set(self.moves[6].ids)],
                "state": "pending",
            }
        )

    def make_open_query(self):
        self.env["payment.reminder.query"].create({"case_id": self.case.id})

    def make_payment_plan(self):
        plan = self.env["payment.reminder.plan"].create({"case_id": self.case.id})
        plan.instalment_ids = [
            Command.create({"date_due": "2026-12-01", "amount": plan.amount_due})
        ]
        plan.with_user(self.manager).action_approve()

    def make_insolvency(self):
        self.case._freeze("insolvency")

    def make_status_unknown(self):
        self.case._freeze("status_unknown")

    def make_blocked(self):
        self.moves[7].action_toggle_block_payment()

    def make_held(self):
        self.reminder.with_user(self.manager).action_hold("Ask me")

    def make_snoozed(self):
        self.case.with_user(self.manager).action_snooze()

    def make_invoice_held(self):
        day = fields.Date.add(fields.Date.today(), days=30)
        self.moves[11].reminder_hold_until = day

    def make_excluded(self):
        self.moves[8].reminder_excluded = True

    def make_handed_over(self):
        self.case.with_user(self.manager).action_close("handed_over")

    def make_other_sender(self):
        self.install_credit_control()
        self.send_by_credit_control(self.moves[10], 2, "2026-09-08")

    def make_no_recipient(self):
        self.customer.email = False

    def make_invoice_not_sent(self):
        self.moves[9].is_move_sent = False

    def make_not_approved(self):
        self.reminder.sudo().write(
            {
                "approved_by_id": False,
                "state": self.reminder.state.replace("approved", "proposed"),
            }
        )

    def make_hold_window(self):
        self.reminder.sudo().hold_until = fields.Datetime.now() + timedelta(hours=1)

    def make_spacing(self):
        """Another step left yesterday."""
        later = self.reminder.step_id.ladder_id.step_ids[-1]
        self.make_sent_notice(self.moves[10], later, "2026-09-14")

    def make_ladder_changed(self):
        self.case.sudo()._replace_ladder(self.other_version, {})

    def make_send_brake(self):
        self.env["payment.reminder.halt"].sudo()._open(
            [(self.company, "count", 500, 100)]
        )

    def make_neutralized(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")

    def make_already_sent(self):
        """The same step left, long ago."""
        self.make_sent_notice(self.moves[10], self.reminder.step_id, "2026-01-15")

    # -- what must come of it -------------------------------------------------------

    @contextmanager
    def scene(self):
        """Make something that is undone afterwards."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            # A parameter of the system is kept beside the transaction.
            self.env.registry.clear_cache("stable")

    def make(self, code):
        getattr(self, f"make_{code}")()

    def assertHolds(self, *codes):
        """It does not leave, and every reason is there, in words."""
        stopped = self.reminder._dispatch()[self.reminder]
        self.assertLessEqual({str(code) for code in codes}, set(stopped))
        self.assertIn(
            self.reminder.state, ("held", "proposed", "approved", "cancelled")
        )
        self.assertFalse(self.reminder.delivery_ids)
        if self.reminder.state == "cancelled":
            # It was when the case was closed; nobody waits for it any more.
            return stopped
        self.assertEqual(self.reminder.verdict, stopped)
        facts = Facts.from_json(self.reminder.sudo().facts)
        explanation = self.env["payment.reminder.explanation"]
        for code in codes:
            sentence = explanation._explain_code(str(code), self.reminder, facts)
            self.assertIn(sentence, self.reminder.held_reason)
        return stopped


class TestGuardMatrix(MatrixCommon):
    def test_every_code_has_a_place_in_the_matrix(self):
        # No invoice of the books asks another program (test_source.py), and this ladder
        # is under no law that could end (law/test_law_end.py).
        elsewhere = {Code.STALE_SOURCE, Code.LAW_UNSURE, Code.NOT_ALLOWED}
        self.assertEqual({*ORDER} | elsewhere, set(Code))
        explanation = self.env["payment.reminder.explanation"]
        for code in Code:
            sentence = explanation._explain_code(str(code), self.reminder)
            self.assertRegex(sentence, r"^[A-ZÆØÅ\d].*[.]$", code)

    def test_alone(self):
        for code in ORDER:
            with self.subTest(code=code), self.scene():
                self.make(code)
                found = set(self.assertHolds(code)) - {str(code)}
                companions = COMPANIONS.get(code, set())
                self.assertLessEqual(found, {str(other) for other in companions})


@tagged("-standard", "payment_reminders_long")
class TestGuardPairs(MatrixCommon):
    def test_in_pairs(self):
        pairs = [
            pair for pair in combinations(ORDER, 2) if frozenset(pair) not in IMPOSSIBLE
        ]
        for first in ORDER:
            with self.scene():
                self.make(first)
                for second in [b for a, b in pairs if a == first]:
                    with self.subTest(first=first, second=second), self.scene():
                        self.make(second)
                        self.assertHolds(first, second)
