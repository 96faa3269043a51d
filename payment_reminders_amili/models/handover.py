"""What the core asks of a provider, answered by Amili."""

import logging
from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.payment_reminders.http import Outcome as Came
from odoo.addons.payment_reminders.http import Patience
from odoo.addons.payment_reminders.rules.handover import (
    THERE,
    Answer,
    Outcome,
    Reading,
    State,
)
from odoo.addons.payment_reminders.tools.decimals import to_decimal

from ..wire import digest, make_body, make_registration

_logger = logging.getLogger(__name__)

#: What came of a call, in the words of the core. What is not here was not reached.
OUTCOMES = {
    Came.OK: Outcome.DONE,
    Came.REJECTED: Outcome.REFUSED,
    Came.NOT_FOUND: Outcome.REFUSED,
    Came.GONE: Outcome.REFUSED,
    Came.AUTH: Outcome.AUTH,
    Came.UNCERTAIN: Outcome.UNCERTAIN,
}
#: While somebody waits for a page to open.
HURRIED = Patience(5, 5, 10)
#: How the invoice fares that goes along: tried so often.
UPLOADS = 3
#: It does not list what it was told of this kind.
NO_LIST = (Came.NOT_FOUND, Came.GONE, Came.REJECTED)
CAPABILITIES = frozenset(("find", "read", "media", "credit", "payment", "end"))
PORTAL = "https://app.amili.se"


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    provider = fields.Selection(
        selection_add=[("amili", "Visma Amili")],
        ondelete={"amili": lambda records: records._leave_amili()},
    )
    amili_body = fields.Text(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="What is sent to Amili, until it is taken or refused.",
    )
    amili_digest = fields.Char(
        string="SHA-256 of what was sent", readonly=True, copy=False
    )
    amili_media = fields.Selection(
        [
            ("waiting", "To be sent"),
            ("sent", "Sent"),
            ("failed", "Could not be sent"),
        ],
        string="Invoice at Amili",
        readonly=True,
        copy=False,
    )
    amili_media_tries = fields.Integer(readonly=True, copy=False)

    # What the scheduled action asks for.
    _amili_media_idx = models.Index("(id) WHERE amili_media = 'waiting'")

    def _is_amili(self):
        self.ensure_one()
        return self.provider == "amili"

    def _leave_amili(self):
        """Stay readable without this addon: a person tells who has them from now on."""
        for company, records in self.sudo().grouped("company_id").items():
            contact = company.amili_partner_id or self.env["res.partner"].create(
                {"name": "Visma Amili", "is_company": True}
            )
            records.filtered(lambda r: not r.service_id).service_id = contact
        self.sudo().write({"provider": "manual"})

    # -- the interface of the core ----------------------------------------------

    def _provider_capabilities(self):
        # EXTENDS payment_reminders
        if self.provider == "amili":
            return set(CAPABILITIES)
        return super()._provider_capabilities()

    @api.model
    def _provider_is_ready(self, company, provider="manual"):
        # EXTENDS payment_reminders: a refused log-in hides nothing, the dialog says it
        if provider == "amili":
            return company.sudo().amili_is_on and company.sudo().amili_mode != "off"
        return super()._provider_is_ready(company, provider)

    @api.model
    def _provider_locks(self, provider="manual"):
        # EXTENDS payment_reminders
        locks = super()._provider_locks(provider)
        if provider != "amili":
            return locks
        why = self.env._(
            "Fee, interest and the way of sending are decided by Amili, by its rules."
        )
        names = ("fee", "interest", "channels", "note", "attach", "hold_window")
        return {**locks, **dict.fromkeys(names, why)}

    def _provider_url(self):
        # EXTENDS payment_reminders
        if not self._is_amili():
            return super()._provider_url()
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("payment_reminders_amili.portal_url") or PORTAL

    def _provider_find(self):
        # EXTENDS payment_reminders
        if not self._is_amili():
            return super()._provider_find()
        amili, refusal = self._reach_amili()
        if refusal:
            return refusal
        company = self.company_id
        heard, cases = amili.find(company.amili_creditor_id, self.move_id.name)
        self._note_amili(heard)
        if not heard.is_good:
            return self._make_amili_answer(heard, asked=True)
        return self._choose_amili_case(cases)

    def _provider_register(self):
        # EXTENDS payment_reminders
        if not self._is_amili():
            return super()._provider_register()
        amili, refusal = self._reach_amili()
        body = self.sudo().amili_body
        if refusal or not body:
            # Without a body nothing was committed, and nothing may leave.
            return refusal or Answer(Outcome.UNAVAILABLE)
        heard, made = amili.register(body.encode())
        self._note_amili(heard)
        answer = self._make_amili_answer(heard)
        if not made:
            return answer
        return Answer(Outcome.DONE, external_id=made.case, payer_reference=made.ocr)

    def _provider_read(self):
        # EXTENDS payment_reminders
        if not self._is_amili():
            return super()._provider_read()
        amili, refusal = self._reach_amili()
        if refusal or not self.external_id:
            return refusal or Answer(
                Outcome.UNAVAILABLE,
                self.env._("Amili's number of the case is missing."),
            )
        is_hurried = self.env.context.get("reminder_in_a_hurry")
        patience = HURRIED if is_hurried else None
        heard, case = amili.read(self.external_id, patience)
        self._note_amili(heard)
        return self._read_amili_case(case) if case else self._make_amili_answer(heard)

    def _provider_report(self, report):
        # EXTENDS payment_reminders
        if not self._is_amili():
            return super()._provider_report(report)
        amili, refusal = self._reach_amili()
        if refusal:
            return refusal
        if report.kind not in ("payment", "credit"):
            return Answer(
                Outcome.REFUSED,
                self.env._("Amili takes nothing back by itself: tell it there."),
            )
        path = {
            "payment": "/creditor--payments",
            "credit": "/creditor--creditings",
        }[report.kind]
        # Whether it was told before can be asked, and is: nothing there keeps a sum
        # from being booked twice.
        heard, told = amili.find_told(path, self.external_id, report.key)
        if told:
            return self._judge_amili_told(heard, told)
        if not heard.is_good:
            self._note_amili(heard)
            if heard.outcome not in NO_LIST:
                return self._make_amili_answer(heard, asked=True)
            if report.tries > 1:
                return Answer(Outcome.UNCERTAIN, heard.reason)
        heard, told = self._tell_amili(amili, report)
        if heard.outcome == Came.UNCERTAIN:
            asked, found = amili.find_told(path, self.external_id, report.key)
            if found:
                heard, told = asked, found
        self._note_amili(heard)
        return self._judge_amili_told(heard, told)

    def _provider_end(self, reason):
        # EXTENDS payment_reminders
        if not self._is_amili():
            return super()._provider_end(reason)
        amili, refusal = self._reach_amili()
        if refusal:
            return refusal
        if not self.external_id:
            return Answer(
                Outcome.REFUSED, self.env._("Amili's number of the case is missing.")
            )
        heard, case = amili.read(self.external_id)
        self._note_amili(heard)
        if not heard.is_good:
            return self._make_amili_answer(heard, asked=True)
        if case.is_closed:
            return Answer(Outcome.DONE)
        if self.state == State.END_UNCERTAIN:
            # It was asked for. Whether that arrived can be asked; nothing is sent
            # again but what is certainly not there.
            heard, was_asked = amili.was_ended(self.external_id)
            if was_asked or not heard.is_good:
                return Answer(
                    Outcome.UNAVAILABLE,
                    self.env._("Amili was asked to end it, and has not ended it yet."),
                )
        heard, told = amili.end(self.company_id.amili_creditor_id, self.external_id)
        if told and told.status == "completed":
            return Answer(Outcome.DONE, told.reason)
        if heard.outcome in (Came.OK, Came.UNCERTAIN):
            # With a remark, or without an answer: the case itself says what holds.
            asked, case = amili.read(self.external_id)
            if asked.is_good and case.is_closed:
                return Answer(Outcome.DONE, told.reason if told else "")
            return Answer(Outcome.UNCERTAIN, told.reason if told else heard.reason)
        return self._make_amili_answer(heard)

    # -- speaking -----------------------------------------------------------------

    def _reach_amili(self):
        """Return (:class:`Amili`, None), or (None, why there is no speaking now)."""
        company = self.company_id
        # What is with Amili is followed and ended while nothing new is handed over.
        obstacle = company._get_amili_obstacle()
        if obstacle:
            outcome = Outcome.AUTH if company.amili_problem else Outcome.UNAVAILABLE
            return None, Answer(outcome, obstacle)
        return company._get_amili(), None

    def _note_amili(self, heard):
        """Note whether the log-in is good; tell who can mend it, once."""
        if self.company_id._note_amili_apart(heard):
            self._in_own_transaction(lambda record: record._tell_amili_refuses())

    def _tell_amili_refuses(self):
        told = self.with_context(lang=self.case_id._get_responsible().lang)
        told._call_manager(
            told.env._("Amili refuses the log-in"),
            told.env._(
                "Nothing is handed over, told or read until somebody with access to "
                "the settings has tested it: Settings › Payment Reminders › Amili."
            ),
        )

    def _make_amili_answer(self, heard, asked=False):
        """Return what came of a call in the words of the core.

        :param asked: it was a question: whatever went wrong, nothing has happened
        """
        outcome = OUTCOMES.get(heard.outcome, Outcome.UNAVAILABLE)
        if asked and outcome == Outcome.REFUSED:
            outcome = Outcome.UNAVAILABLE
        return Answer(outcome, heard.reason, retry_after=heard.pause)

    def _choose_amili_case(self, cases):
        """Return the id of the case that is this hand-over, or None.

        One of our reference is it, whatever became of it. Any other that is open is the
        same invoice, which somebody else has given to Amili: it must not be chased
        twice. What another hand-over of ours is, is not this one.
        """
        ids = [case.id for case in cases]
        others = self.sudo().search(
            [
                ("provider", "=", "amili"),
                ("external_id", "in", ids),
                ("id", "!=", self.id),
            ]
        )
        free = [c for c in cases if c.id not in others.mapped("external_id")]
        reference = self._get_amili_reference()
        for case in free:
            if case.reference == reference:
                return case.id
        amount = self._get_amili_amount()
        found = [c for c in free if not c.is_closed]
        found.sort(key=lambda case: case.initial != amount)
        return found[0].id if found else None

    def _read_amili_case(self, case):
        """Return what a :class:`Case` says as the core's :class:`Reading`."""
        left = {
            name: getattr(case, name)
            for name in ("capital", "costs", "interest")
            if getattr(case, name) is not None
        }
        state = None
        if case.is_closed:
            is_ending = self.state in (State.ENDING, State.END_UNCERTAIN)
            closed = State.CANCELLED if is_ending else State.CLOSED
            state = State.PAID if case.capital == 0 else closed
        return Reading(case.state, case.status, state, case.since, left=left)

    def _tell_amili(self, amili, report):
        creditor = self.company_id.amili_creditor_id
        amount = to_decimal(report.amount, self.currency_id.decimal_places)
        day = report.date or fields.Date.context_today(self)
        if report.kind == "payment":
            return amili.pay(creditor, self.external_id, amount, day, report.key)
        number = report.reference or self.move_id.name
        return amili.credit(creditor, self.external_id, amount, number, report.key)

    def _judge_amili_told(self, heard, told):
        if not told:
            return self._make_amili_answer(heard)
        if told.status == "error":
            reason = told.reason or self.env._("Amili could not book it.")
            return Answer(Outcome.REFUSED, reason)
        return Answer(Outcome.DONE, told.reason)

    # -- what is sent -------------------------------------------------------------

    def _get_amili_reference(self):
        """Return our own name of the debt: the invoice, and how many times it went."""
        self.ensure_one()
        siblings = self.case_id.item_ids.filtered(
            lambda item: item.move_id == self.move_id
        )
        part = f"/{self.item_id.id}" if len(siblings) > 1 else ""
        return f"{self.move_id.name}{part}/{self.round}"

    def _get_amili_amount(self):
        """Return the capital to claim: what was open when a person confirmed it."""
        return to_decimal(self.amount, self.currency_id.decimal_places)

    def _make_amili_body(self):
        """Return the canonical JSON of the registration."""
        self.ensure_one()
        company, move = self.company_id, self.move_id
        partner = move.partner_id or self.partner_id
        today = company._get_reminder_today()
        digits = self.currency_id.decimal_places
        fee = to_decimal(self.claimed_fee, digits)
        notices = self.claim_line_ids.reminder_id.filtered("sent_date")
        days = [company._get_reminder_today(notice.sent_date) for notice in notices]
        return make_body(
            make_registration(
                account=company.amili_account_id,
                creditor=company.amili_creditor_id,
                start_with=self.start_with,
                customer=partner._prepare_amili_customer(),
                debt={
                    "invoice_number": move.name,
                    "debt_description": self.description,
                    "debt_reference": self._get_amili_reference(),
                    "capital_to_claim": self._get_amili_amount(),
                },
                invoice_date=move.invoice_date or self.item_id.date_due,
                due_date=self.item_id.date_due,
                fees={"reminder": (fee, min(days, default=today))},
            )
        ).decode()

    @api.model
    def _prepare_vals(self, item, seen, provider, *args):
        # EXTENDS payment_reminders
        made = super()._prepare_vals(item, seen, provider, *args)
        if provider == "amili":
            company = item.company_id
            if company.amili_tax_part == "whole" and seen:
                made["amount"] = float(seen.owed + (seen.apart or Decimal(0)))
            made["service_id"] = company.amili_partner_id.id
        return made

    def _claim(self):
        # EXTENDS payment_reminders: what is about to leave is committed before it does
        if not super()._claim():
            return False
        if not self._is_amili():
            return True
        try:
            self._in_own_transaction(lambda record: record._keep_amili_body())
        except Exception:
            # Nothing has left, and nothing will.
            _logger.exception("Hand-over %s: nothing to send", self.id)
            answer = Answer(Outcome.UNAVAILABLE)
            self._in_own_transaction(lambda record: record._note_registration(answer))
            return False
        return True

    def _keep_amili_body(self):
        body = self._make_amili_body()
        self.sudo().write({"amili_body": body, "amili_digest": digest(body.encode())})

    def _note_registration(self, answer):
        # EXTENDS payment_reminders
        result = super()._note_registration(answer)
        if self._is_amili() and self.state not in ("sending", "uncertain"):
            # Names and numbers of people are kept no longer than they are needed.
            vals = {"amili_body": False}
            if State(self.state) in THERE and self.attach_invoice:
                vals["amili_media"] = self.amili_media or "waiting"
            self.write(vals)
        return result

    @api.model
    def _get_default_description(self, item):
        # EXTENDS payment_reminders
        company = item.company_id
        if company.amili_mode != "off" and company.amili_default_description:
            return company.amili_default_description
        return super()._get_default_description(item)

    def _get_invoice_file(self):
        """Return (name, bytes) of the invoice's PDF; it is printed if it never was."""
        self.ensure_one()
        move = self.move_id.sudo()
        name = f"{(move.name or 'invoice').replace('/', '-')}.pdf"
        kept = move.invoice_pdf_report_id
        if kept:
            return kept.name or name, kept.raw
        report = self.env["ir.actions.report"].sudo()
        content, kind = report._render_qweb_pdf("account.account_invoices", move.ids)
        return (name, content) if kind == "pdf" else (name, b"")
