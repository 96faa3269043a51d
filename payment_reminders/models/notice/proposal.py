from odoo import api, fields, models

from ...tools import bulk


class PaymentReminderProposal(models.AbstractModel):
    """Turns cases whose next step is due into proposed notices."""

    _name = "payment.reminder.proposal"
    _description = "Payment Reminder Proposal"

    @api.model
    def _propose(self, cases):
        """Propose the next notice of these cases, on figures of this moment.

        :param cases: active payment.reminder.case records without an open notice
        :return: the new notices; a case with nothing due today gets none
        """
        planned = self._set_aside_trifles(self._get_planned(cases))
        if not planned:
            return self.env["payment.reminder"]
        figures = self.env["payment.reminder.figures"]._compute(
            [
                (case, step, [(item, seen.owed) for item, seen, _step in rows])
                for case, step, rows in planned
            ],
            {company: company._get_reminder_today() for company in cases.company_id},
        )
        self.env.flush_all()
        reminders = bulk.insert(
            self.env["payment.reminder"].sudo(),
            [
                self._prepare_reminder_vals(case, step, figure)
                for (case, step, _rows), figure in zip(planned, figures, strict=True)
            ],
        )
        cases.invalidate_recordset(["reminder_ids"])
        bulk.insert(
            self.env["payment.reminder.line"],
            [
                self._prepare_line_vals(reminder, item, seen, step_id, figure)
                for reminder, (_case, _step, rows), figure in zip(
                    reminders, planned, figures, strict=True
                )
                for item, seen, step_id in rows
            ],
        )
        reminders.invalidate_recordset(["line_ids", "item_ids"])
        self._log(reminders, planned, figures)
        self._approve_standing(reminders)
        return reminders

    @api.model
    def _get_planned(self, cases):
        """Return [(case, step, [(item, live item, its step or None)])] for today."""
        facts = self.env["payment.reminder.facts"]
        live = facts._read_due_items(cases.item_ids.move_line_id.ids)
        history = cases._get_sent_history()
        calendars = facts._get_calendars(cases)
        schedules = cases._get_schedules()
        today = {company: company._get_reminder_today() for company in cases.company_id}
        planned = []
        for case in cases:
            plan = case._get_plan(live, history, calendars, schedules)
            if not plan or plan.date > today[case.company_id]:
                continue
            steps = {
                **{moving.item_id: moving.step_id for moving in plan.advancing},
                **dict.fromkeys(plan.listed),
            }
            rows = [
                (item, live[item._get_live_key()], steps[item.id])
                for item in case.item_ids
                if item.id in steps
            ]
            step = self.env["payment.reminder.step"].browse(plan.step_id)
            planned.append((case, step, rows))
        return planned

    @api.model
    def _prepare_reminder_vals(self, case, step, figures):
        now = fields.Datetime.now()
        return {
            "case_id": case.id,
            "company_id": case.company_id.id,
            "partner_id": case.partner_id.id,
            "currency_id": case.currency_id.id,
            "user_id": case.user_id.id,
            "step_id": step.id,
            "step_kind": step.kind,
            "state": "proposed",
            "date_proposed": now,
            "hold_until": self.env["payment.reminder"]._prepare_hold_until(step, now),
            **self._prepare_figures_vals(figures),
        }

    @api.model
    def _prepare_figures_vals(self, figures):
        return {
            "amount_principal": float(figures.principal),
            "amount_fee": float(figures.fee),
            "amount_interest": float(figures.interest),
            "amount_compensation": float(figures.compensation),
            "amount_costs_before": float(figures.costs_before),
            "amount_claim": float(figures.claim),
            "interest_until": figures.interest_until,
            "interest_specification": figures.specify_interest(),
            "remarks": list(figures.remarks),
            "remark_values": figures.remark_values,
        }

    @api.model
    def _prepare_line_vals(self, reminder, item, seen, step_id, figures):
        return {
            "reminder_id": reminder.id,
            "item_id": item.id,
            "step_id": step_id,
            "name": seen.move_name,
            "date_invoice": seen.date_invoice,
            "date_due": seen.date_due,
            "amount_total": seen.amount,
            "amount_residual": float(seen.owed),
            "amount_credited": float(seen.credited),
            "amount_apart": float(seen.apart),
            "amount_pending": float(seen.pending),
            "amount_interest": float(figures.interest_by_item.get(item.id, 0)),
        }

    @api.model
    def _log(self, reminders, planned, figures):
        self.env["payment.reminder.event"]._log(
            [
                (
                    reminder.case_id,
                    "proposed",
                    {
                        "reminder": reminder.id,
                        "step": reminder.step_id.lineage,
                        "kind": reminder.step_kind,
                        "principal": str(figure.principal),
                        "claim": str(figure.claim),
                        "fee": str(figure.fee),
                        "remarks": list(figure.remarks),
                        "items": [item.id for item, _seen, _step in rows],
                        "hold_until": fields.Datetime.to_string(reminder.hold_until),
                    },
                )
                for reminder, (_case, _step, rows), figure in zip(
                    reminders, planned, figures, strict=True
                )
            ]
        )

    @api.model
    def _approve_standing(self, reminders):
        """Approve what a manager's standing approval of the ladder covers."""
        by_ladder = reminders.grouped(lambda r: r.case_id.ladder_id)
        for ladder, group in by_ladder.items():
            approver = ladder.sudo()._get_standing_approver()
            if not approver:
                continue
            group.write(
                {
                    "state": "approved",
                    "approved_by_id": approver.id,
                    "approved_date": fields.Datetime.now(),
                    "approved_ladder_id": ladder.id,
                }
            )
            self.env["payment.reminder.event"]._log(
                [
                    (
                        reminder.case_id,
                        "approved",
                        {
                            "reminder": reminder.id,
                            "by": approver.id,
                            "standing_approval": True,
                            "granted": fields.Datetime.to_string(
                                ladder.standing_approval_date
                            ),
                            "ladder_version": ladder.version,
                        },
                    )
                    for reminder in group
                ]
            )
