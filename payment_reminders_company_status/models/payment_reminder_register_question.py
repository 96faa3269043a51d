"""One question to a register: what is kept of the answer, and how long it rests."""

import logging
from datetime import timedelta

from odoo import fields, models

from odoo.addons.payment_reminders.http import MAX_PAUSE, PAUSE
from odoo.addons.payment_reminders.rules import insolvency
from odoo.addons.payment_reminders.tools import transactions

from ..registers import Outcome

_logger = logging.getLogger(__name__)

#: So many bad answers one after the other, and the register rests.
BAD_ANSWERS = 3
#: Seconds of the first rest of a register that is down; each one doubles it.
REST = 3600
#: These say nothing of the customer: the question is put again.
NOT_ITS_FAULT = (Outcome.THROTTLED, Outcome.AUTH)


class PaymentReminderRegister(models.Model):
    _inherit = "payment.reminder.register"

    def _ask_about(self, checks, wire=None):
        """Ask one question about these customers, and keep what comes of it."""
        self.ensure_one()
        wire = wire or self._make_wire()
        checks -= self._take_from_others(checks)
        numbers = list(dict.fromkeys(checks.mapped("number")))
        if not numbers:
            return
        today = self.company_id._get_reminder_today()
        count = self._get_asked_today() + 1
        # Counted before: a run that is cut off must not ask more than is allowed.
        self._write_apart({"asked_on": today, "asked_count": count})
        transactions.commit(self.env)
        heard = wire.look_up(numbers)
        self._keep(checks, heard)
        self._note(heard)

    def _take_from_others(self, checks):
        """Keep what another company has heard of the same numbers today.

        :return: the checks that need no question any more
        """
        others = checks.search(
            [
                ("country_code", "=", self.country),
                ("number", "in", checks.mapped("number")),
                ("checked_at", ">=", self.company_id._get_reminder_day_start()),
                ("company_id", "!=", self.company_id.id),
            ]
        )
        by_number = {other.number: other for other in others}
        known = checks.filtered(lambda check: check.number in by_number)
        if known:
            heard = {check: by_number[check.number]._get_reading() for check in known}
            known._receive(heard)
        return known

    def _keep(self, checks, heard):
        """Keep readings and problems, each customer harming no other."""

        def receive(these):
            these._receive({check: heard.readings[check.number] for check in these})

        read = checks.filtered(lambda check: check.number in heard.readings)
        if read:
            started = fields.Datetime.now()
            transactions.run_each(read, receive)
            # What was written beside this transaction is seen by the next one only.
            transactions.commit(self.env)
            read.invalidate_recordset()
            # What could not be kept, for a reason that is logged, is not asked at once.
            read = read.filtered(lambda c: c.asked_at and c.asked_at >= started)
        problems = {
            check: heard.problems.get(check.number)
            or (Outcome.MALFORMED if check.number in heard.readings else heard.outcome)
            for check in checks - read
        }
        for problem in {*problems.values()} - {Outcome.OK, *NOT_ITS_FAULT}:
            failed = checks.filtered(lambda c, p=problem: problems.get(c) == p)
            transactions.run_each(
                failed, lambda these, p=problem: these._receive_problem(str(p))
            )

    def _note(self, heard):
        """Note how the register fares, and let it rest when it is not well."""
        now = fields.Datetime.now()
        if heard.outcome == Outcome.OK:
            self._write_apart(
                {
                    "answered_at": now,
                    "problem": False,
                    "reason": False,
                    "failures": 0,
                    "rests_until": False,
                }
            )
            return
        _logger.info("%s: %s (%s)", self.code, heard.outcome, heard.reason)
        failures = self.failures + 1
        self._write_apart(
            {
                "problem": str(heard.outcome),
                "reason": heard.reason or False,
                "failures": failures,
                "is_stopped": heard.outcome == Outcome.AUTH,
            }
        )
        seconds = get_rest(heard.outcome, heard.pause, failures)
        if seconds:
            self._rest(now + timedelta(seconds=seconds))
        if heard.outcome == Outcome.AUTH:
            self._tell_managers(
                self.env._("The login of a company register was refused"),
                self.env._(
                    "%s refused the login. Debtors are not looked up there until you "
                    "have entered another one in the settings, or tested this one with "
                    "success. Reminders go on meanwhile, as your settings have it.",
                    self.display_name,
                ),
            )

    def _rest(self, until):
        self._write_apart({"rests_until": until})

    def _start_again(self):
        """Ask again what was stopped: the login was changed, or the test was good."""
        self.write(
            {
                "is_stopped": False,
                "problem": False,
                "reason": False,
                "failures": 0,
                "rests_until": False,
            }
        )

    def _write_apart(self, vals):
        """Write in a transaction of its own, which lasts whatever comes."""
        transactions.commit(self.env)
        transactions.run(self.env, lambda env: self.with_env(env).write(vals))
        self.invalidate_recordset()


class PaymentReminderCompanyStatus(models.Model):
    _inherit = "payment.reminder.company.status"

    def _get_reading(self):
        """Return what this check has read, for another company that asks the same."""
        self.ensure_one()
        return insolvency.Reading(
            self.country_code,
            self.number,
            insolvency.Status(self.status),
            self.word or "",
            self.since or None,
            self.source or "",
            self.remark or "",
        )


def get_rest(outcome, pause, failures):
    """Return the seconds that a register is left alone after a bad answer; 0: none.

    :param outcome: :class:`registers.Outcome`
    :param pause: seconds that the register asked for, or None
    :param failures: bad answers one after the other, this one included
    """
    if pause:
        return min(pause, MAX_PAUSE)
    if outcome == Outcome.THROTTLED:
        # After five in a row it has had enough of us for the day.
        return PAUSE * 2 ** (failures - 1) if failures <= 5 else MAX_PAUSE
    if outcome == Outcome.AUTH or failures < BAD_ANSWERS:
        return 0
    return min(REST * 2 ** (failures - BAD_ANSWERS), MAX_PAUSE)
