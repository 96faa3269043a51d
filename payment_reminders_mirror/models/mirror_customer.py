"""Which contact a customer of another program is."""

import re

from odoo import api, fields, models
from odoo.exceptions import AccessError

#: What another program tells of a customer, and is kept.
TOLD = ("name", "email", "vat", "barred", "updated_at")


class PaymentReminderMirrorCustomer(models.Model):
    """A customer as another program last told it, and the contact that it is here.

    What is written on the contact stays: a difference is shown, and a person takes it
    over.
    """

    _name = "payment.reminder.mirror.customer"
    _description = "Mirrored Customer"
    _order = "name, id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    source = fields.Selection([("csv", "File")], required=True, readonly=True)
    agreement = fields.Char(required=True, readonly=True)
    number = fields.Char(required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="set null",
        help="To whom reminders go. Choose another one if the match is wrong.",
    )
    is_new = fields.Boolean(
        string="Contact made from it",
        readonly=True,
        help="No contact had this company number, or this name and e-mail address.",
    )
    name = fields.Char(readonly=True)
    email = fields.Char(readonly=True)
    vat = fields.Char(string="Company number", readonly=True)
    barred = fields.Boolean(readonly=True, help="No more is sold to this customer.")
    updated_at = fields.Char(string="Changed there", readonly=True)
    difference = fields.Char(compute="_compute_difference")

    _number_uniq = models.UniqueIndex(
        "(company_id, source, agreement, number)",
        "This customer of the other program is here already.",
    )

    @api.depends("name", "email", "partner_id.name", "partner_id.email")
    def _compute_difference(self):
        for customer in self:
            partner = customer.partner_id.sudo()
            differing = [
                f"{partner[name] or '–'} → {told}"
                for name, told in customer._get_told().items()
                if partner and told and (partner[name] or "") != told
            ]
            customer.difference = "; ".join(differing) or False

    def _get_told(self):
        """Return what of a contact the other program tells: {field: value}."""
        self.ensure_one()
        return {"name": self.name, "email": _get_first_address(self.email)}

    def action_take_over(self):
        """Write on the contacts what the other program tells of them."""
        self.env["res.users"]._check_reminder_manager()
        for customer in self.filtered("difference"):
            told = {
                name: value for name, value in customer._get_told().items() if value
            }
            # sudo: a manager of reminders need not look after contacts
            customer.partner_id.sudo().write(told)
        return True

    def write(self, vals):
        # EXTENDS base: another contact is another customer of the invoices.
        if not self.env.su and set(vals) - {"partner_id"}:
            raise AccessError(
                self.env._("What another program tells is not changed here.")
            )
        done = super().write(vals)
        if "partner_id" in vals:
            invoices = self.env["payment.reminder.mirror.invoice"].sudo()
            invoices.search([("customer_id", "in", self.ids)])._set_partner()
        return done

    # -- matching -----------------------------------------------------------------

    @api.model
    def _match(self, company, source, agreement, told):
        """Return {number: customer} of what another program tells of its customers.

        New ones are matched by company number, then by e-mail address and name; of whom
        nobody is known, a contact is made.

        :param told: {number: dict with name, email, vat, barred, updated_at}
        """
        known = self.search(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("agreement", "=", agreement),
                ("number", "in", list(told)),
            ]
        )
        found = {customer.number: customer for customer in known}
        for number, customer in found.items():
            changed = {
                name: value
                for name in TOLD
                for value in [told[number].get(name)]
                if value not in (None, "") and customer[name] != value
            }
            if changed:
                customer.write(changed)
        missing = {number: one for number, one in told.items() if number not in found}
        if missing:
            partners = self._find_partners(company, missing)
            unknown = [number for number in missing if number not in partners]
            made = self.env["res.partner"].create(
                [self._prepare_partner_vals(company, missing[n], n) for n in unknown]
            )
            partners.update(zip(unknown, made, strict=True))
            new = self.create(
                [
                    {
                        **{name: one[name] for name in TOLD if one.get(name)},
                        "company_id": company.id,
                        "source": source,
                        "agreement": agreement,
                        "number": number,
                        "name": one.get("name") or number,
                        "partner_id": partners[number].id,
                        "is_new": number in unknown,
                    }
                    for number, one in missing.items()
                ]
            )
            found.update({customer.number: customer for customer in new})
        return found

    @api.model
    def _find_partners(self, company, told):
        """Return {number: contact} of whom there is exactly one that fits."""
        Partner = self.env["res.partner"].with_context(active_test=True)
        mine = ["|", ("company_id", "=", False), ("company_id", "=", company.id)]
        by_vat, by_mail = {}, {}
        country = company.country_id.code or ""
        spelled = {
            spelling: number
            for number, one in told.items()
            for spelling in _spell(one.get("vat"), country)
        }
        if spelled:
            for partner in Partner.search(
                [
                    *mine,
                    ("parent_id", "=", False),
                    "|",
                    ("vat", "in", list(spelled)),
                    ("company_registry", "in", list(spelled)),
                ]
            ):
                for text in (partner.vat, partner.company_registry):
                    if text in spelled:
                        by_vat.setdefault(spelled[text], set()).add(partner)
        mails = {
            address: number
            for number, one in told.items()
            if (address := _get_first_address(one.get("email")))
        }
        if mails:
            for partner in Partner.search(
                [*mine, ("email_normalized", "in", [m.lower() for m in mails])]
            ):
                for address, number in mails.items():
                    same = (partner.name or "").casefold() == (
                        told[number].get("name") or ""
                    ).casefold()
                    if same and partner.email_normalized == address.lower():
                        by_mail.setdefault(number, set()).add(
                            partner.commercial_partner_id
                        )
        found = {}
        for number in told:
            for fitting in (by_vat.get(number), by_mail.get(number)):
                if fitting and len(fitting) == 1:
                    found[number] = next(iter(fitting))
                    break
        return found

    @api.model
    def _prepare_partner_vals(self, company, one, number):
        return {
            "name": one.get("name") or number,
            "email": _get_first_address(one.get("email")),
            "is_company": bool(one.get("vat")),
            # Not as a VAT number: nobody here has checked that it is one.
            "company_registry": one.get("vat") or False,
            "country_id": company.country_id.id,
            "lang": company.partner_id.lang,
            "company_id": company.id,
            "street": one.get("street") or False,
            "zip": one.get("zip") or False,
            "city": one.get("city") or False,
        }


def _get_first_address(text):
    """Return the first e-mail address of a text that may have several."""
    for part in re.split(r"[\s,;]+", text or ""):
        if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", part):
            return part
    return False


def _spell(vat, country):
    """Return how a company number may be written on a contact."""
    plain = re.sub(r"[\s.\-]", "", vat or "").upper()
    if not plain:
        return set()
    bare = plain.removeprefix(country)
    spelled = {vat, plain, bare, f"{country}{bare}"}
    if country == "SE" and len(bare) == 10:
        spelled |= {f"SE{bare}01", f"{bare[:6]}-{bare[6:]}"}
    return spelled
