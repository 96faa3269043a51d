"""Many reminders at once, by hand: done in the background, and stopped at will."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import bulk, transactions
from ...tools.background import waits_for_scheduler
from ...tools.groupable import hide_technical
from ...tools.selections import labels_of
from ..sending.sender import NOTICES_PER_BATCH

CASES_PER_BATCH = 100
#: So many cases are done while the user waits.
CASES_AT_ONCE = 5


class PaymentReminderRun(models.Model):
    """One time that a manager created reminders of chosen cases.

    Who stops it writes on the run, who works it off writes on its lines: neither makes
    the other fail.
    """

    _name = "payment.reminder.run"
    _description = "Payment Reminders Created by Hand"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        required=True,
        readonly=True,
        index=True,
    )
    state = fields.Selection(
        [("running", "Running"), ("stopped", "Stopped"), ("done", "Done")],
        default="running",
        required=True,
        readonly=True,
        index=True,
    )
    date_end = fields.Datetime(string="Ended on", readonly=True)
    stopped_by_id = fields.Many2one(
        "res.users", string="Stopped by", readonly=True, index="btree_not_null"
    )
    send = fields.Boolean(
        string="Approve and send",
        readonly=True,
        help="Approved by who started it, and sent when the guard lets it go. "
        "Otherwise they wait in the queue.",
    )
    skip_window = fields.Boolean(string="Without the hold window", readonly=True)
    window_note = fields.Char(string="Why it does not wait", readonly=True)
    left_out = fields.Integer(
        string="Left out in the dialog",
        readonly=True,
        help="Customers who were in the dialog and not chosen, or not ready.",
    )
    kind = fields.Selection(
        selection=labels_of("payment.reminder.step", "kind"),
        string="Steps",
        readonly=True,
    )
    channel = fields.Selection(
        selection=labels_of("payment.reminder.delivery", "channel", ("other",)),
        readonly=True,
    )
    fee_limit = fields.Float(readonly=True, digits="Product Price", default=-1.0)
    fee_note = fields.Char(readonly=True)
    personal_text = fields.Text(readonly=True)
    attach_invoices = fields.Boolean(readonly=True)
    override_note = fields.Char(string="Overridden because", readonly=True)
    line_ids = fields.One2many("payment.reminder.run.line", "run_id", readonly=True)
    reminder_ids = fields.One2many("payment.reminder", "run_id", readonly=True)
    count_total = fields.Integer(string="Customers", compute="_compute_counts")
    count_left = fields.Integer(string="To do", compute="_compute_counts")
    count_created = fields.Integer(string="In the queue", compute="_compute_counts")
    count_sent = fields.Integer(string="Sent", compute="_compute_counts")
    count_stopped = fields.Integer(
        string="Held",
        compute="_compute_counts",
        help="Held, cancelled or uncertain.",
    )
    count_waiting = fields.Integer(
        string="Waiting",
        compute="_compute_counts",
        help="Approved; they leave in working hours, after their hold window.",
    )
    count_skipped = fields.Integer(string="Left out", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")
    result_text = fields.Char(compute="_compute_counts", string="Result")
    waits_for_scheduler = fields.Boolean(
        compute="_compute_waits_for_scheduler",
        help="Nobody has begun with it: the scheduled actions do not run.",
    )
    can_undo = fields.Boolean(compute="_compute_counts")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS base
        return hide_technical(self, super().fields_get(allfields, attributes))

    @api.depends("create_date", "user_id")
    @api.depends_context("lang", "tz")
    def _compute_name(self):
        for run in self:
            day = run.create_date or fields.Datetime.now()
            moment = self.env["payment.reminder"]._format_moment(day)
            run.name = self.env._("Reminders of %s", moment)

    @api.depends("state", "left_out", "line_ids.state", "reminder_ids.state")
    @api.depends_context("lang")
    def _compute_counts(self):
        lines = self._count("payment.reminder.run.line")
        notices = self._count("payment.reminder")
        for run in self:
            of_lines, of_notices = lines.get(run, {}), notices.get(run, {})
            run.count_total = sum(of_lines.values())
            run.count_left = of_lines.get("waiting", 0)
            skipped = of_lines.get("skipped", 0)
            run.count_skipped = skipped + run.left_out
            run.count_created = sum(of_notices.values())
            run.count_sent = of_notices.get("sent", 0)
            run.count_stopped = sum(
                of_notices.get(state, 0) for state in ("held", "cancelled", "uncertain")
            )
            run.count_waiting = of_notices.get("approved", 0) + of_notices.get(
                "sending", 0
            )
            steps = run.count_total * (2 if run.send else 1)
            done = run.count_total - run.count_left
            if run.send:
                done += run.count_sent + run.count_stopped + skipped
            if run.state == "done":
                done = steps
            run.progress = 100.0 * done / steps if steps else 0.0
            back = of_notices.get("approved" if run.send else "proposed", 0)
            run.can_undo = bool(back) and run.state != "running"
            run.result_text = run._describe_result(of_notices.get("proposed", 0))

    def _describe_result(self, proposed):
        """Return what became of this run, in words.

        :param proposed: how many of its notices wait for approval
        """
        self.ensure_one()
        parts = [
            (self.count_sent, self.env._("sent")),
            (self.count_waiting, self.env._("approved (not sent yet)")),
            (proposed, self.env._("to approve")),
            (self.count_stopped, self.env._("held")),
            (self.count_skipped, self.env._("left out")),
        ]
        told = ", ".join(f"{count} {what}" for count, what in parts if count)
        return told or self.env._("Nothing was created.")

    @api.depends("state", "create_date", "line_ids.state")
    def _compute_waits_for_scheduler(self):
        for run in self:
            begun = run.count_left < run.count_total or run.count_created
            run.waits_for_scheduler = run.state == "running" and waits_for_scheduler(
                run.create_date, bool(begun)
            )

    def _count(self, model):
        """Return {run: {state: number}} of its lines or notices."""
        found = {}
        for run, state, count in (
            self.env[model]
            .sudo()
            ._read_group([("run_id", "in", self.ids)], ["run_id", "state"], ["__count"])
        ):
            found.setdefault(run, {})[state] = count
        return found

    # -- what people do ---------------------------------------------------------

    @api.model
    def _start(self, cases, vals):
        """Create reminders of these cases, at once or in the background.

        :param cases: payment.reminder.case records of one company
        :param vals: the choices of the person
        :return: the run
        """
        self.env["res.users"]._check_reminder_manager()
        # A manager decides; the machine writes.
        run = self.sudo().create(
            {"company_id": cases.company_id.id, "user_id": self.env.uid, **vals}
        )
        bulk.insert(
            run.env["payment.reminder.run.line"],
            [
                {"run_id": run.id, "case_id": case.id, "state": "waiting"}
                for case in cases
            ],
        )
        run.invalidate_recordset()
        if len(cases) <= CASES_AT_ONCE:
            transactions.commit(self.env)
            run._work()
        else:
            self.env.ref("payment_reminders.ir_cron_run").sudo()._trigger()
        return run.sudo(False)

    def action_stop(self):
        """Stop these runs: what has left has left, nothing more does.

        What was approved and has not left is held, until somebody releases it.
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        running = self.filtered(lambda run: run.state == "running").sudo()
        running.stopped_by_id = self.env.user
        running._end("stopped")
        for run in running:
            run._hold_rest()
        return True

    def _hold_rest(self):
        """Hold what a stopped run has approved, and nobody is sending this moment."""
        self.ensure_one()
        approved = self.env["payment.reminder"].search(
            [("run_id", "=", self.id), ("state", "=", "approved")], order="id"
        )
        approved.try_lock_for_update()._as_user(self.stopped_by_id)._hold(
            self.env._("The run was stopped")
        )

    def action_undo(self):
        """Take these runs back, as far as nothing has left.

        What was approved waits for approval again; what was only put into the queue
        goes out of it.
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        found = self.reminder_ids.filtered(
            lambda r: r.state in ("proposed", "approved")
        )
        if not found:
            raise UserError(self.env._("Nothing of it can be taken back any more."))
        approved = found.filtered(lambda r: r.state == "approved")
        if approved:
            approved.action_undo_approve()
        queued = (found - approved).filtered(lambda r: not r.run_id.send)
        if queued:
            queued.action_cancel(self.env._("The run was taken back"))
        return found._tell_undone()

    def action_view_reminders(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {}
        return action

    def _get_form_action(self):
        """Return the action that shows what became of this run."""
        self.ensure_one()
        if len(self.line_ids) == 1 and self.reminder_ids:
            return self.reminder_ids._get_records_action(name=self.env._("Reminder"))
        return self._get_records_action(name=self.env._("Create Reminders"))

    # -- the work ---------------------------------------------------------------

    @api.model
    def _cron_run(self):
        """Work off what people have started."""
        # Who may start a run was decided when it was started.
        runs = self.sudo().search([("state", "=", "running")], order="id")
        for run in runs:
            run._work()

    def _work(self):
        """Propose, and send if chosen, until all is done or somebody stops it."""
        self.ensure_one()
        self._work_off()
        if not self._is_running() and self.stopped_by_id:
            # Approved by a batch that was under way when it was stopped.
            transactions.run(self.env, lambda env: self.with_env(env)._hold_rest())

    def _work_off(self):
        waiting = self.line_ids.filtered(lambda line: line.state == "waiting")
        left = len(waiting)
        for start in range(0, len(waiting), CASES_PER_BATCH):
            if not self._is_running():
                return
            batch = waiting[start : start + CASES_PER_BATCH]
            transactions.run_each(batch, type(batch)._create_notices)
            left -= len(batch)
            if not transactions.report_progress(self.env, len(batch), left + 1):
                return
        if self.send and not self._send_ripe():
            return
        if self._is_running():
            transactions.run(self.env, lambda env: self.with_env(env)._end("done"))
        transactions.report_progress(self.env, 0, 0)

    def _send_ripe(self):
        """Send what may leave now; the rest leaves later, as any approved notice.

        :return: whether all of it was tried
        """
        ripe = self.env["payment.reminder"].search(
            [
                ("run_id", "=", self.id),
                ("state", "=", "approved"),
                ("hold_until", "<=", fields.Datetime.now()),
            ],
            order="id",
        )
        sender = self.env["payment.reminder.sender"].sudo()
        # The brake looks at all that would leave together, not at a batch of it.
        self.env["payment.reminder.halt"]._watch(sender._filter_sending_time(ripe))
        left = len(ripe)
        for start in range(0, len(ripe), NOTICES_PER_BATCH):
            if not self._is_running():
                return False
            batch = ripe[start : start + NOTICES_PER_BATCH]
            sender._dispatch_batch(batch)
            left -= len(batch)
            if not transactions.report_progress(self.env, len(batch), left + 1):
                return False
        return True

    def _is_running(self):
        """Tell whether nobody has stopped this run meanwhile."""
        transactions.commit(self.env)
        self.invalidate_recordset(["state", "stopped_by_id"])
        return self.state == "running"

    def _end(self, state):
        self.write({"state": state, "date_end": fields.Datetime.now()})

    # -- what its starter chose -----------------------------------------------------

    def _apply_choices(self, reminders):
        """Give new notices the channel, words, papers and fee that were chosen."""
        self.ensure_one()
        if not reminders:
            return
        manager = reminders._as_user(self.user_id)
        reminders.write(
            {
                "channel_choice": self.channel,
                "personal_text": self.personal_text,
                "attach_invoices": self.attach_invoices,
            }
        )
        self.env["payment.reminder.event"].with_user(self.user_id)._log(
            [
                (
                    reminder.case_id,
                    "by_hand",
                    {"reminder": reminder.id, "channel": self.channel or ""},
                )
                for reminder in reminders
            ]
        )
        if self.override_note:
            for reminder in manager:
                codes = reminder.case_id._get_overridable()
                if codes:
                    reminder._override(codes, self.override_note)
        if self.fee_limit >= 0:
            for reminder in manager:
                if (
                    reminder.currency_id.compare_amounts(
                        reminder.amount_fee, self.fee_limit
                    )
                    > 0
                ):
                    reminder.sudo()._lower_fee(self.fee_limit, self.fee_note)

    def _approve(self, reminders):
        """Approve notices in the name of who started this run."""
        self.ensure_one()
        self.env["res.users"].with_user(self.user_id)._check_reminder_manager()
        reminders.filtered(lambda r: r.state == "proposed")._as_user(
            self.user_id
        )._approve(self.user_id)
        if self.skip_window or self.company_id._has_one_office_user():
            reminders._as_user(self.user_id)._waive_window(self.window_note or "")


class PaymentReminderRunLine(models.Model):
    """One case of a run, and what became of it."""

    _name = "payment.reminder.run.line"
    _description = "Case of a Run of Payment Reminders"
    _order = "id"
    _rec_name = "case_id"
    _log_access = False

    run_id = fields.Many2one(
        "payment.reminder.run",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="case_id.partner_id")
    reminder_id = fields.Many2one(
        "payment.reminder", readonly=True, index="btree_not_null", ondelete="set null"
    )
    reminder_state = fields.Selection(related="reminder_id.state", string="Reminder is")
    state = fields.Selection(
        [("waiting", "To do"), ("created", "Created"), ("skipped", "Left out")],
        default="waiting",
        required=True,
        readonly=True,
    )
    note = fields.Char(string="Why", readonly=True)
    leaves_text = fields.Char(related="reminder_id.leaves_text")

    def _create_notices(self):
        """Propose the next notice of these cases as chosen; say why where not."""
        run = self.run_id
        cases = self.case_id
        cases._refresh_free()
        waiting = cases._find_open_notices()
        horizons = cases._get_horizons()
        ready = cases.filtered(
            lambda case: case not in waiting
            and not case._get_obstacles(run, horizons[case])
        ).try_lock_for_update()
        proposal = self.env["payment.reminder.proposal"].with_company(run.company_id)
        made = proposal._propose(ready.with_company(run.company_id), ahead=True)
        run._apply_choices(made)
        notices = {notice.case_id: notice for notice in made}
        if run.send:
            known = [waiting[case] for case in cases if case in waiting]
            kept = made.browse(notice.id for notice in known).filtered(
                lambda r: r.state in ("proposed", "approved")
                and run.kind in (False, r.step_kind)
            )
            notices |= {notice.case_id: notice for notice in kept}
            (made | kept).write({"run_id": run.id})
            run._approve(made | kept)
        else:
            made.write({"run_id": run.id})
        # What is in the way is told with the result, not when they should leave.
        made.browse(notice.id for notice in notices.values())._ask_guard()
        speaker = cases.with_context(lang=run.user_id.lang, tz=run.user_id.tz)
        texts = {case.id: case.next_text for case in speaker}
        for line in self:
            notice = notices.get(line.case_id)
            line.write(
                {
                    "state": "created" if notice else "skipped",
                    "reminder_id": notice.id if notice else False,
                    "note": False if notice else texts[line.case_id.id],
                }
            )
