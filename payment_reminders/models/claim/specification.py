"""How interest came about, period by period: in the letter and on the portal."""

from odoo import fields, models
from odoo.tools import float_compare, formatLang


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    interest_specification = fields.Json(
        readonly=True,
        help="How the interest was computed: one row for each due item and rate.",
    )

    def _get_interest_specification(self):
        """Return how the interest was computed, as claimed: one row a period.

        :return: list of dicts: item_id, first_day, last_day, days, rate, base, amount
            (amounts and rates are exact, as strings; amounts are not rounded, and of
            all notices together)
        """
        self.ensure_one()
        return list(self.interest_specification or [])

    def _prepare_letter_interest(self):
        """Return the rows of the interest specification; nothing without interest."""
        rows = self.interest_specification or []
        if not rows or not self.amount_interest or not self._is_demand():
            return {}
        names = {line.item_id.id: line.name for line in self.line_ids}
        money, day = self._format_letter_money, self._format_letter_date
        digits = self.currency_id.decimal_places
        total = sum(float(row["amount"]) for row in rows)
        before = total - self.amount_interest
        return {
            "currency": self.currency_id.name,
            "day_count": self.step_id.ladder_id.jurisdiction_id.day_count,
            "rows": [
                {
                    "name": names.get(row["item_id"], ""),
                    "base": money(float(row["base"])),
                    "rate": formatLang(self.env, float(row["rate"])),
                    "first_day": day(fields.Date.to_date(row["first_day"])),
                    "last_day": day(fields.Date.to_date(row["last_day"])),
                    "days": row["days"],
                    "amount": money(float(row["amount"])),
                }
                for row in rows
            ],
            "before": money(before) if float_compare(before, 0, digits) > 0 else "",
            "interest": money(self.amount_interest),
        }

    def _prepare_portal_notes(self):
        """Return the remarks on this notice that the customer's page repeats.

        Up to when interest was computed the page says for today, not for then.
        """
        self.ensure_one()
        notes = self._prepare_letter_notes()
        notes.pop("interest_until", None)
        return notes


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _get_interest_statement(self):
        """Return how interest has come about up to today, for the customer's page.

        What is open is computed up to today. When the invoices are paid and only the
        interest on them is open, it is what the last notice said of it.

        :return: dict of rows (name, first_day, last_day, days, rate, base, amount),
            claimed, running, until (the last day that could be computed) and
            is_rate_missing; empty when there is no interest
        """
        self.ensure_one()
        case = self.sudo()
        figures, day = case.env["payment.reminder.figures"]._compute_running(case)[
            case.id
        ]
        rows = figures.specify_interest()
        if not rows and case.amount_interest:
            last = case.reminder_ids.filtered(
                lambda r: r.counts and r.interest_specification
            ).sorted("sent_date")[-1:]
            rows = last._get_interest_specification() if last else []
        if not rows:
            return {}
        names = {item.id: item.display_name for item in case.item_ids}
        return {
            "rows": [
                {
                    "name": names.get(row["item_id"], ""),
                    "first_day": fields.Date.to_date(row["first_day"]),
                    "last_day": fields.Date.to_date(row["last_day"]),
                    "days": row["days"],
                    "rate": formatLang(self.env, float(row["rate"])),
                    "base": float(row["base"]),
                    "amount": float(row["amount"]),
                }
                for row in rows
            ],
            "claimed": case.amount_interest,
            "running": float(figures.interest),
            "until": figures.interest_until,
            "is_rate_missing": bool(
                figures.interest_until and figures.interest_until < day
            ),
        }
