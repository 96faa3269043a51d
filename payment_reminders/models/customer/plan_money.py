"""Money that may be an instalment of a plan, and lies unmatched at the bank."""

from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.tools import format_date, html2plaintext

from ...rules import doubts
from ...rules import plan as plan_rules
from ...tools.decimals import to_decimal
from ...tools.money import format_code


class PaymentReminderPlan(models.Model):
    _inherit = "payment.reminder.plan"

    waits_for_money = fields.Boolean(
        string="Money came in that is not matched",
        readonly=True,
        copy=False,
        help="What is late may lie unmatched at the bank: match it, or say that it is "
        "not about this customer. Until then the plan is not called broken.",
    )

    def _wait_for_money(self, late):
        """Call no plan broken, and no instalment missed, whose money may be there.

        :param late: {plan: :class:`rules.plan.Progress`} of plans that miss money
        :return: the same, as far as the money that came in leaves it so
        """
        found = self._read_unmatched_money()
        judged = {}
        for plan, progress in late.items():
            money = found[plan]
            hopeful = plan._get_progress_with(
                sum(progress.paid, Decimal(0))
                + sum((amount for amount, _day in money), Decimal(0))
            )
            judged[plan] = plan_rules.wait(progress, hopeful)
            if judged[plan] != progress and not plan.waits_for_money:
                plan._tell_of_money(money)
            plan.waits_for_money = judged[plan] != progress
        return judged

    def _tell_of_money(self, money):
        """Ask a person to match what may be an instalment.

        :param money: [(amount, day)]
        """
        self.ensure_one()
        case = self.case_id._in_staff_language()
        listed = ", ".join(
            case.env._(
                "%(amount)s from %(date)s",
                amount=format_code(case.env, amount, self.currency_id),
                date=format_date(case.env, day),
            )
            for amount, day in money
        )
        case._call_responsible(
            case.env._("Match the payment of %s", self.partner_id.name),
            self,
            note=case.env._(
                "It may be an instalment: %s came in and is not matched yet. The plan "
                "waits until it is matched, or ignored for this customer.",
                listed,
            ),
        )

    def _read_unmatched_money(self):
        """Read what came in since these plans began, may be theirs, and is unmatched.

        :return: {plan: [(amount in the plan's currency, day)]}
        """
        facts = self.env["payment.reminder.facts"]
        credits = facts._read_unallocated_credits(self.case_id)
        roots = facts._get_roots(self.company_id)
        lines = self._find_open_bank_lines(list(roots)).grouped(
            lambda line: roots[line.company_id.id]
        )
        expected = self._get_expected_instalments()
        found = defaultdict(list)
        for plan in self:
            case, company = plan.case_id, plan.company_id
            found[plan] = [
                (plan._convert_from_company(credit), credit.day)
                for credit in credits[case.id]
                if credit.day >= plan.date_start
            ]
            for line in lines.get(company.root_id.id, ()):
                bank_line = self._make_bank_line(line)
                amount = bank_line.amounts.get(plan.currency_id.id)
                if (
                    amount
                    and line.date >= plan.date_start
                    and line not in case.ignored_line_ids.statement_line_id
                    and doubts.find_fits(bank_line, expected[plan])
                ):
                    found[plan].append((amount, line.date))
        return found

    def _find_open_bank_lines(self, company_ids):
        """Return incoming bank lines that may be of the customers of these plans."""
        payers = self.env["payment.reminder.facts"]._get_payers(self.case_id)
        # sudo: a rep learns only that money is there, and whoever keeps the books
        # looks at the bank line.
        return (
            self.env["account.bank.statement.line"]
            .sudo()
            .search(
                [
                    ("company_id", "in", company_ids),
                    ("is_reconciled", "=", False),
                    ("amount", ">", 0),
                    ("date", ">=", min(self.mapped("date_start"))),
                    ("move_id.state", "=", "posted"),
                    "|",
                    ("partner_id", "=", False),
                    ("partner_id.commercial_partner_id", "in", payers.ids),
                ]
            )
        )

    def _make_bank_line(self, line):
        amounts = {line.currency_id.id: to_decimal(line.amount)}
        if line.foreign_currency_id:
            amounts[line.foreign_currency_id.id] = to_decimal(line.amount_currency)
        texts = (
            line.payment_ref,
            line.ref,
            html2plaintext(line.narration or ""),
            str(line.transaction_details or ""),
        )
        return doubts.BankLine(
            partner_id=line.partner_id.commercial_partner_id.id or None,
            partner_name=line.partner_name or "",
            text="\n".join(filter(None, texts)),
            account=line.account_number or "",
            amounts=amounts,
            day=line.date,
        )

    def _get_expected_instalments(self):
        """Return {plan: :class:`rules.doubts.Expected`} of what is to come of it."""
        facts = self.env["payment.reminder.facts"]
        accounts = facts._read_bank_accounts(self.case_id.partner_id)
        expected = {}
        for plan in self:
            partner, moves = plan.case_id.partner_id, plan.item_ids.move_id
            digits = plan.currency_id.decimal_places
            expected[plan] = doubts.Expected(
                partner_id=partner.id,
                partner_name=partner.name or "",
                references=frozenset(
                    {
                        *moves.mapped("name"),
                        *moves.mapped("payment_reference"),
                        plan.case_id.name,
                    }
                    - {False, "/", ""}
                ),
                accounts=frozenset(accounts[partner.id]),
                currency_id=plan.currency_id.id,
                items=tuple(
                    doubts.OpenItem(to_decimal(row.amount - row.amount_paid, digits))
                    for row in plan.instalment_ids
                    if row.amount > row.amount_paid
                ),
                partner_ids=frozenset(facts._get_payers(plan.case_id).ids),
            )
        return expected

    def _convert_from_company(self, credit):
        """Return the amount of a credit in the currency of this plan."""
        self.ensure_one()
        company = self.company_id
        return to_decimal(
            company.currency_id._convert(
                float(credit.amount), self.currency_id, company, credit.day
            ),
            self.currency_id.decimal_places,
        )
