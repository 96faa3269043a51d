"""A customer says "I have paid": waited for, compared with the books, and answered."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ...rules import claimed_payment
from ...tools.decimals import to_decimal


class PaymentReminderQuery(models.Model):
    _inherit = "payment.reminder.query"

    paid_amount = fields.Monetary(string="Paid, as the customer says", readonly=True)
    paid_date = fields.Date(string="Paid on", readonly=True)
    paid_wait_until = fields.Date(
        string="Waited for until",
        readonly=True,
        help="If it has not come in by then, the customer and you are told.",
    )
    paid_finding = fields.Selection(
        [
            ("waiting", "Waited for"),
            ("unmatched", "Money came in, not matched yet"),
            ("found", "Found"),
            ("not_found", "Not found"),
        ],
        string="In the books",
        readonly=True,
        help="What the customer says, compared with what came in.",
    )

    def _wait_for_payment(self):
        """Note until when the payments that customers speak of are waited for."""
        stated = self.sudo()
        calendars = self.env["payment.reminder.facts"]._get_calendars(stated.case_id)
        for query in stated:
            company = query.company_id
            query.paid_finding = "waiting"
            query.paid_wait_until = calendars[query.case_id.id].add_banking_days(
                company._get_reminder_today(), company.reminder_paid_days
            )

    @api.model
    def _find_stated(self):
        """Return the open questions that say that something is paid."""
        return self.sudo().search(
            [("state", "!=", "closed"), ("paid_date", "!=", False)]
        )

    def _compare_payments(self):
        """Compare these statements with the books, and tell who has to know."""
        receipts = self._read_receipts()
        # The books as they are now, not as somebody has read them before a payment.
        self.sudo().case_id.item_ids.invalidate_recordset(["amount_residual"])
        for query in self.sudo():
            case = query.case_id
            finding = claimed_payment.compare(
                claimed_payment.Statement(
                    amount=to_decimal(
                        query.paid_amount, query.currency_id.decimal_places
                    ),
                    paid_on=query.paid_date,
                    wait_until=query.paid_wait_until,
                ),
                to_decimal(
                    sum(query._get_stated_items().mapped("amount_residual")),
                    query.currency_id.decimal_places,
                ),
                receipts[query.id],
                case.company_id._get_reminder_today(),
            )
            if str(finding) != query.paid_finding:
                query.paid_finding = str(finding)
                getattr(query, f"_payment_{finding}", lambda: None)()

    def _get_stated_items(self):
        """Return the due items that the statement is about."""
        items = self.case_id._get_page_items()
        return items.filtered(lambda i: i.move_id in self.move_ids) or items

    def _payment_found(self):
        """It is there: close the question, and thank the customer."""
        self.write(
            {
                "state": "closed",
                "outcome": "paid",
            }
        )
        self.activity_ids.action_done()
        self._lift_hold()
        self.case_id._log_event("answered", {"query": self.id, "outcome": "paid"})
        self.case_id._mail_customer("payment_reminders.mail_template_paid_found", self)

    def _payment_unmatched(self):
        case = self.case_id._in_staff_language()
        case._call_responsible(
            case.env._("Match the payment of %s", self.partner_id.name), self
        )

    def _payment_not_found(self):
        """It did not come: both sides hear of it, and a person goes on from here."""
        self.case_id._mail_customer(
            "payment_reminders.mail_template_paid_not_found", self
        )
        case = self.case_id._in_staff_language()
        case._call_responsible(
            case.env._("No payment of %s was found", self.partner_id.name), self
        )

    # -- reading ----------------------------------------------------------------

    def _read_receipts(self):
        """Read what came in from the customers of these questions, in few queries.

        :return: {query id: [:class:`rules.claimed_payment.Receipt`]}
        """
        found = defaultdict(list)
        cases = self.sudo().case_id
        booked = self.env["payment.reminder.figures"]._read_payments(cases.item_ids)
        lines = self._read_open_bank_lines()
        for query in self.sudo():
            items = query.case_id.item_ids
            found[query.id] = [
                claimed_payment.Receipt(paid.amount, paid.date, matched=True)
                for item in items.filtered(
                    lambda i, q=query: not q.move_ids or i.move_id in q.move_ids
                )
                for paid in booked[item.id]
            ] + [
                claimed_payment.Receipt(amount, day, matched=False)
                for root, currency, amount, day in lines
                if (root, currency) == (query.company_id.root_id, query.currency_id)
            ]
        return found

    def _read_open_bank_lines(self):
        """Read incoming bank lines that nobody has matched yet.

        Those of main company and branches together.

        :return: list of (main company, currency, amount, day)
        """
        days = [day for day in self.sudo().mapped("paid_date") if day]
        if not days:
            return []
        # sudo: what a rep learns of the bank is only whether the amount is there
        lines = (
            self.env["account.bank.statement.line"]
            .sudo()
            .search(
                [
                    ("company_id", "child_of", self.sudo().company_id.root_id.ids),
                    ("is_reconciled", "=", False),
                    ("amount", ">", 0),
                    (
                        "date",
                        ">=",
                        min(days) - timedelta(days=claimed_payment.EARLY_DAYS),
                    ),
                ]
            )
        )
        return [
            (
                line.company_id.root_id,
                line.currency_id,
                to_decimal(line.amount, line.currency_id.decimal_places),
                line.date,
            )
            for line in lines
        ]
