"""Puts into words what a notice asks: how interest came about, and what was left off
or lowered, and why.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import (
    LazyTranslate,
    float_compare,
    float_repr,
    format_date,
    formatLang,
)

from ...rules.fees import scale_costs
from ...rules.lifecycle import WAITING
from ...rules.schedule import FINAL_NOTICE
from ...rules.statute import SCALE, ZERO
from ...tools.decimals import to_decimal
from ...tools.money import format_code
from ..notice.wording import MAIL_ROWS

_lt = LazyTranslate(__name__)

#: {remark: sentence}; a sentence may use the words of ``_get_remark_words``.
REMARKS = {
    "fee:no_rule": _lt("No fee: the law knows none for such a notice%(law)s."),
    "fee:no_statutory_amount": _lt(
        "No fee: the law names no amount, only the real cost, and the step sets "
        "none%(law)s."
    ),
    "fee:not_wanted": _lt("No fee: the step asks for none."),
    "fee:too_early": _lt(
        "No fee: the law allows one from %(days)s days after the due date%(law)s."
    ),
    "fee:not_agreed": _lt(
        "No fee: the law allows one only when it was agreed beforehand, and the "
        "settings do not say that it was%(law)s."
    ),
    "fee:disputed": _lt("No fee: the customer has an open question."),
    "fee:spacing": _lt(
        "No fee: the last reminder was sent less than %(spacing)s days before%(law)s."
    ),
    "fee:earlier_deadline_running": _lt(
        "No fee: the deadline of an earlier reminder has not passed yet%(law)s."
    ),
    "fee:no_expired_notice": _lt(
        "No fee: the law allows one only after the deadline of a final notice%(law)s."
    ),
    "fee:first_notice_free": _lt(
        "No fee: the law wants a reminder without a fee first%(law)s."
    ),
    "fee:free_deadline_running": _lt(
        "No fee: the deadline of the reminder without a fee has not passed yet%(law)s."
    ),
    "fee:law_ended": _lt(
        "No fee: the rule of the law ended on %(ended)s, and what follows is not "
        "entered%(law)s."
    ),
    "fee:max_number": _lt(
        "No fee: the law allows %(count)s for one claim, and they were charged%(law)s."
    ),
    "fee:no_exchange_rate": _lt(
        "No fee: there is no exchange rate from %(law_currency)s to %(currency)s."
    ),
    "fee:under_floor": _lt(
        "No fee: less than %(floor)s %(currency)s is overdue (your own limit)."
    ),
    "fee:over_share": _lt(
        "No fee: all fees together would be more than %(share)s %% of what is "
        "overdue (your own limit)."
    ),
    "fee:over_principal": _lt("No fee: it would be more than what is overdue itself."),
    "fee:courtesy": _lt(
        "No fee: the customer has a clean record and is forgiven the first one."
    ),
    "fee:over_cap": _lt(
        "The fee was lowered to what the law allows, %(cap)s %(currency)s%(law)s."
    ),
    "fee:inside_compensation": _lt(
        "The fee was lowered: the lump sum and the fees count against each "
        "other%(law)s."
    ),
    "fee:converted": _lt(
        "The limit of the law was converted at %(rate)s %(currency)s for one "
        "%(law_currency)s, the rate of %(day)s."
    ),
    "fee:by_hand": _lt("The fee was lowered by %(user)s: %(note)s"),
    "interest:no_rate": _lt(
        "Interest was computed up to %(until)s only: no verified reference rate is "
        "known for the days after it."
    ),
    "interest:payment_day": _lt(
        "Interest: by this law all days bear the rate of the day of payment; until "
        "then, that of the day of the notice."
    ),
    "interest:no_days": _lt(
        "Interest runs on what is open now alone: the program that keeps the invoice "
        "tells no day of a part payment."
    ),
    "compensation:not_from_persons": _lt(
        "No lump sum: the law gives none against consumers."
    ),
    "compensation:no_rule": _lt("No lump sum: the law knows none."),
    "compensation:not_late": _lt("No lump sum: nothing is overdue yet."),
    "compensation:already_claimed": _lt("No lump sum: it was claimed before."),
    "compensation:disputed": _lt("No lump sum: the customer has an open question."),
    "compensation:no_exchange_rate": _lt(
        "No lump sum: there is no exchange rate from %(law_currency)s to %(currency)s."
    ),
    "compensation:fees_counted": _lt(
        "The lump sum was lowered by the fees claimed so far."
    ),
    "compensation:converted": _lt(
        "The lump sum was converted at %(lump_rate)s %(currency)s for one "
        "%(lump_currency)s, the rate of %(lump_day)s."
    ),
}


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    can_lower_fee = fields.Boolean(compute="_compute_can_lower_fee")
    has_fee_limit = fields.Boolean(readonly=True)
    fee_limit = fields.Monetary(
        string="Fee at most", readonly=True, help="A person lowered the fee to this."
    )
    fee_limit_by_id = fields.Many2one(
        "res.users",
        string="Fee lowered by",
        readonly=True,
        index="btree_not_null",
    )
    fee_limit_note = fields.Char(string="Fee lowered because", readonly=True)

    remark_values = fields.Json(
        readonly=True, help="What the sentences about the remarks name."
    )
    remark_text = fields.Text(
        string="Left off or changed",
        compute="_compute_remark_text",
        help="What this notice does not ask for, or asks for less of, and why.",
    )
    interest_specification = fields.Json(
        readonly=True,
        help="How the interest was computed: one row for each due item and rate.",
    )

    @api.depends("remarks", "remark_values", "interest_until")
    @api.depends_context("lang")
    def _compute_remark_text(self):
        for reminder in self:
            reminder.remark_text = "\n".join(reminder._explain_remarks()) or False

    def _explain_remarks(self):
        """Return a sentence for each remark, in the user's language."""
        self.ensure_one()
        values = self._get_remark_words()
        return [
            self._get_remark_sentence(code) % values if code in REMARKS else code
            for code in [*(self.remarks or []), *self._find_remarks_elsewhere()]
        ]

    def _find_remarks_elsewhere(self):
        """Return what is to be said of the interest on another program's invoices."""
        if not self.is_elsewhere or not self.amount_interest:
            return []
        partly_paid = self.line_ids.filtered(
            lambda line: (
                line.item_id.source_ref and line.amount_total > line.amount_residual
            )
        ).item_id
        # sudo: that days are missing is told to whoever may read the notice
        known = self.env["payment.reminder.figures"].sudo()._read_payments(partly_paid)
        return ["interest:no_days"] if any(not known[i.id] for i in partly_paid) else []

    @api.model
    def _get_remark_sentence(self, code):
        return self.env._(REMARKS[code])

    def _get_remark_words(self):
        """Return what the sentences name, formatted."""
        self.ensure_one()
        values = self.remark_values or {}
        source = values.get("source")
        return {
            **self._get_lump_words(values),
            "ended": format_date(self.env, values["ended"])
            if values.get("ended")
            else "",
            "law": f" ({source})" if source else "",
            "days": values.get("days", ""),
            "spacing": values.get("spacing", ""),
            "count": values.get("count", ""),
            "cap": self._format_remark_number(values.get("cap")),
            "floor": self._format_remark_number(values.get("floor")),
            "share": self._format_remark_number(values.get("share")),
            "rate": values.get("rate", ""),
            "law_currency": values.get("law_currency", ""),
            "currency": self.currency_id.name,
            "day": format_date(self.env, values["day"]) if values.get("day") else "",
            "until": format_date(self.env, self.interest_until)
            if self.interest_until
            else "",
            "user": self.env["res.users"].sudo().browse(values.get("by")).name or "",
            "note": values.get("note", ""),
        }

    def _get_lump_words(self, values):
        """Return how the lump sums were converted: by the notice's rate, or where the
        law names a day for each claim by those of that day.
        """
        found = values.get("lump_sums") or [
            [values.get("rate", ""), values.get("law_currency", ""), values.get("day")]
        ]
        rates, currencies, days = zip(*found, strict=True)
        return {
            "lump_rate": ", ".join(rates),
            "lump_currency": currencies[0],
            "lump_day": ", ".join(
                format_date(self.env, day) for day in filter(None, days)
            ),
        }

    @api.model
    def _format_remark_number(self, text):
        return formatLang(self.env, float(text)) if text else ""

    def _get_interest_specification(self):
        """Return how the interest was computed, as claimed: one row a period.

        :return: list of dicts: item_id, first_day, last_day, days, rate, base, amount
            (amounts and rates are exact, as strings; amounts are not rounded, and of
            all notices together)
        """
        self.ensure_one()
        return list(self.interest_specification or [])

    def _prepare_letter_interest(self):
        """Return the rows of the interest specification; nothing without interest."""
        rows = self.interest_specification or []
        if not rows or not self.amount_interest or not self._is_demand():
            return {}
        names = {line.item_id.id: line.name for line in self.line_ids}
        money, day = self._format_letter_money, self._format_letter_date
        digits = self.currency_id.decimal_places
        total = sum(float(row["amount"]) for row in rows)
        shown = rows if self._is_letter_on_paper() else rows[:MAIL_ROWS]
        before = total - self.amount_interest
        return {
            "currency": self.currency_id.name,
            "day_count": self.step_id.ladder_id.jurisdiction_id.day_count,
            "compounding": self.step_id.ladder_id.jurisdiction_id.compounding,
            "rows": [
                {
                    "name": names.get(row["item_id"], ""),
                    "base": money(float(row["base"])),
                    "rate": formatLang(self.env, float(row["rate"])),
                    "first_day": day(fields.Date.to_date(row["first_day"])),
                    "last_day": day(fields.Date.to_date(row["last_day"])),
                    "days": row["days"],
                    "amount": money(float(row["amount"])),
                }
                for row in shown
            ],
            "more": len(rows) - len(shown),
            "before": money(before) if float_compare(before, 0, digits) > 0 else "",
            "interest": money(self.amount_interest),
        }

    def _bears_interest(self):
        """Tell whether the law gives interest against this customer at all: many give
        none against consumers.
        """
        law = self.step_id.ladder_id.jurisdiction_id._get_statute()
        debtor = self.partner_id._get_debtor_kind()
        due = min(self.line_ids.filtered("date_due").mapped("date_due"), default=None)
        return bool(law and due and law.margin_rule(debtor, due))

    def _get_letter_costs_to_come(self):
        """Return the costs by the scale of the law that follow on this notice; empty:
        none do.

        They are owed only when the notice before them named them: BW 6:96(6) in the
        Netherlands, WER XIX.2 in Belgium.
        """
        law = self.step_id.ladder_id.jurisdiction_id
        if self.amount_fee or SCALE not in law.fee_ids.mapped("basis"):
            return ""
        today = self.company_id._get_reminder_today()
        rule = law._get_statute().fee_rule(
            self.partner_id._get_debtor_kind(), today, self.step_kind
        )
        if (
            not rule
            or rule.basis != SCALE
            or law.currency_id != self.currency_id
            or (rule.requires_agreement and not self.company_id.reminder_fee_agreed)
        ):
            return ""
        following = self._get_letter_next_step()
        if rule.after_final_notice:
            comes = self.step_kind == FINAL_NOTICE
        else:
            comes = bool(following) and following._bears_fee()
        owed = to_decimal(self.amount_principal, self.currency_id.decimal_places)
        costs = scale_costs(rule, owed) if comes else ZERO
        return self._format_letter_money(float(costs), code=True) if costs else ""

    def _prepare_portal_notes(self):
        """Return the remarks on this notice that the customer's page repeats.

        Up to when interest was computed the page says for today, not for then.
        """
        self.ensure_one()
        notes = self._prepare_letter_notes()
        notes.pop("interest_until", None)
        return notes

    # -- a lower fee -------------------------------------------------------------

    @api.depends("state", "amount_fee")
    def _compute_can_lower_fee(self):
        for reminder in self:
            reminder.can_lower_fee = (
                reminder.amount_fee > 0 and reminder.state in WAITING
            )

    def action_lower_fee(self):
        """Open the dialog that lowers or drops the fee of this notice."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lower the fee"),
            "res_model": "payment.reminder.fee.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_reminder_id": self.id},
        }

    def _lower_fee(self, amount, note):
        """Lower the fee of a notice that waits, or drop it; never raise it.

        :param amount: what is left of it, in the case's currency
        :param note: why, in words
        """
        self.ensure_one()
        if self.state not in WAITING:
            raise UserError(self._describe_states())
        if not note:
            raise UserError(self.env._("Say why the fee is lowered."))
        before = self.amount_fee
        if amount < 0 or self.currency_id.compare_amounts(amount, before) > 0:
            raise UserError(
                self.env._(
                    "The fee of this reminder is %s. It can be lowered or dropped, not "
                    "raised.",
                    format_code(self.env, before, self.currency_id),
                )
            )
        self.write(
            {
                "has_fee_limit": True,
                "fee_limit": amount,
                "fee_limit_by_id": self.env.uid,
                "fee_limit_note": note,
                "amount_fee": amount,
                "amount_claim": self.amount_claim - before + amount,
                "remarks": [*(self.remarks or []), "fee:by_hand"],
                "remark_values": {
                    **(self.remark_values or {}),
                    **self._get_fee_limit_words(),
                },
            }
        )
        self.case_id._log_event(
            "fee_lowered",
            {
                "reminder": self.id,
                "before": str(before),
                "fee": str(amount),
                "by": self.env.uid,
            },
        )

    def _get_fee_limit_words(self):
        return {
            "by": self.fee_limit_by_id.id or self.env.uid,
            "note": self.fee_limit_note,
        }

    def _limit_fee(self, figures):
        """Keep to what a person lowered the fee to, when it is computed anew.

        :param figures: :class:`Figures` of the day of sending, changed in place
        """
        self.ensure_one()
        limit = to_decimal(self.fee_limit, self.currency_id.decimal_places)
        if figures.fee > limit:
            figures.fee = limit
        figures.remarks += ("fee:by_hand",)
        figures.remark_values |= self._get_fee_limit_words()


class PaymentReminderFigures(models.AbstractModel):
    _inherit = "payment.reminder.figures"

    @api.model
    def _get_remark_values(self, case, step, conditions, demand, asked):
        """Return what the sentences about the remarks of a notice name, as JSON.

        :param conditions: :class:`rules.claim.Conditions`
        :param demand: :class:`rules.claim.Demand`
        :param asked: :class:`rules.claim.Claim`, with a decision on the fee
        """
        company, statute = case.company_id, conditions.statute
        debtor, day, decision = demand.debtor, demand.day, asked.fee_decision
        values = {"day": str(day), "source": decision.source}
        if company.reminder_fee_max_share:
            values["share"] = float_repr(company.reminder_fee_max_share, 2)
        if company.reminder_fee_floor:
            values["floor"] = str(
                self._convert_limit(
                    company.reminder_fee_floor, company.currency_id, case, day
                )
            )
        if decision.cap is not None:
            values["cap"] = str(decision.cap)
        if statute:
            values["law_currency"] = statute.currency
            if statute.currency != case.currency_id.name:
                rate = self._get_exchange_rate(case, statute, day)
                values["rate"] = format(rate.normalize(), "f") if rate else ""
            if rule := statute.fee_rule(debtor, day, step.kind):
                values |= {
                    "days": rule.first_after_days,
                    "spacing": rule.spacing_days,
                    "count": rule.max_count,
                    "ended": str(rule.valid_to) if rule.has_ended(day) else "",
                }
        if asked.conversions:
            values["lump_sums"] = [
                [format(one.rate.normalize(), "f"), one.currency, str(one.day)]
                for one in asked.conversions
            ]
        return {
            name: value for name, value in values.items() if value not in (None, "")
        }
