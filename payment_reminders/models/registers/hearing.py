"""What follows from what a register said: the record, the hold and who is told."""

from odoo import api, fields, models
from odoo.tools import format_date

from ...rules import insolvency
from ...rules.insolvency import Status
from .company_status import ACTIVITY


class PaymentReminderCompanyStatus(models.Model):
    _inherit = "payment.reminder.company.status"
    advice = fields.Text(string="What to do", compute="_compute_advice")

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
        known = Status(self.status) if self.status else None
        is_readable = reading.word != insolvency.UNREADABLE
        if not is_readable and insolvency.is_grave(known):
            # What was read of this debtor stands, and so does the day of the decree.
            self._receive_problem("malformed")
            return
        before, warned = self._get_key(), self.remark or ""
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
                "problem": False if is_readable else "malformed",
                **({"good_at": now} if good else {}),
            }
        )
        is_warning = good and reading.remark not in ("", warned)
        if self._get_key() == before:
            if is_warning:
                self._tell()
            return
        action = insolvency.ACTIONS[status]
        if action.freeze:
            self.date_decree = reading.since or self.company_id._get_reminder_today(now)
        elif good:
            # Should the old situation come back, it is decided about anew.
            self.decided_key = False
        still_fine = known in (None, Status.ACTIVE) and not action.ask
        if is_warning or not still_fine:
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

    def _prepare_facts(self, company, now):
        """Return what the guard must know of a customer's state in the registers.

        :param company: whose customer it is
        :param now: UTC datetime without zone
        :return: values of :class:`rules.guard.Facts`
        """
        # The guard judges by what is known, whoever asks.
        check = self.sudo()
        reason = check._get_freeze_reason()
        followed = company._follows_company_registers()
        holds_old = company.reminder_status_when_stale == "hold"
        return {
            "insolvency": reason == insolvency.INSOLVENCY,
            "status_unknown": reason == insolvency.STATUS_UNKNOWN,
            "status_age_days": check._get_age_days(now) if followed else None,
            "status_age_limit": company.reminder_status_stale_days
            if holds_old
            else None,
        }

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

    # -- what a person reads --------------------------------------------------------

    @api.depends("status", "remark", "date_filing", "date_decree", "successor_id")
    @api.depends_context("lang")
    def _compute_advice(self):
        texts = self._get_advice_texts()
        for record in self:
            advice = texts.get(record.status, "")
            if record.remark and record.status == Status.ACTIVE:
                advice = self._get_warning(record.remark)
            if record.status in ("bankruptcy", "liquidation") and record.date_filing:
                advice += "\n" + self.env._(
                    "File until %s.", format_date(self.env, record.date_filing)
                )
            if record.status == "succeeded" and record.successor_id:
                advice += "\n" + self.env._(
                    "The successor is %s.", record.successor_id.display_name
                )
            record.advice = advice or False

    @api.model
    def _get_warning(self, remark):
        """Return what a person does when a company in good standing has a remark."""
        if remark == insolvency.STRIKE_OFF:
            return self.env._(
                "The company is to be struck off unless somebody objects; what it has "
                "falls to the Crown then, and nobody pays you. Object at Companies "
                "House within the time of the notice, and say what is owed. Reminders "
                "go on meanwhile."
            )
        return self.env._(
            "The register warns of this company: “%s”. Look it up and decide; "
            "reminders go on meanwhile.",
            remark,
        )

    @api.model
    def _get_advice_texts(self):
        """Return {status: what a person does now}."""
        by_when = self.env._(
            "The decree or the notice to creditors says by when: enter the day under "
            "“File until”."
        )
        no_more = self.env._(
            "Send no more reminders: what is owed can only be claimed in the "
            "proceedings, and interest counts up to the day of the decree."
        )
        return {
            "bankruptcy": "\n".join(
                (
                    no_more,
                    self.env._(
                        "File the claim below with the trustee, with the invoices and "
                        "the interest that is listed. The register or the court names "
                        "the trustee."
                    ),
                    by_when,
                )
            ),
            "liquidation": "\n".join(
                (
                    self.env._(
                        "File the claim below with the liquidator, before what is left "
                        "is shared out."
                    ),
                    by_when,
                )
            ),
            "restructuring": self.env._(
                "No creditor may enforce a claim alone now. Ask the restructuring "
                "administrator how to file, and whether you are paid for what you "
                "deliver from here on. Release the case only when that is settled."
            ),
            "dissolved": self.env._(
                "There is no debtor left. Look whether a guarantor or the estate still "
                "pays, or close the case and write the invoices off."
            ),
            "succeeded": self.env._(
                "The debt has gone over to another company. Find the successor in the "
                "register, enter it below, and send it a copy of the invoices before "
                "anybody is reminded again."
            ),
            "changing": self.env._(
                "The register says something that is neither good standing nor "
                "insolvency. Look it up and decide; reminders go on meanwhile."
            ),
            "removed": self.env._(
                "The register knew this number and does not any more. Look it up: the "
                "company may be dissolved. Release the case when you know."
            ),
            "unknown": self.env._(
                "The register uses a word that nobody here knows, or answers in a form "
                "that cannot be read. Look the company up, and release the case when "
                "it is harmless."
            ),
            "not_found": self.env._(
                "The register knows no such number. Look whether the company ID of "
                "the customer is right; reminders go on meanwhile."
            ),
        }

    def _get_summary(self):
        labels = dict(self._fields["status"]._description_selection(self.env))
        if self.remark and self.status == Status.ACTIVE:
            return self.env._("The register warns: %s", self.partner_id.display_name)
        return f"{labels[self.status]}: {self.partner_id.display_name}"

    def _get_note(self):
        if self.status == Status.ACTIVE and not self.remark:
            return self.env._(
                "The register says again that this company is in good standing. That "
                "alone releases nothing: look, and release the case with a reason."
            )
        return self.advice

    def _get_sentence(self):
        """Return what the register says, as the reason of a hold."""
        self.ensure_one()
        labels = dict(self._fields["status"]._description_selection(self.env))
        values = {
            "status": labels[self.status],
            "register": self.source,
            "word": f"{self.word} {self.remark or ''}".strip(),
            "day": format_date(self.env, self.since or self.checked_at.date()),
        }
        if self.since:
            return self.env._(
                "%(status)s: %(register)s, “%(word)s” since %(day)s", **values
            )
        return self.env._(
            "%(status)s: %(register)s, “%(word)s”, read on %(day)s", **values
        )
