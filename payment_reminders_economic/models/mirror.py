from odoo import fields, models

#: Mirrored invoices and customers, and due items, that live there.
CHOICE = [("economic", "e-conomic")]


class PaymentReminderMirrorInvoice(models.Model):
    _inherit = "payment.reminder.mirror.invoice"

    source = fields.Selection(selection_add=CHOICE, ondelete={"economic": "cascade"})


class PaymentReminderMirrorCustomer(models.Model):
    _inherit = "payment.reminder.mirror.customer"

    source = fields.Selection(selection_add=CHOICE, ondelete={"economic": "cascade"})


class PaymentReminderItem(models.Model):
    _inherit = "payment.reminder.item"

    source = fields.Selection(
        selection_add=CHOICE, ondelete={"economic": "set default"}
    )
