"""Other addons that remind customers: whom they write to, and what they have sent.

None of them is needed, and none is imported: what they keep is read from their tables,
and a table or a column that is not there says nothing. Their names are those of Odoo
Enterprise (account_followup) and of OCA's credit-control.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...tools.decimals import to_decimal
from .facts import OTHER_SENDERS

#: Their tables and ours of which they have columns: what is there is looked up once.
TABLES = (
    "account_followup_followup_line",
    "account_invoice_overdue_reminder",
    "account_move",
    "account_move_line",
    "credit_control_line",
    "credit_control_policy",
    "credit_control_policy_level",
    "res_company",
    "res_partner",
)
#: Lines of OCA's credit control of which nothing was sent, or will be.
IGNORED = ("draft", "ignored")


class OtherSender(NamedTuple):
    """An addon that writes to a customer as well.

    :param module: its technical name
    :param level: the step on which the customer stands there, "": none yet
    :param since: its first letter about what is open, None: it keeps no day
    """

    module: str
    level: str
    since: date | None


class SentElsewhere(NamedTuple):
    """What another addon sent about one journal item.

    :param rank: of the step among those of that addon, from 1; 0: before it was due
    :param day: on which it was sent, None: it keeps none
    """

    line_id: int
    number: str
    step: str
    rank: int
    day: date | None
    fee: Decimal


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    # -- who writes to a customer ---------------------------------------------------

    @api.model
    def _read_other_senders(self, cases, modules):
        """Read which other addon writes to the customers of these cases.

        :param modules: names of other addons that are installed
        :return: {case id: :class:`OtherSender`}
        """
        # No more: this is read while what is in the way of a case is being computed.
        self.env["payment.reminder.item"].flush_model(["case_id", "move_line_id"])
        self.env["account.move.line"].flush_model(["reconciled", "parent_state"])
        columns = self._read_foreign_columns()
        found = {}
        for module in self._leave_out_idle(modules):
            query = getattr(self, f"_get_{module}_customers")(columns, cases.ids)
            for case_id, level, since in self.env.execute_query(query) if query else ():
                found.setdefault(case_id, OtherSender(module, level or "", since))
        return found

    @api.model
    def _read_foreign_columns(self):
        """Return {(table, column): its type} of what other addons may have."""
        rows = self.env.execute_query(
            SQL(
                "SELECT table_name, column_name, data_type"
                "  FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND table_name IN %s",
                TABLES,
            )
        )
        return {(table, column): kind for table, column, kind in rows}

    @api.model
    def _leave_out_idle(self, modules):
        """Return those of these addons that write by themselves, or by hand.

        One whose scheduled actions are all off writes to nobody any more: so it can be
        put to rest without being taken out.
        """
        rows = self.env.execute_query(
            SQL(
                # Once a batch, and only beside another sender.
                """
                SELECT data.module
                  FROM ir_model_data data
                  JOIN ir_cron cron ON cron.id = data.res_id
                 WHERE data.model = 'ir.cron' AND data.module IN %s
                 GROUP BY data.module
                HAVING NOT BOOL_OR(cron.active)
                """,
                modules,
            )
        )
        idle = {module for (module,) in rows}
        return [module for module in modules if module not in idle]

    @api.model
    def _get_account_followup_customers(self, columns, case_ids):
        """Return the query (case, level, since) of Odoo's own follow-ups, or None.

        A customer is on it from the first level on, or when a next follow-up is
        planned; not one whose follow-ups are left to a person.
        """
        if ("account_move_line", "followup_line_id") not in columns:
            return None
        planned = _column(columns, "res_partner", "followup_next_action_date")
        if columns.get(("res_partner", "followup_next_action_date")) == "jsonb":
            planned = SQL("%s ->> own.company_id::text", planned)
        return SQL(
            # By the index of items on their case, then by primary keys.
            """
            SELECT DISTINCT ON (own.id) own.id, %(level)s,
                   MIN(%(day)s) OVER (PARTITION BY own.id)
              FROM payment_reminder_case own
              JOIN res_partner ON res_partner.id = own.partner_id
              JOIN payment_reminder_item item ON item.case_id = own.id
              JOIN account_move_line ON account_move_line.id = item.move_line_id
              %(levels)s
             WHERE own.id = ANY(%(cases)s)
               AND account_move_line.reconciled IS NOT TRUE
               AND account_move_line.parent_state = 'posted'
               AND %(kind)s IS DISTINCT FROM 'manual'
               AND (account_move_line.followup_line_id IS NOT NULL
                    OR %(planned)s IS NOT NULL)
             ORDER BY own.id, %(order)s DESC NULLS LAST
            """,
            level=self._in_words(columns, "account_followup_followup_line", "name"),
            day=_column(columns, "account_move_line", "last_followup_date", "date"),
            levels=_join(
                columns,
                "account_followup_followup_line",
                SQL("account_move_line.followup_line_id"),
            ),
            cases=case_ids,
            kind=_column(columns, "res_partner", "followup_reminder_type"),
            planned=planned,
            order=_column(
                columns, "account_followup_followup_line", "delay", "integer"
            ),
        )

    @api.model
    def _get_account_credit_control_customers(self, columns, case_ids):
        """Return the query (case, level, since) of OCA's credit control, or None.

        A customer is on it with a line about what is open, unless the policy of the
        invoice, the customer or the company is to do nothing.
        """
        if ("credit_control_line", "move_line_id") not in columns:
            return None
        return SQL(
            # By the indexes of items on their case and of lines on their journal item.
            """
            SELECT DISTINCT ON (own.id) own.id, %(level)s,
                   MIN(COALESCE(%(sent)s, %(made)s))
                       OVER (PARTITION BY own.id)
              FROM payment_reminder_case own
              JOIN res_partner ON res_partner.id = own.partner_id
              JOIN res_company ON res_company.id = own.company_id
              JOIN payment_reminder_item item ON item.case_id = own.id
              JOIN account_move_line ON account_move_line.id = item.move_line_id
              JOIN account_move ON account_move.id = account_move_line.move_id
              JOIN credit_control_line
                ON credit_control_line.move_line_id = account_move_line.id
              %(levels)s
              %(policies)s
             WHERE own.id = ANY(%(cases)s)
               AND account_move_line.reconciled IS NOT TRUE
               AND account_move_line.parent_state = 'posted'
               AND credit_control_line.state NOT IN %(ignored)s
               AND %(overridden)s IS NOT TRUE
               AND %(nothing)s IS NOT TRUE
             ORDER BY own.id, %(order)s DESC NULLS LAST
            """,
            made=_column(columns, "credit_control_line", "date", "date"),
            order=_column(columns, "credit_control_line", "level", "integer"),
            level=self._in_words(columns, "credit_control_policy_level", "name"),
            sent=_column(columns, "credit_control_line", "date_sent", "date"),
            levels=_join(
                columns,
                "credit_control_policy_level",
                _column(columns, "credit_control_line", "policy_level_id", "integer"),
            ),
            policies=_join(
                columns,
                "credit_control_policy",
                SQL(
                    "COALESCE(%s, %s, %s)",
                    _column(columns, "account_move", "credit_policy_id", "integer"),
                    _column(columns, "res_partner", "credit_policy_id", "integer"),
                    _column(columns, "res_company", "credit_policy_id", "integer"),
                ),
            ),
            cases=case_ids,
            ignored=IGNORED,
            overridden=_column(
                columns, "credit_control_line", "manually_overridden", "boolean"
            ),
            nothing=_column(columns, "credit_control_policy", "do_nothing", "boolean"),
        )

    @api.model
    def _get_account_invoice_overdue_reminder_customers(self, columns, case_ids):
        """Return the query (case, level, since) of OCA's other addon, or None."""
        if ("account_invoice_overdue_reminder", "invoice_id") not in columns:
            return None
        return SQL(
            # By the index of items on their case; that addon is for small companies.
            """
            SELECT DISTINCT ON (own.id) own.id,
                   account_invoice_overdue_reminder.counter::text,
                   MIN(%(day)s) OVER (PARTITION BY own.id)
              FROM payment_reminder_case own
              JOIN res_partner ON res_partner.id = own.partner_id
              JOIN payment_reminder_item item ON item.case_id = own.id
              JOIN account_move_line ON account_move_line.id = item.move_line_id
              JOIN account_move ON account_move.id = account_move_line.move_id
              JOIN account_invoice_overdue_reminder
                ON account_invoice_overdue_reminder.invoice_id = account_move.id
             WHERE own.id = ANY(%(cases)s)
               AND account_move_line.reconciled IS NOT TRUE
               AND account_move_line.parent_state = 'posted'
               AND %(invoice_off)s IS NOT TRUE
               AND %(customer_off)s IS NOT TRUE
             ORDER BY own.id, account_invoice_overdue_reminder.counter DESC
            """,
            day=_column(
                columns, "account_invoice_overdue_reminder", "action_date", "date"
            ),
            cases=case_ids,
            invoice_off=_column(
                columns, "account_move", "no_overdue_reminder", "boolean"
            ),
            customer_off=_column(
                columns, "res_partner", "no_overdue_reminder", "boolean"
            ),
        )

    # -- what was sent --------------------------------------------------------------

    @api.model
    def _read_sent_elsewhere(self, company, module):
        """Read what another addon has sent about what is open in a company.

        :param module: its technical name
        :return: list of :class:`SentElsewhere`, the oldest first
        """
        if module not in OTHER_SENDERS:
            return []
        self.env.flush_all()
        columns = self._read_foreign_columns()
        query = getattr(self, f"_get_{module}_letters")(
            columns, self._get_open(company)
        )
        if not query:
            return []
        return [
            SentElsewhere(line_id, number, step or "", rank or 0, day, to_decimal(fee))
            for line_id, number, step, rank, day, fee in self.env.execute_query(query)
        ]

    @api.model
    def _get_open(self, company):
        """Return SQL of which journal items are open invoices of a company."""
        return SQL(
            # By the index of journal items on their company; once, on request.
            """
            account_move_line.company_id = %s
            AND account_move_line.reconciled IS NOT TRUE
            AND account_move_line.parent_state = 'posted'
            AND account_move_line.display_type = 'payment_term'
            AND account_move_line.amount_residual_currency > 0
            AND account_move.move_type IN ('out_invoice', 'out_receipt')
            """,
            company.id,
        )

    @api.model
    def _get_account_followup_letters(self, columns, is_open):
        """Return the query of the level on which Odoo's follow-ups left each item."""
        levels = "account_followup_followup_line"
        if not {("account_move_line", "followup_line_id"), (levels, "id")} <= {
            *columns
        }:
            return None
        return SQL(
            """
            WITH levels AS (
                SELECT account_followup_followup_line.id, %(name)s AS name,
                       CASE WHEN %(delay)s < 0 THEN 0
                            ELSE RANK() OVER (
                                PARTITION BY %(company)s, %(delay)s < 0
                                    ORDER BY %(delay)s)
                       END AS rank
                  FROM account_followup_followup_line)
            SELECT account_move_line.id, account_move.name, levels.name, levels.rank,
                   %(day)s, 0
              FROM account_move_line
              JOIN account_move ON account_move.id = account_move_line.move_id
              JOIN levels ON levels.id = account_move_line.followup_line_id
             WHERE %(is_open)s
             ORDER BY 5, 1
            """,
            name=self._in_words(columns, levels, "name"),
            delay=_column(columns, levels, "delay", "integer"),
            company=_column(columns, levels, "company_id", "integer"),
            day=_column(columns, "account_move_line", "last_followup_date", "date"),
            is_open=is_open,
        )

    @api.model
    def _get_account_credit_control_letters(self, columns, is_open):
        """Return the query of what OCA's credit control sent, a level a row."""
        if ("credit_control_line", "move_line_id") not in columns:
            return None
        level = _column(columns, "credit_control_line", "level", "integer")
        return SQL(
            """
            SELECT account_move_line.id, account_move.name,
                   COALESCE(%(name)s, %(level)s::text), %(level)s,
                   COALESCE(%(sent)s, %(made)s), COALESCE(%(fee)s, 0)
              FROM credit_control_line
              JOIN account_move_line
                ON account_move_line.id = credit_control_line.move_line_id
              JOIN account_move ON account_move.id = account_move_line.move_id
              %(levels)s
             WHERE credit_control_line.state = 'sent'
               AND %(is_open)s
             ORDER BY 5, 1
            """,
            name=self._in_words(columns, "credit_control_policy_level", "name"),
            level=level,
            sent=_column(columns, "credit_control_line", "date_sent", "date"),
            made=_column(columns, "credit_control_line", "date", "date"),
            # Of another addon of theirs, account_credit_control_dunning_fees.
            fee=_column(
                columns, "credit_control_line", "dunning_fees_amount", "numeric"
            ),
            levels=_join(
                columns,
                "credit_control_policy_level",
                _column(columns, "credit_control_line", "policy_level_id", "integer"),
            ),
            is_open=is_open,
        )

    @api.model
    def _get_account_invoice_overdue_reminder_letters(self, columns, is_open):
        """Return the query of what OCA's other addon sent, a reminder a row."""
        table = "account_invoice_overdue_reminder"
        if (table, "invoice_id") not in columns:
            return None
        counter = _column(columns, table, "counter", "integer")
        return SQL(
            """
            SELECT account_move_line.id, account_move.name, %(counter)s::text,
                   %(counter)s, %(day)s, 0
              FROM account_invoice_overdue_reminder
              JOIN account_move
                ON account_move.id = account_invoice_overdue_reminder.invoice_id
              JOIN account_move_line ON account_move_line.move_id = account_move.id
             WHERE %(is_open)s
             ORDER BY 5, 1
            """,
            counter=counter,
            day=_column(columns, table, "action_date", "date"),
            is_open=is_open,
        )

    @api.model
    def _in_words(self, columns, table, name):
        """Return SQL of a name in the reader's language, where it is translated."""
        column = _column(columns, table, name)
        if columns.get((table, name)) == "jsonb":
            lang = self.env.lang or "en_US"
            return SQL("COALESCE(%s ->> %s, %s ->> 'en_US')", column, lang, column)
        return column


def _column(columns, table, name, kind="text"):
    """Return SQL of a column of another addon, or of NULL where it is not there."""
    if (table, name) in columns:
        return SQL.identifier(table, name)
    return SQL("NULL::%s", SQL(kind))


def _join(columns, table, key):
    """Return SQL that joins a table of another addon by its id, if it is there."""
    if (table, "id") not in columns:
        return SQL()
    return SQL(
        "LEFT JOIN %s ON %s = %s",
        SQL.identifier(table),
        SQL.identifier(table, "id"),
        key,
    )
