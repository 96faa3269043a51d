"""The settings of a company, by subject, and what is asked of a company as such."""

from datetime import datetime, time, timedelta

import pytz

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, config

from ..rules import brake, doubts, fees, trifle
from ..rules import plan as plan_rules
from ..tools.decimals import to_decimal

#: The company number has a name of its own in its country.
COMPANY_NUMBERS = {
    "DK": "CVR-nr.",
    "SE": "Org.nr",
    "NO": "Org.nr.",
    "FI": "Y-tunnus",
    "DE": "Handelsregister",
}
#: How old the newest bank line may be, until a company chooses otherwise.
BANK_STALE_DAYS = 5


def get_today(zone, country, moment=None):
    """Return the calendar day of a company at a moment (UTC; default: now).

    :param zone: name of its time zone, if it has one
    :param country: code of its country, if it has one
    """
    moment = moment or fields.Datetime.now()
    return pytz.utc.localize(moment).astimezone(_get_zone(zone, country)).date()


def _get_zone(zone, country):
    return pytz.timezone(zone or pytz.country_timezones.get(country or "", ["UTC"])[0])


class ResCompany(models.Model):
    _inherit = "res.company"

    # -- ladder and queue ----------------------------------------------------------

    reminder_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Reminder ladder",
        domain="[('company_id', 'in', [id, False]), ('successor_id', '=', False)]",
        help="Customers without a ladder of their own are reminded by this one. Empty: "
        "nobody is reminded.",
        index="btree_not_null",
    )
    reminder_start_date = fields.Date(
        string="Reminders start on",
        help="No reminder is proposed by itself before this day.",
    )
    reminder_backlog_until = fields.Date(
        help="What fell due before this day was overdue when reminders were activated: "
        "it waits until a manager has decided once. Empty: decided.",
    )
    reminder_big_amount = fields.Monetary(
        string="A big reminder starts at",
        default=10000.0,
        help="The queue has a filter for reminders of at least this total claim.",
    )
    is_reminder_panel_hidden = fields.Boolean(
        help="The panel on the queue was put away.",
    )
    is_reminder_tested = fields.Boolean(help="A test message was sent.")
    reminder_health_left = fields.Json(
        help="Codes of the advice on the set-up that a manager put aside.",
    )

    # -- new steps -----------------------------------------------------------------

    reminder_default_fee = fields.Selection(
        [("statutory", "What the law gives"), ("none", "No fee")],
        string="Fee of new steps",
        required=True,
        default="statutory",
        help="What a new step of a ladder charges until somebody changes it. Where the "
        "law names no fee, it is none.",
    )
    reminder_default_interest = fields.Boolean(
        string="Interest in new steps",
        default=True,
        help="New steps of a ladder claim the statutory interest until somebody "
        "changes it.",
    )

    # -- money in the books, and invoices that arrived late ------------------------

    reminder_bank_stale_days = fields.Integer(
        string="Oldest acceptable bank line (days)",
        default=BANK_STALE_DAYS,
        help="Reminders are held when the newest bank line is older. A company without "
        "any bank line is not held. 0: not checked.",
    )
    reminder_amount_tolerance = fields.Monetary(
        string="Tolerance of bank lines",
        compute="_compute_reminder_amount_tolerance",
        store=True,
        readonly=False,
        help="A bank line without a customer holds a reminder when it is this close to "
        "what the reminder asks for: banks keep their charges. In another currency it "
        "is converted. 0: it must be the exact amount.",
    )
    reminder_require_invoice_sent = fields.Selection(
        [
            ("never", "Never"),
            ("fee", "For steps with a fee"),
            ("always", "For every step"),
        ],
        string="The invoice must have reached the customer",
        default="fee",
        required=True,
        help="A reminder is held while an invoice on it was never sent to the "
        "customer, or came back.",
    )
    reminder_invoice_grace_days = fields.Integer(
        string="Days after a late invoice",
        default=10,
        help="When an invoice reached the customer only after it was due, such a "
        "reminder waits so many days from then.",
    )

    # -- sending -------------------------------------------------------------------

    reminder_hour_from = fields.Float(
        string="Reminders from",
        default=8.0,
        help="Local hour of the customer from which reminders are sent.",
    )
    reminder_hour_to = fields.Float(
        string="Reminders until",
        default=17.0,
        help="Local hour of the customer after which no reminder is sent.",
    )
    reminder_letter_window = fields.Selection(
        [("left", "Left"), ("right", "Right")],
        string="Window of the envelopes",
        default="left",
        required=True,
        help="Where the customer's address stands on letters on paper.",
    )
    reminder_holdout_percent = fields.Integer(
        string="Nudges held out (%)",
        help="So many in a hundred nudges, chosen by chance, come later. 0: none.",
    )
    reminder_holdout_days = fields.Integer(
        string="Held out for (days)",
        default=5,
        help="A nudge that would then come after the due date is left out.",
    )

    # -- send brake ----------------------------------------------------------------

    reminder_brake = fields.Boolean(
        string="Send brake",
        default=True,
        help="A run that is far out of the usual stops before its first message, and a "
        "manager releases it.",
    )
    reminder_brake_factor = fields.Float(
        string="Times the usual",
        default=3.0,
        help="So many times a usual busy day (nine of ten days of the last three "
        "months were no busier) may leave on one day. 0: not looked at.",
    )
    reminder_brake_floor = fields.Integer(
        string="Never too many",
        default=100,
        help="So many reminders a day never stop, also while there is no usual yet.",
    )
    reminder_brake_per_customer = fields.Integer(
        string="To one customer in a week",
        default=5,
        help="More reminders to one customer within a week stop the run. 0: not looked "
        "at.",
    )
    reminder_brake_idle_days = fields.Integer(
        string="Longest rest (days)",
        default=7,
        help="When nothing ran for longer (a server that was off, a clock that "
        "jumped), the next run stops. 0: not looked at.",
    )

    # -- law, fees and interest ----------------------------------------------------

    reminder_complaints_body = fields.Char(
        string="Complaints body",
        help="Named in reminders to private persons, with its address.",
    )
    reminder_fee_agreed = fields.Boolean(
        string="Reminder fees are agreed with customers",
        help="Some countries (Sweden) allow a reminder fee only if it was agreed when "
        "the debt arose, as by terms of sale that the customer accepted.",
    )
    reminder_fee_floor = fields.Monetary(
        string="No reminder fee under",
        compute="_compute_reminder_fee_floor",
        store=True,
        readonly=False,
        help="No fee is asked for when less than this is overdue: it would be out of "
        "proportion. 0: the law alone says when.",
    )
    reminder_fee_max_share = fields.Float(
        string="Reminder fees at most (% of what is overdue)",
        help="No fee is asked for that brings the sum of the fees over this share of "
        "what is overdue. 0: no limit of your own; the law's holds in any case.",
    )
    reminder_first_fee_free = fields.Boolean(
        string="First reminder fee is forgone",
        help="A customer who was charged no reminder fee, and forgiven none, in the "
        "last twelve months is forgiven the first one.",
    )
    reminder_chase_trifles = fields.Boolean(
        string="Ask for trifles too",
        help="Unless this is set, a rest that rounding, exchange or bank charges leave "
        "(up to about 3 euro) is put to you and never reminded of by itself, and no "
        "fee is more than what is overdue.",
    )
    reminder_trifle_limit = fields.Monetary(
        string="Propose to write off up to",
        help="When this or less is overdue after two reminders, you are asked to write "
        "it off before a third one goes out. 0: never.",
    )
    reminder_sources = fields.Char(
        readonly=True,
        copy=False,
        help="Codes of the programs beside Odoo in which this company has invoices.",
    )
    reminder_takes_online = fields.Boolean(
        compute="_compute_reminder_takes_online",
        compute_sudo=True,
        help="Customers can pay on their page.",
    )
    reminder_fee_account_id = fields.Many2one(
        "account.account",
        string="Account of reminder fees and lump sums",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Where a draft invoice of open fees books them.",
        index="btree_not_null",
    )
    reminder_interest_account_id = fields.Many2one(
        "account.account",
        string="Account of interest on late payment",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Where a draft invoice of open interest books it.",
        index="btree_not_null",
    )

    # -- what sales may hold -------------------------------------------------------

    reminder_rep_days = fields.Integer(
        string="Sales may hold for (days)",
        default=30,
        help="A representative may snooze a case for so long at most, and a hold of a "
        "representative, of a case or of one reminder, ends after it. 0: no limit.",
    )

    reminder_keep_months = fields.Integer(
        string="Keep sent texts for (months)",
        default=0,
        help="Texts of reminders and the figures behind them are removed so many "
        "months after they were sent, once their case is closed. What was claimed, and "
        "the trail, stay. 0: everything is kept.",
    )

    # -- the customer's page -------------------------------------------------------

    reminder_link_days = fields.Integer(
        string="Links in reminders work for (days)",
        default=90,
        help="After these days the customer asks for a new link, which goes to the "
        "e-mail address that you have of the customer.",
    )
    reminder_answer_days = fields.Integer(
        string="Answer questions within (banking days)",
        default=3,
        help="The customer is told this day; the responsible has it as deadline.",
    )
    reminder_answer_grace_days = fields.Integer(
        string="Days of grace after an answer",
        default=7,
        help="Nothing is sent for so many days after a question was answered.",
    )
    reminder_paid_days = fields.Integer(
        string="Wait for a payment (banking days)",
        default=5,
        help="So long a case waits when a customer says that it is paid.",
    )
    reminder_solved_days = fields.Integer(
        string="Pause after an answer by itself (days)",
        default=7,
        help="So long nothing is sent after a customer gave a number for the invoice, "
        "or asked for the invoice, and got it by itself.",
    )

    reminder_draft_by_model = fields.Boolean(
        string="Let a language model draft answers",
        help="Only with an addon that asks one. It is given the facts and what the "
        "customer wrote. Its draft is shown to staff; only a person sends it.",
    )

    # -- plans ---------------------------------------------------------------------

    reminder_plan_max_parts = fields.Integer(
        string="Instalments at most",
        default=6,
        help="What customers may propose themselves. 0: no plans.",
    )
    reminder_plan_max_days = fields.Integer(
        string="Last instalment within (days)", default=190
    )
    reminder_plan_min_amount = fields.Monetary(string="Least instalment")
    reminder_promise_days = fields.Integer(
        string="Promise within (days)",
        default=14,
        help="A customer may promise to pay by a day within these. 0: no promises.",
    )
    reminder_plan_grace_days = fields.Integer(
        string="Instalment missed after (days)",
        default=3,
        help="Days after its date before an instalment counts as missed.",
    )
    reminder_plan_max_missed = fields.Integer(
        string="Missed instalments let pass",
        default=0,
        help="A plan is broken when more than these are missed at a time.",
    )
    reminder_plan_notice_days = fields.Integer(
        string="A word before an instalment (days)", default=3, help="0: none."
    )
    reminder_plan_fee = fields.Boolean(
        string="Ask for the statutory fee of a plan",
        help="Where a law knows one (Sweden), it is added to the plan.",
    )

    # -- company registers ---------------------------------------------------------

    reminder_status_stale_days = fields.Integer(
        string="Oldest acceptable register check (days)",
        default=7,
        help="When a company register has said nothing certain of a customer for "
        "longer, the check is stale.",
    )
    reminder_status_when_stale = fields.Selection(
        [("go_on", "Go on reminding"), ("hold", "Hold the reminder")],
        string="When the check is stale",
        default="go_on",
        required=True,
        help="A register that is down is no reason to stop by itself: you decide.",
    )

    # -- limits of these settings --------------------------------------------------

    _reminder_hours_ordered = models.Constraint(
        "CHECK(reminder_hour_from >= 0 AND reminder_hour_to <= 24"
        " AND reminder_hour_from < reminder_hour_to)",
        "The sending hours must lie within one day and end after they begin.",
    )
    _reminder_stale_positive = models.Constraint(
        "CHECK(reminder_bank_stale_days >= 0)",
        "The age of a bank line cannot be negative.",
    )
    _reminder_doubts_positive = models.Constraint(
        "CHECK(reminder_amount_tolerance >= 0 AND reminder_invoice_grace_days >= 0)",
        "A tolerance and a number of days cannot be negative.",
    )
    _reminder_brake_positive = models.Constraint(
        "CHECK(reminder_brake_factor >= 0 AND reminder_brake_floor >= 0"
        " AND reminder_brake_per_customer >= 0 AND reminder_brake_idle_days >= 0)",
        "The limits of the send brake cannot be negative.",
    )
    _reminder_own_limits_positive = models.Constraint(
        "CHECK(reminder_fee_floor >= 0 AND reminder_trifle_limit >= 0"
        " AND reminder_fee_max_share >= 0 AND reminder_fee_max_share <= 100)",
        "Your own limits of reminder fees cannot be negative, nor a share over 100 %.",
    )
    _reminder_holdout_in_range = models.Constraint(
        "CHECK(reminder_holdout_percent BETWEEN 0 AND 50"
        " AND reminder_holdout_days BETWEEN 1 AND 60)",
        "Hold out 0 to 50 % of the nudges, for 1 to 60 days.",
    )
    _reminder_rep_days_positive = models.Constraint(
        "CHECK(reminder_rep_days >= 0)",
        "The days for which sales may hold cannot be negative.",
    )
    _reminder_link_days_sane = models.Constraint(
        "CHECK(reminder_link_days BETWEEN 1 AND 3650)",
        "A link works for at least a day, and for ten years at most.",
    )
    _reminder_answer_days_sane = models.Constraint(
        "CHECK(reminder_answer_days BETWEEN 0 AND 60"
        " AND reminder_answer_grace_days BETWEEN 0 AND 365)",
        "Answer within 60 days, and give at most a year of grace.",
    )
    _reminder_keep_months_sane = models.Constraint(
        "CHECK(reminder_keep_months >= 0)",
        "Keep texts for ever (0), or for a number of months.",
    )
    _reminder_paid_days_sane = models.Constraint(
        "CHECK(reminder_paid_days BETWEEN 1 AND 60)",
        "Wait at least one banking day for a payment, and at most 60.",
    )
    _reminder_solved_days_sane = models.Constraint(
        "CHECK(reminder_solved_days BETWEEN 1 AND 60)",
        "An answer by itself pauses the reminders for 1 to 60 days.",
    )
    _reminder_plan_limits_sane = models.Constraint(
        "CHECK(reminder_plan_max_parts BETWEEN 0 AND 60"
        " AND reminder_plan_max_days BETWEEN 0 AND 1830"
        " AND reminder_promise_days BETWEEN 0 AND 90"
        " AND reminder_plan_grace_days BETWEEN 0 AND 60"
        " AND reminder_plan_max_missed BETWEEN 0 AND 60"
        " AND reminder_plan_notice_days BETWEEN 0 AND 30"
        " AND reminder_plan_min_amount >= 0)",
        "Limits of plans cannot be negative or out of proportion.",
    )
    _reminder_status_stale_positive = models.Constraint(
        "CHECK(reminder_status_stale_days >= 0)",
        "The age of a register check cannot be negative.",
    )

    # -- ladders -------------------------------------------------------------------

    @api.depends("currency_id")
    def _compute_reminder_amount_tolerance(self):
        for company in self:
            code = company.currency_id.name or ""
            company.reminder_amount_tolerance = float(doubts.TOLERANCES.get(code, 1))

    @api.depends("currency_id")
    def _compute_reminder_fee_floor(self):
        for company in self:
            code = company.currency_id.name or ""
            company.reminder_fee_floor = float(fees.get_default_floor(code))

    def _watch_reminder_bank(self, is_wanted):
        """Look at how old the bank statements are, or not; days of one's own stay."""
        self.ensure_one()
        if is_wanted != (self.reminder_bank_stale_days > 0):
            self.reminder_bank_stale_days = BANK_STALE_DAYS if is_wanted else 0

    def init(self):
        """Give the defaults that protect to companies that never chose otherwise.

        Before they were there, whoever never opened the settings had none; a 0 that
        somebody wrote stays.
        """
        self._init_tolerances()
        self.env.cr.execute(
            "UPDATE res_company SET reminder_bank_stale_days = %s"
            " WHERE reminder_bank_stale_days IS NULL",
            [BANK_STALE_DAYS],
        )
        self._init_fee_floors()

    def _init_fee_floors(self):
        self.env.cr.execute(
            """
            UPDATE res_company company
               SET reminder_fee_floor = floors.floor
              FROM res_currency currency
              JOIN unnest(%s::varchar[], %s::numeric[])
                   AS floors (code, floor) ON floors.code = currency.name
             WHERE currency.id = company.currency_id
               AND company.reminder_fee_floor IS NULL
            """,
            [list(trifle.FLOORS), [*map(fees.get_default_floor, trifle.FLOORS)]],
        )

    def _init_tolerances(self):
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_company company
                   SET reminder_amount_tolerance = COALESCE(found.tolerance, 1)
                  FROM res_currency currency
                  LEFT JOIN unnest(%s::varchar[], %s::numeric[])
                            AS found (code, tolerance) ON found.code = currency.name
                 WHERE currency.id = company.currency_id
                   AND company.reminder_amount_tolerance IS NULL
                """,
                list(doubts.TOLERANCES),
                list(doubts.TOLERANCES.values()),
            )
        )

    @api.constrains("reminder_ladder_id")
    def _check_reminder_ladder_id(self):
        for company in self:
            ladder = company.sudo().reminder_ladder_id
            ladder._check_usable()
            if ladder.company_id and ladder.company_id != company:
                raise ValidationError(
                    self.env._(
                        "The ladder “%(ladder)s” belongs to another company than "
                        "%(company)s.",
                        ladder=ladder.name,
                        company=company.name,
                    )
                )

    def _activate_reminders(self, ladder):
        """Choose a ladder as a person does; the first time, what is old waits."""
        self.ensure_one()
        is_first = not self.reminder_ladder_id and not self.env[
            "payment.reminder.case"
        ].sudo().search_count([("company_id", "=", self.id)], limit=1)
        self.reminder_ladder_id = ladder
        if is_first and ladder:
            self.reminder_backlog_until = self._get_reminder_today()

    def _has_reminders_started(self):
        """Tell whether reminders may be proposed by themselves today."""
        self.ensure_one()
        start = self.reminder_start_date
        return not start or start <= self._get_reminder_today()

    @api.model
    def _get_reminder_companies(self):
        """Return the active companies that have chosen a ladder."""
        return self.sudo().search([("reminder_ladder_id", "!=", False)])

    def _get_reminder_ladder_of(self, partner):
        """Return the ladder on which a new case of a customer starts.

        :param partner: res.partner in the environment of this company
        """
        self.ensure_one()
        own = partner.sudo().with_company(self).reminder_ladder_id
        if own.active and own.company_id in (self, self.browse()):
            return own
        return self.sudo().reminder_ladder_id

    def _get_reminder_ladders(self):
        """Return every ladder that customers of this company may be put on."""
        self.ensure_one()
        return (
            self.env["payment.reminder.ladder"]
            .sudo()
            .search([("company_id", "in", [self.id, False])])
        )

    def _get_reminder_ladders_in_use(self):
        """Return the ladders by which interest is charged in these companies."""
        ladders = self._get_reminder_ladders_at_work()
        return ladders.filtered(lambda ladder: ladder._charges_statutory_interest())

    def _get_reminder_ladders_at_work(self):
        """Return the ladders on which customers of these companies are, or will be."""
        groups = (
            self.env["payment.reminder.case"]
            .sudo()
            ._read_group(
                [("company_id", "in", self.ids), ("state", "!=", "closed")],
                ["ladder_id"],
            )
        )
        return self.sudo().reminder_ladder_id.union(*(ladder for (ladder,) in groups))

    # -- people and limits ---------------------------------------------------------

    def _get_reminder_managers(self):
        """Return the users who are told what concerns all reminders of a company."""
        self.ensure_one()
        group = self.env.ref("payment_reminders.group_reminder_manager")
        # sudo: who is a manager is no secret among those who work with reminders.
        return group.sudo().all_user_ids.filtered(
            lambda user: user.active and self in user.company_ids
        )

    def _can_be_answered_by(self, user):
        """Tell whether customers of this company can write to a user and be heard.

        Who left, a robot (of Odoo: scheduled actions make invoices in its name), a
        customer's own user and who has no address or works elsewhere are nobody.
        """
        self.ensure_one()
        return bool(
            user
            and user.active
            and not user.share
            and user.id != SUPERUSER_ID
            and user.email_normalized
            and self in user.company_ids
        )

    def _find_reminder_contact(self, users):
        """Return the first of these users whom customers reach, or none."""
        for user in users:
            if self._can_be_answered_by(user):
                return user
        return users.browse()

    def _has_one_office_user(self):
        """Tell whether one person works here: nobody looks a second time then.

        Of several companies, whether one person does all the work of all of them.
        """
        # sudo: how many users a company has is no secret.
        users = self.env["res.users"].sudo()
        return (
            users.search_count(
                [("share", "=", False), ("company_ids", "in", self.ids)], limit=2
            )
            == 1
        )

    def _find_reminder_manager(self):
        """Return the manager who answers where nobody else does (empty: nobody).

        Whoever gave the ladder's standing approval comes first: reminders go out in
        that name.
        """
        self.ensure_one()
        managers = self._get_reminder_managers().sorted("id")
        approver = self.sudo().reminder_ladder_id.standing_approval_by_id
        return self._find_reminder_contact((approver & managers) | managers)

    def _get_reminder_stand_in(self):
        """Return the user who is asked where nobody else is: always somebody.

        Without a manager who can be written to, one who sees it in Odoo.
        """
        self.ensure_one()
        admin = self.env.ref("base.user_admin")
        return (
            self._find_reminder_manager()
            or (admin if admin.active else admin.browse())
            or self._get_reminder_managers().sorted("id")[:1]
            or admin
        )

    def _get_rep_limit(self):
        """Return the last day to which a representative may keep something back."""
        self.ensure_one()
        days = self.reminder_rep_days
        return days and fields.Date.add(self._get_reminder_today(), days=days)

    def _is_rep_hold_over(self, last_day):
        """Tell whether a representative's hold, of a case or of a notice, is over.

        :param last_day: to which it lasts, by :meth:`_get_rep_limit`; False: for good
        """
        self.ensure_one()
        return bool(last_day) and last_day <= self._get_reminder_today()

    def _get_reminder_brake_limits(self):
        """Return when a run of this company stops (:class:`rules.brake.Limits`)."""
        self.ensure_one()
        return brake.Limits(
            factor=to_decimal(self.reminder_brake_factor),
            floor=self.reminder_brake_floor,
            per_customer=self.reminder_brake_per_customer,
            idle=timedelta(days=self.reminder_brake_idle_days),
        )

    def _get_reminder_plan_limits(self):
        """Return what customers may propose, as :class:`rules.plan.Limits`."""
        self.ensure_one()
        return plan_rules.Limits(
            max_parts=self.reminder_plan_max_parts,
            max_days=self.reminder_plan_max_days,
            min_amount=to_decimal(self.reminder_plan_min_amount, 2),
        )

    def _follows_company_registers(self):
        """Tell whether debtors of this company are looked up (hook of the bridges)."""
        self.ensure_one()
        return False

    # -- days ----------------------------------------------------------------------

    def _get_reminder_today(self, moment=None):
        """Return the calendar day of this company at a moment (UTC; default: now)."""
        self.ensure_one()
        home = self.sudo()
        return get_today(home.partner_id.tz, home.country_id.code, moment)

    def _get_reminder_day_start(self, moment=None):
        """Return the moment (UTC) at which the company's day of ``moment`` began."""
        self.ensure_one()
        home = self.sudo()
        zone = _get_zone(home.partner_id.tz, home.country_id.code)
        midnight = datetime.combine(self._get_reminder_today(moment), time.min)
        return zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)

    # -- the first run -------------------------------------------------------------

    @api.model
    def get_reminder_setup(self):
        """Return what stands above the queue; of the setup, to managers only.

        :return: dict: is_shown, steps, backlog (a sentence, or ""), halts
        """
        halts = self.env["payment.reminder.halt"]._describe_open()
        if not self.env.user._is_reminder_manager():
            return {"is_shown": False, "steps": [], "backlog": "", "halts": halts}
        company = self.env.company.sudo()
        setup = company.env["payment.reminder.setup"]
        steps = setup._get_steps(company)
        is_done = all(step["is_done"] for step in steps)
        return {
            "is_shown": not (
                is_done
                or company.is_reminder_panel_hidden
                or company._has_sent_reminders()
            ),
            "steps": steps,
            "backlog": setup._describe_backlog(company),
            "halts": halts,
        }

    @api.model
    def get_reminder_health(self, ladder_id=False):
        """Return what is to be mended of the set-up, to managers only.

        :param ladder_id: of a ladder that is about to be chosen
        :return: list of dicts, see :meth:`payment.reminder.setup._make_problem`
        """
        if not self.env.user._is_reminder_manager():
            return []
        ladder = self.env["payment.reminder.ladder"].browse(ladder_id or [])
        ladder.check_access("read")
        return self.env.company.sudo()._get_reminder_problems(ladder.sudo())

    @api.model
    def enter_reminder_rate(self, reference_id=False, date=None, text=""):
        """Write down a reference rate that somebody has looked up.

        :param date: from which it holds
        :param text: percent a year, as it was typed
        """
        self.env["res.users"]._check_reminder_manager()
        reference = self.env["payment.reminder.reference"].browse(reference_id)
        day = fields.Date.to_date(date)
        if not reference.exists() or not day:
            raise UserError(self.env._("Choose a reference rate and its first day."))
        self.env["payment.reminder.rate"]._enter(reference, day, text)

    @api.model
    def leave_reminder_problem(self, code=""):
        """Put a piece of advice on the set-up aside, for the whole company.

        :param code: of the problem; what is no advice stays
        """
        self.env["res.users"]._check_reminder_manager()
        # The managers' role decides on reminders, not on companies.
        company = self.env.company.sudo()
        for problem in company._get_reminder_problems():
            if problem["code"] == code and problem["can_leave"]:
                company.reminder_health_left = [
                    *(company.reminder_health_left or []),
                    code,
                ]

    @api.model
    def hide_reminder_panel(self):
        """Put the panel of the queue away, for the whole company."""
        self.env["res.users"]._check_reminder_manager()
        # The managers' role decides on reminders, not on companies.
        self.env.company.sudo().is_reminder_panel_hidden = True

    def _get_reminder_problems(self, ladder=None):
        """Return what would keep reminders from going out well, each with its fix.

        :param ladder: to look at in place of the company's own
        """
        self.ensure_one()
        return self.env["payment.reminder.setup"]._find_problems(self, ladder)

    def _has_sent_reminders(self):
        """Tell whether any reminder of this company has left yet."""
        self.ensure_one()
        return bool(
            self.env["payment.reminder"]
            .sudo()
            .search_count(
                [
                    ("company_id", "=", self.id),
                    ("state", "=", "sent"),
                    ("taken_over_id", "=", False),
                ],
                limit=1,
            )
        )

    @api.model
    def name_reminder_account(self):
        """Name the company's account on open invoices that were made before it.

        As Odoo does on a new one, and with the rights of who asks.
        """
        self.env["res.users"]._check_reminder_manager()
        self.env["account.move"].check_access("write")
        moves = self.env.company.sudo()._find_reminder_moves_without_account()
        moves.sudo(self.env.su)._compute_partner_bank_id()

    def _find_reminder_moves_without_account(self):
        """Return the open invoices that name no account to pay to."""
        self.ensure_one()
        return (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("partner_bank_id", "=", False),
                ]
            )
        )

    def _find_trial_providers(self):
        """Return the payment providers that show customers a payment of no money."""
        providers = self.env["payment.provider"].sudo()
        return providers.search(
            [
                *providers._check_company_domain(self),
                ("state", "=", "test"),
                ("is_published", "=", True),
            ]
        )

    def _compute_reminder_takes_online(self):
        providers = self.env["payment.provider"].sudo()
        for company in self:
            company.reminder_takes_online = bool(
                providers.search_count(
                    [
                        *providers._check_company_domain(company),
                        ("state", "in", ("enabled", "test")),
                        ("is_published", "=", True),
                    ],
                    limit=1,
                )
            )

    def _lacks_mail_server(self):
        """Tell whether nobody has said by which server e-mails leave.

        Odoo takes the machine's own, which seldom exists, when neither a record nor
        its configuration file names one.
        """
        named = (config["smtp_server"], config["smtp_port"]) != ("localhost", 25)
        servers = self.env["ir.mail_server"].sudo()
        return not named and not servers.search_count([], limit=1)

    def _lacks_sms_gateway(self):
        """Tell whether no gateway for SMS is set up (hook of other gateways)."""
        accounts = self.env["iap.account"].sudo()
        return not accounts.search_count(
            [("service_name", "=", "sms"), ("state", "=", "registered")], limit=1
        )

    def _find_backlog_cases(self):
        """Return the cases that wait because they are older than the activation."""
        self.ensure_one()
        return (
            self.env["payment.reminder.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.id),
                    (
                        "freeze_ids",
                        "any",
                        [("reason", "=", "backlog"), ("date_end", "=", False)],
                    ),
                ]
            )
        )

    def _prepare_reminder_letterhead(self, country):
        """Return who writes to a customer, as the head and foot of a letter say it.

        :param country: of the reader, who needs ours only when it is another
        """
        self.ensure_one()
        address = self.partner_id
        town = " ".join(filter(None, (self.zip, self.city)))
        lines = [self.street, self.street2, town]
        if address.country_id != country:
            lines.append(address.country_id.name)
        number = self.company_registry
        label = COMPANY_NUMBERS.get(address.country_id.code, "") if number else ""
        return {
            "name": self.name,
            "address": ", ".join(filter(None, lines)),
            "number": number,
            "number_label": label,
            "vat": self.vat if not number else "",
            "phone": self.phone,
            "email": self.email,
            "website": self.website,
        }

    def _get_reminder_logo(self):
        """Return the company's logo; Odoo's own "Your logo" is none."""
        company = self.sudo()
        return False if company.uses_default_logo else company.logo
