"""Interest and fees reckoned a second time: day by day, in fractions, from the words of
the law and not from ``rules/``.

Used by ``bench/law_fuzz.py`` with hundreds of thousands of cases and by
``test_law_fuzz`` with a few. Nothing of how ``rules/`` compute is used here: no
periods, no cuts, no ranks; each day is looked at by itself.
"""

import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction as F

from ...rules import accrual, fees, interest, statute

D = Decimal
ONE = dt.timedelta(days=1)
FIRST = dt.date(2019, 1, 1)
LAST = (dt.date(2029, 1, 1) - FIRST).days
COUNTS = ("actual/actual", "actual/365", "actual/360", "30/360")
ORDERS = {
    "principal_first": "PIC",
    "costs_first": "CIP",
    "interest_first": "ICP",
}


# -- interest --------------------------------------------------------------------------


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def share_of_year(day, count):
    """Return the part of a year that one day is."""
    if count == "30/360":
        if day.day == 31:
            return F(0)
        if (day.month, day.day) == (3, 1):
            # The days that February lacks for thirty come with the first of March.
            return F(2 if is_leap(day.year) else 3, 360)
        return F(1, 360)
    if count == "actual/actual":
        return F(1, 366 if is_leap(day.year) else 365)
    return F(1, int(count[-3:]))


def percent_of(day, rates):
    """Return the rate of a day; None: nobody knows it."""
    found = None
    for since, percent in rates:
        if since <= day:
            found = percent
    return found


