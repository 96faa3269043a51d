"""Messages that come back: what was taken by a gateway, and never arrived.

A message that came back is no reminder that was sent. Its address is not used again
until something arrives from there or a person says so; the notice goes to whoever
else can be reached, and the guard is asked again; somebody finds a new address.
"""

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import plaintext2html

from ...tools import transactions

#: So much of what a mail server wrote is shown to whoever looks at it.
EXCERPT = 2000


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    date_bounced = fields.Datetime(string="Came back on", readonly=True)
    is_dead_end = fields.Boolean(
        string="Address does not work",
        readonly=True,
        help="A message to this address came back. It is not used again until a "
        "message arrives from it, or somebody says that it works.",
    )

    _dead_end_idx = models.Index("(company_id, recipient) WHERE is_dead_end")

    @api.model
    def _receive_bounce(self, deliveries, status, reason):
        """Note that messages came back, each in a transaction of its own.

        Safe to be told twice. Waits for a sender that has the notice this moment.

        :param deliveries: payment.reminder.delivery records
        :param status: a short code for the trail
        :param reason: what the gateway said, in words
        """
        for delivery in deliveries:
            transactions.run(
                self.env,
                lambda env, one=delivery: one.with_env(env)._note_bounce(
                    status, reason
                ),
            )

    def _note_bounce(self, status, reason):
        self.ensure_one()
        delivery = self.sudo()
        reminder = delivery.reminder_id
        transactions.lock(delivery.case_id, reminder, delivery)
        if delivery.state not in ("sending", "sent", "uncertain"):
            return
        delivery.write(
            {
                "state": "bounced",
                "failure_reason": reason,
                "date_bounced": fields.Datetime.now(),
                "is_dead_end": True,
            }
        )
        delivery.case_id._log_event(
            "bounced",
            {
                "reminder": reminder.id,
                "delivery": delivery.id,
                "channel": delivery.channel,
                "status": status,
            },
        )
        reminder._tell_invoices_of_bounce(delivery)
        # While its sender is at work, the paperwork does the rest.
        if reminder.state == "uncertain" and not reminder._may_have_arrived():
            self.env["payment.reminder.paperwork"]._finish(reminder)
        elif reminder.state == "sent":
            reminder._settle_bounces()

    def _ask_whether_it_arrived(self, text):
        """Let a person read a report that has nothing in it for machines.

        :param text: what the mail server wrote
        """
        for delivery in self:
            case = delivery.case_id._in_staff_language()
            if case.state == "closed" or delivery.state not in (
                "sending",
                "sent",
                "uncertain",
            ):
                continue
            summary = case.env._(
                "Did it arrive? %(step)s to %(recipient)s",
                step=delivery.with_env(case.env).step_id.name,
                recipient=delivery.recipient,
            )
            if summary in case.activity_ids.mapped("summary"):
                continue
            case._ask_person(
                summary,
                plaintext2html(
                    case.env._(
                        "A mail server wrote about this reminder in a way that only a "
                        "person can read. If it did not arrive, withdraw it and find "
                        "an address that works.\n\n%s",
                        text.strip()[:EXCERPT],
                    )
                ),
            )

    def _count_bounce(self, counted):
        """Count a bounce on the contacts of this address, as Odoo does.

        :param counted: the address that Odoo has counted it for; another one when
            the customer's mail server hands mail on
        """
        self.ensure_one()
        if self.recipient != counted:
            partners = self.env["res.partner"].sudo()
            partners = partners.search([("email_normalized", "=", self.recipient)])
            partners._message_receive_bounce(self.recipient, partners)

    def action_use_again(self):
        """Say that the address of these deliveries works."""
        self.case_id._check_may_act()
        dead = self.sudo().filtered("is_dead_end")
        dead._find_same_address().is_dead_end = False
        for delivery in dead:
            delivery.case_id._log_event(
                "released",
                {"reminder": delivery.reminder_id.id, "delivery": delivery.id},
            )
        return True

    def _find_same_address(self):
        """Return all deliveries of these companies to the same addresses."""
        return self.search(
            [
                ("is_dead_end", "=", True),
                ("company_id", "in", self.company_id.ids),
                ("recipient", "in", self.mapped("recipient")),
            ]
        )


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

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
        """Return the values of the notice that takes the place of this one."""
        self.ensure_one()
        names = (
            "company_id partner_id currency_id user_id step_id approved_by_id "
            "approved_date approved_ladder_id amount_principal amount_fee "
            "amount_interest amount_compensation amount_costs_before amount_claim "
            "interest_until deadline_date remarks remark_values is_rest "
            "interest_specification has_fee_limit fee_limit fee_limit_by_id "
            "fee_limit_note attach_invoices channel_choice personal_text"
        ).split()
        now = fields.Datetime.now()
        lines = self.line_ids.filtered(lambda line: line.item_id.case_id == case)
        return {
            **{
                name: self._fields[name].convert_to_write(self[name], self)
                for name in names
            },
            "case_id": case.id,
            "state": "approved" if self.approved_by_id else "proposed",
            "date_proposed": now,
            "hold_until": now,
            "line_ids": [Command.create(values) for values in lines.copy_data()],
        }
