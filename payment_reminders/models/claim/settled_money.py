"""What the money that settled invoices tells of the costs that notices claimed.

It may have come before the notice left, and was only booked late; or it may have
brought the costs along, in one sum with the invoices.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...tools.decimals import to_decimal
from ...tools.money import format_code

ZERO = Decimal(0)
COSTS = ("fee", "interest", "compensation")


class PaymentReminderSettledMoney(models.AbstractModel):
    """Looks at the money that settled due items of cases with open costs."""

    _name = "payment.reminder.settled.money"
    _description = "Money That Settled Reminded Invoices"

    @api.model
    def _judge(self, cases):
        """Take back costs that were never due, and settle those that were paid.

        :param cases: of which a due item was settled a moment ago, with a claim ledger
        """
        for case in cases:
            self._take_back_unfounded(case)
            left = case._get_rest()
            if left > 0:
                self._look_at_surplus(case, left)

    # -- paid in time, booked late -------------------------------------------------

    @api.model
    def _take_back_unfounded(self, case):
        """Reverse the costs of notices that left after the money had come.

        Who had paid when a notice left owes nothing for it, whenever that is booked.
        """
        notices = case.claim_line_ids.filtered(
            lambda line: (
                line.kind in COSTS
                and not line.reversal_of_id
                and not line.reversed_by_ids
            )
        ).reminder_id.filtered("line_ids")
        if not notices:
            return
        settled = self._read_settling_days(notices.line_ids.item_id)
        for notice in notices:
            left_on = case.company_id._get_reminder_today(notice.sent_date)
            asked = notice.line_ids.filtered("step_id").item_id
            days = [settled.get(item) for item in asked]
            costs = sum(
                case.claim_line_ids.filtered(
                    lambda line, notice=notice: line.reminder_id == notice
                ).mapped("amount")
            )
            if (
                days
                and all(day and day < left_on for day in days)
                # What was paid of them already is a question of its own.
                and to_decimal(costs) <= case._get_rest()
            ):
                self._take_back(case, notice)

    @api.model
    def _take_back(self, case, notice):
        told = case._in_staff_language()
        lines = notice.with_env(told.env)._reverse_claims(
            told.env._("It was paid before this notice left, and booked later.")
        )
        amount = -sum(lines.mapped("amount"))
        case.invalidate_recordset(["claim_line_ids"])
        case._log_event(
            "costs_waived",
            {
                "amount": str(to_decimal(amount, case.currency_id.decimal_places)),
                "reason": "paid_before",
                "reminder": notice.id,
            },
        )

    @api.model
    def _read_settling_days(self, items):
        """Return {item: the day of the last money on it} of those that are settled."""
        owed = items._read_owed()
        paid = items.filtered(lambda item: owed[item] == 0)
        days = defaultdict(list)
        booked = self.env["payment.reminder.figures"]._read_payments(paid)
        for item in paid:
            # The entry of an exchange difference takes nothing of the debt.
            days[item] += [p.date for p in booked[item.id] if p.amount > 0]
        shares = self.env["payment.reminder.facts"]._read_in_process_shares(
            paid.move_id.ids
        )
        for move_id, day, share in shares:
            for item in paid.filtered(lambda item, m=move_id: item.move_id.id == m):
                if share > 0:
                    days[item].append(day)
        return {item: max(some) for item, some in days.items() if some}

    # -- the costs came along ------------------------------------------------------

    @api.model
    def _look_at_surplus(self, case, left):
        """Settle open costs by what came in beside the invoices, or ask about it.

        :param left: the open costs, in the case's currency
        """
        asked_before = case.freeze_ids.filtered(
            lambda freeze: (
                freeze.reason == "rest"
                and not (case.date_open and freeze.date_start < case.date_open)
            )
        )
        if asked_before:
            return
        booked, lying = self._read_surplus(case)
        if booked == left:
            case._settle_costs(
                "payment", case._in_staff_language().env._("Came with the invoices")
            )
            case._log_event("costs_paid", {"amount": str(left)})
        elif booked + lying >= left and (
            case._has_open_items() or case.ladder_id.rest_policy not in (False, "waive")
        ):
            self._ask_about(case, booked + lying, left)

    @api.model
    def _ask_about(self, case, surplus, left):
        told = case._in_staff_language()

        def money(amount):
            return format_code(told.env, amount, case.currency_id)

        why = told.env._(
            "%(surplus)s more came in than the invoices asked; %(open)s of fees and "
            "interest are open. Are they paid by it?",
            surplus=money(surplus),
            open=money(left),
        )
        if case._has_open_items():
            told._freeze("rest", why)
            told._ask_person(told.env._("More came in than was invoiced"), why)
        else:
            told._rest_ask(why)

    @api.model
    def _read_surplus(self, case):
        """Read what the payments of this case brought beside its invoices.

        :return: (what its entry booked elsewhere, as income; what lies open or was
            moved from the customer's account), in the case's currency
        """
        items = case.item_ids.filtered(lambda item: not item.is_dropped)
        since = min(case.claim_line_ids.mapped("date"))
        if case.date_open:
            opened = case.company_id._get_reminder_today(case.date_open)
            since = max(since, opened)
        [(booked, lying)] = self.env.execute_query(
            SQL(
                """
                WITH settling AS (
                    SELECT DISTINCT other.move_id
                      FROM account_partial_reconcile part
                      JOIN account_move_line other ON other.id = part.credit_move_id
                     WHERE part.debit_move_id = ANY(%(lines)s)
                ), money AS (
                    SELECT move_id FROM settling
                     UNION
                    -- The bank line by which a registered payment came in.
                    SELECT bank_item.move_id
                      FROM settling
                      JOIN account_move_line own
                        ON own.move_id = settling.move_id AND own.balance > 0
                      JOIN account_partial_reconcile part ON part.debit_move_id = own.id
                      JOIN account_move_line bank_item
                        ON bank_item.id = part.credit_move_id
                )
                SELECT SUM(-line.amount_currency)
                           FILTER (WHERE account.account_type NOT LIKE 'asset%%'),
                       SUM(-line.amount_currency - COALESCE(spent.amount, 0))
                           FILTER (WHERE account.account_type = 'asset_receivable'
                                     AND line.balance < 0)
                  FROM money
                  JOIN account_move move ON move.id = money.move_id
                  JOIN account_move_line line ON line.move_id = move.id
                  JOIN account_account account ON account.id = line.account_id
                  LEFT JOIN LATERAL (
                       -- On invoices, or paid back to the customer.
                       SELECT SUM(part.credit_amount_currency) AS amount
                         FROM account_partial_reconcile part
                         JOIN account_move_line debit ON debit.id = part.debit_move_id
                         JOIN account_move asked ON asked.id = debit.move_id
                        WHERE part.credit_move_id = line.id
                          AND (asked.move_type != 'entry'
                               OR asked.statement_line_id IS NOT NULL
                               OR asked.origin_payment_id IS NOT NULL)
                       ) spent ON TRUE
                 WHERE (move.statement_line_id IS NOT NULL
                        OR move.origin_payment_id IS NOT NULL)
                   AND move.state = 'posted'
                   AND move.date >= %(since)s
                   AND line.currency_id = %(currency)s
                """,
                lines=items.move_line_id.ids,
                since=since,
                currency=case.currency_id.id,
            )
        )
        digits = case.currency_id.decimal_places
        return (
            to_decimal(booked or 0, digits),
            to_decimal(lying or 0, digits) + self._read_over(case, items, since),
        )

    @api.model
    def _read_over(self, case, items, since):
        """Read what is over on payments without a journal entry, of open invoices."""
        moves = items.move_id.filtered(lambda move: move.amount_residual > 0)
        payments = moves.matched_payment_ids.filtered(
            lambda payment: (
                payment.payment_type == "inbound"
                and payment.state in ("in_process", "paid")
                and not payment.move_id
                and payment.currency_id == case.currency_id
                and payment.date >= since
            )
        )
        if not payments:
            return ZERO
        shares = self.env["payment.reminder.facts"]._read_in_process_shares(moves.ids)
        digits = case.currency_id.decimal_places
        total = sum((to_decimal(p.amount, digits) for p in payments), ZERO)
        return max(total - sum((share for _m, _d, share in shares), ZERO), ZERO)
