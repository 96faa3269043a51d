from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..rules import bounce

#: Models whose threads customers answer to.
THREADS = (
    "payment.reminder.case",
    "payment.reminder.query",
    "payment.reminder.plan",
)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        # EXTENDS mail: a reminder that came back. Odoo takes for a bounce whatever
        # comes to the address for bounces, also that a mail is only late.
        deliveries = self._find_bounced_reminders(email_message, message_dict)
        failures = {
            delivery: failure
            for delivery in deliveries
            if (failure := bounce.find_failure(email_message, delivery.recipient))
        }
        sender = email_normalize(message_dict["email_from"]) or None
        deliveries.filtered(
            lambda d: (
                d not in failures
                and bounce.needs_a_reader(email_message, d.recipient, sender)
            )
        )._ask_whether_it_arrived(bounce.read_text(email_message))
        if deliveries and not failures:
            return
        super()._routing_handle_bounce(email_message, message_dict)
        for delivery, failure in failures.items():
            delivery._receive_bounce(
                delivery,
                failure.status,
                failure.diagnostic or self.env._("The mail server returned it."),
            )
            delivery._count_bounce(message_dict["bounced_email"])

    @api.model
    def _find_bounced_reminders(self, email_message, message_dict):
        """Find the deliveries that a report is about, by the returned Message-Id.

        Odoo reads it from the message that was returned, if there is one; else it may
        be quoted in the text.

        Whoever forges a report has to know the Message-Id of a mail that was sent to
        the very address that is said to have failed.
        """
        numbers = message_dict["bounced_msg_ids"] or []
        numbers = [*numbers, *bounce.find_message_ids(email_message)]
        messages = (
            self.env["mail.message"].sudo()._search([("message_id", "in", numbers)])
        )
        return (
            self.env["payment.reminder.delivery"]
            .sudo()
            .search(
                Domain("channel", "=", "email")
                & (
                    Domain("message_id", "in", numbers)
                    # Its sender died before it wrote the number down.
                    | Domain("mail_message_id", "in", messages)
                )
            )
        )

    # -- answers of customers ----------------------------------------------------

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        # EXTENDS mail: the header is not in the dict that the records get
        if any(route[0] in (*THREADS, "account.move") for route in routes or ()):
            names = {name.lower() for name in message.keys()}
            self = self.with_context(
                reminder_reply_headers={
                    name: "\n".join(str(value) for value in message.get_all(name))
                    for name in names
                }
            )
        return super()._message_route_process(message, message_dict, routes)

    @api.private
    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        # EXTENDS mail: who writes anew to the address for answers, instead of
        # answering, would get a letter of refusal
        if (
            not message_dict.get("is_bounce")
            and not message_dict.get("parent_id")
            and self._detect_write_to_catchall(message_dict)
        ):
            case = self.env["payment.reminder.case"]._find_by_sender(message_dict)
            if case:
                return [(case._name, case.id, custom_values, self.env.uid, None)]
        return super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
