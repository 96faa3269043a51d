"""Which cases have moved since they were last looked at: one key for each.

A refresh of a case of which nothing moved finds nothing. So that a quiet night costs
next to nothing, PostgreSQL hashes what a refresh would read, for all cases in one
statement: the rows of the readers' own queries, and what the ORM reads of the case, its
customer and the settings. It takes values, not the dates of changes, and so it sees
what was written past Odoo, too. What the day alone does to a case is asked beside it.
"""

from dataclasses import dataclass
from datetime import timedelta

import holidays
import phonenumbers

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules.lifecycle import BUSY
from .facts import OTHER_SENDERS
from .money_places import MONEY_DAYS

#: Tables of which every row may matter to every case: settings, law and calendar.
WORLD = (
    "payment_reminder_ladder",
    "payment_reminder_step",
    "payment_reminder_jurisdiction",
    "payment_reminder_jurisdiction_fee",
    "payment_reminder_jurisdiction_margin",
    "payment_reminder_jurisdiction_compensation",
    "payment_reminder_reference",
    "payment_reminder_rate",
    "res_currency",
)
#: Columns of companies of which something may depend; others work for other addons.
COMPANY = "^(id|active|currency_id|partner_id|parent_id|reminder_.*|company_status_.*)$"
#: Columns in which only work that was done is noted.
NOTED = (
    "write_date",
    "write_uid",
    "rate_warned_for",
    "rate_end_looked_on",
    "review_warned_for",
    "reminder_health_left",
    "is_reminder_panel_hidden",
    "is_reminder_tested",
)
#: Records of a case that a refresh looks at, whatever is written on them.
RECORDS = (
    "payment_reminder_freeze",
    "payment_reminder_query",
    "payment_reminder_plan",
    "payment_reminder_interruption",
    "payment_reminder_ignored_line",
)
#: Holds of which a refresh asks every day whether they still stand.
FOLLOWED_HOLDS = ("partial_payment", "trifle")


