"""Of which notices that wait something moved since the guard was asked: a key for each.

It is that of their case (``changes.py``), with what matters to notices alone beside it:
how they stand, how the invoices came, and money that may be anybody's.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import table_exists

from ...rules.verdict import MONEY_CODES, Code
from .money_places import MONEY_DAYS


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _find_moved_notices(self, reminders):
        """Look at which of these waiting notices the guard could find something new.

        Once a day all are judged anew; in between those of which the guard's facts
        moved, those in whose way money or an online payment is, and those whose window
        has ended since. Where the bank is told to collect money, all are.

        :return: {id of such a notice: what it is to be known by afterwards}
        """
        self.env.flush_all()
        [[case_ids, company_ids]] = self.env.execute_query(
            SQL(
                # Thousands may wait: of none a record is read.
                "SELECT ARRAY_AGG(DISTINCT case_id), ARRAY_AGG(DISTINCT company_id)"
                "  FROM payment_reminder WHERE id = ANY(%s)",
                reminders.ids,
            )
        )
        if not case_ids:
            return {}
        cases = self.env["payment.reminder.case"].browse(case_ids)
        companies = self.env["res.company"].sudo().browse(company_ids)
        self.env.cr.execute("SET LOCAL jit = off")
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(scope)s, %(books)s, %(own)s, %(notices)s, %(office)s
                SELECT * FROM (
                SELECT notices.id,
                       CONCAT(days.today, ':', COALESCE(seen.key, 0), ':', world.key,
                              ':', own.key, ':', office.key, ':', arrived.key) AS key,
                       notices.seen_key AS known, notices.key AS own_key,
                       notices.is_pressing OR pressing.case_id IS NOT NULL
                           OR %(all_of_them)s AS is_due
                  FROM notices
                  JOIN cases ON cases.id = notices.case_id
                  JOIN days ON days.company_id = cases.company_id
                  JOIN own ON own.case_id = cases.id
                 CROSS JOIN world
                 CROSS JOIN office
                  LEFT JOIN seen ON seen.case_id = cases.id
                  LEFT JOIN arrived ON arrived.case_id = cases.id
                  LEFT JOIN (SELECT DISTINCT items.case_id
                               FROM due
                               JOIN items ON items.move_line_id = due.line_id
                              WHERE due.pending_transaction) pressing
                    ON pressing.case_id = cases.id
                ) looked
                 WHERE is_due OR known IS DISTINCT FROM CONCAT(key, ':', own_key)
                """,
                scope=self._get_scope(cases, companies),
                books=self._get_books(companies),
                own=self._get_own(),
                notices=self._get_notices(reminders),
                office=self._get_office(companies),
                all_of_them=table_exists(self.env.cr, "account_payment_order"),
            )
        )
        return {row[0]: row[1] for row in rows}

    @api.model
    def _keep_notice_keys(self, reminders, keys):
        """Note on these notices what they were judged by.

        :param keys: of :meth:`_find_moved_notices`
        """
        kept = [notice_id for notice_id in reminders.ids if notice_id in keys]
        if not kept:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH %(notices)s
                UPDATE payment_reminder notice
                   SET seen_key = CONCAT(new.key, ':', notices.key)
                  FROM unnest(%(ids)s, %(keys)s) AS new (id, key)
                  JOIN notices ON notices.id = new.id
                 WHERE notice.id = new.id
                """,
                notices=self._get_notices(reminders.browse(kept)),
                ids=kept,
                keys=[keys[notice_id] for notice_id in kept],
            )
        )
        reminders.invalidate_recordset(["seen_key"], flush=False)

    @api.model
    def _get_notices(self, reminders):
        """Return SQL of the table ``notices`` with the key of their own rows.

        With whether who approved one still may: that is of no weight for another.
        """
        return SQL(
            """
            approvers AS MATERIALIZED (%(approvers)s),
            notices AS MATERIALIZED (
                SELECT notice.id, case_id, seen_key,
                       hashtextextended(CONCAT_WS('|', state, verdict, hold_until,
                           hold_end_date, step_id, approved_by_id, '/',
                           approvers.id IS NULL, '/',
                           approved_ladder_id, amount_principal, amount_claim,
                           override_codes), 0) AS key,
                       is_rest
                       OR is_elsewhere
                       OR override_codes IS NOT NULL
                       OR verdict ?| %(money)s
                       OR (hold_until <= %(now)s AND verdict ? 'hold_window')
                       OR (hold_until > %(now)s AND NOT verdict ? 'hold_window')
                           AS is_pressing
                  FROM payment_reminder notice
                  LEFT JOIN approvers ON approvers.id = notice.approved_by_id
                 WHERE notice.id = ANY(%(ids)s)
            )
            """,
            approvers=self._get_approvers_query(
                SQL(
                    "SELECT approved_by_id FROM payment_reminder WHERE id = ANY(%s)",
                    reminders.ids,
                )
            ),
            # Of another addon no row is in the key either.
            money=[str(code) for code in {*MONEY_CODES.values(), Code.OTHER_SENDER}],
            now=fields.Datetime.now(),
            ids=reminders.ids,
        )

    @api.model
    def _get_office(self, companies):
        """Return SQL of the tables ``office`` (key), what matters to all notices, and
        ``arrived`` (case_id, key): what reached these customers.

        Money that lies anywhere may be about any notice: new money makes all be asked.
        """
        start = min(one._get_reminder_day_start() for one in companies)
        return SQL(
            """
            office AS MATERIALIZED (
                SELECT SUM(hashtextextended(said, 0)) AS key
                  FROM (SELECT money::text AS said FROM money
                         UNION ALL
                        SELECT CONCAT_WS('|', st.id, st.amount, st.amount_currency,
                                   st.partner_id, st.partner_name, st.account_number,
                                   st.payment_ref, st.reminder_keys)
                          FROM account_bank_statement_line st
                         WHERE st.is_reconciled IS NOT TRUE AND st.amount > 0
                         UNION ALL
                        SELECT CONCAT_WS('|', id, state, amount, partner_id, memo, date)
                          FROM account_payment
                         WHERE payment_type = 'inbound'
                           AND (state = 'draft'
                                OR (move_id IS NULL
                                    AND state IN ('in_process', 'paid')
                                    AND date >= %(since)s))
                         UNION ALL
                        SELECT CONCAT_WS('|', id, amount_total, commercial_partner_id,
                                   reversed_entry_id, ref, invoice_origin)
                          FROM account_move
                         WHERE move_type = 'out_refund' AND state = 'draft'
                           AND amount_total > 0
                         UNION ALL
                        SELECT CONCAT_WS('|', id, company_id, reason)
                          FROM payment_reminder_halt WHERE date_end IS NULL
                         UNION ALL
                        SELECT CONCAT('bank', id, sanitized_acc_number, partner_id)
                          FROM res_partner_bank WHERE active
                         UNION ALL
                        SELECT CONCAT('law', id, reviewed_until,
                                   reviewed_until < %(today)s)
                          FROM payment_reminder_jurisdiction
                         WHERE reviewed_until IS NOT NULL
                         UNION ALL
                        SELECT CONCAT('ban', id, is_signalled, valid_from, valid_to,
                                   valid_from <= %(today)s)
                          FROM payment_reminder_jurisdiction_fee
                         WHERE basis = 'forbidden'
                         UNION ALL
                        SELECT value FROM ir_config_parameter
                         WHERE key = 'database.is_neutralized') said
            ), arrived AS MATERIALIZED (
                SELECT case_id, SUM(hashtextextended(said, 0)) AS key
                  FROM (
                    SELECT items.case_id,
                           CONCAT_WS('|', items.id, items.invoice_vouched_by_id, '/',
                               move.is_move_sent, move.ref, '/',
                               move.payment_reference, '/', %(networks)s,
                               COUNT(note.id),
                               SUM(hashtext(note.notification_status))) AS said
                      FROM items
                      JOIN account_move move ON move.id = items.move_id
                      LEFT JOIN (mail_message message
                                 JOIN mail_notification note
                                   ON note.mail_message_id = message.id
                                  AND note.notification_type = 'email')
                        ON message.model = 'account.move' AND message.res_id = move.id
                     GROUP BY items.case_id, items.id, items.invoice_vouched_by_id,
                              move.id
                     UNION ALL
                    SELECT contacts.case_id, CONCAT_WS('|', sent.id, sent.state)
                      FROM payment_reminder_delivery sent
                      JOIN contacts
                        ON contacts.email_normalized = sent.recipient
                        OR contacts.id = sent.partner_id
                     WHERE sent.date_sent >= %(start)s
                       AND sent.state IN ('sending', 'sent', 'uncertain')) said
                 GROUP BY case_id
            )
            """,
            since=fields.Date.today() - timedelta(days=MONEY_DAYS),
            today=fields.Date.today(),
            start=start,
            networks=self._get_network_states(self._get_invoice_networks()),
        )
