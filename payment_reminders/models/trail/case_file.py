"""The case file: all that happened in one case, for a lawyer or a collection agency.

One dict, of which the JSON is written and the PDF is printed. ``docs/case-file.md``
says what is in it and how it is verified without this addon.
"""

import base64
import hashlib
import json

from odoo import api, fields, models
from odoo.tools import float_repr

from ...tools.hiding import hide_keys

FORMAT, VERSION = "payment-reminders-case-file", 1


def get_digest(part):
    """Return the SHA-256 of a part: of a text itself, else of its canonical JSON."""
    text = part if isinstance(part, str) else canonical(part)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(part):
    """Return JSON with sorted keys, without blanks, in plain ASCII."""
    return json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


class PaymentReminderCaseFile(models.AbstractModel):
    _name = "payment.reminder.case.file"
    _description = "Payment Reminder Case File"

    @api.model
    def _build(self, case):
        """Return the case file of a case.

        :param case: one case that the user may read
        :return: dict that JSON can hold; amounts are strings, times UTC
        """
        case.ensure_one()
        case.check_access("read")
        # Whoever may read a case may read all that belongs to it.
        case = case.sudo()
        parts = {
            "case": self._describe_case(case),
            "items": self._list_items(case),
            "notices": [
                self._describe_notice(n) for n in case.reminder_ids.sorted("id")
            ],
            "claim_ledger": self._list_claims(case),
            "holds": self._list_holds(case),
            "questions": self._list_questions(case),
            "plans": self._list_plans(case),
        }
        if case.handover_ids:
            parts["handovers"] = self._list_handovers(case)
        # The trail names ids and codes only, and what is hashed must stay as it is.
        parts = {**hide_keys(parts), "trail": self._list_trail(case)}
        return {
            "format": FORMAT,
            "version": VERSION,
            "made": _moment(fields.Datetime.now()),
            "made_by": self.env.user.name,
            **parts,
            "manifest": self._make_manifest(parts),
            "chain": self._describe_chain(case, parts["trail"]),
        }

    @api.model
    def _to_json(self, case):
        """Return the case file as bytes, fit to be read by people too."""
        return json.dumps(self._build(case), indent=1, ensure_ascii=False).encode()

    @api.model
    def _get_name(self, case):
        return f"{case.name}-{fields.Date.context_today(self)}"

    # -- parts ----------------------------------------------------------------------

    @api.model
    def _describe_case(self, case):
        law = case.ladder_id.jurisdiction_id
        money = self._money(case)
        return {
            "name": case.name,
            "state": case.state,
            "closed_because": case.close_reason or "",
            "opened": _moment(case.date_open),
            "closed": _moment(case.date_close),
            "currency": case.currency_id.name,
            "creditor": _describe_partner(case.company_id.partner_id),
            "debtor": {
                **_describe_partner(case.partner_id),
                "kind": case.partner_id._get_debtor_kind(),
            },
            "responsible": case.user_id.name or "",
            "ladder": case.ladder_id.name or "",
            "law": law.name or "",
            "law_sources": (law.sources or "").splitlines(),
            "overdue": money(case.amount_principal),
            "costs": money(case.amount_costs),
            "total": money(case.amount_claim),
        }

    @api.model
    def _list_items(self, case):
        money = self._money(case)
        payments = self.env["payment.reminder.figures"]._read_payments(case.item_ids)
        lines = case.reminder_ids.line_ids
        # Of an invoice of another program we have what its notices said of it.
        asked = {
            item: lines.filtered(lambda line, item=item: line.item_id == item)[:1]
            for item in case.item_ids
        }
        return [
            {
                "id": item.id,
                "invoice": item.move_id.name or item.source_number or "",
                "dated": _day(item.move_id.invoice_date or asked[item].date_invoice),
                "due": _day(item.date_due),
                "invoiced": money(
                    item.move_line_id.amount_currency or asked[item].amount_total
                ),
                "open": money(item.amount_residual),
                "last_step": item.step_id.name or "",
                "last_sent": _day(item.last_sent_date),
                "settled": [
                    {"date": _day(payment.date), "amount": money(payment.amount)}
                    for payment in payments[item.id]
                ],
            }
            for item in case.item_ids.sorted(lambda item: (item.date_due, item.id))
        ]

    @api.model
    def _list_handovers(self, case):
        """Return what a collection service got, where it stands, what it was told."""
        money = self._money(case)
        return [
            {
                "id": given.id,
                "item": given.item_id.id,
                "invoice": given.move_id.name or "",
                "with": given.service_label or "",
                "key": given.key,
                "state": given.state,
                "word": given.raw_state or "",
                "since": _moment(given.state_since),
                "case_there": given.external_id or "",
                "payment_reference_there": given.payer_reference or "",
                "about": given.description,
                "capital": money(given.amount),
                "claimed_before": {
                    "fee": money(given.claimed_fee),
                    "interest": money(given.claimed_interest),
                    "compensation": money(given.claimed_compensation),
                },
                "handed_over": _moment(given.date_queued),
                "there_since": _moment(given.date_registered),
                "ended": _moment(given.date_end),
                "ended_because": given.end_reason or "",
                "told": [
                    {
                        "kind": report.kind,
                        "amount": money(report.amount),
                        "day": _day(report.date),
                        "reference": report.reference or "",
                        "state": report.state,
                        "told": _moment(report.date_told),
                    }
                    for report in given.report_ids.sorted("id")
                ],
            }
            for given in case.handover_ids.sorted("id")
        ]

    @api.model
    def _describe_notice(self, notice):
        money = self._money(notice)
        return {
            "id": notice.id,
            "step": notice.step_id.name,
            "kind": notice.step_kind,
            "state": notice.state,
            "counts": notice.counts,
            "not_counted_because": notice.withdrawn_reason or "",
            "taken_over_from": notice.taken_over_id.name or "",
            "proposed": _moment(notice.date_proposed),
            "approved": _moment(notice.approved_date),
            "approved_by": notice.approved_by_id.name or "",
            "sent": _moment(notice.sent_date),
            "pay_by": _day(notice.deadline_date),
            "amounts": {
                name: money(notice[f"amount_{name}"])
                for name in (
                    "principal",
                    "fee",
                    "interest",
                    "compensation",
                    "costs_before",
                    "claim",
                )
            },
            "grounds": self._list_grounds(notice),
            "remarks": (notice.remark_text or "").splitlines(),
            "interest": self._list_interest(notice),
            "items": [
                {
                    "item": line.item_id.id,
                    "invoice": line.name or "",
                    "due": _day(line.date_due),
                    "open": money(line.amount_residual),
                    "step": line.step_id.name or "",
                }
                for line in notice.line_ids
            ],
            "messages": [
                self._describe_message(delivery) for delivery in notice.delivery_ids
            ],
        }

    @api.model
    def _list_grounds(self, notice):
        """Return by which rule of the law each cost of a notice was claimed."""
        statute = notice.step_id.ladder_id.jurisdiction_id._get_statute()
        day = notice.sent_date or notice.date_proposed
        due = min(filter(None, notice.line_ids.mapped("date_due")), default=None)
        if not statute or not day or not due:
            return []
        debtor = notice.partner_id._get_debtor_kind()
        day = notice.company_id._get_reminder_today(day)
        rules = {
            "fee": statute.fee_rule(debtor, day, notice.step_kind),
            "interest": statute.margin_rule(debtor, due),
            "compensation": statute.compensation_rule(debtor, due),
        }
        money = self._money(notice)
        return [
            {
                "cost": cost,
                "amount": money(notice[f"amount_{cost}"]),
                "ground": rule.source if rule else "",
            }
            for cost, rule in rules.items()
            if not notice.currency_id.is_zero(notice[f"amount_{cost}"])
        ]

    @api.model
    def _list_interest(self, notice):
        """Return how the interest came about; of all notices together, not rounded."""
        names = {line.item_id.id: line.name or "" for line in notice.line_ids}
        return [
            {**row, "invoice": names.get(row["item_id"], "")}
            for row in notice._get_interest_specification()
        ]

    @api.model
    def _describe_message(self, delivery):
        mail = delivery.mail_mail_id
        pdf = base64.b64decode(delivery.letter_pdf or b"")
        return {
            "id": delivery.id,
            "channel": delivery.channel,
            "recipient": delivery.recipient,
            "state": delivery.state,
            "handed_over": _moment(delivery.date_sent),
            "reason": delivery.failure_reason or "",
            "message_id": delivery.message_id or "",
            "subject": mail.subject or delivery.mail_message_id.subject or "",
            "body": str(delivery._get_wire().read_body(delivery)),
            # The printed sheet itself shows a private link.
            "pdf_sha256": hashlib.sha256(pdf).hexdigest() if pdf else "",
        }

    @api.model
    def _list_claims(self, case):
        money = self._money(case)
        kinds = dict(
            self.env["payment.reminder.claim.line"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        return [
            {
                "id": line.id,
                "date": _day(line.date),
                "kind": line.kind,
                "label": kinds[line.kind],
                "amount": money(line.amount),
                "notice": line.reminder_id.id or None,
                "reverses": line.reversal_of_id.id or None,
                "note": line.note or "",
                "by": line.user_id.name or "",
            }
            for line in case.claim_line_ids.sorted(lambda line: (line.date, line.id))
        ]

    @api.model
    def _list_holds(self, case):
        return [
            {
                "reason": freeze.reason,
                "from": _moment(freeze.date_start),
                "by": freeze.user_id.name or "",
                "until": _moment(freeze.date_end),
                "lifted_by": freeze.released_by_id.name or "",
                "note": freeze.note or "",
            }
            for freeze in case.freeze_ids.sorted("id")
        ]

    @api.model
    def _list_questions(self, case):
        return [
            {
                "date": _moment(query.create_date),
                "kind": query.kind,
                "state": query.state,
                "text": query.description or "",
                "answer": query.answer or "",
                "outcome": query.outcome or "",
            }
            for query in case.query_ids.sorted("id")
        ]

    @api.model
    def _list_plans(self, case):
        money = self._money(case)
        return [
            {
                "state": plan.state,
                "instalments": [
                    {"due": _day(part.date_due), "amount": money(part.amount)}
                    for part in plan.instalment_ids.sorted("date_due")
                ],
            }
            for plan in case.plan_ids.sorted("id")
        ]

    @api.model
    def _list_trail(self, case):
        """Return the entries with every value that goes into their hashes."""
        kinds = dict(
            self.env["payment.reminder.event"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        return [
            {
                "chain": event.chain,
                "seq": event.seq,
                "kind": event.kind,
                "date": fields.Datetime.to_string(event.date),
                "user": event.user_id.id,
                "company": event.company_id.id or None,
                "payload": event.payload,
                "prev": event.prev_hash or "",
                "hash": event.hash,
                "label": kinds[event.kind],
                "by": event.user_id.name,
                "details": hide_keys(event.details or ""),
            }
            for event in case.event_ids.sorted("seq")
        ]

    # -- proof ------------------------------------------------------------------------

    @api.model
    def _make_manifest(self, parts):
        """Return [{part, sha256}] of every part, and of every message by itself."""
        manifest = [
            {"part": name, "sha256": get_digest(part)} for name, part in parts.items()
        ]
        manifest += [
            {
                "part": f"notices/{notice['id']}/messages/{message['id']}/body",
                "sha256": get_digest(message["body"]),
            }
            for notice in parts["notices"]
            for message in notice["messages"]
            if message["body"]
        ]
        return manifest

    @api.model
    def _describe_chain(self, case, trail):
        Event = self.env["payment.reminder.event"]
        broken = Event._find_broken(case).get(case)
        return {
            "entries": len(trail),
            "head": trail[-1]["hash"] if trail else "",
            "whole": not broken,
            "broken": Event._explain_broken(*broken) if broken else "",
        }

    @api.model
    def _money(self, record):
        digits = record.currency_id.decimal_places
        return lambda amount: float_repr(float(amount), digits)


def _moment(value):
    return f"{value.isoformat(timespec='seconds')}Z" if value else ""


def _day(value):
    return fields.Date.to_string(value) if value else ""


def _describe_partner(partner):
    address = partner._display_address(without_company=True).splitlines()
    return {
        "name": partner.name or "",
        "number": partner.company_registry or partner.vat or "",
        "address": [line.strip() for line in address if line.strip()],
        "email": partner.email or "",
        "phone": partner.phone or "",
    }
