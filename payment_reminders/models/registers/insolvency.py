"""A case whose debtor is in trouble: what it shows, its hold and who may lift it."""

from odoo import fields, models
from odoo.exceptions import RedirectWarning

from ...rules import insolvency
from ...tools.selections import labels_of

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

    def _read_company_statuses(self):
        """Return {case id: check of its customer}, where there is one."""
        Status = self.env["payment.reminder.company.status"].sudo()
        identities = {
            case.id: Status._get_identity(case.company_id.id, case.partner_id.id)
            for case in self.sudo()
        }
        checks = Status.search([("identity", "in", list(set(identities.values())))])
        by_identity = {check.identity: check for check in checks}
        return {
            case_id: by_identity[identity].with_env(self.env)
            for case_id, identity in identities.items()
            if identity in by_identity
        }

    def _follow(self, live):
        # EXTENDS payment_reminders: what is opened for a debtor in trouble rests
        result = super()._follow(live)
        checks = self.env["payment.reminder.company.status"].union(
            *self._read_company_statuses().values()
        )
        checks.sudo()._hold_cases()
        return result

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

    def action_release(self, note=None):
        # EXTENDS payment_reminders
        self._check_release_note(self.sudo()._get_open_freezes(), note)
        return super().action_release(note)

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

    def _release(self, note=False, reasons=None):
        # EXTENDS payment_reminders: whoever lifts such a hold has looked
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
        return super()._release(note, reasons)


class PaymentReminderFreeze(models.Model):
    _inherit = "payment.reminder.freeze"

    def action_release(self):
        # EXTENDS payment_reminders
        open_freezes = self.filtered(lambda freeze: not freeze.date_end)
        open_freezes.case_id._check_release_note(open_freezes, None)
        return super().action_release()
