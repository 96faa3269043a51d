from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment_reminders.report.todo import MOST_LETTERS


class PaymentReminderTodo(models.Model):
    _inherit = "payment.reminder.todo"
    _depends = {"payment.reminder.inbound": ["is_open", "is_asked", "company_id"]}

    work = fields.Selection(selection_add=[("sms", "Find out who wrote an SMS")])
    inbound_id = fields.Many2one(
        "payment.reminder.inbound", string="Incoming SMS", readonly=True
    )

    @api.model
    def _get_works(self):
        # EXTENDS payment_reminders: beside the questions
        works = super()._get_works()
        place = works.index("question") + 1
        return [*works[:place], "sms", *works[place:]]

    @property
    def _table_query(self):
        # EXTENDS payment_reminders
        return SQL(
            "SELECT known.*, NULL::integer AS inbound_id FROM (%s) known UNION ALL %s",
            super()._table_query,
            self._get_inbound_query(),
        )

    @api.model
    def _get_inbound_query(self):
        """Return the numbers of which nobody knows whose they are."""
        return SQL(
            # payment_reminder_inbound_people_idx
            """
            SELECT told.id::bigint * %(sources)s + 5, %(sequence)s, NULL::varchar,
                   told.create_date::date, NULL::date, NULL::integer, NULL::integer,
                   NULL::integer, NULL::integer, NULL::integer, NULL::integer,
                   told.company_id, NULL::integer, NULL::integer, NULL::integer,
                   %(work)s, told.id
              FROM payment_reminder_inbound told
             WHERE told.is_open AND told.is_asked
            """,
            **self._get_place("sms"),
        )

    def _describe_sms(self):
        row = self.inbound_id
        # sudo: who sees the row of the list may read the text
        texts = row.sudo()._get_alike()
        words = " ".join((row.text or "").split())[:MOST_LETTERS]
        number = row.number or self.env._("no number")
        said = f"{number}: “{words}”" if words else number
        return f"{said} ({len(texts)})" if len(texts) > 1 else said

    def _get_document(self):
        # EXTENDS payment_reminders
        return self.inbound_id or super()._get_document()

    @api.model
    def _get_lists(self):
        # EXTENDS payment_reminders
        model = "payment.reminder.inbound"
        return [
            *super()._get_lists(),
            (
                self.env._("Incoming SMS"),
                "payment_reminders_sms.payment_reminder_inbound_action",
                model,
                [("is_open", "=", True)],
                (model, [("kind", "=", "message")]),
            ),
        ]

    def action_link_sms(self):
        """Open the dialog that asks whose SMS it is."""
        return self.inbound_id.action_link()

    def action_dismiss_sms(self):
        """Open the dialog that asks why the SMS is nobody's."""
        return self.inbound_id.action_dismiss()
