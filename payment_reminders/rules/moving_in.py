"""What of earlier reminders can be taken over, so that nobody begins anew.

Another program sent them. Each row of its list is one invoice on one letter: it is
judged by what the books say of the invoice, by the ladder, and by the law that held on
the day of the letter. A fee that the law did not allow is not taken over, or only as
much of it as was allowed; that the letter went out is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .fees import SentNotice, notice_fee
from .statute import CALL, NUDGE, Statute
from .text_enum import TextEnum

ZERO = Decimal(0)


class Refusal(TextEnum):
    """Why a row is not taken over, in the order in which a person reads them."""

    NO_NUMBER = "no_number"
    BAD_DATE = "bad_date"
    BAD_FEE = "bad_fee"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    PAID = "paid"
    EXCLUDED = "excluded"
    NOT_DUE = "not_due"
    DROPPED = "dropped"
    HANDED_OVER = "handed_over"
    LEAVING = "leaving"
    FUTURE = "future"
    TOO_EARLY = "too_early"
    NO_STEP = "no_step"
    TWICE = "twice"
    KNOWN = "known"


#: Refusals after which an invoice that is open would begin at the first step, though a
#: row says that it was reminded of.
LEAVING_OPEN = frozenset(
    {
        Refusal.BAD_DATE,
        Refusal.BAD_FEE,
        Refusal.FUTURE,
        Refusal.TOO_EARLY,
        Refusal.NO_STEP,
    }
)


@dataclass(frozen=True)
class Row:
    """One invoice on one letter, as another program tells it.

    :param line: of the file, or a running number
    :param number: of the invoice
    :param step: what the other program calls the step
    :param fee: what was claimed, in the currency of the invoice
    :param wrong: what could not be read, and ``unread`` what stands there
    :param place: what the invoice is found by, where that is not its number
    """

    line: int
    number: str
    step: str
    day: date | None
    fee: Decimal = ZERO
    wrong: tuple[Refusal, ...] = ()
    unread: str = ""
    place: str = ""

    @property
    def key(self) -> str:
        """What the invoice, or a part of it, is found by."""
        return self.place or fold(self.number)


@dataclass(frozen=True)
class Invoice:
    """What our books say of an invoice that rows name.

    :param claim: of which :class:`Claim` it is; None: of none, see ``refusal``
    :param refusal: why nothing about it can be taken over
    :param date_due: of its oldest part that is open
    :param owed: what is open
    :param sent: (step, day) of what this program knows already
    """

    claim: str | None = None
    refusal: Refusal | None = None
    date_invoice: date | None = None
    date_due: date | None = None
    owed: Decimal = ZERO
    sent: frozenset[tuple[int, date]] = frozenset()


@dataclass(frozen=True)
class Claim:
    """All that one customer owes in one currency: the law counts its letters together.

    :param kinds: {id of a step of its ladder: kind}, in their order
    :param matches: {id of a step that was chosen: id on this claim's own ladder}
    :param history: letters that this program knows already
    :param statute: law of its ladder, None: it has none
    :param find_rate: units of its currency for one of the statute's on a day
    """

    kinds: Mapping[int, str]
    debtor: str
    currency: str
    matches: Mapping[int, int] = field(default_factory=dict)
    history: tuple[SentNotice, ...] = ()
    statute: Statute | None = None
    fee_agreed: bool = False
    digits: int = 2
    find_rate: Callable[[date], Decimal | None] = lambda _day: Decimal(1)


@dataclass(frozen=True)
class Judged:
    """What becomes of a row.

    :param refusal: why it is left out; None: it is taken over
    :param step_id: on the ladder of its claim
    :param fee: what of its fee is taken over
    :param cut: codes of :mod:`rules.fees` of why that is less than the row says
    """

    row: Row
    invoice: Invoice | None = None
    refusal: Refusal | None = None
    step_id: int | None = None
    fee: Decimal = ZERO
    cut: tuple[str, ...] = ()


def judge(
    rows: Sequence[Row],
    invoices: Mapping[str, Invoice],
    claims: Mapping[str, Claim],
    steps: Mapping[str, int],
    today: date,
) -> list[Judged]:
    """Say of each row what becomes of it, in the order of the rows.

    :param invoices: {key of a row: what the books say}
    :param claims: {key: claim}
    :param steps: {what the other program calls a step: id of ours}
    :param today: the company's day
    """
    seen: set[tuple[str, int, date]] = set()
    judged: list[Judged] = []
    for row in rows:
        invoice = invoices.get(row.key)
        claim = claims.get(invoice.claim) if invoice and invoice.claim else None
        step_id = _find_step(row, claim, steps)
        refusal = _refuse(row, invoice, claim, step_id, today)
        if refusal is None and invoice and step_id and row.day:
            key = (row.key, step_id, row.day)
            if key in seen:
                refusal = Refusal.TWICE
            elif (step_id, row.day) in invoice.sent:
                refusal = Refusal.KNOWN
            seen.add(key)
        judged.append(Judged(row, invoice, refusal, step_id))
    return _judge_fees(judged, claims)


def fold(number: str) -> str:
    """Return an invoice number as it is compared."""
    return number.strip().casefold()


def find_unplaced(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """Return {claim: rows} of invoices that would begin anew against what a row says.

    They are open, and no row about them is taken over.
    """
    judged = list(judged)
    placed = {one.row.key for one in judged if one.refusal is None}
    found: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if (
            one.refusal in LEAVING_OPEN
            and one.invoice
            and one.invoice.claim
            and not one.invoice.refusal
            and one.row.key not in placed
        ):
            found[one.invoice.claim].append(one)
    return dict(found)


def _find_step(row: Row, claim: Claim | None, steps: Mapping[str, int]) -> int | None:
    """Return the step on the claim's own ladder, None: it lacks that."""
    chosen = steps.get(row.step)
    if chosen is None or claim is None:
        return None
    step_id = claim.matches.get(chosen, chosen)
    # A call is no letter.
    return step_id if claim.kinds.get(step_id, CALL) != CALL else None


def _refuse(
    row: Row,
    invoice: Invoice | None,
    claim: Claim | None,
    step_id: int | None,
    today: date,
) -> Refusal | None:
    if not row.number:
        return Refusal.NO_NUMBER
    if invoice is None:
        return Refusal.UNKNOWN
    if invoice.refusal or claim is None:
        return invoice.refusal or Refusal.UNKNOWN
    if row.wrong:
        return row.wrong[0]
    if row.day is None:
        return Refusal.BAD_DATE
    if row.day > today:
        return Refusal.FUTURE
    if step_id is None:
        return Refusal.NO_STEP
    # A nudge comes before the due date, but after the invoice; a reminder after both.
    is_nudge = claim.kinds[step_id] == NUDGE
    first = invoice.date_invoice if is_nudge else invoice.date_due
    if first and row.day < first:
        return Refusal.TOO_EARLY
    return None


# -- fees ----------------------------------------------------------------------------


def _judge_fees(judged: list[Judged], claims: Mapping[str, Claim]) -> list[Judged]:
    """Say how much of the fees of these rows is taken over, by the law of the day.

    Rows of one claim that name the same step and day are one letter, with one fee.
    """
    letters: dict[str, dict[tuple[date, int], list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for index, one in enumerate(judged):
        if one.refusal is None and one.invoice and one.invoice.claim and one.row.day:
            key = (one.row.day, one.step_id or 0)
            letters[one.invoice.claim][key].append(index)
    result = list(judged)
    for name, of_claim in letters.items():
        claim = claims[name]
        history = list(claim.history)
        for (day, step_id), indexes in sorted(of_claim.items()):
            rows = [judged[index] for index in indexes]
            allowed, codes = _find_allowed(claim, rows, day, step_id, history)
            left = allowed
            for index in indexes:
                one = judged[index]
                fee = min(one.row.fee, left)
                left -= fee
                cut = codes if fee < one.row.fee else ()
                result[index] = Judged(
                    one.row, one.invoice, None, one.step_id, fee, cut
                )
            history.append(SentNotice(day, allowed - left, claim.kinds[step_id]))
    return result


def _find_allowed(
    claim: Claim,
    rows: Sequence[Judged],
    day: date,
    step_id: int,
    history: Sequence[SentNotice],
) -> tuple[Decimal, tuple[str, ...]]:
    """Return (what one letter may have charged on its day, why not more)."""
    wanted = sum((one.row.fee for one in rows), ZERO)
    if claim.kinds[step_id] == NUDGE:
        return ZERO, ("kind_without_fee",)
    if not wanted or claim.statute is None:
        return wanted, ()
    invoices = [one.invoice for one in rows if one.invoice]
    decision = notice_fee(
        claim.statute,
        wanted=wanted,
        debtor=claim.debtor,
        on=day,
        due_date=min((i.date_due for i in invoices if i.date_due), default=day),
        fee_history=history,
        agreed=claim.fee_agreed,
        kind=claim.kinds[step_id],
        principal=sum((i.owed for i in invoices), ZERO),
        currency=claim.currency,
        exchange_rate=claim.find_rate(day),
        digits=claim.digits,
    )
    return decision.amount, decision.codes


# -- which step is which -----------------------------------------------------------

_ORDINALS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(r"\b(first|første|forste|första|forsta)\b")),
    (2, re.compile(r"\b(second|anden|andet|andra)\b")),
    (3, re.compile(r"\b(third|tredje)\b")),
    (4, re.compile(r"\b(fourth|fjerde|fjärde)\b")),
)
_FINAL = re.compile(r"\b(final|last|inkassovarsel|inkassovarning|sidste|sista)\b")


def guess_steps(
    names: Sequence[str], steps: Sequence[tuple[int, str, str]]
) -> dict[str, int]:
    """Return {what another program calls a step: id of ours}, where that is plain.

    By its name; by a number in it, counted over the steps that ask for what is
    overdue; or because it says that it is the last. What is not plain a person says.

    :param names: of the steps of the other program
    :param steps: (id, name, kind) of ours, in their order
    """
    by_name = {
        name.strip().casefold(): step_id
        for step_id, name, kind in steps
        if kind != CALL
    }
    asking = [step_id for step_id, _name, kind in steps if kind not in (NUDGE, CALL)]
    found: dict[str, int] = {}
    for name in names:
        text = name.strip().casefold()
        number = _read_number(text)
        if text in by_name:
            found[name] = by_name[text]
        elif number:
            if number <= len(asking):
                found[name] = asking[number - 1]
        elif _FINAL.search(text) and asking:
            found[name] = asking[-1]
    return found


def _read_number(text: str) -> int:
    """Return which step a text says that it is, 0: it does not say."""
    numbers = re.findall(r"[0-9]+", text)
    if len(numbers) == 1:
        return int(numbers[0])
    if numbers:
        return 0
    return next((number for number, words in _ORDINALS if words.search(text)), 0)
