from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules import brake
from ..tools.decimals import to_decimal


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Reminder ladder",
        domain="[('company_id', 'in', [id, False]), ('successor_id', '=', False)]",
        help="Customers without a ladder of their own are reminded by this one. Empty: "
        "nobody is reminded.",
    )
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
    reminder_bank_stale_days = fields.Integer(
        string="Oldest acceptable bank line (days)",
        help="Reminders are held when the newest bank line is older. 0: not checked.",
    )
    reminder_amount_tolerance = fields.Monetary(
        string="Tolerance of bank lines",
        help="A bank line without a customer holds a reminder when it is this close to "
        "what the reminder asks for. 0: it must be the exact amount.",
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
    reminder_complaints_body = fields.Char(
        string="Complaints body",
        help="Named in reminders to private persons, with its address.",
    )
    reminder_letter_window = fields.Selection(
        [("left", "Left"), ("right", "Right")],
        string="Window of the envelopes",
        default="left",
        required=True,
        help="Where the customer's address stands on letters on paper.",
    )
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
    reminder_fee_agreed = fields.Boolean(
        string="Reminder fees are agreed with customers",
        help="Some countries (Sweden) allow a reminder fee only if it was agreed when "
        "the debt arose, as by terms of sale that the customer accepted.",
    )

    reminder_fee_floor = fields.Monetary(
        string="No reminder fee under",
        help="No fee is asked for when less than this is overdue. 0: always.",
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
    reminder_trifle_limit = fields.Monetary(
        string="Propose to write off up to",
        help="When this or less is overdue after two reminders, you are asked to write "
        "it off before a third one goes out. 0: never.",
    )

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

    @api.model
    def _get_reminder_companies(self):
        """Return the active companies that have chosen a ladder."""
        return self.sudo().search([("reminder_ladder_id", "!=", False)])

    def _get_reminder_managers(self):
        """Return the users who are told what concerns all reminders of a company."""
        self.ensure_one()
        group = self.env.ref("payment_reminders.group_reminder_manager")
        # sudo: who is a manager is no secret among those who work with reminders.
        return group.sudo().all_user_ids.filtered(
            lambda user: user.active and self in user.company_ids
        )

    def _get_reminder_brake_limits(self):
        """Return when a run of this company stops (:class:`rules.brake.Limits`)."""
        self.ensure_one()
        return brake.Limits(
            factor=to_decimal(self.reminder_brake_factor),
            floor=self.reminder_brake_floor,
            per_customer=self.reminder_brake_per_customer,
            idle=timedelta(days=self.reminder_brake_idle_days),
        )

    def _get_reminder_today(self, moment=None):
        """Return the calendar day of this company at a moment (UTC; default: now)."""
        self.ensure_one()
        zone = pytz.timezone(
            self.sudo().partner_id.tz or self._get_reminder_default_tz()
        )
        moment = moment or fields.Datetime.now()
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _get_reminder_day_start(self, moment=None):
        """Return the moment (UTC) at which the company's day of ``moment`` began."""
        self.ensure_one()
        midnight = datetime.combine(self._get_reminder_today(moment), time.min)
        zone = pytz.timezone(
            self.sudo().partner_id.tz or self._get_reminder_default_tz()
        )
        return zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)

    def _get_reminder_default_tz(self):
        zones = pytz.country_timezones.get(self.sudo().country_id.code or "", ["UTC"])
        return zones[0]

    def _get_reminder_ladders(self):
        """Return every ladder that customers of this company may be put on."""
        self.ensure_one()
        return (
            self.env["payment.reminder.ladder"]
            .sudo()
            .search([("company_id", "in", [self.id, False])])
        )

    def _get_reminder_closed_days(self, since=None):
        """Return {company id: frozenset of days on which the company is closed}.

        These are the public time off of the company's working calendar.

        :param since: the first day of interest (default: a month ago)
        """
        since = since or fields.Date.add(fields.Date.today(), days=-30)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", self.ids),
                    ("date_to", ">=", since),
                ]
            )
        )
        days = {company.id: set() for company in self}
        for leave in leaves:
            company = leave.company_id
            day = company._get_reminder_today(leave.date_from)
            last = company._get_reminder_today(leave.date_to)
            while day <= last:
                days[company.id].add(day)
                day = fields.Date.add(day, days=1)
        return {company_id: frozenset(found) for company_id, found in days.items()}
