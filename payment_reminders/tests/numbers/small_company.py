"""A small company whose every figure is worked out by hand."""

from odoo.fields import Command
from odoo.tests import freeze_time

from ..common import ReminderCommon


class SmallCompany(ReminderCommon):
    """A company of four customers, in its own currency, on Wednesday 30 September 2026:

    - *Alpha*: 1,000 due 1 September, sent reminder 1 on the 9th, paid on the 20th.
    - *Beta*: 2,000 due 10 July, reminder 1 on the 2nd of September and reminder 2
      with a fee of 100 on the 16th; 500 paid on the 21st; a question of the 22nd,
      answered on the 25th; promised 600 for the 28th and 1,000 for 15 October.
    - *Gamma*: 300 due 1 April, reminder 1 on the 2nd and 2 with a fee of 100 on the
      16th; 40 of the fee waived on the 17th; insolvent since the 18th.
    - *Delta*: 50 due 20 October; nothing was sent.

    Of a question of Gamma nobody has said anything since 20 August.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-04-01 08:00:00"):
            cls.alpha, cls.beta, cls.gamma, cls.delta = (
                cls.make_customer(name, f"{name}@x.example".lower())
                for name in ("Alpha", "Beta", "Gamma", "Delta")
            )
            cls.ladder.step_ids[0].active = False
            cls.of_alpha = cls.invoice("2026-09-01", 1000.0, cls.alpha)
            cls.of_beta = cls.invoice("2026-07-10", 2000.0, cls.beta)
            cls.of_gamma = cls.invoice("2026-04-01", 300.0, cls.gamma)
            cls.of_delta = cls.invoice("2026-10-20", 50.0, cls.delta)
        cls.play()

    @classmethod
    def invoice(cls, due, amount, partner):
        move = cls.make_invoice(
            due, amount, partner, invoice_user_id=cls.rep.id, post=False
        )
        move.invoice_date = "2026-04-01" if due < "2026-05-01" else "2026-09-01"
        move.action_post()
        return move

    @classmethod
    def send_on(cls, day):
        """Propose in the morning of the day before, send what is ripe on this day."""
        with freeze_time(f"{day} 07:00:00"):
            reminders = cls.propose().filtered(
                lambda r: r.case_id.partner_id != cls.delta
            )
            reminders.with_user(cls.manager).action_approve()
            reminders.sudo().hold_until = f"{day} 06:00:00"
            reminders._dispatch()
            assert set(reminders.mapped("state")) == {"sent"}, reminders.mapped(
                "held_reason"
            )
            return reminders

    @classmethod
    def get_case(cls, partner):
        return cls.env["payment.reminder.case"].search(
            [("partner_id", "=", partner.id)]
        )

    @classmethod
    def play(cls):
        Query = cls.env["payment.reminder.query"]
        cls.send_on("2026-09-02")  # Beta and Gamma: reminder 1
        cls.send_on("2026-09-09")  # Alpha: reminder 1
        cls.send_on("2026-09-16")  # Beta and Gamma: reminder 2 with its fee
        gamma, beta = cls.get_case(cls.gamma), cls.get_case(cls.beta)
        with freeze_time("2026-09-17 08:00:00"):
            cls.env["payment.reminder.claim.line"].with_user(cls.manager).create(
                {
                    "case_id": gamma.id,
                    "kind": "waiver",
                    "amount": -40.0,
                    "settles": "fee",
                    "note": "Goodwill",
                }
            )
        with freeze_time("2026-09-18 08:00:00"):
            gamma._freeze("insolvency")
        with freeze_time("2026-09-20 08:00:00"):
            cls.pay(cls.of_alpha, payment_date="2026-09-20")
        with freeze_time("2026-09-21 08:00:00"):
            cls.pay(cls.of_beta, 500.0, payment_date="2026-09-21")
            plan = cls.env["payment.reminder.plan"].create(
                {
                    "case_id": beta.id,
                    "instalment_ids": [
                        Command.create({"date_due": "2026-09-28", "amount": 600.0}),
                        Command.create({"date_due": "2026-10-15", "amount": 1000.0}),
                    ],
                }
            )
            plan.with_user(cls.manager).action_approve()
        with freeze_time("2026-08-20 08:00:00"):
            Query.create({"case_id": gamma.id, "kind": "delivery"})
        with freeze_time("2026-09-22 08:00:00"):
            question = Query.create({"case_id": beta.id, "kind": "amount"})
        with freeze_time("2026-09-25 08:00:00"):
            question.action_close("not_agreed")
        cls.startClassPatcher(freeze_time("2026-09-30 20:00:00"))
        cls.env.flush_all()
        cls.env.invalidate_all()

    def get_figures(self, user=None, **vals):
        return (
            self.env["payment.reminder.dashboard"]
            .with_user(user or self.manager)
            .create({"date_from": "2026-07-03", "date_to": "2026-09-30", **vals})
            ._get_figures()
        )
