"""The message as the customer will get it, and what the guard says of it right now."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...rules import guard
from ..notice.notice import OPEN_STATES


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    preview_to = fields.Char(string="To", compute="_compute_preview")
    preview_subject = fields.Char(string="Subject", compute="_compute_preview")
    # The text of our own template: its styles are what the customer sees.
    preview_body = fields.Html(
        string="E-mail", compute="_compute_preview", sanitize=False
    )
    preview_sms = fields.Text(string="SMS", compute="_compute_preview")
    preview_error = fields.Char(compute="_compute_preview")

    def _compute_preview(self):
        for reminder in self:
            reminder.update(
                {
                    "preview_to": False,
                    "preview_subject": False,
                    "preview_body": False,
                    "preview_sms": False,
                    "preview_error": False,
                    **reminder._prepare_preview(),
                }
            )

    def _prepare_preview(self):
        """Return what the customer gets, or got, from this notice."""
        self.ensure_one()
        # Who may see a notice may see what it says.
        reminder = self.sudo()
        if reminder.state in ("sent", "uncertain"):
            return reminder._prepare_preview_of_sent()
        vals = {"preview_to": reminder._get_preview_recipients()}
        channels = reminder._get_channels()
        try:
            if "email" in channels and reminder._get_mail_template():
                rendered = reminder._add_personal_text(
                    reminder._get_mail_template()._generate_template(
                        reminder.ids, ("subject", "body_html")
                    )[reminder.id]
                )
                vals["preview_subject"] = rendered["subject"]
                vals["preview_body"] = rendered["body_html"]
            if "sms" in channels and reminder._get_sms_template():
                vals["preview_sms"] = reminder._add_personal_text(
                    reminder._get_sms_template()._render_field(
                        "body", reminder.ids, compute_lang=True
                    )[reminder.id]
                )
        except UserError as error:
            vals["preview_error"] = self.env._(
                "The text cannot be filled in: %s", error
            )
        return vals

    def _prepare_preview_of_sent(self):
        self.ensure_one()
        sent = self.delivery_ids.filtered(
            lambda delivery: delivery.state in ("sent", "uncertain", "bounced")
        )
        mail = sent.mail_mail_id[:1]
        texts = [sms.body for delivery in sent for sms in delivery._get_sms()]
        return {
            "preview_to": ", ".join(sent.mapped("recipient")),
            "preview_subject": mail.subject,
            "preview_body": mail.body_html,
            "preview_sms": "\n".join(texts) or False,
        }

    def _get_preview_recipients(self):
        """Return the addresses that would be tried, in their order."""
        self.ensure_one()
        reached = self.env["payment.reminder.facts"]._read_recipients(self.case_id)
        return ", ".join(
            address
            for channel in self._get_channels()
            for _partner, address in reached[self.case_id.id].get(channel, [])[:1]
        )

    def _add_personal_text(self, rendered):
        """Return a rendered text with the words of this notice alone above it.

        :param rendered: dict of an e-mail, or text of an SMS
        """
        self.ensure_one()
        text = self.personal_text
        if not text:
            return rendered
        if isinstance(rendered, dict):
            body = plaintext2html(text) + (rendered["body_html"] or "")
            return {**rendered, "body_html": body}
        return f"{text}\n{rendered}"

    def _get_letter_deadline(self, date_format="long"):
        # EXTENDS payment_reminders: what waits shows the deadline it will get.
        if self and not self.deadline_date and self._is_demand():
            if self.state in OPEN_STATES:
                return self._format_letter_date(
                    self._get_expected_deadline(), date_format
                )
        return super()._get_letter_deadline(date_format)

    def _get_expected_deadline(self):
        """Return the deadline if this leaves as soon as its hold window has passed."""
        self.ensure_one()
        company = self.company_id
        day = company._get_reminder_today()
        if self.hold_until:
            day = max(day, company._get_reminder_today(self.hold_until))
        calendars = self.env["payment.reminder.facts"]._get_calendars(self.case_id)
        return self._get_deadline(day, calendars[self.case_id.id])

    def action_check(self):
        """Ask the guard about these notices now; nothing is sent."""
        self.case_id._check_may_act()
        self._lock_or_explain()
        now = fields.Datetime.now()
        explanation = self.env["payment.reminder.explanation"]
        found = []
        for reminder, facts in self._read_facts(now, as_if_released=True).items():
            codes = [str(code) for code in guard.check(facts, now)]
            if reminder.state in OPEN_STATES:
                reminder._note_verdict(codes, facts)
            found += [
                explanation._explain_code(code, reminder, facts) for code in codes
            ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if found else "success",
                "title": self.env._("The guard, right now"),
                "message": " ".join(dict.fromkeys(found))
                or self.env._("Nothing stands in the way."),
                "sticky": bool(found),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
