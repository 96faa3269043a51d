"""What company registers say of debtors: the record of a check, and what follows."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date

from ..rules import insolvency, registration
from ..rules.insolvency import Status

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
    decided_by_id = fields.Many2one("res.users", string="Released by", readonly=True)
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
    )
    is_in_trouble = fields.Boolean(
        compute="_compute_is_in_trouble", help="The register says more than “active”."
    )
    case_ids = fields.Many2many(
        "payment.reminder.case", string="Cases", compute="_compute_case_ids"
    )
    advice = fields.Text(string="What to do", compute="_compute_advice")

    _identity_uniq = models.UniqueIndex(
        "(identity)", "There is already a check of this customer."
    )

    # -- computed ---------------------------------------------------------------

    @api.depends("status")
    def _compute_is_in_trouble(self):
        for record in self:
            record.is_in_trouble = bool(
                record.status and insolvency.ACTIONS[Status(record.status)].ask
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

    @api.depends("status", "date_filing", "date_decree", "successor_id")
    @api.depends_context("lang")
    def _compute_advice(self):
        texts = self._get_advice_texts()
        for record in self:
            advice = texts.get(record.status, "")
            if record.status in ("bankruptcy", "liquidation") and record.date_filing:
                advice += "\n" + self.env._(
                    "File until %s.", format_date(self.env, record.date_filing)
                )
            if record.status == "succeeded" and record.successor_id:
                advice += "\n" + self.env._(
                    "The successor is %s.", record.successor_id.display_name
                )
            record.advice = advice or False

    @api.model
    def _get_advice_texts(self):
        """Return {status: what a person does now}."""
        by_when = self.env._(
            "The decree or the notice to creditors says by when: enter the day under "
            "“File until”."
        )
        no_more = self.env._(
            "Send no more reminders: what is owed can only be claimed in the "
            "proceedings, and interest counts up to the day of the decree."
        )
        return {
            "bankruptcy": "\n".join(
                (
                    no_more,
                    self.env._(
                        "File the claim below with the trustee, with the invoices and "
                        "the interest that is listed. The register or the court names "
                        "the trustee."
                    ),
                    by_when,
                )
            ),
            "liquidation": "\n".join(
                (
                    self.env._(
                        "File the claim below with the liquidator, before what is left "
                        "is shared out."
                    ),
                    by_when,
                )
            ),
            "restructuring": self.env._(
                "No creditor may enforce a claim alone now. Ask the restructuring "
                "administrator how to file, and whether you are paid for what you "
                "deliver from here on. Release the case only when that is settled."
            ),
            "dissolved": self.env._(
                "There is no debtor left. Look whether a guarantor or the estate still "
                "pays, or close the case and write the invoices off."
            ),
            "succeeded": self.env._(
                "The debt has gone over to another company. Find the successor in the "
                "register, enter it below, and send it a copy of the invoices before "
                "anybody is reminded again."
            ),
            "changing": self.env._(
                "The register says something that is neither good standing nor "
                "insolvency. Look it up and decide; reminders go on meanwhile."
            ),
            "removed": self.env._(
                "The register knew this number and does not any more. Look it up: the "
                "company may be dissolved. Release the case when you know."
            ),
            "unknown": self.env._(
                "The register uses a word that nobody here knows. Look it up, and "
                "release the case when it is harmless."
            ),
            "not_found": self.env._(
                "The register knows no such number. Look whether the company ID of "
                "the customer is right; reminders go on meanwhile."
            ),
        }

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

    # -- whom to look up --------------------------------------------------------

    @api.model
    def _get_identity(self, company_id, partner_id):
        return f"{company_id}:{partner_id}"

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

    # -- what was heard ---------------------------------------------------------

    @api.model
    def _receive(self, heard):
        """Keep what a register said of customers, and do what follows.

        :param heard: {check: :class:`rules.insolvency.Reading`}
        """
        now = fields.Datetime.now()
        for record, reading in heard.items():
            record.sudo()._keep(reading, now)
        self.union(*heard).sudo()._hold_cases()

    def _keep(self, reading, now):
        """Keep one reading; tell trail and person when it says something new."""
        self.ensure_one()
        before = self._get_key()
        known = Status(self.status) if self.status else None
        status = insolvency.reconsider(reading.status, known)
        good = insolvency.is_good(status)
        self.write(
            {
                "status": str(status),
                "word": reading.word,
                "since": reading.since,
                "source": reading.source,
                "remark": reading.remark or False,
                "checked_at": now,
                "asked_at": now,
                "problem": False,
                **({"good_at": now} if good else {}),
            }
        )
        if self._get_key() == before:
            return
        action = insolvency.ACTIONS[status]
        if action.freeze:
            self.date_decree = reading.since or self.company_id._get_reminder_today(now)
        elif good:
            # Should the old situation come back, it is decided about anew.
            self.decided_key = False
        still_fine = known in (None, Status.ACTIVE) and not action.ask
        if not still_fine:
            self._tell()

    def _get_key(self):
        """Return what a person decides about; empty before the first answer."""
        self.ensure_one()
        if not self.status:
            return ""
        return insolvency.Reading(
            self.country_code,
            self.number,
            Status(self.status),
            self.word or "",
            self.since or None,
            self.source or "",
        ).key

    def _tell(self):
        """Write into the trail of the customer's cases, and ask their responsibles."""
        for case in self.case_ids:
            user = case.user_id or self.env.ref("base.user_admin")
            told = self.with_context(lang=user.lang)
            case._log_event("company_status", told._get_evidence())
            case.activity_schedule(
                ACTIVITY,
                summary=told._get_summary(),
                note=told._get_note(),
                user_id=user.id,
            )

    def _get_evidence(self):
        """Return the trail's payload of what was read."""
        self.ensure_one()
        return {
            "status": self.status,
            "word": self.word or "",
            "since": fields.Date.to_string(self.since) or "",
            "number": f"{self.country_code} {self.number}",
            # In the words of the register: free text stays out of the chain.
            "note": self.remark or "",
            "source": self.source or "",
            "read": fields.Datetime.to_string(self.checked_at),
        }

    def _get_summary(self):
        labels = dict(self._fields["status"]._description_selection(self.env))
        return f"{labels[self.status]}: {self.partner_id.display_name}"

    def _get_note(self):
        if self.status == Status.ACTIVE:
            return self.env._(
                "The register says again that this company is in good standing. That "
                "alone releases nothing: look, and release the case with a reason."
            )
        return self.advice

    def _get_sentence(self):
        """Return what the register says, as the reason of a hold."""
        self.ensure_one()
        labels = dict(self._fields["status"]._description_selection(self.env))
        values = {
            "status": labels[self.status],
            "register": self.source,
            "word": self.word,
            "day": format_date(self.env, self.since or self.checked_at.date()),
        }
        if self.since:
            return self.env._(
                "%(status)s: %(register)s, “%(word)s” since %(day)s", **values
            )
        return self.env._(
            "%(status)s: %(register)s, “%(word)s”, read on %(day)s", **values
        )

    def _hold_cases(self):
        """Put the open cases of these customers on hold where the status asks it.

        What a person has released stays released until the register says otherwise.
        """
        for record in self:
            reason = record._get_freeze_reason()
            if not reason:
                continue
            for case in record.case_ids:
                user = case.user_id or self.env.ref("base.user_admin")
                told = record.with_context(lang=user.lang)
                case._freeze(reason, told._get_sentence())

    def _get_freeze_reason(self):
        """Return why the customer's cases rest, or None; see ``rules.insolvency``."""
        self.ensure_one()
        if not self.status or self.decided_key == self._get_key():
            return None
        return insolvency.ACTIONS[Status(self.status)].freeze

    def _receive_problem(self, problem):
        """Note that a question brought nothing; what was known before stays.

        :param problem: a code of ``problem``
        """
        self.sudo().write({"asked_at": fields.Datetime.now(), "problem": problem})

    def _decide(self):
        """Note that a person has looked at what the register says now."""
        for record in self.sudo():
            record.write(
                {
                    "decided_key": record._get_key(),
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                }
            )

    def _get_age_days(self, now):
        """Return the days since a register last said something certain."""
        self.ensure_one()
        return (now - (self.good_at or self.followed_since)).days


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


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS payment_reminders: two customers that were looked up become one
        checks = (
            self.env["payment.reminder.company.status"]
            .sudo()
            .search([("partner_id", "in", (src_partners | dst_partner).ids)])
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        checks.invalidate_recordset()
        gravity = [*map(str, Status), False]
        for company, same in checks.grouped("company_id").items():
            kept, *others = same.sorted(lambda check: gravity.index(check.status))
            checks.browse([other.id for other in others]).unlink()
            kept.identity = checks._get_identity(company.id, kept.partner_id.id)
        return result
