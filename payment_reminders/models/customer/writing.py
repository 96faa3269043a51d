"""Contact with the customer of a case: who it is and how it pays, what we write outside
the ladder, and answers.
"""

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize, html2plaintext, plaintext2html

from ...rules import addresses, customer_input, reply, wishes
from ...rules.reply import Reply
from ...rules.self_solving import Wish
from ...tools.mail_texts import (
    format_recipient,
    get_own_words,
    get_thread_reference,
    to_header,
)
from ..sending.bounce import EXCERPT
from ..sending.recipients import get_numbers

#: The templates of the page that every customer sees.
PAGE_BLOCKS = ("portal_reminder_case", "portal_reminder_actions")

#: A habit is what a customer did in so many days.
HABIT_DAYS = 730
#: Signs of a mail's HTML in which its text is looked for; all of it is in the thread.
MAX_BODY = 200_000
#: Signs of all mails of one question.
MAX_DESCRIPTION = 4 * customer_input.MAX_TEXT


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    contact_id = fields.Many2one(
        "res.partner", compute="_compute_contact", compute_sudo=True
    )
    contact_phone = fields.Char(
        compute="_compute_contact", string="Phone", compute_sudo=True
    )
    contact_email = fields.Char(
        compute="_compute_contact", string="E-mail", compute_sudo=True
    )
    payment_habit = fields.Char(
        compute="_compute_payment_habit",
        string="Habit",
        compute_sudo=True,
        help="How this customer kept promises, and how late invoices were paid.",
    )

    # -- who they are, and how they pay ----------------------------------------------

    @api.depends("partner_id")
    def _compute_contact(self):
        people = self.env["payment.reminder.facts"]._read_people(self)
        for case in self:
            known = people[case]
            case.contact_id = known[:1] - case.partner_id
            numbers = (contact._get_reminder_phone() for contact in known)
            case.contact_phone = next(filter(None, numbers), False)
            case.contact_email = next(filter(None, known.mapped("email")), False)

    @api.depends("partner_id", "promise_memory")
    @api.depends_context("lang")
    def _compute_payment_habit(self):
        delays = self._read_delays()
        for case in self:
            delay = delays.get((case.partner_id.id, case.company_id.id))
            said = [
                case.promise_memory and self.env._("Promises: %s", case.promise_memory),
                delay and self._describe_delay(*delay),
            ]
            case.payment_habit = " · ".join(filter(None, said)) or False

    @api.model
    def _describe_delay(self, days, count):
        """Say how late a customer pays.

        :param days: on average; negative: before the due date
        :param count: of how many invoices
        """
        if days <= 0:
            return self.env._("Pays on time, on average (invoices: %s)", count)
        if days == 1:
            return self.env._("Pays 1 day late on average (invoices: %s)", count)
        return self.env._(
            "Pays %(days)s days late on average (invoices: %(count)s)",
            days=days,
            count=count,
        )

    def _read_delays(self):
        """Read how late these customers paid, in one query.

        :return: {(customer id, company id): (days on average, number of invoices)};
            only of invoices that were paid in the last :data:`HABIT_DAYS`
        """
        since = fields.Date.add(fields.Date.today(), days=-HABIT_DAYS)
        rows = self.env.execute_query(
            SQL(
                "SELECT * FROM (%s) delay WHERE delay.company_id = ANY(%s)",
                get_delays_sql(
                    SQL("SELECT unnest(%s::int[])", self.partner_id.ids), since
                ),
                self.company_id.ids,
            )
        )
        return {(who, company): (int(days), n) for who, company, days, n in rows}

    # -- what we write ----------------------------------------------------------

    def _find_customer_contacts(self):
        """Return [(partner, e-mail address)] by whom notices of this case are read."""
        self.ensure_one()
        facts = self.env["payment.reminder.facts"]
        found = facts._read_recipients(self.sudo())
        return facts._get_addressees(found[self.id]["email"])

    def _get_customer_contact(self):
        """Return (partner, e-mail address) of the first who reads its notices."""
        contacts = self._find_customer_contacts()
        return contacts[0] if contacts else (self.env["res.partner"], False)

    def _get_customer_lang(self):
        """Return the language in which the customer wants to be written to.

        Which one a message is written in depends on its text, see
        :meth:`payment.reminder.text.checker._settle_languages`.
        """
        self.ensure_one()
        case = self.sudo()
        contact = case._get_customer_contact()[0] or case.partner_id
        return contact.lang or case.company_id.partner_id.lang or "en_US"

    def _get_page_lang(self):
        """Return the language in which whom we do not know reads the page."""
        self.ensure_one()
        checker = self.env["payment.reminder.text.checker"].sudo()
        own = self.sudo().company_id.partner_id.lang
        wanted = (self._get_customer_lang(), own or "en_US")
        return next(
            (code for code in wanted if checker._are_blocks_in(code, PAGE_BLOCKS)),
            "en_US",
        )

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
        contacts = case._find_customer_contacts()
        if not contacts:
            return False
        record = (record if record is not None else case).sudo()
        template = self.env.ref(template_xmlid).sudo()
        values = template._generate_template(record.ids, ("subject", "body_html"))
        sender = case._get_customer_sender()
        self.env["mail.mail"].sudo().create(
            {
                "subject": to_header(values[record.id]["subject"]),
                "body_html": values[record.id]["body_html"],
                "body": values[record.id]["body_html"],
                "email_from": to_header(sender[1]),
                "author_id": sender[0].id,
                "email_to": ", ".join(format_recipient(*one) for one in contacts),
                "reply_to": to_header(
                    case._notify_get_reply_to(
                        default=sender[1], author_id=sender[0].id
                    )[case.id]
                ),
                "references": get_thread_reference(case),
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

    def _ask_whether_letter_arrived(self, subject, recipient, text):
        """Let a person read what a mail server says of a mail that we wrote by
        ourselves: an answer, a new link. Once for each.

        :param recipient: to whom it went
        :param text: what the mail server wrote
        """
        told = self._in_staff_language()
        summary = told.env._(
            "Did it arrive? “%(subject)s” to %(recipient)s",
            subject=subject,
            recipient=recipient,
        )
        if summary not in told.activity_ids.mapped("summary"):
            note = told.env._(
                "A mail server wrote about this mail. If it did not arrive, find an "
                "address that works, and send it again.\n\n%s",
                text.strip()[:EXCERPT],
            )
            told._ask_person(summary, plaintext2html(note))

    # -- what the customer answers -----------------------------------------------

    @api.model
    def _find_by_sender(self, msg_dict):
        """Return the open case of whoever wrote a message: of several, the one whose
        customer heard from us last.
        """
        sender = email_normalize(msg_dict.get("email_from") or "")
        if not sender:
            return self
        sent = (
            self.env["payment.reminder.delivery"]
            .sudo()
            ._search([("channel", "=", "email"), ("recipient", "=", sender)])
        )
        contacts = (
            self.env["res.partner"].sudo().search([("email_normalized", "=", sender)])
        )
        cases = self.sudo().search(
            [
                ("state", "!=", "closed"),
                "|",
                ("partner_id", "in", contacts.commercial_partner_id.ids),
                ("reminder_ids.delivery_ids", "in", sent),
            ]
        )
        return cases.sorted(lambda case: max(case.reminder_ids.ids, default=0))[-1:]

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail
        result = super().message_update(msg_dict, update_vals)
        self._receive_mail(msg_dict)
        return result

    @api.model
    def _open_for_answer(self, move, msg_dict):
        """Open the case of an invoice that no case has yet, if its customer answers it.

        :param move: account.move that a message answers
        :return: the case, or none: nobody answers, or the invoice is not chased
        """
        sender = email_normalize(msg_dict.get("email_from") or "") or None
        parent = self.env["mail.message"].sudo().browse(msg_dict.get("parent_id"))
        verdict = reply.judge(
            self.env.context.get("reminder_reply_headers") or {},
            sender,
            self._read_written_addresses(move.commercial_partner_id),
            parent.exists().model == move._name and parent.res_id == move.id,
        )
        is_answer = verdict in (Reply.PERSON, Reply.MARKED)
        if not is_answer or self._is_colleague(sender):
            return self
        return self.sudo()._open_early(move)

    def _receive_mail(self, msg_dict, move=None):
        """Take a message that the mail gateway brought for this case.

        :param move: account.move whose own mail it answers, if it does
        """
        self.ensure_one()
        case = self.sudo()
        sender = email_normalize(msg_dict.get("email_from") or "") or None
        if case._is_colleague(sender):
            return
        verdict = reply.judge(
            self.env.context.get("reminder_reply_headers") or {},
            sender,
            case._get_known_addresses(),
            case._has_sent(msg_dict.get("parent_id")),
        )
        body = (msg_dict.get("body") or "")[:MAX_BODY]
        text = customer_input.clean_text(html2plaintext(body))
        wish = {}
        if verdict == Reply.PERSON and not _has_files(msg_dict):
            wish = case._read_wish(body, move)
        case._receive_reply(verdict, text, sender or "", "email", wish)

    def _receive_comment(self, message, move):
        """Take what the customer wrote on Odoo's own page of an invoice.

        :param message: mail.message of whoever could open that page
        """
        self.ensure_one()
        case = self.sudo()
        body = (message.body or "")[:MAX_BODY]
        wish = {} if message.attachment_ids else case._read_wish(body, move)
        case._receive_reply(
            Reply.PERSON,
            customer_input.clean_text(html2plaintext(body)),
            message.author_id.email_normalized or "",
            "page",
            wish,
        )

    def _receive_sms(self, number, text):
        """Take an SMS of a customer to this case (for bridges to SMS gateways).

        :param number: of the sender, as E.164
        """
        self.ensure_one()
        case = self.sudo()
        case._receive_reply(
            Reply.PERSON if case._is_known_number(number) else Reply.UNKNOWN,
            customer_input.clean_text(text),
            number,
            "sms",
        )

    def _is_known_number(self, number):
        """Tell whether a number is that of this case's customer.

        :param number: as E.164
        """
        self.ensure_one()
        sent = self.reminder_ids.delivery_ids.filtered(lambda d: d.channel == "sms")
        if number in sent.mapped("recipient"):
            return True
        customer = [("commercial_partner_id", "=", self.partner_id.id)]
        contacts = self.env["res.partner"].sudo().search(customer)
        return any(number in get_numbers(contact) for contact in contacts)

    def _read_wish(self, body, move=None):
        """Return what of a mail may be fulfilled at once, as values of a question.

        :param body: HTML of the mail
        :param move: account.move whose own mail it answers, if it does
        :return: dict, empty where a person has to read the mail
        """
        own_words = html2plaintext(get_own_words(body)) if len(body) < MAX_BODY else ""
        asked = wishes.read(own_words)
        if not asked:
            return {}
        items = self._get_page_items()
        number = asked.number.casefold()
        if number:
            # Of what is not theirs, a person reads; nothing says whether it exists.
            items = items.filtered(lambda i: i._get_number().casefold() == number)
        elif move:
            items = items.filtered(lambda item: item.move_id == move)
        if len({item.move_id.id or item.source_ref for item in items}) != 1:
            return {}
        return self._prepare_wish(asked.wish, items, asked.reference)

    @api.model
    def _prepare_wish(self, wish, items, reference=""):
        """Return values of a question that asks for what may be done at once.

        :param wish: :class:`rules.self_solving.Wish`
        :param items: payment.reminder.item records of the invoices that are meant
        :param reference: as :func:`rules.self_solving.read_reference` reads it
        """
        return {
            "kind": str(wish),
            "item_ids": [fields.Command.set(items.ids)],
            "move_ids": [fields.Command.set(items.move_id.ids)],
            **({"reference": reference} if wish == Wish.REFERENCE else {}),
        }

    def _receive_reply(self, verdict, text, sender, source, wish=None):
        """Do what an answer asks for: a person's freezes, a machine's does nothing.

        :param verdict: :class:`rules.reply.Reply`
        :param wish: values of a question that may be answered at once
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
                    "description": f"{pending.description or ''}\n\n{text}".strip()[
                        :MAX_DESCRIPTION
                    ],
                }
            )
            pending._tell_responsible()
            return
        self.env["payment.reminder.query"].sudo()._take(
            {
                "case_id": self.id,
                "source": source,
                "kind": "other",
                "description": text,
                **(wish or {}),
            }
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
            Reply.UNREFERENCED: told.env._(
                "%s wrote to us, but did not answer a reminder: anybody could have "
                "written it under that address. Nothing was put on hold. Read it, and "
                "hold the case if need be.",
                sender,
            ),
            Reply.MARKED: told.env._(
                "%s answered a reminder, with a mark of a system on it: a person may "
                "have written it there. Nothing was put on hold. Read it, and hold the "
                "case if need be.",
                sender,
            ),
            Reply.PERSON: told.env._(
                "%s answered a reminder of a case that is closed.", sender
            ),
        }
        told._call_responsible(
            told.env._("Read an answer to a reminder"), note=notes[verdict]
        )

    def _has_sent(self, message_id):
        """Tell whether a message is one that went from this case to its customer.

        :param message_id: id of a mail.message, or None
        """
        self.ensure_one()
        message = self.env["mail.message"].sudo().browse(message_id).exists()
        own = {
            self._name: self,
            # Who answers the invoice's own mail means the same.
            "account.move": self.move_ids,
            **{r._name: r for r in (self.query_ids, self.plan_ids)},
        }
        return bool(
            message.model in own
            and message.res_id in own[message.model].ids
            and not message.is_internal
            and not message.subtype_id.internal
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
        sent = self.reminder_ids.delivery_ids.filtered(lambda d: d.channel == "email")
        known = self._read_written_addresses(self.partner_id)
        return known | set(sent.mapped("recipient"))

    @api.model
    def _read_written_addresses(self, customer):
        """Return the normalised addresses of all contacts of a customer."""
        contacts = (
            self.env["res.partner"]
            .sudo()
            .search([("commercial_partner_id", "=", customer.id)])
        )
        written = {
            email_normalize(address)
            for contact in contacts
            for address in addresses.find(contact.email or "").addresses
        }
        return written | set(contacts.mapped("email_normalized"))


def _has_files(msg_dict):
    """Tell whether a mail brings files, other than pictures of its own text."""
    return any(
        not (len(file) > 2 and file[2] and file[2].get("cid"))
        for file in msg_dict.get("attachments") or ()
    )


def get_delays_sql(partners, since):
    """Return a query of how late customers paid: partner_id, company_id, days, number.

    Days are the average after the due date, of so many invoices in full.

    :param partners: query of the ids of customers (commercial partners)
    :param since: only what was paid on this day or later
    """
    return SQL(
        # By the index of journal items on their partner.
        """
        SELECT line.partner_id, line.company_id,
               ROUND(AVG(paid.day - line.date_maturity)) AS days, COUNT(*) AS number
          FROM account_move_line line
          JOIN account_move move ON move.id = line.move_id
          JOIN LATERAL (
               SELECT MAX(other.date) AS day
                 FROM account_partial_reconcile part
                 JOIN account_move_line other ON other.id = part.credit_move_id
                 JOIN account_move money ON money.id = other.move_id
                WHERE part.debit_move_id = line.id
                  AND money.move_type <> 'out_refund'
               ) paid ON paid.day >= %(since)s
         WHERE line.partner_id IN (%(partners)s)
           AND line.display_type = 'payment_term'
           AND line.reconciled
           AND move.move_type = 'out_invoice'
           AND move.state = 'posted'
         GROUP BY line.partner_id, line.company_id
        """,
        partners=partners,
        since=since,
    )
