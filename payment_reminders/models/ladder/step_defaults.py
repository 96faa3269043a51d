"""What a new step of a ladder asks for: what the law gives, until somebody chooses."""

from odoo import api, fields, models

from ...rules import schedule, statute


class PaymentReminderLadder(models.Model):
    _inherit = "payment.reminder.ladder"

    default_fee_policy = fields.Char(compute="_compute_step_defaults")
    default_charge_interest = fields.Boolean(compute="_compute_step_defaults")

    @api.depends("jurisdiction_id", "company_id")
    def _compute_step_defaults(self):
        for ladder in self:
            company = ladder.company_id or self.env.company
            has_fee, has_interest = ladder._get_lawful_charges()
            fee = company.reminder_default_fee if has_fee else "none"
            ladder.default_fee_policy = fee
            ladder.default_charge_interest = (
                has_interest and company.reminder_default_interest
            )

    def _get_lawful_charges(self):
        """Tell whether the law of this ladder names a fee and knows interest today."""
        self.ensure_one()
        law = self.jurisdiction_id._get_statute()
        if not law:
            return False, False
        today = (self.company_id or self.env.company)._get_reminder_today()
        rules = [
            law.fee_rule(debtor, today, schedule.REMINDER) for debtor in statute.DEBTORS
        ]
        has_fee = any(rule and rule.basis == statute.STATUTORY for rule in rules)
        has_interest = any(law.margin_rule(one, today) for one in statute.DEBTORS)
        return has_fee, has_interest


class PaymentReminderStep(models.Model):
    _inherit = "payment.reminder.step"

    @api.onchange("kind")
    def _onchange_kind(self):
        """Ask for what such a step usually asks for; a nudge for nothing."""
        if self._origin:
            return
        is_nudge = self.kind == schedule.NUDGE
        self.fee_policy = "none" if is_nudge else self.ladder_id.default_fee_policy
        self.charge_interest = not is_nudge and self.ladder_id.default_charge_interest
