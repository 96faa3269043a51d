import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import phonenumbers
import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, float_repr

from ..rules import balance, guard, schedule
from ..rules.calendar import Calendar

MOBILE_TYPES = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
)
#: How far back an incoming bank line may lie and still be about an open invoice.
BANK_LINE_DAYS = 120

#: "Ann Smith" <ann@example.com>
NAMED_ADDRESS = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>")
SEPARATOR = re.compile(r"[;,]")
#: A local part, then two or more labels of letters, digits and hyphens.
ADDRESS = re.compile(
    r"[^\s@<>(),;:\\\"\[\]]+@(?:[^\W_](?:(?:[^\W_]|-)*[^\W_])?\.)+"
    r"(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LiveItem:
    """What the books say of one due item, read a moment ago."""

    line_id: int
    move_id: int
    move_name: str
    move_state: str
    payment_state: str
    date_invoice: date | None
    date_due: date
    amount: float
    residual: Decimal
    in_process: Decimal
    credited: Decimal
    no_followup: bool
    excluded: bool
    invoice_sent: bool
    pending_transaction: bool

    @property
    def owed(self):
        return balance.owed(self.residual, self.in_process, self.move_state)

    @property
    def settled(self):
        """Whether Odoo shows the invoice as paid, whatever is left of it."""
        return self.payment_state in balance.SETTLED


class PaymentReminderFacts(models.AbstractModel):
    """Reads the live state for the rules: always in sets, never a row at a time."""

    _name = "payment.reminder.facts"
    _description = "Payment Reminder Facts"

    # -- due items --------------------------------------------------------------

    @api.model
    def _read_due_items(self, lines):
        """Read journal items afresh.

        :param lines: account.move.line ids
        :return: {line id: :class:`LiveItem`}; lines that are gone are left out
        """
        line_ids = list(lines)
        if not line_ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query_dict(self._get_due_items_query(line_ids))
        in_process = self._read_in_process({row["move_id"] for row in rows})
        shares = self._spread_over_lines(rows, in_process)
        return {
            row["line_id"]: self._make_live_item(row, shares[row["line_id"]])
            for row in rows
        }

    @api.model
    def _get_due_items_query(self, line_ids):
        return SQL(
            """
            SELECT line.id AS line_id,
                   line.move_id,
                   move.name AS move_name,
                   move.state AS move_state,
                   move.payment_state,
                   move.invoice_date,
                   line.date_maturity AS date_due,
                   line.amount_currency AS amount,
                   line.amount_residual_currency AS residual,
                   line.currency_id,
                   COALESCE(line.no_followup, FALSE) AS no_followup,
                   COALESCE(move.reminder_excluded, FALSE) AS excluded,
                   COALESCE(move.is_move_sent, FALSE) AS invoice_sent,
                   COALESCE(credit.amount, 0) AS credited,
                   EXISTS (
                       SELECT 1
                         FROM account_invoice_transaction_rel rel
                         JOIN payment_transaction tx ON tx.id = rel.transaction_id
                        WHERE rel.invoice_id = line.move_id
                          AND (tx.state IN ('pending', 'authorized')
                               OR (tx.state = 'done'
                                   AND tx.is_post_processed IS NOT TRUE))
                   ) AS pending_transaction
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN (
                    SELECT part.debit_move_id AS line_id,
                           SUM(part.debit_amount_currency) AS amount
                      FROM account_partial_reconcile part
                      JOIN account_move_line other ON other.id = part.credit_move_id
                      JOIN account_move refund ON refund.id = other.move_id
                     WHERE refund.move_type = 'out_refund'
                       AND part.debit_move_id = ANY(%(lines)s)
                     GROUP BY part.debit_move_id
                   ) credit ON credit.line_id = line.id
             WHERE line.id = ANY(%(lines)s)
             ORDER BY line.date_maturity, line.id
            """,
            lines=line_ids,
        )

    @api.model
    def _read_in_process(self, move_ids):
        """Read payments that are registered but have no journal entry.

        Such a payment leaves the residual of its invoices as it was. Without the
        accounting app it is ``paid`` at once; with it, it is ``paid`` when the
        bank line was matched, and the residual tells. One in another currency
        than its invoice is taken as paying all of it: a doubt never sends a
        reminder.

        :return: {invoice id: amount in the invoice's currency}
        """
        if not move_ids:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT pay.id AS payment_id,
                       pay.amount,
                       pay.currency_id = move.currency_id AS same_currency,
                       move.id AS move_id,
                       move.amount_residual
                  FROM account_payment pay
                  JOIN account_move__account_payment rel ON rel.payment_id = pay.id
                  JOIN account_move move ON move.id = rel.invoice_id
                 WHERE (pay.state = 'in_process'
                        OR (pay.state = 'paid'
                            AND move.payment_state IN ('paid', 'in_payment')))
                   AND pay.move_id IS NULL
                   AND pay.payment_type = 'inbound'
                   AND pay.id IN (
                       SELECT payment_id FROM account_move__account_payment
                        WHERE invoice_id = ANY(%(moves)s))
                 ORDER BY pay.id, move.invoice_date_due, move.id
                """,
                moves=list(move_ids),
            )
        )
        totals = defaultdict(Decimal)
        by_payment = defaultdict(list)
        for row in rows:
            by_payment[row["payment_id"]].append(row)
        for invoices in by_payment.values():
            open_amounts = [
                (
                    row["move_id"],
                    _decimal(row["amount_residual"]) - totals[row["move_id"]],
                )
                for row in invoices
            ]
            if all(row["same_currency"] for row in invoices):
                shares = balance.spread(_decimal(invoices[0]["amount"]), open_amounts)
            else:
                shares = dict(open_amounts)
            for move_id, share in shares.items():
                totals[move_id] += share
        return totals

    @api.model
    def _spread_over_lines(self, rows, in_process):
        """Spread what is in process on an invoice over its instalments.

        :param rows: rows of :meth:`_get_due_items_query`, the oldest first
        :return: {line id: Decimal}
        """
        shares = defaultdict(Decimal)
        by_move = defaultdict(list)
        for row in rows:
            by_move[row["move_id"], row["payment_state"]].append(
                (row["line_id"], _decimal(row["residual"]))
            )
        for (move_id, payment_state), open_amounts in by_move.items():
            shares.update(
                balance.in_process_by_item(
                    payment_state, in_process.get(move_id, Decimal(0)), open_amounts
                )
            )
        return shares

    @api.model
    def _make_live_item(self, row, in_process):
        digits = self.env["res.currency"].browse(row["currency_id"]).decimal_places
        return LiveItem(
            line_id=row["line_id"],
            move_id=row["move_id"],
            move_name=row["move_name"] or "",
            move_state=row["move_state"],
            payment_state=row["payment_state"] or "not_paid",
            date_invoice=row["invoice_date"],
            date_due=row["date_due"],
            amount=row["amount"],
            residual=_decimal(row["residual"], digits),
            in_process=_decimal(in_process, digits),
            credited=_decimal(row["credited"], digits),
            no_followup=row["no_followup"],
            excluded=row["excluded"],
            invoice_sent=row["invoice_sent"],
            pending_transaction=row["pending_transaction"],
        )

    # -- candidates -------------------------------------------------------------

    @api.model
    def _read_candidates(self, company, until, limit=None):
        """Read due items that belong to no case yet.

        :param company: res.company
        :param until: last maturity that counts (date)
        :return: list of dicts: line_id, move_id, partner_id, currency_id, date_due
        """
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id AS line_id,
                       line.move_id,
                       move.commercial_partner_id AS partner_id,
                       line.currency_id,
                       line.date_maturity AS date_due,
                       move.invoice_user_id AS user_id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = move.commercial_partner_id
                 WHERE line.company_id = %(company)s
                   AND line.display_type = 'payment_term'
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency > 0
                   AND line.date_maturity <= %(until)s
                   AND account.account_type = 'asset_receivable'
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                   AND move.payment_state IN ('not_paid', 'partial')
                   AND line.no_followup IS NOT TRUE
                   AND move.reminder_excluded IS NOT TRUE
                   AND partner.reminder_excluded IS NOT TRUE
                   AND NOT EXISTS (
                       SELECT 1 FROM payment_reminder_item item
                        WHERE item.move_line_id = line.id)
                 ORDER BY line.date_maturity, line.id
                 LIMIT %(limit)s
                """,
                company=company.id,
                until=until,
                limit=limit,
            )
        )

    # -- guard ------------------------------------------------------------------

    @api.model
    def _read_guard_facts(self, reminders, now=None):
        """Read everything that the guard may know, in a fixed number of queries.

        Nothing is taken from a cache: the caller's environment is flushed and
        its cached records are dropped first.

        :param reminders: payment.reminder records
        :param now: UTC datetime without zone, the moment of the verdict
        :return: {reminder: :class:`rules.guard.Facts`}
        """
        now = now or fields.Datetime.now()
        self.env.flush_all()
        self.env.invalidate_all(flush=False)
        # Without its own ids to prefetch by, each would be read alone from here on.
        reminders = reminders.browse(reminders.ids)
        cases = reminders.case_id
        live = self._read_due_items(reminders.line_ids.move_line_id.ids)
        credits = self._read_unallocated_credits(cases)
        bank_lines = self._read_unmatched_bank_lines(cases, reminders)
        stale = self._read_bank_ages(cases.company_id)
        recipients = self._read_recipients(cases)
        sent_today = self._read_addresses_sent_today(cases.company_id, now)
        sent_before = self._read_already_sent(reminders)
        history = cases._get_sent_history()
        schedules = cases._get_schedules()
        neutralized = bool(
            self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        )
        return {
            reminder: self._make_facts(
                reminder,
                now,
                live=live,
                sent_before=sent_before[reminder.id],
                sent_today=sent_today,
                history=history[reminder.case_id.id],
                ladder=schedules.get(reminder.case_id.id, schedule.Ladder(())),
                unallocated_credit=credits[reminder.case_id.id],
                unmatched_bank_lines=tuple(bank_lines[reminder.case_id.id]),
                bank_stale_days=stale.get(reminder.company_id.id),
                recipients=recipients[reminder.case_id.id],
                neutralized=neutralized,
            )
            for reminder in reminders
        }

    @api.model
    def _make_facts(
        self,
        reminder,
        now,
        *,
        live,
        sent_before,
        sent_today,
        history,
        ladder,
        recipients,
        **more,
    ):
        case = reminder.case_id
        company = reminder.company_id
        step = reminder.step_id
        today = company._get_reminder_today(now)
        channels = step._get_channels()
        reached = tuple(
            f"{channel}:{address}"
            for channel in channels
            for _partner, address in recipients.get(channel, ())
        )
        spaced = schedule.is_spaced(
            ladder, step._get_rule(), history, today
        ) and not any(
            sent_today[company.id, address] - {reminder.id} for address in reached
        )
        return guard.Facts(
            reminder_id=reminder.id,
            step_kind=step.kind,
            today=today,
            items=tuple(
                self._make_item_facts(line, live, sent_before)
                for line in reminder.line_ids
            ),
            state=reminder.state,
            approved=bool(reminder.approved_by_id),
            hold_until=reminder.hold_until or None,
            bears_fee=step._bears_fee(),
            snoozed_until=case.snoozed_until or None,
            case_state=case.state,
            freezes=tuple(case._get_open_freezes().mapped("reason")),
            open_queries=len(case.query_ids.filtered(lambda q: q.state != "closed")),
            active_plans=len(case.plan_ids.filtered(lambda p: p.state == "active")),
            partner_excluded=case.partner_id.reminder_excluded,
            company_active=company.active,
            recipients=reached,
            bank_stale_limit=company.reminder_bank_stale_days or None,
            spaced=spaced,
            ladder_id=case.ladder_id.id,
            approved_ladder_id=reminder.approved_ladder_id.id or None,
            require_invoice_sent=company.reminder_require_invoice_sent,
            **more,
        )

    @api.model
    def _make_item_facts(self, line, live, sent_before):
        digits = line.currency_id.decimal_places
        now = live.get(line.move_line_id.id)
        proposed = {
            "item_id": line.item_id.id,
            "proposed_residual": _decimal(line.amount_residual, digits),
            "proposed_credited": _decimal(line.amount_credited, digits),
            "already_sent": bool(line.step_id) and line.item_id.id in sent_before,
        }
        if now is None:
            return guard.ItemFacts(
                move_id=0,
                move_name=line.name or "",
                move_state="deleted",
                payment_state="not_paid",
                date_due=line.date_due,
                residual=Decimal(0),
                in_process=Decimal(0),
                credited=Decimal(0),
                **proposed,
            )
        return guard.ItemFacts(
            move_id=now.move_id,
            move_name=now.move_name,
            move_state=now.move_state,
            payment_state=now.payment_state,
            date_due=now.date_due,
            residual=now.residual,
            in_process=now.in_process,
            credited=now.credited,
            no_followup=now.no_followup,
            excluded=now.excluded,
            invoice_sent=now.invoice_sent,
            pending_transaction=now.pending_transaction,
            **proposed,
        )

    @api.model
    def _read_unallocated_credits(self, cases):
        """Read money of these customers that is not matched to an invoice yet.

        Payments, credit notes and miscellaneous entries on the receivable
        account that are still open, and payments in process that name no
        invoice. In the company's currency; any amount is a doubt.

        :return: {case id: Decimal}
        """
        found = defaultdict(Decimal)
        if not cases:
            return found
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, partner_id, SUM(amount) FROM (
                    SELECT line.company_id, partner.commercial_partner_id AS partner_id,
                           -line.amount_residual AS amount
                      FROM account_move_line line
                      JOIN res_partner partner ON partner.id = line.partner_id
                      JOIN account_account account ON account.id = line.account_id
                     WHERE partner.commercial_partner_id = ANY(%(partners)s)
                       AND line.company_id = ANY(%(companies)s)
                       AND line.parent_state = 'posted'
                       AND line.reconciled IS NOT TRUE
                       AND line.amount_residual < 0
                       AND account.account_type = 'asset_receivable'
                    UNION ALL
                    SELECT pay.company_id, partner.commercial_partner_id, pay.amount
                      FROM account_payment pay
                      JOIN res_partner partner ON partner.id = pay.partner_id
                     WHERE partner.commercial_partner_id = ANY(%(partners)s)
                       AND pay.company_id = ANY(%(companies)s)
                       AND pay.state = 'in_process'
                       AND pay.move_id IS NULL
                       AND pay.payment_type = 'inbound'
                       AND NOT EXISTS (
                           SELECT 1 FROM account_move__account_payment rel
                            WHERE rel.payment_id = pay.id)
                ) money
                GROUP BY company_id, partner_id
                """,
                partners=cases.partner_id.ids,
                companies=cases.company_id.ids,
            )
        )
        amounts = {(row[0], row[1]): _decimal(row[2]) for row in rows}
        for case in cases:
            found[case.id] = amounts.get(
                (case.company_id.id, case.partner_id.id), Decimal(0)
            )
        return found

    @api.model
    def _read_unmatched_bank_lines(self, cases, reminders):
        """Read incoming bank lines, not matched yet, that fit these cases.

        A line fits when it carries the customer, names one of the invoices of
        the notice, or is of exactly the amount that is asked.

        :return: {case id: [bank statement line ids]}
        """
        found = defaultdict(list)
        if not cases:
            return found
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT st.id, st.company_id,
                       partner.commercial_partner_id AS partner_id,
                       COALESCE(st.payment_ref, '') AS reference,
                       COALESCE(st.amount_currency, 0) AS amount_currency, st.amount
                  FROM account_bank_statement_line st
                  JOIN account_move move ON move.id = st.move_id
                  LEFT JOIN res_partner partner ON partner.id = st.partner_id
                 WHERE st.is_reconciled IS NOT TRUE
                   AND st.amount > 0
                   AND st.company_id = ANY(%(companies)s)
                   AND move.state = 'posted'
                   AND move.date >= %(since)s
                """,
                companies=cases.company_id.ids,
                since=fields.Date.today() - timedelta(days=BANK_LINE_DAYS),
            )
        )
        if not rows:
            return found
        by_company = defaultdict(list)
        for row in rows:
            by_company[row["company_id"]].append(row)
        for reminder in reminders:
            case = reminder.case_id
            names = {line.name for line in reminder.line_ids if line.name}
            amount = reminder.amount_principal
            for row in by_company[case.company_id.id]:
                fits = (
                    row["partner_id"] == case.partner_id.id
                    or any(name in row["reference"] for name in names)
                    or (
                        not row["partner_id"]
                        and case.currency_id.compare_amounts(row["amount"], amount) == 0
                    )
                )
                if fits and row["id"] not in found[case.id]:
                    found[case.id].append(row["id"])
        return found

    @api.model
    def _read_bank_ages(self, companies):
        """Read how many days ago the newest bank line of each company is.

        :return: {company id: days}; companies without any bank line are left out
        """
        limited = companies.filtered("reminder_bank_stale_days")
        if not limited:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT st.company_id, MAX(move.date)
                  FROM account_bank_statement_line st
                  JOIN account_move move ON move.id = st.move_id
                 WHERE st.company_id = ANY(%s)
                 GROUP BY st.company_id
                """,
                limited.ids,
            )
        )
        today = fields.Date.today()
        return {company_id: (today - newest).days for company_id, newest in rows}

    @api.model
    def _read_addresses_sent_today(self, companies, now):
        """Read to whom these companies have already written on their own day.

        :return: {(company id, "channel:address"): ids of the notices}
        """
        found = defaultdict(set)
        rows = (
            self.env["payment.reminder.delivery"]
            .sudo()
            ._read_group(
                Domain("state", "in", ("sending", "sent", "uncertain"))
                & Domain.OR(
                    Domain("company_id", "=", company.id)
                    & Domain("date_sent", ">=", company._get_reminder_day_start(now))
                    for company in companies
                ),
                ["company_id", "channel", "recipient", "reminder_id"],
            )
        )
        for company, channel, recipient, reminder in rows:
            found[company.id, f"{channel}:{recipient}"].add(reminder.id)
        return found

    @api.model
    def _read_already_sent(self, reminders):
        """Read which items another notice already carried at the same step.

        :return: {reminder id: set of item ids}
        """
        found = defaultdict(set)
        if not reminders:
            return found
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sent.id, line.item_id, line.step_id
                  FROM payment_reminder sent
                  JOIN payment_reminder_line line ON line.reminder_id = sent.id
                 WHERE sent.case_id = ANY(%s)
                   AND sent.withdrawn IS NOT TRUE
                   AND sent.state IN ('sending', 'sent', 'uncertain')
                """,
                reminders.case_id.ids,
            )
        )
        carried = defaultdict(set)
        for reminder_id, item_id, step_id in rows:
            carried[item_id, step_id].add(reminder_id)
        for reminder in reminders:
            for line in reminder.line_ids:
                if carried[line.item_id.id, line.step_id.id] - {reminder.id}:
                    found[reminder.id].add(line.item_id.id)
        return found

    # -- recipients -------------------------------------------------------------

    @api.model
    def _read_recipients(self, cases):
        """Find whom a notice of each case reaches, by channel, best first.

        Invoice contacts come first, then the customer itself; one address is
        used once. Bad e-mail addresses and numbers are left out.

        :return: {case id: {channel: [(partner, address)]}}
        """
        customers = cases.partner_id
        contacts = (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("parent_id", "in", customers.ids),
                    ("type", "=", "invoice"),
                    ("active", "=", True),
                ],
                order="id",
            )
        )
        by_customer = contacts.grouped("parent_id")
        prefetch = (customers | contacts)._prefetch_ids
        blocked = self._read_bounced_addresses(customers | contacts)
        found = {}
        for case in cases:
            customer = case.partner_id
            partners = by_customer.get(customer, self.env["res.partner"]) | customer
            partners = partners.with_prefetch(prefetch)
            found[case.id] = {
                "email": [
                    (partner, address)
                    for partner, address in _unique(partners, _get_email)
                    if address not in blocked
                ],
                "sms": _unique(partners, _get_mobile),
                "letter": _unique(partners, _get_postal_address),
            }
        return found

    @api.model
    def _read_bounced_addresses(self, partners):
        """Return e-mail addresses at which a notice bounced (hook)."""
        return set()

    # -- days and hours ---------------------------------------------------------

    @api.model
    def _get_calendars(self, cases):
        """Return {case id: calendar of the debtor's country and our closed days}."""
        closed = cases.company_id._get_reminder_closed_days()
        made = {}
        calendars = {}
        for case in cases:
            company = case.company_id
            country = case.partner_id.country_id.code or company.country_id.code or ""
            key = (company.id, country)
            if key not in made:
                made[key] = Calendar(
                    country=country,
                    closed_days=closed[company.id],
                    hour_from=company.reminder_hour_from,
                    hour_to=company.reminder_hour_to,
                )
            calendars[case.id] = made[key]
        return calendars


