"""What becomes of a question: the answer, and what follows from it for the case."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class PaymentReminderQuery(models.Model):
    _inherit = "payment.reminder.query"

    def action_open_answer_wizard(self):
        """Open the dialog that answers a question."""
        self.ensure_one()
        self.case_id._check_may_act()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer the customer"),
            "res_model": "payment.reminder.answer.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_query_id": self.id},
        }

    def _answer(self, text, outcome=False, until=None, files=None):
        """Tell the customer, by mail and on the page, and do what follows.

        :param text: what the customer reads
        :param outcome: a code of ``outcome``; empty: the question stays, and with it
            the hold
        :param until: day up to which more time is given
        :param files: ir.attachment records that the customer gets along with it
        :return: draft credit notes, if any were made
        """
        self.ensure_one()
        query = self.sudo()
        files = query._keep_files(files or self.env["ir.attachment"])
        query.write(
            {
                "answer": text,
                "answer_file_ids": [fields.Command.link(file.id) for file in files],
                "answered_by_id": self.env.uid,
                "state": "closed" if outcome else "answered",
                "outcome": outcome or query.outcome,
            }
        )
        query.activity_ids.action_done()
        query.case_id._log_event("answered", {"query": query.id, "outcome": outcome})
        drafts = self.env["account.move"]
        if outcome:
            drafts = self._draft_credit_notes() if outcome == "agreed" else drafts
            getattr(query, f"_conclude_{outcome}")(until)
        query.case_id._mail_customer(
            "payment_reminders.mail_template_answer", query, files
        )
        return drafts

    def _keep_files(self, files):
        """Hang what was uploaded in the dialog on this question; copy what belongs
        to another record, which keeps its own.
        """
        files = files.sudo()
        uploaded = files.filtered(lambda file: not file.res_id)
        uploaded.write({"res_model": self._name, "res_id": self.id, "public": False})
        copies = [
            file.copy({"res_model": self._name, "res_id": self.id, "public": False})
            for file in files - uploaded
        ]
        return uploaded.union(*copies)

    # -- outcomes ---------------------------------------------------------------

    def _conclude_agreed(self, until):
        """The customer is right. A credit note is drafted, and a person posts it."""
        self._lift_hold()
        if self.kind == "recipient":
            # Whoever got our letters by mistake keeps no way in.
            self.case_id._end_links()
            self.case_id._freeze(
                "manual", self.env._("Wrong recipient: enter the right one, release.")
            )
            return
        self.case_id._freeze(
            "credit_note", self.env._("A credit note is drafted: check and post it.")
        )

    def _conclude_not_agreed(self, until):
        self.stopped_addresses = False
        self._lift_hold()
        self.case_id._give_grace()

    def _conclude_paid(self, until):
        """The money is there. Until it is matched, a person looks after the case."""
        self._lift_hold()
        if self.case_id._get_page_items():
            self.case_id._freeze(
                "unmatched_money", self.env._("The customer has paid: match the money.")
            )

    def _conclude_more_time(self, until):
        self._lift_hold()
        self.case_id._give_grace(until)

    def _lift_hold(self):
        """Lift the hold, unless another question of the case is still open."""
        if not self.case_id.query_ids.filtered(lambda q: q.state != "closed"):
            self.case_id._release(reasons=["query"])

    def _draft_credit_notes(self):
        """Draft a credit note for each invoice, with Odoo's own dialog.

        Nothing is posted: whoever does sets the amount that was agreed on.
        """
        if self.kind == "recipient":
            return self.env["account.move"]
        query = self.sudo()
        found = query.move_ids or query.case_id._get_page_items().move_id
        # The rights are those of the user: this is written to the accounts.
        moves = self.env["account.move"].browse(found.ids)
        drafts = self.env["account.move"]
        try:
            for journal, group in moves.grouped("journal_id").items():
                wizard = (
                    self.env["account.move.reversal"]
                    .with_context(active_model="account.move", active_ids=group.ids)
                    .create(
                        {
                            "journal_id": journal.id,
                            "reason": self.env._("Agreed with the customer"),
                        }
                    )
                )
                wizard.refund_moves()
                drafts |= wizard.new_move_ids
        except AccessError as error:
            raise UserError(
                self.env._(
                    "A credit note needs accounting rights. Let a bookkeeper answer "
                    "this question."
                )
            ) from error
        return drafts


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _give_grace(self, until=None):
        """Let nothing go out for some days, so that the customer can act.

        :param until: a later day than the company's days of grace give
        """
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        grace = self.company_id.reminder_answer_grace_days
        day = max(
            until or today,
            fields.Date.add(today, days=grace),
            self.snoozed_until or today,
        )
        if day > today and self.state != "closed":
            self.sudo().write({"snoozed_until": day})
            self._log_event("snoozed", {"until": fields.Date.to_string(day)})
