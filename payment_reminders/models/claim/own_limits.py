from collections import defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_repr, format_amount

from ...rules import fees, schedule

#: So long a fee, or one that was forgiven, stands in the way of the courtesy.
MONTHS_OF_RECORD = 12
#: So many demands go out before a trifle is put to a person.
DEMANDS_ON_A_TRIFLE = 2


class PaymentReminderFigures(models.AbstractModel):
    _inherit = "payment.reminder.figures"

    @api.model
    def _get_fee_limits(self, case, day):
        """Return what the company sets for itself (:class:`rules.fees.Limits`)."""
        company = case.company_id
        share = company.reminder_fee_max_share
        return fees.Limits(
            floor=self._convert_own_limit(case, company.reminder_fee_floor, day),
            max_share=Decimal(float_repr(share, 6)) if share else None,
            first_free=company.reminder_first_fee_free,
        )

    @api.model
    def _convert_own_limit(self, case, amount, day):
        """Return a limit of the company in the case's currency; none without a rate."""
        company = case.company_id
        rate = amount and self._get_rate(
            company.currency_id, case.currency_id, company, day
        )
        if not rate:
            return Decimal(0)
        return fees.convert(
            Decimal(float_repr(amount, company.currency_id.decimal_places)),
            rate,
            case.currency_id.decimal_places,
        )

    @api.model
    def _find_unclean(self, cases):
        """Return ids of cases whose customer had a fee, or was forgiven one, lately."""
        if not any(company.reminder_first_fee_free for company in cases.company_id):
            return set()
        since = fields.Datetime.now() - relativedelta(months=MONTHS_OF_RECORD)
        notices = (
            self.env["payment.reminder"]
            .sudo()
            .search_fetch(
                Domain("partner_id", "in", cases.partner_id.ids)
                & Domain("company_id", "in", cases.company_id.ids)
                & Domain("sent_date", ">=", since)
                & self.env["payment.reminder"]._get_counting_domain(),
                ["partner_id", "company_id", "amount_fee", "remarks"],
            )
        )
        unclean = {
            (notice.company_id, notice.partner_id)
            for notice in notices
            if notice.amount_fee > 0 or "fee:courtesy" in (notice.remarks or [])
        }
        return {
            case.id for case in cases if (case.company_id, case.partner_id) in unclean
        }


class PaymentReminderProposal(models.AbstractModel):
    _inherit = "payment.reminder.proposal"

    @api.model
    def _set_aside_trifles(self, planned):
        """Hold what is too little for a third letter, and let a person decide.

        Whoever releases the case has decided: it is not held for this again.
        """
        limited = [
            (case, step, rows)
            for case, step, rows in planned
            if step.kind != schedule.NUDGE and case.company_id.reminder_trifle_limit
        ]
        trifles = self._find_trifles(limited)
        if not trifles:
            return planned
        trifles._hold_as_trifle()
        return [row for row in planned if row[0] not in trifles]

    @api.model
    def _find_trifles(self, planned):
        figures = self.env["payment.reminder.figures"]
        cases = self.env["payment.reminder.case"].union(*(row[0] for row in planned))
        history = figures._read_fee_history(cases) if cases else defaultdict(list)
        found = cases.browse()
        for case, _step, rows in planned:
            demands = [n for n in history[case.id] if n.kind != schedule.NUDGE]
            day = case.company_id._get_reminder_today()
            overdue = sum(
                (seen.owed for _item, seen, _step_id in rows if seen.date_due < day),
                Decimal(0),
            )
            limit = figures._convert_own_limit(
                case, case.company_id.reminder_trifle_limit, day
            )
            if len(demands) >= DEMANDS_ON_A_TRIFLE and overdue <= limit:
                found |= case
        return found.filtered(lambda case: not case._was_held_as_trifle())


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _was_held_as_trifle(self):
        """Tell whether a person was asked about this trifle before."""
        self.ensure_one()
        return any(
            freeze.reason == "trifle"
            and (not self.date_open or freeze.date_start >= self.date_open)
            for freeze in self.sudo().freeze_ids
        )

    def _hold_as_trifle(self):
        """Propose to write off what is owed on these cases."""
        self._freeze("trifle")
        for case in self:
            told = case._in_staff_language()
            told._ask_person(
                told.env._(
                    "Write off %s?",
                    format_amount(told.env, case.amount_principal, case.currency_id),
                ),
                told.env._(
                    "It is too little for another reminder. Close the case as written "
                    "off, or release it to go on."
                ),
            )
