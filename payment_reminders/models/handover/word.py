from odoo import api, fields, models

from ...rules import handover


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
    def _translate(self, provider, raw_state, raw_status):
        """Return our state for the words of a service (:class:`rules.handover.State`).

        A word that is not in the table is ``unknown``.
        """
        rows = self.sudo().search([("provider", "=", provider)])
        return handover.translate(
            [
                handover.Word(
                    row.raw_state, row.raw_status or "", handover.State(row.state)
                )
                for row in rows
            ],
            raw_state or "",
            raw_status or "",
        )
