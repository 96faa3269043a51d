"""Answers of customers that need no person, as long as nothing is in doubt: "I have
paid" is waited for and compared with the books, a number of theirs is put on the
invoice, and the invoice is sent once more.
"""

import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...rules import claimed_payment, self_solving
from ...rules.self_solving import Obstacle, Wish
from ...tools.decimals import to_decimal
from ...tools.errors import RETRYABLE
from ..sending.recipients import get_emails

_logger = logging.getLogger(__name__)


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

    # What a customer wishes that is done at once (rules/self_solving.py).
    item_ids = fields.Many2many(
        "payment.reminder.item", string="Due items", readonly=True, copy=False
    )
    reference = fields.Char(
        string="Their number",
        readonly=True,
        copy=False,
        help="The customer wants to see it on the invoice.",
    )
    obstacle = fields.Selection(
        [
            ("elsewhere", "Another program keeps the invoice: send it from there"),
            ("unclear", "It is not clear which invoice or which number is meant"),
            ("taken", "The invoice names another number"),
            ("locked", "The invoice is locked"),
            ("network", "A network or an authority has the invoice as it is"),
            ("no_address", "No e-mail address of the customer is known to work"),
            ("often", "It was asked for again and again"),
            ("failed", "Odoo could not send the invoice"),
        ],
        string="Why not by itself",
        readonly=True,
        copy=False,
    )
    solved_until = fields.Date(
        string="No reminder before",
        readonly=True,
        copy=False,
        help="It was answered by itself; the reminders go on where they were on this "
        "day.",
    )
    date_pause_over = fields.Date(string="Pause over on", readonly=True, copy=False)

    # -- "I have paid" --------------------------------------------------------------

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

    # -- a number for the invoice, and the invoice itself ------------------------------

    def _solve(self):
        """Do at once what is wished for here; what is in doubt stays a question."""
        # The customer has no rights; what may be done is judged right here.
        for query in self.sudo():
            obstacle = query._find_obstacle() or query._fulfil()
            if obstacle:
                query.obstacle = str(obstacle)
            else:
                query._pause_solved()

    def _find_obstacle(self):
        """Return why a person has to look at this wish (:class:`Obstacle`), or None."""
        moves = self.item_ids.move_id
        customer, company = self.partner_id, self.company_id
        numbers = {
            customer.ref,
            self.case_id.name,
            *moves.mapped("name"),
            *moves.mapped("payment_reference"),
        }
        marks = {
            text
            for one in (customer, company.partner_id)
            for text in (one.vat, one.company_registry, one.phone)
        } | set((customer | company.partner_id).bank_ids.mapped("acc_number"))
        return self_solving.find_obstacle(
            self_solving.Request(
                wish=Wish(self.kind),
                invoices=[
                    *(self._describe_wanted(move) for move in moves),
                    *(
                        self_solving.Invoice(in_books=False, is_posted=True)
                        for _item in self.item_ids.filtered("source_ref")
                    ),
                ],
                has_address=bool(self._find_confirmed_contact()),
                reference=self.reference or "",
                own_numbers=numbers - {False, "", "/"},
                own_marks=marks - {False, ""},
                times=self._count_solved(),
            )
        )

    def _describe_wanted(self, move):
        """Return what :mod:`rules.self_solving` has to know of an invoice."""
        networks = self.env["payment.reminder.facts"]._get_invoice_networks()
        states = {name: move[name] for name in networks}
        has_edi = "edi_state" in move._fields and bool(move.edi_state)
        return self_solving.Invoice(
            in_books=True,
            is_posted=move.state == "posted",
            is_locked=bool(move.inalterable_hash)
            or move.need_cancel_request
            # A service has it as it is.
            or bool(self.item_ids.filtered(lambda i: i.move_id == move).handover_id),
            is_reported=has_edi
            or any(
                state and state not in networks[name].not_given
                for name, state in states.items()
            ),
            is_unreported=bool(
                self.env["account.move.send"]._get_default_extra_edis(move)
            ),
            reference=move.ref or "",
        )

    def _count_solved(self):
        """Count how often such a wish of this case was fulfilled of late."""
        since = fields.Datetime.subtract(
            fields.Datetime.now(), days=self_solving.WINDOW_DAYS
        )
        return len(
            self.case_id.query_ids.filtered(
                lambda query: (
                    query.kind == self.kind
                    and query.solved_until
                    and query.date_asked >= since
                )
            )
        )

    def _find_confirmed_contact(self):
        """Return the contact who reads the notices of this case, or none.

        Known in Odoo, never typed by a visitor; and of whom no address is a dead end,
        or not the customer's: Odoo's own Send goes to all addresses of a contact.
        """
        reached = self.case_id._find_customer_contacts()
        if not reached:
            return self.env["res.partner"]
        contact = reached[0][0]
        works = {address for _partner, address in reached}
        return contact if works.issuperset(get_emails(contact)) else contact.browse()

    def _fulfil(self):
        """Put the number on the invoice, if there is one, and send what is wished for.

        :return: :class:`Obstacle` if it could not be done; nothing of it stays then
        """
        moves = self.item_ids.move_id
        try:
            with self.env.cr.savepoint():
                if self.kind == Wish.REFERENCE:
                    moves._set_customer_reference(self.reference)
                moves._send_to_customer(self._find_confirmed_contact())
        except RETRYABLE:
            raise
        except Exception as error:
            # Whatever a report or another addon stumbles over: a person sends it. What
            # it says may name the customer, and is not for the log.
            _logger.warning("%s: %s on sending invoices", self, type(error).__name__)
            return Obstacle.FAILED
        return None

    def _pause_solved(self):
        """Close what was answered by itself, and give the customer time to act."""
        case = self.case_id
        until = fields.Date.add(
            self.company_id._get_reminder_today(),
            days=self.company_id.reminder_solved_days,
        )
        self.write({"state": "closed", "solved_until": until})
        case._give_grace(until, days=0)
        case._log_event(
            "solved",
            {
                "query": self.id,
                "kind": self.kind,
                "invoices": ", ".join(self.item_ids.move_id.mapped("name")),
                "until": fields.Date.to_string(until),
            },
        )
        told = case._in_staff_language()
        what = self.with_env(told.env)._describe_solved()
        told._message_log(
            # What was done is no doing of the visitor.
            author_id=self.env.ref("base.partner_root").id,
            body=told.env._(
                "%(what)s No reminder is sent before %(day)s.",
                what=what,
                day=format_date(told.env, until),
            ),
        )

    def _describe_solved(self):
        """Say what was done by itself, to staff."""
        names = ", ".join(self.item_ids.move_id.mapped("name"))
        if self.kind == Wish.REFERENCE:
            return self.env._(
                "The customer gave the number %(number)s for %(invoices)s. It was put "
                "on the invoice, and the invoice was sent again.",
                number=self.reference,
                invoices=names,
            )
        return self.env._("The customer wanted %s once more. It was sent.", names)

    def _tell_pause_over(self):
        """Say on case and trail that the time given with these answers is over."""
        for query in self.sudo():
            case = query.case_id
            today = query.company_id._get_reminder_today()
            if query.date_pause_over or not query.solved_until <= today:
                continue
            query.date_pause_over = today
            case._log_event("pause_over", {"query": query.id, "kind": query.kind})
            told = case._in_staff_language()
            told._message_log(
                body=told.env._(
                    "The pause after “%s” is over. The reminders go on where they "
                    "were.",
                    query.with_env(told.env).name,
                )
            )
