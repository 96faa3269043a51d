"""The dated rows of the law: what holds from a day on, and where that was read."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import statute
from ...tools.decimals import to_decimal


class PaymentReminderLawRow(models.AbstractModel):
    """What the dated rows of the law have in common."""

    _name = "payment.reminder.law.row"
    _description = "Dated Row of the Law"

    @api.model
    def _get_key_fields(self):
        """Return the names of the fields that no two rows share."""
        raise NotImplementedError

    def _load_records_create(self, vals_list):
        # EXTENDS base: a later version of the addon may ship a row that somebody has
        # entered by hand already. That row stays as it is, and the update goes through.
        found = [self._find_same(vals) for vals in vals_list]
        created = iter(
            super()._load_records_create(
                [
                    vals
                    for vals, record in zip(vals_list, found, strict=True)
                    if not record
                ]
            )
        )
        return self.browse((record or next(created)).id for record in found)

    @api.model
    def _find_same(self, vals):
        names = self._get_key_fields()
        defaults = self.default_get([name for name in names if name not in vals])
        values = {**defaults, **vals}
        return self.with_context(active_test=False).search(
            [(name, "=", values.get(name)) for name in names], limit=1
        )

    @api.model
    def _to_decimal(self, value, digits=4):
        """Return a float of the database as the exact number that a person typed."""
        number = to_decimal(value, digits)
        short = number.quantize(Decimal("0.01"))
        return short if short == number else number


class PaymentReminderJurisdictionFee(models.Model):
    """What a law says from a day on about a kind of notice to a kind of debtor."""

    _name = "payment.reminder.jurisdiction.fee"
    _description = "Statutory Rule for Reminder Notices"
    _inherit = ["payment.reminder.law.row"]
    _order = "jurisdiction_id, valid_from desc, debtor, kind"

    jurisdiction_id = fields.Many2one(
        "payment.reminder.jurisdiction", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="jurisdiction_id.currency_id")
    valid_from = fields.Date(
        required=True, help="First day of sending for which this rule holds."
    )
    valid_to = fields.Date(
        string="Last day",
        help="Empty: no end is known. After it, nothing is claimed by this rule.",
    )
    is_signalled = fields.Boolean(
        string="Announced only",
        help="Not known to be in force: notices that it would change wait for a "
        "manager's yes. Untick it when the law is in force.",
    )
    debtor = fields.Selection(
        [("all", "Anybody"), ("person", "Consumers"), ("company", "Businesses")],
        required=True,
        default="all",
    )
    kind = fields.Selection(
        [
            ("all", "Every notice"),
            ("reminder", "Reminder"),
            (statute.FINAL_NOTICE, "Final notice"),
            (statute.DEMAND, "Demand for payment"),
            ("plan", "Payment plan"),
            (statute.HANDOVER, "Handing over"),
        ],
        required=True,
        default="all",
    )
    basis = fields.Selection(
        [
            ("statutory", "Up to an amount"),
            ("scale", "Scale on the principal"),
            ("actual_cost", "Only the real cost"),
            ("none", "No fee"),
            (statute.FORBIDDEN, "Not allowed at all"),
        ],
        required=True,
        default="statutory",
        help="Only the real cost: the law names no amount, so there is no fee unless "
        "the company sets one.",
    )
    amount = fields.Monetary(string="Highest fee")
    scale = fields.Char(
        help="Bands of the principal and their percentage, such as 2500: 15; 5000: 10; "
        "0.5 where the last one is for all that is above. A sum and a plus before the "
        "percentage say what the costs are where the band begins: 500: 30+10."
    )
    scale_min = fields.Monetary(string="At least")
    scale_max = fields.Monetary(string="At most", help="0: no limit.")
    max_count = fields.Integer(
        string="Number of fees", help="For one claim. 0: no limit."
    )
    count_months = fields.Integer(
        string="Counted anew after (months)",
        help="After the last letter with a fee. 0: never.",
    )
    count_shared = fields.Boolean(
        string="Counts all notices",
        default=True,
        help="Fees of other kinds of notices count towards the number too.",
    )
    first_after_days = fields.Integer(
        string="Days after due", default=1, help="Before the first notice with a fee."
    )
    spacing_days = fields.Integer(
        string="Days between", help="Between a letter and the next one with a fee."
    )
    careful_spacing_days = fields.Integer(
        string="Days between, careful reading",
        help="A ladder with fewer days gets a warning.",
    )
    after_deadline = fields.Boolean(
        string="After a missed deadline",
        help="A further fee needs that the deadline of the earlier notice was missed.",
    )
    after_final_notice = fields.Boolean(
        string="After an expired final notice",
        help="Only when the deadline of a final notice was missed.",
    )
    free_notices = fields.Integer(
        string="Notices without fee", help="That must go out before the first fee."
    )
    after_free_deadline = fields.Boolean(
        string="After the free notice's deadline",
        help="A fee needs that the deadline of the notices without fee was missed.",
    )
    requires_agreement = fields.Boolean(
        string="Must be agreed",
        help="Only when the fee was agreed no later than when the debt arose.",
    )
    deadline_days = fields.Integer(
        string="Shortest deadline (days)", help="From the day of sending."
    )
    deadline_banking_days = fields.Integer(
        string="Banking days after receipt",
        help="That the deadline must leave at least.",
    )
    is_count_guessed = fields.Boolean(
        string="Number is a careful guess",
        help="No text was read for it: a ladder that passes it gets a warning only.",
    )
    is_wait_guessed = fields.Boolean(
        string="Days after due are a careful guess",
        help="No text was read for them: a ladder under them gets a warning only.",
    )
    source = fields.Char(required=True)

    _rule_uniq = models.Constraint(
        "UNIQUE(jurisdiction_id, debtor, kind, valid_from)",
        "There is a rule for these notices, debtors and date already.",
    )
    _numbers_not_negative = models.Constraint(
        "CHECK(amount >= 0 AND max_count >= 0 AND count_months >= 0 "
        "AND first_after_days >= 0 "
        "AND spacing_days >= 0 AND careful_spacing_days >= 0 AND free_notices >= 0 "
        "AND deadline_days >= 0 AND deadline_banking_days >= 0)",
        "Amounts and days of a rule cannot be negative.",
    )
    _last_day_not_before_first = models.Constraint(
        "CHECK(valid_to >= valid_from)",
        "The last day of a rule cannot be before its first.",
    )

    @api.depends("jurisdiction_id", "valid_from", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            rule.display_name = (
                f"{rule.jurisdiction_id.code or ''} {rule.valid_from or ''} "
                f"{kinds.get(rule.kind, '')}"
            )

    @api.constrains("basis", "scale")
    def _check_scale(self):
        for rule in self.filtered(lambda rule: rule.basis == "scale"):
            try:
                bands = statute.parse_scale(rule.scale or "")
            except statute.StatuteError:
                bands = ()
            if not bands:
                raise ValidationError(
                    self.env._(
                        "“%s” is no scale. Write bands with rising sums, such as "
                        "2500: 15; 5000: 10; 0.5.",
                        rule.scale or "",
                    )
                )

    @api.model
    def _get_key_fields(self):
        return ["jurisdiction_id", "debtor", "kind", "valid_from"]

    def _get_rule(self):
        """Return this row as :class:`rules.statute.FeeRule`."""
        self.ensure_one()
        guessed = {
            "max_count": self.is_count_guessed,
            "first_after_days": self.is_wait_guessed,
        }
        return statute.FeeRule(
            valid_from=self.valid_from,
            debtor=self.debtor,
            kind=self.kind,
            basis=self.basis,
            amount=self._to_decimal(self.amount),
            scale=statute.parse_scale(self.scale or "")
            if self.basis == "scale"
            else (),
            scale_min=self._to_decimal(self.scale_min),
            scale_max=self._to_decimal(self.scale_max) if self.scale_max else None,
            valid_to=self.valid_to or None,
            is_signalled=self.is_signalled,
            max_count=self.max_count or None,
            count_months=self.count_months,
            count_shared=self.count_shared,
            first_after_days=self.first_after_days,
            spacing_days=self.spacing_days,
            careful_spacing_days=self.careful_spacing_days,
            after_deadline=self.after_deadline,
            after_final_notice=self.after_final_notice,
            free_notices=self.free_notices,
            after_free_deadline=self.after_free_deadline,
            requires_agreement=self.requires_agreement,
            deadline_days=self.deadline_days,
            deadline_banking_days=self.deadline_banking_days,
            guessed=frozenset(name for name, is_guess in guessed.items() if is_guess),
            source=self.source,
        )


class PaymentReminderJurisdictionMargin(models.Model):
    """Which interest the claims due from a day on bear."""

    _name = "payment.reminder.jurisdiction.margin"
    _description = "Statutory Interest Margin"
    _inherit = ["payment.reminder.law.row"]
    _order = "jurisdiction_id, valid_from desc, debtor"

    jurisdiction_id = fields.Many2one(
        "payment.reminder.jurisdiction", required=True, index=True, ondelete="cascade"
    )
    valid_from = fields.Date(
        string="For claims due from",
        required=True,
        help="A claim keeps the margin of its due date for good.",
    )
    debtor = fields.Selection(
        [("all", "Anybody"), ("person", "Consumers"), ("company", "Businesses")],
        required=True,
        default="all",
    )
    reference_id = fields.Many2one(
        "payment.reminder.reference",
        string="Reference rate",
        required=True,
        ondelete="restrict",
        index=True,
    )
    points = fields.Float(
        string="Percentage points on top",
        digits=(16, 4),
        help="0 when the series holds total rates.",
    )
    round_up_to = fields.Float(
        string="Rounded up to",
        digits=(16, 4),
        help="The rate and the points together are rounded up to a multiple of this, "
        "such as 0.5. 0: not rounded.",
    )
    source = fields.Char(required=True)

    _rule_uniq = models.Constraint(
        "UNIQUE(jurisdiction_id, debtor, valid_from)",
        "There is a margin for these debtors and this date already.",
    )
    _rounding_not_negative = models.Constraint(
        "CHECK(round_up_to >= 0)", "A rate cannot be rounded up to a negative number."
    )

    @api.model
    def _get_key_fields(self):
        return ["jurisdiction_id", "debtor", "valid_from"]

    def _get_rule(self):
        """Return this row as :class:`rules.statute.MarginRule`."""
        self.ensure_one()
        return statute.MarginRule(
            valid_from=self.valid_from,
            debtor=self.debtor,
            reference=self.reference_id.code,
            points=self._to_decimal(self.points),
            source=self.source,
            round_up_to=self._to_decimal(self.round_up_to),
        )


class PaymentReminderJurisdictionCompensation(models.Model):
    """The lump sum for late payment of claims due from a day on."""

    _name = "payment.reminder.jurisdiction.compensation"
    _description = "Statutory Compensation for Late Payment"
    _inherit = ["payment.reminder.law.row"]
    _order = "jurisdiction_id, valid_from desc, debtor, principal_from"

    jurisdiction_id = fields.Many2one(
        "payment.reminder.jurisdiction", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(
        related="jurisdiction_id.currency_id", string="Currency of the law"
    )
    amount_currency_id = fields.Many2one(
        "res.currency",
        string="Currency",
        ondelete="restrict",
        help="Of the lump sum. Empty: the currency of the law.",
    )
    paid_currency_id = fields.Many2one(
        "res.currency", compute="_compute_paid_currency_id"
    )
    valid_from = fields.Date(string="For claims due from", required=True)
    # No choice "consumers": the directive and all its national forms leave them out.
    debtor = fields.Selection(
        [("company", "Businesses")], required=True, default="company"
    )
    principal_from = fields.Monetary(
        string="Owed at least",
        help="For claims of so much or more, in the currency of the law. A law with "
        "tiers has one row for each.",
    )
    amount = fields.Monetary(required=True, currency_field="paid_currency_id")
    source = fields.Char(required=True)

    _rule_uniq = models.Constraint(
        "UNIQUE(jurisdiction_id, debtor, valid_from, principal_from)",
        "There is a compensation for this date and principal already.",
    )
    _amount_not_negative = models.Constraint(
        "CHECK(amount >= 0 AND principal_from >= 0)",
        "A compensation cannot be negative.",
    )

    @api.depends("amount_currency_id", "jurisdiction_id.currency_id")
    def _compute_paid_currency_id(self):
        for rule in self:
            rule.paid_currency_id = rule.amount_currency_id or rule.currency_id

    @api.model
    def _get_key_fields(self):
        return ["jurisdiction_id", "debtor", "valid_from", "principal_from"]

    def _get_rule(self):
        """Return this row as :class:`rules.statute.CompensationRule`."""
        self.ensure_one()
        return statute.CompensationRule(
            valid_from=self.valid_from,
            debtor=self.debtor,
            amount=self._to_decimal(self.amount),
            source=self.source,
            principal_from=self._to_decimal(self.principal_from),
            currency=self.amount_currency_id.name or "",
        )
