"""What a run does of each case."""

from odoo import api, fields, models
from odoo.fields import Domain

from ...rules import guard, outlook


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

    def _create_notices(self):
        """Propose the next notice of these cases as chosen; say why where not."""
        run = self.run_id
        cases = self.case_id
        cases._refresh_free()
        waiting = cases._find_open_notices()
        ready = cases.filtered(
            lambda case: case not in waiting and not case._get_obstacles(run)
        ).try_lock_for_update()
        proposal = self.env["payment.reminder.proposal"].with_company(run.company_id)
        made = proposal._propose(ready.with_company(run.company_id))
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


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _get_obstacles(self, choice):
        """Return codes of why no reminder can be created on this case now.

        :param choice: a run or dialog with ``kind`` and ``override_note``
        """
        self.ensure_one()
        passed = {
            "not_approved",
            "hold_window",
            outlook.NOT_STARTED,
            outlook.HELD_OUT,
        }
        if choice.override_note:
            passed |= set(self._get_overridable())
        codes = [code for code, _since in self.blockers or () if code not in passed]
        if not self.next_step_id and self.state != "closed":
            codes.append(outlook.LADDER_ENDED)
        if self.state == "closed":
            codes.append("closed")
        elif (
            self.next_step_id and self.next_date > self.company_id._get_reminder_today()
        ):
            codes.append("spacing")
        if choice.kind and self.next_step_id.kind != choice.kind:
            codes.append("other_kind")
        return codes

    def _get_overridable(self):
        """Return the codes in the way of this case that a manager may override."""
        self.ensure_one()
        allowed = set(map(str, guard.OVERRIDABLE)) - {"hold_window"}
        return [code for code, _since in self.blockers or () if code in allowed]

    @api.model
    def _get_due_domain(self):
        """Return the domain of cases of which a reminder may be created now."""
        return Domain(
            [
                ("state", "=", "active"),
                ("next_step_id", "!=", False),
                ("next_date", "<=", fields.Date.context_today(self)),
            ]
        )
