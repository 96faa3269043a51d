"""What customers really owed and paid, and the terms on which a ladder is played."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...rules import balance, simulation
from ...rules.schedule import NUDGE
from ...tools.decimals import to_decimal


class PaymentReminderStories(models.AbstractModel):
    """Reads the past for :mod:`rules.simulation`, in a fixed number of queries."""

    _name = "payment.reminder.stories"
    _description = "Payment Reminder Stories"

    # -- the past ---------------------------------------------------------------

    @api.model
    def _get_scope_query(self, company, date_from, date_to):
        """Return FROM and WHERE of the due items that a ladder would have chased."""
        return SQL(
            """
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner partner ON partner.id = move.commercial_partner_id
             WHERE line.company_id = %(company)s
               AND line.display_type = 'payment_term'
               AND line.parent_state = 'posted'
               AND line.amount_currency > 0
               AND line.date_maturity BETWEEN %(date_from)s AND %(date_to)s
               AND account.account_type = 'asset_receivable'
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND move.payment_state NOT IN ('blocked', 'invoicing_legacy')
               AND line.no_followup IS NOT TRUE
               AND move.reminder_excluded IS NOT TRUE
               AND partner.reminder_excluded IS NOT TRUE
            """,
            company=company.id,
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _read_customers(self, company, date_from, date_to, after=0, limit=None):
        """Return ids of customers with invoices that fell due in a time, in order.

        :param after: only ids above this one
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT move.commercial_partner_id %s"
                " AND move.commercial_partner_id > %s ORDER BY 1 LIMIT %s",
                self._get_scope_query(company, date_from, date_to),
                after,
                limit,
            )
        )
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _read_debtors(self, company, partners, date_from, date_to):
        """Read the true story of customers.

        :param partners: res.partner records (commercial partners)
        :param date_from: the first due date that counts
        :param date_to: the last one
        :return: list of (currency, :class:`rules.simulation.Debtor`)
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.date_maturity AS date_due,
                       COALESCE(move.invoice_date, move.date) AS date_known,
                       line.amount_currency AS amount, line.currency_id,
                       line.amount_residual_currency AS residual,
                       move.payment_state, move.commercial_partner_id AS partner_id
                %s AND move.commercial_partner_id = ANY(%s)
                 ORDER BY line.date_maturity, line.id
                """,
                self._get_scope_query(company, date_from, date_to),
                partners.ids,
            )
        )
        money = self._read_money(rows)
        invoices = defaultdict(list)
        for row in rows:
            digits = self.env["res.currency"].browse(row["currency_id"]).decimal_places
            invoices[row["partner_id"], row["currency_id"]].append(
                simulation.Invoice(
                    id=row["id"],
                    date_known=row["date_known"],
                    date_due=row["date_due"],
                    amount=to_decimal(row["amount"], digits),
                    money=tuple(money[row["id"]]),
                )
            )
        calendars = self._get_calendars(company, partners, date_from)
        return [
            (
                self.env["res.currency"].browse(currency_id),
                self._make_debtor(partner_id, calendars[partner_id], group),
            )
            for (partner_id, currency_id), group in invoices.items()
        ]

    @api.model
    def _make_debtor(self, partner_id, calendar, invoices):
        partner = self.env["res.partner"].browse(partner_id)
        return simulation.Debtor(
            id=partner_id,
            kind=partner._get_debtor_kind(),
            calendar=calendar,
            invoices=tuple(invoices),
            grace_days=partner.reminder_grace_days,
        )

    @api.model
    def _get_calendars(self, company, partners, date_from):
        """Return {partner id: calendar of the customer's country}."""
        facts = self.env["payment.reminder.facts"]
        closed = facts._read_closed_days(company, date_from)[company.id]
        home = company.country_id.code or ""
        made = {
            country: facts._make_calendar(company, country, closed)
            for country in {partner.country_id.code or home for partner in partners}
        }
        return {
            partner.id: made[partner.country_id.code or home] for partner in partners
        }

    @api.model
    def _read_money(self, rows):
        """Read when these due items were paid or credited, and how much.

        What Odoo shows as paid without any trace of a payment is taken as paid on
        its due date: a doubt never counts as a reminder.

        :return: {line id: [:class:`rules.simulation.Money`]}
        """
        money = defaultdict(list)
        by_id = {row["id"]: row for row in rows}
        for line_id, amount, day, is_credit in self._read_matchings(list(by_id)):
            currency = self.env["res.currency"].browse(by_id[line_id]["currency_id"])
            money[line_id].append(
                simulation.Money(
                    day, to_decimal(amount, currency.decimal_places), is_credit
                )
            )
        by_move = defaultdict(list)
        for row in rows:
            by_move[row["move_id"]].append(row)
        left = {row["id"]: to_decimal(row["residual"]) for row in rows}
        facts = self.env["payment.reminder.facts"]
        for move_id, day, share in facts._read_in_process_shares(list(by_move)):
            open_amounts = [(row["id"], left[row["id"]]) for row in by_move[move_id]]
            for line_id, part in balance.spread(share, open_amounts).items():
                left[line_id] -= part
                money[line_id].append(simulation.Money(day, part))
        for row in rows:
            if row["payment_state"] in balance.SETTLED and left[row["id"]] > 0:
                money[row["id"]].append(
                    simulation.Money(row["date_due"], left[row["id"]])
                )
        return money

    @api.model
    def _read_matchings(self, line_ids):
        return self.env.execute_query(
            SQL(
                """
                SELECT part.debit_move_id, part.debit_amount_currency, other.date,
                       origin.move_type = 'out_refund'
                  FROM account_partial_reconcile part
                  JOIN account_move_line other ON other.id = part.credit_move_id
                  JOIN account_move origin ON origin.id = other.move_id
                 WHERE part.debit_move_id = ANY(%s)
                 ORDER BY other.date, part.id
                """,
                line_ids,
            )
        )

    # -- the terms --------------------------------------------------------------

    @api.model
    def _get_conditions(
        self, ladder, company, currency, debtor_kind, day, hold_days, changes=None
    ):
        """Return the terms of a ladder (:class:`rules.simulation.Conditions`).

        :param currency: of the claims
        :param day: amounts of the law are converted at the rate of this day
        :param hold_days: so long a case is held after a part payment or a credit note
        :param changes: payment.reminder.simulation.change records that are played along
        """
        figures = self.env["payment.reminder.figures"]
        law = ladder.jurisdiction_id
        statute = law._get_statute()
        # Never saved: the figures ask a case for its company and currency.
        case = self.env["payment.reminder.case"].new(
            {"company_id": company.id, "currency_id": currency.id}
        )
        tables = law._get_rate_tables()[law] if law else {}
        schedule = ladder._get_schedule(debtor_kind)
        return simulation.Conditions(
            ladder=changes._apply(schedule) if changes else schedule,
            terms={
                step.id: simulation.Terms(
                    **figures._prepare_terms(case, step, statute, day),
                    hold_hours=step.hold_hours,
                    deadline_days=step.deadline_days,
                )
                for step in ladder._get_active_steps()
            },
            hold_days=hold_days,
            **figures._prepare_conditions(case, statute, tables, day),
        )


