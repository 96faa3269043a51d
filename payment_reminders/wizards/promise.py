from odoo import api, fields, models
from odoo.exceptions import UserError

#: Days that a promise is likely to be about.
USUAL_DAYS = 7


class PaymentReminderPromiseWizard(models.TransientModel):
    """Notes that a customer promised on the phone to pay by a day."""

    _name = "payment.reminder.promise.wizard"
    _description = "Note a Promise to Pay"

    case_id = fields.Many2one("payment.reminder.case", required=True, readonly=True)
    # With the rights of the user: the dialog opens no case of somebody else.
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", related_sudo=False
    )
    currency_id = fields.Many2one(related="case_id.currency_id", related_sudo=False)
    amount = fields.Monetary(
        compute="_compute_amount",
        help="What is overdue now, with fees and interest.",
    )
    promise_memory = fields.Char(related="case_id.promise_memory", related_sudo=False)
    day = fields.Date(
        string="Pays by",
        compute="_compute_day",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    note = fields.Text(string="What was said")
    consequence = fields.Char(compute="_compute_consequence")

    @api.depends("case_id")
    def _compute_amount(self):
        self.case_id.check_access("read")
        for wizard in self:
            wizard.amount = wizard.case_id and wizard.case_id._get_plan_base()

    @api.depends("case_id")
    def _compute_day(self):
        for wizard in self:
            if not wizard.day and wizard.case_id:
                first, last = wizard.case_id._get_promise_days()
                usual = fields.Date.add(first, days=USUAL_DAYS - 1)
                wizard.day = max(first, min(usual, last))

    @api.depends("case_id", "day")
    def _compute_consequence(self):
        self.case_id.check_access("read")
        for wizard in self:
            wizard.consequence = wizard.case_id and (
                self.env._(
                    "Nothing is sent while the promise is kept. If the money does not "
                    "come, you are told, and the reminders go on."
                )
                if wizard.case_id._is_trusted()
                else self.env._(
                    "This customer has broken promises before: the reminders go on "
                    "until a manager has decided."
                )
            )

    def action_promise(self):
        """Take the promise as if the customer had made it on the page."""
        self.ensure_one()
        case = self.case_id
        case._check_may_act()
        calls = self.env["payment.reminder.call"]
        if calls._is_too_late(case):
            words = [fields.Date.to_string(self.day), (self.note or "").strip()]
            calls._note_too_late(case, "promised", "\n".join(filter(None, words)))
            return calls._tell_too_late(case)
        parts, problems = case._prepare_promise(self.day)
        if problems:
            raise UserError("\n".join(problems))
        # Before the promise holds what the call is about.
        case._note_call("promised")
        case._propose_plan("promise", parts, (self.note or "").strip(), source="phone")
        return {"type": "ir.actions.act_window_close"}
