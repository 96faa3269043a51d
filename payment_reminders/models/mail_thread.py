from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_split

from ..rules import bounce, reply
from ..tools import transactions
from ..tools.ids import MAX_ID

#: Models whose threads customers answer to.
THREADS = (
    "payment.reminder.case",
    "payment.reminder.query",
    "payment.reminder.plan",
)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        # EXTENDS mail: reports of mail servers that Odoo takes for answers, because
        # they come to another address and are marked by nothing
        if super()._detect_is_bounce(message, message_dict):
            return True
        sender = email_normalize(message_dict.get("email_from") or "") or None
        absent = reply.is_absence_note(message_dict.get("subject") or "")
        if not bounce.is_report(message, sender, is_absent=absent):
            return False
        about = self._find_deliveries(bounce.find_message_ids(message))
        return bool(about) and bounce.is_report(
            message, sender, about.mapped("recipient"), is_absent=absent
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        # EXTENDS mail: a message of ours that came back. Odoo takes for a bounce
        # whatever comes to the address for bounces, also that a mail is only late.
        deliveries = self._find_bounced_reminders(email_message, message_dict)
        if not deliveries:
            self._ask_about_nameless_report(email_message, message_dict)
            return super()._routing_handle_bounce(email_message, message_dict)
        failures = {
            delivery: failure
            for delivery in deliveries
            if (failure := bounce.find_failure(email_message, delivery.recipient))
        }
        deliveries.filtered(
            lambda d: (
                d not in failures
                and self._needs_a_reader(email_message, message_dict, d.recipient)
            )
        )._ask_whether_it_arrived(bounce.read_text(email_message))
        if not failures:
            return
        # Not in the gateway's own transaction: it would write what ours have written
        # since it began, the row of the customer, and fail.
        transactions.run(
            self.env,
            lambda env: super(MailThread, self.with_env(env))._routing_handle_bounce(
                email_message, self._read_again(env, message_dict)
            ),
        )
        for delivery, failure in failures.items():
            delivery._receive_bounce(
                delivery,
                failure.status,
                failure.diagnostic or self.env._("The mail server returned it."),
            )
            delivery._count_bounce(message_dict["bounced_email"])

    @api.model
    def _needs_a_reader(self, email_message, message_dict, recipient):
        return bounce.needs_a_reader(
            email_message,
            recipient,
            email_normalize(message_dict.get("email_from") or "") or None,
            is_absent=reply.is_absence_note(message_dict.get("subject") or ""),
        )

    @api.model
    def _find_bounced_reminders(self, email_message, message_dict):
        """Find the deliveries that a report is about, by the returned Message-Id.

        Odoo reads it from the message that was returned, if there is one; else it may
        be anywhere in the report.

        Whoever forges a report has to know the Message-Id of a mail that was sent to
        the very address that is said to have failed.
        """
        numbers = message_dict["bounced_msg_ids"] or []
        return self._find_deliveries(
            [*numbers, *bounce.find_message_ids(email_message)]
        )

    @api.model
    def _find_deliveries(self, numbers):
        """Return the deliveries of e-mails with these Message-Ids."""
        if not numbers:
            return self.env["payment.reminder.delivery"].sudo()
        messages = self.env["mail.message"].sudo()
        messages = messages.search([("message_id", "in", numbers)])
        return (
            self.env["payment.reminder.delivery"]
            .sudo()
            .search(
                Domain("channel", "=", "email")
                # Two lists, for which both indexes serve; a query in it has none.
                & (
                    Domain("message_id", "in", numbers)
                    # Its sender died before it wrote the number down.
                    | Domain("mail_message_id", "in", messages.ids)
                )
            )
        )

    @api.model
    def _ask_about_nameless_report(self, email_message, message_dict):
        """Let a person read a report that may be about a message of ours.

        That is what we wrote outside the ladder; and what names no message that Odoo
        has sent, but an address that we have just written to: servers leave the
        number out, or give a message one of their own. Anybody could write that, so
        that nothing is taken back.
        """
        numbers = message_dict["bounced_msg_ids"] or []
        numbers = {*numbers, *bounce.find_numbers(email_message)}
        text = bounce.read_text(email_message)
        messages = self.env["mail.message"].sudo()
        messages = messages.search([("message_id", "in", list(numbers))])
        for message in messages.filtered(
            lambda m: m.model in THREADS and m.message_type == "email_outgoing"
        ):
            went_to = email_split(message.mail_ids[:1].email_to or "")
            if all(
                self._needs_a_reader(email_message, message_dict, one.lower())
                for one in went_to or [""]
            ):
                record = self.env[message.model].sudo().browse(message.res_id)
                case = record if record._name == THREADS[0] else record.case_id
                case._ask_whether_letter_arrived(
                    message.subject, ", ".join(went_to), text
                )
        if not messages:
            hosts = {number.strip("<>").rpartition("@")[2] for number in numbers}
            recent = self.env["payment.reminder.delivery"].sudo()
            recent._find_sent_to(bounce.find_addresses(email_message), hosts).filtered(
                lambda d: self._needs_a_reader(email_message, message_dict, d.recipient)
            )._ask_whether_it_arrived(text)

    @api.model
    def _read_again(self, env, message_dict):
        """Return what was read of a report, its records in another transaction."""
        names = ("bounced_partner", "bounced_message")
        return message_dict | {name: message_dict[name].with_env(env) for name in names}

    # -- strangers --------------------------------------------------------------

    @api.model
    def _get_thread_with_access(
        self, thread_id, *, hash=None, pid=None, token=None, **kwargs
    ):
        # EXTENDS portal: no token of Odoo's opens what is ours, and none is compared:
        # ours have none, or not even the field, and the page would fail on that
        if not self._name.startswith("payment.reminder"):
            kwargs.update(hash=hash, pid=pid, token=token)
        elif not 0 < thread_id <= MAX_ID:
            return self.browse()
        return super()._get_thread_with_access(thread_id, **kwargs)

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