class PaymentReminderSimulationChange(models.Model):
    """What would be otherwise at one step of a ladder: tried, and never in force."""

    _name = "payment.reminder.simulation.change"
    _description = "Payment Reminder What-If Change"
    _order = "step_id, id"
    _rec_name = "step_id"

    simulation_id = fields.Many2one(
        "payment.reminder.simulation", required=True, index=True, ondelete="cascade"
    )
    step_id = fields.Many2one(
        "payment.reminder.step", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(related="step_id.kind")
    days_now = fields.Integer(related="step_id.delay_days", string="Days now")
    delay_from = fields.Selection(related="step_id.delay_from", string="Counted")
    delay_days = fields.Integer(string="Days tried")
    is_sent = fields.Boolean(
        string="Sent",
        default=True,
        help="Untick it to try the ladder without the step.",
    )

    @api.constrains("delay_days", "step_id", "simulation_id")
    def _check_change(self):
        for change in self:
            if change.step_id.ladder_id != change.simulation_id.ladder_id:
                raise ValidationError(
                    self.env._("A change is about a step of the ladder that is tried.")
                )
            is_before = change.step_id.kind == NUDGE
            if change.delay_days > 0 if is_before else change.delay_days < 0:
                raise ValidationError(
                    self.env._(
                        "“%(step)s” cannot come after %(days)s days: a nudge comes "
                        "before the due date, every other step after it.",
                        step=change.step_id.name,
                        days=change.delay_days,
                    )
                )

    def _find_real(self):
        """Return those that change something."""
        return self.filtered(
            lambda change: not change.is_sent or change.delay_days != change.days_now
        )

    def _apply(self, ladder):
        """Return a :class:`rules.schedule.Ladder` with these changes."""
        return simulation.change(
            ladder,
            {change.step_id.id: change.delay_days for change in self},
            self.filtered(lambda change: not change.is_sent).step_id.ids,
        )

    def _get_days_ahead(self):
        """Return how many days before its due date an item is of interest by these."""
        nudges = self.filtered(lambda change: change.kind == NUDGE and change.is_sent)
        return max([-min(nudges.mapped("delay_days"), default=0), 0])

    def _tell(self):
        """Return in words what these change."""
        return ", ".join(
            self.env._(
                "%(step)s: %(days)s days instead of %(now)s",
                step=change.step_id.name,
                days=change.delay_days,
                now=change.days_now,
            )
            if change.is_sent
            else self.env._("without %s", change.step_id.name)
            for change in self
        )
