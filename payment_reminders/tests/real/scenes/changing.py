"""What changes under a notice that was rendered and has not left yet."""

from odoo.fields import Command
from odoo.service.model import retrying


def reverse_fee(invoice):
    return invoice.reminder_case_id.claim_line_ids._reverse("by mistake")


def correct_address(invoice):
    """Give the customer another address, and another number."""
    partner = invoice.partner_id
    return partner.write(
        {
            "email": partner.email and _correct(partner.email),
            "phone": partner.phone.replace("+4526", "+4527"),
        }
    )


def _correct(address, word="corrected"):
    return address.replace("@customer.", f"@{word}.")


def add_contact(invoice):
    partner = invoice.partner_id
    return partner.create(
        {
            "name": "Ida of the books",
            "type": "invoice",
            "parent_id": partner.id,
            "email": partner.email and _correct(partner.email, "books"),
            "phone": partner.phone.replace("+4526", "+4527"),
        }
    )


def merge(invoice):
    """Merge the customer into another one, which has no case."""
    partner = invoice.partner_id
    other = partner.copy(
        {
            "name": partner.name,
            "email": partner.email and _correct(partner.email),
            "phone": partner.phone.replace("+4526", "+4527"),
        }
    )
    wizard = invoice.env["base.partner.merge.automatic.wizard"].create(
        {
            "partner_ids": [Command.set((partner | other).ids)],
            "dst_partner_id": other.id,
        }
    )
    return wizard.action_merge()


def rename(invoice):
    invoice.partner_id.name = "Renamed ApS"


def move(invoice):
    """Set the invoice back to draft and write it to somebody else, all at once."""
    other = invoice.partner_id.copy(
        {"name": "Somebody else", "email": "somebody@else.test", "phone": False}
    )
    invoice.button_draft()
    invoice.partner_id = other
    return invoice.action_post()


def set_parent(invoice):
    """Make the customer a contact of another company."""
    group = invoice.partner_id.copy({"name": "Group", "email": "group@else.test"})
    return invoice.partner_id.write({"is_company": False, "parent_id": group.id})


def archive_company(invoice):
    invoice.env.cr.execute(
        "UPDATE res_company SET active = FALSE WHERE id = %s", [invoice.company_id.id]
    )


def mark_as_copy(invoice):
    invoice.env.cr.execute(
        "INSERT INTO ir_config_parameter (key, value)"
        " VALUES ('database.is_neutralized', 'true')"
        " ON CONFLICT (key) DO UPDATE SET value = 'true'"
    )


#: After these a notice still goes out, but otherwise: nothing may leave as before.
CHANGES = {
    "fee_reversed": reverse_fee,
    "address_corrected": correct_address,
    "invoice_contact": add_contact,
    "merged": merge,
}

#: These stop every notice, until :func:`undo_stops`.
STOPS = {"company_archived": archive_company, "marked_as_copy": mark_as_copy}


def change(env, what, reminder):
    """Do one of the CHANGES, as Odoo runs a request of the web client."""
    from .ways import EVERYTHING

    invoice = env["payment.reminder"].browse(reminder).move_ids
    retrying(lambda: EVERYTHING[what](invoice) and None, env)


def list_changes(env):
    return list(CHANGES)


def undo_stops(env):
    env.cr.execute("UPDATE res_company SET active = TRUE")
    env.cr.execute(
        "DELETE FROM ir_config_parameter WHERE key = 'database.is_neutralized'"
    )


def share_address(env, partners):
    """Give these customers the address and the number of the first of them."""
    first, *others = env["res.partner"].browse(partners)
    for other in others:
        other.write({"email": first.email, "phone": first.phone})
