"""Whom a notice reaches, by e-mail address and by phone number."""

import re
from collections import defaultdict

import phonenumbers

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

MOBILE_TYPES = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
)

#: "Ann Smith" <ann@example.com>
NAMED_ADDRESS = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>")
SEPARATOR = re.compile(r"[;,]")
#: A local part, then two or more labels of letters, digits and hyphens.
ADDRESS = re.compile(
    r"[^\s@<>(),;:\\\"\[\]]+@(?:[^\W_](?:(?:[^\W_]|-)*[^\W_])?\.)+"
    r"(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})",
    re.IGNORECASE,
)


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_recipients(self, cases):
        """Find whom a notice of each case reaches, by channel, best first (hook).

        The customer's own choice comes first, then invoice contacts, then the customer
        itself; one address is
        used once. Bad e-mail addresses and numbers are left out, and such from which
        a message came back.

        :return: {case id: {channel: [(partner, address)]}}
        """
        customers = cases.partner_id
        contacts = (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("parent_id", "in", customers.ids),
                    ("type", "=", "invoice"),
                    ("active", "=", True),
                ],
                order="id",
            )
        )
        by_customer = contacts.grouped("parent_id")
        prefetch = (customers | contacts)._prefetch_ids
        found = {}
        for case in cases:
            customer = case.partner_id
            partners = (
                customer.reminder_contact_id
                | by_customer.get(customer, self.env["res.partner"])
                | customer
            )
            partners = partners.with_prefetch(prefetch)
            found[case.id] = {
                "email": _unique(partners, _get_email),
                "sms": _unique(partners, _get_mobile),
                "letter": _unique(partners, _get_postal_address),
            }
        found = self._leave_out_dead_ends(cases, found)
        return self._leave_out_strangers(cases, found)

    @api.model
    def _leave_out_dead_ends(self, cases, found):
        """Leave out addresses from which a message came back.

        :param found: {case id: {channel: [(partner, address)]}}
        """
        dead = self._read_dead_ends(
            cases.company_id,
            {
                address
                for channels in found.values()
                for reached in channels.values()
                for _partner, address in reached
            },
        )
        if not dead:
            return found
        return {
            case.id: {
                channel: [
                    (partner, address)
                    for partner, address in reached
                    if (case.company_id.id, channel, address) not in dead
                ]
                for channel, reached in found[case.id].items()
            }
            for case in cases
        }

    @api.model
    def _leave_out_strangers(self, cases, found):
        """Leave out addresses of which somebody there said "this is not for me"."""
        stopped = self._read_stopped_addresses(cases.partner_id)
        for case in cases:
            addresses = stopped.get(case.partner_id.id)
            if addresses:
                found[case.id]["email"] = [
                    (partner, address)
                    for partner, address in found[case.id]["email"]
                    if address not in addresses
                ]
        return found

    @api.model
    def _read_stopped_addresses(self, customers):
        """Return {customer id: addresses that are not theirs, as somebody said}."""
        stopped = defaultdict(set)
        queries = (
            self.env["payment.reminder.query"]
            .sudo()
            .search_fetch(
                [
                    ("case_id.partner_id", "in", customers.ids),
                    ("stopped_addresses", "!=", False),
                ],
                ["case_id", "stopped_addresses"],
            )
        )
        for query in queries:
            stopped[query.case_id.partner_id.id].update(query.stopped_addresses.split())
        return stopped

    @api.model
    def _read_dead_ends(self, companies, addresses):
        """Read to which of these addresses a message came back.

        :param addresses: e-mail addresses and phone numbers, normalised
        :return: set of (company id, channel, address)
        """
        deliveries = (
            self.env["payment.reminder.delivery"]
            .sudo()
            .search_fetch(
                Domain("is_dead_end", "=", True)
                & Domain("company_id", "in", companies.ids)
                & Domain("recipient", "in", list(addresses)),
                ["company_id", "channel", "recipient"],
            )
        )
        return {(d.company_id.id, d.channel, d.recipient) for d in deliveries}


def _unique(partners, get_address):
    found = {}
    for partner in partners:
        address = get_address(partner)
        if address:
            found.setdefault(address, partner)
    return [(partner, address) for address, partner in found.items()]


def _get_email(partner):
    """Return the e-mail address of a partner, or None when it cannot be one.

    Odoo's own parser makes an address of somebody else out of a typo (of
    "ann smith@example.com" it takes "smith@example.com"): here every part must be
    an address. Of several the first is taken.
    """
    text = (partner.email or "").strip()
    named = NAMED_ADDRESS.fullmatch(text)
    addresses = (
        [named[1]] if named else [part.strip() for part in SEPARATOR.split(text)]
    )
    if not all(ADDRESS.fullmatch(address) for address in addresses):
        return None
    return email_normalize(addresses[0]) or None


def _get_mobile(partner):
    """Return a number that can receive SMS, as E.164; a fixed line cannot."""
    country = partner.country_id or partner.company_id.country_id
    try:
        number = phonenumbers.parse(partner.phone or "", country.code or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or (
        phonenumbers.number_type(number) not in MOBILE_TYPES
    ):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _get_postal_address(partner):
    """Return where a letter goes, as one line: many share a house, so with the name."""
    if not (partner.street and partner.city):
        return None
    name = partner.name or partner.commercial_company_name or ""
    return f"{name}, {partner.street}, {partner.zip or ''} {partner.city}"
