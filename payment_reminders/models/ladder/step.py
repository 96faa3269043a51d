import uuid
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import linter, schedule
from ...tools.decimals import to_decimal


class PaymentReminderStep(models.Model):
    """One rung of a ladder."""

    _name = "payment.reminder.step"
    _description = "Payment Reminder Step"
    _order = "ladder_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    ladder_id = fields.Many2one(
        "payment.reminder.ladder", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ladder_id.company_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            (schedule.NUDGE, "Nudge before due date"),
            (schedule.REMINDER, "Reminder"),
            (schedule.FINAL_NOTICE, "Final notice"),
        ],
        required=True,
        default=schedule.REMINDER,
    )
    delay_days = fields.Integer(
        string="Days",
        default=10,
        help="Days after the due date, or after the step before was really sent. "
        "Negative for a nudge: days before the due date.",
    )
    delay_from = fields.Selection(
        [
            (schedule.DUE_DATE, "from the due date"),
            (schedule.PREVIOUS_STEP, "from the step before"),
        ],
        required=True,
        default=schedule.DUE_DATE,
    )
    channels = fields.Char(
        default="email,sms",
        required=True,
        help="The ways in which it is sent, in their order: email, sms, letter.",
    )
    channel_mode = fields.Selection(
        [
            ("first_that_works", "The first that works"),
            ("all", "All of them"),
        ],
        required=True,
        default="first_that_works",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail text",
        domain=[("model", "=", "payment.reminder")],
        ondelete="set null",
        index="btree_not_null",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS text",
        domain=[("model", "=", "payment.reminder")],
        ondelete="set null",
        index="btree_not_null",
    )
    attach_invoices = fields.Boolean(
        string="Attach the invoices",
        help="The e-mail brings the PDFs of the invoices along, as far as they were "
        "made when the invoices were sent.",
    )
    attach_statement = fields.Boolean(
        string="Attach a statement of account",
        help="The e-mail brings all that is open of the customer along, what is not "
        "due yet too, and what was paid of it.",
    )
    fee_policy = fields.Selection(
        [
            ("none", "No fee"),
            ("statutory", "The statutory fee"),
            ("amount", "A fixed amount"),
        ],
        required=True,
        default="none",
    )
    fee_amount = fields.Float(
        string="Fee",
        digits="Product Price",
        default=0.0,
        help="In the currency of the law or else of the company. 0: none.",
    )
    charge_interest = fields.Boolean(
        help="Claim the statutory interest up to the day of sending."
    )
    charge_compensation = fields.Boolean(
        help="Claim the statutory lump sum for late payment (from companies only)."
    )
    deadline_days = fields.Integer(
        string="Payment deadline (days)",
        default=10,
        help="How long the notice gives the customer to pay, from the day of sending; "
        "a deadline never falls on a day on which banks are closed.",
    )
    hold_hours = fields.Float(
        string="Hold window (hours)",
        default=24.0,
        help="A proposed notice waits at least so long that a person can stop it.",
    )
    lineage = fields.Char(
        default=lambda self: uuid.uuid4().hex,
        required=True,
        readonly=True,
        copy=True,
        help="Stays the same in every version of the ladder.",
    )
    origin_id = fields.Many2one(
        "payment.reminder.step",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    _delay_not_negative = models.Constraint(
        "CHECK(kind = 'nudge' OR delay_days >= 0)",
        "Only a nudge comes before the due date: give the other steps 0 days or more.",
    )
    _nudge_before_due = models.Constraint(
        "CHECK(kind != 'nudge' OR (delay_days <= 0 AND delay_from = 'due_date'))",
        "A nudge comes before the due date: give it 0 or a negative number of days, "
        "counted from the due date.",
    )
    _deadline_not_negative = models.Constraint(
        "CHECK(deadline_days >= 0)", "A payment deadline cannot be negative."
    )
    _hold_not_negative = models.Constraint(
        "CHECK(hold_hours >= 0)", "A hold window cannot be negative."
    )
    _fee_not_negative = models.Constraint(
        "CHECK(fee_amount >= 0)", "A fee cannot be negative."
    )

    @api.constrains("channels")
    def _check_channels(self):
        known = self.env["payment.reminder.delivery"]._get_channel_codes()
        for step in self:
            codes = step._get_channels()
            unknown = [code for code in codes if code not in known]
            if unknown or not codes:
                raise ValidationError(
                    self.env._(
                        "The step “%(step)s” needs channels out of: %(known)s. "
                        "Not known: %(unknown)s.",
                        step=step.name,
                        known=", ".join(known),
                        unknown=", ".join(unknown) or "-",
                    )
                )
            if len(set(codes)) != len(codes):
                raise ValidationError(
                    self.env._("The step “%s” names a channel twice.", step.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        ladders = self.env["payment.reminder.ladder"].browse(
            vals["ladder_id"] for vals in vals_list if vals.get("ladder_id")
        )
        if not self.env.context.get("install_mode"):
            ladders._keep_version_for_cases()
        return super().create(
            [self._with_fee_policy(vals, new=True) for vals in vals_list]
        )

    def write(self, vals):
        if vals.keys() & self._get_version_fields():
            self.ladder_id._keep_version_for_cases()
        result = super().write(self._with_fee_policy(vals))
        if vals.keys() & self._get_version_fields():
            self.ladder_id._check_steps()
        return result

    def unlink(self):
        ladders = self.ladder_id
        ladders._keep_version_for_cases()
        return super().unlink()

    @api.model
    def _with_fee_policy(self, vals, new=False):
        """Return ``vals`` with the fee policy that its ``fee_amount`` stands for.

        Databases know an empty amount, float fields do not: 0 is no fee, and
        False, None or (in a new step) no amount at all is the statutory one.
        """
        if "fee_policy" in vals or not (new or "fee_amount" in vals):
            return vals
        amount = vals.get("fee_amount")
        if amount is None or amount is False:
            policy = "none" if vals.get("kind") == schedule.NUDGE else "statutory"
        else:
            policy = "amount" if amount else "none"
        return {**vals, "fee_policy": policy}

    @api.model
    def _get_version_fields(self):
        """Return the fields whose change makes a new version of the ladder."""
        return {
            "active",
            "sequence",
            "kind",
            "delay_days",
            "delay_from",
            "channels",
            "channel_mode",
            "fee_policy",
            "fee_amount",
            "charge_interest",
            "charge_compensation",
            "deadline_days",
            "hold_hours",
        }

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for step, vals in zip(self, vals_list, strict=True):
            vals["origin_id"] = step.id
        return vals_list

    def _get_channels(self):
        """Return the channel codes in their order."""
        self.ensure_one()
        return [
            code.strip() for code in (self.channels or "").split(",") if code.strip()
        ]

    def _bears_fee(self):
        self.ensure_one()
        return self.fee_policy != "none"

    def _get_rule(self):
        """Return this step as :class:`rules.schedule.Step`."""
        self.ensure_one()
        return schedule.Step(
            id=self.id,
            kind=self.kind,
            delay_days=self.delay_days,
            delay_from=self.delay_from,
            bears_fee=self._bears_fee(),
        )

    def _get_lint_step(self):
        """Return this step as :class:`rules.linter.Step`."""
        self.ensure_one()
        fee = to_decimal(self.fee_amount, 2)
        return linter.Step(
            kind=self.kind,
            delay_days=self.delay_days,
            delay_from=self.delay_from,
            fee={"none": Decimal(0), "statutory": None}.get(self.fee_policy, fee),
            charge_interest=self.charge_interest,
            charge_compensation=self.charge_compensation,
            deadline_days=self.deadline_days,
        )

    @api.onchange("kind")
    def _onchange_kind(self):
        """Ask for what such a step usually asks for; a nudge for nothing."""
        if self._origin:
            return
        is_nudge = self.kind == schedule.NUDGE
        self.fee_policy = "none" if is_nudge else self.ladder_id.default_fee_policy
        self.charge_interest = not is_nudge and self.ladder_id.default_charge_interest
