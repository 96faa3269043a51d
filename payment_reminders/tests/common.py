from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import freeze_time, tagged
from odoo.tests.common import get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

from . import shared

#: A Tuesday, ten o'clock in Copenhagen, no holiday near.
NOW = "2026-09-15 08:00:00"


@tagged("post_install", "-at_install")
class ReminderCommon(AccountTestInvoicingCommon):
    """A Danish company with a ladder of three steps, and a customer to chase."""

    #: How many taxes the makers of Odoo have made.
    tax_number = 0
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        found = shared.find(Registry(get_db_name()))
        if found:
            # Past all that makes a company.
            super(BaseCommon, cls).setUpClass()
            cls.startClassPatcher(freeze_time(NOW))
            shared.restore(cls, found)
        else:
            super().setUpClass()
            cls.startClassPatcher(freeze_time(NOW))
            cls.set_up_company()

    def setUp(self):
        # What is called last was asked for first.
        kept = shared.read_caches(self.registry)
        self.addCleanup(shared.restore_caches, self.registry, kept)
        super().setUp()

    @classmethod
    def set_up_company(cls):
        cls.company = cls.env.company
        cls.company.write(
            {
                "country_id": cls.env.ref("base.dk").id,
                "email": "books@company.example",
                "reminder_hour_from": 8,
                "reminder_hour_to": 17,
                # Tests of fees and of banks say what they want.
                "reminder_fee_floor": 0,
                "reminder_bank_stale_days": 0,
            }
        )
        cls.company.partner_id.tz = "Europe/Copenhagen"
        cls.currency = cls.company.currency_id
        cls.ladder = cls.make_ladder()
        cls.company.reminder_ladder_id = cls.ladder
        cls.customer = cls.make_customer("Nordlys ApS", "ap@nordlys.example")
        cls.manager = cls.make_user(
            "manager", "payment_reminders.group_reminder_manager"
        )
        cls.rep = cls.make_user("rep", "payment_reminders.group_reminder_user")

    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        return groups | cls.env.ref("payment_reminders.group_reminder_manager")

    # -- makers -----------------------------------------------------------------

    @classmethod
    def make_ladder(cls, company=None, **vals):
        template = cls.env["mail.template"].create(
            {
                "name": "Test reminder",
                "model_id": cls.env["ir.model"]._get_id("payment.reminder"),
                "subject": "Reminder {{ object.case_id.name }}",
                "body_html": "<p>You owe <t t-out='object.amount_claim'/></p>",
                "lang": "{{ object._get_partner_lang() }}",
                "use_default_to": False,
            }
        )
        sms = cls.env["sms.template"].create(
            {
                "name": "Test SMS",
                "model_id": cls.env["ir.model"]._get_id("payment.reminder"),
                "body": "You owe {{ object.amount_claim }}",
            }
        )
        texts = {"mail_template_id": template.id, "sms_template_id": sms.id}
        steps = [
            {"name": "Nudge", "kind": "nudge", "delay_days": -3, "fee_amount": 0.0},
            {
                "name": "Reminder 1",
                "kind": "reminder",
                "delay_days": 7,
                "fee_amount": 0.0,
            },
            {
                "name": "Reminder 2",
                "kind": "reminder",
                "delay_days": 10,
                "delay_from": "previous_step",
                "fee_amount": 100.0,
            },
            {
                "name": "Final notice",
                "kind": "final_notice",
                "delay_days": 10,
                "delay_from": "previous_step",
                "fee_amount": 0.0,
            },
        ]
        return cls.env["payment.reminder.ladder"].create(
            {
                "name": "Test ladder",
                "company_id": (company or cls.env.company).id,
                "step_ids": [
                    Command.create({"sequence": i, "hold_hours": 24.0, **texts, **step})
                    for i, step in enumerate(steps)
                ],
                **vals,
            }
        )

    @classmethod
    def make_customer(cls, name, email=None, **vals):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": email,
                "is_company": True,
                "country_id": cls.env.ref("base.dk").id,
                "tz": "Europe/Copenhagen",
                **vals,
            }
        )

    @classmethod
    def make_user(cls, login, *groups):
        return (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": login.title(),
                    "login": login,
                    "email": f"{login}@company.example",
                    "company_id": cls.env.company.id,
                    "company_ids": [Command.set(cls.env.company.ids)],
                    "group_ids": [
                        Command.set([cls.env.ref(group).id for group in groups])
                    ],
                }
            )
        )

    @classmethod
    def make_invoice(
        cls, due, amount=1000.0, partner=None, post=True, sent=True, **vals
    ):
        """Make an invoice due on a day ("2026-09-01"), or so many days ago."""
        return cls.make_invoices(
            partner or cls.customer, due, amount, post, sent, **vals
        )

    @classmethod
    def make_invoices(cls, partners, due, amount=1000.0, post=True, sent=True, **vals):
        """Make an invoice for each of these customers: quicker than one by one.

        :param amount: of each, or a list of theirs
        """
        if isinstance(due, int):
            due = fields.Date.today() - timedelta(days=due)
        due = fields.Date.to_date(due)
        amounts = amount if isinstance(amount, list) else [amount] * len(partners)
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": due - timedelta(days=14),
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Work",
                                "quantity": 1,
                                "price_unit": price,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                    **vals,
                }
                for partner, price in zip(partners, amounts, strict=True)
            ]
        )
        if post:
            moves.action_post()
        # As the dialog by which invoices are sent does.
        moves.is_move_sent = sent
        return moves

    @classmethod
    def make_debtors(cls, count):
        """Make so many companies, each with one invoice of 100 that fell due on
        5 September; return them."""
        customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number}",
                    "email": f"ap{number}@x.example",
                    "phone": f"+45 20 12 {number // 100:02} {number % 100:02}",
                    "is_company": True,
                    "country_id": cls.env.ref("base.dk").id,
                }
                for number in range(count)
            ]
        )
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": "2026-08-22",
                    "invoice_date_due": "2026-09-05",
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Work", "price_unit": 100, "tax_ids": False}
                        )
                    ],
                }
                for customer in customers
            ]
        )
        moves.action_post()
        moves.is_move_sent = True
        return customers

    @classmethod
    def use_danish_law(cls, **vals):
        """Put the ladder under Danish law; return the currency of that law.

        :param vals: of the steps that ask for what is overdue
        """
        cls.ladder.jurisdiction_id = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.ladder.step_ids.filtered(lambda step: step.kind != "nudge").write(vals)
        currency = cls.env.ref("base.DKK")
        currency.active = True
        return currency

    # -- the way of a notice ----------------------------------------------------

    @classmethod
    def refresh(cls):
        cls.env["payment.reminder.case"]._cron_refresh()

    @classmethod
    def propose(cls):
        """Run the nightly actions; return the notices that are open now."""
        cls.refresh()
        cls.env["payment.reminder"]._cron_propose()
        return cls.env["payment.reminder"].search(
            [("state", "in", ("proposed", "approved", "held"))]
        )

    @classmethod
    def pay(cls, move, amount=None, **vals):
        """Register a payment as the wizard does."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({**({"amount": amount} if amount else {}), **vals})
        )
        return wizard._create_payments()

    @classmethod
    def ripen(cls, reminders, hours=25):
        """Approve notices and let their hold window pass."""
        reminders.with_user(cls.manager).action_approve()
        reminders.sudo().write(
            {"hold_until": fields.Datetime.now() - timedelta(hours=1)}
        )

    @classmethod
    def send(cls, reminders):
        """Approve, ripen and send."""
        cls.ripen(reminders)
        return reminders._dispatch()
