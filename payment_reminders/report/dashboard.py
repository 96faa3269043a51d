from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import float_round

from ..rules import ageing, holdout, terms
from ..tools.decimals import to_decimal

#: What can be asked for, and the days that a page looks back if nothing is said.
FILTERS = {"user_id", "partner_id", "date_from", "date_to"}
DAYS = 90
#: Months of sales over which the days of sales are counted back.
MONTHS_OF_SALES = 12
LARGEST = 10
TODO = "payment.reminder.todo"
TERMS = "payment.reminder.report.terms"


class PaymentReminderDashboard(models.TransientModel):
    """The figures of payment reminders: of whom, and of which time.

    Whoever looks sees what is in the reports, by the rights that he has there. Each
    figure is a fixed number of queries, whatever the number of customers.
    """

    _name = "payment.reminder.dashboard"
    _description = "Payment Reminder Dashboard"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Responsible")
    partner_id = fields.Many2one("res.partner", string="Customer")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: (
            self.env.company._get_reminder_today() - timedelta(days=DAYS - 1)
        ),
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._get_reminder_today(),
    )
    home_rate = fields.Float(
        compute="_compute_home_rate", export_string_translation=False
    )

    @api.depends("company_id")
    def _compute_home_rate(self):
        """Compute the rate of the company's own currency.

        Grouped amounts come in the currency whose rate is 1, which need not be it.
        """
        for record in self:
            company, currency = record.company_id, record.currency_id
            rates = currency._get_rates(company, fields.Date.context_today(record))
            record.home_rate = rates.get(currency.id, 1.0)

    @api.depends("company_id")
    def _compute_display_name(self):
        self.display_name = self.env._("Dashboard")

    # -- reading ----------------------------------------------------------------

    def _get_domain(self, domain):
        """Return what of a report this page is about, as a domain."""
        domain = Domain(domain) & Domain("company_id", "=", self.company_id.id)
        if self.user_id:
            domain &= Domain("user_id", "=", self.user_id.id)
        if self.partner_id:
            customer = self.partner_id.commercial_partner_id
            domain &= Domain("partner_id", "=", customer.id)
        return domain

    def _read(self, model, domain, group_by, measures, **options):
        """Group the rows of a report that this page is about.

        :return: list of tuples; amounts in the currency of the company
        """
        self._check_company()
        rows = (
            self.env[model]
            .with_company(self.company_id)
            ._read_group(self._get_domain(domain), group_by, measures, **options)
        )
        start = len(group_by)
        amounts = {
            start + place
            for place, measure in enumerate(measures)
            if measure.endswith(":sum_currency")
        }
        digits = self.currency_id.decimal_places
        return [
            tuple(
                float_round((value or 0.0) * self.home_rate, digits)
                if place in amounts
                else value
                for place, value in enumerate(row)
            )
            for row in rows
        ]

    def _check_company(self):
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))

    def _within(self, name):
        """Return the domain of days (or moments) of a field in the time shown."""
        after = fields.Date.add(self.date_to, days=1)
        return [(name, ">=", self.date_from), (name, "<", after)]

    def _label(self, model, name, code):
        field = self.env[model]._fields[name]
        return dict(field._description_selection(self.env)).get(code, code)

    def _get_today(self):
        return self.company_id._get_reminder_today()

    # -- figures ----------------------------------------------------------------

    def _get_figures(self):
        """Return every figure of the page, in the currency of the company.

        :return: dict of lists of rows (dicts) and of single figures, by name
        """
        self.ensure_one()
        overdue = self._get_overdue()
        return {
            "overdue": overdue,
            "waiting": self._get_waiting(),
            "received": self._get_received(),
            "promised": self._get_promised(),
            "days_of_sales": self._get_days_of_sales(
                sum(row["amount"] for row in overdue)
            ),
            "steps": self._get_steps(),
            "debtors": self._get_debtors(),
            "expected": self._get_expected(),
            "cases": self._get_cases(),
            "promises": self._get_promises(),
            "costs": self._get_costs(),
            "questions": self._get_questions(),
            "nudges": self._get_nudges(),
            "effect": self._get_effect(),
        }

    def _get_overdue(self):
        found = {
            age: amounts
            for age, *amounts in self._read(
                "payment.reminder.report.overdue",
                [],
                ["age"],
                ["__count", "amount:sum_currency", "doubtful:sum_currency"],
            )
        }
        Report = self.env["payment.reminder.report.overdue"]
        rows = []
        for code, label in Report._get_ages():
            count, amount, doubtful = found.get(code, (0, 0.0, 0.0))
            rows.append(
                {
                    "code": code,
                    "name": label,
                    "count": count,
                    "amount": amount,
                    "doubtful": doubtful,
                }
            )
        return rows

    def _get_waiting(self):
        """Return how much waits for a person, by what is to do."""
        found = dict(self._read(TODO, [], ["work"], ["__count"]))
        works = self.env[TODO]._fields["work"]
        return [
            {"code": code, "name": label, "count": found[code]}
            for code, label in works._description_selection(self.env)
            if code in found
        ]

    def _get_received(self):
        """Return what came in of late on invoices that were overdue."""
        [(count, amount)] = self._read(
            "payment.reminder.report.received",
            [],
            [],
            ["__count", "amount:sum_currency"],
        )
        return {"count": count, "amount": amount}

    def _get_promised(self):
        """Return what is still to come of promises and plans in force."""
        [(amount, day)] = self._read(
            "payment.reminder.report.promise",
            [("open", ">", 0)],
            [],
            ["open:sum_currency", "date_due:min"],
        )
        return {"amount": amount, "date": day}

    def _get_steps(self):
        """Return what came in after each kind of step, whatever its ladder."""
        names = ["asked", "received_7", "received_14", "received_30"]
        measures = ["amount_principal", "received_7", "received_14", "received_30"]
        found = {
            kind: row
            for kind, *row in self._read(
                "payment.reminder.report.step",
                self._within("date"),
                ["step_kind"],
                ["__count", *(f"{name}:sum_currency" for name in measures)],
            )
        }
        kinds = self.env["payment.reminder.step"]._fields["kind"]
        return [
            {
                "code": code,
                "name": label,
                "count": found[code][0],
                **dict(zip(names, found[code][1:], strict=True)),
            }
            for code, label in kinds._description_selection(self.env)
            if code in found
        ]

    def _get_debtors(self):
        """Return the customers who owe most that is overdue, the largest first."""
        return [
            {"id": partner.id, "name": partner.display_name, "amount": amount}
            for partner, amount in self._read(
                "payment.reminder.report.overdue",
                [("days_overdue", ">", 0)],
                ["partner_id"],
                ["amount:sum_currency"],
                order="amount:sum_currency DESC, partner_id",
                limit=LARGEST,
            )
        ]

    def _get_expected(self):
        """Return what is expected to come in, by day (False: none is known) and why.

        :return: {(day, source): amount}
        """
        found = defaultdict(float)
        for day, source, amount in self._read(
            "payment.reminder.report.expected",
            [],
            ["date:day", "source"],
            ["amount:sum_currency"],
        ):
            found[fields.Date.to_date(day), source] += amount
        return dict(found)

    def _get_cases(self):
        found = dict(self._read("payment.reminder.case", [], ["state"], ["__count"]))
        states = self.env["payment.reminder.case"]._fields["state"]
        return [
            {"code": code, "name": label, "count": found.get(code, 0)}
            for code, label in states._description_selection(self.env)
        ]

    def _get_promises(self):
        [(promised, paid)] = self._read(
            "payment.reminder.report.promise",
            self._within("date_due"),
            [],
            ["promised:sum_currency", "paid:sum_currency"],
        )
        return {"promised": promised, "paid": paid}

    def _get_costs(self):
        names = ["claimed", "collected", "waived", "moved"]
        return [
            {
                "code": cost,
                "name": self._label("payment.reminder.report.claim", "cost", cost),
                **dict(zip(names, amounts, strict=True)),
            }
            for cost, *amounts in self._read(
                "payment.reminder.report.claim",
                self._within("date"),
                ["cost"],
                [f"{name}:sum_currency" for name in names],
            )
        ]

    def _get_questions(self):
        return [
            {
                "code": kind,
                "name": self._label("payment.reminder.report.question", "kind", kind),
                "count": count,
                "open": count - answered,
                "days": days and round(days, 1),
            }
            for kind, count, answered, days in self._read(
                "payment.reminder.report.question",
                self._within("date_asked"),
                ["kind"],
                ["__count", "date_answered:count", "days_to_answer:avg"],
            )
        ]

    def _get_days_of_sales(self, owed):
        """Return the days of sales that are still owed; None without sales.

        :param owed: what is open today
        """
        if not self.env.user._is_reminder_manager():
            return None
        days = ageing.count_back(to_decimal(owed, 6), self._read_sales())
        return days if days is None else float(days)

    def _read_sales(self):
        """Return what was sold in each month of late, as ``ageing.count_back`` asks."""
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_receipt", "out_refund")),
                ("invoice_date", ">=", self._get_first_month()),
                ("invoice_date", "<=", self._get_today()),
            ]
        )
        if self.user_id:
            domain &= Domain("invoice_user_id", "=", self.user_id.id)
        if self.partner_id:
            customer = self.partner_id.commercial_partner_id
            domain &= Domain("commercial_partner_id", "=", customer.id)
        # sudo: a manager of reminders sees what was sold in all, but no invoice.
        found = dict(
            self.env["account.move"]
            .sudo()
            ._read_group(domain, ["invoice_date:month"], ["amount_total_signed:sum"])
        )
        return self._list_sales(found)

    def _list_sales(self, found):
        """Return months of sales, the newest first, as ``ageing.count_back`` asks.

        :param found: {first day of a month: what was sold in it}
        """
        sales = []
        last = self._get_today()
        for _month in range(MONTHS_OF_SALES):
            start = last.replace(day=1)
            sold = to_decimal(found.get(start, 0.0), 6)
            sales.append((sold, (last - start).days + 1))
            last = start - timedelta(days=1)
        return sales

    def _get_first_month(self):
        """Return the first day of the sales that are counted back."""
        first = self._get_today().replace(day=1)
        return first - relativedelta(months=MONTHS_OF_SALES - 1)

    def _get_effect(self):
        """Return how long is waited for money, by version of the ladder.

        Beside each version is its control group: the due items of which chance held
        out the nudge. Who has no case, or one without a ladder, comes last.

        :return: dict of rows, and of what was waited in each group of the comparison
        """
        if not self.env.user._is_reminder_manager():
            return {"rows": [], "groups": {}}
        waited, groups = self._read_waited()
        days_of_sales = self._read_days_of_sales()
        keys = sorted(
            waited.keys() | days_of_sales.keys(),
            key=lambda key: (not key[0], key[0].name or "", key[0].version, *key[1:]),
        )
        rows = []
        for key in keys:
            ladder, is_control = key
            late, days = waited.get(key, terms.Waited()), days_of_sales.get(key)
            if late.days is not None or days is not None:
                rows.append(
                    {
                        "ladder": ladder,
                        "is_control": is_control,
                        "count": late.count,
                        "days_late": None if late.days is None else float(late.days),
                        "days_of_sales": None if days is None else float(days),
                    }
                )
        return {"rows": rows, "groups": groups}

    def _get_terms_domain(self):
        """Return what days beyond terms are about: what fell due in the time shown."""
        return [
            *self._within("date_due"),
            ("date_due", "<=", self._get_today()),
            ("amount", ">", 0),
        ]

    def _read_waited(self):
        """Return what was waited by (ladder, is it the control group), and by group."""
        waited = defaultdict(terms.Waited)
        groups = defaultdict(terms.Waited)
        for ladder, group, count, amount, amount_days in self._read(
            TERMS,
            self._get_terms_domain(),
            ["ladder_id", "holdout_group"],
            ["__count", "amount:sum_currency", "amount_days:sum_currency"],
        ):
            late = terms.Waited(
                to_decimal(amount, 6), to_decimal(amount_days, 6), count
            )
            waited[ladder, group == str(holdout.Group.HELD_OUT)] += late
            groups[group] += late
        return waited, groups

    def _read_days_of_sales(self):
        """Return the days of sales that are owed, as ``_read_waited`` groups them."""
        sold = defaultdict(lambda: defaultdict(float))
        owed = defaultdict(float)
        for ladder, group, month, amount, open_amount in self._read(
            TERMS,
            ["|", ("date", ">=", self._get_first_month()), ("open", ">", 0)],
            ["ladder_id", "holdout_group", "date:month"],
            ["sold:sum_currency", "open:sum_currency"],
        ):
            key = ladder, group == str(holdout.Group.HELD_OUT)
            sold[key][month] += amount
            owed[key] += open_amount
        return {
            key: ageing.count_back(
                to_decimal(owed[key], 6), self._list_sales(sold[key])
            )
            for key in sold
        }

    def _get_nudges(self):
        """Return what nudges bring, next to what comes in without; None: no comparison.

        :return: dict of rows (code, name, count, paid, share in percent) and words
        """
        found = {
            group: holdout.Result(count, paid)
            for group, count, paid in self._read(
                "payment.reminder.report.nudge",
                self._within("date"),
                ["holdout_group"],
                ["__count", "paid:sum"],
            )
        }
        if not found:
            return None
        nudged, held_out = (
            found.get(str(group), holdout.Result(0, 0)) for group in holdout.Group
        )
        return {
            "rows": [
                {
                    "code": str(group),
                    "name": self._label(
                        "payment.reminder.report.nudge", "holdout_group", str(group)
                    ),
                    "count": result.count,
                    "paid": result.paid,
                    "share": round(100 * result.share, 1),
                }
                for group, result in zip(holdout.Group, (nudged, held_out), strict=True)
            ],
            "words": self._tell_comparison(holdout.compare(nudged, held_out)),
        }

    def _tell_comparison(self, comparison):
        """Return in plain words what a comparison says."""
        low, high = (
            format(100 * end, ".0f") for end in (comparison.low, comparison.high)
        )
        texts = {
            holdout.Finding.TOO_FEW: self.env._(
                "Too few to say anything: wait until each group has %s nudges.",
                holdout.LEAST_COUNT,
            ),
            holdout.Finding.UNCERTAIN: self.env._(
                "No difference can be told from chance: of a hundred customers, nudges "
                "make between %(low)s and %(high)s more pay in time.",
                low=low,
                high=high,
            ),
            holdout.Finding.MORE: self.env._(
                "Nudges work: of a hundred customers, they make between %(low)s and "
                "%(high)s more pay in time.",
                low=low,
                high=high,
            ),
            holdout.Finding.FEWER: self.env._(
                "Fewer pay in time with a nudge: between %(low)s and %(high)s of a "
                "hundred customers. Look at what it says.",
                low=format(-100 * comparison.high, ".0f"),
                high=format(-100 * comparison.low, ".0f"),
            ),
        }
        return texts[comparison.finding]
