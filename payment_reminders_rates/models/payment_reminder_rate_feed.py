"""The daily look at the publishers of reference rates."""

import logging
from datetime import date, timedelta

from odoo import api, fields, models

from odoo.addons.payment_reminders.rules import interest, rate_watch
from odoo.addons.payment_reminders.tools import transactions

from ..wire import FEEDS, Door, FeedError, Outcome

_logger = logging.getLogger(__name__)

PARAMETER = "payment_reminders_rates"
#: What a scheduled action asked so recently is not asked again by it.
AGAIN = timedelta(minutes=30)
#: Around a half-year the publishers are asked so often.
SOON = timedelta(hours=1)
#: From the 30th of the month before a half-year, and to the 5th of its first month.
FIRST_OF_WAITING, LAST_OF_WAITING = 30, 5
#: Without a good answer for so many days, people are told.
SILENT_DAYS = 30
#: What is read of a series reaches back before the oldest half-year that is judged.
DAYS_BACK = 40


class PaymentReminderRateFeed(models.Model):
    """One publisher of reference rates, and how it fares."""

    _name = "payment.reminder.rate.feed"
    _description = "Source of Reference Rates"
    _order = "id"
    _rec_name = "code"

    code = fields.Selection(
        [
            ("statbank", "Statistics Denmark"),
            ("riksbank", "Sveriges Riksbank"),
            ("ecb", "European Central Bank"),
            ("bundesbank", "Deutsche Bundesbank"),
            ("norges_bank", "Norges Bank"),
        ],
        string="Publisher",
        required=True,
        readonly=True,
    )
    is_on = fields.Boolean(
        string="Asked",
        default=True,
        help="Every morning, and hourly around half-years.",
    )
    reference_ids = fields.Many2many(
        "payment.reminder.reference",
        string="Series",
        compute="_compute_reference_ids",
        help="The reference rates that are published there, or follow from it.",
    )
    answered_at = fields.Datetime(string="Last good answer", readonly=True)
    asked_at = fields.Datetime(string="Last asked", readonly=True)
    problem = fields.Selection(
        [
            ("rejected", "It refused the question"),
            ("auth", "It refused to speak to us"),
            ("throttled", "Too many questions for now"),
            ("unavailable", "It did not answer"),
            ("malformed", "The answer made no sense"),
            ("empty", "The answer held no rate"),
        ],
        readonly=True,
        help="What came of the last question. Empty: it was answered.",
    )
    reason = fields.Char(readonly=True)
    rests_until = fields.Datetime(
        readonly=True, help="It asks to be left alone until then. Others are asked."
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "This source is there already.")

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for feed in self:
            feed.display_name = labels.get(feed.code)

    def _compute_reference_ids(self):
        codes = {code for feed in FEEDS.values() for code in feed.references}
        references = self.env["payment.reminder.reference"].search(
            [("code", "in", list(codes))]
        )
        for feed in self:
            feed.reference_ids = references.filtered(
                lambda one, told=FEEDS[feed.code].references: one.code in told
            )

    # -- the scheduled action ---------------------------------------------------------

    @api.model
    def _cron_read(self):
        """Ask each publisher; what one of them does stops no other."""
        now = fields.Datetime.now()
        due = self.search([("is_on", "=", True)]).filtered(
            lambda feed: (
                not (feed.asked_at and feed.asked_at > now - AGAIN)
                and not (feed.rests_until and feed.rests_until > now)
            )
        )
        for done, feed in enumerate(due, start=1):
            try:
                feed._ask()
            except Exception:
                # Somebody asked at the same moment, perhaps. The others go on.
                _logger.exception("%s could not be asked", feed.code)
                transactions.rollback(self.env)
            if not transactions.report_progress(self.env, 1, len(due) - done):
                return
        self._come_back()

    def action_ask(self):
        """Ask these publishers now, and say what came of it."""
        self.env["res.users"]._check_reminder_manager()
        labels = dict(self._fields["problem"]._description_selection(self.env))
        told = []
        for feed in self:
            # sudo: nobody has the right to write what a publisher says.
            feed.sudo()._ask()
            said = labels[feed.problem] if feed.problem else self.env._("It answered")
            told.append(f"{feed.display_name}: {said}")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join(told),
                "type": "warning" if any(self.mapped("problem")) else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _ask(self):
        """Ask one publisher, and keep what it says as readings."""
        self.ensure_one()
        first = interest.half_year_start(self._get_today())
        before = interest.half_year_start(first - timedelta(days=1))
        wire = FEEDS[self.code](self._make_door())
        # The network is not waited for in an open transaction.
        transactions.commit(self.env)
        rows = []
        vals = {
            "asked_at": fields.Datetime.now(),
            "problem": False,
            "reason": False,
            "rests_until": False,
        }
        try:
            observations = wire.fetch(before - timedelta(days=DAYS_BACK))
            rows = list(wire.to_rows(observations, [before, first]))
        except FeedError as error:
            vals |= self._prepare_problem_vals(error)
        except Exception:
            _logger.exception("The answer of %s could not be read", self.code)
            vals["problem"] = str(Outcome.MALFORMED)
        else:
            vals |= (
                {"answered_at": vals["asked_at"]}
                if observations
                else {"problem": "empty"}
            )
        self.write(vals)
        self.env["payment.reminder.rate.reading"]._take(wire, rows)
        transactions.commit(self.env)

    @api.model
    def _prepare_problem_vals(self, error):
        """Return what is kept of a question that brought no answer."""
        known = {code for code, _label in self._fields["problem"].selection}
        problem = str(error.outcome)
        vals = {
            "problem": problem if problem in known else "unavailable",
            "reason": error.reason,
        }
        if error.pause:
            vals["rests_until"] = fields.Datetime.now() + timedelta(seconds=error.pause)
        return vals

    def _make_door(self):
        self.ensure_one()
        # sudo: the address is for administrators to change
        parameters = self.env["ir.config_parameter"].sudo()
        url = parameters.get_param(f"{PARAMETER}.{self.code}_url") or ""
        return Door(url, decimals=True)

    @api.model
    def _get_today(self):
        """Return the day in the time zone in which it begins first, of any company.

        There a half-year may have begun while it has not elsewhere.
        """
        # sudo: rates are those of all companies
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        return max(company._get_reminder_today() for company in companies)

    # -- around half-years ------------------------------------------------------------

    @api.model
    def _come_back(self):
        """Have the scheduled action run again in an hour while a rate is waited for."""
        if self._find_missing():
            action = self.env.ref("payment_reminders_rates.ir_cron_rates")
            action.sudo()._trigger(at=fields.Datetime.now() + SOON)

    @api.model
    def _find_missing(self):
        """Return the series of which the half-year that begins these days has neither a
        verified rate nor a reading.
        """
        first = find_half_year(self._get_today())
        feeds = self.search([("is_on", "=", True)])
        codes = {
            code
            for feed in feeds
            if FEEDS[feed.code].proposes
            for code in FEEDS[feed.code].references
        }
        references = self.env["payment.reminder.reference"]
        if not first or not codes:
            return references
        there = self.env["payment.reminder.rate"].search(
            [("date", "=", first), ("status", "=", "verified")]
        )
        read = self.env["payment.reminder.rate.reading"].search([("date", "=", first)])
        return (
            references.search([("code", "in", list(codes))])
            - there.reference_id
            - read.reference_id
        )

    # -- silence ----------------------------------------------------------------------

    def _is_silent(self):
        """Tell whether a publisher was asked, and gave no good answer for a month."""
        self.ensure_one()
        limit = fields.Datetime.now() - timedelta(days=SILENT_DAYS)
        is_asked = self.is_on and self.asked_at
        return bool(is_asked and (self.answered_at or self.create_date) < limit)


def find_half_year(today: date) -> date | None:
    """Return the first day of the half-year that begins about now, else None."""
    for first in (interest.half_year_start(today), rate_watch.next_period(today)):
        start = (first - timedelta(days=1)).replace(day=FIRST_OF_WAITING)
        if start <= today <= first.replace(day=LAST_OF_WAITING):
            return first
    return None
