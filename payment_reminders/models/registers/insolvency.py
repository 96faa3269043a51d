"""A case whose debtor is in trouble: what it shows, its hold and who may lift it."""

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning
from odoo.tools import format_date, formatLang

from ...rules import insolvency
from ...tools.money import format_code
from ...tools.selections import labels_of
from ..claim.interest import InsolvencyClaim

#: Holds that nobody lifts without saying why.
NEED_A_REASON = (insolvency.INSOLVENCY, insolvency.STATUS_UNKNOWN)


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    # None of these depends on the check's fields: an answer of a register would make
    # Odoo look for the cases of each of ten thousand checks.
    company_status_id = fields.Many2one(
        "payment.reminder.company.status",
        string="Company register",
        compute="_compute_company_status_id",
    )
    is_debtor_in_trouble = fields.Boolean(
        string="Debtor in trouble", compute="_compute_company_status_id"
    )
    company_status = fields.Selection(
        selection=labels_of("payment.reminder.company.status", "status"),
        string="Status in the register",
        compute="_compute_company_status_id",
    )
    company_status_word = fields.Char(
        string="Word of the register", compute="_compute_company_status_id"
    )
    company_status_since = fields.Date(
        string="Since", compute="_compute_company_status_id"
    )
    company_status_source = fields.Char(
        string="Register", compute="_compute_company_status_id"
    )
    company_status_number = fields.Char(
        string="Registration number", compute="_compute_company_status_id"
    )
    company_status_checked_at = fields.Datetime(
        string="Read on", compute="_compute_company_status_id"
    )
    company_status_advice = fields.Text(
        string="What to do", compute="_compute_company_status_id"
    )
    insolvency_day = fields.Date(
        string="Claim to the day",
        compute="_compute_insolvency_claim",
        help="The day of the decree: interest counts up to it, later fees do not.",
    )
    insolvency_principal = fields.Monetary(
        string="Open invoices",
        compute="_compute_insolvency_claim",
        help="Everything that was open on that day, due or not.",
    )
    insolvency_interest = fields.Monetary(
        string="Interest to that day", compute="_compute_insolvency_claim"
    )
    insolvency_rate_missing_from = fields.Date(
        compute="_compute_insolvency_claim",
        help="Interest could be computed up to here: a reference rate is missing.",
    )
    insolvency_fees = fields.Monetary(
        string="Fees and compensation until then", compute="_compute_insolvency_claim"
    )
    insolvency_claim = fields.Monetary(
        string="Claim to file", compute="_compute_insolvency_claim"
    )
    insolvency_specification = fields.Html(
        string="Specification", compute="_compute_insolvency_claim", sanitize=False
    )

    # -- the register -----------------------------------------------------------

    def _compute_company_status_id(self):
        statuses = self._read_company_statuses()
        none = self.env["payment.reminder.company.status"]
        for case in self:
            check = case.company_status_id = statuses.get(case.id, none)
            case.is_debtor_in_trouble = check.is_in_trouble
            case.company_status = check.status
            case.company_status_word = check.word
            case.company_status_since = check.since
            case.company_status_source = check.source
            case.company_status_number = check.number
            case.company_status_checked_at = check.checked_at
            case.company_status_advice = check.advice

    def _hold_debtors_in_trouble(self, checks):
        """Put those of these cases on hold whose debtor is in trouble.

        :param checks: see :meth:`_read_company_statuses`
        """
        self.env["payment.reminder.company.status"].union(
            *checks.values()
        ).sudo()._hold_cases()

    def action_view_company_status(self):
        """Show what the register says of this customer."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "payment.reminder.company.status",
            "res_id": self.company_status_id.id,
            "view_mode": "form",
            "name": self.env._("Company Register"),
        }

    # -- release ----------------------------------------------------------------

    def _check_release_note(self, freezes, note):
        """Refuse to lift a hold of an insolvent debtor without a reason."""
        if note or not set(freezes.mapped("reason")) & set(NEED_A_REASON):
            return
        raise RedirectWarning(
            self.env._(
                "%s may be insolvent or dissolved. Say why reminders may go on.",
                ", ".join(freezes.case_id.partner_id.mapped("display_name")),
            ),
            self.env.ref(
                "payment_reminders.payment_reminder_hold_wizard_action_release"
            ).id,
            self.env._("Release with a Reason"),
            {"active_model": self._name, "active_ids": self.ids},
        )

    def _note_decisions(self, reasons=None):
        """Note that whoever lifts the hold of a debtor in trouble has looked.

        :param reasons: of the holds that are lifted; None: all
        """
        lifted = (
            self.sudo()
            ._get_open_freezes()
            .filtered(
                lambda f: (
                    f.reason in NEED_A_REASON
                    and (reasons is None or f.reason in reasons)
                )
            )
            .case_id
        )
        checks = lifted._read_company_statuses().values()
        self.env["payment.reminder.company.status"].union(*checks)._decide()

    # -- the claim to file ----------------------------------------------------------

    @api.depends("item_ids", "claim_line_ids.amount")
    @api.depends_context("lang")
    def _compute_insolvency_claim(self):
        checks = self._read_company_statuses()
        days = {
            case: check.sudo().date_decree
            for case in self
            if (check := checks.get(case.id)) and check.sudo().date_decree
        }
        claims = self.env["payment.reminder.figures"]._compute_to_day(days)
        for case in self:
            claim = claims.get(case, InsolvencyClaim())
            case.insolvency_day = days.get(case)
            case.insolvency_principal = float(claim.principal)
            case.insolvency_interest = float(claim.interest)
            case.insolvency_rate_missing_from = claim.rate_missing_from
            case.insolvency_fees = float(claim.fees)
            case.insolvency_claim = float(claim.total)
            case.insolvency_specification = case._specify_claim(claim)

    def _specify_claim(self, claim):
        """Return each invoice with the periods of its interest, as a table."""
        self.ensure_one()
        if not claim.items:
            return False
        return self.env["ir.qweb"]._render(
            "payment_reminders.insolvency_specification",
            {
                "items": claim.items,
                "money": lambda amount: format_code(self.env, amount, self.currency_id),
                "day": lambda day: format_date(self.env, day),
                "number": lambda number: formatLang(self.env, float(number)),
            },
        )
