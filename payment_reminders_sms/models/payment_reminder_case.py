import re

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment_reminders.models.sending.recipients import get_numbers

#: An SMS is taken as an answer to what went to its number in so many days.
ANSWER_DAYS = 180
#: By so many last digits people are looked for; then the whole number is compared.
LAST_DIGITS = 8


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    @api.model
    def _find_by_number(self, company, number):
        """Return the cases that an SMS may be about, one for each customer.

        Those whose notices went to that number lately; where there are none, those of
        customers that have it, or of whom a person said so. Of one customer's cases it
        is the open one that heard from us last.

        :param number: of the sender, as E.164
        """
        cases = (
            self._find_texted(company, number)
            or self._find_open_cases(company, self._find_partners_by_number(number))
            or self._find_open_cases(company, self._find_linked(company, number))
        )
        return cases._pick_one_of_each()

    @api.model
    def _find_open_cases(self, company, partners):
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.commercial_partner_id.ids),
                ("state", "!=", "closed"),
            ]
        )

    @api.model
    def _find_linked(self, company, number):
        """Return the customer to whom a person last linked a text of that number."""
        Inbound = self.env["payment.reminder.inbound"].sudo()
        # By payment_reminder_inbound_number_idx.
        linked = [
            ("company_id", "=", company.id),
            ("number", "=", number),
            ("partner_id", "!=", False),
        ]
        return Inbound.search(linked, order="id desc", limit=1).partner_id

    def _pick_one_of_each(self):
        """Return one case of each customer: the open one that heard from us last."""
        best = {}
        for case in self.sorted(
            lambda case: (case.state != "closed", max(case.reminder_ids.ids, default=0))
        ):
            best[case.partner_id] = case
        return self.sudo().browse([case.id for case in best.values()])

    @api.model
    def _find_texted(self, company, number):
        since = fields.Datetime.subtract(fields.Datetime.now(), days=ANSWER_DAYS)
        # By payment_reminder_delivery_recipient_index.
        sent = (
            self.env["payment.reminder.delivery"]
            .sudo()
            .search(
                [
                    ("recipient", "=", number),
                    ("company_id", "=", company.id),
                    ("channel", "=", "sms"),
                    ("date_sent", ">=", since),
                    ("state", "in", ("sending", "sent", "uncertain", "bounced")),
                ]
            )
        )
        return self.sudo().union(*(case._get_survivor() for case in sent.case_id))

    @api.model
    def _find_partners_by_number(self, number):
        """Return the contacts in whose field for phones that number stands."""
        digits = re.sub(r"\D", "", number)[-LAST_DIGITS:]
        self.env["res.partner"].flush_model(["phone", "active"])
        rows = self.env.execute_query(
            SQL(
                # Reads through the contacts: only for a number that we never wrote to.
                """
                SELECT id
                  FROM res_partner
                 WHERE phone IS NOT NULL
                   AND active
                   AND position(%s IN regexp_replace(phone, '\\D', '', 'g')) > 0
                """,
                digits,
            )
        )
        partners = self.env["res.partner"].sudo().browse([row[0] for row in rows])
        return partners.filtered(lambda partner: number in get_numbers(partner))

    def _is_known_number(self, number):
        # EXTENDS payment_reminders
        return (
            super()._is_known_number(number)
            or self._find_linked(self.company_id, number) == self.partner_id
        )

    def _get_whose_summary(self):
        """Return the summary of the question which of several customers wrote."""
        return self.env._("Whose answer is it?")

    @api.model
    def _get_personal_fields(self):
        # EXTENDS payment_reminders
        own = {"payment.reminder.inbound": ["number", "text"]}
        return {**super()._get_personal_fields(), **own}
