"""What a run does of each case."""

from odoo import fields, models


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
