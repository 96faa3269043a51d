"""What people filter the queue by, and snoozing from it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...rules import schedule


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_big_amount = fields.Monetary(
        string="A big reminder starts at",
        default=10000.0,
        help="The queue has a filter for reminders of at least this total claim.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    reminder_big_amount = fields.Monetary(
        related="company_id.reminder_big_amount", readonly=False
    )


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    is_big = fields.Boolean(
        string="Big amount", compute="_compute_is_big", search="_search_is_big"
    )
    is_first = fields.Boolean(
        string="First-time debtor",
        compute="_compute_is_first",
        search="_search_is_first",
        help="No reminder was ever sent to this customer.",
    )

    @api.depends("amount_claim", "company_id")
    def _compute_is_big(self):
        for reminder in self:
            limit = reminder.company_id.sudo().reminder_big_amount
            reminder.is_big = reminder.amount_claim >= limit

    @api.model
    def _search_is_big(self, operator, value):
        if operator != "in":
            return NotImplemented
        big = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("amount_claim", ">=", company.sudo().reminder_big_amount)
            for company in self.env.companies
        )
        return self._match_boolean(big, value)

    def _get_reminded_domain(self):
        """Return the domain of demands that were really sent."""
        return Domain(
            [
                ("state", "=", "sent"),
                ("withdrawn", "=", False),
                ("step_kind", "!=", schedule.NUDGE),
            ]
        )

    @api.depends("partner_id", "state")
    def _compute_is_first(self):
        # What others sent to this customer counts too.
        reminded = {
            partner
            for (partner,) in self.sudo()._read_group(
                self._get_reminded_domain()
                & Domain("partner_id", "in", self.partner_id.ids),
                ["partner_id"],
            )
        }
        for reminder in self:
            reminder.is_first = reminder.partner_id not in reminded

    @api.model
    def _search_is_first(self, operator, value):
        if operator != "in":
            return NotImplemented
        sent = self.sudo()._search(self._get_reminded_domain())
        first = Domain("partner_id", "not in", sent.subselect("partner_id"))
        return self._match_boolean(first, value)

    @api.model
    def _match_boolean(self, domain, values):
        """Return the domain of records for which ``domain`` is one of ``values``."""
        wanted = set(map(bool, values))
        if len(wanted) == 2:
            return Domain.TRUE
        return domain if True in wanted else ~domain

    def action_snooze(self, date=None):
        """Snooze the cases of these notices; see the case."""
        wrong = self.filtered(lambda r: r.state not in ("proposed", "approved", "held"))
        if wrong == self:
            raise UserError(wrong._describe_states())
        return (self - wrong).case_id.action_snooze(date)
