"""The daily look at company registers: whose turn it is, and how a register fares."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment_reminders.models import transactions
from odoo.addons.payment_reminders.rules import insolvency

from ..registers import REGISTERS, Bolagsverket, Door, Outcome
from ..registers.door import MAX_PAUSE, PAUSE

_logger = logging.getLogger(__name__)

PARAMETER = "payment_reminders_company_status"
#: A customer of whom a question brought nothing is asked about again after this.
TRY_AGAIN = timedelta(hours=6)
#: So many bad answers one after the other, and the register rests.
BAD_ANSWERS = 3
#: Seconds of the first rest of a register that is down; each one doubles it.
REST = 3600
#: A manager hears of customers of whom nothing certain was heard for so many days.
TELL_AFTER_DAYS = 30
#: These say nothing of the customer: the question is put again.
NOT_ITS_FAULT = (Outcome.THROTTLED, Outcome.AUTH)


class PaymentReminderRegister(models.Model):
    """One company register as one company asks it, and how it fares."""

    _name = "payment.reminder.register"
    _description = "Company Register"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, code"
    _rec_name = "code"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    code = fields.Selection(
        [
            ("virk", "Denmark: CVR (Virk)"),
            ("cvrapi", "Denmark: CVR (cvrapi.dk)"),
            ("bronnoysund", "Norway: Brønnøysund"),
            ("bolagsverket", "Sweden: Bolagsverket"),
            ("prh", "Finland: PRH"),
            ("companies_house", "United Kingdom: Companies House"),
        ],
        string="Register",
        required=True,
        readonly=True,
    )
    country = fields.Char(compute="_compute_country")
    answered_at = fields.Datetime(string="Last answer", readonly=True)
    problem = fields.Selection(
        [
            ("rejected", "It refused the question"),
            ("auth", "It refused the login"),
            ("throttled", "Too many questions for now"),
            ("unavailable", "It did not answer"),
            ("malformed", "The answer made no sense"),
        ],
        readonly=True,
        help="What came of the last question. Empty: it was answered.",
    )
    reason = fields.Char(readonly=True)
    failures = fields.Integer(
        string="Bad answers", readonly=True, help="One after the other."
    )
    rests_until = fields.Datetime(
        readonly=True, help="It is not asked before. Others are, and reminders go on."
    )
    is_stopped = fields.Boolean(
        string="Stopped",
        readonly=True,
        help="It refused the login. It is asked again after a good test in the "
        "settings, or with another login.",
    )
    asked_on = fields.Date(readonly=True)
    asked_count = fields.Integer(string="Questions that day", readonly=True)

    _company_code_uniq = models.Constraint(
        "UNIQUE(company_id, code)", "This register is there already."
    )

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for register in self:
            register.display_name = labels.get(register.code)

    def _compute_country(self):
        for register in self:
            register.country = REGISTERS[register.code].country

    # -- which ------------------------------------------------------------------

    @api.model
    def _provide(self, company):
        """Return the registers that a company can ask; they are made when missing."""
        codes = set(company._get_company_register_logins())
        # sudo: nobody has the right to write what a register does.
        known = self.sudo().search([("company_id", "=", company.id)])
        missing = sorted(codes - set(known.mapped("code")))
        known |= known.create([{"company_id": company.id, "code": c} for c in missing])
        return known.filtered(lambda register: register.code in codes)

    def _make_wire(self):
        """Return the :class:`registers.base.Register` that really asks."""
        self.ensure_one()
        cls = REGISTERS[self.code]
        login = self.company_id._get_company_register_logins()[self.code]
        per_minute = int(self._get_parameter("per_minute") or cls.per_minute)
        if cls is Bolagsverket:
            return cls(
                Door(self._get_parameter("url"), per_minute=per_minute),
                Door(self._get_parameter("token_url"), auth=login),
            )
        return cls(Door(self._get_parameter("url"), login, per_minute))

    def _get_parameter(self, name):
        key = f"{PARAMETER}.{self.code}_{name}"
        return self.env["ir.config_parameter"].sudo().get_param(key) or ""

    # -- the daily look ---------------------------------------------------------

    @api.model
    def _run(self):
        """Ask the registers, in turns, about the debtors whose turn it is.

        Each answer is kept at once, so that a run that is cut off loses nothing, and
        no transaction is open while the network is waited for. What a run does not
        reach, or a register puts off, is done by the next one.
        """
        companies = self.env["res.company"].search(
            [("company_status_active", "=", True)]
        )
        registers = self.browse()
        for company in companies:
            self.env["payment.reminder.company.status"]._follow(company)
            registers |= self._provide(company)
        registers._tell_of_old_checks()
        wires = {register: register._make_wire() for register in registers}
        registers._take_turns(wires)
        registers._come_back()

    def _take_turns(self, wires):
        """Put one question to each register after the other, while there is time."""
        progress = self.env["ir.cron"]
        left = self._get_ready()._count_due()
        before = None
        # A round that brought nothing at all is not repeated.
        while left and left != before:
            before = left
            for register in self._get_ready():
                checks = register._get_due(wires[register])
                if checks:
                    register._ask_about(checks, wires[register])
                left = self._get_ready()._count_due()
                if not progress._reminder_progress(len(checks), left):
                    return

    def _get_ready(self):
        """Return the registers that may be asked, and have somebody to ask about."""
        return self.filtered(lambda r: not r._is_resting() and r._count_due())

    def _is_resting(self):
        self.ensure_one()
        return self.is_stopped or bool(
            self.rests_until and self.rests_until > fields.Datetime.now()
        )

    def _come_back(self):
        """Have the scheduled action run again when the first register has rested."""
        moments = [
            register.rests_until
            for register in self
            if register._is_resting()
            and not register.is_stopped
            and register._count_due()
        ]
        if moments:
            action = self.env.ref("payment_reminders.ir_cron_company_status")
            action._trigger(at=min(moments))

    def _count_due(self):
        return sum(
            self.env.execute_query(
                SQL("SELECT COUNT(*) FROM (%s) due", register._get_due_query())
            )[0][0]
            for register in self
        )

    def _get_due(self, wire):
        """Return the checks that go into the next question."""
        limit = wire.batch
        if wire.per_day:
            limit = min(limit, wire.per_day - self._get_asked_today())
            if limit <= 0:
                self._rest(self._get_tomorrow())
                return self.env["payment.reminder.company.status"]
        rows = self.env.execute_query(
            SQL("%s ORDER BY s.asked_at NULLS FIRST, s.id", self._get_due_query())
        )
        numbers, ids = set(), []
        for check_id, number in rows:
            # One number is one question, whoever has it.
            if number not in numbers and len(numbers) == limit:
                break
            numbers.add(number)
            ids.append(check_id)
        return self.env["payment.reminder.company.status"].browse(ids)

    def _get_due_query(self):
        """Return the query of the debtors who are to be asked about today."""
        self.ensure_one()
        self.env.flush_all()
        now = fields.Datetime.now()
        return SQL(
            """
            SELECT s.id, s.number
              FROM payment_reminder_company_status s
             WHERE s.company_id = %(company)s
               AND s.country_code = %(country)s
               AND (s.checked_at IS NULL OR s.checked_at < %(today)s)
               AND (s.asked_at IS NULL OR s.asked_at < %(again)s
                    OR s.problem IS NULL)
               AND EXISTS (
                   SELECT 1 FROM payment_reminder_case c
                    WHERE c.company_id = s.company_id
                      AND c.partner_id = s.partner_id
                      AND c.state != 'closed')
            """,
            company=self.company_id.id,
            country=self.country,
            today=self.company_id._get_reminder_day_start(now),
            again=now - TRY_AGAIN,
        )

    def _get_asked_today(self):
        today = self.company_id._get_reminder_today()
        return self.asked_count if self.asked_on == today else 0

    def _get_tomorrow(self):
        return self.company_id._get_reminder_day_start() + timedelta(days=1)

    # -- one question -----------------------------------------------------------

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

    # -- people -----------------------------------------------------------------

    def _test(self):
        """Ask each of these registers one question.

        :return: [(sentence, whether it answered)]
        """
        labels = dict(self._fields["problem"]._description_selection(self.env))
        results = []
        for register in self:
            wire = register._make_wire()
            name = register.display_name
            transactions.commit(self.env)
            heard = wire.look_up([wire.probe_number])
            is_good = heard.outcome == Outcome.OK and not heard.problems
            if is_good:
                register._start_again()
                sentence = self.env._("%s answers.", name)
            else:
                problem = heard.problems.get(wire.probe_number) or heard.outcome
                sentence = f"{name}: {labels[str(problem)]} ({heard.reason or '-'})"
            results.append((sentence, is_good))
        return results

    def _tell_of_old_checks(self):
        """Tell managers of customers of whom nothing certain was heard for long."""
        limit = fields.Datetime.now() - timedelta(days=TELL_AFTER_DAYS)
        for register in self:
            [(count,)] = self.env.execute_query(
                SQL(
                    """
                    SELECT COUNT(*)
                      FROM payment_reminder_company_status s
                     WHERE s.company_id = %s
                       AND s.country_code = %s
                       AND COALESCE(s.good_at, s.followed_since) < %s
                       AND EXISTS (
                           SELECT 1 FROM payment_reminder_case c
                            WHERE c.company_id = s.company_id
                              AND c.partner_id = s.partner_id
                              AND c.state != 'closed')
                    """,
                    register.company_id.id,
                    register.country,
                    limit,
                )
            )
            if count:
                register._tell_managers(
                    self.env._("Debtors were not looked up for a month"),
                    self.env._(
                        "%(register)s has said nothing certain of %(count)s customers "
                        "for more than %(days)s days. See Debtors in Trouble, filter "
                        "“Could not be read”.",
                        register=register.display_name,
                        count=count,
                        days=TELL_AFTER_DAYS,
                    ),
                )

    def _tell_managers(self, summary, note):
        """Leave an activity for each manager of the company, unless it is there."""
        self.ensure_one()
        group = self.env.ref("payment_reminders.group_reminder_manager")
        told = self.activity_ids.filtered(lambda a: a.summary == summary).user_id
        for user in group.sudo().all_user_ids - told:
            if user.active and self.company_id in user.company_ids:
                self.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=summary,
                    note=note,
                    user_id=user.id,
                )


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
