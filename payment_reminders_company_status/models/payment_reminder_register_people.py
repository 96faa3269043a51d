"""What people are told of a register: whether it answers, and that it is silent."""

from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.payment_reminders.tools import transactions

from ..registers import Outcome

#: A manager hears of customers of whom nothing certain was heard for so many days.
TELL_AFTER_DAYS = 30


class PaymentReminderRegister(models.Model):
    _inherit = "payment.reminder.register"

    def _test(self):
        """Ask each of these registers one question.

        :return: [(sentence, whether it answered)]
        """
        labels = dict(self._fields["problem"]._description_selection(self.env))
        results = []
        for register in self:
            wire = register._make_wire()
            name = register.display_name
            transactions.commit(self.env)
            heard = wire.look_up([wire.probe_number])
            is_good = heard.outcome == Outcome.OK and not heard.problems
            if is_good:
                register._start_again()
                sentence = self.env._("%s answers.", name)
            else:
                problem = heard.problems.get(wire.probe_number) or heard.outcome
                sentence = f"{name}: {labels[str(problem)]} ({heard.reason or '-'})"
            results.append((sentence, is_good))
        return results

    def _tell_of_old_checks(self):
        """Tell managers of customers of whom nothing certain was heard for long."""
        limit = fields.Datetime.now() - timedelta(days=TELL_AFTER_DAYS)
        for register in self:
            [(count,)] = self.env.execute_query(
                SQL(
                    """
                    SELECT COUNT(*)
                      FROM payment_reminder_company_status s
                     WHERE s.company_id = %s
                       AND s.country_code = %s
                       AND COALESCE(s.good_at, s.followed_since) < %s
                       AND EXISTS (
                           SELECT 1 FROM payment_reminder_case c
                            WHERE c.company_id = s.company_id
                              AND c.partner_id = s.partner_id
                              AND c.state != 'closed')
                    """,
                    register.company_id.id,
                    register.country,
                    limit,
                )
            )
            if count:
                register._tell_managers(
                    self.env._("Debtors were not looked up for a month"),
                    self.env._(
                        "%(register)s has said nothing certain of %(count)s customers "
                        "for more than %(days)s days. See Insolvency Watch, filter "
                        "“Could not be read”.",
                        register=register.display_name,
                        count=count,
                        days=TELL_AFTER_DAYS,
                    ),
                )

    def _tell_managers(self, summary, note):
        """Leave an activity for each manager of the company, unless it is there."""
        self.ensure_one()
        group = self.env.ref("payment_reminders.group_reminder_manager")
        told = self.activity_ids.filtered(lambda a: a.summary == summary).user_id
        for user in group.sudo().all_user_ids - told:
            if user.active and self.company_id in user.company_ids:
                self.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=summary,
                    note=note,
                    user_id=user.id,
                )
