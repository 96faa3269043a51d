import uuid
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...rules import calling, claim, linter, repeat, schedule
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
            (schedule.DEMAND, "Demand for payment"),
            (schedule.CALL, "Call"),
        ],
        required=True,
        default=schedule.REMINDER,
    )
    letter_kind = fields.Char(
        compute="_compute_letter_kind",
        store=True,
        help="The kind of the last letter up to this step: its own, unless it is a "
        "call.",
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
    channel_remarks = fields.Text(
        string="To know", compute="_compute_channel_remarks", compute_sudo=True
    )
    attach_invoices = fields.Boolean(
        string="Attach the invoices",
        help="The e-mail brings the PDFs of the invoices along, as far as they were "
        "made when the invoices were sent.",
    )
    attach_statement = fields.Boolean(
        string="Attach a statement of account",
        help="The e-mail, or the letter, brings all that is open of the customer "
        "along, what is not due yet too, and what was paid of it.",
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
    call_tries = fields.Integer(
        string="Tries",
        default=3,
        help="So often a customer who is not reached is called for this step.",
    )
    call_then = fields.Selection(
        [
            (calling.Then.GO_ON.value, "the next step follows"),
            (calling.Then.ASK.value, "a manager decides"),
        ],
        string="After the last try",
        required=True,
        default=calling.Then.GO_ON.value,
    )
    call_wait_days = fields.Integer(
        string="Wait for the call",
        default=7,
        help="So many days after it was due the next step follows, called or not. "
        "0: it waits until somebody has called.",
    )
    call_script = fields.Text(
        string="What to say",
        translate=True,
        help="What whoever calls reads in the dialog. Empty: a short text of ours.",
    )
    is_repeat = fields.Boolean(
        string="A repeat",
        readonly=True,
        help="The last step once more, made by the ladder; it never asks for a fee.",
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
    _call_without_costs = models.Constraint(
        "CHECK(kind != 'call' OR (fee_policy = 'none' AND charge_interest IS NOT TRUE"
        " AND charge_compensation IS NOT TRUE))",
        "A call is no letter: it bears no fee, no interest and no lump sum.",
    )
    _call_tries_positive = models.Constraint(
        "CHECK(call_tries > 0 AND call_wait_days >= 0)",
        "A call is tried once at least, and the ladder cannot wait for it less than "
        "no day.",
    )
    _repeat_without_fee = models.Constraint(
        "CHECK(is_repeat IS NOT TRUE"
        " OR (fee_policy = 'none' AND charge_compensation IS NOT TRUE))",
        "The last step is repeated without a fee.",
    )
    _fee_not_negative = models.Constraint(
        "CHECK(fee_amount >= 0)", "A fee cannot be negative."
    )

    @api.constrains("channels")
    def _check_channels(self):
        known = self.env["payment.reminder.delivery"]._get_channel_codes()
        # A call has no address that it could go to.
        for step in self.filtered(lambda step: step.kind != schedule.CALL):
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
        steps = super().create(
            [self._with_fee_policy(vals, new=True) for vals in vals_list]
        )
        steps._follow_repeat()
        return steps

    def write(self, vals):
        if vals.keys() & self._get_version_fields():
            self.ladder_id._keep_version_for_cases()
        result = super().write(self._with_fee_policy(vals))
        if vals.keys() & self._get_version_fields():
            self.ladder_id._check_steps()
        self._follow_repeat()
        return result

    def unlink(self):
        ladders = self.ladder_id
        ladders._keep_version_for_cases()
        has_own = not all(self.mapped("is_repeat"))
        result = super().unlink()
        if has_own:
            ladders._follow_repeat()
        return result

    # -- repeats of the last step -------------------------------------------------

    def _follow_repeat(self):
        """Let the repeats of the last step follow steps that were changed."""
        own = self.filtered(lambda step: not step.is_repeat)
        own.ladder_id.filtered("repeat_days")._follow_repeat()

    def _prepare_repeat_vals(self, rule, number):
        """Return the values of a step that repeats this one.

        :param rule: :class:`rules.schedule.Step` of the repeat
        :param number: 1 for the first one
        """
        self.ensure_one()
        terms = repeat.repeat_terms(
            claim.Terms(
                fee_policy=self.fee_policy,
                charge_interest=self.charge_interest,
                charge_compensation=self.charge_compensation,
            )
        )
        return {
            "name": self.name,
            "is_repeat": True,
            "ladder_id": self.ladder_id.id,
            "sequence": self.sequence + number,
            "kind": rule.kind,
            "delay_days": rule.delay_days,
            "delay_from": rule.delay_from,
            "channels": self.channels,
            "channel_mode": self.channel_mode,
            "mail_template_id": self.mail_template_id.id,
            "sms_template_id": self.sms_template_id.id,
            "attach_invoices": self.attach_invoices,
            "fee_policy": terms.fee_policy,
            "fee_amount": 0.0,
            "charge_interest": terms.charge_interest,
            "charge_compensation": terms.charge_compensation,
            "deadline_days": self.deadline_days,
            "hold_hours": self.hold_hours,
            "active": True,
        }

    def _write_changed(self, vals):
        """Write those of these values that differ: any other makes no new version."""
        self.ensure_one()
        known = self.read(list(vals), load="_classic_write")[0]
        changed = {
            name: value
            for name, value in vals.items()
            if known[name] != value and name != "name"
        }
        if changed:
            self.write(changed)

    def _name_repeats(self):
        """Name repeats after what they repeat, in each language."""
        for ladder, steps in self.grouped("ladder_id").items():
            own = ladder._get_own_steps()
            for code, _name in self.env["res.lang"].get_installed():
                last = own[-1:].with_context(lang=code)
                for number, step in enumerate(steps.with_context(lang=code), start=1):
                    name = step.env._(
                        "%(step)s, repeat %(number)s", step=last.name, number=number
                    )
                    if step.name != name:
                        step.name = name

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
            free = vals.get("kind") in (schedule.NUDGE, schedule.CALL)
            policy = "none" if free else "statutory"
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
            "call_tries",
            "call_then",
            "call_wait_days",
        }

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for step, vals in zip(self, vals_list, strict=True):
            vals["origin_id"] = step.id
        return vals_list

    @api.depends(
        "kind",
        "sequence",
        "active",
        "ladder_id.step_ids.kind",
        "ladder_id.step_ids.sequence",
        "ladder_id.step_ids.active",
    )
    def _compute_letter_kind(self):
        for step in self:
            letters = step.ladder_id._get_active_steps().filtered(
                lambda other, step=step: other.kind != schedule.CALL
                and other.sequence <= step.sequence
            )
            is_call = step.kind == schedule.CALL
            step.letter_kind = (is_call and letters[-1:].kind) or step.kind

    def _get_call_terms(self):
        """Return what this step says of its call, as :class:`rules.calling.Terms`."""
        self.ensure_one()
        return calling.Terms(
            tries=self.call_tries,
            then=calling.Then(self.call_then),
            wait_days=self.call_wait_days,
        )

    def _get_channels(self):
        """Return the channel codes in their order; a call has none."""
        self.ensure_one()
        if self.kind == schedule.CALL:
            return []
        return [
            code.strip() for code in (self.channels or "").split(",") if code.strip()
        ]

    @api.depends("channels", "ladder_id")
    def _compute_channel_remarks(self):
        wires = self.env["payment.reminder.delivery"]._get_wires()
        for step in self:
            codes = [code for code in step._get_channels() if code in wires]
            said = [text for code in codes for text in wires[code].find_remarks(step)]
            step.channel_remarks = "\n".join(said) or False

    @api.model
    def _drop_channel(self, code):
        """Take a channel, whose addon goes, out of all steps that have another one."""
        steps = self.sudo().with_context(active_test=False)
        for step in steps.search([("channels", "like", code)]):
            left = [other for other in step._get_channels() if other != code]
            if left:
                # No version of a ladder is made for a way that is gone.
                self.env.cr.execute(
                    SQL(
                        "UPDATE payment_reminder_step SET channels = %s WHERE id = %s",
                        ",".join(left),
                        step.id,
                    )
                )
        self.env["payment.reminder.step"].invalidate_model(["channels"])

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

    def action_preview(self):
        """Show what this step says, on a real case."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        preview = self.env["payment.reminder.step.preview"]._open(self)
        return preview._get_records_action(
            name=self.env._("What “%s” Says", self.name), target="new"
        )

    def _open_text(self, channel, lang):
        """Return the action that opens the text of a channel in a language."""
        self.ensure_one()
        wires = self.env["payment.reminder.delivery"]._get_wires()
        by_sms = channel in wires and wires[channel].text == "sms"
        text = self.sms_template_id if by_sms else self.mail_template_id
        if not text:
            # Here one is chosen.
            return self._get_records_action()
        name = "text_sms" if by_sms else "text_mail"
        view = self.env.ref(f"payment_reminders.payment_reminder_{name}_view_form")
        return text._get_records_action(
            views=[(view.id, "form")],
            # The client puts the reader's language over that of a context.
            context={
                "reminder_lang": lang,
                "reminder_lang_name": self.env["res.lang"]._get_data(code=lang).name,
            },
        )

    @api.onchange("kind")
    def _onchange_kind(self):
        """Ask for what such a step usually asks for; a nudge or a call for nothing."""
        is_call = self.kind == schedule.CALL
        if is_call:
            self.charge_compensation = False
        elif self._origin:
            return
        is_free = is_call or self.kind == schedule.NUDGE
        self.fee_policy = "none" if is_free else self.ladder_id.default_fee_policy
        self.charge_interest = not is_free and self.ladder_id.default_charge_interest
