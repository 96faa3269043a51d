"""What a collection service can do: one method a question, by hand until told better.

A bridge adds its code to ``provider`` and answers for its own records:

    def _provider_register(self):
        # EXTENDS payment_reminders
        if self.provider == "example":
            return self._example_register()
        return super()._provider_register()

Data in, data out: nothing here writes, commits, or knows what follows. Each answer is
an :class:`rules.handover.Answer`, each state a :class:`rules.handover.Reading`; the
service's own words for a state are rows that a manager may add to.
"""

from odoo import api, fields, models

from ...rules import handover
from ...rules.handover import Answer, Outcome


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    @api.model
    def _get_provider(self, code):
        """Return an empty hand-over that answers for a provider, of no item."""
        return self.new({"provider": code})

    @api.model
    def _provider_is_ready(self, company, provider="manual"):
        """Tell whether a company has switched a service on (hook).

        :param provider: a code of ``provider``; by hand there is nothing to switch on
        """
        return False

    @api.model
    def _provider_check(self, items, provider="manual"):
        """Say what is missing before these due items can be handed over (hook).

        :param items: payment.reminder.item records
        :param provider: a code of ``provider``
        :return: {item: [(sentence, record to mend it on or None)]}; an item of which
            nothing is missing has an empty list
        """
        return {item: [] for item in items}

    def _provider_register(self):
        """Give this to the service (hook). The intent is committed.

        :return: :class:`rules.handover.Answer`
        """
        self.ensure_one()
        return Answer(Outcome.DONE)

    def _provider_find(self):
        """Look whether the service has this already (hook).

        :return: what the service calls it; None: it is certainly not there; an
            :class:`rules.handover.Answer`: why it cannot be known now (or
            ``Outcome.UNAVAILABLE``)
        """
        self.ensure_one()
        return Answer(Outcome.UNAVAILABLE)

    def _provider_read(self):
        """Read where this stands there (hook).

        With ``reminder_in_a_hurry`` in the context somebody waits for a page to open.

        :return: :class:`rules.handover.Reading`, or an
            :class:`rules.handover.Answer` that says why there is none
        """
        self.ensure_one()
        return Answer(Outcome.UNAVAILABLE)

    def _provider_report(self, report):
        """Tell the service of money, or of a credit note (hook).

        :param report: payment.reminder.handover.report record
        :return: :class:`rules.handover.Answer`
        """
        self.ensure_one()
        return Answer(Outcome.UNAVAILABLE)

    def _provider_end(self, reason):
        """Ask the service to end this (hook).

        :param reason: a code of ``end_reason``
        :return: :class:`rules.handover.Answer`
        """
        self.ensure_one()
        # A person tells a service that is told by hand.
        return Answer(Outcome.DONE)

    def _provider_url(self):
        """Return the address of the service's own page about this, or False (hook)."""
        self.ensure_one()
        return False

    def _provider_capabilities(self):
        """Return what the service can do by itself (hook).

        :return: set of "find", "read", "pause", "media", "credit", "payment", "end"
        """
        return set()

    @api.model
    def _provider_locks(self, provider="manual"):
        """Return {field of a dialog: why the service decides it by itself} (hook).

        :param provider: a code of ``provider``
        """
        return {}

    def _is_by_hand(self):
        """Tell whether a person speaks to the service of this."""
        self.ensure_one()
        return self.provider == "manual"


class PaymentReminderHandoverWord(models.Model):
    """A word of a collection service, and the state that it means."""

    _name = "payment.reminder.handover.word"
    _description = "Word of a Collection Service"
    _order = "provider, raw_state, raw_status, id"
    _rec_name = "raw_state"

    provider = fields.Selection(
        selection=lambda self: self._get_providers(), string="Service", required=True
    )
    raw_state = fields.Char(
        string="Word of the service", required=True, help="As the service writes it."
    )
    raw_status = fields.Char(
        string="Second word", help="If the service has one. Empty: any."
    )
    state = fields.Selection(
        selection=lambda self: self._get_states(), string="Means", required=True
    )

    _word_uniq = models.UniqueIndex(
        "(provider, raw_state, COALESCE(raw_status, ''))",
        "This word has a meaning already: change that one.",
    )

    @api.model
    def _get_providers(self):
        field = self.env["payment.reminder.handover"]._fields["provider"]
        return field._description_selection(self.env)

    @api.model
    def _get_states(self):
        field = self.env["payment.reminder.handover"]._fields["state"]
        meant = handover.LIVE | {handover.State.PAID, handover.State.CANCELLED}
        meant |= {handover.State.CLOSED}
        return [
            (code, label)
            for code, label in field._description_selection(self.env)
            if code in meant and code != handover.State.UNKNOWN
        ]

    @api.model_create_multi
    def create(self, vals_list):
        words = super().create(vals_list)
        words._apply()
        return words

    def write(self, vals):
        result = super().write(vals)
        self._apply()
        return result

    def _apply(self):
        """Let what nobody understood follow the new meaning at once."""
        unknown = self.env["payment.reminder.handover"].sudo()
        unknown.search(
            [("state", "=", "unknown"), ("provider", "in", self.mapped("provider"))]
        )._understand()

    @api.model
    def _read_words(self, provider):
        """Return the table of words of a service, as :func:`rules.handover.translate`
        reads it.
        """
        return [
            handover.Word(
                row.raw_state, row.raw_status or "", handover.State(row.state)
            )
            for row in self.sudo().search([("provider", "=", provider)])
        ]

    @api.model
    def _translate(self, provider, raw_state, raw_status):
        """Return our state for the words of a service (:class:`rules.handover.State`).

        A word that is not in the table is ``unknown``.
        """
        words = self._read_words(provider)
        return handover.translate(words, raw_state or "", raw_status or "")
