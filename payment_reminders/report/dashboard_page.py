"""The page of the dashboard: cards, charts and links, each with the rows behind it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date, formatLang
from odoo.tools.misc import get_lang

from ..rules import holdout
from .dashboard import FILTERS, TERMS, TODO

#: Weeks for which expected cash is shown; what comes later is one figure.
WEEKS = 8
#: Of what waits the card names the first; the list behind it has all.
PARTS = 3
OVERDUE = "payment.reminder.report.overdue"
STEP = "payment.reminder.report.step"
EXPECTED = "payment.reminder.report.expected"


class PaymentReminderDashboard(models.TransientModel):
    _inherit = "payment.reminder.dashboard"

    @api.model
    def get_page(self, filters=None):
        """Return the page as the browser draws it.

        Amounts are in the currency of the company. What opens the rows behind a figure
        is an action, made of the domain by which the figure itself was read.

        :param filters: {name of one of ``FILTERS``: value}
        :return: dict of JSON values
        """
        self.check_access("read")
        given = {
            name: value
            for name, value in (filters or {}).items()
            if name in FILTERS and value
        }
        return self.new({**self.default_get([*self._fields]), **given})._get_page()

    @api.model
    def get_uncounted(self):
        """Return in words what reports of payments leave out, or an empty text."""
        self.check_access("read")
        return self.env["payment.reminder.report"]._get_uncounted(self.env.companies)

    def _get_page(self):
        figures = self._get_figures()
        company, currency = self.company_id, self.currency_id
        return {
            "company": company.name if len(self.env.companies) > 1 else "",
            "currency": {
                "id": currency.id,
                "name": currency.name,
                "digits": currency.decimal_places,
            },
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
            "people": self._get_people(),
            "is_own": not self.env.user._is_reminder_manager(),
            "is_empty": self._is_empty(figures),
            "cards": self._get_cards(figures),
            "charts": [
                self._get_ageing_chart(figures["overdue"]),
                self._get_expected_chart(figures["expected"]),
                self._get_steps_chart(figures["steps"]),
                self._get_debtors_chart(figures["debtors"]),
                *self._get_effect_charts(figures["effect"]),
            ],
            "finding": figures["nudges"] and figures["nudges"]["words"],
            "reports": self._get_reports(figures),
            "uncounted": self._get_uncounted(),
        }

    def _get_uncounted(self):
        """Return in words what the figures of payments leave out, or an empty text."""
        return self.env["payment.reminder.report"]._get_uncounted(self.company_id)

    def _is_empty(self, figures):
        """Tell whether nobody owes anything yet, whoever it is about."""
        return not (
            self.user_id
            or self.partner_id
            or any(row["count"] for row in figures["overdue"] + figures["cases"])
        )

    def _get_people(self):
        """Return who looks after customers, for a manager to choose from."""
        if not self.env.user._is_reminder_manager():
            return []
        # Whoever is chosen is no reason not to choose somebody else.
        everybody = self.new({"company_id": self.company_id.id, "user_id": False})
        return [
            {"id": user.id, "name": user.display_name}
            for (user,) in everybody._read(OVERDUE, [], ["user_id"], [])
            if user
        ]

    def _open(self, name, model, domain, views=("list", "graph", "pivot")):
        """Return the action that shows the rows of a model that this page is about."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, view] for view in views],
            "domain": list(self._get_domain(domain)),
            "target": "current",
        }

    # -- cards ------------------------------------------------------------------

    def _get_cards(self, figures):
        """Return the cards: ``value`` is an ``amount``, a ``count`` or ``days``."""
        cards = [
            self._get_overdue_card(figures["overdue"]),
            self._get_doubtful_card(figures["overdue"]),
            self._get_waiting_card(figures["waiting"]),
            self._get_received_card(figures["received"]),
            self._get_promised_card(figures["promised"]),
        ]
        if self.env.user._is_reminder_manager():
            cards.append(self._get_days_card(figures["days_of_sales"]))
        return cards

    def _make_card(self, code, title, kind, value, text, opens, parts=()):
        return {
            "code": code,
            "title": title,
            "kind": kind,
            "value": value,
            "text": text,
            "opens": opens,
            "parts": list(parts),
        }

    def _get_overdue_card(self, rows):
        late = [row for row in rows if row["code"] != "not_due"]
        title = self.env._("Overdue")
        return self._make_card(
            "overdue",
            title,
            "amount",
            sum(row["amount"] for row in late),
            self.env._("Due items: %s", sum(row["count"] for row in late)),
            self._open(title, OVERDUE, [("days_overdue", ">", 0)]),
        )

    def _get_doubtful_card(self, rows):
        title = self.env._("Doubtful")
        return self._make_card(
            "doubtful",
            title,
            "amount",
            sum(row["doubtful"] for row in rows),
            self.env._("By age and insolvency, in the shares of the month-end sheet"),
            self._open(title, OVERDUE, [("doubtful", ">", 0)]),
        )

    def _get_waiting_card(self, rows):
        title = self.env._("Waiting for you")
        views = ("list", "kanban")
        return self._make_card(
            "waiting",
            title,
            "count",
            sum(row["count"] for row in rows),
            "" if rows else self.env._("Nothing: all is decided"),
            self._open(title, TODO, [], views),
            [
                {
                    "title": row["name"],
                    "value": row["count"],
                    "opens": self._open(
                        row["name"], TODO, [("work", "=", row["code"])], views
                    ),
                }
                for row in rows[:PARTS]
            ],
        )

    def _get_received_card(self, received):
        title = self.env._("Came in within 30 days")
        return self._make_card(
            "received",
            title,
            "amount",
            received["amount"],
            self.env._("On invoices that were overdue: %s", received["count"]),
            self._open(title, "payment.reminder.report.received", []),
        )

    def _get_promised_card(self, promised):
        title = self.env._("Promised")
        return self._make_card(
            "promised",
            title,
            "amount",
            promised["amount"],
            self.env._("The next part on %s", format_date(self.env, promised["date"]))
            if promised["date"]
            else self.env._("No promise and no plan is in force"),
            self._open(title, "payment.reminder.report.promise", [("open", ">", 0)]),
        )

    def _get_days_card(self, days):
        title = self.env._("Days sales outstanding")
        return self._make_card(
            "days_of_sales",
            title,
            "days",
            days,
            self.env._("So many days of your latest sales are not paid yet")
            if days is not None
            else self.env._("Nothing was sold in the last twelve months"),
            self._open(title, OVERDUE, []),
        )

    # -- charts -----------------------------------------------------------------

    def _make_chart(self, code, title, empty, labels, series, **more):
        """Return a chart.

        :param empty: what is said when there is nothing to draw
        :param more: ``kind`` of the values (``amount`` or ``days``), ``hints``
            (sentences under the chart) and what else differs from an upright chart
        :param labels: one for each bar
        :param series: list of dicts ``label``, ``values`` (amounts, one for each
            label) and ``opens`` (actions, one for each label)
        """
        return {
            "code": code,
            "title": title,
            "empty": empty,
            "labels": labels,
            "series": series,
            "is_stacked": len(series) > 1,
            "is_lying": False,
            "kind": "amount",
            "is_wide": False,
            "text": "",
            "hints": [],
            "notes": [],
            **more,
        }

    def _get_ageing_chart(self, rows):
        title = self.env._("Open by age")
        series = {
            "label": self.env._("Open"),
            "values": [row["amount"] for row in rows],
            "opens": [
                self._open(
                    f"{title}: {row['name']}", OVERDUE, [("age", "=", row["code"])]
                )
                for row in rows
            ],
        }
        return self._make_chart(
            "ageing",
            title,
            self.env._("Nothing is open."),
            [row["name"] for row in rows],
            [series] if any(series["values"]) else [],
        )

    def _get_steps_chart(self, rows):
        """Return what came in after each kind of step, in parts by days."""
        title = self.env._("Recovered by step")
        parts = (
            (self.env._("Within 7 days"), None, "received_7"),
            (self.env._("8 to 14 days"), "received_7", "received_14"),
            (self.env._("15 to 30 days"), "received_14", "received_30"),
        )
        return self._make_chart(
            "steps",
            title,
            self.env._("No notice was sent in this time."),
            [self._tell_step(row) for row in rows],
            [
                {
                    "label": label,
                    "values": [
                        row[until] - (row[before] if before else 0.0) for row in rows
                    ],
                    "opens": [self._open_step(row) for row in rows],
                }
                for label, before, until in parts
            ]
            if rows
            else [],
            is_lying=True,
            text=self.env._(
                "Sent between %(start)s and %(end)s",
                start=format_date(self.env, self.date_from),
                end=format_date(self.env, self.date_to),
            ),
        )

    def _tell_step(self, row):
        share = 100 * row["received_30"] / row["asked"] if row["asked"] else 0
        told = self.env._(
            "Sent: %(count)s, paid: %(share)s %%",
            count=row["count"],
            share=round(share),
        )
        return f"{row['name']}\n{told}"

    def _open_step(self, row):
        return self._open(
            row["name"],
            STEP,
            [("step_kind", "=", row["code"]), *self._within("date")],
        )

    def _get_debtors_chart(self, rows):
        series = {
            "label": self.env._("Overdue"),
            "values": [row["amount"] for row in rows],
            "opens": [
                self._open(
                    row["name"],
                    OVERDUE,
                    [("days_overdue", ">", 0), ("partner_id", "=", row["id"])],
                )
                for row in rows
            ],
        }
        return self._make_chart(
            "debtors",
            self.env._("Largest debtors"),
            self.env._("Nobody owes anything overdue."),
            [row["name"] for row in rows],
            [series] if rows else [],
            is_lying=True,
        )

    def _get_expected_chart(self, found):
        """Return what is expected in each of the next weeks, and beside them."""
        title = self.env._("Expected cash by week")
        weeks = self._get_weeks()
        labels = dict(self.env[EXPECTED]._get_sources())
        series = []
        for source in ("promise", "due", "habit"):
            values = [
                sum(
                    amount
                    for (day, why), amount in found.items()
                    if why == source and day and start <= day < end
                )
                for start, end in weeks
            ]
            if any(values):
                opens = [
                    self._open(
                        f"{title}: {self._format_week(start)}",
                        EXPECTED,
                        [
                            ("source", "=", source),
                            ("date", ">=", fields.Date.to_string(start)),
                            ("date", "<", fields.Date.to_string(end)),
                        ],
                    )
                    for start, end in weeks
                ]
                series.append(
                    {"label": labels[source], "values": values, "opens": opens}
                )
        return self._make_chart(
            "expected",
            title,
            self.env._("Nothing is expected within eight weeks."),
            [self._format_week(start) for start, _end in weeks],
            series,
            is_stacked=True,
            notes=self._get_expected_notes(found, weeks[-1][1], title),
        )

    def _get_expected_notes(self, found, end, title):
        later = sum(
            amount for (day, _why), amount in found.items() if day and day >= end
        )
        unknown = sum(amount for (day, _why), amount in found.items() if not day)
        notes = (
            (
                self.env._("Later"),
                later,
                [("date", ">=", fields.Date.to_string(end))],
            ),
            (self.env._("Overdue, no day known"), unknown, [("date", "=", False)]),
        )
        return [
            {
                "title": label,
                "value": amount,
                "opens": self._open(f"{title}: {label}", EXPECTED, domain),
            }
            for label, amount, domain in notes
            if amount
        ]

    def _get_weeks(self):
        """Return (first day, day after the last) of this week and of those after it."""
        today = self._get_today()
        first_day = int(get_lang(self.env).week_start)
        start = today - timedelta(days=(today.isoweekday() - first_day) % 7)
        starts = [start + timedelta(weeks=number) for number in range(WEEKS + 1)]
        return list(zip(starts, starts[1:], strict=False))

    def _format_week(self, start):
        if start <= self._get_today() < start + timedelta(weeks=1):
            return self.env._("This week")
        return format_date(self.env, start, date_format="d MMM")

    def _get_effect_charts(self, effect):
        """Return how long each version of a ladder waits for money, for a manager."""
        if not self.env.user._is_reminder_manager():
            return []
        rows = effect["rows"]
        first = fields.Date.to_string(self._get_first_month())
        measures = (
            (
                "days_of_sales",
                self.env._("Days sales outstanding"),
                ["|", ("date", ">=", first), ("open", ">", 0)],
            ),
            (
                "days_late",
                self.env._("Days beyond terms"),
                self._get_terms_domain(),
            ),
        )
        chart = self._make_chart(
            "effect",
            self.env._("Did reminders help?"),
            self.env._("Nothing fell due in this time, and nothing was invoiced."),
            [self._tell_effect_row(row) for row in rows],
            [
                {
                    "label": label,
                    "values": [row[name] for row in rows],
                    "opens": [
                        self._open(
                            label, TERMS, [*domain, *self._get_effect_domain(row)]
                        )
                        for row in rows
                    ],
                }
                for name, label, domain in measures
            ]
            if rows
            else [],
            kind="days",
            is_wide=True,
            is_lying=True,
            is_stacked=False,
            text=self.env._(
                "Due between %(start)s and %(end)s",
                start=format_date(self.env, self.date_from),
                end=format_date(self.env, self.date_to),
            ),
            hints=self._get_effect_hints(effect),
        )
        return [chart]

    def _get_effect_domain(self, row):
        operator = "=" if row["is_control"] else "!="
        return [
            ("ladder_id", "=", row["ladder"].id),
            ("holdout_group", operator, str(holdout.Group.HELD_OUT)),
        ]

    def _tell_effect_row(self, row):
        """Return the two lines of a bar: the ladder, and its version and due items."""
        ladder, count = row["ladder"], row["count"]
        if not ladder:
            name, told = self.env._("Without reminders"), f"({count})"
        else:
            name = (ladder.successor_id or ladder).display_name
            told = self.env._(
                "Version %(version)s (%(count)s)",
                version=ladder.version,
                count=count,
            )
        if row["is_control"]:
            name = self.env._("Control group: %s", name)
        return f"{name}\n{told}"

    def _get_effect_hints(self, effect):
        """Say what the figures mean, and whether the groups can be compared."""
        hints = [
            self.env._(
                "Days sales outstanding: so many days of the latest sales are not paid "
                "yet. Days beyond terms: so many days after its due date was paid what "
                "fell due in this time, weighted by amount; what is open counts until "
                "today. In brackets: due items."
            )
        ]
        nudged, held_out = (effect["groups"].get(str(group)) for group in holdout.Group)
        if not held_out:
            hints.append(
                self.env._(
                    "There is no control group: the settings can hold out some nudges, "
                    "chosen by chance."
                )
            )
        elif held_out.is_few or not nudged or nudged.is_few:
            hints.append(
                self.env._(
                    "Too few to compare: wait until the control group, and the group "
                    "beside it, have %s due items.",
                    holdout.LEAST_COUNT,
                )
            )
        else:
            hints.append(
                self.env._(
                    "Days beyond terms of the comparison: %(nudged)s with a nudge, "
                    "%(held_out)s in the control group.",
                    nudged=formatLang(self.env, float(nudged.days), digits=1),
                    held_out=formatLang(self.env, float(held_out.days), digits=1),
                )
            )
        return hints

    # -- reports ----------------------------------------------------------------

    def _get_reports(self, figures):
        """Return the reports behind the page, each with figures that call for it."""
        reports = [
            self._make_report("report_overdue", self.env._("Open by Age")),
            self._get_case_report(figures["cases"]),
            self._get_step_report(figures["steps"]),
            self._get_promise_report(figures["promises"]),
            self._get_claim_report(figures["costs"]),
            self._get_question_report(figures["questions"]),
        ]
        if figures["nudges"]:
            reports.append(self._get_nudge_report(figures["nudges"]["rows"]))
        if self.env.user._is_reminder_manager():
            reports += [
                self._make_report("report_terms", self.env._("Days beyond Terms")),
                self._make_report("month_end", self.env._("Month-End Sheet")),
                self._make_report("simulation", self.env._("What If")),
            ]
        return reports

    def _make_report(self, name, title, kind="count", figures=()):
        """Return a report with its figures.

        :param name: middle of the XML id of its action
        :param kind: of all figures: ``amount`` or ``count``
        :param figures: (label, value)
        """
        return {
            "title": title,
            "opens": f"payment_reminders.payment_reminder_{name}_action",
            "figures": [
                {"title": label, "kind": kind, "value": value}
                for label, value in figures
            ],
        }

    def _get_case_report(self, rows):
        return self._make_report(
            "case_report",
            self.env._("Cases by State"),
            figures=[
                (row["name"], row["count"]) for row in rows if row["code"] != "closed"
            ],
        )

    def _get_step_report(self, rows):
        return self._make_report(
            "report_step",
            self.env._("Money after Each Step"),
            figures=[(self.env._("Sent"), sum(row["count"] for row in rows))],
        )

    def _get_promise_report(self, promises):
        return self._make_report(
            "report_promise",
            self.env._("Promised and Paid"),
            "amount",
            [
                (self.env._("Promised"), promises["promised"]),
                (self.env._("Paid of it"), promises["paid"]),
            ],
        )

    def _get_claim_report(self, rows):
        labels = {
            "claimed": self.env._("Claimed"),
            "collected": self.env._("Collected"),
            "waived": self.env._("Waived"),
        }
        return self._make_report(
            "report_claim",
            self.env._("Fees and Interest"),
            "amount",
            [(label, sum(row[name] for row in rows)) for name, label in labels.items()],
        )

    def _get_question_report(self, rows):
        return self._make_report(
            "report_question",
            self.env._("Questions and Answers"),
            figures=[
                (self.env._("Asked"), sum(row["count"] for row in rows)),
                (self.env._("Open"), sum(row["open"] for row in rows)),
            ],
        )

    def _get_nudge_report(self, rows):
        return self._make_report(
            "report_nudge",
            self.env._("Effect of Nudges"),
            figures=[
                (self.env._("%s, paid in time in %%", row["name"]), row["share"])
                for row in rows
            ],
        )
