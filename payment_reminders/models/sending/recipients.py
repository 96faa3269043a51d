"""Whom a notice reaches, and whether its invoices reached him."""

import json
import re
from collections import defaultdict
from functools import lru_cache, partial

import phonenumbers

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ...rules import addresses, network

MOBILE_TYPES = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
)

#: The trunk zero that is dialled within the country only: +45 (0) 20 12 34 56.
TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_recipients(self, cases):
        """Find whom a notice of each case reaches, by channel, best first.

        Addresses from which a message came back are left out, whatever the channel, and
        such of which somebody there said that they are not the customer's. Who of these
        gets a message: :meth:`_get_addressees`.

        :return: {case id: {channel: [(partner, address)]}}
        """
        found = self._leave_out_dead_ends(cases, self._find_recipients(cases))
        return self._leave_out_strangers(cases, found)

    @api.model
    def _find_recipients(self, cases):
        """Find all addresses of the customers of these cases (hook).

        The customer's own choice comes first, then the contacts to whom its open
        invoices are addressed, then invoice contacts, then the customer itself; one
        address is used once. Bad e-mail addresses and numbers are left out.

        :return: as :meth:`_read_recipients`
        """
        people = self._read_people(cases)
        found = {
            case.id: {
                "email": _unique(people[case], get_emails),
                "sms": _unique(people[case], _get_mobiles),
                "letter": _unique(people[case], _get_postal_addresses),
            }
            for case in cases
        }
        for channel, wire in self.env["payment.reminder.delivery"]._get_wires().items():
            if channel in ("email", "sms", "letter"):
                continue
            for case in cases:
                find = partial(wire.find_addresses, company=case.company_id)
                found[case.id][channel] = _unique(people[case], find)
        return found

    @api.model
    def _get_addressees(self, reached):
        """Return who of those that a channel reaches gets a message: all addresses of
        the first of them, as the invoice itself goes to all of them.

        :param reached: [(partner, address)], best first
        """
        return [
            (partner, address)
            for partner, address in reached
            if partner == reached[0][0]
        ]

    @api.model
    def _read_people(self, cases):
        """Return {case: contacts to whom its notices may go, best first}."""
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
        named = self._read_invoice_contacts(cases)
        everybody = (customers | contacts).union(*named.values())
        return {
            case: (
                case.partner_id.reminder_contact_id
                | named.get(case.id, contacts.browse())
                | by_customer.get(case.partner_id, contacts.browse())
                | case.partner_id
            ).with_prefetch(everybody._prefetch_ids)
            for case in cases
        }

    @api.model
    def _read_invoice_contacts(self, cases):
        """Read to which contacts of the customers the open invoices are addressed.

        :return: {case id: contacts, that of the oldest due item first}
        """
        self.env["payment.reminder.item"].flush_model()
        self.env["account.move"].flush_model(["partner_id"])
        self.env["res.partner"].flush_model(["active", "commercial_partner_id"])
        # By the index of the items on their case, then primary keys.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.case_id, move.partner_id
                  FROM payment_reminder_item item
                  JOIN payment_reminder_case state ON state.id = item.case_id
                  JOIN account_move move ON move.id = item.move_id
                  JOIN res_partner contact ON contact.id = move.partner_id
                 WHERE item.case_id = ANY(%s)
                   AND move.partner_id != state.partner_id
                   AND contact.commercial_partner_id = state.partner_id
                   AND contact.active
                   AND item.is_dropped IS NOT TRUE
                   AND item.amount_known != 0
                 GROUP BY item.case_id, move.partner_id
                 ORDER BY item.case_id, MIN(item.date_due), move.partner_id
                """,
                cases.ids,
            )
        )
        found = defaultdict(list)
        for case_id, partner_id in rows:
            found[case_id].append(partner_id)
        partners = self.env["res.partner"].sudo()
        return {case_id: partners.browse(ids) for case_id, ids in found.items()}

    @api.model
    def _find_unread(self, cases):
        """Return what stands in fields for addresses and cannot be read as one.

        :return: list of texts
        """
        people = self.env["res.partner"].union(*self._read_people(cases).values())
        return [
            *self._find_unread_emails(people),
            *(
                partner.phone
                for partner in people
                if partner.phone and not any(_find_numbers(*_read_phone(partner)))
            ),
        ]

    @api.model
    def _find_unread_emails(self, partners):
        """Return the texts in the fields for e-mail that cannot be read as address."""
        return [
            text
            for written in partners.mapped("email")
            if written and not addresses.PLAIN.fullmatch(written)
            for text in addresses.find(written).unread
        ]

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
            theirs = stopped.get(case.partner_id.id)
            if theirs:
                found[case.id]["email"] = [
                    (partner, address)
                    for partner, address in found[case.id]["email"]
                    if address not in theirs
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
    def _read_dead_ends(self, companies, tried):
        """Read to which of these addresses a message came back.

        :param tried: e-mail addresses and phone numbers, normalised
        :return: set of (company id, channel, address)
        """
        deliveries = (
            self.env["payment.reminder.delivery"]
            .sudo()
            .search_fetch(
                Domain("is_dead_end", "=", True)
                & Domain("company_id", "in", companies.ids)
                & Domain("recipient", "in", list(tried)),
                ["company_id", "channel", "recipient"],
            )
        )
        return {(d.company_id.id, d.channel, d.recipient) for d in deliveries}

    # -- how the invoices came -------------------------------------------------------

    @api.model
    def _read_invoice_sendings(self, reminders):
        """Read how the invoices of these notices reached the customer (hook).

        An invoice counts as sent when Odoo marked it so (also one that was printed or
        imported as sent), unless each message that carried it failed or came back, or
        a network of electronic invoices did not deliver it and no e-mail did.

        :return: {item id: values of :class:`rules.guard.ItemFacts`}
        """
        items = reminders.line_ids.item_id
        networks = self._get_invoice_networks()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id, %(states)s, COALESCE(move.is_move_sent, FALSE),
                       BOOL_AND(note.notification_status
                                IN ('bounce', 'exception', 'canceled')),
                       MIN(message.date) FILTER (
                           WHERE note.notification_status
                                 NOT IN ('bounce', 'exception', 'canceled'))
                  FROM account_move move
                  LEFT JOIN (
                       mail_message message
                       JOIN mail_notification note
                         ON note.mail_message_id = message.id
                        AND note.notification_type = 'email'
                       JOIN res_partner reader
                         ON reader.id = note.res_partner_id)
                    ON message.model = 'account.move'
                   AND message.res_id = move.id
                   AND reader.commercial_partner_id = move.commercial_partner_id
                   AND EXISTS (SELECT 1 FROM message_attachment_rel rel
                                WHERE rel.message_id = message.id)
                 WHERE move.id = ANY(%(moves)s)
                 GROUP BY move.id
                """,
                moves=items.move_line_id.move_id.ids,
                states=self._get_network_states(networks),
            )
        )
        by_move = {row[0]: row[1:] for row in rows}
        found = {}
        for item in items:
            states, sent, bounced, moment = by_move.get(
                item.move_line_id.move_id.id, (None, True, False, None)
            )
            found[item.id] = {
                "invoice_sent": bool(item.invoice_vouched_by_id)
                or (sent and not bounced),
                "invoice_bounced": bool(bounced),
                "invoice_sent_on": moment
                and not item.invoice_vouched_by_id
                and item.company_id._get_reminder_today(moment)
                or None,
            }
            if states and not moment and not item.invoice_vouched_by_id:
                found[item.id] |= self._get_network_facts(networks, states)
        if elsewhere := items.filtered("source_ref"):
            for source, own in self.env["payment.reminder.source"]._split(elsewhere):
                for item_id, said in source._read_sendings(own).items():
                    if not items.browse(item_id).invoice_vouched_by_id:
                        found[item_id] |= said
        return found

    @api.model
    def _get_network_states(self, networks):
        """Return the SQL of what networks say of an invoice ``move``, as JSON."""
        if not networks:
            return SQL("NULL")
        pairs = SQL(", ").join(
            SQL("%s, %s", name, SQL.identifier("move", name)) for name in networks
        )
        return SQL("NULLIF(json_strip_nulls(json_build_object(%s))::text, '{}')", pairs)

    @api.model
    def _get_invoice_networks(self):
        """Return the networks that may say whether an invoice arrived (hook).

        Those whose module is installed: their field exists.

        :return: {stored field of account.move: :class:`rules.network.Network`}
        """
        known = self.env["account.move"]._fields
        return {
            name: one
            for name, one in network.NETWORKS.items()
            if name in known and known[name].store
        }

    @api.model
    def _get_network_facts(self, networks, states):
        """Return the values of facts of an invoice that networks know.

        :param states: {field: state} as JSON
        """
        trouble = network.find_trouble(networks, json.loads(states))
        if not trouble:
            return {}
        return {
            "invoice_sent": False,
            "invoice_network": trouble.network,
            "invoice_network_state": trouble.state,
        }

    @api.model
    def _get_dead_ends_query(self):
        """Return the query for messages that came back from addresses of ``contacts``.

        For the key of a case (:meth:`_get_parts`). Wider than the reading of them: a
        number is known by its last digits, an address within a text by being there.
        """
        return SQL(
            # payment_reminder_delivery_dead_end_idx; the ways by hash joins, but where
            # one field has several addresses.
            """
            WITH dead AS MATERIALIZED (
                SELECT delivery.channel, LOWER(delivery.recipient) AS address,
                       RIGHT(regexp_replace(delivery.recipient, '\\D', '', 'g'), 6)
                           AS digits,
                       sent.partner_id,
                       CONCAT_WS('|', delivery.company_id, delivery.channel,
                                 delivery.recipient) AS said
                  FROM payment_reminder_delivery delivery
                  JOIN payment_reminder_case sent ON sent.id = delivery.case_id
                 WHERE delivery.is_dead_end
            ), reached AS (
                SELECT case_id, id AS partner_id, LOWER(TRIM(email)) AS email,
                       regexp_replace(phone, '\\D', '', 'g') AS phone,
                       LOWER(street) AS street
                  FROM contacts
                 WHERE EXISTS (SELECT 1 FROM dead)
            )
            SELECT case_id, said FROM dead JOIN reached USING (partner_id)
             UNION
            SELECT case_id, said FROM dead JOIN reached ON email = address
             UNION
            SELECT case_id, said
              FROM dead
              JOIN reached ON email ~ '[,;<[:space:]]'
                   AND position(address IN email) > 0
             UNION
            SELECT case_id, said FROM dead JOIN reached ON RIGHT(phone, 6) = digits
             WHERE channel = 'sms'
             UNION
            SELECT case_id, said
              FROM dead
              JOIN reached ON LENGTH(phone) > 15 AND position(digits IN phone) > 0
             WHERE channel = 'sms'
             UNION
            SELECT case_id, said
              FROM dead
              JOIN reached ON street != '' AND position(street IN address) > 0
             WHERE channel NOT IN ('email', 'sms')
            """
        )


