from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..rules import ageing, holdout
from ..tools.decimals import to_decimal


class PaymentReminderDashboard(models.TransientModel):
    """The figures of payment reminders on one page, each with a report behind it."""

    _name = "payment.reminder.dashboard"
    _description = "Payment Reminder Dashboard"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Responsible")
    partner_id = fields.Many2one("res.partner", string="Customer")
    step_id = fields.Many2one(
        "payment.reminder.step",
        help="For what was sent, claimed and received: of this step alone.",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: (
            self.env.company._get_reminder_today() - relativedelta(months=3)
        ),
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._get_reminder_today(),
    )
    body = fields.Html(compute="_compute_body", sanitize=False)

    @api.depends(
        "company_id", "user_id", "partner_id", "step_id", "date_from", "date_to"
    )
    @api.depends_context("lang")
    def _compute_body(self):
        for record in self:
            complete = record.company_id and record.date_from and record.date_to
            record.body = complete and self.env["ir.qweb"]._render(
                "payment_reminders.dashboard_body",
                {"record": record, "figures": record._get_figures()},
            )

    @api.depends("company_id")
    def _compute_display_name(self):
        self.display_name = self.env._("Dashboard")

    # -- figures ----------------------------------------------------------------

    def _get_figures(self):
        """Return every figure of the page, in the currency of the company.

        What is on somebody's page is what that person may see of the reports.

        :return: dict of lists of rows (dicts) and of single figures, by name
        """
        self.ensure_one()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))
        return {
            "overdue": self._get_overdue(),
            "cases": self._get_cases(),
            "promises": self._get_promises(),
            "steps": self._get_steps(),
            "costs": self._get_costs(),
            "questions": self._get_questions(),
            "days_of_sales": self._get_days_of_sales(),
            "nudges": self._get_nudges(),
        }

    def _read(self, model, domain, group_by, measures):
        """Group the rows of a report that this page is about."""
        Model = self.env[model].with_company(self.company_id)
        domain = Domain(domain) & Domain("company_id", "=", self.company_id.id)
        if self.user_id:
            domain &= Domain("user_id", "=", self.user_id.id)
        if self.partner_id:
            domain &= Domain(
                "partner_id", "=", self.partner_id.commercial_partner_id.id
            )
        if self.step_id and "step_id" in Model._fields:
            domain &= Domain("step_id.lineage", "=", self.step_id.lineage)
        return Model._read_group(domain, group_by, measures)

    def _within(self, name):
        """Return the domain of days (or moments) of a field in the time shown."""
        after = fields.Date.add(self.date_to, days=1)
        return [(name, ">=", self.date_from), (name, "<", after)]

    def _label(self, model, name, code):
        field = self.env[model]._fields[name]
        return dict(field._description_selection(self.env)).get(code, code)

    def _get_overdue(self):
        found = {
            age: (count, amount)
            for age, count, amount in self._read(
                "payment.reminder.report.overdue",
                [],
                ["age"],
                ["__count", "amount:sum_currency"],
            )
        }
        Report = self.env["payment.reminder.report.overdue"]
        rows = []
        for code, label in Report._get_ages():
            count, amount = found.get(code, (0, 0.0))
            rows.append({"code": code, "name": label, "count": count, "amount": amount})
        return rows

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
        return {"promised": promised or 0.0, "paid": paid or 0.0}

    def _get_steps(self):
        names = ["asked", "received_7", "received_14", "received_30"]
        measures = ["amount_principal", "received_7", "received_14", "received_30"]
        return [
            {
                "name": step.display_name,
                "count": count,
                **dict(zip(names, amounts, strict=True)),
            }
            for step, count, *amounts in self._read(
                "payment.reminder.report.step",
                self._within("date"),
                ["step_id"],
                ["__count", *(f"{name}:sum_currency" for name in measures)],
            )
        ]

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

    def _get_days_of_sales(self):
        """Return the days of sales that are still owed; None without sales.

        What is open today against what was invoiced in the time shown.
        """
        if not self.env.user._is_reminder_manager():
            return None
        [(owed,)] = self._read(
            "payment.reminder.report.overdue", [], [], ["amount:sum_currency"]
        )
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_receipt", "out_refund")),
                *self._within("invoice_date"),
            ]
        )
        if self.user_id:
            domain &= Domain("invoice_user_id", "=", self.user_id.id)
        if self.partner_id:
            customer = self.partner_id.commercial_partner_id
            domain &= Domain("commercial_partner_id", "=", customer.id)
        # sudo: a manager of reminders sees what was sold in all, but no invoice.
        [(invoiced,)] = (
            self.env["account.move"]
            .sudo()
            ._read_group(domain, [], ["amount_total_signed:sum"])
        )
        days = ageing.days_sales_outstanding(
            to_decimal(owed, 6),
            to_decimal(invoiced, 6),
            (self.date_to - self.date_from).days + 1,
        )
        return days if days is None else float(days)