def ceil_to(percent, step):
    if not step:
        return percent
    return -((-percent) // step) * step


def day_interest(base, percent, case):
    percent = max(percent + F(case["margin"]), F(0))
    return base * ceil_to(percent, F(case["step"])) / 100


def settle(owed, amount, order):
    for kind in order:
        part = min(amount, owed[kind])
        owed[kind] -= part
        amount -= part


def reckon(case):
    """Return the interest of a case as a fraction: that of each day, one by one."""
    rates = [
        (since, None if percent is None else F(percent))
        for since, percent in case["rates"]
    ]
    payments = [(day, F(amount)) for day, amount in case["payments"]]
    start, order = case["start"], ORDERS[case["order"]]
    owed = {"P": F(case["principal"]), "I": F(0), "C": F(case["costs"])}
    for paid, amount in payments:
        if paid <= start:
            settle(owed, amount, order)
    total, day = F(0), start
    while day < case["end"]:
        day += ONE
        percent = percent_of(day, rates)
        if percent is None:
            break
        if owed["P"]:
            fresh = day_interest(owed["P"], percent, case)
            fresh *= share_of_year(day, case["count"])
            owed["I"] += fresh
            total += fresh
        for paid, amount in payments:
            if paid == day:
                settle(owed, amount, order)
        if case["compounding"] == "yearly" and is_anniversary(day, start):
            owed["P"] += owed["I"]
            owed["I"] = F(0)
    return total


def is_anniversary(day, start):
    if day.year == start.year:
        return False
    if (start.month, start.day) == (2, 29) and not is_leap(day.year):
        return (day.month, day.day) == (2, 28)
    return (day.month, day.day) == (start.month, start.day)


def reckon_by_payment_day(case):
    """Return the interest where all days of a payment bear the rate of its day."""
    rates = [
        (since, None if percent is None else F(percent))
        for since, percent in case["rates"]
    ]
    known, day = case["start"], case["start"]
    while day < case["end"] and percent_of(day + ONE, rates) is not None:
        day += ONE
        known = day
    left, total = F(case["principal"]), F(0)
    parts = []
    for paid, amount in sorted(case["payments"], key=lambda one: one[0]):
        if paid < case["end"]:
            part = min(F(amount), left)
            left -= part
            parts.append((paid, part))
    parts.append((case["end"], left))
    for paid, part in parts:
        last = min(paid, known)
        if last <= case["start"]:
            continue
        percent = percent_of(last, rates)
        day = case["start"]
        while day < last:
            day += ONE
            fresh = day_interest(part, percent, case)
            total += fresh * share_of_year(day, case["count"])
    return total


def round_half_up(number, digits=2):
    """Return a fraction that is not negative, rounded as at school."""
    scaled = number * 10**digits
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    return D(whole).scaleb(-digits)


def some_day(rng, low=0, high=LAST):
    return FIRST + dt.timedelta(days=rng.randint(low, high))


def money(rng, most=100000):
    return D(rng.choice([rng.randint(0, most * 100), rng.randint(0, 99) * 10000]))


def draw_rates(rng):
    """Return rates of half-years, some days off and some unknown."""
    rates, seen = [], set()
    for half in range(rng.randint(1, 8)):
        year = FIRST.year + rng.randint(0, 8)
        day = dt.date(year, rng.choice([1, 7]), 1)
        if rng.random() < 0.3:
            day += dt.timedelta(days=rng.randint(0, 100))
        if day in seen:
            continue
        seen.add(day)
        percent = D(rng.randint(-300, 900)) / 100
        rates.append((day, None if half and rng.random() < 0.1 else percent))
    if rng.random() < 0.8:
        first = dt.date(FIRST.year - 1, 1, 1)
        rates.append((first, D(rng.randint(-100, 500)) / 100))
    return sorted(rates, key=lambda one: one[0])


def draw_case(rng):
    """Return the words of one claim: a dict that both ways of reckoning take."""
    days = rng.choice([0, 1, rng.randint(1, 40), rng.randint(1, 200)])
    if rng.random() < 0.04:
        days = rng.randint(300, 1200)
    start = some_day(rng, 0, LAST - 1300)
    by_payment_day = rng.random() < 0.2
    payments = [
        (
            start + dt.timedelta(days=rng.randint(-5, max(days, 1) + 5)),
            money(rng, 20000) / 100,
        )
        for _number in range(rng.choice([0, 0, 1, 2, 4]))
    ]
    simple = by_payment_day or rng.random() < 0.6
    return {
        "principal": money(rng) / 100,
        "costs": D(0) if simple else money(rng, 500) / 100,
        "start": start,
        "end": start + dt.timedelta(days=days),
        "rates": draw_rates(rng),
        "margin": D(rng.choice([0, 5, 7, 8, 9, 10, "9.2", -1])),
        "step": D(rng.choice([0, 0, 0, "0.5", "0.25"])),
        "payments": payments,
        "count": rng.choice(COUNTS),
        "order": "principal_first" if simple else rng.choice(sorted(ORDERS)),
        "compounding": "yearly"
        if not by_payment_day and rng.random() < 0.2
        else "none",
        "by_payment_day": by_payment_day,
    }


def to_rates(case):
    return [
        interest.Rate(since, percent or D(0), known=percent is not None)
        for since, percent in case["rates"]
    ]


def accrue_case(case):
    """Return the interest of a case as ``rules/`` compute it, rounded."""
    payments = [interest.Payment(day, amount) for day, amount in case["payments"]]
    if case["by_payment_day"]:
        rule = statute.MarginRule(
            dt.date(2000, 1, 1), "all", "r", case["margin"], "", case["step"]
        )
        law = statute.Statute(
            code="XX",
            country="",
            currency="EUR",
            day_count=case["count"],
            weekend_rule="ignore",
            rate_choice=statute.PAYMENT_DAY,
            margin_rules=(rule,),
        )
        return accrual.accrue_claim(
            law,
            {"r": to_rates(case)},
            principal=case["principal"],
            debtor="company",
            due_date=case["start"],
            end=case["end"],
            payments=payments,
        ).total()
    periods = interest.accrue(
        case["principal"],
        case["start"],
        case["end"],
        to_rates(case),
        case["margin"],
        payments,
        case["count"],
        compounding=case["compounding"],
        order=case["order"],
        costs=case["costs"],
        round_up_to=case["step"],
    )
    return interest.total(periods)


def compare_interest(rng):
    """Return None when both ways agree on a case, else what they say."""
    case = draw_case(rng)
    by_payment_day = case["by_payment_day"]
    expected = reckon_by_payment_day(case) if by_payment_day else reckon(case)
    expected, got = round_half_up(expected), accrue_case(case)
    return None if got == expected else (case, expected, got)


# -- fees ------------------------------------------------------------------------------


def draw_rule(rng, kind):
    others = ["scale", "scale", "scale", "actual_cost", "none", "forbidden"]
    basis = rng.choice(["statutory"] * 9 + others)
    since = some_day(rng, 0, LAST // 2)
    ends = rng.random() < 0.2
    return statute.FeeRule(
        valid_from=since,
        debtor=rng.choice(["all", "all", "person", "company"]),
        kind=kind,
        basis=basis,
        amount=D(rng.randint(0, 20000)) / 100,
        scale=statute.parse_scale(
            rng.choice(
                ["2500: 15; 5000: 10; 10000: 5; 200000: 1; 0.5", "150: 20+0; 30+10"]
            )
        )
        if basis == "scale"
        else (),
        scale_min=D(rng.choice([0, 40])),
        scale_max=rng.choice([None, D(500), D(6775)]),
        valid_to=since + dt.timedelta(days=rng.randint(0, LAST)) if ends else None,
        is_signalled=rng.random() < 0.1,
        max_count=rng.choice([None, None, 1, 2, 3]),
        count_months=rng.choice([0, 0, 1, 6]),
        count_shared=rng.random() < 0.6,
        first_after_days=rng.choice([0, 1, 14]),
        spacing_days=rng.choice([0, 10, 14]),
        after_deadline=rng.random() < 0.2,
        after_final_notice=rng.random() < 0.1,
        free_notices=rng.choice([0, 0, 0, 0, 1, 2]),
        after_free_deadline=rng.random() < 0.3,
        requires_agreement=rng.random() < 0.1,
        deadline_days=rng.choice([0, 8, 14]),
        source=f"§ {rng.randint(1, 99)}",
    )


def draw_ask(rng):
    """Return a law, and what is asked of it on one day."""
    kinds = ["all"] * 5 + ["reminder", "final_notice", "demand", "handover", "plan"]
    rules, seen = [], set()
    for _number in range(rng.randint(1, 7)):
        rule = draw_rule(rng, rng.choice(kinds))
        key = rule.debtor, rule.kind, rule.valid_from
        if key not in seen:
            seen.add(key)
            rules.append(rule)
    law = statute.Statute(
        code="XX",
        country="",
        currency="EUR",
        fee_rules=tuple(rules),
        compensation_includes_fees=rng.random() < 0.5,
    )
    on = some_day(rng, LAST // 3)
    some = rng.randint(0, 400)
    due = on - dt.timedelta(days=rng.choice([0, 1, 13, 14, some, some, some]))
    history = []
    for _number in range(rng.choice([0, 0, 1, 2, 3, 5])):
        some = rng.randint(0, 400)
        sent = on - dt.timedelta(days=rng.choice([0, 9, 10, 14, some, some, some]))
        deadline = sent + dt.timedelta(days=rng.randint(0, 20))
        history.append(
            fees.SentNotice(
                sent,
                D(rng.choice([0, 0, 35, 100])),
                rng.choice(["nudge", "reminder", "final_notice", "demand"]),
                deadline if rng.random() < 0.8 else None,
            )
        )
    foreign = rng.random() < 0.2
    limits = fees.Limits(
        floor=D(rng.choice([0] * 9 + [100])),
        max_share=rng.choice([None] * 8 + [D(10), D(50)]),
        first_free=rng.random() < 0.05,
        within_principal=rng.random() < 0.2,
    )
    return law, {
        "wanted": rng.choice(
            [None] * 5 + [D(0)] + [D(rng.randint(0, 30000)) / 100] * 4
        ),
        "debtor": rng.choice(["person", "company"]),
        "on": on,
        "due_date": due,
        "fee_history": history,
        "agreed": rng.random() < 0.7,
        "disputed": rng.random() < 0.1,
        "kind": rng.choice(
            ["reminder"] * 8 + ["final_notice"] * 8 + ["demand", "handover", "nudge"]
        ),
        "principal": D(
            rng.choice([0, 50, 150, 151, 999] + [rng.randint(0, 300000)] * 5)
        ),
        "compensation_claimed": D(rng.choice([0, 0, 40, 300])),
        "limits": limits,
        "currency": "SEK" if foreign else rng.choice([None, "EUR"]),
        "exchange_rate": rng.choice([None] + [D("11.25")] * 4) if foreign else None,
        "digits": 2,
    }


def find_rule(law, ask):
    """Return the rule that speaks of a notice: by asking one thing after the other."""
    letters = ("nudge", "reminder", "final_notice")
    rules = [
        rule
        for rule in law.fee_rules
        if not rule.is_signalled
        and rule.valid_from <= ask["on"]
        and rule.debtor in ("all", ask["debtor"])
        and (
            rule.kind == ask["kind"] or (rule.kind == "all" and ask["kind"] in letters)
        )
    ]
    for wish in (
        lambda rule: rule.valid_to is None or rule.valid_to >= ask["on"],
        lambda rule: rule.debtor != "all",
        lambda rule: rule.kind != "all",
    ):
        rules = [rule for rule in rules if wish(rule)] or rules
    latest = None
    for rule in rules:
        if latest is None or rule.valid_from > latest.valid_from:
            latest = rule
    return latest


def scale_of(rule, principal):
    """Return the costs of a scale: cent by cent would take long, so euro by euro where
    the sum is whole, by the words of the act.
    """
    costs, done = F(0), F(0)
    for band in rule.scale:
        end = principal if band.up_to is None else min(principal, F(band.up_to))
        if end > done:
            if band.base is not None:
                costs = F(band.base)
            costs += (end - done) * F(band.percent) / 100
            done = end
    costs = max(costs, F(rule.scale_min))
    if rule.scale_max is not None:
        costs = min(costs, F(rule.scale_max))
    return F(round_half_up(costs))


def floor_to_cents(amount):
    return F((amount * 100).numerator // (amount * 100).denominator, 100)


def count_letters(rule, ask, letters):
    """Count the fees that stand in the way, going back day by day."""
    days = [
        letter.date
        for letter in letters
        if letter.fee > 0
        and (
            letter.kind == ask["kind"]
            or (rule.count_shared and letter.kind != "demand")
        )
    ]
    if not rule.count_months:
        return len(days)
    number, since = 0, ask["on"]
    for day in sorted(days, reverse=True):
        if add_months(day, rule.count_months) <= since:
            break
        number += 1
        since = day
    return number


def add_months(day, months):
    """Return the same day of a later month, or the last one that it has."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    number = day.day
    while True:
        try:
            return dt.date(year, month + 1, number)
        except ValueError:
            number -= 1


def judge(law, ask):
    """Return (fee, codes) of a notice, from the words of the law."""
    on, history = ask["on"], ask["fee_history"]
    if ask["kind"] == "nudge":
        return F(0), {"kind_without_fee"}
    rule = find_rule(law, ask)
    if rule is None or rule.basis in ("none", "forbidden"):
        return F(0), {"no_rule"}
    if rule.valid_to is not None and on > rule.valid_to:
        return F(0), {"law_ended"}
    foreign = ask["currency"] == "SEK"
    if foreign and ask["exchange_rate"] is None:
        return F(0), {"no_exchange_rate"}
    rate = F(ask["exchange_rate"]) if foreign else F(1)
    cap = None
    if rule.basis == "scale":
        cap = floor_to_cents(scale_of(rule, F(ask["principal"]) / rate) * rate)
    elif rule.basis == "statutory":
        cap = floor_to_cents(F(rule.amount) * rate)
    wanted = ask["wanted"]
    asked = cap if wanted is None else F(wanted)
    if not asked:
        no_amount = wanted is None and cap is None
        return F(0), {"no_statutory_amount" if no_amount else "not_wanted"}
    codes = break_conditions(law, rule, ask)
    amount = asked if cap is None else min(asked, cap)
    charged = sum((F(letter.fee) for letter in history), F(0))
    codes |= break_limits(ask, amount, charged)
    if codes:
        return F(0), codes
    if amount < asked:
        codes.add("over_cap")
    lump = F(ask["compensation_claimed"])
    if law.compensation_includes_fees and lump:
        allowed = max(lump, charged + amount) - charged - lump
        if allowed < amount:
            amount = max(allowed, F(0))
            codes.add("inside_compensation")
    if foreign and amount:
        codes.add("converted")
    return amount, codes


def deadline_of(law, ask, letter):
    if letter.deadline:
        return letter.deadline
    rule = find_rule(law, {**ask, "on": letter.date, "kind": letter.kind})
    return letter.date + ONE * (rule.deadline_days if rule else 0)


def break_conditions(law, rule, ask):
    on, codes = ask["on"], set()
    letters = [one for one in ask["fee_history"] if one.kind != "nudge"]
    missed = {id(one): deadline_of(law, ask, one) < on for one in letters}
    with_fee = [
        one
        for one in letters
        if one.fee > 0
        and (one.kind == ask["kind"] or (rule.count_shared and one.kind != "demand"))
    ]
    waited, day = 0, ask["due_date"]
    while day < on and waited <= 20:
        day += ONE
        waited += 1
    if waited < rule.first_after_days:
        codes.add("too_early")
    if rule.requires_agreement and not ask["agreed"]:
        codes.add("not_agreed")
    if ask["disputed"]:
        codes.add("disputed")
    if any(abs(on - one.date) < ONE * rule.spacing_days for one in letters):
        codes.add("spacing")
    if rule.after_deadline and any(not missed[id(one)] for one in with_fee):
        codes.add("earlier_deadline_running")
    finals = [one for one in letters if one.kind == "final_notice"]
    if rule.after_final_notice and not any(missed[id(one)] for one in finals):
        codes.add("no_expired_notice")
    if len(letters) < rule.free_notices:
        codes.add("first_notice_free")
    first = sorted(letters, key=lambda one: one.date)[: rule.free_notices]
    if rule.after_free_deadline and any(not missed[id(one)] for one in first):
        codes.add("free_deadline_running")
    if rule.max_count and count_letters(rule, ask, letters) >= rule.max_count:
        codes.add("max_number")
    return codes


def break_limits(ask, amount, charged):
    limits, principal, codes = ask["limits"], F(ask["principal"]), set()
    if principal < F(limits.floor):
        codes.add("under_floor")
    if limits.max_share is not None and (charged + amount) * 100 > principal * F(
        limits.max_share
    ):
        codes.add("over_share")
    if limits.within_principal and amount > principal:
        codes.add("over_principal")
    if limits.first_free and charged == 0:
        codes.add("courtesy")
    return codes


def compare_fees(rng):
    """Return None when both ways agree on a fee, else what they say."""
    law, ask = draw_ask(rng)
    amount, codes = judge(law, ask)
    decision = fees.notice_fee(law, **ask)
    same = F(decision.amount) == amount and set(decision.codes) == codes
    return None if same else ((law, ask), (amount, codes), decision)


def run(compare, cases, seed):
    """Return the disagreements of so many cases, each drawn from its own seed."""
    found = []
    for number in range(cases):
        difference = compare(random.Random(f"{seed}:{number}"))
        if difference is not None:
            found.append((number, difference))
    return found
