"""How plans follow the money: kept, missed, broken, and a friendly word before."""

from datetime import timedelta

from odoo import api, fields, models

from ...rules import plan as plan_rules
from ...tools.decimals import to_decimal
from ..books.facts import get_debtor_zone
from ..case.progress import Stage

PLANS_PER_BATCH = 100


class PaymentReminderPlan(models.Model):
    _inherit = "payment.reminder.plan"

    @api.model
    def _cron_plans(self):
        """Follow the plans in force, and say a friendly word before an instalment."""
        self.env["payment.reminder.progress"]._work_through(
            "plans",
            [
                Stage(
                    "plans",
                    lambda: self.sudo().search([("state", "=", "active")]),
                    type(self)._follow_and_announce,
                    PLANS_PER_BATCH,
                ),
                Stage(
                    "stated",
                    self.env["payment.reminder.query"]._find_stated,
                    lambda queries: queries._compare_payments(),
                    PLANS_PER_BATCH,
                ),
            ],
        )

    def _follow_and_announce(self):
        self._follow()
        self.filtered(lambda plan: plan.state == "active")._announce()

    def _follow(self):
        """Compare these plans with the books, and do what follows."""
        # The books as they are now, not as somebody has read them before a payment.
        self.item_ids.invalidate_recordset(["amount_residual"])
        costs = self.case_id._read_costs()
        progress = {
            plan: plan._get_progress(max(sum(costs[plan.case_id.id].values()), 0.0))
            for plan in self
        }
        late = {
            plan: one
            for plan, one in progress.items()
            if plan_rules.PartState.MISSED in one.states
        }
        if late:
            progress |= self.browse([plan.id for plan in late])._wait_for_money(late)
        for plan, one in progress.items():
            plan._apply(one)

    def _get_progress(self, open_costs):
        """Return how this plan stands (:class:`rules.plan.Progress`).

        What came in is what is no longer open of what the plan covers: credit notes
        count, and what fell due since does not.
        """
        self.ensure_one()
        digits = self.currency_id.decimal_places
        still_open = sum(self.item_ids.mapped("amount_residual")) + min(
            open_costs, self.amount_costs
        )
        return self._get_progress_with(
            to_decimal(self.amount_total, digits) - to_decimal(still_open, digits)
        )

    def _get_progress_with(self, received):
        """Return how this plan stands when so much has come in."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        company = self.company_id
        return plan_rules.follow(
            [
                plan_rules.Part(row.date_due, to_decimal(row.amount, digits))
                for row in self.instalment_ids
            ],
            received,
            company._get_reminder_today(),
            company.reminder_plan_grace_days,
            company.reminder_plan_max_missed,
        )

    def _apply(self, progress):
        self.ensure_one()
        missed = self.instalment_ids.browse()
        for row, paid, state in zip(
            self.instalment_ids, progress.paid, progress.states, strict=True
        ):
            if str(state) == "missed" != row.state:
                missed |= row
            vals = {"amount_paid": float(paid), "state": str(state)}
            if (row.amount_paid, row.state) != tuple(vals.values()):
                row.write(vals)
        self.amount_received = float(sum(progress.paid))
        if progress.outcome == plan_rules.Outcome.KEPT:
            self._end("kept")
            self.case_id._release(reasons=[self.kind])
        elif progress.outcome == plan_rules.Outcome.BROKEN:
            self._break()
        elif self.case_id.state == "closed":
            self._end("cancelled")
        elif missed:
            case = self.case_id._in_staff_language()
            case._call_responsible(
                case.env._("%s has missed an instalment", self.partner_id.name), self
            )

    def _break(self):
        """After a broken promise the reminders go on; a broken plan asks a person."""
        self._end("broken")
        case = self.case_id._in_staff_language()
        if self.kind == "promise":
            case._release(reasons=["promise"])
            summary = case.env._("%s has broken a promise", self.partner_id.name)
        else:
            summary = case.env._(
                "%s has broken the plan: release the case to go on",
                self.partner_id.name,
            )
        case._call_responsible(summary, self)

    def _end(self, state):
        self._set_state(state)
        self._log_state()

    def _announce(self):
        """Write to customers whose next instalment is near, on a day and at an hour
        at which one may write to them.
        """
        calendars = self.env["payment.reminder.facts"]._get_calendars(self.case_id)
        now = fields.Datetime.context_timestamp
        for plan in self.filtered(lambda p: p.kind == "plan"):
            company, customer = plan.company_id, plan.partner_id
            zone = get_debtor_zone(customer, company).zone
            local = now(plan.with_context(tz=zone), fields.Datetime.now())
            if not calendars[plan.case_id.id].is_sending_time(
                local.replace(tzinfo=None)
            ):
                continue
            today = company._get_reminder_today()
            last = today + timedelta(days=company.reminder_plan_notice_days)
            near = plan.instalment_ids.filtered(
                lambda row, today=today, last=last: row.state == "open"
                and not row.reminded_date
                and today <= row.date_due <= last
            )[:1]
            if near and company.reminder_plan_notice_days:
                near.reminded_date = today
                plan.case_id._mail_customer(
                    "payment_reminders.mail_template_instalment", near
                )


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    promise_memory = fields.Char(
        string="Plans and promises so far", compute="_compute_promise_memory"
    )

    def _compute_promise_memory(self):
        counts = self._count_promises()
        for case in self:
            kept, broken = counts[case.id]
            case.promise_memory = (
                self.env._("%(kept)s kept, %(broken)s broken", kept=kept, broken=broken)
                if kept or broken
                else False
            )

    def _count_promises(self):
        """Return {case id: (kept, broken)} of plans and promises of these customers."""
        rows = (
            self.env["payment.reminder.plan"]
            .sudo()
            ._read_group(
                [
                    ("case_id.partner_id", "in", self.sudo().partner_id.ids),
                    ("state", "in", ("kept", "broken")),
                ],
                ["case_id", "state"],
                ["__count"],
            )
        )
        return {
            case.id: tuple(
                sum(
                    count
                    for other, other_state, count in rows
                    if other_state == state and other.partner_id == case.partner_id
                )
                for state in ("kept", "broken")
            )
            for case in self.sudo()
        }

    def _get_plan_items(self):
        """Return the due items that a plan covers: what is overdue today, and ours.

        What a collection service has is agreed on with the service.
        """
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        return self._get_page_items().filtered(
            lambda item: item.date_due < today and not item.handover_id
        )

    def _get_plan_base(self):
        """Return what a plan has to cover, its own fee left out."""
        self.ensure_one()
        case = self.sudo()
        return case.currency_id.round(
            sum(case._get_plan_items().mapped("amount_residual"))
            + case._get_page_costs()
        )

    def _get_plan_fee(self):
        """Return the fee that the law allows for a payment plan with this customer."""
        self.ensure_one()
        law = self.ladder_id.jurisdiction_id
        if not law or law.currency_id != self.currency_id:
            return 0.0
        fee = law._get_statute().plan_fee(
            self.partner_id._get_debtor_kind(), self.company_id._get_reminder_today()
        )
        return float(fee)

    def _follow_plans(self):
        """Compare the plans in force with the books: a payment may be an instalment."""
        plans = self.sudo().plan_ids.filtered(lambda plan: plan.state == "active")
        plans._follow()
        # The part payment is one of the plan: nobody has to look at it.
        plans.filtered(lambda plan: plan.state == "active").case_id._release(
            reasons=["partial_payment"]
        )
