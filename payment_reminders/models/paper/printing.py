"""Notices that go by letter wait until a person prints them."""

import base64
import logging
import re

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ...tools.hiding import hide_keys
from ...tools.printing import printing

_logger = logging.getLogger(__name__)

#: The picture of the link on a letter, which a telephone can read.
_LINK_CODE = re.compile(r'<img[^>]*class="o_letter_link_code"[^>]*>')

#: So many letters are made in one go: a browser waits for them.
LETTERS_PER_RUN = 100
#: So many are claimed at once; a PDF takes a moment.
LETTERS_PER_CLAIM = 5


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    to_print = fields.Boolean(
        string="To print",
        readonly=True,
        copy=False,
        help="It goes by letter next, and waits for a person to print it.",
    )

    _to_print_idx = models.Index("(company_id) WHERE to_print AND state = 'approved'")

    def action_print_letters(self):
        """Make the letters of these notices; the guard is asked for each.

        :return: action of the wizard that has the PDF, says what was left out, and
            asks what came out of the printer
        """
        self.env["res.users"]._check_reminder_manager()
        fresh = self.filtered(lambda r: r.state == "approved")
        if not fresh and not self._find_letters("uncertain"):
            raise UserError(
                self.env._(
                    "None of these reminders waits to be printed: only an approved "
                    "one can be."
                )
            )
        stopped = {}
        with printing():
            for ids in split_every(LETTERS_PER_CLAIM, fresh.ids[:LETTERS_PER_RUN]):
                stopped |= self.browse(ids)._dispatch()
        self.invalidate_recordset()
        return self.env["payment.reminder.print.wizard"]._open(self, stopped)

    def _find_letters(self, state):
        """Return the letters of these notices that are in one state."""
        return self.delivery_ids.filtered(
            lambda d: d.channel == "letter" and d.state == state
        )

    def _goes_by_letter(self, recipients):
        """Tell whether a letter is what this notice needs next.

        Where all channels are wanted, the others wait for the letter: one notice has
        one date and one deadline.

        :param recipients: ("channel:address", …), see :class:`rules.guard.Facts`; a
            letter is among them
        """
        self.ensure_one()
        if self.step_id.channel_mode == "all":
            return True
        # Marked once, what failed before it has failed for good.
        tried = {
            f"{delivery.channel}:{delivery.recipient}"
            for delivery in self.delivery_ids
            if self.to_print and delivery.state in ("failed", "bounced")
        }
        for channel in self._get_channels():
            if channel == "letter":
                return True
            reached = [t for t in recipients if t.startswith(f"{channel}:")][:1]
            if reached and reached[0] not in tried:
                return False
        return False

    def _explain_letter(self):
        """Return the sentence that says what a letter waits for, in a list."""
        self.ensure_one()
        if self.state == "uncertain" and self._find_letters("uncertain"):
            return [
                self.env._(
                    "The letter was made, but nobody has said yet whether it was "
                    "posted: choose Print Letters once more and confirm it."
                )
            ]
        if self.state == "approved" and self.to_print:
            return [self.env._("It goes by letter: a person prints it.")]
        return []


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
