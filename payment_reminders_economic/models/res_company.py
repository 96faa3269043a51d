"""The connection of a company to its agreement at e-conomic."""

import re
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import consteq, hash_sign, verify_hash_signed

from odoo.addons.payment_reminders.http import Outcome

from ..wire import Economic

DEMO = "demo"
SCOPE = "payment_reminders_economic"
#: So long a person may take at e-conomic's own page.
MINUTES = 15


class ResCompany(models.Model):
    _inherit = "res.company"

    economic_mode = fields.Selection(
        [("off", "Off"), ("demo", "Demo of e-conomic"), ("live", "Live")],
        string="e-conomic",
        required=True,
        default="off",
        copy=False,
    )
    economic_secret = fields.Char(
        string="App secret token", groups="base.group_system", copy=False
    )
    economic_public = fields.Char(string="App public token", copy=False)
    economic_grant = fields.Char(
        string="Agreement grant token", groups="base.group_system", copy=False
    )
    economic_nonce = fields.Char(groups="base.group_system", copy=False)
    economic_agreement = fields.Char(string="Agreement", readonly=True, copy=False)
    economic_name = fields.Char(string="Name there", readonly=True, copy=False)
    economic_age_limit = fields.Integer(
        string="Seconds an answer may be old",
        default=300,
        help="When a notice leaves, e-conomic must have said so long ago at most how "
        "its invoices stand.",
    )
    economic_entries = fields.Boolean(
        string="Read days of part payments",
        help="Reads the booked entries too, which takes a role that may see them: "
        "interest then runs on each part until the day on which it was paid.",
    )
    economic_good_at = fields.Datetime(string="Read wholly", readonly=True, copy=False)
    economic_problem = fields.Char(readonly=True, copy=False)
    economic_wait_until = fields.Datetime(readonly=True, copy=False)
    economic_strikes = fields.Integer(readonly=True, copy=False)
    economic_calls = fields.Integer(readonly=True, copy=False)
    economic_calls_day = fields.Date(readonly=True, copy=False)
    economic_customers_at = fields.Char(readonly=True, copy=False)
    economic_health = fields.Char(compute="_compute_economic_health")

    def _compute_economic_health(self):
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()
        now = fields.Datetime.now()
        for company in self:
            company.economic_health = False
            if not company._has_economic():
                continue
            mine = [("company_id", "=", company.id), ("source", "=", "economic")]
            is_open = [*mine, ("state", "=", "open"), ("kind", "=", "invoice")]
            good = company.economic_good_at
            minutes = int((now - good).total_seconds() // 60) if good else None
            company.economic_health = self.env._(
                "e-conomic: %(read)s, %(open)s open, %(undated)s without due date, "
                "%(unmatched)s not matched to a contact",
                read=self.env._("read %s minutes ago", minutes)
                if good
                else self.env._("not read yet"),
                open=Invoice.search_count(is_open),
                undated=Invoice.search_count([*is_open, ("date_due", "=", False)]),
                unmatched=Invoice.search_count([*is_open, ("partner_id", "=", False)]),
            )

    def _has_economic(self):
        """Tell whether there is an agreement that can be asked."""
        self.ensure_one()
        own = self.sudo()
        if own.economic_mode == "demo":
            return True
        return bool(
            own.economic_mode == "live" and own.economic_secret and own.economic_grant
        )

    def _make_economic(self, grant=None):
        """Return who asks e-conomic for this company.

        :param grant: that of an agreement that is not stored yet
        """
        self.ensure_one()
        # sudo: the tokens are for administrators; what is asked with them is not
        own = self.sudo()
        parameters = own.env["ir.config_parameter"]
        url = parameters.get_param("payment_reminders_economic.url")
        entries_url = parameters.get_param("payment_reminders_economic.entries_url")
        is_demo = own.economic_mode == "demo" and not grant
        is_today = own.economic_calls_day == fields.Date.today()
        return Economic(
            url,
            DEMO if is_demo else own.economic_secret or "",
            DEMO if is_demo else grant or own.economic_grant or "",
            own.economic_calls if is_today else 0,
            entries_url or "",
        )

    # -- connecting ---------------------------------------------------------------

    def _check_system(self):
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only who changes the settings may do this."))

    def _get_economic_link(self):
        """Return where a person lets us read the agreement of this company."""
        self.ensure_one()
        self._check_system()
        if not (self.economic_public and self.economic_secret):
            raise UserError(
                self.env._("Enter the app's secret and public token, and save first.")
            )
        self.economic_nonce = secrets.token_urlsafe(16)
        state = hash_sign(
            self.sudo().env,
            SCOPE,
            [self.id, self.env.uid, self.economic_nonce],
            expiration=timedelta(minutes=MINUTES),
        )
        base = self.env["ir.config_parameter"].sudo()
        back = f"{self.get_base_url()}/payment_reminders_economic/grant/{state}"
        query = urlencode({"appPublicToken": self.economic_public, "redirectUrl": back})
        url = base.get_param("payment_reminders_economic.connect_url")
        return f"{url}?{query}"

    def _take_economic_grant(self, state, grant):
        """Store the grant that a person brought back, if it is of this company.

        :param state: of :meth:`_get_economic_link`: used once, by the same person
        :return: the company
        :raises UserError: it is not theirs, too old, or of another company
        """
        self._check_system()
        refusal = UserError(
            self.env._("This link is used up or too old. Connect e-conomic again.")
        )
        try:
            told = verify_hash_signed(self.sudo().env, SCOPE, state)
        except Exception as error:
            raise refusal from error
        if not told or len(told) != 3 or told[1] != self.env.uid:
            raise refusal
        company = self.browse(told[0]).exists()
        if not company or company not in self.env.user.company_ids:
            raise refusal
        nonce = company.economic_nonce
        if not nonce or not consteq(nonce, told[2]):
            raise refusal
        company.economic_nonce = False
        if not grant or not re.fullmatch(r"[\w\-.]{4,200}", grant):
            raise UserError(self.env._("e-conomic gave no token. Connect it again."))
        answer = company._make_economic(grant).read_self()
        if not answer.is_ok:
            raise UserError(self.env._("e-conomic did not answer: %s", answer.reason))
        company._check_economic_owner(answer.value)
        before = company.economic_agreement
        if before and before != answer.value["agreement"]:
            # What one agreement said is not asked of another one.
            company._leave_economic()
        company.write(
            {
                "economic_grant": grant,
                "economic_mode": "live",
                "economic_agreement": answer.value["agreement"],
                "economic_name": answer.value["name"],
                "economic_problem": False,
                "economic_wait_until": False,
                "economic_strikes": 0,
            }
        )
        return company

    def _check_economic_owner(self, told):
        """Refuse an agreement of another company."""
        self.ensure_one()
        own = {
            re.sub(r"\D", "", text)
            for text in (self.vat, self.company_registry)
            if text
        } - {""}
        there = re.sub(r"\D", "", told["number"])
        if not there or there not in own:
            raise UserError(
                self.env._(
                    "That is the agreement of %(there)s (%(number)s); this company is "
                    "%(own)s (%(own_number)s). Nothing was stored.",
                    there=told["name"] or "?",
                    number=told["number"] or "–",
                    own=self.name,
                    own_number=self.vat or self.company_registry or "–",
                )
            )

    def _test_economic(self):
        """Ask once whose agreement it is.

        :return: (whether that is well, what to tell)
        """
        self.ensure_one()
        self._check_system()
        if not self._has_economic():
            return False, self.env._("e-conomic is not connected.")
        answer = self._make_economic().read_self()
        if not answer.is_ok:
            return False, self._describe_economic(answer)
        return True, self.env._(
            "e-conomic answers for %(name)s, agreement %(agreement)s.",
            name=answer.value["name"],
            agreement=answer.value["agreement"],
        )

    def _describe_economic(self, answer):
        """Return in words why there is no answer."""
        if answer.outcome == Outcome.AUTH:
            return self.env._(
                "e-conomic does not let us in any more: the access was taken back. "
                "Connect it again."
            )
        if answer.outcome == Outcome.THROTTLED:
            return self.env._("e-conomic wants fewer questions; it is asked later.")
        return self.env._("e-conomic did not answer: %s", answer.reason or "–")

    def _leave_economic(self):
        """Forget the agreement with its mirror; cases, notices and trail stay."""
        # sudo: what was mirrored is removed by this alone
        own = self.sudo()
        mine = [("company_id", "in", own.ids), ("source", "=", "economic")]
        invoices = self.env["payment.reminder.mirror.invoice"].sudo().search(mine)
        items = (
            self.env["payment.reminder.item"]
            .sudo()
            .search(
                [("source", "=", "economic"), ("case_id.company_id", "in", own.ids)]
            )
        )
        cases = items.case_id
        invoices.pdf_id.unlink()
        invoices.unlink()
        self.env["payment.reminder.mirror.customer"].sudo().search(mine).unlink()
        items._drop()
        for case in cases:
            case._log_event("configuration_changed", {"left": "e-conomic"})
        cases._refresh()
        own.write(
            {
                "economic_mode": "off",
                "economic_grant": False,
                "economic_nonce": False,
                "economic_agreement": False,
                "economic_name": False,
                "economic_good_at": False,
                "economic_problem": False,
                "economic_customers_at": False,
            }
        )

    def _tell_economic(self, problem):
        """Leave one activity for a manager of reminders."""
        self.ensure_one()
        group = self.env.ref("payment_reminders.group_reminder_manager")
        managers = group.sudo().all_user_ids.filtered(
            lambda user: self in user.company_ids and user.active and not user.share
        )
        if managers:
            self.partner_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("e-conomic has to be connected again"),
                note=problem,
                user_id=managers[0].id,
            )
