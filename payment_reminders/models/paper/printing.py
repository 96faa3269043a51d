"""The PDF of a letter: what was printed, as it was made."""

import base64
import logging
import re

from odoo import fields, models
from odoo.tools import html2plaintext

from ...tools.hiding import hide_keys

_logger = logging.getLogger(__name__)

#: The picture of the link on a letter, which a telephone can read.
_LINK_CODE = re.compile(r'<img[^>]*class="o_letter_link_code"[^>]*>')


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    letter_pdf = fields.Binary(
        string="Letter",
        attachment=True,
        readonly=True,
        copy=False,
        help="The letter as it was made for printing.",
    )
    letter_html = fields.Binary(
        attachment=True,
        readonly=True,
        copy=False,
        help="The same for the case file: without the link to the customer's page.",
    )

    def _render_letter(self):
        """Make and keep the PDF of this letter."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                html = self.reminder_id._render_letter_html()
                pdf = self.reminder_id._print_letter_html(html)
                shown = hide_keys(_LINK_CODE.sub("", html))
                self.sudo().write(
                    {
                        "letter_pdf": base64.b64encode(pdf),
                        "letter_html": base64.b64encode(shown.encode()),
                    }
                )
        except Exception as error:  # a template is free text: anything may come
            _logger.warning("Letter of reminder %s: %s", self.reminder_id.id, error)
            self.sudo().failure_reason = self.env._(
                "The letter could not be made: %s", error
            )

    def _get_letter_words(self):
        """Return all that can be read on a letter that was made, as one text."""
        self.ensure_one()
        page = base64.b64decode(self.letter_html or b"").decode()
        return html2plaintext(page) if page else ""

    def _settle_letters(self, sent):
        """Note what a person says came of letters that were made.

        :param sent: whether they were posted
        """
        reminders = self.reminder_id
        alone = reminders.filtered(lambda r: r.state == "uncertain")
        if sent:
            alone.action_settle_sent()
        else:
            alone.action_settle_not_sent()
        # The other channels of their notices have left.
        for delivery in self.filtered(lambda d: d.state == "uncertain"):
            if sent:
                delivery._set_sent()
            else:
                delivery._set_failed(
                    self.env._("Settled by %s: not sent", self.env.user.name)
                )
            delivery.case_id._log_event(
                "settled",
                {"reminder": delivery.reminder_id.id, "sent": sent, "by_letter": True},
            )
