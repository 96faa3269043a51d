import re

from stdnum import luhn

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..wire import clean_vat

PERSON = re.compile(r"(19|20)[0-9]{10}")


class ResPartner(models.Model):
    _inherit = "res.partner"

    kivra_personal_number = fields.Char(
        string="Personal number for Kivra",
        groups="payment_reminders_kivra.group_kivra_personal",
        copy=False,
        help="Twelve digits. Used for nothing but to reach this person in Kivra.",
    )

    @api.constrains("kivra_personal_number")
    def _check_kivra_personal_number(self):
        for partner in self.filtered("kivra_personal_number"):
            number = partner.kivra_personal_number
            if not (PERSON.fullmatch(number) and luhn.is_valid(number[2:])):
                raise ValidationError(
                    self.env._("A personal number has twelve digits: YYYYMMDDNNNN.")
                )

    def _find_kivra_addresses(self, company):
        """Return how Kivra may know this contact, as an address of a delivery.

        Companies by their VAT number; persons as the company has chosen, and never by a
        number that can be read in the address: it is kept and shown.

        :return: list of one address, or of none
        """
        self.ensure_one()
        if company.kivra_mode == "off":
            return []
        if self.commercial_partner_id.is_company:
            number = clean_vat(self.vat)
            return [number] if number else []
        if company.kivra_persons == "email" and self.email_normalized:
            return [f"email:{self.email_normalized}"]
        if company.kivra_persons == "ssn" and self.kivra_personal_number:
            return [f"ssn:{self.id}"]
        return []