@dataclass(frozen=True)
class Changes:
    """What a look at cases has found.

    :param changed: cases that a refresh has to read
    :param keys: {id of such a case: what it is to be known by afterwards}
    :param waiting: {id of a case that waits for its notice to leave: the business day
        to which that moves}; of its day nothing else comes
    :param over: cases of which only a hold window has ended
    """

    changed: models.BaseModel
    keys: dict
    waiting: dict
    over: models.BaseModel


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    # -- asking -----------------------------------------------------------------

    @api.model
    def _find_changed(self, cases):
        """Look at which of these cases a refresh could find something new.

        :return: :class:`Changes`
        """
        keys, waiting, over = {}, {}, []
        for row in self._look(cases) if cases else ():
            case_id, key, is_moved, is_over, day = row
            if is_moved:
                keys[case_id] = key
                continue
            if day:
                waiting[case_id] = day
            if is_over:
                over.append(case_id)
        return Changes(cases.browse(keys), keys, waiting, cases.browse(over))

    @api.model
    def _get_next_days(self, places):
        """Return [(company id, country code, the next business day)] of these.

        :param places: [(company id, ISO code of the debtor's country)]
        """
        companies = self.env["res.company"].browse({place[0] for place in places})
        closed = self._read_closed_days(companies)
        today = {company.id: company._get_reminder_today() for company in companies}
        return [
            (
                company_id,
                country,
                self._make_calendar(
                    companies.browse(company_id), country, closed[company_id]
                ).next_business_day(today[company_id]),
            )
            for company_id, country in places
        ]

    @api.model
    def _read_keys(self, cases):
        """Return {case id: key of what a refresh would read of the books}.

        It is taken before the refresh reads: what changes in between is seen the next
        time. The key of our own rows is added after it (:meth:`_keep_keys`): who else
        writes those waits for the lock of the case.
        """
        if not cases:
            return {}
        self.env.flush_all()
        companies = self._get_companies(cases)
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(scope)s, %(books)s
                SELECT cases.id,
                       CONCAT(days.today, ':', COALESCE(seen.key, 0), ':', world.key)
                  FROM cases
                  JOIN days ON days.company_id = cases.company_id
                 CROSS JOIN world
                  LEFT JOIN seen ON seen.case_id = cases.id
                """,
                scope=self._get_scope(cases, companies),
                books=self._get_books(companies),
            )
        )
        return dict(rows)

    @api.model
    def _keep_keys(self, cases, keys):
        """Note on these cases what they were refreshed by.

        :param keys: of :meth:`_read_keys`; a case without one is looked at again
        """
        kept = [case_id for case_id in cases.ids if case_id in keys]
        if not kept:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH %(scope)s, %(own)s
                UPDATE payment_reminder_case state
                   SET seen_key = CONCAT(new.key, ':', own.key)
                  FROM unnest(%(ids)s, %(keys)s) AS new (id, key)
                  JOIN own ON own.case_id = new.id
                 WHERE state.id = new.id
                   -- What a source without a key has is read anew every night.
                   AND NOT EXISTS (
                       SELECT 1 FROM items
                        WHERE items.case_id = state.id
                          AND items.source = ANY(%(unkeyed)s))
                   AND state.seen_key IS DISTINCT FROM CONCAT(new.key, ':', own.key)
                """,
                scope=self._get_scope(cases.browse(kept)),
                own=self._get_own(),
                ids=kept,
                keys=[keys[case_id] for case_id in kept],
                unkeyed=self._get_unkeyed(cases.company_id),
            )
        )
        cases.invalidate_recordset(["seen_key"], flush=False)

    @api.model
    def _get_unkeyed(self, companies):
        """Return the codes of sources of which no key tells whether something moved."""
        return [
            code
            for code, parts in self._get_parts_elsewhere(companies).items()
            if parts is None
        ]

    @api.model
    def _get_parts_elsewhere(self, companies):
        """Return {code of a source: its parts of the key}, if one of these uses any."""
        if not any(companies.sudo().mapped("reminder_sources")):
            return {}
        return self.env["payment.reminder.source"]._get_all_key_parts()

    @api.model
    def _move_dates(self, days, keys):
        """Let the late steps of cases stand on their new days, and know them by these.

        :param days: {case id: date}, of which ``keys`` has some
        :param keys: of :meth:`_read_untouched`
        """
        cases = self.env["payment.reminder.case"].browse(keys)
        days = {case_id: days[case_id] for case_id in keys}
        self.env.cr.execute(
            SQL(
                """
                WITH %(scope)s, %(own)s, moved AS (
                    UPDATE payment_reminder_item item
                       SET next_date = items.step_date
                      FROM items
                     WHERE item.id = items.id AND items.step_date != items.next_date)
                UPDATE payment_reminder_case state
                   SET next_date = cases.day, seen_key = CONCAT(new.key, ':', own.key)
                  FROM cases
                  JOIN own ON own.case_id = cases.id
                  JOIN unnest(%(ids)s, %(keys)s) AS new (id, key) ON new.id = cases.id
                 WHERE state.id = cases.id
                """,
                scope=self._get_scope(cases, days=days),
                own=self._get_own(),
                ids=list(keys),
                keys=list(keys.values()),
            )
        )
        self.env["payment.reminder.item"].invalidate_model(["next_date"], flush=False)
        cases.invalidate_model(["next_date", "seen_key"], flush=False)

    @api.model
    def _read_untouched(self, cases):
        """Return {case id: key} of those whose own rows are as the refresh left them.

        The key is without that of these rows, as :meth:`_keep_keys` takes it.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(scope)s, %(own)s
                SELECT cases.id, regexp_replace(cases.seen_key, ':[^:]*$', '')
                  FROM cases
                  JOIN own ON own.case_id = cases.id
                 WHERE split_part(cases.seen_key, ':', 4) = own.key::text
                """,
                scope=self._get_scope(cases),
                own=self._get_own(),
            )
        )
        return dict(rows)

    @api.model
    def _look(self, cases):
        """Read which cases have another key than they were refreshed by, or whose day
        it is; the others have no row.

        :return: [(id, key, whether something moved or the day acts, whether a hold
            window is over, the day to which its next step moves if it waits)]
        """
        self.env.flush_all()
        # The plan is dear on paper: compiling it would take longer than running it.
        self.env.cr.execute("SET LOCAL jit = off")
        places = self._read_countries(cases)
        companies = self.env["res.company"].sudo().browse({one for one, _c in places})
        return self.env.execute_query(
            SQL(
                """
                WITH %(scope)s, %(books)s, %(own)s, %(acts)s
                SELECT * FROM (
                SELECT cases.id,
                       CONCAT(days.today, ':', COALESCE(seen.key, 0), ':', world.key)
                           AS key,
                       COALESCE(cases.seen_key, '')
                       != CONCAT(cases.seen_day, ':', COALESCE(seen.key, 0), ':',
                                 world.key, ':', own.key)
                       OR acts.is_due AS is_moved,
                       COALESCE(acts.is_over, FALSE) AS is_over,
                       acts.day
                  FROM cases
                  JOIN days ON days.company_id = cases.company_id
                  JOIN own ON own.case_id = cases.id
                  JOIN acts ON acts.case_id = cases.id
                 CROSS JOIN world
                  LEFT JOIN seen ON seen.case_id = cases.id
                ) looked
                 WHERE is_moved OR is_over OR day IS NOT NULL
                """,
                scope=self._get_scope(cases, companies),
                books=self._get_books(companies),
                own=self._get_own(),
                acts=self._get_acts(self._get_next_days(places)),
            )
        )

    # -- the books, the customer and the settings --------------------------------------

    @api.model
    def _get_companies(self, cases):
        """Return the companies of these cases, without reading each of them."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT company_id FROM payment_reminder_case"
                " WHERE id = ANY(%s)",
                cases.ids,
            )
        )
        return self.env["res.company"].sudo().browse(row[0] for row in rows)

    @api.model
    def _read_countries(self, cases):
        """Read whose calendars count for these cases.

        :return: [(company id, ISO code of the debtor's country or "")]
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT state.company_id, COALESCE(country.code, home.code, '')
                  FROM payment_reminder_case state
                  JOIN res_partner partner ON partner.id = state.partner_id
                  JOIN res_company company ON company.id = state.company_id
                  JOIN res_partner office ON office.id = company.partner_id
                  LEFT JOIN res_country home ON home.id = office.country_id
                  LEFT JOIN res_country country ON country.id = partner.country_id
                 WHERE state.id = ANY(%s)
                """,
                cases.ids,
            )
        )

    @api.model
    def _get_scope(self, cases, companies=None, days=None):
        """Return SQL of which cases are looked at, and their items.

        :param companies: theirs, if their day matters
        :param days: {case id: day to which its late steps are about to move}
        """
        today = [(one.id, one._get_reminder_today()) for one in companies or ()]
        return SQL(
            # By the primary key of cases, and the index of items on their case.
            """
            days (company_id, today) AS (VALUES %(today)s),
            cases AS MATERIALIZED (
                SELECT state.*,
                       COALESCE(moved.day, state.next_date) AS step_date, moved.day,
                       COALESCE(NULLIF(split_part(state.seen_key, ':', 1), '')::date,
                                '1900-01-01') AS seen_day
                  FROM payment_reminder_case state
                  LEFT JOIN unnest(%(moved)s::integer[], %(moves)s::date[])
                            AS moved (id, day) ON moved.id = state.id
                 WHERE state.id = ANY(%(ids)s)
            ), items AS MATERIALIZED (
                SELECT item.*,
                       CASE WHEN item.next_date = cases.next_date
                             AND cases.day IS NOT NULL
                            THEN cases.day ELSE item.next_date END AS step_date
                  FROM payment_reminder_item item
                  JOIN cases ON cases.id = item.case_id
            )
            """,
            today=SQL(", ").join(
                SQL("(%s, %s::date)", *row) for row in today or [(0, None)]
            ),
            moved=list(days or ()),
            moves=list((days or {}).values()),
            ids=cases.ids,
        )

    @api.model
    def _get_books(self, companies):
        """Return SQL of the tables ``seen`` (case_id, key) and ``world`` (key)."""
        roots = self._get_roots(companies)
        parts = self._get_parts(companies)
        for more in self._get_parts_elsewhere(companies).values():
            parts += more or []
        said = SQL(" UNION ALL ").join(
            SQL("(SELECT case_id, said, %s AS part FROM (%s) p)", number, part)
            for number, part in enumerate(parts)
        )
        return SQL(
            """
            %(people)s,
            due AS MATERIALIZED (%(due)s),
            money AS MATERIALIZED (%(money)s),
            seen AS MATERIALIZED (
                SELECT case_id, SUM(hashtextextended(said, part)) AS key
                  FROM (%(said)s) said
                 GROUP BY case_id
            ), world AS MATERIALIZED (%(world)s)
            """,
            people=self._get_people(),
            due=self._get_due_items_query(SQL("IN (SELECT move_line_id FROM items)")),
            money=self._get_money(roots),
            said=said,
            world=self._get_world(companies, roots),
        )

    @api.model
    def _get_people(self):
        """Return SQL of who a customer is (``people``), and whom notices may reach.

        ``people`` are those under whom money may be booked (:meth:`_get_payers`).
        """
        return SQL(
            """
            named AS (
                SELECT id AS case_id, partner_id FROM cases
                 UNION
                SELECT id, former_partner_id FROM cases
                 WHERE former_partner_id IS NOT NULL
                 UNION
                SELECT items.case_id, move.partner_id
                  FROM items
                  JOIN account_move move ON move.id = items.move_id
                 WHERE move.partner_id IS NOT NULL
            ), people AS MATERIALIZED (
                SELECT case_id, partner_id FROM named
                 UNION
                SELECT named.case_id, partner.commercial_partner_id
                  FROM named
                  JOIN res_partner partner ON partner.id = named.partner_id
            ), contacts AS MATERIALIZED (
                SELECT found.case_id, partner.*
                  FROM (SELECT case_id, partner_id FROM people
                         UNION
                        SELECT cases.id, child.id
                          FROM cases
                          JOIN res_partner child ON child.parent_id = cases.partner_id
                         UNION
                        SELECT cases.id, partner.reminder_contact_id
                          FROM cases
                          JOIN res_partner partner ON partner.id = cases.partner_id
                         WHERE partner.reminder_contact_id IS NOT NULL) found
                  JOIN res_partner partner ON partner.id = found.partner_id
            )
            """
        )

    @api.model
    def _get_money(self, roots):
        """Return the query for money on the accounts of these people.

        :param roots: of :meth:`_get_roots`
        """
        return SQL(
            "%s UNION ALL %s",
            self._get_credits_query(roots, SQL("TRUE")),
            self._get_payments_query(
                roots,
                # account_payment_reminder_partner_idx
                SQL(
                    """
                    SELECT pay.id FROM account_payment pay
                     WHERE pay.partner_id IN (
                           SELECT partner_id FROM people
                            UNION
                           SELECT partner.id
                             FROM res_partner partner
                             JOIN people
                               ON people.partner_id = partner.commercial_partner_id)
                       AND pay.move_id IS NULL AND pay.payment_type = 'inbound'
                       AND (pay.state = 'in_process'
                            OR (pay.state = 'paid' AND pay.date >= %s))
                    """,
                    fields.Date.today() - timedelta(days=MONEY_DAYS),
                ),
            ),
        )

    @api.model
    def _get_parts(self, companies):
        """Return queries (case_id, said) of what a refresh reads beside our own (hook).

        What they say is one text a row, in any order; all of it makes the key. They may
        use the tables cases, items, people, contacts, due and money.
        """
        history = self.env["payment.reminder.case"]
        some = SQL("IN (SELECT id FROM cases)")
        return [
            SQL(
                "SELECT items.case_id, due::text AS said"
                " FROM due JOIN items ON items.move_line_id = due.line_id"
            ),
            SQL("SELECT case_id, contacts::text AS said FROM contacts"),
            SQL(
                """
                SELECT items.case_id, pay::text AS said
                  FROM (%s) pay
                  JOIN account_move__account_payment rel
                    ON rel.payment_id = pay.payment_id
                  JOIN items ON items.move_id = rel.invoice_id
                """,
                self._get_in_process_query(SQL("IN (SELECT move_id FROM items)")),
            ),
            SQL(
                """
                SELECT items.case_id, part::text AS said
                  FROM (%s) part
                  JOIN items ON items.move_line_id = part.line_id
                """,
                self._get_agency_parts_query(
                    SQL("line.id IN (SELECT move_line_id FROM items)")
                ),
            ),
            SQL(
                """
                SELECT people.case_id, money::text AS said
                  FROM money
                  JOIN people ON people.partner_id = money.partner_id
                 UNION ALL
                SELECT people.case_id, money::text
                  FROM money
                  JOIN people ON people.partner_id = money.commercial_partner_id
                """
            ),
            SQL(
                """
                SELECT tx.reminder_case_id AS case_id,
                       CONCAT_WS('|', tx.id, tx.state, tx.payment_id,
                                 tx.reminder_costs) AS said
                  FROM payment_transaction tx
                  JOIN cases ON cases.id = tx.reminder_case_id
                """
            ),
            SQL(
                "SELECT case_id, sent::text AS said FROM (%s) sent",
                history._get_history_query(some),
            ),
            SQL(
                "SELECT case_id, part::text AS said FROM (%s) part",
                history._get_part_payments_query(some),
            ),
            self._get_dead_ends_query(),
            SQL(
                """
                SELECT cases.id AS case_id, question.stopped_addresses AS said
                  FROM payment_reminder_query question
                  JOIN payment_reminder_case asked ON asked.id = question.case_id
                  JOIN cases ON cases.partner_id = asked.partner_id
                 WHERE question.stopped_addresses IS NOT NULL
                """
            ),
            self._get_register_query(companies),
        ]

    @api.model
    def _get_world(self, companies, roots):
        """Return the query for the key of what matters to all cases.

        With what Python knows: the libraries of calendars and phone numbers, how old
        the bank is, and who has begun.
        """
        ages = self._read_bank_ages(companies, roots)
        known = [
            holidays.__version__,
            phonenumbers.__version__,
            *(
                (
                    one.id,
                    one._has_reminders_started(),
                    one._follows_company_registers(),
                    ages.get(one.id, 0) > (one.reminder_bank_stale_days or 0)
                    and one.id in ages,
                )
                for one in companies.sorted("id")
            ),
        ]
        tables = [
            SQL(
                "SELECT (to_jsonb(t) - %s::text[])::text AS said FROM %s t",
                list(NOTED),
                SQL.identifier(table),
            )
            for table in WORLD
        ]
        return SQL(
            """
            SELECT SUM(hashtextextended(said, 0)) AS key
              FROM (%(tables)s
                    UNION ALL
                   SELECT jsonb_object_agg(label, value)::text
                     FROM res_company
                    CROSS JOIN jsonb_each(to_jsonb(res_company) - %(noted)s::text[])
                          AS one (label, value)
                    WHERE label ~ %(columns)s
                    GROUP BY res_company.id
                    UNION ALL
                   SELECT CONCAT_WS('|', id, code) FROM res_country
                    UNION ALL
                   SELECT partner::text
                     FROM res_partner partner
                    WHERE partner.id IN (SELECT partner_id FROM res_company)
                    UNION ALL
                   SELECT CONCAT_WS('|', id, company_id, date_from, date_to)
                     FROM resource_calendar_leaves
                    WHERE resource_id IS NULL
                    UNION ALL
                   SELECT CONCAT('in force', COUNT(*))
                     FROM payment_reminder_jurisdiction_fee
                    WHERE valid_from <= (SELECT MIN(today) FROM days)
                    UNION ALL
                   SELECT CONCAT_WS('|', name, latest_version)
                     FROM ir_module_module WHERE state = 'installed'
                    UNION ALL
                   SELECT %(known)s) world
            """,
            tables=SQL(" UNION ALL ").join(tables),
            noted=list(NOTED),
            columns=COMPANY,
            known=str(known),
        )

    # -- our own rows ---------------------------------------------------------------

    @api.model
    def _get_own(self):
        """Return SQL of the table ``own`` (case_id, key): what a refresh left behind.

        Without the notices that are on their way out: the proposal looks after them,
        and what is in the way follows them at once.
        """
        records = SQL(" UNION ALL ").join(
            SQL(
                "SELECT own.case_id, own::text AS said FROM %s own"
                " JOIN cases ON cases.id = own.case_id",
                SQL.identifier(table),
            )
            for table in RECORDS
        )
        return SQL(
            """
            own AS MATERIALIZED (
                SELECT case_id, SUM(hashtextextended(said, 0)) AS key
                  FROM (
                    SELECT id AS case_id,
                           CONCAT_WS('|', state, close_reason, ladder_id, partner_id,
                               company_id, currency_id, former_partner_id,
                               snoozed_until, date_open, is_ladder_ended,
                               next_step_id, step_date, limitation_date,
                               case_obstacles::text) AS said
                      FROM cases
                     UNION ALL
                    SELECT case_id,
                           CONCAT_WS('|', id, COALESCE(move_line_id, 0),
                               COALESCE(move_id, 0), COALESCE(agency_part_id, 0),
                               date_due, amount_known, amount_credited_known,
                               is_dropped, COALESCE(step_id, 0), last_sent_date, '/',
                               nudge_not_before, '/', next_step_id, step_date)
                      FROM items
                     UNION ALL
                    SELECT notice.case_id,
                           CONCAT_WS('|', notice.id, notice.counts, notice.state,
                               notice.sent_date, '/', notice.deadline_date)
                      FROM payment_reminder notice
                      JOIN cases ON cases.id = notice.case_id
                     WHERE notice.counts OR notice.state = 'uncertain'
                     UNION ALL
                    %s) said
                 GROUP BY case_id
            )
            """,
            records,
        )

    # -- the day ----------------------------------------------------------------

    @api.model
    def _get_acts(self, days):
        """Return SQL of the table ``acts``: on which cases the day itself acts.

        ``is_due``: a refresh has to look. ``is_over``: a hold window has ended.
        ``day``: the next step of some items stands on a day that has passed, and comes
        on the next business day. Today that is read of any such step anyway
        (:class:`case.item.DayToCome`); another ``day`` has to be written. Nothing else
        comes of the case, as long as no other item climbs until then.

        :param days: of :meth:`_get_next_days`
        """
        return SQL(
            """
            places (company_id, country, next_day) AS (VALUES %(days)s),
            climbing AS MATERIALIZED (
                SELECT items.case_id,
                       BOOL_OR(items.next_date < days.today) AS is_late,
                       BOOL_AND(items.next_date = cases.next_date
                                AND step.kind != 'nudge')
                           FILTER (WHERE items.next_date < days.today) AS is_even,
                       MIN(items.next_date)
                           FILTER (WHERE items.next_date >= days.today) AS following,
                       BOOL_OR(items.amount_known < 0) AS is_new,
                       BOOL_OR(items.amount_known > 0) AS is_owed,
                       BOOL_OR(items.step_id IS NULL
                               AND GREATEST(items.nudge_not_before, items.date_due)
                                   >= cases.seen_day
                               AND items.nudge_not_before IS NOT NULL) AS is_put_off
                  FROM items
                  JOIN cases ON cases.id = items.case_id
                  JOIN days ON days.company_id = cases.company_id
                  LEFT JOIN payment_reminder_step step ON step.id = items.next_step_id
                 GROUP BY items.case_id
            ), pressing AS MATERIALIZED (
                SELECT items.case_id
                  FROM due
                  JOIN items ON items.move_line_id = due.line_id
                  JOIN cases ON cases.id = items.case_id
                  JOIN days ON days.company_id = cases.company_id
                 WHERE due.pending_transaction
                    OR due.hold_until BETWEEN cases.seen_day AND days.today
                 UNION
                SELECT hold.case_id
                  FROM payment_reminder_freeze hold
                  JOIN cases ON cases.id = hold.case_id
                  JOIN days ON days.company_id = cases.company_id
                 WHERE hold.date_end IS NULL
                   AND (hold.reason IN %(holds)s OR hold.date_limit <= days.today)
                 UNION
                SELECT plan.case_id
                  FROM payment_reminder_plan plan
                  JOIN cases ON cases.id = plan.case_id
                 WHERE plan.state = 'active'
                 UNION
                SELECT question.case_id
                  FROM payment_reminder_query question
                  JOIN cases ON cases.id = question.case_id
                 WHERE question.paid_date IS NOT NULL AND question.state != 'closed'
                 UNION
                SELECT notice.case_id
                  FROM payment_reminder notice
                  JOIN cases ON cases.id = notice.case_id
                  JOIN days ON days.company_id = cases.company_id
                 WHERE notice.counts
                   AND notice.deadline_date >= cases.seen_day
                   AND notice.deadline_date < days.today
                   AND cases.next_step_id IS NULL
            ), acts AS MATERIALIZED (
                SELECT cases.id AS case_id,
                       (pressing.case_id IS NOT NULL
                        -- What another addon keeps is in no key.
                        OR EXISTS (
                           SELECT 1 FROM ir_module_module
                            WHERE name IN %(senders)s AND state = 'installed')
                        OR cases.snoozed_until <= days.today
                        OR climbing.is_new
                        OR climbing.is_owed IS NOT TRUE
                        OR climbing.is_put_off
                        OR (cases.next_date < days.today
                            AND climbing.is_even IS NOT TRUE)
                        OR (climbing.is_late
                            AND (climbing.is_even IS NOT TRUE
                                 OR climbing.following <= places.next_day)))
                       AS is_due,
                       CASE WHEN climbing.is_late AND places.next_day > days.today
                            THEN places.next_day END AS day,
                       cases.blocker_codes LIKE '%%,hold_window,%%'
                       AND NOT EXISTS (
                           SELECT 1 FROM payment_reminder notice
                            WHERE notice.case_id = cases.id
                              AND notice.state IN %(busy)s
                              AND notice.hold_until > %(now)s) AS is_over
                  FROM cases
                  JOIN days ON days.company_id = cases.company_id
                  JOIN res_company company ON company.id = cases.company_id
                  JOIN res_partner office ON office.id = company.partner_id
                  JOIN res_partner partner ON partner.id = cases.partner_id
                  LEFT JOIN res_country home ON home.id = office.country_id
                  LEFT JOIN res_country country ON country.id = partner.country_id
                  JOIN places ON places.company_id = cases.company_id
                   AND places.country = COALESCE(country.code, home.code, '')
                  LEFT JOIN climbing ON climbing.case_id = cases.id
                  LEFT JOIN pressing ON pressing.case_id = cases.id
            )
            """,
            days=SQL(", ").join(SQL("(%s, %s, %s::date)", *row) for row in days),
            holds=FOLLOWED_HOLDS,
            senders=OTHER_SENDERS,
            busy=BUSY,
            now=fields.Datetime.now(),
        )
