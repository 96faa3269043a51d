from decimal import Decimal

from odoo import models

from ..wire import Money


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    def _get_letter_notice(self):
        # EXTENDS payment_reminders: in Kivra it is the letter itself
        if self.env.context.get("reminder_kivra"):
            return ""
        return super()._get_letter_notice()

    def _get_mail_template(self):
        # EXTENDS payment_reminders: a letter that takes back one that is there
        if self.env.context.get("reminder_kivra") == "withdrawn":
            return self.env.ref("payment_reminders_kivra.mail_template_withdrawn")
        return super()._get_mail_template()

    def _get_kivra_money(self):
        """Return what can be paid with a click: all that the letter asks for, with the
        reference that stands in it.

        :return: :class:`wire.Money`, or None
        """
        self.ensure_one()
        company = self.company_id
        if not self._is_demand() or not self.deadline_date:
            return None
        items = [self._prepare_letter_item(line) for line in self.line_ids]
        reference = self._get_letter_reference(items) or self._get_case_reference()
        return Money(
            account=company.kivra_account or "",
            amount=Decimal(str(self._get_letter_total_amount())),
            due=self.deadline_date,
            reference=reference or "",
            method=company.kivra_method,
        )
