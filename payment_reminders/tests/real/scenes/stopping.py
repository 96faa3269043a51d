"""Ways of stopping a chase without money."""


def exclude_customer(invoice):
    return invoice.commercial_partner_id.write({"reminder_excluded": True})


def exclude_invoice(invoice):
    return invoice.write({"reminder_excluded": True})


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
