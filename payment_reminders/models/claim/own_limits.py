from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import format_amount

from ...rules import schedule

#: So many demands go out before a trifle is put to a person.
DEMANDS_ON_A_TRIFLE = 2


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
            limit = figures._convert_limit(
                case.company_id.reminder_trifle_limit,
                case.company_id.currency_id,
                case,
                day,
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
