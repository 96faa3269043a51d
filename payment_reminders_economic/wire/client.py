"""The questions that e-conomic answers (REST, restapi.e-conomic.com).

There is one way to call, :meth:`Economic.get`, and it can only ask: this file has no
other word of HTTP in it, and a test looks that it stays so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from odoo.addons.payment_reminders.http import Answer, Door, Outcome, Patience

#: Rows of one answer: more would not fit into what the door takes of one.
PAGE = 500
#: What a user waits for at most when a notice leaves.
PATIENT = Patience(10, 10, 30)
#: Numbers of invoices in one question for entries.
NUMBERS = 100
#: Pages of entries in one answer to it, at most.
MOST_PAGES = 20
#: Of our own: the rule of the service is 50,000 calls a day and agreement.
CALLS_A_DAY = 2000


@dataclass(frozen=True)
class Invoice:
    """A booked invoice as the service told it; a credit note has negative amounts.

    :param date_due: None: it has none, and is never chased
    """

    number: str
    customer: str
    day: date | None
    date_due: date | None
    currency: str
    total: Decimal
    remainder: Decimal
    terms: str = ""
    reference: str = ""

    @property
    def is_credit(self) -> bool:
        return self.total < 0 or self.remainder < 0


@dataclass(frozen=True)
class Entry:
    """A booked entry that takes something off an invoice: a payment, with its day.

    :param invoice: number of the invoice
    :param amount: what it takes off, more than zero
    """

    number: str
    invoice: str
    day: date
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Page:
    """One page of a list.

    :param link: of the next one, None on the last
    :param is_short: it has fewer rows than it should, though another follows
    """

    rows: tuple[Any, ...] = ()
    link: str | None = None
    is_short: bool = False


@dataclass(frozen=True)
class Result:
    """What came of a question.

    :param pause: seconds that the service wants to rest
    """

    outcome: Outcome
    value: Any = None
    reason: str = ""
    pause: int | None = None

    @property
    def is_ok(self) -> bool:
        return bool(self.outcome == Outcome.OK)


class Economic:
    """Asks for one agreement.

    :param calls: how many questions were asked today already
    :param entries_url: where booked entries are (OpenAPI, apis.e-conomic.com)
    """

    def __init__(
        self, url: str, secret: str, grant: str, calls: int = 0, entries_url: str = ""
    ) -> None:
        secrets = (secret, grant)
        self.door = Door(url, secrets=secrets, patience=PATIENT, decimals=True)
        self.entries_door = Door(
            entries_url or url, secrets=secrets, patience=PATIENT, decimals=True
        )
        self.headers = {
            "X-AppSecretToken": secret,
            "X-AgreementGrantToken": grant,
            "Content-Type": "application/json",
        }
        self.calls = calls

    def get(self, path: str, wants: str = "json", door: Door | None = None) -> Result:
        """Ask one question; never raises."""
        if self.calls >= CALLS_A_DAY:
            return Result(Outcome.THROTTLED, reason="our own limit of calls a day")
        self.calls += 1
        answer: Answer = (door or self.door).get(
            path, headers=self.headers, wants=wants
        )
        value = answer.body if wants == "bytes" else answer.data
        return Result(answer.outcome, value, answer.reason, answer.pause)

    def read_self(self) -> Result:
        """Return whose agreement this is: dict of agreement, name, number, currency."""
        told = self.get("/self")
        if not told.is_ok:
            return told
        company = _get(told.value, "company")
        settings = _get(told.value, "settings")
        if not _get(told.value, "agreementNumber", None):
            return Result(Outcome.MALFORMED, reason="no agreement in the answer")
        return Result(
            Outcome.OK,
            {
                "agreement": str(told.value["agreementNumber"]),
                "name": _text(company, "name"),
                "number": _text(company, "companyIdentificationNumber"),
                "currency": _text(settings, "baseCurrency"),
            },
        )

    def read_unpaid(self, link: str | None = None, customer: str = "") -> Result:
        """Return a :class:`Page` of :class:`Invoice` that are open."""
        path = link or f"/invoices/unpaid?skippages=0&pagesize={PAGE}"
        if customer and not link:
            path += f"&filter=customer.customerNumber$eq:{int(customer)}"
        return self._read_page(path, parse_invoice)

    def read_customers(self, link: str | None = None, since: str = "") -> Result:
        """Return a :class:`Page` of dicts of customers.

        :param since: of those alone that were changed after this moment, as told there
        """
        path = link or "/customers?skippages=0&pagesize=1000"
        if since and not link:
            path += f"&filter=lastUpdated$gt:{since}"
        return self._read_page(path, parse_customer)

    def read_invoice(self, number: str) -> Result:
        """Return one :class:`Invoice`."""
        told = self.get(f"/invoices/booked/{int(number)}")
        if not told.is_ok:
            return told
        invoice = parse_invoice(told.value)
        if invoice is None or invoice.number != str(int(number)):
            return Result(Outcome.MALFORMED, reason="no such invoice in the answer")
        return Result(Outcome.OK, invoice)

    def read_pdf(self, number: str) -> Result:
        """Return the bytes of the PDF of an invoice."""
        told = self.get(f"/invoices/booked/{int(number)}/pdf", wants="bytes")
        if told.is_ok and not told.value.startswith(b"%PDF"):
            return Result(Outcome.MALFORMED, reason="no PDF")
        return told

    def read_entries(self, numbers: Sequence[str]) -> Result:
        """Return the :class:`Entry` of what was paid on at most ``NUMBERS`` invoices.

        It is one on the account of a customer that takes something off.
        """
        chosen = ",".join(str(int(number)) for number in numbers)
        path = f"/booked-entries?filter=customerInvoiceNumber$in:[{chosen}]"
        found: list[Entry] = []
        cursor = ""
        for _page in range(MOST_PAGES):
            link = f"{path}&cursor={quote(cursor)}" if cursor else path
            told = self.get(link, door=self.entries_door)
            if not told.is_ok:
                return told
            rows = _get(told.value, "items", None)
            if not isinstance(rows, list):
                return Result(Outcome.MALFORMED, reason="no list in the answer")
            for row in rows:
                amount = _amount(_get(row, "amount", None))
                if amount is None:
                    return Result(Outcome.MALFORMED, reason="an entry without amount")
                if amount < 0 and (entry := _parse_entry(row, -amount)):
                    found.append(entry)
            cursor = _text(told.value, "cursor")
            if not cursor:
                return Result(Outcome.OK, tuple(found))
        return Result(Outcome.MALFORMED, reason="too many entries")

    def _read_page(self, path: str, parse: Any) -> Result:
        told = self.get(path)
        if not told.is_ok:
            return told
        rows = _get(told.value, "collection", None)
        pages = _get(told.value, "pagination")
        if not isinstance(rows, list) or not isinstance(pages, Mapping):
            return Result(Outcome.MALFORMED, reason="no list in the answer")
        parsed = [parse(row) for row in rows]
        if None in parsed:
            # Who reads the rest of a list as if it were all of it closes too much.
            return Result(Outcome.MALFORMED, reason="a row that cannot be read")
        link = _text(pages, "nextPage") or None
        size = pages.get("pageSize")
        is_short = bool(link and isinstance(size, int) and len(rows) < size)
        return Result(Outcome.OK, Page(tuple(parsed), link, is_short))


def parse_invoice(row: Any) -> Invoice | None:
    """Read an invoice of an answer; None: it cannot be read."""
    number = _get(row, "bookedInvoiceNumber", None)
    total, remainder = (
        _amount(_get(row, "grossAmount", None)),
        _amount(_get(row, "remainder", None)),
    )
    if not isinstance(number, int) or total is None or remainder is None:
        return None
    due = _text(row, "dueDate")
    invoice = Invoice(
        number=str(number),
        customer=_text(_get(row, "customer"), "customerNumber"),
        day=_date(_text(row, "date")),
        date_due=_date(due),
        currency=_text(row, "currency"),
        total=total,
        remainder=remainder,
        terms=_text(_get(row, "paymentTerms"), "paymentTermsType"),
        reference=_text(_get(row, "references"), "other"),
    )
    return None if due and invoice.date_due is None else invoice


def _parse_entry(row: Any, amount: Decimal) -> Entry | None:
    number, invoice = _text(row, "entryNumber"), _text(row, "customerInvoiceNumber")
    day = _date(_text(row, "date"))
    # What an invoice is booked against, sales and taxes, is of no customer.
    if not (number and invoice and day and _text(row, "customerNumber")):
        return None
    currency = _text(row, "currency") or _text(row, "currencyCode")
    return Entry(number, invoice, day, currency, amount)


def parse_customer(row: Any) -> dict[str, Any] | None:
    """Read a customer of an answer. What is left out there is empty, or false."""
    number = _text(row, "customerNumber")
    if not number:
        return None
    return {
        "number": number,
        "name": _text(row, "name"),
        "email": _text(row, "email"),
        "vat": _text(row, "corporateIdentificationNumber"),
        "barred": _get(row, "barred", False) is True,
        "street": _text(row, "address"),
        "zip": _text(row, "zip"),
        "city": _text(row, "city"),
        "updated_at": _text(row, "lastUpdated"),
    }


def _get(data: Any, name: str, default: Any = ()) -> Any:
    return data.get(name, default) if isinstance(data, Mapping) else default


def _text(data: Any, name: str) -> str:
    value = _get(data, name, "")
    return str(value).strip() if isinstance(value, (str, int)) else ""


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    amount = Decimal(value)
    return amount if amount.is_finite() else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
