"""What company registers say of debtors: the record of a check."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import insolvency
from ...rules.insolvency import Status
from ...tools.groupable import hide_technical

#: The activity that asks a person to look at a debtor.
ACTIVITY = "payment_reminders.mail_activity_debtor_in_trouble"


class PaymentReminderCompanyStatus(models.Model):
    """What a register said of one customer when it was last asked.

    Bridges to registers find whom to ask with ``_follow``, and hand over what they
    heard to ``_receive`` or ``_receive_problem``. What is kept is what the decision
    needs: no names of persons, no whole answers.
    """

    _name = "payment.reminder.company.status"
    _description = "Company Register Check"
    _order = "checked_at desc, id desc"
    _rec_name = "partner_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    identity = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        help="Company and customer as text, which a merge does not change.",
    )
    country_code = fields.Char(string="Country", readonly=True)
    number = fields.Char(string="Registration number", readonly=True)
    status = fields.Selection(
        [
            ("active", "In good standing"),
            ("changing", "Unclear: ask"),
            ("restructuring", "In restructuring"),
            ("liquidation", "Being liquidated or dissolved"),
            ("bankruptcy", "Bankrupt"),
            ("dissolved", "Dissolved"),
            ("succeeded", "Merged or split"),
            ("removed", "Removed from the register"),
            ("not_found", "Not in the register"),
            ("unknown", "A word that nobody knows"),
        ],
        readonly=True,
        index=True,
        help="The register's word in normal terms. Empty: it has not answered yet.",
    )
    word = fields.Char(
        string="Word of the register", readonly=True, help="The status as it was read."
    )
    since = fields.Date(
        readonly=True, help="From when the status holds, as far as the register says."
    )
    source = fields.Char(readonly=True, help="The register that said it.")
    remark = fields.Char(string="Remark of the register", readonly=True)
    followed_since = fields.Datetime(
        default=fields.Datetime.now, required=True, readonly=True
    )
    checked_at = fields.Datetime(
        string="Read on",
        readonly=True,
        help="When the register last answered. It is no proof: what it said on that "
        "day is in the trail.",
    )
    good_at = fields.Datetime(
        string="Last good check",
        readonly=True,
        help="When the register last said something certain of this customer.",
    )
    asked_at = fields.Datetime(string="Last asked", readonly=True, index=True)
    problem = fields.Selection(
        [
            ("rejected", "The register refused the question"),
            ("auth", "The register refused the login"),
            ("throttled", "Too many questions for now"),
            ("unavailable", "The register did not answer"),
            ("malformed", "The answer made no sense"),
        ],
        readonly=True,
        help="Why the last question brought nothing. What was known before stays.",
    )
    decided_key = fields.Char(readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", string="Released by", readonly=True, index="btree_not_null"
    )
    decided_at = fields.Datetime(string="Released on", readonly=True)
    date_decree = fields.Date(
        string="Decree of",
        help="The day of the decree: the claim is computed to it. Taken from the "
        "register; correct it when the decree says another.",
    )
    date_filing = fields.Date(
        string="File until",
        help="Until when claims must be filed. The decree or the letter of the trustee "
        "says it; enter it here, and the activity moves to this day.",
    )
    successor_id = fields.Many2one(
        "res.partner",
        help="Who has taken over the debt by a merger or split.",
        index="btree_not_null",
    )
    is_in_trouble = fields.Boolean(
        compute="_compute_is_in_trouble",
        help="The register says more than “active”, or warns.",
    )
    case_ids = fields.Many2many(
        "payment.reminder.case", string="Cases", compute="_compute_case_ids"
    )

    _identity_uniq = models.UniqueIndex(
        "(identity)", "There is already a check of this customer."
    )

    # -- computed ---------------------------------------------------------------

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS mail
        return hide_technical(self, super().fields_get(allfields, attributes))

    @api.depends("status", "remark")
    def _compute_is_in_trouble(self):
        for record in self:
            record.is_in_trouble = bool(
                record.status
                and (record.remark or insolvency.ACTIONS[Status(record.status)].ask)
            )

    def _compute_case_ids(self):
        cases = self.env["payment.reminder.case"].search(self._get_case_domain())
        by_customer = cases.grouped(lambda case: (case.company_id, case.partner_id))
        for record in self:
            record.case_ids = by_customer.get(
                (record.company_id, record.partner_id), cases.browse()
            )

    def _get_case_domain(self):
        """Return the domain of the open cases of these customers, or a few more."""
        return (
            Domain("company_id", "in", self.company_id.ids)
            & Domain("partner_id", "in", self.partner_id.ids)
            & Domain("state", "!=", "closed")
        )

    @api.model
    def _get_identity(self, company_id, partner_id):
        return f"{company_id}:{partner_id}"

    # -- writing ----------------------------------------------------------------

    def write(self, vals):
        if not self.env.su:
            by_hand = {"date_decree", "date_filing", "successor_id"}
            if set(vals) - by_hand:
                raise AccessError(self.env._("This is what the register said."))
            self._note_by_hand(vals)
        return super().write(vals)

    def _note_by_hand(self, vals):
        """Keep in the trail what a person entered, and move the activity with it."""
        for record in self:
            cases = record.case_ids
            cases._log_event(
                "company_status",
                {name: str(value or "") for name, value in vals.items()},
            )
            if vals.get("date_filing"):
                cases.sudo().activity_reschedule(
                    [ACTIVITY], date_deadline=fields.Date.to_date(vals["date_filing"])
                )

    # -- whom the registers are asked about -----------------------------------------

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

    # -- after a merge of customers -------------------------------------------------

    def _follow_merge(self):
        """Keep one check a company of customers that became one: the gravest."""
        gravity = [*map(str, Status), False]
        for company, same in self.grouped("company_id").items():
            kept, *others = same.sorted(lambda check: gravity.index(check.status))
            self.browse([other.id for other in others]).unlink()
            kept.identity = self._get_identity(company.id, kept.partner_id.id)


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _get_register_query(self, companies):
        """Return the query for what registers say of the customers of ``cases``.

        For the key of a case (:meth:`_get_parts`). That a check is too old is said,
        not its age, which changes every day.
        """
        followed = companies.filtered(lambda one: one._follows_company_registers())
        return SQL(
            """
            SELECT cases.id AS case_id,
                   CONCAT_WS('|', found.id, found.status, found.word, found.since,
                       found.source, found.number, found.country_code, found.remark,
                       found.decided_key, found.company_id, found.partner_id,
                       found.company_id = ANY(%(followed)s)
                       AND company.reminder_status_when_stale = 'hold'
                       AND %(now)s::timestamp
                           - COALESCE(found.good_at, found.followed_since)
                           >= make_interval(
                               days => company.reminder_status_stale_days + 1)) AS said
              FROM cases
              JOIN payment_reminder_company_status found
                ON found.identity = CONCAT(cases.company_id, ':', cases.partner_id)
              JOIN res_company company ON company.id = cases.company_id
            """,
            followed=followed.ids,
            now=fields.Datetime.now(),
        )
