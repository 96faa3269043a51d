from odoo import api, fields, models
from odoo.tools import SQL

SETTINGS = "payment_reminders.payment_reminder_settings_action"
SETTINGS_URL = f"/odoo/action-{SETTINGS}#reminder_ladder"


class PaymentReminderSection(models.Model):
    """One part of what is configured: its name, how many there are, and where it is.

    (hook) An addon with a list of its own adds it to :meth:`_get_sections`.
    """

    _name = "payment.reminder.section"
    _description = "Reminder Configuration"
    _auto = False
    _order = "id"
    _rec_name = "code"

    code = fields.Char(readonly=True)
    title = fields.Char(compute="_compute_texts")
    text = fields.Char(compute="_compute_texts")
    icon = fields.Char(compute="_compute_texts")
    number = fields.Char(compute="_compute_number")

    @property
    def _table_query(self):
        codes = list(self._get_sections())
        return SQL(
            "SELECT place::integer AS id, code FROM unnest(%s) WITH ORDINALITY "
            "AS section(code, place)",
            codes,
        )

    @api.model
    def _get_sections(self):
        """Return {code: (title, what it is for, icon, action, model or None)} (hook).

        An action is the XML id of a window action or of a server action. What the
        reader may not open, or the company does not use, is not among them.
        """
        sections = {
            "ladders": (
                self.env._("Ladders"),
                self.env._("When customers are reminded, how, and what it costs them"),
                "fa-list-ol",
                "payment_reminders.payment_reminder_ladder_action",
                "payment.reminder.ladder",
            ),
            "laws": (
                self.env._("Laws"),
                self.env._("What each country allows, from when, with its sources"),
                "fa-balance-scale",
                "payment_reminders.payment_reminder_jurisdiction_action",
                "payment.reminder.jurisdiction",
            ),
            "rates": (
                self.env._("Reference Rates"),
                self.env._("What the interest on late payment is counted from"),
                "fa-percent",
                "payment_reminders.payment_reminder_rate_action",
                "payment.reminder.rate",
            ),
            "what_if": (
                self.env._("What If"),
                self.env._("Try another ladder on what happened, before it is used"),
                "fa-flask",
                "payment_reminders.payment_reminder_simulation_action",
                None,
            ),
            "moving_in": (
                self.env._("Earlier Reminders"),
                self.env._("Take over what another program sent before"),
                "fa-sign-in",
                "payment_reminders.payment_reminder_takeover_action",
                "payment.reminder.takeover",
            ),
            "trail": (
                self.env._("Trail"),
                self.env._("Everything that was done, by whom and why"),
                "fa-history",
                "payment_reminders.payment_reminder_event_action",
                None,
            ),
            "check": (
                self.env._("Check the Trail"),
                self.env._("Prove that nobody changed it afterwards"),
                "fa-shield",
                "payment_reminders.payment_reminder_event_action_check_all",
                None,
            ),
        }
        if self._uses_services():
            sections["handovers"] = (
                self.env._("With Services"),
                self.env._("What collection services have, and where it stands"),
                "fa-gavel",
                "payment_reminders.payment_reminder_handover_action",
                None,
            )
            sections["words"] = (
                self.env._("Words of Services"),
                self.env._("What collection services call the state of a case"),
                "fa-comments-o",
                "payment_reminders.payment_reminder_handover_word_action",
                "payment.reminder.handover.word",
            )
        if self._uses_registers():
            sections["debtors"] = (
                self.env._("Insolvency Watch"),
                self.env._("What the company registers say of your customers"),
                "fa-life-ring",
                "payment_reminders.payment_reminder_company_status_action",
                None,
            )
        if self.env.user.has_group("base.group_system"):
            sections["settings"] = (
                self.env._("Settings"),
                self.env._("Ladder, sending hours, doubts about money, sender, page"),
                "fa-cog",
                SETTINGS,
                None,
            )
            sections["advanced"] = (
                self.env._("Advanced"),
                self.env._("Limits, accounts, the send brake, plans and comparisons"),
                "fa-sliders",
                "payment_reminders.payment_reminder_advanced_action",
                None,
            )
        return sections

    @api.model
    def _uses_registers(self):
        """Tell whether company registers were asked about anybody."""
        return bool(
            self.env["payment.reminder.company.status"].search_count([], limit=1)
        )

    @api.model
    def _uses_services(self):
        """Tell whether a collection service has, or had, anything."""
        return bool(self.env["payment.reminder.handover"].search_count([], limit=1))

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_texts(self):
        sections = self._get_sections()
        for section in self:
            texts = sections.get(section.code) or ("", "", "", "", None)
            section.title, section.text, section.icon = texts[:3]

    @api.depends("code")
    def _compute_number(self):
        sections = self._get_sections()
        for section in self:
            *_texts, model = sections.get(section.code) or (None,)
            section.number = model and str(self.env[model].search_count([]))

    def action_open(self):
        """Open this part."""
        self.ensure_one()
        *_texts, action, _model = self._get_sections()[self.code]
        if action == SETTINGS:
            # By its address: the page scrolls to what an address names.
            return {"type": "ir.actions.act_url", "target": "self", "url": SETTINGS_URL}
        return self.env["ir.actions.actions"]._for_xml_id(action)
