"""Answers to our messages: a customer who writes back stops everything."""

from odoo import api, models
from odoo.tools import email_normalize, html2plaintext

from ..rules import customer_input, reply
from ..rules.reply import Reply

#: Models whose threads customers answer to.
THREADS = (
    "payment.reminder.case",
    "payment.reminder.query",
    "payment.reminder.plan",
)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        # EXTENDS mail: the header is not in the dict that the records get
        if any(route[0] in THREADS for route in routes or ()):
            names = {name.lower() for name in message.keys()}
            self = self.with_context(
                reminder_reply_headers={
                    name: "\n".join(str(value) for value in message.get_all(name))
                    for name in names
                }
            )
        return super()._message_route_process(message, message_dict, routes)


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail
        result = super().message_update(msg_dict, update_vals)
        self._receive_mail(msg_dict)
        return result

    def _receive_mail(self, msg_dict):
        """Take a message that the mail gateway brought for this case."""
        self.ensure_one()
        case = self.sudo()
        sender = email_normalize(msg_dict.get("email_from") or "") or None
        if case._is_colleague(sender):
            return
        verdict = reply.judge(
            self.env.context.get("reminder_reply_headers") or {},
            sender,
            case._get_known_addresses(),
        )
        text = customer_input.clean_text(html2plaintext(msg_dict.get("body") or ""))
        case._receive_reply(verdict, text, sender or "", "email")

    def _receive_sms(self, number, text):
        """Take an SMS of a customer to this case (for bridges to SMS gateways).

        :param number: of the sender, as E.164
        """
        self.ensure_one()
        case = self.sudo()
        sent = case.reminder_ids.delivery_ids.filtered(lambda d: d.channel == "sms")
        known = number in sent.mapped("recipient")
        case._receive_reply(
            Reply.PERSON if known else Reply.UNKNOWN,
            customer_input.clean_text(text),
            number,
            "sms",
        )

    def _receive_reply(self, verdict, text, sender, source):
        """Do what an answer asks for: a person's freezes, a machine's does nothing.

        :param verdict: :class:`rules.reply.Reply`
        """
        if verdict == Reply.AUTOMATIC:
            return
        if verdict != Reply.PERSON or self.state == "closed":
            self._tell_of_reply(verdict, sender)
            return
        pending = self.query_ids.filtered(
            lambda q: q.state != "closed" and q.source == source
        )[:1]
        if pending:
            pending.write(
                {
                    "state": "open",
                    "description": f"{pending.description or ''}\n\n{text}".strip(),
                }
            )
            pending._tell_responsible()
            return
        self.env["payment.reminder.query"].sudo().create(
            {"case_id": self.id, "source": source, "kind": "other", "description": text}
        )

    def _tell_of_reply(self, verdict, sender):
        """Let a person look at an answer on which nothing is done by itself."""
        told = self._in_staff_language()
        notes = {
            Reply.UNKNOWN: told.env._(
                "%s answered a reminder. This is no address of the customer, so that "
                "nothing was put on hold. Read it, and hold the case if need be.",
                sender,
            ),
            Reply.FORGED: told.env._(
                "Somebody answered a reminder as %s, but the mail server of that "
                "address denies it. Nothing was put on hold.",
                sender,
            ),
            Reply.PERSON: told.env._(
                "%s answered a reminder of a case that is closed.", sender
            ),
        }
        told._call_responsible(
            told.env._("Read an answer to a reminder"), note=notes[verdict]
        )

    def _is_colleague(self, sender):
        """Tell whether an address is that of a user of ours."""
        return bool(
            sender
            and self.env["res.users"]
            .sudo()
            .search_count(
                [("email_normalized", "=", sender), ("share", "=", False)], limit=1
            )
        )

    def _get_known_addresses(self):
        """Return the normalised addresses of this case's customer."""
        self.ensure_one()
        contacts = (
            self.env["res.partner"]
            .sudo()
            .search([("commercial_partner_id", "=", self.partner_id.id)])
        )
        sent = self.reminder_ids.delivery_ids.filtered(lambda d: d.channel == "email")
        return set(contacts.mapped("email_normalized")) | set(sent.mapped("recipient"))


class PaymentReminderQuery(models.Model):
    _inherit = "payment.reminder.query"

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail: what is answered here is about the case
        result = super().message_update(msg_dict, update_vals)
        self.case_id._receive_mail(msg_dict)
        return result


class PaymentReminderPlan(models.Model):
    _inherit = "payment.reminder.plan"

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail: what is answered here is about the case
        result = super().message_update(msg_dict, update_vals)
        self.case_id._receive_mail(msg_dict)
        return result
