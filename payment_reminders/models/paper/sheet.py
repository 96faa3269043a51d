"""A notice on paper: the text of its e-mail on a sheet for a window envelope, and the
PDF that was made of it.
"""

import base64
import logging
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, split_every
from odoo.tools.pdf import merge_pdf

from ...rules.references import is_creditor_reference
from ...rules.schedule import FINAL_NOTICE
from ...tools.hiding import hide_keys
from ...tools.on_the_wire import is_printing, printing

REPORT = "payment_reminders.report_letter"
QR_PIXELS = 240
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

    def _is_letter_on_paper(self):
        """Tell whether the text is written for paper: no links, no "this e-mail"."""
        return bool(self.env.context.get("reminder_on_paper"))

    # -- PDF --------------------------------------------------------------------

    def _render_letter_pdf(self, report=REPORT):
        """Return the letters of these notices as one PDF.

        :param report: name of another report on such sheets, of records of its own
        :return: bytes
        :raise UserError: wkhtmltopdf is missing, or a text cannot be filled in
        """
        return self._print_letter_html(self._render_letter_html(report))

    def _render_letter_html(self, report=REPORT):
        """Return the letters of these notices as one page of HTML."""
        html = self.env["ir.actions.report"]._render_qweb_html(report, self.ids)[0]
        return html.decode() if isinstance(html, bytes) else html

    @api.model
    def _print_letter_html(self, html):
        """Return a page of letters as PDF; see :meth:`_render_letter_pdf`."""
        report = self.env["ir.actions.report"]
        if report.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._(
                    "Letters need the program wkhtmltopdf. Ask whoever runs this "
                    "server to install it."
                )
            )
        return report._run_wkhtmltopdf([html], report_ref=REPORT)

    # -- what is on the sheet ---------------------------------------------------

    def _prepare_letter_sheet(self):
        """Return the values of one letter, in the language of its reader.

        See report/letter.xml.
        """
        self.ensure_one()
        on_paper = self.with_context(reminder_on_paper=True)
        lang = on_paper._get_text_lang()
        reminder = on_paper.with_context(lang=lang)
        # A letter shows the customer what is theirs; who may read a notice may
        # read all of that notice.
        reminder = reminder.sudo()
        subject, body = reminder._render_letter_text()
        return {
            "lang": lang,
            "window": self.company_id.reminder_letter_window,
            "notice": self._get_letter_notice(),
            "to": reminder._get_letter_address(),
            "sender": reminder._prepare_letter_sender(),
            "logo": self.company_id._get_reminder_logo(),
            "date": reminder._get_letter_date(),
            "case": reminder.case_id.name,
            "customer": reminder.partner_id.name,
            "subject": subject,
            "body": body,
        }

    def _get_letter_notice(self):
        """Tell whether this sheet is the letter (empty), a copy or a preview."""
        if is_printing():
            return ""
        return "copy" if self.state == "sent" else "preview"

    def _render_letter_text(self):
        """Return (subject, HTML) of the e-mail's own text, for paper."""
        template = self._get_mail_template().with_context(**self.env.context)
        if not template:
            raise UserError(
                self.env._("The step has no e-mail text. Choose one on the ladder.")
            )
        text = {
            name: template._render_field(name, self.ids, compute_lang=True)[self.id]
            for name in ("subject", "body_html")
        }
        # The company stands at the head of the sheet. French has a blank before colons.
        company = re.escape(self.company_id.name or "")
        subject = re.sub(rf"^{company}\s*:\s*", "", text["subject"])
        return subject[:1].upper() + subject[1:], text["body_html"]

    def _get_letter_address(self):
        """Return the lines of the reader's address as the post wants them."""
        home = self.company_id.country_id
        return self._get_letter_recipient()._get_reminder_address(home)

    # -- blocks -----------------------------------------------------------------

    def _prepare_letter_answer(self):
        """Return the values of the block that says how to ask or to object."""
        if not self._is_letter_on_paper():
            return {}
        url = self._get_pay_url()
        return {
            "url": url,
            "qr": self._make_letter_qr(url),
            "deadline": self._get_letter_deadline() if self._is_demand() else "",
            "final": self.step_kind == FINAL_NOTICE,
        }

    def _prepare_letter_payment_code(self):
        """Return the code that a banking app reads; nothing where there is none."""
        # No code for a total that goes to several accounts.
        bank = not self.is_rest and self._get_letter_bank()
        if not (bank and self._is_letter_on_paper() and self._is_demand()):
            return {}
        items = [self._prepare_letter_item(line) for line in self.line_ids]
        reference = self._get_letter_reference(items) or self._get_case_reference()
        qr = bank.build_qr_code_base64(
            self._get_letter_total_amount(),
            reference,
            reference if is_creditor_reference(reference) else "",
            self.currency_id,
            self.partner_id,
        )
        return {"qr": qr} if qr else {}

    @api.model
    def _make_letter_qr(self, text):
        image = self.env["ir.actions.report"].barcode(
            "QR", text, width=QR_PIXELS, height=QR_PIXELS, quiet=0
        )
        return f"data:image/png;base64,{base64.b64encode(image).decode()}"

    # -- waiting to be printed ------------------------------------------------------

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
                pdf = self._add_statement(self.reminder_id._print_letter_html(html))
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

    def _add_statement(self, pdf):
        """Return the PDF of a letter with the statement of account that goes along.

        Other channels on which letters go take it as a file of its own.
        """
        notice = self.reminder_id
        if self.channel != "letter" or not notice.step_id.attach_statement:
            return pdf
        file = self.env["payment.reminder.statement"]._attach(notice)
        return merge_pdf([pdf, file.raw]) if file else pdf

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
