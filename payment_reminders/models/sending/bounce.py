"""Messages that come back: what was taken by a gateway, and never arrived.

A message that came back is no reminder that was sent. Its address is not used again
until something arrives from there or a person says so; the notice goes to whoever
else can be reached, and the guard is asked again; somebody finds a new address.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...tools import transactions

#: Days after which no server goes on trying, and reports (RFC 5321, 4.5.4.1).
REPORT_DAYS = 7
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

    @api.model
    def _find_sent_to(self, addresses, hosts):
        """Find the last e-mail of each case that has just gone to one of these.

        :param addresses: normalised
        :param hosts: of the Message-Ids in a report; a number of our own that no
            message has is made up, one of another server replaced ours on the way
        """
        own = Domain("name", "in", list(hosts))
        if not addresses or self.env["mail.alias.domain"].sudo().search(own, limit=1):
            return self.browse()
        since = fields.Datetime.now() - timedelta(days=REPORT_DAYS)
        found = self.search(
            [
                ("channel", "=", "email"),
                ("recipient", "in", addresses),
                ("state", "in", ("sending", "sent", "uncertain")),
                "|",
                ("date_sent", "=", False),
                ("date_sent", ">=", since),
            ],
            order="id desc",
        ).filtered(
            lambda d: (d.message_id or "").strip("<>").rpartition("@")[2] not in hosts
        )
        return self.concat(
            *(deliveries[:1] for deliveries in found.grouped("case_id").values())
        )

    def _count_bounce(self, counted):
        """Count a bounce on the contacts of this address, as Odoo does.

        :param counted: the address that Odoo has counted it for; another one when
            the customer's mail server hands mail on
        """
        self.ensure_one()
        if self.recipient != counted:
            transactions.run(
                self.env, lambda env: self.with_env(env)._count_bounce_of_contacts()
            )

    def _count_bounce_of_contacts(self):
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
