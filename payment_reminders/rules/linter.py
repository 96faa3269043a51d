"""What a ladder breaks of a statute, found before anything is sent.

An error is a step that the law does not allow as it is written down; a warning is a
doubt, or something that the decision at sending (``fees``) will leave off or lower. A
step whose fee is "the statute's" cannot exceed it, so it gets warnings only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from . import statute as law
from .statute import (
    CALL,
    COMPANY,
    DEMAND,
    FINAL_NOTICE,
    NUDGE,
    PERSON,
    ZERO,
    FeeRule,
    Statute,
)

ERROR = "error"
WARNING = "warning"

DUE_DATE = "due_date"
PREVIOUS_STEP = "previous_step"

#: Every code that :func:`lint` can return.
CODES = (
    "notice_forbidden",
    "notice_signalled",
    "nudge_fee",
    "call_costs",
    "fee_law_ended",
    "no_fee",
    "fee_over_cap",
    "fee_over_scale",
    "fee_actual_cost",
    "fee_too_early",
    "fee_spacing",
    "fee_spacing_careful",
    "fee_deadline_running",
    "fee_count",
    "fee_second_demand",
    "fee_agreement",
    "fee_first_free",
    "fee_free_deadline",
    "fee_before_final_notice",
    "letter_before_due",
    "deadline_short",
    "no_interest",
    "interest_margin_person",
    "interest_margin_agreed",
    "compensation_person",
    "no_compensation",
    "compensation_includes_fees",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a ladder, as far as the law cares.

    :param kind: ``nudge``, ``reminder``, ``final_notice``, ``demand`` or ``call``
    :param delay_days: days from ``delay_from`` (negative: before)
    :param delay_from: ``due_date`` or ``previous_step``
    :param fee: in the statute's currency; 0: none; None: the statute's
    :param charge_interest: the notice claims statutory interest
    :param extra_margin: percentage points a year on top of the statutory interest
    :param charge_compensation: the notice claims the lump sum
    :param deadline_days: days from sending that the notice gives (None: the statute's)
    """

    kind: str
    delay_days: int
    delay_from: str = DUE_DATE
    fee: Decimal | None = ZERO
    charge_interest: bool = False
    extra_margin: Decimal = ZERO
    charge_compensation: bool = False
    deadline_days: int | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """A sequence of steps and the debtors that it is for.

    What breaks the law for one kind of debtor breaks it for the ladder; only the lump
    sum is simply never asked of a person on a ladder that is for both.
    """

    steps: tuple[Step, ...]
    debtors: tuple[str, ...] = law.DEBTORS


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a step breaks.

    :param code: one of ``CODES``
    :param level: ``error`` or ``warning``
    :param step: index of the step in the ladder
    :param params: figures for the message
    :param source: paragraph
    """

    code: str
    level: str
    step: int
    params: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Rung:
    """A step with what came before it, seen by one kind of debtor.

    :param day: days after the due date, at the earliest
    :param gap: days since the letter before it (None: it is the first letter)
    :param before: the letters before it, latest last
    :param rule: what the statute says about the step's kind of notice
    """

    index: int
    step: Step
    day: int
    gap: int | None
    before: tuple[_Rung, ...]
    debtor: str
    rule: FeeRule | None

    @property
    def bears_fee(self) -> bool:
        if self.step.kind in (NUDGE, CALL) or self.rule is None:
            return False
        if self.step.fee is None:
            return self.rule.basis in (law.STATUTORY, law.SCALE)
        return self.step.fee > 0

    @property
    def deadline_days(self) -> int:
        """The days that the letter gives, from sending."""
        least = self.rule.deadline_days if self.rule else 0
        return max(self.step.deadline_days or 0, least)

    def breach(self, code: str, *, doubtful: bool = False, **params: object) -> Breach:
        """Return a breach of a condition of the fee: an error if it was typed in."""
        level = WARNING if doubtful or self.step.fee is None else ERROR
        source = self.rule.source if self.rule else ""
        return Breach(code, level, self.index, params, source)


def lint(ladder: Ladder, statute: Statute, on: dt.date) -> list[Breach]:
    """Return what a ladder breaks, by step, errors first; each rule once a step.

    :param on: the day whose law is meant
    """
    found: dict[tuple[int, str], Breach] = {}
    for debtor in ladder.debtors:
        for rung in _rungs(ladder.steps, statute, debtor, on):
            for breach in _check(rung, ladder, statute, on):
                key = breach.step, breach.code
                known = found.get(key)
                if known is None or (known.level, breach.level) == (WARNING, ERROR):
                    found[key] = breach
    return sorted(found.values(), key=lambda one: (one.step, one.level, one.code))


def _rungs(
    steps: Sequence[Step], statute: Statute, debtor: str, on: dt.date
) -> Iterator[_Rung]:
    letters: tuple[_Rung, ...] = ()
    day = None
    for index, step in enumerate(steps):
        if step.delay_from == PREVIOUS_STEP and day is not None:
            day += step.delay_days
        else:
            day = step.delay_days if day is None else max(day, step.delay_days)
        rung = _Rung(
            index,
            step,
            day,
            day - letters[-1].day if letters else None,
            letters,
            debtor,
            statute.fee_rule(debtor, on, step.kind),
        )
        yield rung
        if step.kind not in (NUDGE, CALL):
            letters += (rung,)


def _check(
    rung: _Rung, ladder: Ladder, statute: Statute, on: dt.date
) -> Iterator[Breach]:
    if rung.step.kind == NUDGE:
        if rung.step.fee:
            yield rung.breach("nudge_fee")
        return
    if rung.step.kind == CALL:
        yield from _check_call(rung)
        return
    yield from _check_allowed(rung, statute, on)
    if rung.rule is not None and rung.rule.basis == law.FORBIDDEN:
        return
    yield from _check_amount(rung)
    if rung.rule is not None and rung.bears_fee and rung.rule.has_ended(on):
        params = {"day": rung.rule.valid_to}
        yield Breach("fee_law_ended", WARNING, rung.index, params, rung.rule.source)
    elif rung.bears_fee and rung.rule is not None:
        yield from _check_timing(rung, rung.rule)
        yield from _check_count(rung, rung.rule)
    yield from _check_letter(rung)
    yield from _check_interest(rung, ladder, statute, on)
    yield from _check_compensation(rung, ladder, statute, on)


def _check_call(rung: _Rung) -> Iterator[Breach]:
    """A call is no letter: no law lets a creditor charge for it, or by it."""
    step = rung.step
    if step.fee != 0 or step.charge_interest or step.charge_compensation:
        yield Breach("call_costs", ERROR, rung.index)


def _check_allowed(rung: _Rung, statute: Statute, on: dt.date) -> Iterator[Breach]:
    """Whether such a notice may be sent at all, now and by what is announced."""
    rule = rung.rule
    if rule is not None and rule.basis == law.FORBIDDEN:
        params = {"day": rule.valid_from}
        yield Breach("notice_forbidden", ERROR, rung.index, params, rule.source)
        return
    coming = statute.coming_ban(rung.debtor, on, rung.step.kind)
    if coming is not None:
        params = {"day": coming.valid_from}
        yield Breach("notice_signalled", WARNING, rung.index, params, coming.source)


def _check_amount(rung: _Rung) -> Iterator[Breach]:
    """The amount of the fee, and whether there is such a fee at all."""
    fee, rule = rung.step.fee, rung.rule
    if not fee:
        return
    if rule is None or rule.basis == law.NO_FEE:
        yield rung.breach("no_fee")
    elif rule.basis == law.ACTUAL_COST:
        yield rung.breach("fee_actual_cost", doubtful=True)
    elif rule.basis == law.STATUTORY and fee > rule.amount:
        yield rung.breach("fee_over_cap", fee=fee, cap=rule.amount)
    elif rule.basis == law.SCALE and fee > rule.scale_min:
        over_all = rule.scale_max is not None and fee > rule.scale_max
        cap = rule.scale_max if over_all else rule.scale_min
        yield rung.breach("fee_over_scale", doubtful=not over_all, fee=fee, cap=cap)


def _check_timing(rung: _Rung, rule: FeeRule) -> Iterator[Breach]:
    """The days before a fee: since due, since the last letter, since its deadline."""
    if rung.day < rule.first_after_days:
        guessed = "first_after_days" in rule.guessed
        yield rung.breach(
            "fee_too_early", doubtful=guessed, day=rung.day, days=rule.first_after_days
        )
    if rung.gap is None:
        return
    if rung.gap < rule.spacing_days:
        yield rung.breach("fee_spacing", gap=rung.gap, days=rule.spacing_days)
    elif rung.gap < rule.careful_spacing_days:
        yield rung.breach(
            "fee_spacing_careful",
            doubtful=True,
            gap=rung.gap,
            days=rule.careful_spacing_days,
        )
    letters_with_fee = [letter for letter in rung.before if letter.bears_fee]
    if rule.after_deadline and letters_with_fee:
        last = letters_with_fee[-1]
        given = max(last.step.deadline_days or 0, rule.deadline_days)
        if rule.spacing_days <= rung.day - last.day <= given:
            yield rung.breach(
                "fee_deadline_running", gap=rung.day - last.day, deadline=given
            )
    free = rung.before[: rule.free_notices]
    if rule.after_free_deadline and free:
        given, gap = free[-1].deadline_days, rung.day - free[-1].day
        if rule.spacing_days <= gap <= given:
            yield rung.breach("fee_free_deadline", gap=gap, deadline=given)


def _check_count(rung: _Rung, rule: FeeRule) -> Iterator[Breach]:
    """How many letters with and without a fee came before, and the agreement."""
    with_fee = [
        letter
        for letter in rung.before
        if letter.bears_fee
        and (rule.count_shared or letter.step.kind == rung.step.kind)
    ]
    with_fee = _count_anew(rung, rule, with_fee)
    if rule.max_count is not None and len(with_fee) >= rule.max_count:
        guessed = "max_count" in rule.guessed
        if _is_second_demand(rung, rule):
            params = {"max": rule.max_count}
            source = rule.source
            yield Breach("fee_second_demand", ERROR, rung.index, params, source)
        else:
            yield rung.breach(
                "fee_count",
                doubtful=guessed,
                number=len(with_fee) + 1,
                max=rule.max_count,
            )
    if rule.requires_agreement:
        yield rung.breach("fee_agreement", doubtful=True)
    if len(rung.before) < rule.free_notices:
        yield rung.breach("fee_first_free", doubtful=True, number=rule.free_notices)
    finals = [letter for letter in rung.before if letter.step.kind == FINAL_NOTICE]
    if rule.after_final_notice and not finals:
        yield rung.breach("fee_before_final_notice")


def _count_anew(rung: _Rung, rule: FeeRule, with_fee: Sequence[_Rung]) -> list[_Rung]:
    """Leave out letters so long ago that the law counts anew (months of 31 days)."""
    days = rule.count_months * 31
    counted: list[_Rung] = []
    after = rung.day
    for letter in reversed(with_fee):
        if days and after - letter.day >= days:
            break
        counted.append(letter)
        after = letter.day
    return counted


def _is_second_demand(rung: _Rung, rule: FeeRule) -> bool:
    """Tell whether it is one final notice with a fee too many, where the law knows just
    one for a debt (inkassokrav, SE): such a ladder is refused, not mended at sending.
    """
    return (
        rung.step.kind == FINAL_NOTICE
        and rule.max_count == 1
        and not rule.count_shared
        and "max_count" not in rule.guessed
    )


def _check_letter(rung: _Rung) -> Iterator[Breach]:
    """What the letter itself must keep: sent after due, a long enough deadline.

    A reminder's deadline is lengthened at sending, so a short one is a warning.
    """
    rule = rung.rule
    source = rule.source if rule else ""
    level = ERROR if rung.step.kind in (FINAL_NOTICE, DEMAND) else WARNING
    if rung.day < 1:
        yield Breach("letter_before_due", level, rung.index, {"day": rung.day}, source)
    given = rung.step.deadline_days
    if rule is not None and given is not None and given < rule.deadline_days:
        params = {"given": given, "days": rule.deadline_days}
        yield Breach("deadline_short", level, rung.index, params, source)


def _check_interest(
    rung: _Rung, ladder: Ladder, statute: Statute, on: dt.date
) -> Iterator[Breach]:
    """Interest that the statute knows, and not more than it from a consumer."""
    step = rung.step
    if not step.charge_interest:
        return
    rule = statute.margin_rule(rung.debtor, on)
    if rule is None:
        others = [one for one in ladder.debtors if statute.margin_rule(one, on)]
        level = WARNING if others else ERROR
        yield Breach("no_interest", level, rung.index, {"debtor": rung.debtor})
    elif step.extra_margin > 0:
        params = {"points": step.extra_margin}
        if rung.debtor == PERSON and statute.consumer_margin_fixed:
            code, level = "interest_margin_person", ERROR
        else:
            code, level = "interest_margin_agreed", WARNING
        yield Breach(code, level, rung.index, params, rule.source)


def _check_compensation(
    rung: _Rung, ladder: Ladder, statute: Statute, on: dt.date
) -> Iterator[Breach]:
    """The lump sum: never from a consumer, and fees count against it in most laws."""
    if not rung.step.charge_compensation:
        return
    rule = statute.compensation_rule(COMPANY, on)
    source = rule.source if rule else ""
    if COMPANY not in ladder.debtors:
        yield Breach("compensation_person", ERROR, rung.index, {}, source)
    elif rule is None:
        yield Breach("no_compensation", WARNING, rung.index)
    elif statute.compensation_includes_fees and any(
        one.bears_fee for one in (*rung.before, rung)
    ):
        yield Breach("compensation_includes_fees", WARNING, rung.index, {}, source)
