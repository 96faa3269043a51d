"""The customer's page of a case: the link that opens it, what it shows, paying there,
and what customers propose, on it or on the phone, within what the company lets them.
"""

import base64
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from odoo import fields, models
from odoo.tools import consteq, format_date
from odoo.tools.misc import hmac

from ...rules import allocation
from ...rules import plan as plan_rules
from ...tools.decimals import to_decimal
from ...tools.money import format_code
from ...tools.visitor import get_author

#: The last day of a link counts from here, in four hexadecimal digits (until 2149).
EPOCH = date(1970, 1, 1)
#: Last day, then 128 bits of the signature: short enough for an SMS.
LINK = re.compile(r"(?P<day>[0-9a-f]{4})(?P<signature>[A-Za-z0-9_-]{22})")
SCOPE = "payment_reminders.link"
#: No plan is looked at whose first day is so many days away.
FAR_DAYS = 3650
#: So far ahead a customer may ask what it comes to.
FORECAST_DAYS = 366


@dataclass(frozen=True)
class Forecast:
    """What paying everything comes to on one day, in the case's currency.

    ``until`` is the day up to which interest is in it (None: no interest is added).
    """

    day: date
    principal: float
    costs: float
    interest: float
    total: float
    until: date | None


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    link_version = fields.Integer(
        readonly=True,
        copy=False,
        default=0,
        help="Part of what is signed: raising it ends every link sent so far.",
    )

    # -- the link that opens it without a login ---------------------------------

    def _message_compute_author(self, author_id=None, email_from=None):
        # EXTENDS mail: what is done on the customer's page is the customer's doing
        author_id = get_author(self.env, author_id, email_from)
        return super()._message_compute_author(author_id, email_from)

    def _portal_ensure_token(self):
        # OVERRIDE portal: its token never expires, and writes a row when first asked
        self.ensure_one()
        case = self.sudo()
        day = case.company_id._get_reminder_today() + timedelta(
            days=case.company_id.reminder_link_days
        )
        return f"{(day - EPOCH).days:04x}{case._sign_link(day)}"

    def _sign_link(self, day):
        """Return the signature of a link to this case that works up to a day."""
        self.ensure_one()
        # sudo: the secret of the database is a system parameter
        digest = hmac(
            self.sudo().env,
            SCOPE,
            (self.id, self.link_version, day.isoformat()),
        )
        return base64.urlsafe_b64encode(bytes.fromhex(digest)[:16]).decode().rstrip("=")

    def _judge_link(self, token):
        """Tell whether a link opens this case.

        :param token: whatever the visitor sent
        :return: ``valid``, ``expired`` (it was right once), or False
        """
        self.ensure_one()
        match = LINK.fullmatch(token) if isinstance(token, str) else None
        if not match:
            return False
        case = self.sudo()
        day = EPOCH + timedelta(days=int(match["day"], 16))
        if not consteq(match["signature"], case._sign_link(day)):
            return False
        is_over = day < case.company_id._get_reminder_today()
        return "expired" if is_over or case.close_reason == "merged" else "valid"

    def _end_links(self):
        """Let no link that was sent so far open these cases."""
        for case in self.sudo():
            case.link_version += 1

    def _get_survivor(self):
        """Return the case into which a merge of customers put this one, or itself."""
        self.ensure_one()
        if self.close_reason != "merged":
            return self
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("close_reason", "!=", "merged"),
            ],
            limit=1,
        )

    def _get_page_url(self):
        """Return a fresh link to the customer's page of this case."""
        self.ensure_one()
        case = self.sudo()
        token = case._portal_ensure_token()
        return f"{case.get_base_url()}{case.access_url}?access_token={token}"

    # -- what it shows -----------------------------------------------------------

    def _get_page_items(self):
        """Return the due items of this case on which something is open."""
        self.ensure_one()
        return self.item_ids.filtered(
            lambda item: not item.is_dropped and item.amount_residual > 0
        )

    def _get_page_costs(self):
        """Return the fees and interest that are ours to ask: none that went along."""
        self.ensure_one()
        return max(self.amount_costs - self._get_costs_elsewhere(), 0.0)

    def _get_page_due(self, item=None):
        """Return the most that a customer can owe here, and so pay online.

        :param item: payment.reminder.item for that item alone; default: everything
            that is open, costs included
        """
        self.ensure_one()
        if item:
            return item.amount_residual
        return self.currency_id.round(
            sum(self._get_page_items().mapped("amount_residual"))
            + self._get_page_costs()
        )

    def _get_page_forecast(self, day):
        """Return what it comes to if everything is paid on a day.

        Who pays by the deadline of the last notice pays what that notice says. After
        it, the interest runs that a next notice would ask for; a fee only comes with
        a notice, so that none is foretold.

        :param day: any day; it is brought into today … today + FORECAST_DAYS
        :return: :class:`Forecast`
        """
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        day = min(max(day, today), today + timedelta(days=FORECAST_DAYS))
        principal = sum(
            item.amount_residual
            for item in self._get_page_items()
            if item.date_due < day
        )
        deadline = self._get_page_reminder().deadline_date
        interest, until = 0.0, None
        if not deadline or day > deadline:
            figures = self.env["payment.reminder.figures"]
            running, _day = figures._compute_running(self, day)[self.id]
            interest = max(float(running.interest), 0.0)
            until = running.interest_until if interest else None
        costs = self._get_page_costs()
        return Forecast(
            day=day,
            principal=principal,
            costs=costs,
            interest=interest,
            total=self.currency_id.round(principal + costs + interest),
            until=until,
        )

    def _get_page_reminder(self):
        """Return the last notice that really went out."""
        self.ensure_one()
        sent = self.reminder_ids.filtered("counts")
        return sent.sorted("sent_date")[-1:]

    def _get_page_payments(self):
        """Return what was received on the due items of this case, and when.

        :return: {item: [:class:`rules.interest.Payment`]}, oldest first
        """
        self.ensure_one()
        figures = self.env["payment.reminder.figures"]
        found = figures._read_payments(self.item_ids)
        return {
            item: sorted(found[item.id], key=lambda paid: paid.date)
            for item in self.item_ids
        }

    def _get_page_ledger(self):
        """Return what is open on the claim ledger, and its entries that are settled.

        What was paid, waived or moved away is history: an entry is in the first list
        for as much of it as is still asked for.

        :return: (list of (claim line, paragraph or empty, what is open of it), list of
            (claim line, paragraph or empty)), each the oldest first
        """
        self.ensure_one()
        standing = self.claim_line_ids.filtered(
            lambda line: not line.reversal_of_id and not line.reversed_by_ids
        ).sorted(lambda line: (line.date, line.id))
        statute = self.ladder_id.jurisdiction_id._get_statute()
        digits = self.currency_id.decimal_places
        asked, history = [], []
        left = self._read_open_costs()[self.id]
        open_of = {}
        for kind, lines in standing.grouped("kind").items():
            amounts = [to_decimal(line.amount, digits) for line in lines]
            parts = allocation.open_entries(amounts, left.get(kind, Decimal(0)))
            open_of.update(zip(lines, parts, strict=True))
        for line in standing:
            ground = (statute and line._get_ground(statute)) or ""
            if open_of[line]:
                asked.append((line, ground, float(open_of[line])))
            else:
                history.append((line, ground))
        return asked, history

    def _get_page_letters(self):
        """Return (notices sent of this claim, those of earlier ones), newest first."""
        self.ensure_one()
        sent = self.reminder_ids.filtered(
            lambda r: r.state == "sent" and not r.taken_over_id
        )
        sent = sent.sorted("sent_date", reverse=True)
        if self.state == "closed" or not self._get_page_items():
            return sent.browse(), sent
        mine = sent.filtered(
            lambda r: not self.date_open or r.sent_date >= self.date_open
        )
        return mine, sent - mine

    def _get_page_receipt(self):
        """Return what a customer who owes nothing any more has paid of this claim.

        :return: dict of rows (name, day, amount), total and day (the last one); empty
            while anything is open, or when no money came
        """
        self.ensure_one()
        if self._get_page_items() or self.amount_claim:
            return {}
        since = self.date_open and self.company_id._get_reminder_today(self.date_open)
        credited = self._get_page_credits()
        rows = [
            {"name": item.display_name, "day": paid.date, "amount": float(paid.amount)}
            for item, payments in self._get_page_payments().items()
            # What was settled before this claim began is of an earlier one.
            if payments and not (since and payments[-1].date < since)
            for paid in payments
            if paid.amount > 0 and (item, paid.date, paid.amount) not in credited
        ]
        costs = self._get_page_costs_paid()
        if costs:
            rows.append({"name": "", "day": costs[1], "amount": costs[0]})
        if not rows:
            return {}
        return {
            "rows": sorted(rows, key=lambda row: (row["day"], row["name"])),
            "total": self.currency_id.round(sum(row["amount"] for row in rows)),
            "day": max(row["day"] for row in rows),
        }

    def _render_receipt_pdf(self):
        """Return the receipt of a customer who has paid everything, as a PDF."""
        self.ensure_one()
        receipt = self._get_page_receipt()
        money = partial(format_code, self.env, currency=self.currency_id)
        values = {
            "rows": [
                {
                    "name": row["name"],
                    "day": format_date(self.env, row["day"]),
                    "amount": money(row["amount"]),
                }
                for row in receipt["rows"]
            ],
            "total": money(receipt["total"]),
        }
        body = self.env["ir.qweb"]._render("payment_reminders.letter_receipt", values)
        report = self.env["report.payment_reminders.report_letter"]
        sheet = report._prepare_sheet(
            self.company_id,
            self.partner_id,
            self.env._("Receipt"),
            body,
            case=self.name,
        )
        return report._print_sheets([sheet])

    def _render_statement_pdf(self):
        """Return all that is open of this customer as a PDF, read now."""
        self.ensure_one()
        return self.env["payment.reminder.statement"]._render_pdf(
            self.partner_id, self.company_id, lang=self.env.lang
        )

    def _get_page_credits(self):
        """Return what credit notes took, which nobody paid: {(item, day, amount)}."""
        digits = self.currency_id.decimal_places
        return {
            (item, part.credit_move_id.date, to_decimal(amount, digits))
            for item in self.item_ids
            for part in item.move_line_id.matched_credit_ids
            if part.credit_move_id.move_id.move_type == "out_refund"
            for amount in [part.debit_amount_currency]
        }

    def _get_page_costs_paid(self):
        """Return (what was paid of fees and interest, the last day) of this claim."""
        opened = self.date_open and self.date_open.date()
        paid = self.claim_line_ids.filtered(
            lambda line: (
                line.kind == "payment" and not (opened and line.date < opened)
            )
        )
        amount = self.currency_id.round(-sum(paid.mapped("amount")))
        return (amount, max(paid.mapped("date"))) if amount > 0 else None

    def _get_page_transfer(self, item):
        """Return how one item is paid by bank transfer.

        :return: dict with bank (res.partner.bank), reference and qr, the picture of
            Odoo's own payment code as a data URL (None: there is none here)
        """
        self.ensure_one()
        move = item.move_id
        bank = move.partner_bank_id
        reference = move.payment_reference or move.name or item.source_number
        if item.source_ref:
            bank = self.company_id.partner_id.bank_ids[:1]
        qr = None
        if bank:
            qr = bank.build_qr_code_base64(
                item.amount_residual,
                reference,
                move.payment_reference,
                self.currency_id,
                self.partner_id,
                silent_errors=True,
            )
        return {"bank": bank, "reference": reference, "qr": qr}

    def _get_page_reference(self):
        """Return the payment reference of what is overdue; empty if several are."""
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        moves = self._get_page_items().filtered(lambda i: i.date_due < today).move_id
        references = {move.payment_reference or move.name for move in moves}
        return references.pop() if len(references) == 1 else ""

    # -- what an online payment settles ---------------------------------------------

    def _divide_online_payment(self, amount, item=None):
        """Tell what an online payment is for: what is overdue, the oldest first, then
        fees and interest, then what is not due yet.

        :param amount: in the case's currency
        :param item: payment.reminder.item, when it is for that one alone
        :return: (account.move records, the share of fees and interest)
        """
        self.ensure_one()
        if item:
            return item.move_id, 0.0
        items = self._get_page_items().sorted("date_due")
        today = self.company_id._get_reminder_today()
        overdue = items.filtered(lambda part: part.date_due < today)
        moves, left = self._take_moves(overdue, amount)
        costs = min(left, self._get_page_costs())
        more, _rest = self._take_moves(items - overdue, left - costs)
        return moves | more, self.currency_id.round(costs)

    def _take_moves(self, items, amount):
        """Return (invoices of these items that an amount reaches, what is left)."""
        moves = self.env["account.move"]
        for item in items:
            if self.currency_id.compare_amounts(amount, 0) <= 0:
                break
            moves |= item.move_id
            amount -= item.amount_residual
        return moves, max(amount, 0.0)

    def _count_online_costs(self, paid):
        """Post on the claim ledgers what was paid online of fees and interest.

        :param paid: payment.transaction records of these cases that paid some
        """
        counted = (
            self.env["payment.reminder.claim.line"]
            .sudo()
            .search([("transaction_id", "in", paid.ids)])
            .transaction_id
        )
        for transaction in paid - counted:
            transaction.reminder_case_id._count_costs_of(transaction)

    def _count_costs_of(self, transaction):
        self.ensure_one()
        digits = self.currency_id.decimal_places
        result = allocation.allocate(
            to_decimal(transaction.reminder_costs, digits),
            dict(self._read_open_costs()[self.id]),
            self._get_payment_order(),
        )
        parts = {
            kind: amount
            for kind in (allocation.FEE, allocation.INTEREST, allocation.COMPENSATION)
            if (amount := result.total(kind))
        }
        if not parts:
            return
        day = self.company_id._get_reminder_today()
        self._settle_costs(
            "payment",
            transaction.reference,
            parts,
            date=day,
            transaction_id=transaction.id,
        )
        self._log_event("costs_paid", {"amount": str(sum(parts.values()))})

    # -- what a customer proposes ---------------------------------------------------

    def _prepare_plan(self, count, first):
        """Divide what is overdue into the instalments that a customer asks for.

        :param count: number of instalments
        :param first: day of the first one, or None
        :return: (:class:`rules.plan.Part` records, what is wrong in words); there are
            parts to look at even if they are outside of the limits
        """
        self.ensure_one()
        limits = self.company_id._get_reminder_plan_limits()
        fee = self._get_plan_fee() if self.company_id.reminder_plan_fee else 0.0
        # Not divided into more parts than anybody allows.
        return self._divide_within(limits, min(count, limits.max_parts + 1), first, fee)

    def _prepare_promise(self, day):
        """Return what :meth:`_prepare_plan` does, for everything on one day."""
        self.ensure_one()
        days = self.company_id.reminder_promise_days
        limits = plan_rules.Limits(max_parts=1 if days else 0, max_days=days)
        return self._divide_within(limits, 1, day)

    def _divide_within(self, limits, count, first, fee=0.0):
        if self.plan_ids.filtered(lambda p: p.state in ("proposed", "active")):
            return (), [self.env._("There is a plan or a promise already.")]
        if not limits.max_parts:
            return (), [self.env._("This is not offered here.")]
        today = self.company_id._get_reminder_today()
        if not first:
            return (), [self.env._("Please choose a day.")]
        if (first - today).days > FAR_DAYS:
            return (), [self.env._("Please choose an earlier day.")]
        digits = self.currency_id.decimal_places
        total = to_decimal(self._get_plan_base() + fee, digits)
        if total <= 0:
            return (), [self.env._("Nothing is overdue here.")]
        try:
            parts = plan_rules.propose(total, count, first, digits)
        except plan_rules.PlanError:
            return (), [self.env._("Please choose another number of instalments.")]
        words = self._get_limit_words(limits)
        return parts, [words[code] for code in plan_rules.check(parts, limits, today)]

    def _get_limit_words(self, limits):
        least = format_code(self.env, limits.min_amount, self.currency_id)
        return {
            "none": self.env._("Please choose another number of instalments."),
            "past": self.env._("Please choose a day after today."),
            "too_many": self.env._(
                "You can propose %s instalments at most.", limits.max_parts
            ),
            "too_late": self.env._(
                "Please pay everything within %s days.", limits.max_days
            ),
            "too_small": self.env._("An instalment is %s at least.", least),
        }

    def _get_promise_days(self):
        """Return the first and the last day by which a customer may promise to pay."""
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        return (
            today + timedelta(days=1),
            today + timedelta(days=self.company_id.reminder_promise_days),
        )

    def _is_trusted(self):
        """Tell whether the word of this customer still pauses by itself."""
        self.ensure_one()
        return plan_rules.may_pause(self._count_promises()[self.id][1])

    def _propose_plan(self, kind, parts, note="", source="page"):
        """Take a plan or a promise that a customer proposes.

        A promise holds at once; a plan needs a manager, and holds the case until one
        has decided. After a second broken word nothing pauses by itself.

        :param parts: :class:`rules.plan.Part` records within the company's limits
        :param source: a code of the plan's ``source``
        :return: the new plan
        """
        self.ensure_one()
        plan = (
            self.env["payment.reminder.plan"]
            .sudo()
            .create(
                {
                    "case_id": self.id,
                    "kind": kind,
                    "source": source,
                    "note": note,
                    "instalment_ids": [
                        fields.Command.create(
                            {"date_due": part.due, "amount": float(part.amount)}
                        )
                        for part in parts
                    ],
                }
            )
        )
        trusted = self._is_trusted()
        if kind == "promise" and trusted:
            plan._start()
            return plan
        plan._log_state()
        told = self._in_staff_language()
        if trusted:
            told._freeze(
                kind, told.env._("The customer proposed a plan: decide on it.")
            )
        told._call_responsible(
            told.env._("%s proposes to pay later: decide on it", self.partner_id.name),
            plan,
        )
        return plan
