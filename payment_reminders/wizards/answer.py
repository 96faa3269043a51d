from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.selections import labels_of


class PaymentReminderAnswerWizard(models.TransientModel):
    """Answers a customer's question and says what follows from it."""

    _name = "payment.reminder.answer.wizard"
    _description = "Answer a Customer"

    query_id = fields.Many2one("payment.reminder.query", required=True, readonly=True)
    # With the rights of the user: the dialog opens no question of somebody else.
    description = fields.Text(related="query_id.description", related_sudo=False)
    kind = fields.Selection(related="query_id.kind", related_sudo=False)
    outcome = fields.Selection(
        selection=labels_of("payment.reminder.query", "outcome"),
        help="Empty: you only answer, the question stays open and the case on hold.",
    )
    answer = fields.Text(
        string="What you tell the customer",
        help="Goes out by e-mail, and stands on the customer's page.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        help="Go out with the e-mail, and can be downloaded on the customer's page.",
    )
    date_until = fields.Date(
        string="More time until",
        compute="_compute_date_until",
        store=True,
        readonly=False,
    )
    consequence = fields.Char(compute="_compute_consequence")

    @api.depends("query_id")
    def _compute_date_until(self):
        for wizard in self:
            company = wizard.query_id.company_id
            wizard.date_until = company and fields.Date.add(
                company._get_reminder_today(), days=14
            )

    @api.depends("outcome", "query_id", "date_until")
    def _compute_consequence(self):
        for wizard in self:
            days = wizard.query_id.company_id.reminder_answer_grace_days
            agreed = (
                self.env._(
                    "Links sent so far stop working. Enter the right recipient on the "
                    "customer, then release the case."
                )
                if wizard.kind == "recipient"
                else self.env._(
                    "A credit note is drafted for you to check and post. The case "
                    "stays on hold."
                )
            )
            wizard.consequence = {
                "agreed": agreed,
                "not_agreed": self.env._(
                    "The reminders go on after %s days of grace.", days
                ),
                "paid": self.env._(
                    "The case stays on hold until the payment is matched."
                ),
                "more_time": self.env._("Nothing is sent until that day."),
            }.get(
                wizard.outcome,
                self.env._("The question stays open and the case on hold."),
            )

    def action_answer(self):
        self.ensure_one()
        query = self.query_id
        query.case_id._check_may_act()
        if self.outcome:
            self.env["res.users"]._check_reminder_manager()
        if not (self.answer or "").strip():
            raise UserError(self.env._("Write what the customer is told, and why."))
        today = query.company_id._get_reminder_today()
        if self.outcome == "more_time" and (
            not self.date_until or self.date_until <= today
        ):
            raise UserError(self.env._("Choose a day in the future."))
        self.attachment_ids.check_access("read")
        drafts = query._answer(
            self.answer.strip(), self.outcome, self.date_until, self.attachment_ids
        )
        if not drafts:
            return {"type": "ir.actions.act_window_close"}
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_refund_type"
        )
        return {**action, "domain": [("id", "in", drafts.ids)]}
