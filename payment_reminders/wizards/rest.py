from odoo import api, fields, models
from odoo.exceptions import UserError


class PaymentReminderRestWizard(models.TransientModel):
    """Decides what becomes of fees and interest that are open on a case."""

    _name = "payment.reminder.rest.wizard"
    _description = "Decide on Open Fees and Interest"

    case_id = fields.Many2one("payment.reminder.case", required=True, readonly=True)
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount = fields.Monetary(string="Open", compute="_compute_amount")
    is_principal_paid = fields.Boolean(compute="_compute_amount")
    choice = fields.Selection(
        [
            ("waive", "Waive them"),
            ("keep", "Keep them for the next notice"),
            ("notice", "Send a notice of the rest"),
            ("invoice", "Draft an invoice of them"),
            ("paid", "They are paid"),
        ],
        required=True,
        default="waive",
    )
    note = fields.Char(string="Why", help="Kept in the claim ledger with your name.")

    @api.depends("case_id")
    def _compute_amount(self):
        for wizard in self:
            case = wizard.case_id
            wizard.amount = float(case._get_rest()) if case else 0.0
            wizard.is_principal_paid = not case.sudo()._has_open_items()

    def action_confirm(self):
        """Carry out the choice; the trail keeps it."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.case_id.check_access("read")
        # A manager decides; the machine writes, as it does by the ladder.
        case = self.case_id.sudo()
        if case._get_rest() <= 0:
            raise UserError(self.env._("Nothing is open on this case."))
        if self.choice in ("waive", "paid") and not self.note:
            raise UserError(self.env._("Say why, for whoever asks later."))
        if self.choice in ("keep", "notice") and not self.is_principal_paid:
            raise UserError(
                self.env._(
                    "Invoices are still open on this case: its next notice asks for "
                    "the fees and interest as well."
                )
            )
        getattr(self, f"_do_{self.choice}")(case)
        return {"type": "ir.actions.act_window_close"}

    def _do_waive(self, case):
        case._waive_costs(self.note)
        self._finish(case)

    def _do_paid(self, case):
        amount = case._get_rest()
        case._settle_costs("payment", self.note)
        case._log_event("costs_paid", {"amount": str(amount)})
        self._finish(case)

    def _do_invoice(self, case):
        case._draft_cost_invoice()
        self._finish(case)

    def _do_keep(self, case):
        case._rest_keep()
        self._finish(case)

    def _do_notice(self, case):
        case._release(self.note, reasons=["rest"])
        if case._get_open_freezes():
            raise UserError(
                self.env._(
                    "The case is on hold: %s. Release it first.", case.hold_reason
                )
            )
        if case.state == "closed":
            case._set_state("active")
            case._log_event("reopened", {"rest": str(case._get_rest())})
        case._cancel_obsolete_notices()
        self.env["payment.reminder.proposal"].sudo()._propose_rest(case)

    def _finish(self, case):
        """Lift the hold; close the case when nothing else is open on it."""
        case.reminder_ids.filtered("is_rest")._cancel_open("paid")
        case._release(self.note, reasons=["rest"])
        if case.state != "closed" and self.is_principal_paid:
            case._end("paid", self.note)
