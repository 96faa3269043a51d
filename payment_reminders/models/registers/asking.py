"""Whom the registers are asked about, and under which number."""

from odoo import api, fields, models

from ...rules import registration


class PaymentReminderCompanyStatus(models.Model):
    _inherit = "payment.reminder.company.status"

    @api.model
    def _follow(self, company, limit=None):
        """Return the checks of the debtors of one company who can be looked up.

        Debtors are customers with open cases; persons, and those without a number
        whose check digit is right, are left out. Checks that are missing are made.

        :param company: res.company
        """
        cases = (
            self.env["payment.reminder.case"]
            .sudo()
            .search([("company_id", "=", company.id), ("state", "!=", "closed")])
        )
        numbers = {
            partner: found
            for partner in cases.partner_id
            if (found := partner._get_registration())
        }
        identities = {
            self._get_identity(company.id, partner.id): partner for partner in numbers
        }
        known = self.sudo().search([("identity", "in", list(identities))])
        for record in known:
            record._set_registration(numbers[identities[record.identity]])
        missing = set(identities) - set(known.mapped("identity"))
        return known | self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "identity": identity,
                    "country_code": numbers[partner].country,
                    "number": numbers[partner].number,
                }
                for identity, partner in identities.items()
                if identity in missing
            ]
        )

    def _set_registration(self, found):
        """Start anew where the customer's number was changed."""
        self.ensure_one()
        if (self.country_code, self.number) == (found.country, found.number):
            return
        self.write(
            {
                "country_code": found.country,
                "number": found.number,
                "followed_since": fields.Datetime.now(),
                **dict.fromkeys(
                    (
                        "status",
                        "word",
                        "since",
                        "source",
                        "remark",
                        "checked_at",
                        "good_at",
                        "asked_at",
                        "problem",
                        "decided_key",
                        "date_decree",
                    ),
                    False,
                ),
            }
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_registration(self):
        """Return where and under which number this customer can be looked up.

        :return: :class:`rules.registration.Registration`, or None: a person, or no
            number whose check digit is right
        """
        self.ensure_one()
        return registration.find(
            self.country_id.code or "",
            self.company_registry,
            self.vat,
            self.is_company,
        )
