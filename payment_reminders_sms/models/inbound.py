"""What SMS gateways tell by themselves: texts of customers, and reports of ours.

A call of a gateway writes one row and is answered at once; the work is done by a
scheduled action, one row in one transaction. The gateway's own number of it makes sure
that what comes twice is done once.
"""

import logging

from odoo import api, fields, models
from odoo.tools import SQL, plaintext2html

from odoo.addons.payment_reminders.rules import customer_input
from odoo.addons.payment_reminders.rules.sms import is_stop
from odoo.addons.payment_reminders.tools import transactions

_logger = logging.getLogger(__name__)

ROWS_PER_BATCH = 100
#: So often a row is tried that cannot be worked off.
MAX_TRIES = 3
#: What was done with a text with which only a person can do something.
FOR_PEOPLE = ("nobody", "several")
#: Days after which what was done is removed.
KEEP_DAYS = 180


class PaymentReminderInbound(models.Model):
    """One call of an SMS gateway: a text that came in, or a report."""

    _name = "payment.reminder.inbound"
    _description = "Incoming SMS"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "number"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    provider = fields.Char(string="Gateway", required=True, readonly=True)
    kind = fields.Selection(
        [("message", "SMS"), ("report", "Report")], required=True, readonly=True
    )
    external_id = fields.Char(string="Their number", required=True, readonly=True)
    number = fields.Char(string="From", readonly=True)
    text = fields.Text(readonly=True)
    sms_uuid = fields.Char(string="Our number", readonly=True)
    status = fields.Char(readonly=True)
    status_at = fields.Datetime(string="Since", readonly=True)
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="new",
    )
    outcome = fields.Selection(
        [
            ("answer", "Put to the case"),
            ("stopped", "Ends SMS to that number"),
            ("several", "Several customers have that number: a person decides"),
            ("nobody", "Nobody is known by that number: a person decides"),
            ("linked", "Put to a customer by a person"),
            ("dismissed", "Dismissed by a person"),
            ("noted", "Noted"),
            ("old", "Nothing new"),
            ("unknown", "Of no message of ours"),
        ],
        string="What was done",
        readonly=True,
    )
    case_id = fields.Many2one(
        "payment.reminder.case",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    tries = fields.Integer(readonly=True)

    _once_uniq = models.UniqueIndex(
        "(company_id, provider, kind, external_id)", "This was told before."
    )
    _new_idx = models.Index("(id) WHERE state = 'new'")

    # -- taking it ------------------------------------------------------------------

    @api.model
    def _take(self, company, provider, kind, external_id, **vals):
        """Keep what a gateway tells, once; the work is done later.

        :param vals: number, text, sms_uuid, status, status_at
        :return: whether it is new
        """
        values = {
            "company_id": company.id,
            "provider": provider,
            "kind": kind,
            "external_id": external_id,
            "state": "new",
            "tries": 0,
            "create_date": fields.Datetime.now(),
            "create_uid": self.env.uid,
            # PostgreSQL keeps no zero bytes.
            **{
                name: value.replace("\0", "") if isinstance(value, str) else value
                for name, value in vals.items()
            },
        }
        rows = self.env.execute_query(
            SQL(
                # payment_reminder_inbound_once_uniq
                """
                INSERT INTO payment_reminder_inbound (%s) VALUES (%s)
                ON CONFLICT (company_id, provider, kind, external_id) DO NOTHING
                RETURNING id
                """,
                SQL(", ").join(map(SQL.identifier, values)),
                SQL(", ").join(SQL("%s", value) for value in values.values()),
            )
        )
        if rows:
            self.env.ref("payment_reminders_sms.ir_cron_inbound").sudo()._trigger()
        return bool(rows)

    # -- working it off -------------------------------------------------------------

    @api.model
    def _cron_receive(self):
        """Work off what gateways have told, the oldest first."""
        # payment_reminder_inbound_new_idx
        waiting = self.sudo().search([("state", "=", "new")], order="id")
        left = len(waiting)
        for start in range(0, len(waiting), ROWS_PER_BATCH):
            batch = waiting[start : start + ROWS_PER_BATCH]
            for row in batch:
                row._work_off()
            left -= len(batch)
            if not transactions.report_progress(self.env, len(batch), left):
                break

    def _work_off(self):
        """Do what one row asks for, in a transaction of its own."""
        self.ensure_one()
        try:
            transactions.run(self.env, lambda env: self.with_env(env)._receive())
        except Exception:
            _logger.exception("What a gateway told (%s) cannot be worked off", self.id)
            transactions.run(self.env, lambda env: self.with_env(env)._note_failure())

    def _receive(self):
        if not transactions.try_lock(self):
            return
        self.invalidate_recordset()
        if self.state != "new":
            return
        outcome, case = (
            self._receive_message() if self.kind == "message" else self._take_report()
        )
        self.write({"state": "done", "outcome": outcome, "case_id": case.id})
        if outcome in FOR_PEOPLE:
            self._leave_to_people()

    def _note_failure(self):
        self.tries += 1
        if self.tries >= MAX_TRIES:
            self.state = "failed"
            if self.kind == "message":
                self._leave_to_people()

    def _receive_message(self):
        """Put a text to the case that it is about.

        :return: (outcome, case)
        """
        Case = self.env["payment.reminder.case"]
        if not self.number:
            return "nobody", Case
        cases = Case._find_by_number(self.company_id, self.number)
        if is_stop(self.text or "") and self._end_sms(cases):
            return "stopped", cases[:1]
        if not cases:
            return ("dismissed" if self._is_muted() else "nobody"), cases
        if len(cases) > 1:
            for case in cases:
                self._ask_whose(case, cases)
            return "several", cases[:0]
        cases._receive_sms(self.number, self.text or "")
        return "answer", cases

    def _end_sms(self, cases):
        """Send no more SMS to a number, and tell whoever is responsible.

        :return: whether there is anybody to whom SMS end
        """
        delivery = self.env["payment.reminder.delivery"]._end_sms(
            self.company_id,
            self.number,
            self.env._("Its owner wants no more SMS: “%s”", (self.text or "").strip()),
        )
        for case in cases:
            told = case._in_staff_language()
            note = (
                told.env._(
                    "%s asked for no more SMS. Reminders go another way from now on, "
                    "where there is one.",
                    self.number,
                )
                if delivery
                else told.env._(
                    "%s asked for no more SMS. No reminder ever went there: take the "
                    "number off the contact.",
                    self.number,
                )
            )
            told._call_responsible(
                told.env._("No more SMS: %s", self.number), note=plaintext2html(note)
            )
        return bool(cases or delivery)

    def _ask_whose(self, case, cases):
        """Let a person find out which of several customers wrote."""
        told = case._in_staff_language()
        note = told.env._(
            "%(number)s wrote an SMS. Several customers have that number (%(names)s), "
            "so that nothing was put on hold. Link it to the one who wrote it, under "
            "Incoming SMS.\n\n%(text)s",
            number=self.number,
            names=", ".join(cases.partner_id.mapped("display_name")),
            text=customer_input.clean_text(self.text or ""),
        )
        told._call_responsible(told._get_whose_summary(), note=plaintext2html(note))

    def _take_report(self):
        """Note what became of an SMS of ours.

        :return: (outcome, case)
        """
        # By the unique index of the trackers.
        tracker = self.env["sms.tracker"].search([("sms_uuid", "=", self.sms_uuid)])
        delivery = tracker.reminder_delivery_id
        if not tracker or (delivery and delivery.company_id != self.company_id):
            return "unknown", delivery.case_id.browse()
        is_new = tracker._take_report(self.status, self.status_at or None, self.text)
        return ("noted" if is_new else "old"), delivery.case_id

    def action_open_case(self):
        """Open the case that this was put to."""
        self.ensure_one()
        return self.case_id._get_records_action()

    # -- keeping --------------------------------------------------------------------

    @api.autovacuum
    def _gc_told(self):
        """Remove what was done long ago: texts are kept at their cases.

        What waits for a person waits on.
        """
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.sudo().search(
            [
                ("state", "!=", "new"),
                ("is_open", "=", False),
                ("create_date", "<", limit),
            ],
            limit=1000,
        ).unlink()
