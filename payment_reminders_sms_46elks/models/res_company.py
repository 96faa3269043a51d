from odoo import api, fields, models

from odoo.addons.payment_reminders_sms.models.sms_api import BridgeSmsApi

from ..wire import URL, Elks

PROVIDER = "46elks"
REPORT = "/payment_reminders_sms_46elks/report/%s"
RECEIVE = "/payment_reminders_sms_46elks/sms/%s"


class ElksSmsApi(BridgeSmsApi):
    """Odoo's SMS by 46elks."""

    def _hand_over(self, company, number, text, uuid):
        # They report to the number of the SMS here: theirs may come before the answer.
        report = f"{company._get_sms_webhook(REPORT)}/{uuid}"
        return company._get_elks().send(
            number, text, company._get_sms_sender(), report_url=report
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    sms_provider = fields.Selection(
        selection_add=[("46elks", "Send via 46elks")],
        ondelete={"46elks": "set default"},
    )
    elks_user = fields.Char(
        string="API username", groups="base.group_system", copy=False
    )
    elks_password = fields.Char(
        string="API password", groups="base.group_system", copy=False
    )

    @api.model
    def _get_sms_bridges(self):
        # EXTENDS payment_reminders_sms
        return {**super()._get_sms_bridges(), PROVIDER: ElksSmsApi}

    @api.model
    def _get_sms_login_fields(self):
        # EXTENDS payment_reminders_sms
        return super()._get_sms_login_fields() | {"elks_user", "elks_password"}

    def _has_sms_login(self):
        # EXTENDS payment_reminders_sms
        if self.sms_provider != PROVIDER:
            return super()._has_sms_login()
        return bool(self.elks_user and self.elks_password)

    def _ask_sms_credit(self):
        # EXTENDS payment_reminders_sms
        if self.sms_provider != PROVIDER:
            return super()._ask_sms_credit()
        return self._get_elks().read_credit()

    def _get_elks(self):
        """Return the :class:`Elks` that speaks for this company."""
        self.ensure_one()
        parameters = self.env["ir.config_parameter"].sudo()
        url = parameters.get_param("payment_reminders_sms_46elks.url") or URL
        # sudo: whoever sends an SMS need not see the log-in
        company = self.sudo()
        return Elks.make(url, company.elks_user or "", company.elks_password or "")
