"""Kivra as a channel: the letter as PDF in somebody's digital mailbox.

The bytes that are handed over are kept. Kivra (in production) delivers the same bytes
once, however often they come: so an attempt of which nobody knows the outcome is
settled by handing them over again, if the guard would let the notice leave.
"""

import base64
import hashlib
import logging

from odoo import api, fields, models

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders.models.sending.wire import (
    DOWN,
    FAILED,
    SENT,
    UNCERTAIN,
    Wire,
)
from odoo.addons.payment_reminders.tools import transactions
from odoo.addons.payment_reminders.tools.errors import WireError

from ..wire import MAX_BYTES, Receiver, choose_type, find_receiver, make_content

_logger = logging.getLogger(__name__)

#: Hours in which an attempt may be settled by handing the same bytes over again.
SETTLE_HOURS = 24
#: So often a correcting letter is tried.
MAX_TRIES = 5
#: What Kivra says when it will take it later, and did not take it now.
LATER = (Outcome.THROTTLED, Outcome.UNAVAILABLE, Outcome.MALFORMED)


class KivraWire(Wire):
    """Letters in Kivra. That Kivra took one is the last that is ever told."""

    text = "letter"
    can_settle = True

    @staticmethod
    def find_addresses(partner, company):
        return partner._find_kivra_addresses(company)

    @staticmethod
    def get_address_label(env):
        return env._("Swedish VAT number, for Kivra")

    @staticmethod
    def find_remarks(step):
        company = step.ladder_id.company_id or step.env.company
        return company._find_kivra_remarks(step)

    @staticmethod
    def read_body(delivery):
        return base64.b64decode(delivery.letter_html or b"").decode()

    @staticmethod
    def is_prepared(delivery):
        # Made when it is known that Kivra reaches them, before any lock.
        return True

    @staticmethod
    def prepare(deliveries):
        """Nothing yet: who is not in Kivra needs no letter."""

    @staticmethod
    def connect(delivery):
        """:return: :class:`wire.Kivra`, when it reaches them today"""
        obstacle = delivery._get_kivra_obstacle()
        if obstacle:
            raise WireError(obstacle)
        kivra = delivery.company_id._get_kivra()
        delivery._check_kivra_match(kivra)
        if not delivery.kivra_digest:
            delivery._make_kivra_body_apart()
        if not delivery.kivra_digest:
            raise WireError(
                delivery.failure_reason
                or delivery.env._("The letter could not be made.")
            )
        return kivra

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, Kivra's number of it)"""
        words = delivery._in_staff_words()
        told = session.send(delivery._read_kivra_body())
        delivery.company_id._note_kivra(told.outcome, told.reason)
        if told.outcome == Outcome.OK:
            return SENT, False, told.key
        if told.outcome == Outcome.UNCERTAIN:
            return UNCERTAIN, words._("Nobody knows whether Kivra took it."), False
        if told.outcome in LATER:
            return DOWN, words._("Kivra does not take it now: %s", told.reason), False
        if told.is_gone:
            return FAILED, words._("Kivra does not reach them any more."), False
        return FAILED, words._("Kivra refused it: %s", told.reason), False

    @staticmethod
    def withdraw(deliveries):
        # Nothing can be called back: another letter says so.
        deliveries.sudo().kivra_correction = "waiting"
        deliveries.env.ref("payment_reminders_kivra.ir_cron_kivra").sudo()._trigger()
        return deliveries

    @staticmethod
    def settle(delivery, session, may_send):
        """Hand the same bytes over again: in production they are delivered once."""
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=SETTLE_HOURS)
        is_young = delivery.date_sent and delivery.date_sent >= since
        is_production = delivery.company_id.kivra_mode == "production"
        if not (may_send and is_young and is_production and delivery.kivra_digest):
            return None
        told = session.send(delivery._read_kivra_body())
        # A refusal now says nothing of what was taken then.
        return (SENT, False, told.key) if told.outcome == Outcome.OK else None


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    channel = fields.Selection(
        selection_add=[("kivra", "Kivra")],
        ondelete={"kivra": lambda records: records._close_channel("kivra")},
    )
    kivra_body = fields.Binary(
        attachment=True,
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The bytes that Kivra was given.",
    )
    kivra_digest = fields.Char(string="SHA-256 of it", readonly=True, copy=False)
    kivra_correction = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
        string="Correcting letter",
        readonly=True,
        copy=False,
    )
    kivra_tries = fields.Integer(readonly=True, copy=False)

    _kivra_correction_idx = models.Index("(id) WHERE kivra_correction = 'waiting'")

    @api.model
    def _get_wires(self):
        # EXTENDS payment_reminders
        return {**super()._get_wires(), "kivra": KivraWire}

    def _get_kivra_obstacle(self):
        """Return why this one cannot go by Kivra, in words, or an empty text."""
        self.ensure_one()
        if self.reminder_id.currency_id.name != "SEK":
            return self.env._("Kivra takes Swedish kronor only.")
        return self.company_id._get_kivra_obstacle()

    # -- who is reached -------------------------------------------------------------

    def _get_kivra_receiver(self):
        """Return who gets this; the number of a person is looked up only now.

        :return: :class:`wire.Receiver`
        """
        self.ensure_one()
        receiver = find_receiver(self.recipient)
        if receiver.kind != "ssn":
            return receiver
        # sudo: whoever sends a reminder need not see a personal number
        person = self.env["res.partner"].sudo().browse(int(receiver.address)).exists()
        return Receiver("ssn", person.kivra_personal_number or "")

    def _check_kivra_match(self, kivra):
        """Make sure that Kivra reaches them today; ask about a whole batch at once.

        :raise WireError: it does not, or does not say
        """
        self.ensure_one()
        company = self.company_id
        matches = self.env["payment.reminder.kivra.match"]
        receiver = self._get_kivra_receiver()
        known = matches._read(company, [receiver])
        if receiver not in known:
            known, refusal = matches._ask(kivra, self._list_kivra_receivers(receiver))
            if refusal:
                company._note_kivra(refusal.outcome, refusal.reason)
                raise WireError(
                    self.env._("Kivra does not answer: %s", refusal.reason),
                    temporary=refusal.outcome in LATER,
                )
            answers = known
            transactions.commit(self.env)
            transactions.run(
                self.env, lambda env: matches.with_env(env)._keep(company, answers)
            )
            transactions.commit(self.env)
        if not known[receiver]:
            raise WireError(self.env._("Not reachable in Kivra today."))

    def _list_kivra_receivers(self, first):
        """Return all receivers of the batch to which this delivery belongs."""
        ticket = self.reminder_id.sending_ticket
        batch = self.browse()
        if ticket and self.state == "pending":
            batch = self.search(
                [
                    ("channel", "=", "kivra"),
                    ("state", "=", "pending"),
                    ("company_id", "=", self.company_id.id),
                    ("reminder_id.sending_ticket", "=", ticket),
                ]
            )
        others = [delivery._get_kivra_receiver() for delivery in batch]
        return list(dict.fromkeys([first, *(one for one in others if one.address)]))

    # -- what is handed over --------------------------------------------------------

    def _make_kivra_body_apart(self):
        """Make and keep the content in a transaction of its own: a PDF takes time."""
        transactions.commit(self.env)
        transactions.run(self.env, lambda env: self.with_env(env)._make_kivra_body())
        transactions.commit(self.env)
        self.invalidate_recordset()

    def _make_kivra_body(self):
        """Make and keep the bytes that Kivra is given.

        The PDFs of the invoices stay away where they make it too large.
        """
        self.ensure_one()
        own = self.with_context(reminder_kivra="letter").sudo()
        own._render_letter()
        if not own.letter_pdf:
            return
        letter = (self._get_kivra_name(), base64.b64decode(own.letter_pdf))
        files = [(f.name, f.raw) for f in own.reminder_id._get_attachments()]
        body = own._make_kivra_content([letter, *files])
        if len(body) > MAX_BYTES and files:
            body = own._make_kivra_content([letter])
        if len(body) > MAX_BYTES:
            own.failure_reason = self.env._("The letter is too large for Kivra.")
            return
        own.write(
            {
                "kivra_body": base64.b64encode(body),
                "kivra_digest": hashlib.sha256(body).hexdigest(),
            }
        )

    def _get_kivra_name(self):
        return f"{self.case_id.name.replace('/', '-')}.pdf"

    def _make_kivra_content(self, documents, is_correction=False):
        """Return the bytes of a content.

        :param documents: [(name, PDF)]
        :param is_correction: it takes back what was sent, and asks for nothing
        """
        notice = self.reminder_id
        company = self.company_id
        receiver = self._get_kivra_receiver()
        money = None if is_correction else notice._get_kivra_money()
        words = self.with_context(lang=notice._get_text_lang()).env
        # It stands on locked telephones: not what it is about.
        subject = words._("Payment reminder") if money else words._("Letter")
        kind = choose_type(notice.step_kind, receiver, company.kivra_demand)
        if not (money and money.is_payable):
            # Reminders in Kivra have to be payable.
            kind = "letter"
        return make_content(
            receiver,
            subject,
            kind,
            company._get_reminder_today(),
            documents,
            money if kind != "letter" else None,
        )

    def _read_kivra_body(self):
        """Return the bytes that Kivra is given, as they were made once."""
        self.ensure_one()
        # sudo: they hold all of the letter
        return base64.b64decode(self.sudo().kivra_body or b"")

    # -- taking it back -------------------------------------------------------------

    @api.model
    def _cron_correct_kivra(self):
        """Send the letters by which notices are taken back."""
        waiting = self.sudo().search([("kivra_correction", "=", "waiting")], order="id")
        for delivery in waiting:
            try:
                delivery._correct_kivra()
            except Exception:
                _logger.exception("The letter that takes back delivery %s", delivery.id)
                delivery._note_kivra_correction(Outcome.UNAVAILABLE)

    def _correct_kivra(self):
        """Send one such letter; a second one does no harm."""
        self.ensure_one()
        if self._get_kivra_obstacle():
            self._note_kivra_correction(Outcome.REJECTED)
            return
        notice = self.reminder_id.with_context(reminder_kivra="withdrawn")
        pdf = notice._render_letter_pdf()
        body = self._make_kivra_content(
            [(self._get_kivra_name(), pdf)], is_correction=True
        )
        transactions.commit(self.env)
        told = self.company_id._get_kivra().send(body)
        self._note_kivra_correction(told.outcome)

    def _note_kivra_correction(self, outcome):
        """Note what came of such a letter; in the end a person is asked."""

        def work(env):
            own = self.with_env(env)
            own.kivra_tries += 1
            if outcome == Outcome.OK:
                own.kivra_correction = "sent"
            elif outcome == Outcome.REJECTED or own.kivra_tries >= MAX_TRIES:
                own.kivra_correction = "failed"
                own.reminder_id._ask_to_tell(own)

        transactions.run(self.env, work)
        transactions.commit(self.env)

    # -- what need not be kept ------------------------------------------------------

    def _drop_draft(self):
        # EXTENDS payment_reminders
        self._drop_kivra()
        return super()._drop_draft()

    def _forget_texts(self):
        # EXTENDS payment_reminders
        self._drop_kivra()
        return super()._forget_texts()

    def _erase_personal_data(self):
        # EXTENDS payment_reminders
        self._drop_kivra()
        return super()._erase_personal_data()

    def _drop_kivra(self):
        made = self.sudo().filtered("kivra_digest")
        made.write({"kivra_body": False, "kivra_digest": False})
