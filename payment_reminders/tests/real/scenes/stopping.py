"""Ways of stopping a chase without money."""

from datetime import timedelta


def exclude_customer(invoice):
    return invoice.commercial_partner_id.write({"reminder_excluded": True})


def exclude_invoice(invoice):
    return invoice.write({"reminder_excluded": True})


def hold_invoice(invoice):
    day = invoice.company_id._get_reminder_today() + timedelta(days=30)
    return invoice.action_hold_reminders(day, "on the phone about this one")


def block(invoice):
    return invoice.action_toggle_block_payment()


def ask(invoice):
    return invoice.env["payment.reminder.query"].create(
        {"case_id": invoice.reminder_case_id.id, "kind": "amount"}
    )


def hold(invoice):
    return invoice.reminder_case_id.action_hold("on the phone with them")


def snooze(invoice):
    return invoice.reminder_case_id.action_snooze()


def insolvent(invoice):
    return invoice.reminder_case_id._freeze("insolvency")


def reset(invoice):
    return invoice.button_draft()
