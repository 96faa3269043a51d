"""What holds every notice of a company at once: the send brake, a stale bank."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, format_datetime

from ...rules.brake import Reason

#: The send brake lets go of a run only when a person says so. This one ends by itself.
STALE_BANK = "stale_bank"


class PaymentReminderHalt(models.Model):
    """One reason for which nothing leaves a company, from its start to its end.

    There is one for all notices, so that people are told once.
    """

    _name = "payment.reminder.halt"
    _description = "Payment Reminder Halt"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    reason = fields.Selection(
        [
            (str(Reason.COUNT), "Many more reminders than usual"),
            (str(Reason.AMOUNT), "A much larger sum than usual"),
            (str(Reason.CUSTOMER), "Many reminders to one customer"),
            (str(Reason.CHANGED), "Many invoices changed after the proposal"),
            (str(Reason.CLOCK), "The clock jumped, or the sender rested for long"),
            (STALE_BANK, "The bank statements are old"),
        ],
        required=True,
        readonly=True,
    )
    figure = fields.Float(readonly=True, help="What was found.")
    limit = fields.Float(readonly=True, help="The most that is let through.")
    description = fields.Text(compute="_compute_description", string="What was found")
    date_start = fields.Datetime(
        string="Since", default=fields.Datetime.now, required=True, readonly=True
    )
    date_end = fields.Datetime(string="Ended on", readonly=True)
    released_by_id = fields.Many2one(
        "res.users",
        string="Released by",
        readonly=True,
        help="Empty when it ended by itself.",
    )
    is_brake = fields.Boolean(
        compute="_compute_is_brake", help="Only a manager ends it."
    )

    _one_open_per_reason = models.UniqueIndex(
        "(company_id, reason) WHERE date_end IS NULL",
        "Reminders are stopped for this reason already.",
    )

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        for halt in self:
            halt.display_name = labels.get(halt.reason)

    @api.depends("reason")
    def _compute_is_brake(self):
        for halt in self:
            halt.is_brake = halt.reason != STALE_BANK

    @api.depends("reason", "figure", "limit")
    @api.depends_context("lang")
    def _compute_description(self):
        texts = self._get_texts()
        for halt in self:
            money = halt.reason == Reason.AMOUNT
            halt.description = texts[halt.reason] % {
                "figure": halt._format(halt.figure, money),
                "limit": halt._format(halt.limit, money),
                "days": halt._format(halt.figure / 24, False),
            }

    def _format(self, number, money):
        if money:
            return format_amount(self.env, number, self.currency_id)
        return f"{number:.0f}"

    @api.model
    def _get_texts(self):
        """Return {reason: what was found and what to do about it}."""
        return {
            "count": self.env._(
                "%(figure)s reminders would leave today; more than %(limit)s is far "
                "above the usual. Look through the queue: is it a wrong import or a "
                "wrong date? Then release."
            ),
            "amount": self.env._(
                "Reminders of %(figure)s in all would leave today; more than %(limit)s "
                "is far above the usual. Look through the queue, then release."
            ),
            "customer": self.env._(
                "One customer would get %(figure)s reminders within a week; more than "
                "%(limit)s is not usual. Look for customers that are in the queue "
                "several times, then release."
            ),
            "changed": self.env._(
                "%(figure)s invoices were changed, or their payments undone, since "
                "their reminders were proposed; up to %(limit)s is let through. Find "
                "out what happened in the books, then release."
            ),
            "clock": self.env._(
                "The clock of the server jumped, or reminders rested for %(days)s "
                "days. Look whether the time is right and whether what waits should "
                "still go out, then release."
            ),
            "stale_bank": self.env._(
                "The newest bank line is %(figure)s days old; you allow %(limit)s. "
                "Import the bank statements: customers may have paid. Reminders go on "
                "by themselves then."
            ),
        }

    # -- starting and ending ------------------------------------------------------

    @api.model
    def _open(self, stops):
        """Stop companies, once for each reason, and tell their managers.

        :param stops: [(company, reason, what was found, the most that is let through)]
        :return: the halts that are new
        """
        if not stops:
            return self.browse()
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO payment_reminder_halt
                            (company_id, reason, figure, "limit", date_start,
                             create_uid, create_date, write_uid, write_date)
                     VALUES %s
                ON CONFLICT (company_id, reason) WHERE date_end IS NULL DO NOTHING
                  RETURNING id
                """,
                SQL(", ").join(
                    SQL(
                        "%s",
                        (
                            company.id,
                            str(reason),
                            float(figure),
                            float(limit),
                            now,
                            *(self.env.uid, now) * 2,
                        ),
                    )
                    for company, reason, figure, limit in stops
                ),
            )
        )
        halts = self.browse(row[0] for row in rows)
        for halt in halts:
            halt._log("halted", {"figure": halt.figure, "limit": halt.limit})
            halt._tell_managers()
        return halts

    def _close(self, user=None):
        """End these halts; what they held is looked at again.

        :param user: who released it (default: it ended by itself)
        """
        if not self:
            return
        self.write(
            {
                "date_end": fields.Datetime.now(),
                "released_by_id": user.id if user else False,
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])
        for halt in self:
            halt._log("halt_ended", {"by": user.id if user else None})
        self.env["payment.reminder"].search(
            [("company_id", "in", self.company_id.ids), ("state", "=", "held")]
        )._recheck()

    def action_release(self):
        """Let a run that was stopped go: a person has looked at it."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        if any(not halt.is_brake for halt in self):
            raise UserError(
                self.env._(
                    "This ends by itself as soon as newer bank lines are imported. If "
                    "there are none to come, allow more days in the settings."
                )
            )
        # sudo: nobody writes these by hand, a manager may end them.
        self.filtered(lambda halt: not halt.date_end).sudo()._close(self.env.user)
        return True

    @api.model
    def _get_open(self, companies):
        """Return the halts that hold these companies now."""
        return self.sudo().search(
            [("company_id", "in", companies.ids), ("date_end", "=", False)]
        )

    @api.model
    def _describe_open(self):
        """Return what the queue says of the halts that hold the user's companies.

        :return: list of dicts: id, title, text, since (in words), can_release; empty
            for who has nothing to do with reminders
        """
        if not self.has_access("read"):
            return []
        halts = self.search(
            [("company_id", "in", self.env.companies.ids), ("date_end", "=", False)]
        )
        is_manager = self.env.user._is_reminder_manager()
        several = len(self.env.companies) > 1
        return [
            {
                "id": halt.id,
                "title": f"{halt.company_id.name}: {halt.display_name}"
                if several
                else halt.display_name,
                "text": halt.description,
                "since": format_datetime(self.env, halt.date_start, dt_format="short"),
                "can_release": is_manager and halt.is_brake,
            }
            for halt in halts
        ]

    def _log(self, kind, payload):
        self.ensure_one()
        self.env["payment.reminder.event"]._log_company(
            self.company_id, kind, {"halt": self.reason, **payload}
        )

    def _tell_managers(self):
        """Leave one activity for each manager of the company."""
        self.ensure_one()
        for user in self.company_id._get_reminder_managers():
            halt = self.with_context(lang=user.lang)
            halt.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=halt.env._("No reminder leaves: look why"),
                note=halt.description,
                user_id=user.id,
            )
