from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.payment_reminders.tests.common import ReminderCommon
from odoo.addons.payment_reminders.tests.service_common import ServiceMixin

from .fake_amili import ACCOUNT, API_CODE, CREDITOR, FakeAmili

PREFIX = "payment_reminders_amili"
#: A well-formed organisation number of nobody.
NUMBER = "5999992471"


class AmiliCommon(ServiceMixin, ReminderCommon):
    """A company that hands over to Amili, and Amili, on loopback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The clock stands still: there would never be a turn again.
        cls.start_fake(FakeAmili(limits=()), f"{PREFIX}.url_test")
        parameters = cls.env["ir.config_parameter"].sudo()
        for name in ("per_minute", "per_second"):
            parameters.set_param(f"{PREFIX}.{name}", "1000000")
        cls.boss = cls.make_user(
            "boss", "base.group_system", "payment_reminders.group_reminder_manager"
        )
        cls.sek = cls.env.ref("base.SEK")
        cls.sek.sudo().active = True
        cls.handovers = cls.env["payment.reminder.handover"]
        cls.swede = cls.make_swede()
        cls.set_up_amili()

    @classmethod
    def set_up_amili(cls, **vals):
        """Be a company that went through the guide."""
        company = cls.company.sudo()
        company._make_amili_key()
        cls.fake.know(company._get_amili_public_key())
        company.write(
            {
                "amili_mode": "test",
                "amili_is_on": True,
                "amili_api_code": API_CODE,
                "amili_account_id": ACCOUNT["_id"],
                "amili_creditor_id": CREDITOR["_id"],
                "amili_terms_accepted_by_id": cls.boss.id,
                "amili_terms_accepted_on": "2026-09-01 08:00:00",
                **vals,
            }
        )

    @classmethod
    def make_swede(cls, name="Björkdalens Bygg AB", **vals):
        return cls.make_customer(
            name,
            "faktura@bjorkdalen.example",
            **{
                "country_id": cls.env.ref("base.se").id,
                "street": "Storgatan 5",
                "zip": "903 25",
                "city": "Umeå",
                "company_registry": NUMBER,
                **vals,
            },
        )

    def setUp(self):
        super().setUp()
        fake = self.fake
        fake.behave()
        fake.warn, fake.token_lasts = "", 10**9
        for kept in (fake.cases, fake.registrations):
            kept.clear()
        for kept in (fake.payments, fake.creditings, fake.cancellations, fake.media):
            kept.clear()

    def owe(self, amount=12500.0, partner=None, **vals):
        """Make an overdue invoice in Swedish kronor; return its due item."""
        vals = {"currency_id": self.sek.id, **vals}
        move = self.make_invoice(
            due=40, amount=amount, partner=partner or self.swede, **vals
        )
        self.refresh()
        return self.get_item(move)

    def owe_many(self, count, amount=1000.0):
        """Make so many overdue invoices of several customers; return their items."""
        customers = self.env["res.partner"].union(
            *(self.make_swede(f"Kund {number}") for number in range(count // 10 + 1))
        )
        due = fields.Date.today() - timedelta(days=40)
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customers[number % len(customers)].id,
                    "currency_id": self.sek.id,
                    "invoice_date": due - timedelta(days=14),
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Work", "price_unit": amount, "tax_ids": False}
                        )
                    ],
                }
                for number in range(count)
            ]
        )
        moves.action_post()
        moves.is_move_sent = True
        self.refresh()
        return self.get_item(moves)

    def get_item(self, move):
        return self.env["payment.reminder.item"].search([("move_id", "in", move.ids)])

    def find_reasons(self, item):
        """Return the sentences of what is in the way of one item."""
        found = self.handovers._find_obstacles(item, "amili")[item]
        return [sentence for sentence, _record in found]

    def hand_over(self, items, **vals):
        """Confirm a hand-over, as the dialog does; nothing leaves yet."""
        vals = {"start_with": "reminder", "attach_invoice": False, **vals}
        return (
            self.handovers.with_user(self.manager)
            ._hand_over(items, "amili", **vals)
            .sudo()
        )

    def work(self):
        """Run the scheduled action."""
        self.handovers._cron_handover()
        self.env.invalidate_all()

    def register(self, **vals):
        """Hand one new invoice over, and let Amili take it."""
        record = self.hand_over(self.owe(), **vals)
        self.work()
        self.assertEqual(record.state, "registered")
        return record
