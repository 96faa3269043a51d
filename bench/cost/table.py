"""The table that ``bench/speed.py`` ends in: what was counted, and the goals."""

import math

#: What was counted -> its line in the table, and the goal for 20,000 items.
ROWS = {
    "floor": ("floor: one SELECT, the same rows by INSERT", ""),
    "refresh": ("first day: refresh", ""),
    "propose": ("first day: propose", ""),
    "first day": ("first day: found, decided, recorded", "<= 6 s"),
    "second night": ("second night, nothing changed", "<= 0.5 s, <= 40 queries"),
    "quiet night": ("a night after that", "<= 0.5 s, <= 40 queries"),
    "full queue": ("night, all wait in the queue", "<= 0.5 s, <= 40 queries"),
    "hourly": ("hourly proposal, all wait", "<= 0.2 s, <= 20 queries"),
    "1 % paid": ("night, 1 % of the invoices paid", "<= 1 s"),
    "Odoo's mail": ("floor: one such mail by Odoo's own queue", ""),
    "notice": (
        "one notice of 5 invoices by e-mail",
        "<= 0.1 s, <= 40 queries, <= 3.2 commits",
    ),
    "list without": ("invoice list, 80 rows, without our columns", ""),
    "list": ("invoice list, 80 rows, with them", "+4 queries"),
    "filter": ("filter by reminder status", "<= 0.1 s"),
    "payment": ("payment registered, customer in no case", ""),
    "payment in case": ("payment registered, customer in a case", "+10 queries"),
}


def add_sums(costs):
    """Add what is the sum of two others."""
    both = [costs["refresh"], costs["propose"]]
    total = {name: sum(part[name] for part in both) for name in both[0]}
    costs["first day"] = total | {"peak": max(part["peak"] for part in both)}


def show(sizes, columns):
    """Print the table.

    :param sizes: numbers of due items
    :param columns: {title: [costs by row, one dict for each size]}
    """
    for costs in columns.values():
        for of_size in costs:
            add_sums(of_size)
    head = f"{'work':44}{'items':>8}"
    for title in columns:
        head += f" | {title[:9]:9}CPU s (Odoo +    PG) queries commits  MB wall s"
    print(f"\n{head} | goal")
    for name, (words, goal) in ROWS.items():
        for number, size in enumerate(sizes):
            found = "".join(
                f" | {describe(costs[number][name])}" for costs in columns.values()
            )
            first = number == 0
            print(f"{words if first else '':44}{size:>8,}{found} | {goal * first}")
    for title, costs in columns.items():
        show_growth(title, sizes, costs)
    print(
        "CPU s: of the Odoo process and of the PostgreSQL processes that serve it."
        "\nGoals: for 20,000 items; '+' is what it may take more than the line above."
    )


def describe(cost):
    cpu = cost["odoo"] + cost["postgres"]
    return (
        f"{'':9}{cpu:5.2f} ({cost['odoo']:6.2f} +{cost['postgres']:6.2f})"
        f" {cost['queries']:7.0f} {cost['commits']:7.1f} {cost['peak']:3.0f}"
        f" {cost['wall']:6.2f}"
    )


def show_growth(title, sizes, costs):
    if len(sizes) < 2:
        return
    first, last = (
        cost["first day"]["odoo"] + cost["first day"]["postgres"]
        for cost in (costs[0], costs[-1])
    )
    power = math.log(last / first) / math.log(sizes[-1] / sizes[0])
    print(f"{title}: the first day grows with the power {power:.2f} (goal: <= 1.1)")