def _unique(partners, get_addresses):
    found = {}
    for partner in partners:
        for address in get_addresses(partner):
            found.setdefault(address, partner)
    return [(partner, address) for address, partner in found.items()]


def get_emails(partner):
    """Return the e-mail addresses of a contact, all that its field names."""
    written = partner.email or ""
    is_plain = not written or addresses.PLAIN.fullmatch(written)
    found = [written] if is_plain else addresses.find(written).addresses
    return list(filter(None, map(email_normalize, found)))


def get_numbers(partner):
    """Return all phone numbers of a contact, as E.164."""
    e164 = phonenumbers.PhoneNumberFormat.E164
    found = _find_numbers(*_read_phone(partner))
    return {phonenumbers.format_number(number, e164) for number in found}


def _get_mobiles(partner):
    """Return the first number that can receive SMS, as E.164; a fixed line cannot.

    :return: list of one number, or of none
    """
    return list(_find_mobiles(*_read_phone(partner)))


@lru_cache(maxsize=20_000)
def _find_mobiles(text, country):
    """Return the first number of a text that can receive SMS, in a tuple.

    Kept, as the numbers of one night are asked for several times.
    """
    for number in _find_numbers(text, country):
        if phonenumbers.number_type(number) in MOBILE_TYPES:
            e164 = phonenumbers.PhoneNumberFormat.E164
            return (phonenumbers.format_number(number, e164),)
    return ()


def _read_phone(partner):
    """Return what stands in the field for phone numbers of a contact, and the ISO code
    of the country whose numbers need no prefix there.
    """
    is_doubted = partner.reminder_wrong_phone
    written = partner._get_reminder_phone() if is_doubted else partner.phone
    if not written:
        return "", None
    country = (
        partner.country_id
        or partner.commercial_partner_id.country_id
        or partner.company_id.country_id
    )
    return TRUNK_ZERO.sub(" ", written), country.code or None


def _find_numbers(text, country):
    """Yield the valid phone numbers of a text; people write several into one field, and
    words.

    :param country: ISO code, or None
    """
    if not text:
        return
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number and phonenumbers.is_valid_number(number):
        yield number
        return
    for match in phonenumbers.PhoneNumberMatcher(text, country):
        yield match.number


def _get_postal_addresses(partner):
    """Return where a letter goes, as one line: many share a house, so with the name.

    :return: list of one address, or of none
    """
    if not (partner.street and partner.city):
        return []
    name = partner.name or partner.commercial_company_name or ""
    return [f"{name}, {partner.street}, {partner.zip or ''} {partner.city}"]
