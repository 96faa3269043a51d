"""What follows from what a register said: the record, the hold and who is told."""

from odoo import api, fields, models

from ...rules import insolvency
from ...rules.insolvency import Status
from .company_status import ACTIVITY


class PaymentReminderCompanyStatus(models.Model):
    _inherit = "payment.reminder.company.status"

    @api.model
    def _receive(self, heard):
        """Keep what a register said of customers, and do what follows.

        :param heard: {check: :class:`rules.insolvency.Reading`}
        """
        now = fields.Datetime.now()
        for record, reading in heard.items():
            record.sudo()._keep(reading, now)
        self.union(*heard).sudo()._hold_cases()

    def _receive_problem(self, problem):
        """Note that a question brought nothing; what was known before stays.

        :param problem: a code of ``problem``
        """
        self.sudo().write({"asked_at": fields.Datetime.now(), "problem": problem})

    def _keep(self, reading, now):
        """Keep one reading; tell trail and person when it says something new."""
        self.ensure_one()
        before = self._get_key()
        known = Status(self.status) if self.status else None
        status = insolvency.reconsider(reading.status, known)
        good = insolvency.is_good(status)
        self.write(
            {
                "status": str(status),
                "word": reading.word,
                "since": reading.since,
                "source": reading.source,
                "remark": reading.remark or False,
                "checked_at": now,
                "asked_at": now,
                "problem": False,
                **({"good_at": now} if good else {}),
            }
        )
        if self._get_key() == before:
            return
        action = insolvency.ACTIONS[status]
        if action.freeze:
            self.date_decree = reading.since or self.company_id._get_reminder_today(now)
        elif good:
            # Should the old situation come back, it is decided about anew.
            self.decided_key = False
        still_fine = known in (None, Status.ACTIVE) and not action.ask
        if not still_fine:
            self._tell()

    def _get_key(self):
        """Return what a person decides about; empty before the first answer."""
        self.ensure_one()
        if not self.status:
            return ""
        return insolvency.Reading(
            self.country_code,
            self.number,
            Status(self.status),
            self.word or "",
            self.since or None,
            self.source or "",
        ).key

    def _tell(self):
        """Write into the trail of the customer's cases, and ask their responsibles."""
        for case in self.case_ids:
            user = case._get_responsible()
            told = self.with_context(lang=user.lang)
            case._log_event("company_status", told._get_evidence())
            case.activity_schedule(
                ACTIVITY,
                summary=told._get_summary(),
                note=told._get_note(),
                user_id=user.id,
            )

    def _get_evidence(self):
        """Return the trail's payload of what was read."""
        self.ensure_one()
        return {
            "status": self.status,
            "word": self.word or "",
            "since": fields.Date.to_string(self.since) or "",
            "number": f"{self.country_code} {self.number}",
            # In the words of the register: free text stays out of the chain.
            "note": self.remark or "",
            "source": self.source or "",
            "read": fields.Datetime.to_string(self.checked_at),
        }

    def _hold_cases(self):
        """Put the open cases of these customers on hold where the status asks it.

        What a person has released stays released until the register says otherwise.
        """
        for record in self:
            reason = record._get_freeze_reason()
            if not reason:
                continue
            for case in record.case_ids:
                told = record.with_env(case._in_staff_language().env)
                case._freeze(reason, told._get_sentence())

    def _get_freeze_reason(self):
        """Return why the customer's cases rest, or None; see ``rules.insolvency``."""
        self.ensure_one()
        if not self.status or self.decided_key == self._get_key():
            return None
        return insolvency.ACTIONS[Status(self.status)].freeze

    def _decide(self):
        """Note that a person has looked at what the register says now."""
        for record in self.sudo():
            record.write(
                {
                    "decided_key": record._get_key(),
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                }
            )

    def _get_age_days(self, now):
        """Return the days since a register last said something certain."""
        self.ensure_one()
        return (now - (self.good_at or self.followed_since)).days
