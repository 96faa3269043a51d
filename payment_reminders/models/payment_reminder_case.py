import logging
import time
from collections import defaultdict

from odoo import api, fields, models, modules
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..rules import lifecycle, schedule
from . import bulk, transactions

_logger = logging.getLogger(__name__)

#: How many customers a scheduled action takes at a time.
CASES_PER_BATCH = 500
#: So long a refresh waits, each time, for a case that somebody else is busy with.
PAUSES = (0.05, 0.2)


class PaymentReminderCase(models.Model):
    """Everything that one customer owes to one company in one currency.

    There is one record for good: it closes when nothing is owed, and starts
    again, on the ladder of that day, when something new falls due.
    """

    _name = "payment.reminder.case"
    _description = "Payment Reminder Case"
    _inherit = ["mail.thread", "mail.activity.mixin", "portal.mixin"]
    _order = "next_date, id"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    identity = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        help="Company, customer and currency as text: unlike a foreign key it does "
        "not change under a merge of customers, which must merge the cases first.",
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", index=True, tracking=True
    )
    ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        index=True,
        ondelete="restrict",
        context={"active_test": False},
    )
    state = fields.Selection(
        [("active", "Active"), ("frozen", "On hold"), ("closed", "Closed")],
        default="active",
        required=True,
        readonly=True,
        index=True,
    )
    close_reason = fields.Selection(
        [
            ("paid", "Paid"),
            ("credited", "Credited"),
            ("cancelled", "Invoice cancelled"),
            ("written_off", "Written off"),
            ("handed_over", "Handed over to collection"),
            ("merged", "Merged with another case"),
            ("manual", "Closed by hand"),
        ],
        readonly=True,
    )
    close_note = fields.Char(readonly=True)
    date_open = fields.Datetime(readonly=True)
    date_close = fields.Datetime(readonly=True)
    item_ids = fields.One2many("payment.reminder.item", "case_id", string="Due items")
    # sudo: which invoices a case is about is part of the case; what they say is read
    # with the rights of the user. (It also saves a check of access for each case.)
    move_ids = fields.Many2many(
        "account.move",
        compute="_compute_move_ids",
        string="Invoices",
        compute_sudo=True,
    )
    reminder_ids = fields.One2many("payment.reminder", "case_id", string="Notices")
    claim_line_ids = fields.One2many(
        "payment.reminder.claim.line", "case_id", string="Claim ledger"
    )
    freeze_ids = fields.One2many("payment.reminder.freeze", "case_id", string="Holds")
    query_ids = fields.One2many("payment.reminder.query", "case_id", string="Questions")
    plan_ids = fields.One2many("payment.reminder.plan", "case_id", string="Plans")
    event_ids = fields.One2many("payment.reminder.event", "case_id", string="Trail")
    next_step_id = fields.Many2one(
        "payment.reminder.step", readonly=True, ondelete="set null"
    )
    next_date = fields.Date(readonly=True, index=True)
    is_ladder_ended = fields.Boolean(
        string="Ladder ended",
        readonly=True,
        help="The last step was sent and its deadline has passed: a person decides "
        "what comes next.",
    )
    snoozed_until = fields.Date(
        readonly=True, help="Nothing is sent before this day.", tracking=True
    )
    hold_reason = fields.Char(compute="_compute_hold_reason", string="On hold because")
    amount_principal = fields.Monetary(
        string="Overdue", compute="_compute_amounts", help="What is overdue, live."
    )
    amount_upcoming = fields.Monetary(string="Not yet due", compute="_compute_amounts")
    amount_fees = fields.Monetary(string="Fees", compute="_compute_amounts")
    amount_interest = fields.Monetary(string="Interest", compute="_compute_amounts")
    amount_compensation = fields.Monetary(
        string="Compensation", compute="_compute_amounts"
    )
    amount_costs = fields.Monetary(
        string="Open fees and interest",
        compute="_compute_amounts",
        help="The claim ledger: fees, interest and compensation less what was paid "
        "or waived of them.",
    )
    amount_claim = fields.Monetary(string="Total claim", compute="_compute_amounts")
    oldest_due_date = fields.Date(compute="_compute_amounts")
    days_overdue = fields.Integer(compute="_compute_amounts")
    invoice_count = fields.Integer(compute="_compute_move_ids", compute_sudo=True)
    reminder_count = fields.Integer(compute="_compute_reminder_count")

    _identity_uniq = models.UniqueIndex(
        "(identity)",
        "There is already a case for this customer, company and currency.",
    )

    # -- computed ---------------------------------------------------------------

    @api.depends("item_ids.move_id")
    def _compute_move_ids(self):
        for case in self:
            case.move_ids = case.item_ids.move_id
            case.invoice_count = len(case.move_ids)

    def _compute_reminder_count(self):
        counts = dict(
            self.env["payment.reminder"]._read_group(
                [("case_id", "in", self.ids), ("state", "=", "sent")],
                ["case_id"],
                ["__count"],
            )
        )
        for case in self:
            case.reminder_count = counts.get(case, 0)

    @api.depends("item_ids", "claim_line_ids.amount")
    def _compute_amounts(self):
        live = self.env["payment.reminder.facts"]._read_due_items(
            self.sudo().item_ids.move_line_id.ids
        )
        costs = self._read_costs()
        today = {
            company: company._get_reminder_today() for company in self.sudo().company_id
        }
        for case in self:
            day = today[case.sudo().company_id]
            open_items = [
                seen
                for item in case.sudo().item_ids
                if (seen := item._get_live(live)) and seen.owed > 0
            ]
            overdue = [seen for seen in open_items if seen.date_due < day]
            case.amount_principal = float(sum(seen.owed for seen in overdue))
            case.amount_upcoming = float(
                sum(seen.owed for seen in open_items if seen.date_due >= day)
            )
            case.oldest_due_date = min(
                (seen.date_due for seen in overdue), default=False
            )
            case.days_overdue = (
                (day - case.oldest_due_date).days if case.oldest_due_date else 0
            )
            kinds = costs[case.id]
            case.amount_fees = kinds["fee"]
            case.amount_interest = kinds["interest"]
            case.amount_compensation = kinds["compensation"]
            case.amount_costs = sum(kinds.values())
            case.amount_claim = case.amount_principal + case.amount_costs

    def _read_costs(self):
        """Return {case id: {claim line kind: sum}} of the claim ledgers."""
        costs = defaultdict(lambda: defaultdict(float))
        for case, kind, amount in (
            self.env["payment.reminder.claim.line"]
            .sudo()
            ._read_group(
                [("case_id", "in", self.ids)], ["case_id", "kind"], ["amount:sum"]
            )
        ):
            costs[case.id][kind] = amount
        return costs

    @api.depends("freeze_ids.date_end", "snoozed_until", "state")
    def _compute_hold_reason(self):
        reasons = self.env["payment.reminder.freeze"]._fields["reason"]
        labels = dict(reasons._description_selection(self.env))
        for case in self:
            case.hold_reason = ", ".join(
                freeze.note or labels[freeze.reason]
                for freeze in case._get_open_freezes()
            )

    def _compute_access_url(self):
        # EXTENDS portal
        result = super()._compute_access_url()
        for case in self:
            case.access_url = f"/my/reminders/{case.id}"
        return result

    # -- opening ----------------------------------------------------------------

    @api.model
    def _cron_refresh(self):
        """Open cases for what has fallen due, and look at every open case again."""
        # Following the books needs no right of whoever starts it, and gives none.
        self = self.sudo()
        ir_cron = self.env["ir.cron"]
        transactions.commit(self.env)
        for company in self.env["res.company"]._get_reminder_companies():
            # READ COMMITTED: who waited for the lock below sees what was opened.
            transactions.run_each(
                company, lambda own: self.with_env(own.env)._open_due(own)
            )
            ir_cron._reminder_progress(0)
        cases = self.search([("state", "!=", "closed")]) | self._find_reopened()
        left = len(cases)
        for start in range(0, len(cases), CASES_PER_BATCH):
            batch = cases[start : start + CASES_PER_BATCH]
            transactions.run_each(batch, type(self)._refresh_free)
            left -= len(batch)
            ir_cron._reminder_progress(len(batch), left)

    @api.model
    def _find_reopened(self):
        """Return closed cases of which something may be owed again.

        The refresh after a payment is undone does this at once; this is for the
        one that a crash swallowed.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT item.case_id
                  FROM payment_reminder_item item
                  JOIN payment_reminder_case state ON state.id = item.case_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE state.state = 'closed'
                   AND item.is_dropped IS NOT TRUE
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency > 0
                """
            )
        )
        return self.browse(case_id for (case_id,) in rows)

    @api.model
    def _open_due(self, company):
        """Put what has fallen due, or soon will, into cases of its customers.

        :param company: res.company that has a ladder
        :return: the cases that got something new
        """
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), %s)",
            ["payment_reminder_case", company.id],
        )
        today = company._get_reminder_today()
        ahead = company._get_reminder_ladders()._get_days_ahead()
        rows = self.env["payment.reminder.facts"]._read_candidates(
            company, fields.Date.add(today, days=ahead)
        )
        if not rows:
            return self.browse()
        by_identity = defaultdict(list)
        for row in rows:
            identity = self._get_identity(
                company.id, row["partner_id"], row["currency_id"]
            )
            by_identity[identity].append(row)
        cases = self._find_or_open(company, by_identity)
        opened = self.browse([case.id for case in cases.values()])
        live = self.env["payment.reminder.facts"]._read_due_items(
            [*(row["line_id"] for row in rows), *opened.item_ids.move_line_id.ids]
        )
        bulk.insert(
            self.env["payment.reminder.item"],
            [
                self._prepare_item_vals(cases[identity], live[row["line_id"]])
                for identity, group in by_identity.items()
                for row in group
            ],
        )
        opened.invalidate_recordset(["item_ids"])
        opened._follow(live)
        return opened

    @api.model
    def _prepare_item_vals(self, case, seen):
        return {
            "case_id": case.id,
            "move_line_id": seen.line_id,
            "move_id": seen.move_id,
            "date_due": seen.date_due,
            "amount_known": float(seen.owed),
            "amount_credited_known": float(seen.credited),
            "interest_claimed": 0.0,
        }

    @api.model
    def _get_identity(self, company_id, partner_id, currency_id):
        return f"{company_id}/{partner_id}/{currency_id}"

    def _find_or_open(self, company, by_identity):
        """Return {identity: case}; closed ones start again, missing ones are made."""
        known = self.search([("identity", "in", list(by_identity))])
        closed = known.filtered(lambda case: case.state == "closed")
        partners = {
            partner.id: partner
            for partner in self.env["res.partner"]
            .with_company(company)
            .browse({group[0]["partner_id"] for group in by_identity.values()})
        }
        ladders = {
            partner_id: partner._get_reminder_ladder(company)
            for partner_id, partner in partners.items()
        }
        for case in closed:
            case._start_again(ladders[case.partner_id.id])
        cases = {case.identity: case for case in known}
        missing = {
            identity: group
            for identity, group in by_identity.items()
            if identity not in cases
        }
        new = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        ).create(
            [
                self._prepare_case_vals(
                    company,
                    identity,
                    group[0],
                    partners[group[0]["partner_id"]],
                    ladders,
                )
                for identity, group in missing.items()
            ]
        )
        new._set_names()
        (new | closed)._log_event("opened", {})
        cases.update(zip(missing, new, strict=True))
        return cases

    @api.model
    def _prepare_case_vals(self, company, identity, first, partner, ladders):
        return {
            "identity": identity,
            "company_id": company.id,
            "partner_id": partner.id,
            "currency_id": first["currency_id"],
            "user_id": partner.user_id.id or first["user_id"],
            "ladder_id": ladders[partner.id].id,
            "date_open": fields.Datetime.now(),
        }

    def _set_names(self):
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE payment_reminder_case SET name = 'RC' || lpad(id::text, 5, '0')"
                " WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.invalidate_recordset(["name", "display_name"], flush=False)

    def _start_again(self, ladder):
        """Start a closed case afresh: what is new begins on today's ladder."""
        self.ensure_one()
        self.write(
            {
                "state": "active",
                "close_reason": False,
                "close_note": False,
                "date_close": False,
                "date_open": fields.Datetime.now(),
                "snoozed_until": False,
                "ladder_id": ladder.id,
            }
        )

    # -- refreshing -------------------------------------------------------------

    @api.model
    def _cron_company_status(self):
        """Look up debtors of open cases in company registers (hook of the bridges)."""

    def _refresh(self):
        """Read again what is owed, and close, freeze, reopen or plan accordingly.

        Runs after every payment of these customers and every night. Writes only
        what changed, and only on rows of ours.
        """
        cases = self.sudo().with_context(tracking_disable=True)
        cases._follow(
            self.env["payment.reminder.facts"]._read_due_items(
                cases.item_ids.move_line_id.ids
            )
        )

    def _follow(self, live):
        """Do what follows from the books.

        :param live: {line id: live item} of these cases, read a moment ago
        """
        for case in self:
            seen = {item: item._get_seen(live) for item in case.item_ids}
            outcome = lifecycle.decide(case.state, list(seen.values()))
            case._apply(outcome, case.item_ids._remember(live, seen))
        self._lift_expired_snoozes()
        self._plan(live)

    def _apply(self, outcome, changed):
        """Carry out what :func:`rules.lifecycle.decide` said.

        :param changed: what :meth:`payment.reminder.item._remember` found
        """
        self.ensure_one()
        if outcome.reopen:
            self.write({"state": "active", "close_reason": False, "date_close": False})
            self._log_event("reopened", changed)
        elif changed:
            self._log_event("payment_seen", changed)
        if outcome.close:
            self._close(outcome.close)
        if outcome.freeze:
            self._freeze(outcome.freeze)

    def _plan(self, live):
        """Store the next step and its date of these cases and of their items."""
        open_cases = self.filtered(lambda case: case.state != "closed")
        history = open_cases._get_sent_history()
        calendars = self.env["payment.reminder.facts"]._get_calendars(open_cases)
        schedules = open_cases._get_schedules()
        Item = self.env["payment.reminder.item"]
        item_changes, case_changes = {}, {}
        for case in self:
            planned = case._get_plan(live, history, calendars, schedules)
            plans = {plan.item_id: plan for plan in planned.plans} if planned else {}
            for item in case.item_ids:
                item._collect_plan(plans.get(item.id), item_changes)
            case._collect_plan(planned, case_changes)
        bulk.update(Item.browse(item_changes), item_changes)
        bulk.update(self.browse(case_changes), case_changes)
        self._note_ladder_end(live)

    def _note_ladder_end(self, live):
        """Hand cases whose ladder is climbed to a person, once."""
        climbed = self.filtered(
            lambda case: case.state == "active"
            and not case.next_step_id
            and any(item._is_chased(live) for item in case.item_ids)
            and case._is_last_deadline_over()
        )
        (self - climbed).filtered("is_ladder_ended").write({"is_ladder_ended": False})
        ended = climbed.filtered(lambda case: not case.is_ladder_ended)
        ended.write({"is_ladder_ended": True})
        ended._log_event("ladder_ended", {})
        admin = self.env.ref("base.user_admin")
        for user, cases in ended.grouped(lambda case: case.user_id or admin).items():
            cases.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The reminder ladder has ended"),
                note=self.env._(
                    "The last step was sent and its deadline has passed. Decide what "
                    "comes next: a call, a plan, collection, or closing the case."
                ),
                user_id=user.id,
            )

    def _is_last_deadline_over(self):
        self.ensure_one()
        sent = self.reminder_ids.filtered(
            lambda r: r.state == "sent" and not r.withdrawn
        )
        deadlines = [day for day in sent.mapped("deadline_date") if day]
        today = self.company_id._get_reminder_today()
        return bool(deadlines) and max(deadlines) < today

    def _collect_plan(self, planned, changes):
        """Note the next step in ``changes`` if it is not what is stored."""
        self.ensure_one()
        step_id, day = (planned.step_id, planned.date) if planned else (False, False)
        if (self.next_step_id.id, self.next_date) != (step_id, day):
            changes[self.id] = {"next_step_id": step_id, "next_date": day}

    def _get_plan(self, live, history, calendars, schedules):
        """Return the next notice of this case as the schedule sees it, or None."""
        self.ensure_one()
        if self.state == "closed" or not self.ladder_id:
            return None
        return schedule.next_step(
            schedules[self.id],
            [
                item._get_due_item(live)
                for item in self.item_ids
                if item._is_chased(live)
            ],
            history[self.id],
            self.company_id._get_reminder_today(),
            calendars[self.id],
        )

    def _get_schedules(self):
        """Return {case id: its ladder as :class:`rules.schedule.Ladder`}."""
        made = {}
        schedules = {}
        for case in self.filtered("ladder_id"):
            key = (case.ladder_id, case.partner_id._get_debtor_kind())
            if key not in made:
                made[key] = case.ladder_id._get_schedule(key[1])
            schedules[case.id] = made[key]
        return schedules

    def _get_sent_history(self):
        """Return {case id: notices that really went out} of these cases.

        A notice belongs where its due items are now: a merge of customers moves
        them to another case, and the days between two notices still count.
        """
        history = defaultdict(list)
        if not self:
            return history
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT item.case_id, notice.id, notice.company_id,
                       notice.sent_date, notice.step_kind, notice.amount_fee > 0
                  FROM payment_reminder notice
                  JOIN payment_reminder_line line ON line.reminder_id = notice.id
                  JOIN payment_reminder_item item ON item.id = line.item_id
                 WHERE item.case_id = ANY(%s)
                   AND notice.state IN ('sent', 'uncertain')
                   AND notice.withdrawn IS NOT TRUE
                   AND notice.sent_date IS NOT NULL
                """,
                self.ids,
            )
        )
        companies = {company.id: company for company in self.sudo().company_id}
        for case_id, _id, company_id, sent_date, kind, bore_fee in rows:
            day = companies[company_id]._get_reminder_today(sent_date)
            history[case_id].append(
                schedule.Sent(date=day, kind=kind, bore_fee=bool(bore_fee))
            )
        return history

    def _replace_ladder(self, ladder, step_map):
        """Put these cases on another version of their ladder.

        Where an item stands is translated, to nothing if need be. A notice is
        what it was: it follows to the same step only, and else keeps its own.

        :param step_map: {step of the old version: step of ``ladder``}
        """
        self.write({"ladder_id": ladder.id})
        same_steps = {
            old: new for old, new in step_map.items() if old.lineage == new.lineage
        }
        for model, field in (
            ("payment.reminder.item", "step_id"),
            ("payment.reminder.item", "next_step_id"),
            ("payment.reminder.line", "step_id"),
            ("payment.reminder", "step_id"),
            ("payment.reminder.case", "next_step_id"),
        ):
            is_notice = model in ("payment.reminder", "payment.reminder.line")
            matches = same_steps if is_notice else step_map
            domain = [("id" if model == self._name else "case_id", "in", self.ids)]
            records = (
                self.env[model]
                .sudo()
                .search([*domain, (field, "in", [step.id for step in matches])])
            )
            for step, group in records.grouped(field).items():
                group.write({field: matches[step].id})

    # -- freezing and closing ---------------------------------------------------

    def _get_open_freezes(self):
        return self.freeze_ids.filtered(lambda freeze: not freeze.date_end)

    def _freeze(self, reason, note=False):
        """Freeze these cases for one reason, once, and tell the trail.

        :param reason: a code of ``payment.reminder.freeze.reason``
        """
        cases = self.filtered(
            lambda case: reason not in case._get_open_freezes().mapped("reason")
        )
        self.env["payment.reminder.freeze"].sudo().create(
            [
                {
                    "case_id": case.id,
                    "reason": reason,
                    "note": note,
                    "user_id": self.env.uid,
                }
                for case in cases
            ]
        )
        cases.filtered(lambda case: case.state == "active").sudo().write(
            {"state": "frozen"}
        )
        cases._log_event("frozen", {"reason": reason, "note": note or ""})
        return cases

    def _release(self, note=False, reasons=None):
        """Lift the open freezes of these cases (of ``reasons`` only, if given)."""
        freezes = self.sudo().freeze_ids.filtered(
            lambda f: not f.date_end and (reasons is None or f.reason in reasons)
        )
        if not freezes:
            return
        lifted = freezes.case_id
        for case in lifted:
            case._log_event(
                "released",
                {
                    "reasons": sorted((freezes & case.freeze_ids).mapped("reason")),
                    "note": note or "",
                },
            )
        freezes.write(
            {"date_end": fields.Datetime.now(), "released_by_id": self.env.uid}
        )
        lifted.filtered(
            lambda case: case.state == "frozen" and not case._get_open_freezes()
        ).write({"state": "active"})

    def _close(self, reason, note=False):
        """Close these cases, unless open fees and interest keep one open."""
        self.sudo()._settle_rest(reason)._end(reason, note)

    def _end(self, reason, note=False):
        """Close these cases, whatever their claim ledgers say."""
        for case in self.sudo():
            case.reminder_ids._cancel_open(reason)
            case.item_ids._drop()
            freezes = case._get_open_freezes()
            freezes.write(
                {"date_end": fields.Datetime.now(), "released_by_id": self.env.uid}
            )
            case.write(
                {
                    "state": "closed",
                    "close_reason": reason,
                    "close_note": note,
                    "date_close": fields.Datetime.now(),
                    "snoozed_until": False,
                    "next_step_id": False,
                    "next_date": False,
                }
            )
            case._log_event("closed", {"reason": reason, "note": note or ""})

    def _lift_expired_snoozes(self):
        for company, cases in self.grouped("company_id").items():
            today = company._get_reminder_today()
            cases.filtered(
                lambda case, today=today: case.snoozed_until
                and case.snoozed_until <= today
            ).write({"snoozed_until": False})

    # -- what people do ---------------------------------------------------------

    def action_hold(self, reason=None):
        """Put these cases on hold until somebody releases them.

        :param reason: why, in words; goes into the trail
        """
        self._check_may_act()
        self._check_open()
        self._freeze("manual", reason or self.env._("Held by %s", self.env.user.name))
        return True

    def action_snooze(self, date=None):
        """Send nothing on these cases before ``date`` (default: in 7 days)."""
        self._check_may_act()
        self._check_open()
        for case in self:
            today = case.company_id._get_reminder_today()
            day = fields.Date.to_date(date) or fields.Date.add(today, days=7)
            if day <= today:
                raise UserError(
                    self.env._("Choose a day in the future, or release the case.")
                )
            case.sudo().write({"snoozed_until": day})
            case._log_event("snoozed", {"until": fields.Date.to_string(day)})
        return True

    def action_release(self, note=None):
        """Lift every hold and snooze; what is owed is read again at once."""
        self._check_may_act(release=True)
        self._release(note)
        self.filtered("snoozed_until").sudo().write({"snoozed_until": False})
        self._refresh()
        return True

    def action_close(self, reason=None):
        """Close these cases by hand; they stay closed until something new is due.

        :param reason: a code of ``close_reason``, or a text that is kept with it
        """
        self.env["payment.reminder.ladder"]._check_manager()
        codes = dict(self._fields["close_reason"].selection)
        for case in self.filtered(lambda case: case.state != "closed"):
            if reason in codes:
                case._close(reason)
            else:
                case._close("manual", reason)
        return True

    def action_reopen(self):
        """Open cases again that a person closed while something was owed."""
        self.env["payment.reminder.ladder"]._check_manager()
        cases = self.filtered(lambda case: case.state == "closed").sudo()
        dropped = cases.item_ids.filtered("is_dropped")
        if cases - dropped.case_id:
            raise UserError(self.env._("Nothing is owed on this case any more."))
        dropped.write({"is_dropped": False, "amount_known": -1.0})
        cases.write(
            {
                "state": "active",
                "close_reason": False,
                "close_note": False,
                "date_close": False,
            }
        )
        cases._log_event("reopened", {"by": self.env.uid})
        cases._refresh()
        return True

    def action_refresh(self):
        """Look at the books now."""
        self._check_may_act()
        self._refresh()
        return True

    def _check_may_act(self, release=False):
        """Refuse who is neither a manager nor the responsible of these cases.

        :param release: a rep may lift own holds only
        """
        self.check_access("read")
        if self.env.su or self.env.user.has_group(
            "payment_reminders.group_reminder_manager"
        ):
            return
        if any(case.user_id != self.env.user for case in self):
            raise AccessError(
                self.env._(
                    "You may hold or snooze the cases of your own customers only."
                )
            )
        freezes = self.sudo()._get_open_freezes()
        if release and any(
            freeze.reason != "manual" or freeze.user_id != self.env.user
            for freeze in freezes
        ):
            raise AccessError(
                self.env._(
                    "Only a payment reminder manager may release what you did not hold "
                    "yourself."
                )
            )

    def _check_open(self):
        closed = self.filtered(lambda case: case.state == "closed")
        if closed:
            raise UserError(
                self.env._(
                    "These cases are closed: %s",
                    ", ".join(closed.mapped("display_name")),
                )
            )

    def write(self, vals):
        self._check_by_hand(vals)
        return super().write(vals)

    def _check_by_hand(self, vals):
        """Refuse to write by hand what the books or a button decide.

        Read-only fields are so in forms alone: a call from outside could set them.
        """
        if self.env.su:
            return
        decided = [name for name in vals if self._fields[name].readonly]
        if decided:
            raise AccessError(
                self.env._(
                    "This follows from the books, or has a button of its own: %s",
                    ", ".join(sorted(decided)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A case and its trail are kept. Close the case instead.")
        )

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.move_ids.ids)]
        action["context"] = {"create": False}
        return action

    def action_view_reminders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {}
        return action

    # -- trail and events from the books ----------------------------------------

    def _log_event(self, kind, payload):
        """Write one entry of the trail for each of these cases."""
        return self.env["payment.reminder.event"]._log(
            [(case, kind, payload) for case in self]
        )

    @api.model
    def _refresh_after_commit(self, partners):
        """Refresh the cases of these customers right after this transaction.

        The payer's transaction never writes on a case: a sender that holds the
        case would make the payment fail with a serialisation error. Under test
        there is no commit to wait for, so the refresh happens at once.

        :param partners: res.partner records (commercial partners)
        """
        ids = set(partners.commercial_partner_id.ids)
        if not ids:
            return
        if modules.module.current_test:
            self.sudo().search([("partner_id", "in", list(ids))])._refresh()
            return
        pending = self.env.cr.postcommit.data.setdefault(
            "payment_reminder_partners", set()
        )
        if not pending:
            cases = self.with_user(api.SUPERUSER_ID)
            # The payer's context means nothing to what comes after it.
            cases = cases.with_context({})  # pylint: disable=context-overridden
            self.env.cr.postcommit.add(lambda: cases._refresh_partners(pending))
        pending |= ids

    @api.model
    def _refresh_partners(self, partner_ids):
        """Refresh in a transaction of its own; a busy case waits for the cron.

        Runs in the payer's request, whose commit has just been done.
        """
        domain = [("partner_id", "in", list(partner_ids))]

        def refresh(env):
            cases = env[self._name].search(domain)
            if cases - cases._refresh_free():
                env.ref("payment_reminders.ir_cron_refresh")._trigger()

        try:
            transactions.run(self.env, refresh)
        except Exception:
            # The payment is booked, and its payer must not hear of this. The guard
            # reads the books in any case, and the nightly run refreshes.
            _logger.exception(
                "The cases of customers %s are refreshed later", partner_ids
            )

    def _refresh_free(self):
        """Refresh those of these cases that nobody else is busy with.

        A sender holds its case for a moment; it refreshes the case itself at the end.

        :return: the cases that were refreshed
        """
        free = self.try_lock_for_update()
        for seconds in PAUSES:
            if free == self or modules.module.current_test:
                break
            time.sleep(seconds)
            free = self.try_lock_for_update()
        free.invalidate_recordset()
        free._refresh()
        return free
