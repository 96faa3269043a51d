"""What a collection service can do: one method a question, by hand until told better.

A bridge adds its code to ``provider`` and answers for its own records:

    def _provider_register(self):
        # EXTENDS payment_reminders
        if self.provider == "example":
            return self._example_register()
        return super()._provider_register()

Data in, data out: nothing here writes, commits, or knows what follows. Each answer is
an :class:`rules.handover.Answer`, each state a :class:`rules.handover.Reading`.
"""

from odoo import api, models

from ...rules.handover import Answer, Outcome


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    @api.model
    def _get_provider(self, code):
        """Return an empty hand-over that answers for a provider, of no item."""
        return self.new({"provider": code})

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

        :return: what the service calls it; None: it is certainly not there;
            ``Outcome.UNAVAILABLE``: it cannot be known now
        """
        self.ensure_one()
        return Outcome.UNAVAILABLE

    def _provider_read(self):
        """Read where this stands there (hook).

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
