"""What comes in from outside as it really comes: odd money, moved customers, machines.

The acts that edges.py tells about, and every mail that comes in.
"""

from __future__ import annotations

import os
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from odoo.addons.payment_reminders_sms_46elks.wire import read_message

from . import amili, bank, elks
from .people import BOOKKEEPER
from .services import AMILI_VARIABLE
from .stage import Placed, Stage, case_of, move_of, receivable_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from odoo.api import Environment

#: What a server says of a mail that it was to forward and could not, RFC 3464.
FORWARDING_FAILED = """\
From: Mail Delivery System <postmaster@{domain}>
To: {bounce}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-Id: <forward-{id}@{domain}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"

--=_report
Content-Type: text/plain; charset=utf-8

Your message was forwarded to another mailbox, which did not take it.

--=_report
Content-Type: message/delivery-status

Reporting-MTA: dns; {domain}

Final-Recipient: rfc822; familien.flod@forwarded.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--=_report
Content-Type: text/rfc822-headers

From: {sender}
To: {recipient}
Subject: {subject}
Message-Id: {message_id}

--=_report--
"""


class EdgeActs:
    """Acts by name; each takes the invoice that it is about."""

    stage: Stage
    bank: bank.Bank

    # -- money ------------------------------------------------------------------

    def transfer(
        self,
        placed: Placed,
        text: str,
        narration: str = "",
        share: float = 1.0,
        count: int = 1,
        discounted: bool = False,
    ) -> None:
        """Money comes in by bank that nobody has matched yet.

        :param text: what the bank line says; {name} is the invoice's number, {short}
            the same as people write it, {next} that of the invoice after it
        :param narration: the same, of what the payer wrote beside it
        :param share: share of what is open
        :param count: so many invoices of the customer are paid in one sum
        :param discounted: the discount for paying early is taken off
        """
        with self.stage.acting() as env:
            moves = _get_open_moves(env, placed)[:count]
            amount = sum(moves.mapped("amount_residual")) * share
            if discounted:
                amount = receivable_of(moves).discount_amount_currency
            names = {
                "name": moves[:1].name,
                "short": _shorten(moves[:1].name),
                "next": _shorten(moves[-1:].name),
            }
            self.bank.take(
                bank.Transfer(
                    placed,
                    self.stage.today(),
                    moves.currency_id.round(amount),
                    text.format(**names),
                    match=False,
                    narration=narration.format(**names),
                )
            )

    def match_all(self, placed: Placed) -> None:
        """The bookkeeper matches a bank line with all that is due of the customer."""
        with self.stage.acting() as env:
            line = env["account.bank.statement.line"].browse(
                placed.memory.pop("bank_line")
            )
            due = _get_open_moves(env, placed).filtered(
                lambda move: move.invoice_date_due <= self.stage.today()
            )
            bank.match(env, line, due)

    # -- the customer in the address book ------------------------------------------

    def get_parent(self, placed: Placed, parent: str) -> None:
        """The customer becomes part of a group: the address book says so."""
        with self.stage.acting() as env:
            partner = env["res.partner"].browse(
                self.stage.partners[placed.plot.customer]
            )
            group = env["res.partner"].create(
                {
                    "name": parent,
                    "is_company": True,
                    "country_id": partner.country_id.id,
                    "lang": partner.lang,
                    "user_id": partner.user_id.id,
                }
            )
            partner.parent_id = group

    def pay_for(self, placed: Placed, way: str) -> None:
        """The group pays by bank; the line is known to be of it, and not matched."""
        with self.stage.acting() as env:
            move = move_of(env, placed)
            self.bank.take(
                bank.Transfer(
                    placed,
                    self.stage.today(),
                    move.amount_residual,
                    f"{move.partner_id.parent_id.name} {way}",
                    match=False,
                )
            )

    def match_parent(self, placed: Placed) -> None:
        """The bookkeeper matches what the group paid."""
        self.match_all(placed)

    # -- staff --------------------------------------------------------------------

    def leave(self, placed: Placed, login: str) -> None:
        """Somebody leaves the company: the user is archived."""
        del placed
        with self.stage.acting() as env:
            env["res.users"].browse(self.stage.users[login]).active = False

    # -- a collection service -------------------------------------------------------

    def hand_over(self, placed: Placed) -> None:
        """The bookkeeper hands the invoice over to Amili, by the dialog."""
        with self.stage.acting(BOOKKEEPER.login) as env:
            dialogs = env["payment.reminder.handover.wizard"]
            action = dialogs._open(move_of(env, placed), "amili")
            dialog = dialogs.browse(action["res_id"])
            reasons = [text for text in dialog.line_ids.mapped("reason") if text]
            if reasons:
                raise RuntimeError(f"Not handed over: {reasons}")
            dialog.action_hand_over()

    def work_at_amili(self, placed: Placed, **what: Any) -> None:
        """Somebody at Amili goes on with the case, or the customer does.

        :param what: state and status in Amili's words, and what is left of it
        """
        with self.stage.acting() as env:
            number = move_of(env, placed).name
        amili.tell(os.environ[AMILI_VARIABLE], "/case", invoice_number=number, **what)

    def learn_word(self, placed: Placed, raw_state: str, state: str) -> None:
        """The bookkeeper says what a word of Amili's means; it holds at once."""
        del placed
        with self.stage.acting(BOOKKEEPER.login) as env:
            env["payment.reminder.handover.word"].create(
                {"provider": "amili", "raw_state": raw_state, "state": state}
            )

    # -- an SMS that comes in -------------------------------------------------------

    def text_back(self, placed: Placed, text: str) -> None:
        """The customer answers the last SMS, and 46elks tells us."""
        with self.stage.acting() as env:
            last = _get_last_delivery(env, case_of(env, placed), "sms")
            told = read_message(
                elks.prepare_text(last.recipient, text, f"sin{last.id:04}")
            )
            env["payment.reminder.inbound"]._take(
                env.company,
                elks.PROVIDER,
                "message",
                told.key,
                number=told.number,
                text=told.text,
            )
        with self.stage.acting() as env:
            action = env.ref("payment_reminders_sms.ir_cron_inbound")
            action.method_direct_trigger()

    # -- mails that come in ---------------------------------------------------------

    def answer(
        self, placed: Placed, text: str, marks: Mapping[str, str] | None = None
    ) -> None:
        """The customer answers the last e-mail; Odoo's mail gateway takes it in.

        :param marks: lines of the head that a machine on the way has put there
        """
        self._receive_answer(placed, text, "Re: {subject}", marks or {})

    def be_absent(self, placed: Placed) -> None:
        """An absence note of Exchange, as it comes from Poland."""
        self._receive_answer(
            placed,
            "Dziękuję za wiadomość. Jestem nieobecna w biurze do końca miesiąca."
            " W pilnych sprawach proszę o kontakt telefoniczny.",
            "Automatyczna odpowiedź: {subject}",
            {
                "X-Auto-Response-Suppress": "All",
                "X-MS-Exchange-Inbox-Rules-Loop": placed.customer.email,
            },
        )

    def _receive_answer(
        self, placed: Placed, text: str, subject: str, marks: Mapping[str, str]
    ) -> None:
        with self.stage.acting() as env:
            case = case_of(env, placed)
            mail = _get_last_delivery(env, case).mail_mail_id
            answer = EmailMessage()
            answer["From"] = f"{case.partner_id.name} <{placed.customer.email}>"
            answer["To"] = mail.reply_to
            answer["Subject"] = subject.format(subject=mail.subject)
            answer["Date"] = format_datetime(self.stage.now())
            answer["Message-Id"] = f"<answer-{mail.id}@customer.example>"
            answer["In-Reply-To"] = mail.message_id
            for name, value in marks.items():
                answer[name] = value
            answer.set_content(text)
            env["mail.thread"].message_process(False, answer.as_bytes())

    def fail_to_forward(self, placed: Placed) -> None:
        """The customer's mailbox forwards, and where it forwards to is full."""
        with self.stage.acting() as env:
            delivery = _get_last_delivery(env, case_of(env, placed))
            mail = delivery.mail_mail_id
            text = FORWARDING_FAILED.format(
                id=delivery.id,
                domain=placed.customer.email.partition("@")[2],
                bounce=env.company.bounce_email,
                date=format_datetime(self.stage.now()),
                sender=mail.email_from,
                recipient=delivery.recipient,
                subject=mail.subject.encode("ascii", "replace").decode(),
                message_id=delivery.message_id,
            )
            env["mail.thread"].message_process(False, text)


def _get_open_moves(env: Environment, placed: Placed) -> Any:
    """Return what the customer of an invoice owes, what is due first at first."""
    move = move_of(env, placed)
    return env["account.move"].search(
        [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("commercial_partner_id", "=", move.commercial_partner_id.id),
            ("currency_id", "=", move.currency_id.id),
            ("amount_residual", ">", 0),
        ],
        order="invoice_date_due, id",
    )


def _get_last_delivery(env: Environment, case: Any, channel: str = "email") -> Any:
    return env["payment.reminder.delivery"].search(
        [("case_id", "=", case.id), ("channel", "=", channel)],
        order="date_sent desc",
        limit=1,
    )


def _shorten(name: str) -> str:
    """Return an invoice's number as people write it: "2026/7" for "INV/2026/00007"."""
    parts = name.split("/")
    return "/".join((*parts[1:-1], parts[-1].lstrip("0")))
