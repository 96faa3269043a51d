"""The link by which a customer opens the page of one case without a login."""

import base64
import re
from datetime import date, timedelta

from odoo import fields, models
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ..sending.wire import format_recipient

#: The last day of a link counts from here, in four hexadecimal digits (until 2149).
EPOCH = date(1970, 1, 1)
#: Last day, then 128 bits of the signature: short enough for an SMS.
LINK = re.compile(r"(?P<day>[0-9a-f]{4})(?P<signature>[A-Za-z0-9_-]{22})")
SCOPE = "payment_reminders.link"
#: By what a link opens the page of a case, or an invoice of Odoo's portal.
_KEY = re.compile(r"(access_token=)[\w-]+")


def hide_keys(part):
    """Return what is shown to others than the customer, without keys of links.

    :param part: a text, or what JSON can hold
    """
    if isinstance(part, str):
        return _KEY.sub(r"\1left-out", part)
    if isinstance(part, dict):
        return {name: hide_keys(value) for name, value in part.items()}
    if isinstance(part, list):
        return [hide_keys(value) for value in part]
    return part


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_link_days = fields.Integer(
        string="Links in reminders work for (days)",
        default=90,
        help="After these days the customer asks for a new link, which goes to the "
        "e-mail address that you have of the customer.",
    )

    _reminder_link_days_sane = models.Constraint(
        "CHECK(reminder_link_days BETWEEN 1 AND 3650)",
        "A link works for at least a day, and for ten years at most.",
    )


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    link_version = fields.Integer(
        readonly=True,
        copy=False,
        default=0,
        help="Part of what is signed: raising it ends every link sent so far.",
    )

    def _portal_ensure_token(self):
        # OVERRIDE portal: its token never expires, and writes a row when first asked
        self.ensure_one()
        case = self.sudo()
        day = case.company_id._get_reminder_today() + timedelta(
            days=case.company_id.reminder_link_days
        )
        return f"{(day - EPOCH).days:04x}{case._sign_link(day)}"

    def _sign_link(self, day):
        """Return the signature of a link to this case that works up to a day."""
        self.ensure_one()
        # sudo: the secret of the database is a system parameter
        digest = hmac(
            self.sudo().env,
            SCOPE,
            (self.id, self.link_version, day.isoformat()),
        )
        return base64.urlsafe_b64encode(bytes.fromhex(digest)[:16]).decode().rstrip("=")

    def _judge_link(self, token):
        """Tell whether a link opens this case.

        :param token: whatever the visitor sent
        :return: ``valid``, ``expired`` (it was right once), or False
        """
        self.ensure_one()
        match = LINK.fullmatch(token) if isinstance(token, str) else None
        if not match:
            return False
        case = self.sudo()
        day = EPOCH + timedelta(days=int(match["day"], 16))
        if not consteq(match["signature"], case._sign_link(day)):
            return False
        is_over = day < case.company_id._get_reminder_today()
        return "expired" if is_over or case.close_reason == "merged" else "valid"

    def _end_links(self):
        """Let no link that was sent so far open these cases."""
        for case in self.sudo():
            case.link_version += 1

    def _get_survivor(self):
        """Return the case into which a merge of customers put this one, or itself."""
        self.ensure_one()
        if self.close_reason != "merged":
            return self
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("close_reason", "!=", "merged"),
            ],
            limit=1,
        )

    def _send_new_link(self):
        """Mail a new link to the address that is known of the customer.

        :return: whether there is such an address
        """
        self.ensure_one()
        return (
            self.sudo()
            ._get_survivor()
            ._mail_customer("payment_reminders.mail_template_new_link")
        )

    # -- mail to the customer ---------------------------------------------------

    def _get_customer_contact(self):
        """Return (partner, e-mail address) by whom notices of this case are read."""
        self.ensure_one()
        found = self.env["payment.reminder.facts"]._read_recipients(self.sudo())
        emails = found[self.id]["email"]
        return emails[0] if emails else (self.env["res.partner"], False)

    def _get_customer_lang(self):
        """Return the language in which the customer is written to."""
        self.ensure_one()
        case = self.sudo()
        contact = case._get_customer_contact()[0] or case.partner_id
        return contact.lang or case.company_id.partner_id.lang or "en_US"

    def _get_page_url(self):
        """Return a fresh link to the customer's page of this case."""
        self.ensure_one()
        case = self.sudo()
        token = case._portal_ensure_token()
        return f"{case.get_base_url()}{case.access_url}?access_token={token}"

    def _mail_customer(self, template_xmlid, record=None, files=None):
        """Write to the customer of this case, outside the ladder.

        The message hangs on the case, so that an answer finds its way there.

        :param template_xmlid: mail.template on the model of ``record``
        :param record: what the text is about; default: the case itself
        :param files: ir.attachment records that go along
        :return: whether there was an address to write to
        """
        self.ensure_one()
        case = self.sudo()
        partner, address = case._get_customer_contact()
        if not address:
            return False
        record = (record if record is not None else case).sudo()
        template = self.env.ref(template_xmlid).sudo()
        values = template._generate_template(record.ids, ("subject", "body_html"))
        sender = case._get_customer_sender()
        self.env["mail.mail"].sudo().create(
            {
                "subject": values[record.id]["subject"],
                "body_html": values[record.id]["body_html"],
                "body": values[record.id]["body_html"],
                "email_from": sender[1],
                "author_id": sender[0].id,
                "email_to": format_recipient(partner, address),
                "reply_to": case._notify_get_reply_to(
                    default=sender[1], author_id=sender[0].id
                )[case.id],
                "model": case._name,
                "res_id": case.id,
                "record_name": case.name,
                "message_type": "email_outgoing",
                "auto_delete": False,
                "attachment_ids": [fields.Command.link(f.id) for f in files or ()],
                "headers": repr({"X-Auto-Response-Suppress": "OOF, AutoReply"}),
            }
        )
        return True

    def _get_customer_sender(self):
        """Return (author partner, "Name" <address>) who writes to the customer."""
        self.ensure_one()
        author = self.user_id.partner_id
        if not author.email:
            author = self.company_id.partner_id
        return author, author.email_formatted or self.company_id.email_formatted
