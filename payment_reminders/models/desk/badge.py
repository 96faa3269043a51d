"""What the lists of invoices and customers show of reminders at a glance."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

#: {badge: domain of the cases whose open invoices have it}; the first that fits.
BADGES = {
    "collection": [("close_reason", "=", "handed_over"), ("state", "=", "closed")],
    "plan": [("blocker_codes", "like", ",payment_plan,")],
    "questioned": [("blocker_codes", "like", ",open_query,")],
    "frozen": [("state", "=", "frozen")],
}


class AccountMove(models.Model):
    _inherit = "account.move"

    reminder_badge = fields.Selection(
        [
            ("collection", "Collection"),
            ("plan", "In a plan"),
            ("questioned", "Questioned"),
            ("frozen", "On hold"),
            ("reminded", "Reminded"),
        ],
        string="Reminder state",
        compute="_compute_reminder_badge",
        search="_search_reminder_badge",
        compute_sudo=True,
    )
    reminder_sent_count = fields.Integer(
        string="Reminders sent",
        compute="_compute_reminder_sent_count",
        compute_sudo=True,
    )

    def _compute_reminder_badge(self):
        # One search for each badge, whatever the number of invoices.
        self.reminder_badge = False
        left = self
        for badge in dict(self._fields["reminder_badge"].selection):
            found = left.filtered_domain([("id", "in", left._find_by_badge(badge))])
            found.reminder_badge = badge
            left -= found

    def _find_by_badge(self, badge):
        items = self.env["payment.reminder.item"].search(
            self._get_badge_domain(badge) & Domain("move_id", "in", self.ids)
        )
        return items.move_id.ids

    @api.model
    def _get_badge_domain(self, badge):
        """Return the domain of due items that show a badge."""
        owed = Domain("amount_known", ">", 0)
        if badge == "reminded":
            return Domain("last_sent_date", "!=", False) & owed
        domain = Domain("case_id", "any", BADGES[badge])
        return domain if badge == "collection" else domain & owed

    @api.model
    def _search_reminder_badge(self, operator, value):
        if operator != "in":
            return NotImplemented
        Item = self.env["payment.reminder.item"].sudo()
        wanted = Domain.FALSE
        seen = Domain.FALSE
        for badge in dict(self._fields["reminder_badge"].selection):
            ids = Item._search(self._get_badge_domain(badge)).subselect("move_id")
            here = Domain("id", "in", ids)
            if badge in value:
                wanted |= here & ~seen
            seen |= here
        return wanted | ~seen if False in value else wanted

    def _compute_reminder_sent_count(self):
        counts = defaultdict(set)
        for line in self.env["payment.reminder.line"].search_fetch(
            [
                ("item_id.move_id", "in", self.ids),
                ("reminder_id.counts", "=", True),
            ],
            ["reminder_id", "item_id"],
        ):
            counts[line.item_id.move_id.id].add(line.reminder_id.id)
        for move in self:
            move.reminder_sent_count = len(counts[move._origin.id])


class ResPartner(models.Model):
    _inherit = "res.partner"

    reminder_owed = fields.Char(
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
    )

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
            partner.reminder_owed = ", ".join(
                format_amount(self.env, amount, currency)
                for currency, amount in totals.items()
            )
