import re

from stdnum import luhn
from stdnum.exceptions import ValidationError as NumberError
from stdnum.se import orgnr, vat

from odoo import api, fields, models
from odoo.exceptions import ValidationError

PERSON = re.compile(r"(19|20)\d{10}")
ZIP = re.compile(r"\d{5}")


class ResPartner(models.Model):
    _inherit = "res.partner"

    amili_personal_number = fields.Char(
        string="Personal number for collection",
        groups="payment_reminders_amili.group_amili_personal",
        copy=False,
        help="Twelve digits. Used for nothing but a hand-over to Amili.",
    )

    @api.constrains("amili_personal_number")
    def _check_amili_personal_number(self):
        for partner in self:
            number = partner.amili_personal_number
            if number and not _read_person(number):
                raise ValidationError(
                    self.env._("A personal number has twelve digits: YYYYMMDDNNNN.")
                )

    def _get_amili_number(self):
        """Return the number under which Amili knows this customer, or an empty text.

        Ten digits of a company, twelve of a person; of who lives abroad what there is.
        """
        self.ensure_one()
        # sudo: whoever hands over need not see a personal number.
        head = self.commercial_partner_id.sudo()
        if not head.is_company:
            return _read_person(head.amili_personal_number or "")
        for text, read in (
            (head.company_registry, orgnr.validate),
            (head.vat, lambda text: vat.validate(text)[:10]),
        ):
            try:
                return read(text or "")
            except NumberError:
                continue
        is_abroad = head.country_id and head.country_id.code != "SE"
        return (head.company_registry or head.vat or "") if is_abroad else ""

    def _prepare_amili_customer(self):
        """Return who owes, with the address of the invoice, as Amili wants it."""
        self.ensure_one()
        partner = self.sudo()
        head = partner.commercial_partner_id
        return {
            "name": head.name or partner.name,
            "id_number": partner._get_amili_number(),
            "is_company": True if head.is_company else None,
            "is_person": None if head.is_company else True,
            "address": {
                "address_line_1": partner.street or "",
                "address_line_2": partner.street2 or "",
                "zip_code": (partner.zip or "").replace(" ", ""),
                "city": partner.city or "",
                "country": (partner.country_id or head.country_id).code or "SE",
            },
            "email": partner.email_normalized or head.email_normalized or "",
            "customer_number": head.ref or "",
        }

    def _find_amili_gaps(self):
        """Return the sentences of what is missing on this contact."""
        self.ensure_one()
        known = self._prepare_amili_customer()
        address = known["address"]
        gaps = [
            (known["name"], self.env._("The name is missing.")),
            (address["address_line_1"], self.env._("The street is missing.")),
            (address["city"], self.env._("The city is missing.")),
            (
                address["country"] != "SE" or ZIP.fullmatch(address["zip_code"]),
                self.env._("The postal code has to have five digits."),
            ),
            (
                known["id_number"],
                self.env._("A valid organisation number is missing.")
                if self.commercial_partner_id.is_company
                else self.env._("The personal number is missing."),
            ),
        ]
        return [sentence for value, sentence in gaps if not value]


def _read_person(text):
    """Return the twelve digits of a personal number, or an empty text."""
    digits = re.sub(r"[\s-]", "", text)
    if PERSON.fullmatch(digits) and luhn.is_valid(digits[2:]):
        return digits
    return ""
