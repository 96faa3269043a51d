import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules import registration
from ..rules.statute import COMPANY, PERSON
from ..tools.sums import format_sums


class ResPartner(models.Model):
    _inherit = "res.partner"

    reminder_wrong_phone = fields.Char(
        string="Wrong number",
        copy=False,
        help="Who answered this number is not this contact: reminders neither call it "
        "nor send an SMS to it. Clear it when the number is right after all.",
    )
    reminder_excluded = fields.Boolean(
        string="No payment reminders",
        tracking=True,
        help="This customer is never chased.",
    )
    reminder_ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Own reminder ladder",
        company_dependent=True,
        domain="[('successor_id', '=', False)]",
        help="Used instead of the company's ladder. Open cases stay on theirs.",
    )
    reminder_way = fields.Selection(
        [
            ("ask", "Ask each time"),
            ("ourselves", "Ourselves"),
            ("service", "A collection service"),
        ],
        string="Who reminds",
        required=True,
        default="ask",
        help="What the dialog that creates reminders proposes for this customer.",
    )
    reminder_grace_days = fields.Integer(
        string="Grace days",
        help="Days that this customer gets on top before the first reminder.",
    )
    reminder_owed = fields.Char(
        groups="payment_reminders.group_reminder_user",
        string="Owed",
        compute="_compute_reminder_owed",
        help="What is overdue, with open fees and interest, by currency.",
    )
    reminder_contact_id = fields.Many2one(
        "res.partner",
        string="Reminder contact",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Reminders go to this contact first. Empty: to the invoice contact, then "
        "to the customer.",
        index="btree_not_null",
    )
    reminder_case_count = fields.Integer(
        compute="_compute_reminder_case_count",
        groups="payment_reminders.group_reminder_user",
    )

    _reminder_grace_positive = models.Constraint(
        "CHECK(reminder_grace_days >= 0)", "Grace days cannot be negative."
    )

    def write(self, vals):
        # EXTENDS account: it takes the invoices of a customer that gets a parent along
        if not vals.keys() & {"parent_id", "is_company"}:
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        self._follow_in_reminders(before)
        return result

    def _follow_in_reminders(self, before):
        """Let reminder cases follow what these customers are now in the address book.

        :param before: {partner: its commercial partner}
        """
        moved = self.filtered(lambda p: p.commercial_partner_id != before[p])
        if not moved:
            return
        # Who keeps the address book need not see the cases, which are the machine's.
        cases = self.env["payment.reminder.case"].sudo()
        heads = self.union(*(before[partner] for partner in moved))
        cases.search([("partner_id", "in", heads.ids)])._follow_address_book(moved)

    def _compute_reminder_case_count(self):
        counts = dict(
            self.env["payment.reminder.case"]._read_group(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("state", "!=", "closed"),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.reminder_case_count = counts.get(partner.commercial_partner_id, 0)

    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_reminder_owed(self):
        cases = self.env["payment.reminder.case"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("state", "!=", "closed"),
            ]
        )
        by_partner = cases.grouped("partner_id")
        for partner in self:
            totals = defaultdict(float)
            for case in by_partner.get(partner.commercial_partner_id, ()):
                totals[case.currency_id] += case.amount_claim
            partner.reminder_owed = format_sums(self.env, totals)

    def _message_reset_bounce(self, email):
        # EXTENDS mail: something arrived from this address, so it works
        result = super()._message_reset_bounce(email)
        dead = self.env["payment.reminder.delivery"].sudo()
        dead.search(
            [("is_dead_end", "=", True), ("recipient", "=", email)]
        ).is_dead_end = False
        return result

    @api.constrains("reminder_ladder_id")
    def _check_reminder_ladder_id(self):
        for partner in self:
            ladder = partner.sudo().reminder_ladder_id
            ladder._check_usable()
            if ladder.company_id and ladder.company_id != self.env.company:
                raise ValidationError(
                    self.env._(
                        "The ladder “%s” belongs to another company.", ladder.name
                    )
                )

    def _get_debtor_kind(self):
        """Return ``person`` or ``company``, as the law tells debtors apart."""
        self.ensure_one()
        customer = self.commercial_partner_id
        return COMPANY if customer.is_company or customer.vat else PERSON

    def action_view_reminder_cases(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_case_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {}
        return action

    def action_send_reminder_statement(self):
        """Open the e-mail that brings this customer a statement of account."""
        self.ensure_one()
        return self.env["payment.reminder.statement"]._compose(
            self, self, self.env.company
        )

    def _get_reminder_phone(self):
        """Return the number of this contact, unless it is known to be wrong."""
        self.ensure_one()
        wrong = re.sub(r"\D", "", self.reminder_wrong_phone or "")
        own = re.sub(r"\D", "", self.phone or "")
        # The same number with other blanks, or with the code of its country.
        is_same = own.endswith(wrong) or wrong.endswith(own)
        return False if wrong and own and is_same else self.phone

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

    def _get_reminder_address(self, home):
        """Return the lines of this address as the post wants them.

        :param home: country of the sender, which is not named
        """
        names = [self.name]
        if not self.is_company:
            names.insert(0, self.commercial_company_name)
        lines = self._display_address(without_company=True).splitlines()
        lines = [line.strip() for line in lines if line.strip()]
        country = self.country_id
        if country and lines and lines[-1] == country.name:
            lines.pop()
        if country and country != home:
            lines.append(country.name.upper())
        return [*dict.fromkeys(filter(None, names)), *lines]
