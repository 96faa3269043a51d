"""When notices are proposed, and what becomes of those that wait."""

from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain

from ...rules import guard
from ...tools import transactions
from .notice import OPEN_STATES

CASES_PER_BATCH = 500


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    @api.model
    def _cron_propose(self):
        """Look at the open notices again, then propose what has become due."""
        # A proposal sends nothing: it needs no right of whoever starts this.
        self = self.sudo()
        transactions.commit(self.env)
        companies = self.env["res.company"]._get_reminder_companies()
        transactions.run_each(
            companies, lambda some: some.env["payment.reminder.halt"]._watch_banks(some)
        )
        waiting = self.search([("state", "in", ("proposed", "approved", "held"))])
        if not self._work_off(waiting, type(self)._recheck):
            return
        for company in companies:
            cases = self._find_due_cases(company)
            if not self._work_off(cases.with_company(company), self._propose):
                return

    @api.model
    def _work_off(self, records, work):
        """Do ``work`` on many records, in batches that are committed.

        :return: whether there is time for more; else Odoo calls soon again
        """
        left = len(records)
        for start in range(0, len(records), CASES_PER_BATCH):
            batch = records[start : start + CASES_PER_BATCH]
            transactions.run_each(batch, work)
            left -= len(batch)
            if not self.env["ir.cron"]._reminder_progress(len(batch), left) and left:
                return False
        return True

    @api.model
    def _propose(self, cases):
        """Propose the next notice of cases that nobody else is busy with."""
        free = cases.try_lock_for_update()
        busy = free.env["payment.reminder"].search(
            [("case_id", "in", free.ids), ("state", "in", (*OPEN_STATES, "uncertain"))]
        )
        free.env["payment.reminder.proposal"]._propose(free - busy.case_id)

    @api.model
    def _find_due_cases(self, company):
        """Return the cases of a company whose next step may be proposed today."""
        cases = self.env["payment.reminder.case"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("next_date", "<=", company._get_reminder_today()),
                ("next_step_id", "!=", False),
                ("snoozed_until", "=", False),
                ("partner_id.reminder_excluded", "=", False),
            ]
        )
        busy = self.search(
            Domain("case_id", "in", cases.ids)
            & (
                Domain("state", "in", (*OPEN_STATES, "uncertain"))
                # What a person cancelled does not come back before tomorrow.
                | Domain("cancelled_date", ">=", company._get_reminder_day_start())
            )
        )
        return cases - busy.case_id

    def _recheck(self):
        """Ask the guard again about notices that wait in the queue.

        What can never be right again is cancelled, and what is still owed comes
        back as a new proposal; a held notice that nothing holds any more goes
        back into the queue. What somebody else is busy with is left alone.
        """
        cases = self.case_id.try_lock_for_update()
        free = self.filtered(lambda r: r.case_id in cases).try_lock_for_update()
        free.invalidate_recordset()
        waiting = free.filtered(lambda r: r.state in ("proposed", "approved", "held"))
        now = fields.Datetime.now()
        for reminder, facts in waiting._read_facts(now, as_if_released=True).items():
            codes = [str(code) for code in guard.check(facts, now)]
            reasons = set(codes) - {str(code) for code in guard.NOT_READY}
            if reasons & {str(code) for code in guard.OBSOLETE}:
                reminder._note_verdict(codes, facts)
                reminder._cancel(reminder._explain_obsolete())
            elif reminder.state == "held" and not reasons:
                reminder._release_held()
            elif reminder._is_news(codes, facts):
                reminder._note_verdict(codes, facts)

    def _is_news(self, codes, facts):
        """Tell whether people should read something else on this notice than before.

        What is in the way can be the same, and its sentence another: more money came
        in, or the invoice was sent meanwhile.
        """
        self.ensure_one()
        if (self.verdict or []) != codes:
            return True
        if not set(codes) - {str(code) for code in guard.NOT_READY}:
            return False
        known = guard.Facts.from_json(self.facts) if self.facts else None
        return not known or facts != replace(
            known, today=facts.today, state=facts.state
        )

    def _explain_obsolete(self):
        """Return why this notice can never be right again, in words."""
        self.ensure_one()
        explanation = self.env["payment.reminder.explanation"]
        facts = guard.Facts.from_json(self.sudo().facts)
        final = {str(code) for code in guard.OBSOLETE}
        return " ".join(
            explanation._explain_code(code, self, facts)
            for code in self.verdict
            if code in final
        )
