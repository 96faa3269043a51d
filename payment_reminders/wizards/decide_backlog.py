from odoo import fields, models


class PaymentReminderBacklogWizard(models.TransientModel):
    """Decides once what becomes of what was overdue before reminders were activated."""

    _name = "payment.reminder.backlog.wizard"
    _description = "Decide on What Was Overdue Before"

    case_ids = fields.Many2many(
        "payment.reminder.case",
        string="Cases",
        default=lambda self: self.env.company._find_backlog_cases(),
    )
    choice = fields.Selection(
        [
            ("start", "Remind them, from the first step"),
            ("skip", "Leave these invoices out; remind of new ones only"),
            ("none", "Write to none of these customers"),
        ],
        required=True,
        default="start",
        help="The cases in the list only: take out what should wait.",
    )
    note = fields.Char(string="Why", help="Kept in the trail with your name.")

    def action_confirm(self):
        """Do what was chosen with the cases of the list; the others go on waiting."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.case_ids.check_access("read")
        # A manager decides; the machine writes.
        cases = self.case_ids.sudo() & self.env.company._find_backlog_cases()
        cases._decide_backlog(
            self.choice,
            self.note or self.env._("Overdue before reminders were activated"),
        )
        company = self.env.company.sudo()
        if not company._find_backlog_cases():
            company.reminder_backlog_until = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}
