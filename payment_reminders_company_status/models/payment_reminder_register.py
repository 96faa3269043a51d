"""The daily look at company registers: who is asked, and about whom, in which order."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment_reminders.tools import transactions

from ..registers import REGISTERS, Bolagsverket, Door

PARAMETER = "payment_reminders_company_status"
#: A customer of whom a question brought nothing is asked about again after this.
TRY_AGAIN = timedelta(hours=6)


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
                if not transactions.report_progress(self.env, len(checks), left):
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
