from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

from ..tools.mail_texts import to_plain_text
from ..tools.on_the_wire import is_handing_over

#: A page around the text of a reminder. Colours of text and page are the reader's own,
#: also in the dark; only links get one that can be read on either.
DOCUMENT = Markup(
    """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
body {{ margin: 0; padding: 16px; -webkit-text-size-adjust: 100%; }}
a {{ color: #1f5f8b; }}
p {{ overflow-wrap: break-word; }}
@media (prefers-color-scheme: dark) {{ a {{ color: #8fc1ea; }} }}
@media (max-width: 480px) {{
body {{ padding: 12px; }}
th:first-child {{ min-width: 8em; }}
td > a {{ overflow-wrap: anywhere; }}
td + td, th + th {{ padding-left: 2px !important; }}
}}
</style>
</head>
<body>
{body}
</body>
</html>
"""
)

#: Days for which a mail that left stays in Odoo's queue beside its message.
KEEP_DAYS = 90
#: So many are cleaned up at once.
GC_LIMIT = 1000


class MailMail(models.Model):
    _inherit = "mail.mail"

    reminder_delivery_id = fields.Many2one(
        "payment.reminder.delivery",
        readonly=True,
        index="btree_not_null",
        # A copy is guarded as well.
        copy=True,
        ondelete="set null",
    )

    def _send(self, *args, **kwargs):
        # EXTENDS mail: the one door through which every way of sending goes. A
        # reminder leaves only when its own sender has just asked the guard; from
        # the queue, a retry or a button it does not.
        return super(MailMail, self._without_unguarded_reminders())._send(
            *args, **kwargs
        )

    def _prepare_outgoing_list(self, *args, **kwargs):
        # EXTENDS mail: a page that a phone and the dark know what to do with, and a
        # text part that a person could have typed.
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        if self.reminder_delivery_id:
            delivery = self.reminder_delivery_id.sudo()
            lang = delivery.lang or delivery.reminder_id._get_partner_lang()
            lang = lang.replace("_", "-")
            for email in emails:
                email["body_alternative"] = to_plain_text(email["body"])
                email["body"] = DOCUMENT.format(
                    lang=lang, title=email["subject"], body=Markup(email["body"])
                )
        return emails

    def _without_unguarded_reminders(self):
        refused = self.filtered(
            lambda mail: mail.reminder_delivery_id
            and not is_handing_over(mail.reminder_delivery_id.id)
        )
        refused.filtered(lambda mail: mail.state == "outgoing").write(
            {
                "state": "cancel",
                "failure_reason": self.env._(
                    "A payment reminder is never sent from the mail queue. Release or "
                    "approve it in the reminder queue."
                ),
            }
        )
        return self - refused

    @api.autovacuum
    def _gc_letters_to_customers(self):
        """Forget the mails by which answers and links left long ago; their messages
        stay, with the same text. Those of reminders are kept as they left: proof.

        :return: (how many were cleaned up, whether more may be left)
        """
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        old = self.sudo().search(
            [
                ("reminder_delivery_id", "=", False),
                ("model", "=", "payment.reminder.case"),
                ("message_type", "=", "email_outgoing"),
                ("state", "in", ("sent", "cancel")),
                ("date", "<", limit),
            ],
            limit=GC_LIMIT,
        )
        # Else the message would be deleted with it.
        old.is_notification = True
        old.unlink()
        return len(old), len(old) == GC_LIMIT