def _decimal(value, digits=None):
    """Return an amount of the ORM or of a query as an exact Decimal."""
    if isinstance(value, Decimal) and digits is None:
        return value
    if digits is None:
        return Decimal(str(value or 0))
    return Decimal(float_repr(float(value or 0), digits))


def _unique(partners, get_address):
    found = {}
    for partner in partners:
        address = get_address(partner)
        if address:
            found.setdefault(address, partner)
    return [(partner, address) for address, partner in found.items()]


def _get_email(partner):
    """Return the e-mail address of a partner, or None when it cannot be one.

    Odoo's own parser makes an address of somebody else out of a typo (of
    "ann smith@example.com" it takes "smith@example.com"): here every part must be
    an address. Of several the first is taken.
    """
    text = (partner.email or "").strip()
    named = NAMED_ADDRESS.fullmatch(text)
    addresses = (
        [named[1]] if named else [part.strip() for part in SEPARATOR.split(text)]
    )
    if not all(ADDRESS.fullmatch(address) for address in addresses):
        return None
    return email_normalize(addresses[0]) or None


def _get_mobile(partner):
    """Return a number that can receive SMS, as E.164; a fixed line cannot."""
    country = partner.country_id or partner.company_id.country_id
    try:
        number = phonenumbers.parse(partner.phone or "", country.code or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or (
        phonenumbers.number_type(number) not in MOBILE_TYPES
    ):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _get_postal_address(partner):
    if not (partner.street and partner.city):
        return None
    return f"{partner.street}, {partner.zip or ''} {partner.city}"


def get_debtor_zone(partner, company):
    """Return the time zone in which a customer reads messages (pytz)."""
    name = partner.tz or company.partner_id.tz
    country = partner.country_id.code
    if not partner.tz and country:
        name = (pytz.country_timezones.get(country) or [name])[0]
    return pytz.timezone(name or "UTC")
