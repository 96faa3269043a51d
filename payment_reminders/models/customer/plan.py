from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules import plan as plan_rules
from ...tools.decimals import to_decimal
from ...tools.money import format_code
from ...tools.visitor import get_author

#: Until another day is chosen, the first instalment is due so many days from now.
DAYS_TO_FIRST = 14


class PaymentReminderPlan(models.Model):
    """An agreed payment plan, or a promise, over a case. While it is kept, nothing
    is sent.

    A promise is a plan of one date. Both cover what was overdue when they began,
    costs included, and are followed by what is still open of that.
    """

    _name = "payment.reminder.plan"
    _description = "Payment Plan"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    case_id = fields.Many2one(
        "payment.reminder.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    kind = fields.Selection(
        [("plan", "Payment plan"), ("promise", "Promise to pay")],
        required=True,
        default="plan",
    )
    source = fields.Selection(
        [
            ("staff", "Us"),
            ("page", "The customer"),
            ("phone", "The customer, on the phone"),
        ],
        string="Proposed by",
        required=True,
        readonly=True,
        default="staff",
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("active", "Active"),
            ("kept", "Kept"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        tracking=True,
    )
    instalment_ids = fields.One2many("payment.reminder.instalment", "plan_id")
    instalment_count = fields.Integer(
        string="Number of instalments", default=3, help="For “Split evenly”."
    )
    first_date = fields.Date(
        string="First date",
        default=lambda self: (
            self.env.company._get_reminder_today() + timedelta(days=DAYS_TO_FIRST)
        ),
        help="For “Split evenly”.",
    )
    amount_total = fields.Monetary(compute="_compute_amount_total")
    amount_due = fields.Monetary(
        string="To be covered",
        compute="_compute_amount_due",
        help="What is overdue now, with fees and interest, and the fee of the plan.",
    )
    amount_fee = fields.Monetary(
        string="Fee of the plan",
        compute="_compute_amount_fee",
        store=True,
        readonly=False,
        help="Where a law allows one, and your settings ask for it.",
    )
    item_ids = fields.Many2many(
        "payment.reminder.item", string="Covered items", readonly=True, copy=False
    )
    amount_costs = fields.Monetary(
        string="Covered fees and interest", readonly=True, copy=False
    )
    amount_received = fields.Monetary(string="Received", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    approved_date = fields.Datetime(string="Approved on", readonly=True)
    note = fields.Text(help="What the customer wrote along with it.")
    promise_memory = fields.Char(related="case_id.promise_memory")
    date_start = fields.Date(
        string="Agreed on",
        default=fields.Date.context_today,
        required=True,
        help="What comes in from this day on counts for the plan.",
    )

    _proposed_idx = models.Index("(case_id) WHERE state = 'proposed'")

    @api.depends("case_id", "kind")
    def _compute_name(self):
        for plan in self:
            plan.name = (
                self.env._("Promise %s", plan.case_id.name or "")
                if plan.kind == "promise"
                else self.env._("Plan %s", plan.case_id.name or "")
            )

    @api.depends("instalment_ids.amount")
    def _compute_amount_total(self):
        for plan in self:
            plan.amount_total = sum(plan.instalment_ids.mapped("amount"))

    @api.depends("case_id", "amount_fee")
    def _compute_amount_due(self):
        for plan in self:
            due = plan.case_id._get_plan_base() if plan.case_id else 0.0
            plan.amount_due = due + plan.amount_fee

    @api.depends("case_id", "kind")
    def _compute_amount_fee(self):
        for plan in self:
            wants = plan.kind == "plan" and plan.company_id.reminder_plan_fee
            plan.amount_fee = (
                plan.case_id.sudo()._get_plan_fee() if wants and plan.case_id else 0.0
            )

    def _message_compute_author(self, author_id=None, email_from=None):
        # EXTENDS mail: what is done on the customer's page is the customer's doing
        author_id = get_author(self.env, author_id, email_from)
        return super()._message_compute_author(author_id, email_from)

    @api.constrains("amount_fee")
    def _check_amount_fee(self):
        for plan in self:
            limit = plan.case_id.sudo()._get_plan_fee()
            if plan.amount_fee < 0 or (
                plan.currency_id.compare_amounts(plan.amount_fee, limit) > 0
            ):
                raise ValidationError(
                    self.env._(
                        "The law allows a fee of %(limit)s for a payment plan here.",
                        limit=format_code(self.env, limit, plan.currency_id),
                    )
                )

    # -- state ------------------------------------------------------------------

    @api.model
    def _get_transitions(self):
        """Return {state: states that may follow it}."""
        return {
            "proposed": {"active", "cancelled"},
            "active": {"kept", "broken", "cancelled"},
            "kept": set(),
            "broken": set(),
            "cancelled": set(),
        }

    def _set_state(self, state, **vals):
        """Bring these plans to ``state``; the only place that does.

        :param vals: more values to write along with it
        """
        transitions = self._get_transitions()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for plan in self:
            if state not in transitions[plan.state]:
                raise UserError(
                    self.env._(
                        "%(plan)s is in state “%(state)s”: this is not possible now.",
                        plan=plan.display_name,
                        state=labels[plan.state],
                    )
                )
        self.write({"state": state, **vals})

    # -- what people do ---------------------------------------------------------

    def action_split(self):
        """Replace the instalments by even ones, a month apart."""
        self.env["res.users"]._check_reminder_manager()
        for plan in self.filtered(lambda p: p.state == "proposed"):
            if not plan.first_date:
                raise UserError(self.env._("Choose the first date."))
            plan._set_instalments(plan.instalment_count, plan.first_date)
        return True

    def _set_instalments(self, count, first):
        self.ensure_one()
        digits = self.currency_id.decimal_places
        try:
            parts = plan_rules.propose(
                to_decimal(self.amount_due, digits), count, first, digits
            )
        except plan_rules.PlanError as error:
            raise UserError(
                self.env._(
                    "What is open cannot be divided so. Choose fewer instalments."
                )
            ) from error
        self.instalment_ids = [fields.Command.clear()] + [
            fields.Command.create({"date_due": part.due, "amount": float(part.amount)})
            for part in parts
        ]

    def action_approve(self):
        """Approve these plans: their cases pause from now on."""
        self.env["res.users"]._check_reminder_manager()
        for plan in self.filtered(lambda p: p.state == "proposed"):
            plan._check_sum()
            plan._start()
            plan.case_id._mail_customer(
                "payment_reminders.mail_template_plan_agreed", plan
            )
        return True

    def _check_sum(self):
        """Refuse a plan that covers more or less than what is owed."""
        self.ensure_one()
        if not self.instalment_ids:
            raise UserError(self.env._("Enter the instalments first."))
        if self.currency_id.compare_amounts(self.amount_total, self.amount_due):
            raise UserError(
                self.env._(
                    "The instalments sum to %(total)s, but %(due)s is to be covered. "
                    "Split it anew.",
                    total=format_code(self.env, self.amount_total, self.currency_id),
                    due=format_code(self.env, self.amount_due, self.currency_id),
                )
            )

    def _start(self):
        """Put a plan in force: note what it covers, and hold the case."""
        self.ensure_one()
        plan, case = self.sudo(), self.case_id.sudo()
        if case.plan_ids.filtered(lambda other: other.state == "active"):
            raise UserError(
                self.env._("Another plan of this case is in force. Cancel it first.")
            )
        if plan.amount_fee:
            self.env["payment.reminder.claim.line"].sudo().create(
                {
                    "case_id": case.id,
                    "kind": "fee",
                    "amount": plan.amount_fee,
                    "date": case.company_id._get_reminder_today(),
                    "note": self.env._("Payment plan"),
                }
            )
        plan._set_state(
            "active",
            # A promise needs nobody's consent.
            approved_by_id=self.env.uid if plan.kind == "plan" else False,
            approved_date=fields.Datetime.now(),
            date_start=case.company_id._get_reminder_today(),
            item_ids=[fields.Command.set(case._get_plan_items().ids)],
            amount_costs=case._get_page_costs(),
        )
        plan.activity_ids.action_done()
        case._freeze(plan.kind)
        plan._log_state()

    def action_decline(self):
        """Decline what a customer proposed; the customer hears of it, and has grace."""
        self.env["res.users"]._check_reminder_manager()
        for plan in self.filtered(lambda p: p.state == "proposed").sudo():
            plan._set_state("cancelled")
            plan.activity_ids.action_done()
            plan.case_id._release(reasons=[plan.kind])
            plan.case_id._give_grace()
            plan._log_state()
            plan.case_id._mail_customer(
                "payment_reminders.mail_template_plan_declined", plan
            )
        return True

    def action_cancel(self):
        """End these plans; their cases stay on hold until they are released."""
        self.env["res.users"]._check_reminder_manager()
        plans = self.filtered(lambda p: p.state in ("proposed", "active"))
        plans._set_state("cancelled")
        plans._log_state()
        return True

    def _log_state(self):
        for plan in self:
            plan.case_id._log_event(
                "plan_changed", {"plan": plan.id, "state": plan.state}
            )

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail: what is answered here is about the case
        result = super().message_update(msg_dict, update_vals)
        self.case_id._receive_mail(msg_dict)
        return result


class PaymentReminderInstalment(models.Model):
    """One row of a payment plan."""

    _name = "payment.reminder.instalment"
    _description = "Payment Plan Instalment"
    _order = "date_due, id"

    plan_id = fields.Many2one(
        "payment.reminder.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date_due = fields.Date(string="Due", required=True)
    amount = fields.Monetary(required=True)
    amount_paid = fields.Monetary(
        string="Paid", readonly=True, copy=False, help="By the books, earliest first."
    )
    state = fields.Selection(
        [("open", "Open"), ("paid", "Paid"), ("missed", "Missed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
    )
    reminded_date = fields.Date(
        string="Customer told on",
        readonly=True,
        copy=False,
        help="When the customer got a friendly word before the date.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An instalment needs an amount above zero."
    )
