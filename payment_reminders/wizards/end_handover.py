from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..rules import handover
from ..tools.selections import labels_of


def _check_dialog(dialog):
    """Refuse a dialog about hand-overs that its user may not see: it shows none."""
    dialog.check_access("read")
    if not dialog.handover_ids:
        raise AccessError(dialog.env._("There is no hand-over that you may see."))


class PaymentReminderHandoverEndWizard(models.TransientModel):
    """Asks why a collection service is to let go of something."""

    _name = "payment.reminder.handover.end.wizard"
    _description = "End a Hand-Over"

    handover_ids = fields.Many2many(
        "payment.reminder.handover",
        "payment_reminder_handover_end_rel",
        "wizard_id",
        "handover_id",
        string="Hand-overs",
        required=True,
        readonly=True,
    )
    reason = fields.Selection(
        selection=labels_of("payment.reminder.handover", "end_reason"),
        required=True,
        default="paid",
    )
    note = fields.Char(help="Goes into the trail.")
    is_by_hand = fields.Boolean(compute="_compute_is_by_hand")

    def _compute_is_by_hand(self):
        for wizard in self:
            wizard.is_by_hand = any(r._is_by_hand() for r in wizard.handover_ids)

    def action_confirm(self):
        """End them there."""
        self.ensure_one()
        _check_dialog(self)
        return self.handover_ids._end_now(self.reason, self.note)


class PaymentReminderHandoverStateWizard(models.TransientModel):
    """Asks where something stands at a service, as a person knows who asked there."""

    _name = "payment.reminder.handover.state.wizard"
    _description = "State of a Hand-Over"

    handover_ids = fields.Many2many(
        "payment.reminder.handover",
        "payment_reminder_handover_said_rel",
        "wizard_id",
        "handover_id",
        string="Hand-overs",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=lambda self: self._get_states(), string="It is", required=True
    )
    external_id = fields.Char(string="Case number there")
    payer_reference = fields.Char(
        string="Payment reference there",
        help="With which the customer pays to the service.",
    )
    note = fields.Char(string="How do you know?", help="Goes into the trail.")

    def _get_states(self):
        field = self.env["payment.reminder.handover"]._fields["state"]
        said = handover.SAYABLE - {handover.State.UNKNOWN, handover.State.UNCERTAIN}
        return [
            (code, label)
            for code, label in field._description_selection(self.env)
            if code in said
        ]

    def action_confirm(self):
        """Note the state."""
        self.ensure_one()
        _check_dialog(self)
        records = self.handover_ids
        if not (self.note or "").strip():
            raise UserError(self.env._("Say how you know: the trail keeps it."))
        records.action_set_state(self.state, self.note)
        numbers = {
            name: self[name]
            for name in ("external_id", "payer_reference")
            if self[name]
        }
        if numbers:
            # What is read-only is the machine's; a manager said so.
            records.sudo().write(numbers)
        return {"type": "ir.actions.act_window_close"}
