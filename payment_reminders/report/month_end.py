import base64
from collections import defaultdict
from datetime import datetime, time
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..rules import ageing, balance
from ..tools.decimals import to_decimal

AMOUNT, OWN, TEXT, NUMBER = "amount", "own", "text", "number"
CLAIM_KINDS = ("fee", "interest", "compensation", "payment", "waiver", "transfer")
#: What went along to a collection service has a column where there is such.
GIVEN = "handover"


class PaymentReminderMonthEnd(models.TransientModel):
    """What an accountant needs of payment reminders to close a month.

    One list of sections feeds the page and the spreadsheet.
    """

    _name = "payment.reminder.month.end"
    _description = "Payment Reminder Month-End Sheet"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="As of",
        required=True,
        default=lambda self: (
            self.env.company._get_reminder_today().replace(day=1)
            - relativedelta(days=1)
        ),
        help="Everything is told as it was at the end of this day; waivers are those "
        "of its month.",
    )
    percent_d30 = fields.Float(string="1 to 30 days", default=ageing.PERCENTS["d30"])
    percent_d60 = fields.Float(string="31 to 60 days", default=ageing.PERCENTS["d60"])
    percent_d90 = fields.Float(string="61 to 90 days", default=ageing.PERCENTS["d90"])
    percent_older = fields.Float(
        string="Over 90 days", default=ageing.PERCENTS[ageing.OLDER]
    )
    percent_insolvent = fields.Float(
        string="Insolvent customers", default=ageing.PERCENT_INSOLVENT
    )
    body = fields.Html(compute="_compute_body", sanitize=False)
    file = fields.Binary(readonly=True, attachment=False)

    _percents_in_range = models.Constraint(
        "CHECK(percent_d30 BETWEEN 0 AND 100 AND percent_d60 BETWEEN 0 AND 100"
        " AND percent_d90 BETWEEN 0 AND 100 AND percent_older BETWEEN 0 AND 100"
        " AND percent_insolvent BETWEEN 0 AND 100)",
        "A share of doubtful debts lies between 0 and 100 %.",
    )

    @api.depends(
        "company_id",
        "date",
        "percent_d30",
        "percent_d60",
        "percent_d90",
        "percent_older",
        "percent_insolvent",
    )
    @api.depends_context("lang")
    def _compute_body(self):
        for record in self:
            complete = record.company_id and record.date
            record.body = complete and self.env["ir.qweb"]._render(
                "payment_reminders.month_end_body",
                {"record": record, "sections": record._get_sections()},
            )

    @api.depends("date")
    def _compute_display_name(self):
        self.display_name = self.env._("Month-End Sheet")

    def action_export(self):
        """Download the sheet as a spreadsheet."""
        self.ensure_one()
        self.file = base64.b64encode(self._make_spreadsheet())
        name = f"payment-reminders-{self.date}.xlsx"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{name}?download=true",
            "target": "self",
        }

    def action_print(self):
        """Print the sheet, or keep it as a PDF."""
        self.ensure_one()
        self._check_reader()
        report = self.env.ref("payment_reminders.action_report_month_end")
        return report.report_action(self, config=False)

    def _check_reader(self):
        """Refuse who is no manager of the company of the sheet."""
        self.env["res.users"]._check_reminder_manager()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))

    def _is_blank(self, value):
        """Tell whether a cell of the page is left empty: what is nothing."""
        if isinstance(value, tuple):
            amount, currency = value
            return currency.is_zero(amount)
        return not isinstance(value, str) and self.currency_id.is_zero(value)

    # -- sections ---------------------------------------------------------------

    def _get_sections(self):
        """Return what the sheet says, section by section.

        :return: list of dicts: ``code``, ``title``, ``columns`` ([(label, type)], a
            type being ``text``, ``number``, ``amount`` in the company's currency or
            ``own``, a pair of an amount and its currency), ``rows`` and ``total``
            (lists of values; total may be empty), ``cases`` (the case that a row is
            about, or an empty one, by its place), and ``note`` (what is left out)
        """
        self.ensure_one()
        self._check_reader()
        claims = self._read_claims()
        return [
            self._get_claims(claims),
            *self._get_claims_by_currency(claims),
            self._get_waivers(),
            self._get_questions(),
            self._get_doubtful(),
        ]

    def _make_section(self, code, title, columns, rows, cases=None, note=""):
        total = []
        if rows:
            sums = [
                sum(row[place] for row in rows) if kind in (AMOUNT, NUMBER) else ""
                for place, (_label, kind) in enumerate(columns)
            ]
            total = [self.env._("Total"), *sums[1:]]
        return {
            "code": code,
            "title": title,
            "columns": columns,
            "rows": rows,
            "total": total,
            "note": note,
            "cases": cases or [self.env["payment.reminder.case"]] * len(rows),
        }

    def _to_home(self, amount, currency):
        """Return an amount in the company's currency, at the rate of the day."""
        return currency._convert(
            amount, self.company_id.currency_id, self.company_id, self.date
        )

    def _read_claims(self):
        """Read what stands on the claim ledgers, case by case.

        :return: {case: {kind: (amount in the case's currency, in the company's)}}, of
            the cases on which something is open
        """
        groups = self.env["payment.reminder.claim.line"]._read_group(
            [
                ("case_id.company_id", "=", self.company_id.id),
                ("date", "<=", self.date),
            ],
            ["case_id", "kind"],
            ["amount:sum"],
        )
        is_given = any(kind == GIVEN for _case, kind, _amount in groups)
        kinds = (*CLAIM_KINDS, GIVEN) if is_given else CLAIM_KINDS
        claims = defaultdict(lambda: dict.fromkeys(kinds, (0.0, 0.0)))
        for case, kind, amount in groups:
            claims[case][kind] = (amount, self._to_home(amount, case.currency_id))
        return {
            case: amounts
            for case, amounts in claims.items()
            if not case.currency_id.is_zero(sum(own for own, _home in amounts.values()))
        }

    def _get_claim_labels(self, claims):
        """Return the names of the kinds of entries that these claims tell apart."""
        labels = self.env["payment.reminder.claim.line"]._fields["kind"]
        labels = dict(labels._description_selection(self.env))
        kinds = next(iter(claims.values()), CLAIM_KINDS)
        return [labels[kind] for kind in kinds]

    def _has_other_currency(self, claims):
        return any(case.currency_id != self.currency_id for case in claims)

    def _get_claims(self, claims):
        """Return what stands on the claim ledgers and nowhere in the accounts.

        What is in another currency is shown in both.
        """
        has_other = self._has_other_currency(claims)
        cases = sorted(
            claims, key=lambda case: (case.partner_id.display_name, case.name)
        )
        rows = []
        for case in cases:
            amounts = claims[case]
            row = [
                case.partner_id.display_name,
                case.name,
                *(home for _own, home in amounts.values()),
                sum(home for _own, home in amounts.values()),
            ]
            if has_other:
                own = sum(own for own, _home in amounts.values())
                row.append((own, case.currency_id))
            rows.append(row)
        columns = [
            (self.env._("Customer"), TEXT),
            (self.env._("Case"), TEXT),
            *((label, AMOUNT) for label in self._get_claim_labels(claims)),
            (self.env._("Still open"), AMOUNT),
        ]
        if has_other:
            columns.append((self.env._("Open in its currency"), OWN))
        return self._make_section(
            "claims",
            self.env._("Claims that are not booked"),
            columns,
            rows,
            cases,
        )

    def _get_claims_by_currency(self, claims):
        """Return the same claims added up by currency, if there is more than one's own.

        The last column adds up to the total of all claims.
        """
        if not self._has_other_currency(claims):
            return []
        kinds = next(iter(claims.values()))
        sums = defaultdict(lambda: dict.fromkeys(kinds, (0.0, 0.0)))
        for case, amounts in claims.items():
            of_currency = sums[case.currency_id]
            for kind, (own, home) in amounts.items():
                before_own, before_home = of_currency[kind]
                of_currency[kind] = (before_own + own, before_home + home)
        rows = [
            [
                currency.name,
                *((own, currency) for own, _home in amounts.values()),
                (sum(own for own, _home in amounts.values()), currency),
                sum(home for _own, home in amounts.values()),
            ]
            for currency, amounts in sums.items()
        ]
        section = self._make_section(
            "claims_by_currency",
            self.env._("The same claims by currency"),
            [
                (self.env._("Currency"), TEXT),
                *((label, OWN) for label in self._get_claim_labels(claims)),
                (self.env._("Still open"), OWN),
                (self.env._("In %s", self.currency_id.name), AMOUNT),
            ],
            sorted(rows, key=lambda row: row[0]),
        )
        return [section]

    def _get_waivers(self):
        """Return what was waived in the month, by whom and why."""
        found = defaultdict(lambda: [0, 0.0])
        lines = self.env["payment.reminder.claim.line"].search(
            [
                ("case_id.company_id", "=", self.company_id.id),
                ("kind", "=", "waiver"),
                ("date", ">=", self.date.replace(day=1)),
                ("date", "<=", self.date),
            ]
        )
        for line in lines:
            # sudo: who forgave what is the sheet's business, other users are not.
            entry = found[line.user_id.sudo().name or "", line.note or ""]
            entry[0] += 1
            entry[1] -= self._to_home(line.amount, line.currency_id)
        return self._make_section(
            "waivers",
            self.env._("Waived this month"),
            [
                (self.env._("By"), TEXT),
                (self.env._("Reason"), TEXT),
                (self.env._("Entries"), NUMBER),
                (self.env._("Amount"), AMOUNT),
            ],
            [[user, note, *entry] for (user, note), entry in sorted(found.items())],
        )

    def _get_questions(self):
        """Return the questions that were open at the end of the day, by age."""
        labels = self.env["payment.reminder.query"]._fields["kind"]
        labels = dict(labels._description_selection(self.env))
        midnight = self._get_day_end()
        queries = self.env["payment.reminder.query"].search(
            [
                ("case_id.company_id", "=", self.company_id.id),
                ("date_asked", "<", midnight),
                "|",
                ("date_answered", "=", False),
                ("date_answered", ">=", midnight),
            ]
        )
        codes = ageing.CODES[1:]
        found = defaultdict(lambda: dict.fromkeys(codes, 0))
        for query in queries:
            asked = self.company_id._get_reminder_today(query.date_asked)
            found[labels[query.kind]][
                ageing.bucket(max((self.date - asked).days, 1))
            ] += 1
        return self._make_section(
            "questions",
            self.env._("Open questions by age"),
            [
                (self.env._("Kind"), TEXT),
                *((label, NUMBER) for label in self._get_age_labels()[1:]),
                (self.env._("All"), NUMBER),
            ],
            [
                [kind, *ages.values(), sum(ages.values())]
                for kind, ages in sorted(found.items())
            ],
        )

    def _get_day_end(self):
        """Return the moment (UTC) at which the day is over for the company."""
        after = datetime.combine(self.date + relativedelta(days=1), time(12))
        return self.company_id._get_reminder_day_start(after)

    def _get_age_labels(self):
        ages = self.env["payment.reminder.report.overdue"]._get_ages()
        return [label for _code, label in ages]

    # -- doubtful debts ---------------------------------------------------------

    def _get_doubtful(self):
        """Return what was open by age, and what of it is proposed as doubtful."""
        insolvent = self._find_insolvent()
        ages = defaultdict(lambda: dict.fromkeys(ageing.CODES, Decimal(0)))
        for partner_id, date_due, owed in self._read_open():
            ages[partner_id][ageing.bucket((self.date - date_due).days)] += owed
        partners = self.env["res.partner"].browse(ages).sorted("display_name")
        rows = []
        for partner in partners:
            amounts = ages[partner.id]
            is_insolvent = partner.id in insolvent
            rows.append(
                [
                    partner.display_name,
                    self.env._("Insolvent") if is_insolvent else "",
                    *map(float, amounts.values()),
                    float(sum(amounts.values())),
                    float(self._propose_doubtful(amounts, is_insolvent)),
                ]
            )
        return self._make_section(
            "doubtful",
            self.env._("Proposal of doubtful debts"),
            [
                (self.env._("Customer"), TEXT),
                (self.env._("Insolvency"), TEXT),
                *((label, AMOUNT) for label in self._get_age_labels()),
                (self.env._("Open"), AMOUNT),
                (self.env._("Doubtful"), AMOUNT),
            ],
            rows,
            self._find_cases(partners),
            # What was open there on a day that is over nobody tells.
            self.env["payment.reminder.report"]._get_uncounted(self.company_id),
        )

    def _find_cases(self, partners):
        """Return the case of each of these customers, an open one if there is any."""
        Case = self.env["payment.reminder.case"]
        cases = Case.search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "in", partners.ids),
            ]
        )
        found = {
            case.partner_id: case
            for case in cases.sorted(lambda case: case.state != "closed")
        }
        return [found.get(partner, Case) for partner in partners]

    def _propose_doubtful(self, amounts, is_insolvent):
        """Return what is doubtful of a customer's debt.

        :param amounts: {age: amount}
        """
        digits = self.currency_id.decimal_places
        if is_insolvent:
            percent = to_decimal(self.percent_insolvent, 2)
            return ageing.doubtful(sum(amounts.values()), percent, digits)
        return sum(
            ageing.doubtful(
                amounts[code], to_decimal(self[f"percent_{code}"], 2), digits
            )
            for code in ageing.CODES[1:]
        )

    def _find_insolvent(self):
        """Return ids of the customers who were held as insolvent on the day."""
        midnight = self._get_day_end()
        freezes = self.env["payment.reminder.freeze"].search(
            [
                ("case_id.company_id", "=", self.company_id.id),
                ("reason", "=", "insolvency"),
                ("date_start", "<", midnight),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", midnight),
            ]
        )
        return set(freezes.case_id.partner_id.ids)

    def _read_open(self):
        """Read what was open on invoices on the day, in the company's currency.

        Matchings and payments without a journal entry of a later day are not yet
        taken off; what Odoo shows as paid without a trace counts as paid.

        :return: list of (customer id, due date, Decimal)
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.date_maturity AS date_due,
                       line.amount_residual_currency AS residual,
                       line.amount_currency, line.balance,
                       move.payment_state, move.commercial_partner_id AS partner_id,
                       line.balance - COALESCE(SUM(part.amount) FILTER (
                           WHERE other.date <= %(day)s), 0) AS owed
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                  LEFT JOIN account_partial_reconcile part
                    ON part.debit_move_id = line.id
                  LEFT JOIN account_move_line other ON other.id = part.credit_move_id
                 WHERE line.company_id = %(company)s
                   AND line.parent_state = 'posted'
                   AND line.display_type = 'payment_term'
                   AND line.balance > 0
                   AND account.account_type = 'asset_receivable'
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                   AND move.date <= %(day)s
                 GROUP BY line.id, move.id
                HAVING line.balance - COALESCE(SUM(part.amount) FILTER (
                           WHERE other.date <= %(day)s), 0) > 0
                 ORDER BY line.date_maturity, line.id
                """,
                company=self.company_id.id,
                day=self.date,
            )
        )
        taken = self._read_in_process(rows)
        digits = self.currency_id.decimal_places
        found = []
        for row in rows:
            owed = to_decimal(row["owed"], digits) - taken[row["id"]]
            if owed > 0:
                found.append((row["partner_id"], row["date_due"], owed))
        return found

    def _read_in_process(self, rows):
        """Return {line id: what payments without a journal entry took by the day}."""
        taken = defaultdict(Decimal)
        by_move = defaultdict(list)
        for row in rows:
            by_move[row["move_id"]].append(row)
        facts = self.env["payment.reminder.facts"]
        explained = set()
        for move_id, day, share in facts._read_in_process_shares(list(by_move)):
            explained.add(move_id)
            if day <= self.date:
                self._take(taken, by_move[move_id], share)
        for move_id, lines in by_move.items():
            unexplained = move_id not in explained
            if unexplained and lines[0]["payment_state"] in balance.SETTLED:
                self._take(taken, lines, sum(Decimal(row["residual"]) for row in lines))
        return taken

    def _take(self, taken, rows, share):
        """Spread a share in the invoice's currency, in the company's currency."""
        digits = self.currency_id.decimal_places
        open_amounts = [(row["id"], Decimal(row["residual"])) for row in rows]
        rate = {row["id"]: row["balance"] / row["amount_currency"] for row in rows}
        for line_id, part in balance.spread(share, open_amounts).items():
            taken[line_id] += round(part * rate[line_id], digits)
