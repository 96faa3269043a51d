from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time

from ..books.paying_common import PayingCommon


class TestRecheck(PayingCommon):
    """Each hour those notices alone are asked about of which something moved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.make_customer("Søhus ApS", "ap@soehus.example")
        cls.make_invoice(due=12, partner=other)
        cls.propose()
        cls.propose()
        assert not cls.find_moved()

    @classmethod
    def find_moved(cls):
        cls.env.flush_all()
        cls.env.invalidate_all()
        return cls.env["payment.reminder"].sudo()._find_moved({})

    def assertMoves(self, change, all_of_them=False):
        """After a change, the notice is asked about, and the other one is not."""
        savepoint = self.env.cr.savepoint()
        change()
        found = self.find_moved()
        self.assertIn(self.reminder, found)
        self.assertEqual(len(found), 2 if all_of_them else 1)
        self.env["payment.reminder"]._cron_propose()
        savepoint.close(rollback=True)
        self.env.invalidate_all()

    def test_what_is_known_of_one_case(self):
        for name, change in (
            ("payment", lambda: self.pay(self.move, 300)),
            ("invoice", lambda: self.move.write({"is_move_sent": False})),
            ("customer", lambda: self.customer.write({"email": False})),
            ("hold", lambda: self.case._freeze("manual")),
            (
                "approval",
                lambda: self.reminder.sudo().write({"state": "proposed"}),
            ),
            ("approver", lambda: self.manager.write({"active": False})),
            (
                "office",
                lambda: self.manager.write(
                    {"group_ids": [Command.set(self.rep.group_ids.ids)]}
                ),
            ),
            (
                "question",
                lambda: self.env["payment.reminder.query"].create(
                    {"case_id": self.case.id}
                ),
            ),
        ):
            with self.subTest(name):
                self.assertMoves(change)

    def test_money_that_may_be_anybodys(self):
        for name, change in (
            ("bank line", lambda: self.make_bank_line(5)),
            ("entry", lambda: self.make_entry(5)),
            ("brake", self.brake),
        ):
            with self.subTest(name):
                self.assertMoves(change, all_of_them=True)

    def brake(self):
        self.env["payment.reminder.halt"].sudo().create(
            {"company_id": self.company.id, "reason": "clock"}
        )

    def test_once_a_day_all(self):
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.assertEqual(len(self.find_moved()), 2)
            self.propose()
            self.assertFalse(self.find_moved())

    def test_a_hold_window_that_ends(self):
        self.assertFalse(self.find_moved())
        waiting = self.env["payment.reminder"].search([("state", "=", "proposed")])
        with freeze_time(waiting.hold_until - timedelta(hours=1)):
            self.propose()
            self.assertFalse(self.find_moved())
        with freeze_time(waiting.hold_until + timedelta(minutes=1)):
            self.assertIn(waiting, self.find_moved())

    def test_money_under_way_is_asked_about_each_hour(self):
        self.make_bank_line(1000, partner_id=self.customer.id)
        self.propose()
        self.propose()
        self.assertEqual(self.find_moved(), self.reminder)
