"""Which contact a customer of another program is."""

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..wire import matching

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
    doubt = fields.Selection(
        [
            ("several_here", "Several contacts fit"),
            ("several_there", "Several there have its number"),
            ("other_number", "The contact has another number"),
            ("changed", "Its number there has changed"),
        ],
        string="Which contact?",
        readonly=True,
        index="btree_not_null",
        help="Nobody is reminded of its invoices until a person says which contact it "
        "is.",
    )

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
        return {"name": self.name, "email": matching.get_first_address(self.email)}

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

    def action_confirm(self):
        """Say that these are the contacts they stand with."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        # sudo: what another program tells is not changed by it
        own = self.sudo().filtered("partner_id")
        own.doubt = False
        own._get_invoices()._follow()
        return True

    def action_make_contact(self):
        """Make contacts of those who are none of the contacts here."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        # sudo: a manager of reminders need not look after contacts
        for customer in self.sudo().filtered("doubt"):
            told = {name: customer[name] for name in TOLD}
            vals = self._prepare_partner_vals(
                customer.company_id, told, customer.number
            )
            customer.write(
                {"partner_id": self.env["res.partner"].sudo().create(vals).id}
            )
            customer.is_new = True
        return True

    def write(self, vals):
        # EXTENDS base: another contact is another customer of the invoices.
        if not self.env.su and set(vals) - {"partner_id"}:
            raise AccessError(
                self.env._("What another program tells is not changed here.")
            )
        if vals.get("partner_id"):
            # A person said who it is.
            vals = {"doubt": False, **vals}
        done = super().write(vals)
        if "partner_id" in vals:
            self._get_invoices()._set_partner()
        return done

    def _get_invoices(self):
        invoices = self.env["payment.reminder.mirror.invoice"].sudo()
        return invoices.search([("customer_id", "in", self.ids)])

    # -- matching -----------------------------------------------------------------

    @api.model
    def _match(self, company, source, agreement, told):
        """Return {number: customer} of what another program tells of its customers.

        New ones are matched by company number, then by e-mail address and name; of whom
        nobody is known, a contact is made. Where it is not certain who one is, there is
        no contact until a person chose one.

        :param told: {number: dict with name, email, vat, barred, updated_at}
        """
        there = Domain(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("agreement", "=", agreement),
            ]
        )
        known = self.search(there & Domain("number", "in", list(told)))
        found = {customer.number: customer for customer in known}
        for number, customer in found.items():
            customer._follow_told(told[number])
        missing = {number: one for number, one in told.items() if number not in found}
        if missing:
            matches = self._find_matches(company, there, missing)
            made = self._make_partners(company, missing, matches)
            new = self.create(
                [
                    {
                        **{name: one[name] for name in TOLD if one.get(name)},
                        "company_id": company.id,
                        "source": source,
                        "agreement": agreement,
                        "number": number,
                        "name": one.get("name") or number,
                        "partner_id": matches[number].contact or made.get(number),
                        "doubt": matches[number].doubt and str(matches[number].doubt),
                        "is_new": number in made,
                    }
                    for number, one in missing.items()
                ]
            )
            found.update({customer.number: customer for customer in new})
        return found

    def _follow_told(self, told):
        """Take over what is another now; another company number is another company."""
        self.ensure_one()
        changed = {
            name: value
            for name in TOLD
            for value in [told.get(name)]
            if value not in (None, "") and self[name] != value
        }
        country = self.company_id.country_id.code or ""
        if matching.is_other_number(self.vat, changed.get("vat"), country):
            changed["doubt"] = "changed"
        if changed:
            self.write(changed)

    @api.model
    def _find_matches(self, company, there, told):
        """Return {number: :class:`wire.matching.Match`} of customers.

        :param there: Domain of all customers of the same program
        """
        country = company.country_id.code or ""
        customers = {number: _make_customer(one) for number, one in told.items()}
        spelled = {
            spelling
            for one in customers.values()
            for spelling in matching.spell(one.vat, country)
        }
        with_number = self.search(there & Domain("vat", "in", list(spelled)))
        alike = Counter(
            matching.bare(vat, country)
            for vat in [
                *with_number.mapped("vat"),
                *(one.vat for one in customers.values()),
            ]
        )
        contacts = self._find_contacts(company, customers.values(), spelled)
        return {
            number: matching.match(
                one,
                contacts.get(matching.bare(one.vat, country), set())
                | contacts.get(one.likeness, set()),
                alike[matching.bare(one.vat, country)],
                country,
            )
            for number, one in customers.items()
        }

    @api.model
    def _find_contacts(self, company, customers, spelled):
        """Return the contacts that some customers may be, by number and by likeness.

        :param spelled: how the numbers of these customers may be written
        :return: {bare number, or (name, e-mail address): a set of
            :class:`wire.matching.Contact`}
        """
        Partner = self.env["res.partner"].with_context(active_test=True)
        mine = Domain("company_id", "in", [False, company.id])
        mails = {one.likeness[1] for one in customers} - {""}
        heads = Partner.browse()
        if spelled:
            heads |= Partner.search(
                mine
                & Domain("parent_id", "=", False)
                & (
                    Domain("vat", "in", list(spelled))
                    | Domain("company_registry", "in", list(spelled))
                )
            )
        if mails:
            heads |= Partner.search(
                mine & Domain("email_normalized", "in", list(mails))
            ).commercial_partner_id
        members = Partner.search(Domain("commercial_partner_id", "in", heads.ids))
        country = company.country_id.code or ""
        found = {}
        for head, own in members.grouped("commercial_partner_id").items():
            contact = matching.Contact(
                id=head.id,
                names=frozenset(matching.fold(one.name) for one in own),
                likenesses=frozenset(
                    (matching.fold(one.name), one.email_normalized)
                    for one in own
                    if one.email_normalized
                ),
                numbers=frozenset(
                    matching.bare(text, country)
                    for text in (head.vat, head.company_registry)
                    if text
                ),
            )
            for key in contact.numbers | contact.likenesses:
                found.setdefault(key, set()).add(contact)
        return found

    @api.model
    def _make_partners(self, company, told, matches):
        """Make contacts of customers who are nobody here yet.

        :return: {number: id}; those that are alike in all respects are one
        """
        unknown = {
            number: _make_customer(told[number])
            for number, found in matches.items()
            if not found.contact and not found.doubt
        }
        groups = matching.find_alike(unknown, company.country_id.code or "")
        partners = self.env["res.partner"].create(
            [self._prepare_partner_vals(company, told[g[0]], g[0]) for g in groups]
        )
        return {
            number: partner.id
            for group, partner in zip(groups, partners, strict=True)
            for number in group
        }

    @api.model
    def _prepare_partner_vals(self, company, one, number):
        return {
            "name": one.get("name") or number,
            "email": matching.get_first_address(one.get("email")) or False,
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


def _make_customer(told):
    return matching.Customer(
        told.get("name") or "",
        matching.get_first_address(told.get("email")),
        told.get("vat") or "",
    )
