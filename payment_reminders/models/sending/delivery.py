import hashlib
import logging

from odoo import api, fields, models, tools
from odoo.fields import Command
from odoo.tools import SQL, plaintext2html

from ...tools.hiding import strip_facts
from ...tools.mail_texts import (
    format_recipient,
    get_message_id,
    get_thread_reference,
    to_header,
)
from .email_wire import EmailWire
from .sms_wire import SmsWire
from .wire import LetterWire, NoWire

_logger = logging.getLogger(__name__)

#: Of so many deliveries the texts are removed at once.
FORGET_AT_ONCE = 500


class PaymentReminderDelivery(models.Model):
    """One channel's attempt of one notice to one recipient.

    ``key`` names the case, the step, the due items, the channel and the
    recipient in plain text; a second attempt of the same thing is refused by
    the database, also after a merge of customers.
    """

    _name = "payment.reminder.delivery"
    _description = "Payment Reminder Delivery"
    _order = "reminder_id, sequence, id"
    _rec_name = "recipient"

    reminder_id = fields.Many2one(
        "payment.reminder",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    step_id = fields.Many2one(related="reminder_id.step_id")
    partner_id = fields.Many2one(
        "res.partner",
        readonly=True,
        string="Recipient contact",
        index="btree_not_null",
    )
    sequence = fields.Integer(readonly=True)
    channel = fields.Selection(
        [
            ("email", "E-mail"),
            ("sms", "SMS"),
            ("letter", "Letter"),
            # Of what an addon that is gone has sent; nothing leaves by it.
            ("other", "Another way"),
        ],
        required=True,
        readonly=True,
    )
    recipient = fields.Char(required=True, readonly=True, index=True)
    key = fields.Char(required=True, readonly=True, copy=False)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("sending", "Sending"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Not needed"),
            ("bounced", "Bounced"),
            ("uncertain", "Uncertain"),
        ],
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    lang = fields.Char(
        string="Language", readonly=True, help="In which its e-mail is written."
    )
    date_sent = fields.Datetime(readonly=True)
    failure_reason = fields.Char(readonly=True)
    message_id = fields.Char(string="Message-Id", readonly=True, index="btree_not_null")
    mail_mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")
    mail_message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    sms_uuid = fields.Char(readonly=True, index="btree_not_null")
    facts = fields.Text(
        readonly=True,
        groups="payment_reminders.group_reminder_manager",
        help="What the guard saw when it let this attempt go, as JSON, until the trail "
        "has it.",
    )
    date_forgotten = fields.Date(
        string="Text removed on",
        readonly=True,
        help="From then on the company does not keep the text any more.",
    )

    _key_uniq = models.UniqueIndex(
        "(key)", "This message was sent to this recipient before."
    )
    _mail_idx = models.Index("(mail_mail_id) WHERE mail_mail_id IS NOT NULL")
    # Of _gc_texts.
    _kept_idx = models.Index("(company_id, date_sent) WHERE date_forgotten IS NULL")
    _sent_today_idx = models.Index("(company_id, date_sent)")

    @api.model
    def _get_channel_codes(self):
        """Return the codes of the channels by which something can leave."""
        codes = self._fields["channel"].get_values(self.env)
        return [code for code in codes if code != "other"]

    @api.model
    @tools.ormcache()
    def _get_wires(self):
        """Return {channel: class} of the channels that are installed (hook).

        :return: see :class:`payment_reminders.models.sending.wire.Wire`
        """
        return {"email": EmailWire, "sms": SmsWire, "letter": LetterWire}

    def _get_wire(self):
        """Return how these deliveries, all of one channel, are handed over (hook)."""
        return self._get_wires().get(self[:1].channel, NoWire)

    @api.model
    def _close_channel(self, code):
        """Let nothing leave by a channel any more, whose addon goes.

        What it sent stays readable as sent another way.
        """
        deliveries = self.sudo().search([("channel", "=", code)])
        deliveries.write({"channel": "other"})
        self.env["payment.reminder.step"]._drop_channel(code)
        chosen = self.env["payment.reminder"].sudo()
        chosen.search([("channel_choice", "=", code)]).channel_choice = False

    @api.model
    def _get_key(self, reminder, channel, recipient):
        """Return the text key under which one attempt is made at most once."""
        lines = sorted(
            (
                line.item_id.move_line_id.id,
                line.item_id.agency_part_id.id or 0,
                line.step_id.lineage,
                # What lives elsewhere is told apart by its reference there.
                *filter(None, [line.item_id.source_ref]),
            )
            for line in reminder.line_ids
            if line.step_id
        )
        if reminder.is_rest:
            # It has no items, and a case can have another one years later.
            lines = [("rest", reminder.id)]
        digest = hashlib.sha256(repr(lines).encode()).hexdigest()[:16]
        return "/".join(
            [
                str(reminder.case_id.id),
                reminder.step_id.lineage,
                digest,
                channel,
                recipient,
            ]
        )

    def _free_keys(self):
        """Let the same message be sent to the same recipients once more.

        Only when a person took it back or restarted the case, or when it is known
        that it never arrived.
        """
        for delivery in self:
            delivery.key = f"{delivery.key}#undone-{delivery.id}"

    def _compare_and_set(self, expected, state, **vals):
        """Bring one delivery from one state to another, if it is still there.

        Runs in a transaction of its own (see ``payment.reminder.sender``): of two
        workers exactly one gets True.

        :return: whether this call made the change
        """
        self.ensure_one()
        columns = {"state": state, **vals}
        self.env.cr.execute(
            SQL(
                "UPDATE payment_reminder_delivery SET %s WHERE id = %s AND state = %s",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in columns.items()
                ),
                self.id,
                expected,
            )
        )
        self.invalidate_recordset(flush=False)
        return self.env.cr.rowcount == 1

    def _set_sent(self):
        self.sudo().write(
            {
                "state": "sent",
                "date_sent": fields.Datetime.now(),
                "failure_reason": False,
            }
        )

    def _set_failed(self, reason):
        self.sudo().write({"state": "failed", "failure_reason": reason})

    # -- rendering --------------------------------------------------------------

    def _render_mails(self, template):
        """Render and store the e-mails of these deliveries, nothing is sent.

        The message hangs on the case, so that an answer finds its way there.

        :param template: mail.template on payment.reminder
        """
        reminders = self.reminder_id
        values = self._render(
            template,
            # A body is compiled anew for every record, which costs a third of a mail.
            lambda ids: template.sudo()
            .with_context(reminder_compiled_bodies={})
            ._generate_template(
                ids, ("subject", "body_html", "email_from", "mail_server_id")
            ),
        )
        if not values:
            return
        cases = reminders.case_id
        senders = {r.case_id.id: r._get_sender() for r in reminders}
        reply_to = cases._notify_get_reply_to_batch(
            defaults={case_id: sender[1] for case_id, sender in senders.items()},
            author_ids={case_id: sender[0].id for case_id, sender in senders.items()},
        )
        deliveries = self.filtered(lambda d: d.reminder_id.id in values)
        mails = (
            self.env["mail.mail"]
            .sudo()
            .create(
                [
                    delivery._prepare_mail_vals(
                        values[delivery.reminder_id.id],
                        senders[delivery.case_id.id],
                        reply_to[delivery.case_id.id],
                    )
                    for delivery in deliveries
                ]
            )
        )
        langs = template.sudo()._render_lang(deliveries.reminder_id.ids)
        for delivery, mail in zip(deliveries, mails, strict=True):
            delivery.write(
                {
                    "mail_mail_id": mail.id,
                    "mail_message_id": mail.mail_message_id.id,
                    "lang": langs[delivery.reminder_id.id],
                }
            )

    def _prepare_mail_vals(self, values, sender, reply_to):
        author, email_from = sender
        return {
            "subject": to_header(values["subject"]),
            "body_html": values["body_html"],
            "body": values["body_html"],
            "email_from": to_header(values.get("email_from") or email_from),
            "reply_to": to_header(reply_to),
            "author_id": author.id,
            "email_to": format_recipient(self.partner_id, self.recipient),
            "mail_server_id": values.get("mail_server_id"),
            "message_id": get_message_id(f"{self.key}/{self.id}", email_from),
            "references": get_thread_reference(self.case_id),
            "model": self.case_id._name,
            "res_id": self.case_id.id,
            "record_name": self.case_id.name,
            "message_type": "email_outgoing",
            # Odoo's queue takes what is "outgoing"; only the sender makes it that.
            "state": "cancel",
            "failure_reason": self.env._("Leaves when the guard lets it go."),
            "auto_delete": False,
            "is_internal": False,
            "reminder_delivery_id": self.id,
            "attachment_ids": [Command.set(self.reminder_id._get_attachments().ids)],
            # RFC 3834: whoever answers by machine keeps quiet.
            "headers": repr(
                {
                    "Auto-Submitted": "auto-generated",
                    "X-Auto-Response-Suppress": "OOF, AutoReply",
                }
            ),
        }

    def _render_sms(self, template):
        """Render and store the SMS of these deliveries, nothing is sent.

        :param template: sms.template on payment.reminder
        """
        values = self._render(
            template,
            lambda ids: template.sudo()._render_field("body", ids, compute_lang=True),
        )
        deliveries = self.filtered(lambda d: d.reminder_id.id in values)
        messages = (
            self.env["mail.message"]
            .sudo()
            .create(
                [
                    {
                        "model": delivery.case_id._name,
                        "res_id": delivery.case_id.id,
                        "record_name": delivery.case_id.name,
                        "message_type": "sms",
                        "body": values[delivery.reminder_id.id],
                        "author_id": delivery.reminder_id._get_sender()[0].id,
                    }
                    for delivery in deliveries
                ]
            )
        )
        texts = (
            self.env["sms.sms"]
            .sudo()
            .create(
                [
                    {
                        "number": delivery.recipient,
                        "body": values[delivery.reminder_id.id],
                        "partner_id": delivery.partner_id.id,
                        "mail_message_id": message.id,
                        "reminder_delivery_id": delivery.id,
                        # As with an e-mail: the queue must not see it.
                        "state": "canceled",
                    }
                    for delivery, message in zip(deliveries, messages, strict=True)
                ]
            )
        )
        # The gateway may report later that it could not deliver one.
        self.env["sms.tracker"].sudo().create(
            [
                {"sms_uuid": sms.uuid, "reminder_delivery_id": delivery.id}
                for delivery, sms in zip(deliveries, texts, strict=True)
            ]
        )
        for delivery, message, sms in zip(deliveries, messages, texts, strict=True):
            delivery.write({"sms_uuid": sms.uuid, "mail_message_id": message.id})

    def _render(self, template, render):
        """Render for all notices at once; when that fails, one by one.

        A text that cannot be rendered must stop its own notice only.

        :param render: function of a list of payment.reminder ids
        :return: {payment.reminder id: what ``render`` gave, and the words of this
            notice alone before it}
        """
        ids = self.reminder_id.ids
        try:
            with self.env.cr.savepoint():
                values = render(ids)
        except Exception as error:  # a template is free text: anything may come
            if len(self) > 1:
                found = {}
                for delivery in self:
                    found.update(delivery._render(template, render))
                return found
            _logger.warning("Template %s cannot be rendered: %s", template.id, error)
            self._set_failed(
                self.env._(
                    "The text “%(template)s” cannot be filled in: %(error)s",
                    template=template.display_name,
                    error=error,
                )
            )
            return {}
        for reminder in self.reminder_id.filtered("personal_text"):
            if values.get(reminder.id):
                values[reminder.id] = reminder._add_personal_text(values[reminder.id])
        return values

    def _drop_draft(self):
        """Remove messages that were rendered and did not leave.

        They would stand among the messages of the case as if they had.
        """
        self.mail_mail_id.sudo().unlink()
        drafts = (
            self.env["sms.sms"]
            .sudo()
            .search([("reminder_delivery_id", "in", self.ids)])
        )
        self.env["sms.tracker"].sudo().search(
            [("sms_uuid", "in", drafts.mapped("uuid"))]
        ).unlink()
        drafts.mail_message_id.sudo().unlink()
        drafts.unlink()
        self.filtered("sms_uuid").write({"sms_uuid": False})
        self.filtered("letter_pdf").sudo().write(
            {"letter_pdf": False, "letter_html": False}
        )

    def _get_before_letter(self):
        """Return those of these deliveries, in their order, that come before a letter.

        Without a person who prints nothing gets past one.
        """
        channels = self.mapped("channel") if "letter" in self.mapped("channel") else []
        return self[: channels.index("letter")] if channels else self

    def _get_sms(self):
        """Return the rendered SMS of this delivery (empty: none)."""
        self.ensure_one()
        if not self.sms_uuid:
            return self.env["sms.sms"]
        return (
            self.env["sms.sms"].sudo().search([("uuid", "=", self.sms_uuid)], limit=1)
        )

    def _read_sms_texts(self):
        """Return {delivery: text of the SMS that was rendered for it}."""
        own = self.filtered("sms_uuid")
        if not own:
            return {}
        found = (
            self.env["sms.sms"].sudo().search([("uuid", "in", own.mapped("sms_uuid"))])
        )
        texts = {sms.uuid: sms.body for sms in found}
        return {d: texts[d.sms_uuid] for d in own if d.sms_uuid in texts}

    # -- erasing personal data ------------------------------------------------------

    def _erase_personal_data(self):
        texts = self.env["sms.sms"].search([("reminder_delivery_id", "in", self.ids)])
        self.mail_mail_id.unlink()
        texts.mail_message_id.unlink()
        texts.unlink()
        for delivery in self:
            delivery.write(
                {
                    "recipient": self.env._("erased"),
                    "key": f"erased-{delivery.id}",
                    "partner_id": False,
                    "failure_reason": False,
                    "letter_pdf": False,
                    "letter_html": False,
                    "is_dead_end": False,
                    "facts": delivery.facts and strip_facts(delivery.facts),
                }
            )

    # -- what need not be kept ------------------------------------------------------

    @api.autovacuum
    def _gc_texts(self):
        """Remove texts, and facts behind them, that a company wants to keep no longer.

        :return: (of how many deliveries, whether more may be left)
        """
        done = 0
        companies = self.env["res.company"].sudo()
        for company in companies.search([("reminder_keep_months", ">", 0)]):
            limit = fields.Datetime.subtract(
                fields.Datetime.now(), months=company.reminder_keep_months
            )
            old = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("date_sent", "<", limit),
                    ("date_forgotten", "=", False),
                    ("state", "in", ("sent", "bounced")),
                    ("case_id.state", "=", "closed"),
                ],
                limit=FORGET_AT_ONCE - done,
            )
            old._forget_texts()
            done += len(old)
            if done == FORGET_AT_ONCE:
                return done, True
        return done, False

    def _forget_texts(self):
        """Remove what these deliveries said; the trail and what was claimed stay."""
        if not self:
            return
        # Else the messages would be deleted with their mails.
        self.mail_mail_id.is_notification = True
        self.mail_mail_id.unlink()
        self.env["sms.sms"].search([("reminder_delivery_id", "in", self.ids)]).unlink()
        for company, own in self.grouped("company_id").items():
            words = self.with_context(lang=company.partner_id.lang).env
            note = words._("Its text was removed: it is not kept any longer.")
            own.mail_message_id.write({"body": plaintext2html(note)})
        self.reminder_id.facts = False
        self.write(
            {
                "date_forgotten": fields.Date.today(),
                "facts": False,
                "letter_pdf": False,
                "letter_html": False,
            }
        )

    def _in_staff_words(self):
        """Return an environment that says in the staff's language what went wrong.

        The language is looked up now: later the transaction may be broken.
        """
        self.ensure_one()
        words = self.reminder_id.case_id._in_staff_language().env
        words["res.lang"]._get_data(code=words.lang)
        return words
