"""What customers propose, on their page or on the phone, within what the company lets
them.
"""

from datetime import timedelta

from odoo import fields, models

from ...rules import plan as plan_rules
from ...tools.decimals import to_decimal

#: No plan is looked at whose first day is so many days away.
FAR_DAYS = 3650


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _prepare_plan(self, count, first):
        """Divide what is overdue into the instalments that a customer asks for.

        :param count: number of instalments
        :param first: day of the first one, or None
        :return: (:class:`rules.plan.Part` records, what is wrong in words); there are
            parts to look at even if they are outside of the limits
        """
        self.ensure_one()
        limits = self.company_id._get_reminder_plan_limits()
        fee = self._get_plan_fee() if self.company_id.reminder_plan_fee else 0.0
        # Not divided into more parts than anybody allows.
        return self._divide_within(limits, min(count, limits.max_parts + 1), first, fee)

    def _prepare_promise(self, day):
        """Return what :meth:`_prepare_plan` does, for everything on one day."""
        self.ensure_one()
        days = self.company_id.reminder_promise_days
        limits = plan_rules.Limits(max_parts=1 if days else 0, max_days=days)
        return self._divide_within(limits, 1, day)

    def _divide_within(self, limits, count, first, fee=0.0):
        if self.plan_ids.filtered(lambda p: p.state in ("proposed", "active")):
            return (), [self.env._("There is a plan or a promise already.")]
        if not limits.max_parts:
            return (), [self.env._("This is not offered here.")]
        today = self.company_id._get_reminder_today()
        if not first:
            return (), [self.env._("Please choose a day.")]
        if (first - today).days > FAR_DAYS:
            return (), [self.env._("Please choose an earlier day.")]
        digits = self.currency_id.decimal_places
        total = to_decimal(self._get_plan_base() + fee, digits)
        if total <= 0:
            return (), [self.env._("Nothing is overdue here.")]
        try:
            parts = plan_rules.propose(total, count, first, digits)
        except plan_rules.PlanError:
            return (), [self.env._("Please choose another number of instalments.")]
        words = self._get_limit_words(limits)
        return parts, [words[code] for code in plan_rules.check(parts, limits, today)]

    def _get_limit_words(self, limits):
        least = self.currency_id.format(float(limits.min_amount))
        return {
            "none": self.env._("Please choose another number of instalments."),
            "past": self.env._("Please choose a day after today."),
            "too_many": self.env._(
                "You can propose %s instalments at most.", limits.max_parts
            ),
            "too_late": self.env._(
                "Please pay everything within %s days.", limits.max_days
            ),
            "too_small": self.env._("An instalment is %s at least.", least),
        }

    def _get_promise_days(self):
        """Return the first and the last day by which a customer may promise to pay."""
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        return (
            today + timedelta(days=1),
            today + timedelta(days=self.company_id.reminder_promise_days),
        )

    def _is_trusted(self):
        """Tell whether the word of this customer still pauses by itself."""
        self.ensure_one()
        return plan_rules.may_pause(self._count_promises()[self.id][1])

    def _propose_plan(self, kind, parts, note="", source="page"):
        """Take a plan or a promise that a customer proposes.

        A promise holds at once; a plan needs a manager, and holds the case until one
        has decided. After a second broken word nothing pauses by itself.

        :param parts: :class:`rules.plan.Part` records within the company's limits
        :param source: a code of the plan's ``source``
        :return: the new plan
        """
        self.ensure_one()
        plan = (
            self.env["payment.reminder.plan"]
            .sudo()
            .create(
                {
                    "case_id": self.id,
                    "kind": kind,
                    "source": source,
                    "note": note,
                    "instalment_ids": [
                        fields.Command.create(
                            {"date_due": part.due, "amount": float(part.amount)}
                        )
                        for part in parts
                    ],
                }
            )
        )
        trusted = self._is_trusted()
        if kind == "promise" and trusted:
            plan._start()
            return plan
        plan._log_state()
        told = self._in_staff_language()
        if trusted:
            told._freeze(
                kind, told.env._("The customer proposed a plan: decide on it.")
            )
        told._call_responsible(
            told.env._("%s proposes to pay later: decide on it", self.partner_id.name),
            plan,
        )
        return plan
