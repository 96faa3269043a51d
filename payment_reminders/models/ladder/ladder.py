from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...rules import interest, rate_watch, repeat, schedule, statute


class PaymentReminderLadder(models.Model):
    """A named sequence of steps.

    Cases never follow a ladder that changes under them: as soon as somebody
    edits a ladder on which cases stand, those cases move to an archived copy of
    what it was (``successor_id`` points back here), and this record becomes the
    next version. Who wants the cases on it moves them, see ``action_move_cases``.
    """

    _name = "payment.reminder.ladder"
    _description = "Payment Reminder Ladder"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Leave empty to let every company use this ladder.",
    )
    jurisdiction_id = fields.Many2one(
        "payment.reminder.jurisdiction",
        string="Law",
        ondelete="restrict",
        help="The statutory limits that this ladder keeps to.",
        index="btree_not_null",
    )
    step_ids = fields.One2many(
        "payment.reminder.step", "ladder_id", string="Steps", copy=True
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    successor_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Replaced by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="Set on an earlier version that is kept for the cases on it.",
    )
    predecessor_ids = fields.One2many(
        "payment.reminder.ladder",
        "successor_id",
        string="Earlier versions",
        context={"active_test": False},
    )
    spacing_days = fields.Integer(
        string="Days between notices",
        default=7,
        help="At least this many days lie between two reminders to one customer, "
        "counted from the day on which the last one was really sent.",
    )
    repeat_days = fields.Integer(
        string="Repeat the last step every (days)",
        help="Who had the whole ladder and owes still is asked again in the words of "
        "the last step, never with a fee. 0: a person decides at once.",
    )
    repeat_times = fields.Integer(
        string="So many times at most",
        default=3,
        help="After the last repeat a person decides what comes next.",
    )
    rest_policy = fields.Selection(
        [
            ("waive", "Waive them"),
            ("keep", "Keep them for the next notice"),
            ("notice", "Send a notice of the rest"),
            ("ask", "Ask"),
            ("invoice", "Draft an invoice of them"),
        ],
        string="Open fees and interest",
        required=True,
        default="waive",
        help="What happens to open fees and interest when the invoices themselves are "
        "paid. A draft invoice is posted by a person, or not at all.",
    )
    rest_limit = fields.Float(
        string="Always waive up to",
        digits="Product Price",
        help="In the currency of the law or else of the company.",
    )
    standing_approval_by_id = fields.Many2one(
        "res.users",
        string="Standing approval by",
        readonly=True,
        copy=False,
        tracking=True,
        help="Notices of this ladder are approved in this manager's name as soon as "
        "they are proposed. The hold window and all checks still apply.",
        index="btree_not_null",
    )
    standing_approval_date = fields.Datetime(readonly=True, copy=False)
    case_count = fields.Integer(compute="_compute_case_count")
    earlier_case_count = fields.Integer(
        compute="_compute_case_count", help="Open cases on earlier versions."
    )
    is_settled = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="It was decided that the cases on this earlier version stay on it.",
    )
    undecided_case_count = fields.Integer(
        compute="_compute_case_count",
        export_string_translation=False,
        help="Open cases on earlier versions of which nobody decided yet.",
    )
    is_default = fields.Boolean(compute="_compute_is_default")
    legal_warnings = fields.Text(compute="_compute_legal_warnings")
    channel_remarks = fields.Text(
        string="To know", compute="_compute_channel_remarks", compute_sudo=True
    )
    default_fee_policy = fields.Char(compute="_compute_step_defaults")
    default_charge_interest = fields.Boolean(compute="_compute_step_defaults")

    rate_warned_for = fields.Date(
        readonly=True,
        copy=False,
        help="The half-year for which managers were told that a rate is missing.",
    )
    rate_end_looked_on = fields.Date(
        readonly=True,
        copy=False,
        help="The day on which it was last judged whether to tell managers that a rate "
        "runs out.",
    )

    _spacing_days_positive = models.Constraint(
        "CHECK(spacing_days >= 1)",
        "At least one day must lie between two reminders.",
    )
    _repeat_in_range = models.Constraint(
        f"CHECK(repeat_days BETWEEN 0 AND 365"
        f" AND repeat_times BETWEEN 0 AND {repeat.MOST_REPEATS})",
        "Repeat the last step every 1 to 365 days, and twelve times at most.",
    )
    _rest_limit_not_negative = models.Constraint(
        "CHECK(rest_limit >= 0)", "The rest to waive cannot be negative."
    )

    def _compute_case_count(self):
        counts = dict(
            self.env["payment.reminder.case"]._read_group(
                [("ladder_id", "in", self.ids), ("state", "!=", "closed")],
                ["ladder_id"],
                ["__count"],
            )
        )
        for ladder in self:
            ladder.case_count = counts.get(ladder, 0)
            earlier = ladder.predecessor_ids
            ladder.earlier_case_count = sum(earlier.mapped("case_count"))
            undecided = earlier.filtered(lambda kept: not kept.is_settled)
            ladder.undecided_case_count = sum(undecided.mapped("case_count"))

    @api.depends_context("company")
    def _compute_is_default(self):
        default = self.env.company.reminder_ladder_id
        for ladder in self:
            ladder.is_default = ladder == default

    @api.depends("jurisdiction_id", "step_ids", "spacing_days")
    def _compute_legal_warnings(self):
        for ladder in self:
            _errors, warnings = ladder._lint()
            ladder.legal_warnings = "\n".join(warnings)

    @api.depends("step_ids.channel_remarks")
    def _compute_channel_remarks(self):
        for ladder in self:
            remarks = "\n".join(filter(None, ladder.step_ids.mapped("channel_remarks")))
            # Of several steps by one way, each is said once.
            ladder.channel_remarks = "\n".join(dict.fromkeys(remarks.splitlines()))

    @api.depends("jurisdiction_id", "company_id")
    def _compute_step_defaults(self):
        for ladder in self:
            company = ladder.company_id or self.env.company
            has_fee, has_interest = ladder._get_lawful_charges()
            fee = company.reminder_default_fee if has_fee else "none"
            ladder.default_fee_policy = fee
            ladder.default_charge_interest = (
                has_interest and company.reminder_default_interest
            )

    def _get_lawful_charges(self):
        """Tell whether the law of this ladder names a fee and knows interest today."""
        self.ensure_one()
        law = self.jurisdiction_id._get_statute()
        if not law:
            return False, False
        today = (self.company_id or self.env.company)._get_reminder_today()
        rules = [
            law.fee_rule(debtor, today, schedule.REMINDER) for debtor in statute.DEBTORS
        ]
        has_fee = any(
            rule and rule.basis == statute.STATUTORY and not rule.has_ended(today)
            for rule in rules
        )
        has_interest = any(law.margin_rule(one, today) for one in statute.DEBTORS)
        return has_fee, has_interest

    @api.depends("name", "version", "successor_id", "temperament")
    def _compute_display_name(self):
        temperaments = dict(
            self._fields["temperament"]._description_selection(self.env)
        )
        for ladder in self:
            name = ladder.name or ""
            if ladder.temperament and ladder.temperament != "normal":
                kind = temperaments[ladder.temperament].lower()
                name = f"{name}, {kind}"
            if ladder.successor_id:
                name = self.env._(
                    "%(name)s (version %(version)s)", name=name, version=ladder.version
                )
            ladder.display_name = name

    @api.constrains("step_ids", "active", "jurisdiction_id", "spacing_days")
    def _check_steps(self):
        for ladder in self:
            if ladder.successor_id:
                continue
            ladder._check_step_order()
            errors, _warnings = ladder._lint()
            if errors:
                raise ValidationError(
                    self.env._(
                        "The ladder “%(ladder)s” breaks the law of "
                        "%(law)s:\n%(errors)s",
                        ladder=ladder.name,
                        law=ladder.jurisdiction_id.name,
                        errors="\n".join(f"• {error}" for error in errors),
                    )
                )

    def _check_step_order(self):
        """Refuse a ladder whose steps cannot be climbed in their order."""
        self.ensure_one()
        steps = self._get_own_steps()
        rank = {kind: i for i, kind in enumerate(self._get_kind_order())}
        day = None
        # A call may stand anywhere between the letters.
        letters = steps.filtered(lambda step: step.kind != schedule.CALL)
        for previous, step in zip(letters, letters[1:], strict=False):
            if rank[step.kind] < rank[previous.kind]:
                raise ValidationError(
                    self.env._(
                        "In the ladder “%(ladder)s” the step “%(step)s” cannot come "
                        "after “%(previous)s”: first nudges, then reminders, then "
                        "the final notice.",
                        ladder=self.name,
                        step=step.name,
                        previous=previous.name,
                    )
                )
        for step in steps:
            if step.delay_from == schedule.PREVIOUS_STEP and day is not None:
                day += step.delay_days
            elif day is not None and step.delay_days <= day:
                raise ValidationError(
                    self.env._(
                        "In the ladder “%(ladder)s” the step “%(step)s” would come on "
                        "day %(day)s, not after the step before it (day %(before)s). "
                        "Change its days or its place.",
                        ladder=self.name,
                        step=step.name,
                        day=step.delay_days,
                        before=day,
                    )
                )
            else:
                day = step.delay_days

    def _check_usable(self):
        """Refuse to put customers on a ladder that has no step."""
        for ladder in self:
            if not ladder._get_active_steps():
                raise ValidationError(
                    self.env._(
                        "The ladder “%s” has no step yet. Add one before you use it.",
                        ladder.name,
                    )
                )

    @api.model
    def _get_kind_order(self):
        return [
            schedule.NUDGE,
            schedule.REMINDER,
            schedule.FINAL_NOTICE,
            schedule.DEMAND,
        ]

    def _get_active_steps(self):
        # In a form that is not saved yet, the newest lines have no id.
        return self.step_ids.filtered("active").sorted(
            lambda step: (step.sequence, step._origin.id or float("inf"))
        )

    # -- repeats of the last step -----------------------------------------------------

    def _get_own_steps(self):
        """Return the active steps that somebody made: not the repeats of the last."""
        return self._get_active_steps().filtered(lambda step: not step.is_repeat)

    def _follow_repeat(self):
        """Let the repeats of the last step be as many, and as they, should be.

        They are steps like any other, so that schedule, guard, what-if and trail need
        not know of them.
        """
        for ladder in self.filtered(lambda one: not one.successor_id):
            steps = ladder.with_context(active_test=False).step_ids
            there = steps.filtered("is_repeat").sorted(lambda s: (s.sequence, s.id))
            if not there and not ladder.repeat_days:
                continue
            wanted = ladder._prepare_repeats_vals()
            for step, vals in zip(there, wanted, strict=False):
                step._write_changed(vals)
            there[len(wanted) :].unlink()
            there |= there.create(wanted[len(there) :])
            there.exists()._name_repeats()

    def _prepare_repeats_vals(self):
        """Return the values of the steps that repeat the last one, in their order."""
        self.ensure_one()
        last = self._get_own_steps()[-1:]
        if not last:
            return []
        repeats = repeat.repeat_last(
            last._get_rule(), self.repeat_days, self.repeat_times
        )
        return [
            last._prepare_repeat_vals(one, number)
            for number, one in enumerate(repeats, start=1)
        ]

    # -- what is in use -----------------------------------------------------------

    def write(self, vals):
        self._check_approval_is_own([vals])
        if vals.keys() & self._get_version_fields():
            self._keep_version_for_cases()
        if "active" in vals and not vals["active"]:
            self._check_not_in_use()
        result = super().write(vals)
        self._follow_repeat()
        if vals.keys() & {"repeat_days", "repeat_times"}:
            for ladder in self:
                self.env["payment.reminder.event"]._log_configuration(
                    ladder,
                    {
                        "change": "repeat",
                        "days": ladder.repeat_days,
                        "times": ladder.repeat_times,
                    },
                )
        return result

    def _check_not_in_use(self):
        defaults = (
            self.env["res.company"]
            .sudo()
            .search([("reminder_ladder_id", "in", self.ids)])
        )
        if defaults:
            raise UserError(
                self.env._(
                    "This ladder is the default of %s. Choose another default first.",
                    ", ".join(defaults.mapped("name")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if (
            self.env["payment.reminder.case"]
            .sudo()
            .search_count([("ladder_id", "in", self.ids)], limit=1)
        ):
            raise UserError(
                self.env._(
                    "Cases stand on this ladder. Archive it instead; they stay on it."
                )
            )
        self._check_not_in_use()

    # -- standing approval ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_approval_is_own(vals_list)
        ladders = super().create(vals_list)
        ladders._follow_repeat()
        return ladders

    @api.model
    def _check_approval_is_own(self, vals_list):
        """Refuse to write down an approval by hand: the button signs for its user."""
        written = {"standing_approval_by_id", "standing_approval_date"}
        if not self.env.su and any(vals.keys() & written for vals in vals_list):
            raise AccessError(
                self.env._("A standing approval is granted by its button only.")
            )

    def action_grant_standing_approval(self):
        self._check_may_change()
        for ladder in self:
            # The right was checked above; by hand nobody may write these.
            ladder.sudo().write(
                {
                    "standing_approval_by_id": self.env.uid,
                    "standing_approval_date": fields.Datetime.now(),
                }
            )
            self.env["payment.reminder.event"]._log_configuration(
                ladder, {"change": "standing_approval_granted"}
            )

    def action_revoke_standing_approval(self):
        self._check_may_change()
        for ladder in self:
            (ladder | ladder.predecessor_ids)._revoke_standing_approval()
            self.env["payment.reminder.event"]._log_configuration(
                ladder, {"change": "standing_approval_revoked"}
            )

    def _revoke_standing_approval(self):
        self.sudo().filtered("standing_approval_by_id").write(
            {"standing_approval_by_id": False, "standing_approval_date": False}
        )

    def _get_standing_approver(self):
        """Return the manager in whose name notices are approved, if still one."""
        self.ensure_one()
        approver = self.standing_approval_by_id
        if approver.active and approver._is_reminder_manager():
            return approver
        return self.env["res.users"]

    def _check_may_change(self):
        """Refuse who is no manager of the company of these ladders."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("write")

    # -- the pure side ----------------------------------------------------------

    def _get_schedule(self, debtor_kind="company"):
        """Return this ladder as :class:`rules.schedule.Ladder`.

        :param debtor_kind: person or company; the fee spacing may depend on it
        """
        self.ensure_one()
        steps = self._get_active_steps()
        if self.jurisdiction_id:
            steps = self._leave_out_forbidden(steps, debtor_kind)
        return schedule.Ladder(
            steps=tuple([step._get_rule() for step in steps]),
            spacing_days=self.spacing_days,
            fee_spacing_days=self.jurisdiction_id._get_fee_spacing_days(debtor_kind)
            if self.jurisdiction_id
            else 0,
        )

    def _leave_out_forbidden(self, steps, debtor_kind):
        """Return these steps without those that the law does not allow today.

        By it the ladder ends sooner, and its cases are handed to a person.
        """
        law = self.jurisdiction_id._get_statute()
        on = fields.Date.context_today(self)
        forbidden = {
            kind
            for kind in set(steps.mapped("kind"))
            if (rule := law.fee_rule(debtor_kind or "company", on, kind))
            and rule.basis == statute.FORBIDDEN
            and not rule.has_ended(on)
        }
        return steps.filtered(lambda step: step.kind not in forbidden)

    def _charges_statutory_interest(self):
        """Tell whether this ladder needs the reference rate of a law."""
        self.ensure_one()
        return bool(self.jurisdiction_id) and any(
            step.charge_interest for step in self.step_ids
        )

    def _lint(self):
        """Return (errors, warnings) of this ladder against its jurisdiction."""
        self.ensure_one()
        if not self.jurisdiction_id:
            return [], []
        steps = self._get_own_steps()
        return self.jurisdiction_id._lint(
            [step._get_lint_step() for step in steps],
            names=[step.name for step in steps],
        )

    def _get_days_ahead(self):
        """Return how many days before its due date a due item is of interest."""
        nudges = self.mapped("step_ids").filtered(
            lambda s: s.active and s.kind == schedule.NUDGE
        )
        return max([-min(nudges.mapped("delay_days"), default=0), 0])

    def action_check_texts(self):
        """Try the texts of these ladders on real cases; list what is to mend."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        rows = self.env["payment.reminder.text.checker"]._check(self)
        checks = self.env["payment.reminder.text.check"].create(
            [
                {
                    **row,
                    "problems": "\n".join(row["problems"]) or False,
                    "is_fine": not row["problems"],
                }
                for row in rows
            ]
        )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "payment_reminders.payment_reminder_text_check_action"
            ),
            "domain": [("id", "in", checks.ids)],
        }

    def action_view_cases(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_case_action"
        )
        action["domain"] = [("ladder_id", "=", self.id)]
        action["context"] = {}
        return action

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if default and "name" in default:
            return vals_list
        for ladder, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%s (copy)", ladder.name)
        return vals_list

    # -- a rate is missing --------------------------------------------------------

    @api.model
    def _warn_of_missing_rates(self, companies):
        """Tell the managers, once a half-year, that a reference rate is missing, and
        before that it will be.

        :param companies: res.company records that have a ladder
        """
        if self._is_told_of_rates(companies):
            return
        warned_for, looked_on = {}, {}
        for company in companies:
            today = company._get_reminder_today()
            half_year = interest.half_year_start(today)
            ladders = company._get_reminder_ladders_in_use()
            if not ladders:
                continue
            missing = ladders.jurisdiction_id._get_rate_warnings(today)
            for ladder in ladders:
                is_missing = missing.get(ladder.jurisdiction_id)
                if is_missing and ladder.rate_warned_for != half_year:
                    warned_for[ladder] = half_year
                    ladder._tell_of_missing_rate(company, today)
            late = rate_watch.last_notice_day(today)
            unheard = ladders.filtered(
                lambda ladder, late=late: (
                    not ladder.rate_end_looked_on or ladder.rate_end_looked_on < late
                )
            )
            if unheard:
                unheard._tell_of_ending_rates(company, today)
                looked_on |= dict.fromkeys(unheard, today)
        # Afterwards: one ladder may be that of several companies.
        for ladder, day in warned_for.items():
            ladder.rate_warned_for = day
        for ladder, day in looked_on.items():
            ladder.rate_end_looked_on = day

    def _tell_of_ending_rates(self, company, today):
        """Tell the managers of a company, 60, 30 and 7 days before, once each."""
        used = self.jurisdiction_id._get_rates_in_use(today)
        for ladder in self:
            ends = {}
            for reference, rates in used[ladder.jurisdiction_id].items():
                end = rate_watch.find_end(rates, today)
                if end and rate_watch.is_to_tell(
                    end, reference.rhythm, ladder.rate_end_looked_on or None, today
                ):
                    ends[reference] = end
            if ends:
                ladder._leave_rate_activities(
                    company,
                    lambda one, ends=ends: (
                        one.env._("A reference rate runs out soon"),
                        " ".join(
                            reference.with_env(one.env)._describe_end(end)
                            for reference, end in ends.items()
                        ),
                    ),
                    date_deadline=min(ends.values()),
                )

    @api.model
    def _is_told_of_rates(self, companies):
        """Tell whether nothing is left to tell of this half-year."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                # Every night; there are few ladders.
                """
                SELECT ladder.rate_warned_for
                  FROM payment_reminder_ladder ladder
                 WHERE ladder.jurisdiction_id IS NOT NULL
                   AND EXISTS (SELECT 1 FROM payment_reminder_step step
                                WHERE step.ladder_id = ladder.id
                                  AND step.charge_interest)
                   AND (EXISTS (SELECT 1 FROM res_company company
                                 WHERE company.id = ANY(%(companies)s)
                                   AND company.reminder_ladder_id = ladder.id)
                        OR EXISTS (SELECT 1 FROM payment_reminder_case state
                                    WHERE state.company_id = ANY(%(companies)s)
                                      AND state.ladder_id = ladder.id
                                      AND state.state != 'closed'))
                """,
                companies=companies.ids,
            )
        )
        return not rows or {day for (day,) in rows} == {
            interest.half_year_start(company._get_reminder_today())
            for company in companies
        }

    def _tell_of_missing_rate(self, company, today):
        """Tell the managers of a company that a rate is missing today."""
        self._leave_rate_activities(
            company,
            lambda one: (
                one.env._("Enter the reference rate of this half-year"),
                " ".join(
                    one.jurisdiction_id._get_rate_warnings(today)[one.jurisdiction_id]
                ),
            ),
        )

    def _leave_rate_activities(self, company, describe, **more):
        """Leave an activity for every manager of a company, in their language.

        :param describe: called with this ladder in their language; returns summary and
            note
        """
        for user in company._get_reminder_managers():
            # Odoo's e-mail to whoever gets an activity wants a model with a chatter.
            ladder = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            summary, note = describe(ladder)
            ladder.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=user.id,
                **more,
            )
