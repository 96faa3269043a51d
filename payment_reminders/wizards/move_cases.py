from odoo import api, fields, models
from odoo.fields import Command


class PaymentReminderLadderWizard(models.TransientModel):
    """Shows whom a changed ladder concerns, and lets a manager decide for them."""

    _name = "payment.reminder.ladder.wizard"
    _description = "Cases of Earlier Versions of a Ladder"

    ladder_id = fields.Many2one("payment.reminder.ladder", required=True, readonly=True)
    choice = fields.Selection(
        [
            ("keep", "Keep: they go on by the version on which they started"),
            ("move", "Move: they go on by this version, from their next step"),
            ("restart", "Restart: they begin this version at its first step"),
        ],
        required=True,
        default="keep",
        string="What becomes of them",
    )
    line_ids = fields.One2many(
        "payment.reminder.ladder.wizard.line", "wizard_id", string="Cases"
    )

    @api.model
    def default_get(self, fields):
        # EXTENDS base
        values = super().default_get(fields)
        ladder = self.env["payment.reminder.ladder"].browse(values.get("ladder_id"))
        if ladder and "line_ids" in fields:
            values["line_ids"] = [
                Command.create(
                    {
                        "case_id": case.id,
                        "then_step_id": case.next_step_id.id,
                        "then_date": case.next_date,
                    }
                )
                for case in ladder._find_cases_of_earlier_versions()
            ]
        return values

    @api.onchange("choice")
    def _onchange_choice(self):
        """Show what would come next; who stays goes on as now."""
        if self.choice == "keep":
            for line in self.line_ids:
                line.then_step_id, line.then_date = line.now_step_id, line.now_date
            return
        then = self.ladder_id._preview_move(
            self.line_ids.case_id, restart=self.choice == "restart"
        )
        for line in self.line_ids:
            planned = then.get(line.case_id)
            line.then_step_id = planned.step_id if planned else False
            line.then_date = planned.date if planned else False

    def action_confirm(self):
        """Do with the cases that are still listed what was chosen."""
        self.ensure_one()
        self.ladder_id._check_may_change()
        cases = self.line_ids.case_id & self.ladder_id._find_cases_of_earlier_versions()
        if self.choice != "keep":
            self.ladder_id._move_cases(cases, restart=self.choice == "restart")
        self.ladder_id.predecessor_ids.is_settled = True
        return {"type": "ir.actions.act_window_close"}


class PaymentReminderLadderWizardLine(models.TransientModel):
    """One case on an earlier version: what comes next now, and what would."""

    _name = "payment.reminder.ladder.wizard.line"
    _description = "Case of an Earlier Version of a Ladder"

    wizard_id = fields.Many2one(
        "payment.reminder.ladder.wizard", required=True, ondelete="cascade"
    )
    case_id = fields.Many2one("payment.reminder.case", required=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    version = fields.Integer(related="case_id.ladder_id.version", string="On version")
    now_step_id = fields.Many2one(
        related="case_id.next_step_id", string="Next step now"
    )
    now_date = fields.Date(related="case_id.next_date", string="Comes on")
    then_step_id = fields.Many2one(
        "payment.reminder.step", string="Next step then", readonly=True
    )
    then_date = fields.Date(string="Not before", readonly=True)
