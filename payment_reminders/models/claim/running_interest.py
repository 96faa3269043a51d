"""Interest that runs: not claimed by any notice yet, as of today."""

from odoo import api, fields, models

from ...rules import interest
from .figures import Figures


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    amount_interest_running = fields.Monetary(
        string="Running interest",
        compute="_compute_interest_running",
        help="Interest since the last notice that claimed some, as of today. The next "
        "notice that charges interest claims it.",
    )
    amount_claim_today = fields.Monetary(
        string="Claim with running interest", compute="_compute_interest_running"
    )
    interest_running_until = fields.Date(
        compute="_compute_interest_running",
        help="The day up to which running interest could be computed.",
    )
    is_rate_missing = fields.Boolean(compute="_compute_interest_running")

    @api.depends("item_ids", "claim_line_ids.amount", "ladder_id")
    def _compute_interest_running(self):
        running = self.env["payment.reminder.figures"]._compute_running(self.sudo())
        for case in self:
            figures, day = running[case.id]
            case.amount_interest_running = float(figures.interest)
            case.interest_running_until = figures.interest_until
            case.is_rate_missing = bool(
                figures.interest_until and figures.interest_until < day
            )
            case.amount_claim_today = case.amount_claim + float(figures.interest)


class PaymentReminderFigures(models.AbstractModel):
    _inherit = "payment.reminder.figures"

    @api.model
    def _compute_running(self, cases, day=None):
        """Compute the interest that no notice claimed yet, in few queries.

        A ladder that charges interest at no step claims none, so none runs.

        :param day: up to which it runs, if nothing is paid until then (default: the
            day of each company)
        :return: {case id: (:class:`Figures`, the day)}
        """
        today = {
            company: day or company._get_reminder_today()
            for company in cases.company_id
        }
        found = {case.id: (Figures(), today[case.company_id]) for case in cases}
        charging = cases.filtered(
            lambda case: (
                case.ladder_id.jurisdiction_id
                and case.state != "closed"
                and any(step.charge_interest for step in case.ladder_id.step_ids)
            )
        )
        live = self.env["payment.reminder.facts"]._read_due_items(
            charging.item_ids.move_line_id.ids
        )
        payments = self._read_payments(charging.item_ids)
        jurisdictions = charging.ladder_id.jurisdiction_id
        tables = jurisdictions._get_rate_tables()
        statutes = {law: law._get_statute() for law in jurisdictions}
        calendars = self.env["payment.reminder.facts"]._get_calendars(charging)
        for case in charging:
            day = today[case.company_id]
            overdue = [
                (item, seen.owed)
                for item in case.item_ids
                if (seen := item._get_live(live))
                and seen.owed > 0
                and seen.date_due < day
            ]
            law = case.ladder_id.jurisdiction_id
            figures = self._accrue(
                case,
                statutes[law],
                tables[law],
                overdue,
                day,
                payments,
                calendars[case.id],
            )
            found[case.id] = (figures, day)
        return found


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_reminder_ladders_in_use(self):
        """Return the ladders by which interest is charged in these companies."""
        groups = (
            self.env["payment.reminder.case"]
            .sudo()
            ._read_group(
                [("company_id", "in", self.ids), ("state", "!=", "closed")],
                ["ladder_id"],
            )
        )
        ladders = self.sudo().reminder_ladder_id.union(
            *(ladder for (ladder,) in groups)
        )
        return ladders.filtered(
            lambda ladder: (
                ladder.jurisdiction_id
                and any(step.charge_interest for step in ladder.step_ids)
            )
        )

    def _get_reminder_rate_warnings(self):
        """Return a sentence for each reference rate that is missing today."""
        self.ensure_one()
        laws = self._get_reminder_ladders_in_use().jurisdiction_id
        if not laws:
            return []
        warnings = laws._get_rate_warnings(self._get_reminder_today())
        return [sentence for law in laws for sentence in warnings.get(law, [])]


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    reminder_rate_warning = fields.Text(compute="_compute_reminder_rate_warning")

    @api.depends("company_id")
    def _compute_reminder_rate_warning(self):
        for settings in self:
            settings.reminder_rate_warning = "\n".join(
                settings.company_id._get_reminder_rate_warnings()
            )


class PaymentReminderLadder(models.Model):
    _name = "payment.reminder.ladder"
    _inherit = ["payment.reminder.ladder", "mail.activity.mixin"]

    rate_warned_for = fields.Date(
        readonly=True,
        copy=False,
        help="The half-year for which managers were told that a rate is missing.",
    )

    @api.model
    def _warn_of_missing_rates(self):
        """Tell the managers, once a half-year, that a reference rate is missing."""
        for company in self.env["res.company"]._get_reminder_companies():
            today = company._get_reminder_today()
            half_year = interest.half_year_start(today)
            ladders = company._get_reminder_ladders_in_use()
            if not ladders:
                continue
            missing = ladders.jurisdiction_id._get_rate_warnings(today)
            for ladder in ladders:
                is_missing = missing.get(ladder.jurisdiction_id)
                if is_missing and ladder.rate_warned_for != half_year:
                    ladder.rate_warned_for = half_year
                    ladder._tell_of_missing_rate(company, today)

    def _tell_of_missing_rate(self, company, today):
        """Leave an activity for every manager of a company, in their language."""
        for user in company._get_reminder_managers():
            # Odoo's e-mail to whoever gets an activity wants a model with a chatter.
            ladder = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            law = ladder.jurisdiction_id
            ladder.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=ladder.env._("Enter the reference rate of this half-year"),
                note=" ".join(law._get_rate_warnings(today)[law]),
                user_id=user.id,
            )
