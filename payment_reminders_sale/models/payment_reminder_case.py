from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models

from odoo.addons.payment_reminders.rules import schedule
from odoo.addons.payment_reminders.tools.decimals import to_decimal

from ..rules import stopping

#: What is sent at the end of a ladder.
FINAL = (schedule.FINAL_NOTICE, schedule.DEMAND)


@dataclass(frozen=True)
class Stop:
    """Why a customer's next order is looked at twice, by one case.

    ``owed`` is open and overdue there, with fees and interest, in its currency;
    ``plan`` is the agreement that was broken.
    """

    case: models.Model
    reason: stopping.Reason
    owed: Decimal
    items: models.Model
    plan: models.Model


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    @api.model
    def _read_order_stops(self, partners, company):
        """Read live why orders of these customers are looked at twice.

        In a number of queries that does not grow with them.

        :param partners: res.partner, commercial ones
        :return: {res.partner: [:class:`Stop`]}; of the others nothing is to be said
        """
        # sudo: whoever sells has no right on cases, and is told one sentence of them
        cases = self.sudo().search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "=", company.id),
                ("state", "!=", "closed"),
            ]
        )
        plans = self.env["payment.reminder.plan"].sudo()
        if cases:
            plans = plans.search(
                [("case_id", "in", cases.ids), ("state", "in", ("active", "broken"))],
                order="id desc",
            )
        cases = cases.filtered(
            lambda case: (
                any(item.step_id.letter_kind in FINAL for item in case.item_ids)
                or any(plan.case_id == case for plan in plans)
            )
        )
        found = {}
        for stop in cases._judge_order(plans):
            found.setdefault(stop.case.partner_id, []).append(stop)
        return found

    def _judge_order(self, plans):
        """Return the :class:`Stop` of each of these cases that has one.

        :param plans: promises and plans of theirs that are in force or were broken
        """
        facts = self.env["payment.reminder.facts"]
        live = facts._read_live(self.item_ids)
        money = facts._read_unallocated_credits(self)
        costs = self._read_open_costs()
        stops = []
        for case in self:
            own = plans.filtered(lambda plan, case=case: plan.case_id == case)
            broken = own.filtered(lambda plan: plan.state == "broken")
            seen = {item: item._find_live(live) for item in case.item_ids}
            debts = {
                item: stopping.Debt(
                    owed=one.owed if one and not item.is_dropped else Decimal(0),
                    had_final=item.step_id.letter_kind in FINAL,
                    was_promised=item in broken.item_ids,
                )
                for item, one in seen.items()
            }
            reason = stopping.judge(
                list(debts.values()),
                case._convert_credit(money[case.id]),
                agreed=own != broken,
            )
            if not reason:
                continue
            items = case.item_ids.filtered(
                lambda item, debts=debts, reason=reason: debts[item].is_about(reason)
            )
            if not case._is_trifle_of([seen[item] for item in items]):
                stops.append(case._make_order_stop(reason, debts, costs, items, broken))
        return stops

    def _find_final_days(self, items):
        """Return the days on which the final notice of these items left.

        Whom somebody has called since stands at the call, and that is another day.
        """
        self.ensure_one()
        at_it = items.filtered(lambda item: item.step_id.kind in FINAL)
        days = [item.last_sent_date for item in at_it if item.last_sent_date]
        if days:
            return days
        notices = self.reminder_ids.filtered(
            lambda notice: notice.counts and notice.step_kind in FINAL
        )
        return [self.company_id._get_reminder_today(n.sent_date) for n in notices]

    def _is_trifle_of(self, rows):
        """Tell whether what is left is too little for a notice, and so for a stop.

        :param rows: live items
        """
        trifles = self.env["payment.reminder.trifle"]
        return trifles._is_trifle(self, rows, trifles._get_limit(self))

    def _convert_credit(self, money):
        """Return the customer's money that is matched with nothing, in its currency.

        :param money: [:class:`rules.guard.MoneyFacts`], in the company's currency
        """
        company = self.company_id
        total = float(sum((one.amount for one in money), Decimal(0)))
        converted = company.currency_id._convert(
            total, self.currency_id, company, company._get_reminder_today()
        )
        return to_decimal(converted, self.currency_id.decimal_places)

    def _make_order_stop(self, reason, debts, costs, items, broken):
        today = self.company_id._get_reminder_today()
        overdue = sum(
            (debt.owed for item, debt in debts.items() if item.date_due < today),
            Decimal(0),
        )
        return Stop(
            case=self,
            reason=reason,
            owed=overdue + sum(costs[self.id].values(), Decimal(0)),
            items=items,
            plan=broken[:1],
        )
