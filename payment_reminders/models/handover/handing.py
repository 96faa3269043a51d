"""What may be handed over, what is missing, and how a hand-over begins."""

from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...rules import fees, guard
from ...rules.statute import HANDOVER
from ...rules.verdict import Code
from ...tools import transactions
from ...tools.decimals import to_decimal

#: What keeps a notice back and is no matter of whether a debt may be collected.
PASSED = frozenset(
    (
        Code.NO_RECIPIENT,
        Code.SPACING,
        Code.HOLD_WINDOW,
        Code.NOT_APPROVED,
        Code.LADDER_CHANGED,
        Code.SEND_BRAKE,
    )
)
#: Rows of a page of a list.
PAGE = 80
COSTS = ("fee", "interest", "compensation")
#: Reasons for which a case closes while something is owed: its items were let go.
DROPPING = ("handed_over", "manual", "written_off")


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    # -- may it be handed over ----------------------------------------------------

    @api.model
    def _find_obstacles(self, items, provider="manual"):
        """Say why these due items cannot be handed over now, in words.

        What might not be reminded of is not handed over either: the same facts, and the
        same guard. Then the service has its say. That these very hand-overs are open
        is nothing in their way.

        :return: {item: [(sentence, record on which it is mended, or None)]}
        """
        # The books decide, whoever looks.
        own, items = self.sudo(), items.sudo()
        found = own._ask_guard(items)
        if provider != "manual":
            for item in items.filtered("source_ref"):
                # Who is not told of a payment chases a debt that was paid.
                found[item].append(
                    (
                        self.env._(
                            "It is kept in another program, of whose payments the "
                            "service could not be told. Hand it over there, or by hand."
                        ),
                        item.case_id,
                    )
                )
        free = items.filtered(lambda item: not found[item])
        for item, reasons in own._provider_check(free, provider).items():
            found[item].extend(reasons)
        return found

    @api.model
    def _ask_guard(self, items):
        """Ask the guard about one notice of each of these items, which nobody sends.

        :return: {item: [(sentence, record)]}
        """
        Facts = self.env["payment.reminder.facts"]
        cases = items.case_id
        now = fields.Datetime.now()
        live = Facts._read_live(items)
        is_loose = Facts._has_loose_money(cases.company_id)
        today = {c: c._get_reminder_today(now) for c in cases.company_id}
        of_cases = Facts._read_case_facts(cases, now, today, is_loose)
        neutralized = Facts._is_neutralized()
        notices = {item: self._imagine(item, live) for item in items}
        every = self.env["payment.reminder"].union(*notices.values())
        sendings = Facts._read_invoice_sendings(every) if every else {}
        money = Facts._read_money_in_doubt(every, is_loose) if every else {}
        if any(seen.pending_transaction for seen in live.values()):
            for item_id, values in Facts._read_transaction_facts(every).items():
                sendings[item_id].update(values)
        found = {}
        for item, notice in notices.items():
            facts = replace(
                of_cases[item.case_id],
                step_kind="handover",
                # Whether a service has it is said in other words, below.
                handed_over=False,
                items=tuple(
                    replace(
                        Facts._make_item_facts(line, live, frozenset(), sendings),
                        handed_over=False,
                    )
                    for line in notice.line_ids
                ),
                bears_fee=True,
                money=(*of_cases[item.case_id].money, *money.get(notice, ())),
                neutralized=neutralized,
                recipients=("none is needed",),
                approved_ladder_id=of_cases[item.case_id].ladder_id,
            )
            found[item] = self._explain_codes(
                item,
                notice,
                facts,
                [c for c in guard.check(facts, now) if c not in PASSED],
            )
        return found

    @api.model
    def _imagine(self, item, live):
        """Return a notice of one due item that is nowhere but in memory."""
        seen = item._find_live(live)
        owed = float(seen.owed) if seen else 0.0
        return self.env["payment.reminder"].new(
            {
                "case_id": item.case_id.id,
                "company_id": item.company_id.id,
                "partner_id": item.partner_id.id,
                "currency_id": item.currency_id.id,
                "amount_principal": owed,
                "line_ids": [
                    Command.create(
                        {
                            "item_id": item.id,
                            "name": item.display_name,
                            "date_due": item.date_due,
                            "amount_residual": owed,
                            "amount_credited": float(seen.credited) if seen else 0.0,
                            "amount_apart": float(seen.apart) if seen else 0.0,
                        }
                    )
                ],
            }
        )

    @api.model
    def _explain_codes(self, item, notice, facts, codes):
        """Return [(sentence, record)] of what is in the way of one item."""
        if item.handover_id - self:
            return [
                (
                    self.env._(
                        "%(invoice)s is with %(service)s already: %(state)s.",
                        invoice=item.display_name,
                        service=item.handover_id.service_label,
                        state=item.handover_id.state_label,
                    ),
                    item.handover_id,
                )
            ]
        explain = self.env["payment.reminder.explanation"]._explain_code
        case_codes = set(guard.check_case(facts, fields.Datetime.now()))
        return [
            (
                self.env._("It is not overdue, or nothing is owed.")
                if code == Code.NOTHING_DUE
                else explain(code, notice, facts),
                item.case_id if code in case_codes else item.move_id or item.case_id,
            )
            for code in codes
        ]

    # -- costs that go along --------------------------------------------------------

    @api.model
    def _find_costs(self, items):
        """Return what our own notices claimed for these items and is open still.

        A fee belongs to its notice, and goes along with the first of its invoices;
        interest belongs to its item.

        :return: {item: {kind of cost: [(amount, notice or None)]}}
        """
        items = items.sudo()
        open_costs = items.case_id._read_open_costs()
        left = {case_id: dict(costs) for case_id, costs in open_costs.items()}
        taken = {}
        found = {}
        for item in items.sorted(lambda item: (item.date_due, item.id)):
            costs = {kind: [] for kind in COSTS}
            purse = left[item.case_id.id]
            notices = item.case_id.reminder_ids.filtered(
                lambda notice, item=item: notice.counts
                and item in notice.line_ids.item_id
            )
            for kind, notice, amount in self._list_claims(item, notices, taken):
                amount = min(amount, purse.get(kind, to_decimal(0)))
                if amount > 0:
                    purse[kind] -= amount
                    costs[kind].append((amount, notice))
            found[item] = costs
        return found

    @api.model
    def _list_claims(self, item, notices, taken):
        """Yield (kind, notice or None, amount) of what was claimed for one item.

        :param taken: ids of notices whose costs another item of this run takes along
        """
        digits = item.currency_id.decimal_places
        for notice in notices.sorted("id"):
            if notice.id in taken:
                continue
            taken[notice.id] = item
            lines = item.case_id.claim_line_ids.filtered(
                lambda line, notice=notice: line.reminder_id == notice
            )
            for kind in ("fee", "compensation"):
                mine = lines.filtered(
                    lambda line, kind=kind: kind in (line.kind, line.settles)
                )
                yield kind, notice, to_decimal(sum(mine.mapped("amount")), digits)
        yield "interest", None, to_decimal(item.interest_claimed, digits)

    def _take_costs_along(self, costs):
        """Take what our notices claimed off the ledgers: the services have it.

        :param costs: {hand-over: {kind: [(amount, notice or None)]}} of these
        """
        lines = self.env["payment.reminder.claim.line"].sudo()
        lines.create(
            [
                {
                    "case_id": record.case_id.id,
                    "kind": "handover",
                    "settles": kind,
                    "amount": -float(amount),
                    "date": record.company_id._get_reminder_today(),
                    "reminder_id": notice.id if notice else False,
                    "handover_id": record.id,
                    "note": record.move_id.name,
                }
                for record in self
                for kind, parts in costs[record].items()
                for amount, notice in parts
            ]
        )

    def _go_along(self):
        """Take the costs along again, of what a person takes up that was ended."""
        costs = self._find_costs(self.item_id)
        self._take_costs_along({record: costs[record.item_id] for record in self})

    @api.model
    def _find_fees(self, items):
        """Return {due item: the fee that the law allows for handing it over} (Denmark).

        One for each claim: what was charged before stands in the ledger.
        """
        items = items.sudo()
        figures = self.env["payment.reminder.figures"]
        charged = (
            self.env["payment.reminder.claim.line"]
            .sudo()
            .search([("kind", "=", "fee"), ("handover_id.item_id", "in", items.ids)])
            .filtered(lambda line: not (line.reversal_of_id or line.reversed_by_ids))
        )
        found = {}
        for item in items:
            case = item.case_id
            law = case.ladder_id.jurisdiction_id
            if not law:
                continue
            digits = case.currency_id.decimal_places
            day = case.company_id._get_reminder_today()
            statute = law._get_statute()
            terms = figures._prepare_conditions(case, statute, {}, day)
            decision = fees.notice_fee(
                statute,
                debtor=case.partner_id._get_debtor_kind(),
                on=day,
                due_date=item.date_due,
                fee_history=[
                    fees.SentNotice(
                        line.date, to_decimal(line.amount, digits), HANDOVER
                    )
                    for line in charged
                    if line.handover_id.item_id == item
                ],
                agreed=terms["fee_agreed"],
                disputed=bool(case._get_open_queries()),
                kind=HANDOVER,
                principal=to_decimal(item.amount_known, digits),
                limits=terms["limits"],
                currency=terms["currency"],
                exchange_rate=terms["exchange_rate"],
                digits=digits,
            )
            if decision.amount:
                found[item] = decision.amount
        return found

    def _charge_fees(self, charged):
        """Enter the fees for handing these over, which go along at once.

        :param charged: {due item: amount}
        """
        self.env["payment.reminder.claim.line"].sudo().create(
            [
                {
                    "case_id": record.case_id.id,
                    "kind": "fee",
                    "amount": float(charged[record.item_id]),
                    "date": record.company_id._get_reminder_today(),
                    "handover_id": record.id,
                    "note": self.env._("Handing over %s", record.move_id.name or ""),
                }
                for record in self
                if record.item_id in charged
            ]
        )

    # -- beginning ------------------------------------------------------------------

    @api.model
    def _hand_over(self, items, provider="manual", charge_fee=False, **vals):
        """Hand these due items over: a person confirmed it. Nothing leaves yet.

        Who may and what is missing was asked before (:meth:`_find_obstacles`).

        :param charge_fee: the fee of the law for handing over is claimed, too
        :param vals: service_id, start_with, attach_invoice, and description or
            descriptions ({item id: text})
        :return: the new hand-overs
        """
        items = items.sudo()
        if not transactions.try_lock(items.case_id):
            raise UserError(
                self.env._(
                    "A reminder of one of these customers is leaving right now. Try "
                    "again in a moment."
                )
            )
        items.invalidate_recordset()
        live = self.env["payment.reminder.facts"]._read_live(items)
        descriptions = vals.pop("descriptions", {})
        costs = self._find_costs(items)
        charged = self._find_fees(items) if charge_fee else {}
        for item, fee in charged.items():
            costs[item]["fee"].append((fee, None))
        rounds = self._count_rounds(items)
        records = self.sudo().create(
            [
                self._prepare_vals(
                    item,
                    item._find_live(live),
                    provider,
                    costs[item],
                    rounds,
                    {
                        **vals,
                        **(
                            {"description": descriptions[item.id]}
                            if descriptions.get(item.id)
                            else {}
                        ),
                    },
                )
                for item in items
            ]
        )
        records._charge_fees(charged)
        records._begin(live, costs)
        records.case_id._note_handed_over()
        self.env["payment.reminder.event"]._log(
            [
                (record.case_id, "handover_queued", record._get_payload())
                for record in records
            ]
        )
        records._recheck_notices()
        return records

    def _begin(self, live, costs):
        """Let the items of these know it, and take along what belongs to them.

        :param costs: of :meth:`_find_costs`
        """
        for record in self:
            record.item_id.handover_id = record
        self._take_costs_along({r: costs[r.item_id] for r in self})
        self._note_matchings(live, state="known")

    @api.model
    def _count_rounds(self, items):
        """Return {due item: how many times it was handed over} of these."""
        groups = self.sudo()._read_group(
            [("item_id", "in", items.ids)], ["item_id"], ["__count"]
        )
        return dict(groups)

    @api.model
    def _prepare_vals(self, item, seen, provider, costs, rounds, vals):
        """Return the values of a new hand-over of one due item.

        :param rounds: of :meth:`_count_rounds`
        """
        count = rounds.get(item, 0) + 1
        sums = {
            f"claimed_{kind}": float(sum((amount for amount, _n in parts), 0))
            for kind, parts in costs.items()
        }
        part = f"#{item.agency_part_id.id}" if item.agency_part_id else ""
        reference = item.move_line_id.id or item.source_ref or item.id
        return {
            "item_id": item.id,
            "move_id": item.move_id.id,
            "provider": provider,
            "round": count,
            "key": f"{item.company_id.id}/{provider}/{reference}{part}/{count}",
            "amount": float(seen.owed) if seen else 0.0,
            "user_id": self.env.uid,
            "description": self._get_default_description(item),
            "state_since": fields.Datetime.now(),
            **sums,
            **vals,
        }

    @api.model
    def _get_default_description(self, item):
        """Return what an invoice is about, in a few words."""
        lines = item.sudo().move_id.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        first = (lines[:1].product_id.name or lines[:1].name or "").strip()
        text = first.splitlines()[0] if first else ""
        return text[:80] or item.move_id.name or self.env._("Invoice")

    def _after_confirm(self):
        """Go on after a person confirmed these: by hand the service has them now.

        :return: an action that shows them
        """
        records = self.sudo()
        by_hand = records.filtered(lambda record: record._is_by_hand())
        if by_hand:
            by_hand._set_state("registered")
        if records - by_hand:
            self._trigger()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_handover_action"
        )
        # What a page does not hold is counted by state: so far it has come.
        context = {"group_by": ["state"]} if len(self) > PAGE else {}
        if len(self) == 1:
            return {
                **action,
                "res_id": self.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return {**action, "domain": [("id", "in", self.ids)], "context": context}

    def _recheck_notices(self):
        """Let notices that wait with one of these items come back without it."""
        cases = self.case_id
        waiting = cases.reminder_ids.filtered(
            lambda r: r.state in ("proposed", "approved", "held")
        )
        if waiting:
            waiting._recheck()
        cases._refresh()

    # -- from a case that is closed as handed over ------------------------------------

    @api.model
    def _hand_over_cases(self, cases):
        """Hand over, by hand, all that is open on these cases: somebody has it."""
        items = cases.sudo().item_ids.filtered(
            lambda item: item.amount_known > 0 and not item.handover_id
        )
        return self._give_by_hand(items)

    @api.model
    def _give_by_hand(self, items):
        """Note that somebody has these items already, who is told by hand."""
        live = self.env["payment.reminder.facts"]._read_live(items)
        items = items.filtered(
            lambda item: (seen := item._get_live(live)) and seen.owed > 0
        )
        if not items:
            return self.browse()
        costs = self._find_costs(items)
        rounds = self._count_rounds(items)
        records = self.sudo().create(
            [
                self._prepare_vals(
                    item, item._get_live(live), "manual", costs[item], rounds, {}
                )
                for item in items
            ]
        )
        records._begin(live, costs)
        records._set_state("registered")
        return records

    # -- from before there were hand-overs --------------------------------------------

    @api.model
    def _take_over_closed(self):
        """Follow again what was let go when its whole case was handed over.

        A case that started anew since then is known by its trail.

        :return: the new hand-overs, by hand
        """
        closings = self.env["payment.reminder.event"].search(
            [("kind", "=", "closed"), ("case_id", "!=", False)], order="case_id, seq"
        )
        given = self.env["payment.reminder.item"]
        for case, events in closings.grouped("case_id").items():
            last = events.filtered(
                lambda event: (event.payload or {}).get("reason") in DROPPING
            )[-1:]
            if last and last.payload["reason"] == "handed_over":
                given |= case.item_ids.filtered(
                    lambda item, day=last.date: item.is_dropped
                    and item.create_date <= day
                )
        return self._take_over(given.filtered(lambda item: not item.handover_id))

    @api.model
    def _take_over(self, items):
        """Follow dropped items again, as handed over, of which something is owed."""
        live = self.env["payment.reminder.facts"]._read_live(items)
        owed = items.browse()
        for item in items:
            seen = item._find_live(live)
            if seen and seen.owed > 0:
                owed |= item
                item.write(
                    {
                        "is_dropped": False,
                        "amount_known": float(seen.owed),
                        "amount_credited_known": float(seen.credited),
                    }
                )
        return self._give_by_hand(owed)
