"""Notices that go by letter wait until a person prints them."""

import base64
import logging
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..customer.link import hide_keys
from ..sending.paperwork import MAX_ATTEMPTS
from ..sending.wire import DOWN
from .paper_wire import is_printing, printing

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

        :param recipients: ("channel:address", …), see :class:`rules.guard.Facts`
        """
        self.ensure_one()
        if not any(text.startswith("letter:") for text in recipients):
            return False
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

    def _mark_to_print(self, value):
        """Put this notice among the letters to print, or take it out."""
        self.ensure_one()
        if self.to_print != value:
            self.sudo().to_print = value

    @api.depends("delivery_ids.state", "to_print")
    def _compute_held_reason(self):
        # EXTENDS payment_reminders
        result = super()._compute_held_reason()
        for reminder in self:
            sentence = ""
            if reminder.state == "uncertain" and reminder._find_letters("uncertain"):
                sentence = self.env._(
                    "The letter was made, but nobody has said yet whether it was "
                    "posted: choose Print Letters once more and confirm it."
                )
            elif reminder.state == "approved" and reminder.to_print:
                sentence = self.env._("It goes by letter: a person prints it.")
            if sentence:
                reminder.held_reason = "\n".join(
                    filter(None, (sentence, reminder.held_reason))
                )
        return result


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

    def _drop_draft(self):
        # EXTENDS payment_reminders
        result = super()._drop_draft()
        self.filtered("letter_pdf").sudo().write(
            {"letter_pdf": False, "letter_html": False}
        )
        return result


class PaymentReminderSender(models.AbstractModel):
    _inherit = "payment.reminder.sender"

    @api.model
    def _may_leave_now(self, reminder, facts, in_time):
        # EXTENDS payment_reminders: a letter waits for a person who prints.
        by_letter = reminder._goes_by_letter(facts.recipients)
        reminder._mark_to_print(by_letter)
        if by_letter != is_printing():
            return False
        # Nobody is woken by a letter.
        alone = by_letter and reminder.step_id.channel_mode != "all"
        return alone or super()._may_leave_now(reminder, facts, in_time)

    @api.model
    def _get_delivery_channels(self, reminder):
        # EXTENDS payment_reminders
        channels = super()._get_delivery_channels(reminder)
        if not is_printing() or "letter" not in channels:
            return channels
        if reminder.step_id.channel_mode == "all":
            # Last: its outcome is open for a while.
            return [code for code in channels if code != "letter"] + ["letter"]
        return ["letter"]

    @api.model
    def _begin(self, reminder, ticket):
        # EXTENDS payment_reminders: without a person nothing gets past a letter.
        deliveries = super()._begin(reminder, ticket)
        if is_printing():
            return deliveries
        for place, delivery in enumerate(deliveries):
            if delivery.channel == "letter":
                return deliveries[:place]
        return deliveries


class PaymentReminderHalt(models.Model):
    _inherit = "payment.reminder.halt"

    @api.model
    def _watch(self, reminders, last_run=None):
        # EXTENDS payment_reminders: what waits for a person with a printer does not
        # leave, however much of it there is.
        if not is_printing():
            reminders = reminders.filtered(lambda r: not r.to_print)
        return super()._watch(reminders, last_run=last_run)


class PaymentReminderPaperwork(models.AbstractModel):
    _inherit = "payment.reminder.paperwork"

    @api.model
    def _finish_failed(self, reminder, attempts):
        # EXTENDS payment_reminders: what reached nobody may still go by letter.
        down = bool(attempts) and all(a.outcome == DOWN for a in attempts)
        again = down and reminder.attempts + 1 < MAX_ATTEMPTS
        if again or is_printing() or not reminder._find_letters("pending"):
            return super()._finish_failed(reminder, attempts)
        reminder._set_state("approved", to_print=True)
        reminder.case_id._log_event("to_print", {"reminder": reminder.id})
        return None
