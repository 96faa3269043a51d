"""What the customer's page of a case shows."""

from dataclasses import dataclass
from datetime import date, timedelta

from odoo import models

#: So far ahead a customer may ask what it comes to.
FORECAST_DAYS = 366


@dataclass(frozen=True)
class Forecast:
    """What paying everything comes to on one day, in the case's currency.

    ``until`` is the day up to which interest is in it (None: no interest is added).
    """

    day: date
    principal: float
    costs: float
    interest: float
    total: float
    until: date | None


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _get_page_items(self):
        """Return the due items of this case on which something is open."""
        self.ensure_one()
        return self.item_ids.filtered(
            lambda item: not item.is_dropped and item.amount_residual > 0
        )

    def _get_page_due(self, item=None):
        """Return the most that a customer can owe here, and so pay online.

        :param item: payment.reminder.item for that item alone; default: everything
            that is open, costs included
        """
        self.ensure_one()
        if item:
            return item.amount_residual
        return self.currency_id.round(
            sum(self._get_page_items().mapped("amount_residual"))
            + max(self.amount_costs, 0.0)
        )

    def _get_page_forecast(self, day):
        """Return what it comes to if everything is paid on a day.

        Who pays by the deadline of the last notice pays what that notice says. After
        it, the interest runs that a next notice would ask for; a fee only comes with
        a notice, so that none is foretold.

        :param day: any day; it is brought into today … today + FORECAST_DAYS
        :return: :class:`Forecast`
        """
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        day = min(max(day, today), today + timedelta(days=FORECAST_DAYS))
        principal = sum(
            item.amount_residual
            for item in self._get_page_items()
            if item.date_due < day
        )
        deadline = self._get_page_reminder().deadline_date
        interest, until = 0.0, None
        if not deadline or day > deadline:
            figures = self.env["payment.reminder.figures"]
            running, _day = figures._compute_running(self, day)[self.id]
            interest = max(float(running.interest), 0.0)
            until = running.interest_until if interest else None
        costs = max(self.amount_costs, 0.0)
        return Forecast(
            day=day,
            principal=principal,
            costs=costs,
            interest=interest,
            total=self.currency_id.round(principal + costs + interest),
            until=until,
        )

    def _get_page_reminder(self):
        """Return the last notice that really went out."""
        self.ensure_one()
        sent = self.reminder_ids.filtered("counts")
        return sent.sorted("sent_date")[-1:]

    def _get_page_payments(self):
        """Return what was received on the due items of this case, and when.

        :return: {item: [:class:`rules.interest.Payment`]}, oldest first
        """
        self.ensure_one()
        figures = self.env["payment.reminder.figures"]
        found = figures._read_payments(self.item_ids)
        return {
            item: sorted(found[item.id], key=lambda paid: paid.date)
            for item in self.item_ids
        }

    def _get_page_ledger(self):
        """Return the entries of the claim ledger that stand, with their legal ground.

        :return: list of (claim line, paragraph or empty)
        """
        self.ensure_one()
        lines = self.claim_line_ids.filtered(
            lambda line: not line.reversal_of_id and not line.reversed_by_ids
        )
        statute = self.ladder_id.jurisdiction_id._get_statute()
        return [(line, statute and line._get_ground(statute) or "") for line in lines]

    def _get_page_transfer(self, item):
        """Return how one item is paid by bank transfer.

        :return: dict with bank (res.partner.bank), reference and qr, the picture of
            Odoo's own payment code as a data URL (None: there is none here)
        """
        self.ensure_one()
        move = item.move_id
        bank = move.partner_bank_id
        reference = move.payment_reference or move.name
        qr = None
        if bank:
            qr = bank.build_qr_code_base64(
                item.amount_residual,
                reference,
                move.payment_reference,
                self.currency_id,
                self.partner_id,
                silent_errors=True,
            )
        return {"bank": bank, "reference": reference, "qr": qr}


class PaymentReminderClaimLine(models.Model):
    _inherit = "payment.reminder.claim.line"

    def _get_ground(self, statute):
        """Return the paragraph on which this entry rests.

        :param statute: :class:`rules.statute.Statute` of the case's ladder
        """
        self.ensure_one()
        case, reminder = self.case_id, self.reminder_id
        debtor = case.partner_id._get_debtor_kind()
        due_dates = [day for day in reminder.line_ids.mapped("date_due") if day]
        due = min(due_dates, default=self.date)
        rule = None
        if self.kind == "fee":
            rule = statute.fee_rule(debtor, self.date, reminder.step_kind or "reminder")
        elif self.kind == "interest":
            rule = statute.margin_rule(debtor, due)
        elif self.kind == "compensation":
            rule = statute.compensation_rule(debtor, due)
        return rule.source if rule else ""
