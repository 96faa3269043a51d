"""The settings of a company (models/res_company.py), as its managers see them."""

from odoo import api, fields, models

#: {box: (the number that it shows, what that is when the box is ticked)}; without its
#: box, the number is 0, which is off.
BOXES = {
    "reminder_bank_guard": ("reminder_bank_stale_days", 5),
    "reminder_limits_reps": ("reminder_rep_days", 30),
    "reminder_holds_out": ("reminder_holdout_percent", 10),
    "reminder_has_fee_floor": ("reminder_fee_floor", 100.0),
    "reminder_has_fee_share": ("reminder_fee_max_share", 10.0),
    "reminder_has_trifle_limit": ("reminder_trifle_limit", 50.0),
}


def _make_box(box):
    """Return a field that is ticked while its number is not 0.

    Each has a compute of its own: one for all would untick what was just ticked.
    """
    number, _default = BOXES[box]

    @api.depends(number)
    def compute(self):
        for settings in self:
            settings[box] = bool(settings[number])

    return fields.Boolean(compute=compute, readonly=False)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # -- boxes that show a number --------------------------------------------------

    reminder_bank_guard = _make_box("reminder_bank_guard")
    reminder_limits_reps = _make_box("reminder_limits_reps")
    reminder_holds_out = _make_box("reminder_holds_out")
    reminder_has_fee_floor = _make_box("reminder_has_fee_floor")
    reminder_has_fee_share = _make_box("reminder_has_fee_share")
    reminder_has_trifle_limit = _make_box("reminder_has_trifle_limit")

    # -- ladder and queue ----------------------------------------------------------

    reminder_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Reminder ladder",
        compute="_compute_reminder_ladder_id",
        inverse="_inverse_reminder_ladder_id",
        domain="[('company_id', 'in', [company_id, False]),"
        " ('successor_id', '=', False)]",
    )
    reminder_approver_id = fields.Many2one(
        related="reminder_ladder_id.standing_approval_by_id"
    )
    reminder_start_date = fields.Date(
        related="company_id.reminder_start_date", readonly=False
    )
    reminder_big_amount = fields.Monetary(
        related="company_id.reminder_big_amount", readonly=False
    )

    # -- new steps -----------------------------------------------------------------

    reminder_default_fee = fields.Selection(
        related="company_id.reminder_default_fee", readonly=False, required=True
    )
    reminder_default_interest = fields.Boolean(
        related="company_id.reminder_default_interest", readonly=False
    )

    # -- money in the books, and invoices that arrived late ------------------------

    reminder_bank_stale_days = fields.Integer(
        related="company_id.reminder_bank_stale_days", readonly=False
    )
    reminder_amount_tolerance = fields.Monetary(
        related="company_id.reminder_amount_tolerance", readonly=False
    )
    reminder_require_invoice_sent = fields.Selection(
        related="company_id.reminder_require_invoice_sent",
        readonly=False,
        required=True,
    )
    reminder_invoice_grace_days = fields.Integer(
        related="company_id.reminder_invoice_grace_days", readonly=False
    )

    # -- sending -------------------------------------------------------------------

    reminder_hour_from = fields.Float(
        related="company_id.reminder_hour_from", readonly=False
    )
    reminder_hour_to = fields.Float(
        related="company_id.reminder_hour_to", readonly=False
    )
    reminder_sender = fields.Char(related="company_id.email", readonly=False)
    reminder_uses_letters = fields.Boolean(compute="_compute_reminder_uses_letters")
    reminder_letter_window = fields.Selection(
        related="company_id.reminder_letter_window", readonly=False, required=True
    )
    reminder_holdout_percent = fields.Integer(
        related="company_id.reminder_holdout_percent", readonly=False
    )
    reminder_holdout_days = fields.Integer(
        related="company_id.reminder_holdout_days", readonly=False
    )

    # -- send brake ----------------------------------------------------------------

    reminder_brake = fields.Boolean(related="company_id.reminder_brake", readonly=False)
    reminder_brake_factor = fields.Float(
        related="company_id.reminder_brake_factor", readonly=False
    )
    reminder_brake_floor = fields.Integer(
        related="company_id.reminder_brake_floor", readonly=False
    )
    reminder_brake_per_customer = fields.Integer(
        related="company_id.reminder_brake_per_customer", readonly=False
    )
    reminder_brake_idle_days = fields.Integer(
        related="company_id.reminder_brake_idle_days", readonly=False
    )

    # -- law, fees and interest ----------------------------------------------------

    reminder_complaints_body = fields.Char(
        related="company_id.reminder_complaints_body", readonly=False
    )
    reminder_fee_agreed = fields.Boolean(
        related="company_id.reminder_fee_agreed", readonly=False
    )
    reminder_fee_floor = fields.Monetary(
        related="company_id.reminder_fee_floor",
        readonly=False,
    )
    reminder_fee_max_share = fields.Float(
        related="company_id.reminder_fee_max_share", readonly=False
    )
    reminder_first_fee_free = fields.Boolean(
        related="company_id.reminder_first_fee_free", readonly=False
    )
    reminder_chase_trifles = fields.Boolean(
        related="company_id.reminder_chase_trifles", readonly=False
    )
    reminder_trifle_limit = fields.Monetary(
        related="company_id.reminder_trifle_limit",
        readonly=False,
    )
    reminder_fee_account_id = fields.Many2one(
        related="company_id.reminder_fee_account_id", readonly=False
    )
    reminder_interest_account_id = fields.Many2one(
        related="company_id.reminder_interest_account_id", readonly=False
    )

    # -- what sales may hold -------------------------------------------------------

    reminder_rep_days = fields.Integer(
        related="company_id.reminder_rep_days", readonly=False
    )

    # -- the customer's page -------------------------------------------------------

    reminder_takes_online = fields.Boolean(related="company_id.reminder_takes_online")
    reminder_link_days = fields.Integer(
        related="company_id.reminder_link_days", readonly=False
    )
    reminder_answer_days = fields.Integer(
        related="company_id.reminder_answer_days", readonly=False
    )
    reminder_answer_grace_days = fields.Integer(
        related="company_id.reminder_answer_grace_days", readonly=False
    )
    reminder_keep_months = fields.Integer(
        related="company_id.reminder_keep_months", readonly=False
    )
    reminder_paid_days = fields.Integer(
        related="company_id.reminder_paid_days", readonly=False
    )
    reminder_solved_days = fields.Integer(
        related="company_id.reminder_solved_days", readonly=False
    )
    reminder_draft_by_model = fields.Boolean(
        related="company_id.reminder_draft_by_model", readonly=False
    )

    # -- plans ---------------------------------------------------------------------

    reminder_plan_max_parts = fields.Integer(
        related="company_id.reminder_plan_max_parts", readonly=False
    )
    reminder_plan_max_days = fields.Integer(
        related="company_id.reminder_plan_max_days", readonly=False
    )
    reminder_plan_min_amount = fields.Monetary(
        related="company_id.reminder_plan_min_amount", readonly=False
    )
    reminder_promise_days = fields.Integer(
        related="company_id.reminder_promise_days", readonly=False
    )
    reminder_plan_grace_days = fields.Integer(
        related="company_id.reminder_plan_grace_days", readonly=False
    )
    reminder_plan_max_missed = fields.Integer(
        related="company_id.reminder_plan_max_missed", readonly=False
    )
    reminder_plan_notice_days = fields.Integer(
        related="company_id.reminder_plan_notice_days", readonly=False
    )
    reminder_plan_fee = fields.Boolean(
        related="company_id.reminder_plan_fee", readonly=False
    )

    # -- computed -----------------------------------------------------------------

    @api.onchange(*BOXES)
    def _onchange_boxes(self):
        for box, (number, default) in BOXES.items():
            if self[box] and not self[number]:
                self[number] = default
            elif not self[box] and self[number]:
                self[number] = 0

    @api.depends("reminder_ladder_id")
    def _compute_reminder_uses_letters(self):
        for settings in self:
            steps = settings.reminder_ladder_id.step_ids
            settings.reminder_uses_letters = any(
                "letter" in step._get_channels() for step in steps
            )

    @api.depends("company_id")
    def _compute_reminder_ladder_id(self):
        for settings in self:
            settings.reminder_ladder_id = settings.company_id.reminder_ladder_id

    def _inverse_reminder_ladder_id(self):
        for settings in self:
            if settings.reminder_ladder_id != settings.company_id.reminder_ladder_id:
                settings.company_id._activate_reminders(settings.reminder_ladder_id)
