"""What a publisher's series says of a reference rate, until a person says yes."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare
from odoo.tools.misc import format_date, formatLang

DIGITS = 4
#: A person has said what becomes of it.
DECIDED = ("accepted", "rejected")
#: It waits for a person.
OPEN = ("new", "differs")


class PaymentReminderRateReading(models.Model):
    """A rate as it was read. It changes nothing before it is accepted."""

    _name = "payment.reminder.rate.reading"
    _description = "Reading of a Reference Rate"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, reference_id, id desc"

    reference_id = fields.Many2one(
        "payment.reminder.reference",
        string="Reference rate",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    date = fields.Date(string="Valid from", required=True, readonly=True)
    percent = fields.Float(
        string="Percent a year", digits=(16, 4), readonly=True, aggregator=None
    )
    feed_id = fields.Many2one(
        "payment.reminder.rate.feed",
        string="Publisher",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Empty: another addon has read it.",
    )
    how = fields.Char(
        string="How computed",
        readonly=True,
        help="From what the publisher says. Empty: it is as published.",
    )
    source = fields.Char(readonly=True, help="Publisher, series and day of the value.")
    url = fields.Char(string="Address", readonly=True)
    reference_url = fields.Char(related="reference_id.url", string="To look it up")
    read_at = fields.Datetime(string="Last read", readonly=True)
    state = fields.Selection(
        [
            ("new", "Waits"),
            ("differs", "Differs"),
            ("same", "As entered"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        default="new",
        tracking=True,
        help="Waits: no interest is claimed by it before somebody accepts it. Differs: "
        "a verified rate is another one.",
    )
    is_check = fields.Boolean(
        readonly=True,
        help="It shows that a rate differs, and cannot be taken over: the rate is "
        "decided elsewhere.",
    )
    rate_id = fields.Many2one(
        "payment.reminder.rate",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    rate_percent = fields.Float(
        string="Entered", related="rate_id.percent", digits=(16, 4)
    )
    rate_status = fields.Selection(related="rate_id.status", string="Status of it")
    user_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, index="btree_not_null"
    )
    reason = fields.Char(readonly=True, tracking=True)

    _reading_uniq = models.Constraint(
        "UNIQUE(reference_id, date, feed_id)",
        "There is a reading of this rate from there already.",
    )

    @api.depends("reference_id", "date", "percent")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reading in self:
            reading.display_name = self.env._(
                "%(reference)s from %(date)s: %(percent)s %%",
                reference=reading.reference_id.name or "",
                date=format_date(self.env, reading.date) if reading.date else "",
                percent=formatLang(self.env, reading.percent, digits=2),
            )

    # -- what was read ----------------------------------------------------------------

    @api.model
    def _take(self, wire, rows):
        """Keep what a publisher says, and judge it beside what is entered.

        :param wire: :class:`wire.Feed` that asked
        :param rows: list of :class:`wire.Row`
        """
        feed = self.env["payment.reminder.rate.feed"].search([("code", "=", wire.code)])
        references = {
            reference.code: reference
            for reference in self.env["payment.reminder.reference"].search(
                [("code", "in", [row.reference for row in rows])]
            )
        }
        self._keep(
            [
                {
                    **self._prepare_reading_vals(wire, row),
                    "reference_id": references[row.reference].id,
                    "feed_id": feed.id,
                }
                for row in rows
                if row.reference in references
            ]
        )

    @api.model
    def _keep(self, vals_list):
        """Keep what was read, once a source, and judge it; return the readings."""
        known = {
            (reading.reference_id.id, reading.date, reading.feed_id.id): reading
            for reading in self.search(
                [("date", "in", [vals["date"] for vals in vals_list])]
            )
        }
        readings = self.browse()
        for vals in vals_list:
            reading = known.get((vals["reference_id"], vals["date"], vals["feed_id"]))
            if reading:
                reading._read_again(vals)
            readings |= reading or self.create(vals)
        readings._judge()
        return readings

    @api.model
    def _prepare_reading_vals(self, wire, row):
        source = f"{wire.source}, {wire.series}, {row.observed}"
        return {
            "date": row.date,
            "is_check": not wire.proposes,
            "percent": float(row.percent),
            "how": row.how or False,
            "source": f"{source}: {row.how}" if row.how else source,
            "url": wire.door.base_url,
            "read_at": fields.Datetime.now(),
        }

    def _read_again(self, vals):
        """Keep that it was read again; another figure than then is another reading."""
        self.ensure_one()
        if self._is_percent(vals["percent"]):
            self.write({"read_at": vals["read_at"]})
            return
        # What a person decided was about the other figure.
        self.write({**vals, "state": "same", "user_id": False, "reason": False})

    def _is_percent(self, percent):
        return not float_compare(self.percent, percent, precision_digits=DIGITS)

    # -- beside what is entered -------------------------------------------------------

    def _judge(self):
        """Say of each that nobody decided whether it is the same as what is entered.

        What begins to wait, or to differ, is told to whoever needs it.
        """
        undecided = self.filtered(lambda reading: reading.state not in DECIDED)
        rates = {
            (rate.reference_id, rate.date): rate
            for rate in self.env["payment.reminder.rate"].search(
                [
                    ("reference_id", "in", undecided.reference_id.ids),
                    ("date", "in", undecided.mapped("date")),
                ]
            )
        }
        fresh = self.browse()
        for reading in undecided:
            rate = rates.get((reading.reference_id, reading.date))
            state = reading._compare(rate)
            if reading.state != state:
                reading._put_activities_away()
            if reading.state != state or (reading.rate_id or None) != rate:
                reading.write({"state": state, "rate_id": rate.id if rate else False})
            if state in OPEN and not reading.activity_ids:
                fresh |= reading
        fresh._accept_agreed()
        fresh.filtered(lambda reading: reading.state in OPEN)._tell()

    def _compare(self, rate):
        """Return the state of a reading beside the rate that is there, if any."""
        self.ensure_one()
        is_same = rate and self._is_percent(rate.percent)
        if self.is_check:
            return "differs" if rate and not is_same else "same"
        if not rate:
            return "new"
        # What is computed says nothing more of what was computed alike.
        is_sure = rate.status == "verified" or (self.how and rate.status == "derived")
        if is_same:
            return "same" if is_sure else "new"
        return "differs" if rate.status == "verified" else "new"

    @api.model
    def _judge_rates(self, rates):
        """Judge anew what was read of the days of these rates: one was entered."""
        self.search(
            [
                ("reference_id", "in", rates.reference_id.ids),
                ("date", "in", rates.mapped("date")),
                ("state", "not in", DECIDED),
            ]
        )._judge()

    # -- people -----------------------------------------------------------------------

    def _tell(self):
        """Leave an activity for each manager of a company whose law needs the rate.

        One for a figure, however many publishers say the same.
        """
        wanted = self._find_wanted()
        for reading in self:
            told = self._find_alike(reading).activity_ids.user_id
            for user in wanted.get(reading.reference_id, ()) if not told else ():
                one = reading.with_context(
                    lang=user.lang, mail_activity_quick_update=True
                )
                one.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=one.env._("A verified rate differs from its publisher")
                    if reading.state == "differs"
                    else one.env._("Accept or reject a reference rate"),
                    note=f"{one.display_name} ({one.source})",
                    user_id=user.id,
                )

    def _find_alike(self, reading):
        """Return the open readings of the same figure."""
        alike = self.search(
            [
                ("reference_id", "=", reading.reference_id.id),
                ("date", "=", reading.date),
                ("state", "in", OPEN),
            ]
        )
        return alike.filtered(lambda one: one._is_percent(reading.percent))

    @api.model
    def _find_wanted(self):
        """Return {reference: users who answer for a company whose law needs it}."""
        wanted = {}
        # sudo: the machine looks at all companies
        for company in self.env["res.company"].sudo()._get_reminder_companies():
            laws = company._get_reminder_ladders_in_use().jurisdiction_id
            if not laws:
                continue
            users = company._get_reminder_managers()
            for reference in laws.margin_ids.reference_id:
                wanted[reference] = wanted.get(reference, users) | users
        return wanted

    def _put_activities_away(self):
        self.activity_ids.unlink()

    # -- yes and no -------------------------------------------------------------------

    def action_accept(self):
        """Take these rates over: one that was computed remains computed."""
        self.env["res.users"]._check_reminder_manager()
        self._check_open()
        for reading in self:
            reading._accept("derived" if reading.how else "verified")

    def action_accept_read(self):
        """Take rates over that a person has read at their publisher, too."""
        self.env["res.users"]._check_reminder_manager()
        self._check_open()
        for reading in self:
            reading._accept("verified")

    def action_reject(self):
        """Ask for the reason."""
        self.env["res.users"]._check_reminder_manager()
        self._check_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject"),
            "res_model": "payment.reminder.rate.reject",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_reading_ids": self.ids},
        }

    def _check_open(self):
        """Refuse what was decided already, and what cannot be taken over."""
        if decided := self.filtered(lambda reading: reading.state not in OPEN):
            raise UserError(
                self.env._("%s does not wait any more.", decided[0].display_name)
            )

    def _accept(self, status, user=None, source=None):
        """Write the rate, and note who said so.

        :param user: res.users; None: who is logged in
        :param source: other than the reading's
        """
        self.ensure_one()
        if self.is_check:
            raise UserError(
                self.env._(
                    "This only shows that the entered rate differs: look the rate up "
                    "where it is decided, and enter it by hand."
                )
            )
        # A colleague may have decided on it, or entered the rate, a moment ago.
        # sudo: only its row is locked
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        self._check_open()
        user = self.env.user if user is None else user
        vals = {
            "percent": self.percent,
            "status": status,
            "source": source or self.source,
        }
        rates = self.env["payment.reminder.rate"].with_context(
            payment_reminder_judges=True
        )
        rate = rates.search(
            [("reference_id", "=", self.reference_id.id), ("date", "=", self.date)]
        )
        if rate:
            rate.write(vals)
        else:
            rate = rates.create(
                {**vals, "reference_id": self.reference_id.id, "date": self.date}
            )
        # sudo: nobody has the right to write what was read
        self.sudo().write(
            {
                "state": "accepted",
                "rate_id": rate.id,
                "user_id": user.id,
                "reason": False,
            }
        )
        self.sudo()._put_activities_away()
        self.env["payment.reminder.rate.reading"].sudo()._judge_rates(rate)

    def _reject(self, reason):
        """Note that a person does not want it, and why."""
        self._check_open()
        # sudo: nobody has the right to write what was read
        self.sudo().write(
            {"state": "rejected", "user_id": self.env.user.id, "reason": reason}
        )
        self.sudo()._put_activities_away()

    def _accept_agreed(self):
        """Take over what two publishers say alike, where the series is set so."""
        trusting = self.filtered(lambda one: one.reference_id.accept == "two_sources")
        for key in {(one.reference_id, one.date) for one in trusting}:
            self._accept_if_agreed(*key)

    @api.model
    def _accept_if_agreed(self, reference, day):
        """Take a rate over if all that is said of it is the same, by two at least.

        One of them has to publish it: two that are computed may err alike.
        """
        said = self.search(
            [
                ("reference_id", "=", reference.id),
                ("date", "=", day),
                ("state", "!=", "rejected"),
            ]
        )
        published = said.filtered(lambda one: not one.how)[:1]
        agrees = all(one._is_percent(published.percent) for one in said)
        waits = set(said.mapped("state")) == {"new"}
        if published and len(said.feed_id) > 1 and agrees and waits:
            published._accept(
                "verified",
                user=self.env["res.users"],
                source=" = ".join(said.mapped("source")),
            )
