"""How cases come to be: what has fallen due is put into the case of its customer."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import bulk, transactions

#: How many customers a scheduled action takes at a time.
CASES_PER_BATCH = 500


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    @api.model
    def _cron_refresh(self):
        """Open cases for what has fallen due, and look at every open case again."""
        # Following the books needs no right of whoever starts it, and gives none.
        self = self.sudo()
        ir_cron = self.env["ir.cron"]
        transactions.commit(self.env)
        for company in self.env["res.company"]._get_reminder_companies():
            # READ COMMITTED: who waited for the lock below sees what was opened.
            transactions.run_each(
                company, lambda own: self.with_env(own.env)._open_due(own)
            )
            ir_cron._reminder_progress(0)
        cases = self.search([("state", "!=", "closed")]) | self._find_reopened()
        left = len(cases)
        for start in range(0, len(cases), CASES_PER_BATCH):
            batch = cases[start : start + CASES_PER_BATCH]
            transactions.run_each(batch, type(self)._refresh_free)
            left -= len(batch)
            ir_cron._reminder_progress(len(batch), left)
        self._warn_of_limitation()
        self.env["payment.reminder.ladder"]._warn_of_missing_rates()

    @api.model
    def _find_reopened(self):
        """Return closed cases of which something may be owed again.

        The refresh after a payment is undone does this at once; this is for the
        one that a crash swallowed.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT item.case_id
                  FROM payment_reminder_item item
                  JOIN payment_reminder_case state ON state.id = item.case_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE state.state = 'closed'
                   AND item.is_dropped IS NOT TRUE
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency > 0
                """
            )
        )
        return self.browse(case_id for (case_id,) in rows)

    @api.model
    def _open_due(self, company):
        """Put what has fallen due, or soon will, into cases of its customers.

        :param company: res.company that has a ladder
        :return: the cases that got something new
        """
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), %s)",
            ["payment_reminder_case", company.id],
        )
        today = company._get_reminder_today()
        ahead = company._get_reminder_ladders()._get_days_ahead()
        rows = self.env["payment.reminder.facts"]._read_candidates(
            company, fields.Date.add(today, days=ahead)
        )
        live = self.env["payment.reminder.facts"]._read_due_items(
            {row["line_id"] for row in rows}
        )
        # What is left to an agency is no claim on the customer.
        rows = [row for row in rows if row["key"] in live and live[row["key"]].owed > 0]
        if not rows:
            return self.browse()
        by_identity = defaultdict(list)
        for row in rows:
            identity = self._get_identity(
                company.id, row["partner_id"], row["currency_id"]
            )
            by_identity[identity].append(row)
        cases = self._find_or_open(company, by_identity)
        opened = self.browse([case.id for case in cases.values()])
        live |= self.env["payment.reminder.facts"]._read_due_items(
            opened.item_ids.move_line_id.ids
        )
        items = bulk.insert(
            self.env["payment.reminder.item"],
            [
                self._prepare_item_vals(cases[identity], live[row["key"]])
                for identity, group in by_identity.items()
                for row in group
            ],
        )
        opened.invalidate_recordset(["item_ids"])
        items._choose_holdout(live)
        opened._follow(live)
        items._log_refused_parts()
        return opened

    @api.model
    def _prepare_item_vals(self, case, seen):
        return {
            "case_id": case.id,
            "move_line_id": seen.line_id,
            "move_id": seen.move_id,
            "agency_part_id": seen.part_id or False,
            "date_due": seen.date_due,
            "amount_known": float(seen.owed),
            "amount_credited_known": float(seen.credited),
            "interest_claimed": 0.0,
        }

    @api.model
    def _get_identity(self, company_id, partner_id, currency_id):
        return f"{company_id}/{partner_id}/{currency_id}"

    def _find_or_open(self, company, by_identity):
        """Return {identity: case}; closed ones start again, missing ones are made."""
        known = self.search([("identity", "in", list(by_identity))])
        closed = known.filtered(lambda case: case.state == "closed")
        partners = {
            partner.id: partner
            for partner in self.env["res.partner"]
            .with_company(company)
            .browse({group[0]["partner_id"] for group in by_identity.values()})
        }
        ladders = {
            partner_id: partner._get_reminder_ladder(company)
            for partner_id, partner in partners.items()
        }
        for case in closed:
            case._start_again(ladders[case.partner_id.id])
        cases = {case.identity: case for case in known}
        missing = {
            identity: group
            for identity, group in by_identity.items()
            if identity not in cases
        }
        new = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        ).create(
            [
                self._prepare_case_vals(
                    company,
                    identity,
                    group[0],
                    partners[group[0]["partner_id"]],
                    ladders,
                )
                for identity, group in missing.items()
            ]
        )
        new._set_names()
        (new | closed)._log_event("opened", {})
        cases.update(zip(missing, new, strict=True))
        return cases

    @api.model
    def _prepare_case_vals(self, company, identity, first, partner, ladders):
        return {
            "identity": identity,
            "company_id": company.id,
            "partner_id": partner.id,
            "currency_id": first["currency_id"],
            "user_id": partner.user_id.id or first["user_id"],
            "ladder_id": ladders[partner.id].id,
            "date_open": fields.Datetime.now(),
        }

    def _set_names(self):
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE payment_reminder_case SET name = 'RC' || lpad(id::text, 5, '0')"
                " WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.invalidate_recordset(["name", "display_name"], flush=False)

    def _start_again(self, ladder):
        """Start a closed case afresh: what is new begins on today's ladder."""
        self.ensure_one()
        self.write(
            {
                "state": "active",
                "close_reason": False,
                "close_note": False,
                "date_close": False,
                "date_open": fields.Datetime.now(),
                "snoozed_until": False,
                "ladder_id": ladder.id,
            }
        )
