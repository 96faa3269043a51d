import logging
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...rules import simulation
from ...rules.temperament import FIRM, GENTLE, NORMAL
from ...tools import bulk, transactions
from ...tools.background import waits_for_scheduler

_logger = logging.getLogger(__name__)

CUSTOMERS_PER_BATCH = 250
#: A result is history soon: the invoices go on, and so do the ladders.
DAYS_KEPT = 180
MAX_YEARS = 3
#: What a result is about: when it changes, the result is of something else.
ASKED = {
    "company_id",
    "ladder_id",
    "other_ladder_id",
    "with_temperaments",
    "change_ids",
    "date_from",
    "date_to",
    "scope",
    "rest_days",
}
VARIANTS = [
    ("first", "As it is"),
    ("changed", "With the changes"),
    ("other", "The other ladder"),
    (GENTLE, "Gentle"),
    (NORMAL, "Normal"),
    (FIRM, "Firm"),
]


class Variant(NamedTuple):
    """One of the things that are played side by side."""

    code: str
    ladder: models.Model
    changes: models.Model


class PaymentReminderSimulation(models.Model):
    """What a ladder would have sent over a time that has passed.

    Beside it may be played the same ladder with changes, which are written down here
    only, and another ladder.

    A scheduled action plays it in batches of customers, each in a transaction of
    its own: it shows how far it is, can be stopped, and goes on after a restart.
    """

    _name = "payment.reminder.simulation"
    _description = "Payment Reminder What-If"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        required=True,
        check_company=True,
        ondelete="cascade",
        default=lambda self: self.env.company.reminder_ladder_id,
        domain="[('company_id', 'in', [company_id, False])]",
        context={"active_test": False},
        index=True,
    )
    other_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Compared with",
        check_company=True,
        ondelete="cascade",
        domain="[('company_id', 'in', [company_id, False]), ('id', '!=', ladder_id)]",
        context={"active_test": False},
        help="Another ladder, or an earlier version of this one.",
        index="btree_not_null",
    )
    uncounted = fields.Char(string="Left out", compute="_compute_uncounted")
    with_temperaments = fields.Boolean(
        string="Gentle, normal and firm",
        help="The ladder in the other two temperaments is played beside it.",
    )
    change_ids = fields.One2many(
        "payment.reminder.simulation.change",
        "simulation_id",
        string="What would be otherwise",
        compute="_compute_change_ids",
        store=True,
        readonly=False,
        copy=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: (
            self.env.company._get_reminder_today() - relativedelta(months=12)
        ),
        help="Invoices that fell due on this day or later are played.",
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self.env.company._get_reminder_today(),
    )
    scope = fields.Selection(
        [
            ("all", "All customers"),
            ("ladder", "Customers who are on this ladder now"),
        ],
        string="Customers",
        required=True,
        default="all",
    )
    rest_days = fields.Integer(
        string="Days on hold",
        default=2,
        help="How long it takes until somebody releases a case that was put on hold "
        "by a part payment or a credit note.",
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("running", "Running"),
            ("stopped", "Stopped"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    customer_count = fields.Integer(
        string="Customers in all", readonly=True, copy=False
    )
    customers_done = fields.Integer(readonly=True, copy=False)
    last_customer = fields.Integer(
        readonly=True, copy=False, help="Id of the last customer that was played."
    )
    progress = fields.Float(compute="_compute_progress")
    waits_for_scheduler = fields.Boolean(
        compute="_compute_waits_for_scheduler", export_string_translation=False
    )
    date_started = fields.Datetime(string="Started", readonly=True, copy=False)
    date_ended = fields.Datetime(string="Ended", readonly=True, copy=False)
    failure = fields.Char(readonly=True, copy=False)
    notice_ids = fields.One2many(
        "payment.reminder.simulation.notice", "simulation_id", string="Notices"
    )
    summary = fields.Html(compute="_compute_summary", sanitize=False)

    _days_ordered = models.Constraint(
        "CHECK(date_from < date_to)", "The first day must come before the last one."
    )
    _rest_not_negative = models.Constraint(
        "CHECK(rest_days >= 0)", "The days on hold cannot be negative."
    )

    @api.depends("company_id")
    def _compute_uncounted(self):
        for record in self:
            record.uncounted = self.env["payment.reminder.report"]._get_uncounted(
                record.company_id
            )

    @api.depends("ladder_id", "other_ladder_id", "date_from", "date_to")
    def _compute_display_name(self):
        for record in self:
            names = [
                ladder.display_name
                for ladder in (record.ladder_id, record.other_ladder_id)
                if ladder
            ]
            record.display_name = self.env._(" or ").join(names)

    @api.depends("ladder_id")
    def _compute_change_ids(self):
        """Offer every step of the ladder to be changed."""
        for record in self:
            record.change_ids = [Command.clear()] + [
                Command.create({"step_id": step.id, "delay_days": step.delay_days})
                for step in record.ladder_id._get_active_steps()
            ]

    @api.depends("customer_count", "customers_done", "state")
    def _compute_progress(self):
        for record in self:
            part = record.customers_done / (record.customer_count or 1)
            record.progress = 100.0 if record.state == "done" else 100.0 * part

    @api.depends("state", "date_started", "customers_done")
    def _compute_waits_for_scheduler(self):
        for record in self:
            record.waits_for_scheduler = (
                record.state == "running"
                and waits_for_scheduler(
                    record.date_started, bool(record.customers_done)
                )
            )

    @api.constrains("ladder_id", "other_ladder_id")
    def _check_ladders(self):
        for record in self:
            (record.ladder_id | record.other_ladder_id)._check_usable()
            if record.ladder_id == record.other_ladder_id:
                raise ValidationError(
                    self.env._("Choose two different ladders to compare.")
                )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for record in self:
            if record.date_from + relativedelta(years=MAX_YEARS) < record.date_to:
                raise ValidationError(
                    self.env._(
                        "Choose at most %s years: the law and the ladders of before "
                        "say little about today.",
                        MAX_YEARS,
                    )
                )

    def write(self, vals):
        over = self.filtered(lambda record: record.state not in ("draft", "running"))
        if vals.keys() & ASKED and over:
            # What was found is not about this any more.
            super(PaymentReminderSimulation, over).write({"state": "draft"})
        return super().write(vals)

    # -- buttons ----------------------------------------------------------------

    def action_run(self):
        """Play the ladders from the start, in the background."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("write")
        if self.filtered(lambda record: record.state == "running"):
            raise UserError(self.env._("It is running already. Stop it first."))
        # Nobody may write results by hand; they are thrown away here only.
        self.sudo().notice_ids.unlink()
        self.filtered("with_temperaments")._make_temperaments()
        for record in self:
            record.write(
                {
                    "state": "running",
                    "customer_count": len(record._read_customers()),
                    "customers_done": 0,
                    "last_customer": 0,
                    "date_started": fields.Datetime.now(),
                    "date_ended": False,
                    "failure": False,
                }
            )
        # The scheduled action belongs to the system.
        self.env.ref("payment_reminders.ir_cron_simulate").sudo()._trigger()
        return True

    def _make_temperaments(self):
        """Make the ladders in the other temperaments, archived: to be played only."""
        for record in self:
            for code in record._get_other_temperaments():
                record.ladder_id._get_tempered(code, record.company_id, active=False)

    def _get_other_temperaments(self):
        return [
            code
            for code in (GENTLE, NORMAL, FIRM)
            if code != self.ladder_id.temperament
        ]

    def action_stop(self):
        """Stop playing; what was found so far stays."""
        self.env["res.users"]._check_reminder_manager()
        self.filtered(lambda record: record.state == "running").write(
            {"state": "stopped", "date_ended": fields.Datetime.now()}
        )
        return True

    def action_view_notices(self):
        """Open the notices as charts and tables."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_simulation_notice_action"
        )
        action["domain"] = [("simulation_id", "=", self.id)]
        action["display_name"] = self.display_name
        return action

    # -- playing ----------------------------------------------------------------

    @api.model
    def _cron_simulate(self):
        """Play what waits, batch by batch."""
        for record in self.search([("state", "=", "running")], order="id"):
            if not record._play_on():
                return

    def _play_on(self):
        """Play batches until this is over or the time of this run is.

        :return: whether there is time left
        """
        self.ensure_one()
        transactions.commit(self.env)
        left = True
        while left:
            try:
                left = transactions.run(
                    self.env, lambda env: self.with_env(env)._play_batch()
                )
            except Exception as error:
                _logger.exception("What-if %s failed", self.id)
                left, failure = 0, str(error)
                transactions.run(
                    self.env, lambda env, why=failure: self.with_env(env)._fail(why)
                )
            if transactions.report_progress(self.env, 1, left or 0) <= 0:
                return False
        return True

    def _play_batch(self):
        """Play the next customers; return how many are left."""
        transactions.lock(self)
        if self.state != "running":
            return 0
        ids = self._read_customers(self.last_customer, CUSTOMERS_PER_BATCH)
        if not ids:
            self.write({"state": "done", "date_ended": fields.Datetime.now()})
            return 0
        partners = self._filter_customers(self.env["res.partner"].browse(ids))
        for variant in self._get_variants():
            self._keep_notices(variant, self._play(variant, partners))
        done = self.customers_done + len(ids)
        self.write({"customers_done": done, "last_customer": ids[-1]})
        return max(self.customer_count - done, 1)

    def _fail(self, why):
        self.write(
            {"state": "failed", "failure": why, "date_ended": fields.Datetime.now()}
        )

    def _get_variants(self):
        """Return what is played: the ladder, with its changes, others."""
        changes = self.change_ids._find_real()
        none = changes.browse()
        variants = [Variant("first", self.ladder_id, none)]
        if changes:
            variants.append(Variant("changed", self.ladder_id, changes))
        if self.other_ladder_id:
            variants.append(Variant("other", self.other_ladder_id, none))
        if self.with_temperaments:
            variants += [
                Variant(code, found, none)
                for code in self._get_other_temperaments()
                if (found := self.ladder_id._find_tempered(code, self.company_id))
            ]
        return variants

    def _get_last_due_date(self, variants):
        """Return the last due date of which one of these speaks in this time."""
        days = (
            max(variant.ladder._get_days_ahead(), variant.changes._get_days_ahead())
            for variant in variants
        )
        return fields.Date.add(self.date_to, days=max(days))

    def _read_customers(self, after=0, limit=None):
        until = self._get_last_due_date(self._get_variants())
        return self.env["payment.reminder.stories"]._read_customers(
            self.company_id, self.date_from, until, after, limit
        )

    def _filter_customers(self, partners):
        if self.scope == "all":
            return partners
        return partners.with_company(self.company_id).filtered(
            lambda p: self.company_id._get_reminder_ladder_of(p) == self.ladder_id
        )

    def _play(self, variant, partners):
        """Play a variant on customers.

        :return: list of (currency, :class:`rules.simulation.Notice`)
        """
        stories = self.env["payment.reminder.stories"]
        until = self._get_last_due_date([variant])
        terms = {}
        notices = []
        with self.env["payment.reminder.figures"]._remembering_rates():
            for currency, debtor in stories._read_debtors(
                self.company_id, partners, self.date_from, until
            ):
                key = (currency, debtor.kind)
                if key not in terms:
                    terms[key] = stories._get_conditions(
                        variant.ladder,
                        self.company_id,
                        *key,
                        self.date_to,
                        self.rest_days,
                        variant.changes,
                    )
                notices += [
                    (currency, notice)
                    for notice in simulation.play(
                        terms[key], debtor, self.date_from, self.date_to
                    )
                ]
        return notices

    def _keep_notices(self, variant, notices):
        """Write the notices down, in the currency of the company."""
        home = self.company_id.currency_id
        rates = {
            currency: currency._get_conversion_rate(
                currency, home, self.company_id, self.date_to
            )
            for currency in {currency for currency, _notice in notices}
        }
        steps = variant.ladder._get_active_steps()
        ranks = {step.id: rank for rank, step in enumerate(steps, start=1)}
        names = {step.id: step.name for step in steps}
        bulk.insert(
            self.env["payment.reminder.simulation.notice"],
            [
                {
                    "simulation_id": self.id,
                    "company_id": self.company_id.id,
                    "ladder_id": variant.ladder.id,
                    "variant": variant.code,
                    "step_id": notice.step_id,
                    "step_rank": ranks[notice.step_id],
                    # With its number in front, tables and charts keep the order.
                    "step_name": f"{ranks[notice.step_id]}. {names[notice.step_id]}",
                    "partner_id": notice.debtor_id,
                    "date": notice.date,
                    "weekday": str(notice.date.weekday()),
                    "invoice_count": len(notice.advancing) + len(notice.listed),
                    "paid_anyway": int(notice.paid_anyway),
                    **{
                        f"amount_{name}": home.round(
                            float(getattr(notice, name)) * rates[currency]
                        )
                        for name in ("principal", "fee", "interest", "compensation")
                    },
                }
                for currency, notice in notices
            ],
        )

    # -- what came of it --------------------------------------------------------

    @api.depends("state", "customers_done")
    @api.depends_context("lang")
    def _compute_summary(self):
        for record in self:
            record.summary = record._origin.date_started and self.env[
                "ir.qweb"
            ]._render(
                "payment_reminders.simulation_summary",
                {"record": record, "variants": record._get_comparison()},
            )

    def _get_comparison(self):
        """Return what each variant would have done, side by side.

        :return: {code of the variant: {"title": text, "steps": [dict], "weekdays":
            [(label, notices)], "total": dict}}; the dicts hold ``name``, ``notices``,
            ``paid_anyway``, ``fee``, ``interest`` and ``compensation``
        """
        self.ensure_one()
        Notice = self.env["payment.reminder.simulation.notice"]
        measures = [
            "__count",
            "paid_anyway:sum",
            "amount_fee:sum",
            "amount_interest:sum",
            "amount_compensation:sum",
        ]
        names = ["notices", "paid_anyway", "fee", "interest", "compensation"]
        found = {}
        for variant in self._get_variants():
            domain = [("simulation_id", "=", self.id), ("variant", "=", variant.code)]
            steps = [
                {"name": name, **dict(zip(names, values, strict=True))}
                for _rank, name, *values in Notice._read_group(
                    domain, ["step_rank", "step_name"], measures, order="step_rank"
                )
            ]
            by_day = dict(Notice._read_group(domain, ["weekday"], ["__count"]))
            found[variant.code] = {
                "title": self._get_title(variant),
                "steps": steps,
                "total": {name: sum(step[name] for step in steps) for name in names},
                "weekdays": [
                    (label, by_day.get(day, 0))
                    for day, label in Notice._get_weekdays()
                    if int(day) < 5 or by_day.get(day)
                ],
            }
        return found

    def _get_title(self, variant):
        if variant.changes:
            return self.env._(
                "%(ladder)s, changed (%(changes)s)",
                ladder=variant.ladder.display_name,
                changes=variant.changes._tell(),
            )
        return variant.ladder.display_name

    @api.autovacuum
    def _gc_simulations(self):
        """Throw away results that nobody needs any more."""
        before = fields.Datetime.now() - relativedelta(days=DAYS_KEPT)
        self.search(
            [("write_date", "<", before), ("state", "!=", "running")], limit=1000
        ).unlink()


class PaymentReminderSimulationNotice(models.Model):
    """One notice that a ladder would have sent; nobody ever gets it."""

    _name = "payment.reminder.simulation.notice"
    _description = "Payment Reminder What-If Notice"
    _order = "date, id"
    _rec_name = "step_name"

    simulation_id = fields.Many2one(
        "payment.reminder.simulation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        readonly=True,
        ondelete="cascade",
        context={"active_test": False},
        index="btree_not_null",
    )
    variant = fields.Selection(VARIANTS, readonly=True, default="first")
    step_id = fields.Many2one(
        "payment.reminder.step",
        string="Step of the ladder",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    step_rank = fields.Integer(string="Number of the step", readonly=True)
    step_name = fields.Char(string="Step", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    date = fields.Date(string="Would have left on", readonly=True)
    weekday = fields.Selection("_get_weekdays", readonly=True)
    invoice_count = fields.Integer(string="Invoices", readonly=True)
    paid_anyway = fields.Integer(
        string="Paid within two days anyway",
        readonly=True,
        help="1 when everything on the notice was paid within two days of it.",
    )
    amount_principal = fields.Monetary(string="Open", readonly=True)
    amount_fee = fields.Monetary(string="Fee", readonly=True)
    amount_interest = fields.Monetary(string="Interest", readonly=True)
    amount_compensation = fields.Monetary(string="Compensation", readonly=True)

    @api.model
    def _get_weekdays(self):
        return [
            ("0", self.env._("Monday")),
            ("1", self.env._("Tuesday")),
            ("2", self.env._("Wednesday")),
            ("3", self.env._("Thursday")),
            ("4", self.env._("Friday")),
            ("5", self.env._("Saturday")),
            ("6", self.env._("Sunday")),
        ]
