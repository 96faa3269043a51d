from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class PaymentReminderWizard(models.TransientModel):
    """Proposes the next reminder of chosen invoices by hand.

    The notice enters the queue like any other; the guard has the last word.
    """

    _name = "payment.reminder.wizard"
    _description = "Create Payment Reminder"

    move_ids = fields.Many2many("account.move", string="Invoices")
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    can_propose = fields.Boolean(compute="_compute_summary")
    fee_choice = fields.Selection(
        [
            ("full", "As the step and the law say"),
            ("lower", "Lower"),
            ("none", "None"),
        ],
        string="Fee",
        required=True,
        default="full",
    )
    fee_amount = fields.Float(
        string="Fee at most",
        digits="Product Price",
        help="In the currency of each invoice. It is never raised.",
    )
    fee_note = fields.Char(string="Why", help="Kept on the reminder with your name.")

    @api.depends("move_ids")
    def _compute_summary(self):
        for wizard in self:
            rows = [
                (move, case, case.next_step_id, wizard._get_obstacle(case))
                for move in wizard.move_ids
                for case in [move.reminder_case_id]
            ]
            wizard.can_propose = any(not obstacle for *_row, obstacle in rows)
            wizard.summary = self.env["ir.qweb"]._render(
                "payment_reminders.payment_reminder_wizard_summary",
                {"rows": rows, "env": self.env},
            )

    def _get_obstacle(self, case):
        """Return why nothing can be proposed on a case now, or an empty string."""
        if not case:
            return self.env._(
                "Nothing of this invoice is due for a reminder, or it is excluded."
            )
        if case.state != "active":
            return case.hold_reason or self.env._("The case is closed.")
        waiting = case.reminder_ids.filtered(
            lambda r: r.state
            in ("proposed", "approved", "held", "sending", "uncertain")
        )
        if waiting:
            return self.env._("A reminder is in the queue already.")
        if case.snoozed_until:
            return self.env._(
                "The case is snoozed until %s.",
                format_date(self.env, case.snoozed_until),
            )
        if not case.next_step_id:
            return self.env._("The ladder ends here: no step is left.")
        if case.next_date > case.company_id._get_reminder_today():
            return self.env._(
                "The next step, “%(step)s”, comes on %(date)s.",
                step=case.next_step_id.name,
                date=format_date(self.env, case.next_date),
            )
        return ""

    def _lower_fees(self, reminders):
        """Lower the fee of these notices as chosen; one that is lower already stays."""
        if self.fee_choice == "full":
            return
        limit = self.fee_amount if self.fee_choice == "lower" else 0.0
        for reminder in reminders:
            if reminder.currency_id.compare_amounts(reminder.amount_fee, limit) > 0:
                reminder.sudo()._lower_fee(limit, self.fee_note)

    def action_propose(self):
        """Propose the next step of these cases; they land in the queue."""
        self.ensure_one()
        self.env["payment.reminder.ladder"]._check_manager()
        cases = self.move_ids.reminder_case_id
        cases._refresh()
        free = cases.filtered(lambda case: not self._get_obstacle(case))
        reminders = self.env["payment.reminder"].browse()
        for company, group in free.grouped("company_id").items():
            # A manager proposes; the machine writes, as in the nightly run.
            reminders |= (
                self.env["payment.reminder.proposal"]
                .sudo()
                .with_company(company)
                ._propose(group.sudo().with_company(company))
            )
        if not reminders:
            raise UserError(
                self.env._("No reminder can be proposed now; the list says why.")
            )
        self._lower_fees(reminders)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_action"
        )
        action["domain"] = [("id", "in", reminders.ids)]
        return action
