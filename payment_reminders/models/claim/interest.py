"""Interest up to a day: what runs that no notice claimed yet, and how it came about."""

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ...tools.decimals import to_decimal
from ...tools.money import format_code
from .figures import Figures


class InsolvencyClaim:
    """What one case claims in proceedings, in its currency."""

    def __init__(self):
        self.principal = self.interest = self.fees = Decimal(0)
        self.rate_missing_from = None
        #: (name, due date, open on the day, periods of interest) of each invoice
        self.items = []

    @property
    def total(self):
        return self.principal + self.interest + self.fees


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    amount_interest_running = fields.Monetary(
        string="Running interest",
        compute="_compute_interest_running",
        help="Interest since the last notice that claimed some, as of today. The next "
        "notice that charges interest claims it.",
    )
    amount_claim_today = fields.Monetary(
        string="Claim with running interest", compute="_compute_interest_running"
    )
    interest_running_until = fields.Date(
        compute="_compute_interest_running",
        help="The day up to which running interest could be computed.",
    )
    is_rate_missing = fields.Boolean(compute="_compute_interest_running")

    @api.depends("item_ids", "claim_line_ids.amount", "ladder_id")
    def _compute_interest_running(self):
        running = self.env["payment.reminder.figures"]._compute_running(self.sudo())
        for case in self:
            figures, day = running[case.id]
            case.amount_interest_running = float(figures.interest)
            case.interest_running_until = figures.interest_until
            case.is_rate_missing = bool(
                figures.interest_until and figures.interest_until < day
            )
            case.amount_claim_today = case.amount_claim + float(figures.interest)

    def _get_interest_statement(self):
        """Return how interest has come about up to today, for the customer's page.

        What is open is computed up to today. When the invoices are paid and only the
        interest on them is open, it is what the last notice said of it.

        :return: dict of rows (name, first_day, last_day, days, rate, base: formatted,
            and amount), claimed (what is still open of what notices asked for), settled
            (what was paid or waived of it), running, until (the last day that could be
            computed), compounding and is_rate_missing; empty when there is no interest
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
        claimed = float(case._read_open_costs()[case.id].get("interest", 0))
        asked = sum(
            line.amount
            for line in case.claim_line_ids
            if line.kind == "interest"
            and not (case.date_open and line.date < case.date_open.date())
        )
        return {
            "rows": [
                {
                    "name": names.get(row["item_id"], ""),
                    "first_day": format_date(self.env, row["first_day"]),
                    "last_day": format_date(self.env, row["last_day"]),
                    "days": row["days"],
                    "rate": formatLang(self.env, float(row["rate"])),
                    "base": format_code(self.env, row["base"], case.currency_id),
                    "amount": float(row["amount"]),
                }
                for row in rows
            ],
            "claimed": claimed,
            "settled": max(case.currency_id.round(asked - claimed), 0.0),
            "running": float(figures.interest),
            "compounding": case.ladder_id.jurisdiction_id.compounding,
            "until": figures.interest_until,
            "is_rate_missing": bool(
                figures.interest_until and figures.interest_until < day
            ),
        }


class PaymentReminderFigures(models.AbstractModel):
    _inherit = "payment.reminder.figures"

    @api.model
    def _compute_running(self, cases, day=None):
        """Compute the interest that no notice claimed yet, in few queries.

        A ladder that charges interest at no step claims none, so none runs.

        :param day: up to which it runs, if nothing is paid until then (default: the
            day of each company)
        :return: {case id: (:class:`Figures`, the day)}
        """
        today = {
            company: day or company._get_reminder_today()
            for company in cases.company_id
        }
        found = {case.id: (Figures(), today[case.company_id]) for case in cases}
        charging = cases.filtered(
            lambda case: (
                case.ladder_id.jurisdiction_id
                and case.state != "closed"
                and any(step.charge_interest for step in case.ladder_id.step_ids)
            )
        )
        live = self.env["payment.reminder.facts"]._read_live(charging.item_ids)
        payments = self._read_payments(charging.item_ids)
        jurisdictions = charging.ladder_id.jurisdiction_id
        tables = jurisdictions._get_rate_tables()
        statutes = {law: law._get_statute() for law in jurisdictions}
        calendars = self.env["payment.reminder.facts"]._get_calendars(charging)
        for case in charging:
            day = today[case.company_id]
            overdue = [
                (item, seen.owed)
                for item in case.item_ids
                if (seen := item._get_live(live))
                and seen.owed > 0
                and seen.date_due < day
                # A service that has it claims its own.
                and not item.handover_id
            ]
            law = case.ladder_id.jurisdiction_id
            figures = self._accrue(
                case,
                statutes[law],
                tables[law],
                overdue,
                day,
                payments,
                calendars[case.id],
            )
            found[case.id] = (figures, day)
        return found

    # -- to the day of a decree -----------------------------------------------------

    @api.model
    def _compute_to_day(self, days):
        """Compute what is owed as of the day of a decree, in few queries.

        A payment after that day does not lower it, a fee after it is not in it.
        Interest is what the law of the case's ladder gives, where the ladder claims
        interest at all.

        :param days: {case: day}
        :return: {case: :class:`InsolvencyClaim`}
        """
        cases = self.env["payment.reminder.case"].union(*days).sudo()
        live = self.env["payment.reminder.facts"]._read_live(cases.item_ids)
        payments = self._read_payments(cases.item_ids)
        tables = cases.ladder_id.jurisdiction_id._get_rate_tables()
        calendars = self.env["payment.reminder.facts"]._get_calendars(cases)
        ledgers = self._read_ledgers_to_day(days)
        claims = {}
        for case, day in days.items():
            claim = claims[case] = InsolvencyClaim()
            open_items = []
            for item in case.sudo().item_ids:
                seen = item._get_live(live)
                # What was delivered after the decree is no claim in the proceedings.
                if not seen or (seen.date_invoice and seen.date_invoice > day):
                    continue
                later = sum(p.amount for p in payments[item.id] if p.date > day)
                owed = seen.owed + later
                if owed > 0:
                    open_items.append((item, seen.owed))
                    claim.principal += owed
                    claim.items.append((seen.move_name, seen.date_due, owed, []))
            ledger = ledgers[case.id]
            claim.fees = ledger["fees"]
            # A service that has an item claims its own interest on it.
            ours = [pair for pair in open_items if not pair[0].handover_id]
            figures = self._accrue_to_day(
                case.sudo(), day, ours, payments, tables, calendars[case.id]
            )
            claim.interest = ledger["interest"] + figures.interest
            if figures.interest_until and figures.interest_until < day:
                claim.rate_missing_from = figures.interest_until
            for (item, _owed), row in zip(open_items, claim.items, strict=True):
                row[3].extend(figures.periods_by_item.get(item.id, ()))
        return claims

    @api.model
    def _accrue_to_day(self, case, day, open_items, payments, tables, calendar):
        """Return the interest to a day that no notice has claimed, maybe negative."""
        law = case.ladder_id.jurisdiction_id
        if not law or not any(case.ladder_id.step_ids.mapped("charge_interest")):
            return Figures()
        return self._accrue(
            case,
            law._get_statute(),
            tables[law],
            open_items,
            day,
            payments,
            calendar,
        )

    @api.model
    def _read_ledgers_to_day(self, days):
        """Return {case id: {fees, interest}} of the claim ledgers on these days.

        Money that came in, and what was let go, counts whenever it was.
        """
        found = defaultdict(lambda: {"fees": Decimal(0), "interest": Decimal(0)})
        cases = self.env["payment.reminder.case"].union(*days).sudo()
        by_id = {case.id: day for case, day in days.items()}
        for line in cases.claim_line_ids:
            claimed = line.reversal_of_id or line
            late = claimed.date > by_id[line.case_id.id]
            if late and claimed.kind in ("fee", "compensation"):
                continue
            is_interest = "interest" in (claimed.kind, claimed.settles)
            amount = line.currency_id.round(line.amount)
            kind = "interest" if is_interest else "fees"
            found[line.case_id.id][kind] += to_decimal(amount)
        return found
