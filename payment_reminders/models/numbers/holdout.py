"""Nudges that are kept back for a comparison: see :mod:`rules.holdout`."""

from odoo import fields, models

from ...rules import holdout, schedule
from ...tools import bulk

GROUPS = [("nudged", "Nudged at once"), ("held_out", "Held out")]


class PaymentReminderItem(models.Model):
    _inherit = "payment.reminder.item"

    holdout_group = fields.Selection(
        GROUPS,
        string="Comparison of nudges",
        readonly=True,
        index="btree_not_null",
        help="Empty: it takes no part.",
    )
    holdout_date = fields.Date(
        string="Nudge planned for",
        readonly=True,
        help="The first day of the comparison: when the nudge comes to whoever is not "
        "held out.",
    )
    holdout_days = fields.Integer(string="Days of the comparison", readonly=True)
    nudge_not_before = fields.Date(
        readonly=True, help="Set while the nudge is held out; a manager may end that."
    )

    def _choose_holdout(self, live):
        """Let due items that are new in their cases take part in the comparison.

        :param live: {key: live item} of their cases, read a moment ago
        """
        taking_part = self.filtered(
            lambda item: (
                item.company_id.reminder_holdout_percent
                and item.case_id.ladder_id
                and not item.agency_part_id
                and not item.move_id.reminder_agency_part_ids
            )
        )
        if not taking_part:
            return
        planned = taking_part._plan_nudges(live)
        values = {}
        for item, day in planned.items():
            company = item.company_id
            group = holdout.choose_group(
                company.reminder_holdout_percent, item.case_id.identity, item.date_due
            )
            days = company.reminder_holdout_days
            values[item.id] = {
                "holdout_group": str(group),
                "holdout_date": day,
                "holdout_days": days,
                "nudge_not_before": group == holdout.Group.HELD_OUT
                and fields.Date.add(day, days=days),
            }
        bulk.update(self.browse(values), values)
        self.browse(values)._log_holdout()

    def _plan_nudges(self, live):
        """Return {item: day of its nudge} of those of these items that get one."""
        cases = self.case_id
        history = cases._get_sent_history()
        calendars = self.env["payment.reminder.facts"]._get_calendars(cases)
        schedules = cases._get_schedules()
        planned = {}
        for item in self:
            case = item.case_id
            ladder = schedules[case.id]
            due = item._get_due_item(live)
            plan = due and schedule.next_item_step(
                ladder,
                due,
                history[case.id],
                case.company_id._get_reminder_today(),
                calendars[case.id],
            )
            kinds = {step.id: step.kind for step in ladder.steps}
            if plan and kinds[plan.step_id] == schedule.NUDGE:
                planned[item] = plan.date
        return planned

    def _log_holdout(self):
        """Say in the trail which nudges were put off."""
        put_off = self.filtered("nudge_not_before")
        by_day = put_off.grouped(lambda item: (item.case_id, item.holdout_date))
        self.env["payment.reminder.event"]._log(
            [
                (
                    case,
                    "held_out",
                    {
                        "items": items.ids,
                        "planned": str(planned),
                        "days": items[0].holdout_days,
                    },
                )
                for (case, planned), items in by_day.items()
            ]
        )

    def _is_kept_back(self, today):
        """Tell whether only the comparison keeps the nudge of this item back."""
        self.ensure_one()
        return bool(
            self.nudge_not_before
            and not self.step_id
            and self.amount_known > 0
            and holdout.is_kept_back(
                self.holdout_date, self.nudge_not_before, self.date_due, today
            )
        )
