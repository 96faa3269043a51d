"""Invoices that the company keeps in e-conomic: what is in it, and who pays when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .clock import to_local
from .stage import Stage

if TYPE_CHECKING:
    from odoo.api import Environment

READ = "payment_reminders_economic.ir_cron_economic"
#: Reminded of three times, then paid.
LIFE = 40112
#: Paid in the minute before its reminder leaves.
PAID = 40113
#: When its reminder should leave, e-conomic does not answer.
DOWN = 40114
#: Its reminder waits for you when the play is over.
WAITS = 40121
#: (number, customer, day of the play on which it is due, amount, more)
INVOICES: tuple[tuple[int, int, int | None, float, dict[str, Any]], ...] = (
    (LIFE, 207, -6, 10_000.0, {}),
    (PAID, 208, 10, 4_250.0, {}),
    (DOWN, 209, 12, 6_800.0, {}),
    (40115, 209, None, 1_200.0, {}),
    (40116, 210, 8, 32_000.0, {"paymentTerms": {"paymentTermsType": "factoring"}}),
    (40117, 211, 20, 9_900.0, {}),
    (40118, 211, 22, -480.0, {}),
    (40119, 212, 15, 2_100.0, {}),
    (40120, 213, 18, 3_300.0, {}),
    (WAITS, 214, 39, 5_600.0, {}),
)
#: {number: (name, e-mail, company number)}; two of them share that of a customer here.
CUSTOMERS = {
    207: ("Tangsted Tømrer ApS", "faktura@tangsted.example", ""),
    208: ("Lodbæk Murerfirma", "mail@lodbaek.example", ""),
    209: ("Råbjerg Camping", "kontor@raabjerg.example", ""),
    210: ("Kandestederne Transport", "bogholderi@kandesteder.example", ""),
    211: ("Sømærkets Optik", "post@soemaerket.example", ""),
    212: ("Klitmose Vinduer", "vinduer@klitmose.example", "90810103"),
    213: ("Klitmose Byg", "byg@klitmose.example", "90810103"),
    214: ("Kridtbakkens Golfklub", "kasserer@kridtbakken.example", ""),
}
#: So many days after the last reminder its customer pays.
DAYS_TO_PAY = 3


class Elsewhere:
    """What happens in e-conomic, one day after the other."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._paid: set[int] = set()
        self._was_down = False

    def fill(self) -> None:
        """Have customers and invoices there before the play begins."""
        for number, (name, email, vat) in CUSTOMERS.items():
            self._tell(
                "put_customer",
                number=number,
                name=name,
                email=email,
                corporateIdentificationNumber=vat,
            )
        for number, customer, due, amount, more in INVOICES:
            day = None if due is None else self.stage.days.number(due).isoformat()
            issued = self.stage.days.number((due or 0) - 30).isoformat()
            self._tell(
                "put",
                number=number,
                customer=customer,
                due=day,
                amount=amount,
                date=issued,
                **more,
            )

    def before_sending(self) -> None:
        """Pay an invoice whose reminder is about to leave; be down for another."""
        if LIFE not in self._paid:
            sent = self._find_notices(LIFE, ("sent",))
            final = sent[2:3]
            if final and self._get_age(final[0][1]) >= timedelta(days=DAYS_TO_PAY):
                self._pay(LIFE)
        if PAID not in self._paid and self._find_leaving(PAID):
            self._pay(PAID)
        if not self._was_down and self._find_leaving(DOWN):
            self._tell("be_down", is_down=True)

    def after_sending(self) -> None:
        """Answer again."""
        if not self._was_down and self._find_notices(DOWN, ("held",)):
            self._was_down = True
        self._tell("be_down", is_down=False)

    def _pay(self, number: int) -> None:
        self._tell("pay", number=number)
        self._paid.add(number)

    def _tell(self, what: str, **details: Any) -> None:
        self.stage.clock.order("/economic", {"do": what, **details})

    def _get_age(self, day: date) -> timedelta:
        return self.stage.today() - day

    def _find_leaving(self, number: int) -> bool:
        """Tell whether the reminder of an invoice leaves with the next sending."""
        with self.stage.acting() as env:
            return bool(
                find_notices(env, number, ("approved",)).filtered(
                    lambda notice: notice.hold_until <= self.stage.now()
                )
            )

    def _find_notices(
        self, number: int, states: tuple[str, ...]
    ) -> list[tuple[int, date]]:
        """Return (id, day on which it was sent) of reminders of an invoice."""
        with self.stage.acting() as env:
            return [
                (notice.id, to_local(notice.sent_date or self.stage.now()).date())
                for notice in find_notices(env, number, states)
            ]


def find_notices(env: Environment, number: int, states: tuple[str, ...]) -> Any:
    """Return the reminders of an invoice that were or are in some states; no nudges."""
    return env["payment.reminder"].search(
        [
            ("line_ids.item_id.source", "=", "economic"),
            ("line_ids.item_id.source_number", "=", str(number)),
            ("state", "in", states),
            ("step_kind", "!=", "nudge"),
        ],
        order="id",
    )


def show(env: Environment) -> list[str]:
    """Return the lines that say what became of the invoices of other programs."""
    lines = ["INVOICES THAT ARE KEPT IN E-CONOMIC, AND A FILE OF ANOTHER PROGRAM"]
    invoices = env["payment.reminder.mirror.invoice"].search(
        [], order="source desc, id"
    )
    for invoice in invoices:
        sent = env["payment.reminder"].search_count(
            [
                ("line_ids.item_id.source_ref", "=", invoice.ref),
                ("state", "=", "sent"),
            ]
        )
        doubts = dict(invoice._fields["doubt"]._description_selection(env))
        state = dict(invoice._fields["state"]._description_selection(env))
        what = doubts.get(invoice.doubt) or state[invoice.state].lower()
        lines.append(
            f"{invoice.number:8}{invoice.customer_id.name:28}"
            f"{invoice.amount_total:>12,.2f} {invoice.currency_id.name}"
            f"  {sent} sent, {what}"
        )
    return lines
