"""The settings of a company (models/res_company.py), as its managers see them."""

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # -- ladder and queue ----------------------------------------------------------

    reminder_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Reminder ladder",
        compute="_compute_reminder_ladder_id",
        inverse="_inverse_reminder_ladder_id",
        domain="[('company_id', 'in', [company_id, False]),"
        " ('successor_id', '=', False)]",
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
    reminder_rate_warning = fields.Text(compute="_compute_reminder_rate_warning")

    # -- what sales may hold -------------------------------------------------------

    reminder_rep_days = fields.Integer(
        related="company_id.reminder_rep_days", readonly=False
    )

    # -- the customer's page -------------------------------------------------------

    reminder_link_days = fields.Integer(
        related="company_id.reminder_link_days", readonly=False
    )
    reminder_answer_days = fields.Integer(
        related="company_id.reminder_answer_days", readonly=False
    )
    reminder_answer_grace_days = fields.Integer(
        related="company_id.reminder_answer_grace_days", readonly=False
    )
    reminder_paid_days = fields.Integer(
        related="company_id.reminder_paid_days", readonly=False
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

    @api.depends("company_id")
    def _compute_reminder_ladder_id(self):
        for settings in self:
            settings.reminder_ladder_id = settings.company_id.reminder_ladder_id

    def _inverse_reminder_ladder_id(self):
        for settings in self:
            if settings.reminder_ladder_id != settings.company_id.reminder_ladder_id:
                settings.company_id._activate_reminders(settings.reminder_ladder_id)

    @api.depends("company_id")
    def _compute_reminder_rate_warning(self):
        for settings in self:
            settings.reminder_rate_warning = "\n".join(
                settings.company_id._get_reminder_rate_warnings()
            )
