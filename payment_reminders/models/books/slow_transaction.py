"""Online payments that are under way: until when they hold, and who lets them go."""

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...rules import online
from .facts import get_debtor_zone


class PaymentReminderSlowTransaction(models.Model):
    """One online payment that takes longer than such payments do.

    The record says that a person was asked, and that one let it go: then it holds the
    case no longer, unless its state changes again. Nothing is written on the payment
    itself, which is the payer's.
    """

    _name = "payment.reminder.slow.transaction"
    _description = "Payment Reminder Slow Online Payment"
    _rec_name = "transaction_id"

    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Online payment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    date_asked = fields.Date(string="Asked on", readonly=True)
    let_go_date = fields.Datetime(string="Let go on", readonly=True)
    let_go_by_id = fields.Many2one(
        "res.users", string="Let go by", readonly=True, index="btree_not_null"
    )

    _once = models.UniqueIndex(
        "(case_id, transaction_id)", "This online payment is noted already."
    )

    @api.model
    def _find(self, cases, transactions):
        """Return {(case id, transaction id): what is noted of it}."""
        noted = self.sudo().search(
            [
                ("case_id", "in", cases.ids),
                ("transaction_id", "in", list(transactions)),
            ]
        )
        return {(slow.case_id.id, slow.transaction_id.id): slow for slow in noted}

    @api.model
    def _ask(self, cases):
        """Ask a person, once, about payments that take too long.

        :param cases: with an online payment under way
        """
        Facts = self.env["payment.reminder.facts"]
        hanging = [
            (case, row)
            for case, rows in Facts._read_transactions(cases).items()
            for row in rows
            if row["hangs"]
        ]
        noted = self._find(cases, {row["id"] for _case, row in hanging})
        new = {
            (case, row["id"]): row
            for case, row in hanging
            if (case.id, row["id"]) not in noted
        }
        self.sudo().create(
            [
                {
                    "case_id": case.id,
                    "transaction_id": number,
                    "date_asked": case.company_id._get_reminder_today(),
                }
                for case, number in new
            ]
        )
        for (case, _number), row in new.items():
            self._ask_about(case._in_staff_language(), row)

    @api.model
    def _ask_about(self, case, row):
        if row["state"] == "done":
            case._ask_person(
                case.env._("An online payment is not booked: %s", row["reference"]),
                case.env._(
                    "Its provider says since %s that it is paid. Register the payment.",
                    format_date(case.env, row["since"]),
                ),
            )
            return
        case._ask_person(
            case.env._("An online payment hangs: %s", row["reference"]),
            case.env._(
                "It has been under way since %(since)s; such a payment takes %(days)s "
                "banking days. Look for it at the bank or ask the customer. If nothing "
                "comes, let it go on the reminder: until then it holds.",
                since=format_date(case.env, row["since"]),
                days=row["days"],
            ),
        )

    @api.model
    def _let_go(self, case):
        """Let what is under way hold a case no longer.

        :return: ids of the payments
        """
        rows = self.env["payment.reminder.facts"]._read_transactions(case)[case]
        # One that pays two invoices is read for each of them.
        ids = list(dict.fromkeys(row["id"] for row in rows if row["state"] != "done"))
        noted = self._find(case, ids)
        now = {"let_go_date": fields.Datetime.now(), "let_go_by_id": self.env.uid}
        self.sudo().union(*noted.values()).write(now)
        self.sudo().create(
            [
                {"case_id": case.id, "transaction_id": number, **now}
                for number in ids
                if (case.id, number) not in noted
            ]
        )
        return ids


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_transactions(self, cases):
        """Read the online payments of these cases that are under way.

        :return: {case: [dict: id, move_id, reference, state, since (day), days (that it
            may take), hangs (whether these are over)]}, the oldest first
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT item.case_id, tx.id, rel.invoice_id AS move_id,
                       tx.reference, tx.state, tx.last_state_change,
                       COALESCE(method.code, '') AS method
                  FROM payment_reminder_item item
                  JOIN account_invoice_transaction_rel rel
                    ON rel.invoice_id = item.move_id
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                  LEFT JOIN payment_method method ON method.id = tx.payment_method_id
                 WHERE item.case_id = ANY(%(cases)s)
                   AND %(under_way)s
                 ORDER BY tx.last_state_change, tx.id
                """,
                cases=cases.ids,
                under_way=self._get_under_way(),
            )
        )
        calendars = self._get_calendars(cases)
        found = {case: [] for case in cases}
        for row in rows:
            case = cases.browse(row["case_id"])
            zone = get_debtor_zone(case.partner_id, case.company_id)
            since = row["last_state_change"] or fields.Datetime.now()
            since = zone.fromutc(since).date()
            last = online.last_day(calendars[case.id], since, row["method"])
            found[case].append(
                {
                    **row,
                    "since": since,
                    "days": online.wait_days(row["method"]),
                    "hangs": case.company_id._get_reminder_today() > last,
                }
            )
        return found

    @api.model
    def _read_transaction_facts(self, reminders):
        """Read since when online payments hold the items of these notices.

        :return: {item id: values of :class:`rules.guard.ItemFacts`}
        """
        found = {}
        by_case = self._read_transactions(reminders.case_id)
        for item in reminders.line_ids.item_id:
            rows = [
                row
                for row in by_case.get(item.case_id, ())
                if row["move_id"] == item.move_id.id
            ]
            if rows:
                found[item.id] = {
                    "transaction_since": rows[0]["since"],
                    "transaction_days": rows[0]["days"],
                    # One that may still come is waited for, however old another is;
                    # one that came is not let go, it is booked.
                    "transaction_hangs": all(
                        row["hangs"] and row["state"] != "done" for row in rows
                    ),
                }
        return found
