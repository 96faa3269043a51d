"""Withdrawing what was sent: it no longer counts, and the customer is told."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from ...rules.lifecycle import WAITING
from ...tools import transactions
from ...tools.mail_texts import get_thread_reference


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    withdrawn_by_id = fields.Many2one(
        "res.users",
        string="Withdrawn by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    withdrawn_date = fields.Datetime(string="Withdrawn on", readonly=True, copy=False)
    withdrawn_reason = fields.Char(
        string="Withdrawn because",
        readonly=True,
        copy=False,
        help="Why this notice does not count as one that was sent.",
    )

    def action_withdraw(self, reason=None, tell=True):
        """Withdraw sent notices: their claims are reversed, their items go a step back.

        :param reason: why, in words; goes into ledger and trail
        :param tell: whether the customers are told, where the notice reached them
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        if not reason:
            raise UserError(self.env._("Say why the reminder is withdrawn."))
        # A manager decides; the machine writes.
        notices = self.sudo()
        transactions.lock(notices.case_id, notices)
        wrong = notices.filtered(lambda r: not r.counts)
        if wrong:
            raise UserError(wrong._describe_states())
        notices.write(
            {"withdrawn_by_id": self.env.uid, "withdrawn_date": fields.Datetime.now()}
        )
        notices._undo_sent("withdrawn", reason)
        if tell:
            notices._tell_withdrawn()
        return True

    def _tell_withdrawn(self):
        """Write to whoever got these notices that they need not heed them.

        Of a notice that left by ways that cannot say so, as paper, a person is asked.
        """
        sent = self.delivery_ids.filtered(lambda d: d.state == "sent")
        told = sent.browse()
        for _channel, same in sent.grouped("channel").items():
            told |= same._get_wire().withdraw(same)
        for notice, untold in (sent - told).grouped("reminder_id").items():
            if notice not in told.reminder_id:
                notice._ask_to_tell(untold)

    def _ask_to_tell(self, deliveries):
        """Let a person tell a customer that this notice need not be heeded.

        :param deliveries: by which it arrived
        """
        told = self.with_env(self.case_id._in_staff_language().env)
        summary = told.env._("Tell the customer: %s is withdrawn", told.step_id.name)
        note = told.env._(
            "It went by %(channel)s to %(recipients)s, where nobody was told by itself "
            "that it was withdrawn: %(reason)s",
            channel=told.channel_summary,
            recipients=", ".join(deliveries.mapped("recipient")),
            reason=self.withdrawn_reason,
        )
        told.case_id._ask_person(summary, plaintext2html(note))

    def _mail_withdrawn(self, deliveries):
        """Queue the e-mails for the addresses of these deliveries."""
        addresses = {
            notice.id: ", ".join(same.mapped("recipient"))
            for notice, same in deliveries.grouped("reminder_id").items()
        }
        template = self.env.ref("payment_reminders.mail_template_withdrawn")
        for mail in template.send_mail_batch(list(addresses)):
            case = self.browse(mail.res_id).case_id
            mail.email_to = addresses[mail.res_id]
            mail.references = get_thread_reference(case)

    def _text_withdrawn(self, deliveries):
        """Queue the SMS for the numbers of these deliveries."""
        template = self.env.ref("payment_reminders.sms_template_withdrawn")
        bodies = template._render_field(
            "body", deliveries.reminder_id.ids, compute_lang=True
        )
        for delivery in deliveries:
            notice = delivery.reminder_id
            notice.case_id._message_sms(
                bodies[notice.id],
                partner_ids=delivery.partner_id.ids,
                sms_numbers=[delivery.recipient],
            )

    # -- what it did is taken back --------------------------------------------------

    def _undo_sent(self, code, reason):
        """Let these notices no longer count as sent, and take back what they did.

        Their entries of the claim ledger are reversed, their due items go back to
        where they stood, spacing and limits of the law forget them, and a notice
        that was proposed on top of them is cancelled. Of a round of the case that is
        over nothing is taken back: what was settled then stays settled. The same step
        may be proposed, and sent to the same address, again.

        Their cases and they themselves are locked by the caller.

        :param code: why, as a code for the trail: withdrawn, bounced
        :param reason: why, in words for the ledger and the queue
        :return: the notices that have left a due item behind to be chased again
        """
        notices = self.filtered("counts").sudo()
        notices.write({"withdrawn": True, "withdrawn_reason": reason})
        cases = notices.case_id | notices.line_ids.item_id.case_id
        # Reads all of them at once: each notice asks for its own below.
        cases.mapped("state")
        current = notices.filtered(lambda r: r._is_of_this_round())
        reversed_lines = current._reverse_claims(reason).grouped("reminder_id")
        stepped_back = current._step_back()
        none = self.env["payment.reminder.claim.line"]
        self.env["payment.reminder.event"]._log(
            [
                (
                    notice.case_id,
                    "withdrawn",
                    {
                        "reminder": notice.id,
                        "reason": code,
                        "claim_lines": reversed_lines.get(notice, none).ids,
                        "stepped_back": notice in stepped_back,
                    },
                )
                for notice in notices
            ]
        )
        notices.delivery_ids._free_keys()
        waiting = stepped_back.case_id.reminder_ids.filtered(
            lambda r: r.state in WAITING
        )
        waiting._cancel(self.env._("The notice before it does not count: %s", reason))
        cases._refresh()
        return stepped_back

    def _is_of_this_round(self):
        """Tell whether the case is still about what this notice was about."""
        self.ensure_one()
        case = self.line_ids.item_id.case_id[:1] or self.case_id
        return case.state != "closed" and not (
            case.date_open and self.sent_date and self.sent_date < case.date_open
        )

    def _reverse_claims(self, reason):
        """Reverse what these notices posted on the claim ledger.

        :return: the reversing entries
        """
        # A merge of customers takes an entry to another case, as a copy.
        lines = self.env["payment.reminder.claim.line"].search(
            [
                ("reminder_id", "in", self.ids),
                ("kind", "in", ("fee", "interest", "compensation")),
                ("reversal_of_id", "=", False),
                ("reversed_by_ids", "=", False),
            ]
        )
        return lines._reverse(reason)

    def _step_back(self):
        """Put the due items of these notices back to where they stood before them.

        An item that a later notice took further stays there.

        :return: the notices of which something may be sent again
        """
        climbed_by_item = self._get_counting_climbs().grouped("item_id")
        moved = self.filtered("is_rest")
        for line in self.line_ids:
            item = line.item_id
            vals = {}
            if line.amount_interest:
                vals["interest_claimed"] = (
                    item.interest_claimed - line._get_fresh_interest()
                )
            climbed = climbed_by_item.get(item, line.browse())
            if line.step_id and not any(
                other.reminder_id.sent_date > line.reminder_id.sent_date
                for other in climbed
            ):
                vals |= line._get_place_after(climbed[-1:])
                moved |= line.reminder_id
            if vals:
                item.write(vals)
        # Whom somebody has called since stands there.
        self.env["payment.reminder.call"]._restore_places(self.line_ids.item_id)
        return moved

    def _get_counting_climbs(self):
        """Return the lines by which other notices that were sent took these items up
        a step, the oldest first."""
        lines = self.env["payment.reminder.line"].search(
            Domain("item_id", "in", self.line_ids.item_id.ids)
            & Domain("step_id", "!=", False)
            & Domain("reminder_id", "not in", self.ids)
            & Domain("reminder_id", "any", self._get_counting_domain())
        )
        return lines.sorted(lambda line: (line.reminder_id.sent_date, line.id))

    # -- what came back -------------------------------------------------------------

    def _may_have_arrived(self):
        """Tell whether a message of this notice is not known to have failed."""
        self.ensure_one()
        return any(
            delivery.state in ("sending", "sent", "uncertain")
            for delivery in self.delivery_ids
        )

    def _settle_bounces(self):
        """Take a notice back of which nothing arrived, and try somebody else."""
        self.ensure_one()
        bounced = self.delivery_ids.filtered(lambda d: d.state == "bounced")
        if not bounced:
            return
        case = self.case_id
        if self.counts and not self._may_have_arrived():
            words = case._in_staff_language().env
            left = self._undo_sent("bounced", words._("It did not arrive."))
            if left:
                left._send_again()
        if case.state != "closed":
            self._ask_for_address(bounced)

    def _ask_for_address(self, bounced):
        """Ask the responsible for an address that works; once for each address."""
        case = self.case_id._in_staff_language()
        asked = case.env._("New address needed")
        summary = f"{asked}: {', '.join(sorted(set(bounced.mapped('recipient'))))}"
        if summary in case.activity_ids.mapped("summary"):
            return
        case._ask_person(
            summary,
            # What a mail server said is a text of strangers.
            plaintext2html(
                case.env._(
                    "%(step)s came back: %(reason)s\nFind an address that works, or "
                    "say on the delivery of the notice that this one does.",
                    step=self.with_env(case.env).step_id.name,
                    reason="; ".join(filter(None, bounced.mapped("failure_reason"))),
                )
            ),
        )

    def _tell_invoices_of_bounce(self, delivery):
        """Log on the invoices that what they say was sent came back."""
        moves = self.line_ids.filtered("step_id").move_id
        told = self.with_env(self.case_id._in_staff_language().env)
        body = told.env._(
            "%(step)s to %(recipient)s came back: %(reason)s",
            step=told.step_id.name,
            recipient=delivery.recipient,
            reason=delivery.failure_reason,
        )
        moves.sudo()._message_log_batch(
            bodies={move.id: plaintext2html(body) for move in moves}
        )

    def _send_again(self):
        """Queue once more, for whoever else is reached, what did not arrive.

        What was approved stays approved, its hold window has passed; the guard looks
        again. Without anybody to reach it waits until there is an address.
        """
        for notice in self:
            case = notice.line_ids.item_id.case_id[:1] or notice.case_id
            if case.state == "closed" or case._find_open_notices():
                continue
            again = self.sudo().create(notice._prepare_again_vals(case))
            payload = {"reminder": again.id, "again": notice.id}
            case._log_event("proposed", payload)
            if again.approved_by_id:
                case._log_event("approved", {**payload, "by": again.approved_by_id.id})
        self.env.ref("payment_reminders.ir_cron_send")._trigger()

    def _prepare_again_vals(self, case):
        """Return the values of the notice that takes the place of this one.

        Figures and what people chose for it go along; see ``copy`` of each field.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        lines = self.line_ids.filtered(lambda line: line.item_id.case_id == case)
        [vals] = self.copy_data(
            {
                "case_id": case.id,
                "state": "approved" if self.approved_by_id else "proposed",
                "date_proposed": now,
                "hold_until": now,
                "line_ids": [Command.create(values) for values in lines.copy_data()],
            }
        )
        return vals
