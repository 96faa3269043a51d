"""Moving in: what another program sent before counts here, as if it had left from here.

Each letter becomes a notice that was sent, with the invoices and the fee that it had:
spacing, the number of fees and the ladder go on from it (:mod:`rules.moving_in` says
what can be taken over). It can be taken back wholly as long as nothing followed.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...rules import moving_in
from ...rules.lifecycle import WAITING
from ...rules.moving_in import Refusal
from ...tools import transactions
from ...tools.decimals import to_decimal
from ..books.facts import OTHER_SENDERS
from ..claim.claim_line import LOWERING
from ..notice.notice import UNDOING

#: Invoices that a customer owes.
MOVE_TYPES = ("out_invoice", "out_receipt")


@dataclass
class Found:
    """What our books have of an invoice that rows name.

    :param items: due items that are in a case
    :param line_ids: journal items that are due and in no case yet
    :param dates: {item or journal item id: when it falls due}
    """

    invoice: moving_in.Invoice
    partner_id: int = 0
    items: list = field(default_factory=list)
    line_ids: list = field(default_factory=list)
    dates: dict = field(default_factory=dict)


@dataclass
class Look:
    """What a list of earlier reminders comes to, before anything is done.

    :param found: {key of a row: :class:`Found`}
    """

    judged: list
    found: dict


class PaymentReminderTakeover(models.Model):
    """One list of earlier reminders that was taken over."""

    _name = "payment.reminder.takeover"
    _description = "Earlier Reminders Taken Over"
    _order = "id desc"

    name = fields.Char(string="From", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(string="Taken over on", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, index=True
    )
    reminder_ids = fields.One2many(
        "payment.reminder", "taken_over_id", string="Reminders", readonly=True
    )
    letter_count = fields.Integer(string="Letters", compute="_compute_counts")
    case_count = fields.Integer(string="Customers", compute="_compute_counts")
    freeze_ids = fields.Many2many(
        "payment.reminder.freeze",
        readonly=True,
        help="Holds of cases of which a row could not be taken over.",
    )
    dates_before = fields.Json(
        readonly=True, help="{id of a case: since when it was open before}"
    )
    obstacle = fields.Char(
        string="Cannot be undone because", compute="_compute_obstacle"
    )

    @api.depends("reminder_ids")
    def _compute_counts(self):
        for takeover in self:
            takeover.letter_count = len(takeover.reminder_ids)
            takeover.case_count = len(takeover.reminder_ids.case_id)

    @api.depends("reminder_ids")
    @api.depends_context("lang")
    def _compute_obstacle(self):
        for takeover in self:
            takeover.obstacle = takeover._find_obstacle()

    # -- looking --------------------------------------------------------------------

    @api.model
    def _list_sources(self, company):
        """Return {module: (its title, number of rows)} of what can be taken over."""
        modules = self.env["ir.module.module"].sudo()
        installed = modules.search(
            [("name", "in", OTHER_SENDERS), ("state", "=", "installed")]
        )
        facts = self.env["payment.reminder.facts"].sudo()
        found = {}
        for module in installed:
            if sent := facts._read_sent_elsewhere(company, module.name):
                found[module.name] = (module.shortdesc or module.name, len(sent))
        return found

    @api.model
    def _read_rows(self, company, module):
        """Return (rows of what another addon sent, {its step: its rank})."""
        sent = self.env["payment.reminder.facts"].sudo()
        rows, ranks = [], {}
        for number, letter in enumerate(
            sent._read_sent_elsewhere(company, module), start=1
        ):
            ranks[letter.step] = letter.rank
            rows.append(
                moving_in.Row(
                    line=number,
                    number=letter.number or "",
                    step=letter.step,
                    day=letter.day,
                    fee=letter.fee,
                    place=f"line:{letter.line_id}",
                )
            )
        return rows, ranks

    @api.model
    def _look(self, company, rows, steps):
        """Judge rows of earlier reminders; nothing is written.

        :param company: res.company, in whose environment the machine reads
        :param rows: list of :class:`rules.moving_in.Row`
        :param steps: {what the other program calls a step: id of one of ours}
        :return: :class:`Look`
        """
        found = self._find_invoices(company, rows)
        judged = moving_in.judge(
            rows,
            {key: one.invoice for key, one in found.items()},
            self._find_claims(company, found),
            steps,
            company._get_reminder_today(),
        )
        return Look(judged, found)

    @api.model
    def _find_invoices(self, company, rows):
        """Return {key of a row: :class:`Found`} of the invoices that rows name."""
        places = {row.place for row in rows if row.place}
        by_key = {
            place: self.env["account.move.line"].browse(int(place.partition(":")[2]))
            for place in places
        }
        numbers = {row.number.strip() for row in rows if row.number and not row.place}
        elsewhere = defaultdict(list)
        ambiguous = set()
        if numbers:
            for move in self._find_moves(company, numbers):
                key = moving_in.fold(move.name)
                if key in by_key:
                    ambiguous.add(key)
                by_key[key] = move.line_ids.filtered(
                    lambda line: line.display_type == "payment_term"
                )
            for item in self._find_items_elsewhere(company, numbers):
                elsewhere[moving_in.fold(item.source_number)].append(item)
        return self._read_found(company, by_key, elsewhere, ambiguous)

    @api.model
    def _find_moves(self, company, numbers):
        wanted = {*numbers, *map(str.upper, numbers), *map(str.lower, numbers)}
        return self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("move_type", "in", MOVE_TYPES),
                ("state", "=", "posted"),
                ("name", "in", list(wanted)),
            ]
        )

    @api.model
    def _find_items_elsewhere(self, company, numbers):
        return self.env["payment.reminder.item"].search(
            [
                ("source", "!=", "books"),
                ("source_number", "in", list(numbers)),
                ("case_id.company_id", "=", company.id),
            ]
        )

    @api.model
    def _read_found(self, company, by_key, elsewhere, ambiguous):
        """Read how invoices stand.

        :param by_key: {key: their journal items}
        :param elsewhere: {key: due items of another program}
        :param ambiguous: keys that several invoices have
        """
        facts = self.env["payment.reminder.facts"]
        Item = self.env["payment.reminder.item"]
        lines = self.env["account.move.line"].union(*by_key.values())
        items = Item.search([("move_line_id", "in", lines.ids)])
        outside = Item.union(*(item for own in elsewhere.values() for item in own))
        live = facts._read_live(outside)
        live.update(facts._read_due_items(lines.ids))
        cases = (items | outside).case_id
        due = {
            row["key"][0]: row
            for row in self.env["payment.reminder.case"]._read_due(company, lines.ids)
            if row["key"][1] is None
        }
        busy = self.env["payment.reminder"].search(
            [("case_id", "in", cases.ids), ("state", "in", ("sending", "uncertain"))]
        )
        sent = self._read_known_letters(items | outside)
        by_line = items.grouped("move_line_id")
        found = {}
        for key in {*by_key, *elsewhere}:
            mine = list(elsewhere.get(key, ()))
            free = []
            for line in by_key.get(key, ()):
                own = by_line.get(line, Item)
                mine += list(own)
                free += [] if own else [line]
            if key in ambiguous or (mine and free and key in elsewhere):
                found[key] = Found(moving_in.Invoice(refusal=Refusal.AMBIGUOUS))
            else:
                found[key] = self._judge_parts(
                    company, mine, free, live, due, busy.case_id, sent
                )
        return found

    @api.model
    def _read_known_letters(self, items):
        """Return {item: {(step id, day) of notices of it that were sent}}."""
        found = defaultdict(set)
        domain = self.env["payment.reminder"]._get_counting_domain()
        for line in self.env["payment.reminder.line"].search(
            Domain("item_id", "in", items.ids)
            & Domain("step_id", "!=", False)
            & Domain("reminder_id", "any", domain)
        ):
            notice = line.reminder_id
            day = notice.company_id._get_reminder_today(notice.sent_date)
            found[line.item_id].add((line.step_id.id, day))
        return found

    @api.model
    def _judge_parts(self, company, items, lines, live, due, busy, sent):
        """Say what can be taken over of one invoice, instalment by instalment.

        :param items: its due items that are in a case
        :param lines: its journal items that are in none
        :param busy: cases of which a notice is leaving this moment
        """
        result = Found(moving_in.Invoice(refusal=Refusal.UNKNOWN))
        refusals, alive, claim = [], [], None
        for item in items:
            seen = item._find_live(live)
            if refusal := self._refuse_item(item, seen, busy):
                refusals.append(refusal)
                continue
            claim, result.partner_id = item.case_id.identity, item.case_id.partner_id.id
            result.items.append(item)
            result.dates[item] = seen.date_due
            alive.append(seen)
        for line in lines:
            seen = live.get((line.id, None))
            row = due.get(line.id)
            if refusal := self._refuse_line(company, seen, row):
                refusals.append(refusal)
                continue
            claim = self.env["payment.reminder.case"]._get_identity(
                company.id, row["partner_id"], row["currency_id"]
            )
            result.partner_id = row["partner_id"]
            result.line_ids.append(line.id)
            result.dates[line.id] = seen.date_due
            alive.append(seen)
        if not alive:
            refusal = refusals[0] if refusals else Refusal.UNKNOWN
            result.invoice = moving_in.Invoice(refusal=refusal)
            return result
        known = [sent.get(item, set()) for item in result.items]
        result.invoice = moving_in.Invoice(
            claim=claim,
            date_invoice=alive[0].date_invoice,
            date_due=min(seen.date_due for seen in alive),
            owed=sum((seen.owed for seen in alive), Decimal(0)),
            sent=frozenset(set.union(*known) if known else ()),
        )
        return result

    @api.model
    def _refuse_item(self, item, seen, busy):
        """Return why nothing is taken over of a due item, or None."""
        if not seen or seen.move_state != "posted":
            return Refusal.UNKNOWN
        if item.handover_id:
            return Refusal.HANDED_OVER
        if seen.owed <= 0:
            return Refusal.PAID
        if item.is_dropped or item.case_id.state == "closed":
            return Refusal.DROPPED
        return Refusal.LEAVING if item.case_id in busy else None

    @api.model
    def _refuse_line(self, company, seen, row):
        """Return why nothing is taken over of a journal item in no case, or None."""
        if not seen or seen.move_state != "posted":
            return Refusal.UNKNOWN
        if seen.owed <= 0:
            return Refusal.PAID
        if row:
            return None
        is_due = seen.date_due < company._get_reminder_today()
        return Refusal.EXCLUDED if is_due else Refusal.NOT_DUE

    @api.model
    def _find_claims(self, company, found):
        """Return {identity of a case: :class:`rules.moving_in.Claim`}."""
        partners = {
            one.invoice.claim: one.partner_id
            for one in found.values()
            if one.invoice.claim
        }
        cases = {
            case.identity: case
            for case in self.env["payment.reminder.case"].search(
                [("identity", "in", list(partners))]
            )
        }
        figures = self.env["payment.reminder.figures"]
        history = figures._read_fee_history(
            self.env["payment.reminder.case"].union(*cases.values())
        )
        customers = {
            partner.id: partner
            for partner in self.env["res.partner"]
            .with_company(company)
            .browse(set(partners.values()))
        }
        claims, ladders = {}, {}
        for identity, partner_id in partners.items():
            case = cases.get(identity, self.env["payment.reminder.case"])
            partner = customers[partner_id]
            is_open = case and case.state != "closed"
            ladder = (
                case.ladder_id if is_open else company._get_reminder_ladder_of(partner)
            )
            if ladder not in ladders:
                ladders[ladder] = self._describe_ladder(company, ladder)
            claims[identity] = self._make_claim(
                company,
                partner,
                self.env["res.currency"].browse(int(identity.split("/")[2])),
                ladders[ladder],
                history[case.id] if is_open else (),
            )
        return claims

    @api.model
    def _describe_ladder(self, company, ladder):
        """Return what a claim has of its ladder (:class:`rules.moving_in.Claim`)."""
        chosen = company.reminder_ladder_id
        law = ladder.jurisdiction_id
        matches = {}
        if ladder != chosen:
            pairs = ladder._match_steps(chosen).items()
            matches = {old.id: new.id for old, new in pairs if new}
        return {
            "kinds": {step.id: step.kind for step in ladder._get_active_steps()},
            "matches": matches,
            "statute": law._get_statute() if law else None,
        }

    @api.model
    def _make_claim(self, company, partner, currency, of_ladder, history):
        figures = self.env["payment.reminder.figures"]
        statute = of_ladder["statute"]
        find_rate = moving_in.Claim.find_rate
        if statute and statute.currency and statute.currency != currency.name:
            source = figures._find_currency(statute.currency)
            find_rate = partial(self._find_rate, source, currency, company)
        return moving_in.Claim(
            debtor=partner._get_debtor_kind(),
            currency=currency.name,
            history=tuple(history),
            fee_agreed=company.reminder_fee_agreed,
            digits=currency.decimal_places,
            find_rate=find_rate,
            **of_ladder,
        )

    @api.model
    def _find_rate(self, source, currency, company, day):
        figures = self.env["payment.reminder.figures"]
        return source and figures._get_rate(source, currency, company, day)

    # -- taking over ----------------------------------------------------------------

    @api.model
    def _take_over(self, company, name, look, *, claims_fees=True, holds_rest=True):
        """Take over what was looked at: letters, places on the ladder and fees.

        :param company: res.company, in whose environment the machine writes
        :param name: where it comes from, for people: the name of a file or a program
        :param look: :class:`Look`, read in this transaction
        :param claims_fees: the fees are still owed, and in no invoice of their own
        :param holds_rest: hold cases that would begin anew, because no row of theirs
            can be taken over
        """
        taken = [one for one in look.judged if one.refusal is None]
        unplaced = moving_in.find_unplaced(look.judged)
        items = self._open_items(company, look, taken, unplaced if holds_rest else {})
        cases = self.env["payment.reminder.case"].union(
            *(item.case_id for own in items.values() for item in own)
        )
        transactions.lock(cases)
        cases.invalidate_recordset()
        if cases.reminder_ids.filtered(lambda r: r.state in ("sending", "uncertain")):
            raise UserError(
                self.env._(
                    "A reminder of one of these customers is leaving right now. Look "
                    "again in a moment."
                )
            )
        takeover = self.create(
            {
                "name": name,
                "company_id": company.id,
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
                "dates_before": {
                    case.id: fields.Datetime.to_string(case.date_open) for case in cases
                },
            }
        )
        waiting = cases.reminder_ids.filtered(lambda r: r.state in WAITING)
        waiting._cancel(self.env._("Earlier reminders were taken over from %s", name))
        takeover._make_letters(taken, items, claims_fees)
        if holds_rest and unplaced:
            takeover._hold_unplaced(unplaced, items)
        takeover._log_taken_over()
        cases._refresh()
        return takeover

    @api.model
    def _open_items(self, company, look, taken, unplaced):
        """Put what is in no case yet into one; return {key of a row: its due items}."""
        keys = {one.row.key for one in taken}
        keys |= {one.row.key for rows in unplaced.values() for one in rows}
        line_ids = [id_ for key in keys for id_ in look.found[key].line_ids]
        if line_ids:
            self.env["payment.reminder.case"]._open_due(company, line_ids)
        Item = self.env["payment.reminder.item"]
        opened = Item.search([("move_line_id", "in", line_ids)])
        by_line = opened.grouped(lambda item: item.move_line_id.id)
        return {
            key: Item.union(
                *look.found[key].items,
                *(by_line.get(id_, Item) for id_ in look.found[key].line_ids),
            )
            for key in keys
        }

    def _make_letters(self, taken, items, claims_fees):
        """Make a notice of each letter, and put its due items where it left them.

        Rows of one case that name the same step and day are one letter.

        :param taken: list of :class:`rules.moving_in.Judged`
        :param items: {key of a row: its due items}
        """
        # Of all at once: their values name it one by one.
        self.env["payment.reminder.item"].union(*items.values()).mapped(
            "amount_residual"
        )
        letters = defaultdict(list)
        for one in taken:
            for item in items[one.row.key]:
                letters[item.case_id, one.row.day, one.step_id].append((item, one))
        ordered = sorted(letters, key=lambda key: (key[0].id, key[1], key[2]))
        notices = self.env["payment.reminder"].create(
            [self._prepare_letter_vals(*key, letters[key]) for key in ordered]
        )
        calendars = self.env["payment.reminder.facts"]._get_calendars(notices.case_id)
        for notice, (case, day, _step) in zip(notices, ordered, strict=True):
            notice.deadline_date = notice._get_deadline(day, calendars[case.id])
        for case, same in notices.grouped("case_id").items():
            first = min(same.mapped("sent_date"))
            # What was sent since then counts towards the limits of the law.
            if not case.date_open or first < case.date_open:
                case.date_open = first
        notices.line_ids.item_id._place_after_letters(notices.line_ids)
        if claims_fees:
            self._claim_fees(notices)

    def _prepare_letter_vals(self, case, day, step_id, parts):
        """Return the values of the notice of one letter.

        :param parts: [(due item, :class:`rules.moving_in.Judged`)]
        """
        step = self.env["payment.reminder.step"].browse(step_id)
        due = [
            (item, one)
            for item, one in parts
            if step.kind == "nudge" or item.date_due <= day
        ]
        seen = {id(one): one for _item, one in parts}
        fee = float(sum((one.fee for one in seen.values()), Decimal(0)))
        owed = case.currency_id.round(sum(item.amount_residual for item, _one in due))
        return {
            "taken_over_id": self.id,
            "case_id": case.id,
            "company_id": case.company_id.id,
            "partner_id": case.partner_id.id,
            "currency_id": case.currency_id.id,
            "is_elsewhere": case.is_elsewhere,
            "step_id": step_id,
            "state": "sent",
            "sent_date": self._get_moment(day),
            "amount_principal": owed,
            "amount_fee": fee,
            "amount_claim": owed + fee,
            "line_ids": [
                Command.create(
                    {
                        "item_id": item.id,
                        "step_id": step_id,
                        "name": item._get_trail_name(),
                        "date_invoice": item.move_id.invoice_date,
                        "date_due": item.date_due,
                        "amount_total": item.move_id.amount_total,
                        "amount_residual": item.amount_residual,
                    }
                )
                for item in dict.fromkeys(item for item, _one in due)
            ],
        }

    def _get_moment(self, day):
        """Return noon of a day of the company (UTC), or now where that is to come."""
        start = self.company_id._get_reminder_day_start(datetime.combine(day, time(12)))
        return min(start + timedelta(hours=12), self.date)

    def _claim_fees(self, notices):
        """Enter what these letters charged in the claim ledgers."""
        self.env["payment.reminder.claim.line"].create(
            [
                {
                    "case_id": notice.case_id.id,
                    "kind": "fee",
                    "amount": notice.amount_fee,
                    "date": self.company_id._get_reminder_today(notice.sent_date),
                    "reminder_id": notice.id,
                    "note": self.env._("Taken over from %s", self.name),
                }
                for notice in notices
                if not notice.currency_id.is_zero(notice.amount_fee)
            ]
        )

    def _hold_unplaced(self, unplaced, items):
        """Hold cases that would begin anew though a row says they were reminded.

        :param unplaced: {identity of a case: rows that cannot be taken over}
        """
        Freeze = self.env["payment.reminder.freeze"]
        held = Freeze.browse()
        for rows in unplaced.values():
            case = items[rows[0].row.key].case_id
            names = ", ".join(dict.fromkeys(one.row.number for one in rows))
            words = case._in_staff_language().env
            note = words._(
                "%(program)s says that %(invoices)s was reminded of before, and that "
                "could not be taken over: look before it begins at the first step",
                program=self.name,
                invoices=names,
            )
            frozen = case._freeze("manual", note)
            held |= frozen._get_open_freezes().filtered(lambda f: f.reason == "manual")
        self.freeze_ids = held

    def _log_taken_over(self):
        self.env["payment.reminder.event"]._log(
            [
                (case, "taken_over", self._prepare_payload(case, same))
                for case, same in self.reminder_ids.grouped("case_id").items()
            ]
        )

    def _prepare_payload(self, case, notices):
        """Return what the trail of a case tells of the letters taken over."""
        payload = {
            "takeover": self.id,
            "reminders": notices.ids,
            "invoices": ", ".join(
                dict.fromkeys(notices.line_ids.sorted("id").mapped("name"))
            ),
            "note": self.name,
        }
        fees = sum(notices.mapped("amount_fee"))
        if not case.currency_id.is_zero(fees):
            payload["amount"] = str(to_decimal(fees, case.currency_id.decimal_places))
        return payload

    # -- taking back ----------------------------------------------------------------

    def action_undo(self):
        """Take all of it back; nothing but the entries of the trail stays."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        for takeover in self:
            # A manager decides; the machine writes.
            takeover.sudo()._undo()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_takeover_action"
        )

    def _get_cases(self):
        """Return the cases in which its letters are now."""
        notices = self.reminder_ids
        return (
            notices.line_ids.item_id.case_id | notices.case_id | self.freeze_ids.case_id
        )

    def _find_obstacle(self):
        """Return why this cannot be taken back, in a sentence; False: it can."""
        self.ensure_one()
        own = self.sudo()
        cases = own._get_cases()
        later = cases.reminder_ids.filtered(
            lambda r: not r.taken_over_id
            and (
                r.state in ("sending", "uncertain")
                or (r.sent_date and r.sent_date >= own.date)
            )
        )
        if later:
            first = later.sorted(lambda r: r.sent_date or own.date)[0]
            return self.env._(
                "%(step)s was sent to %(customer)s since, on %(day)s.",
                step=first.step_id.name,
                customer=first.partner_id.name,
                day=format_date(
                    self.env,
                    own.company_id._get_reminder_today(first.sent_date or own.date),
                ),
            )
        charged = own._get_claim_lines()
        last = max(charged.ids, default=0)
        settled = charged.case_id.claim_line_ids.filtered(
            lambda line: line.kind in LOWERING and line.id > last
        )
        if settled:
            return self.env._(
                "Fees of %s were paid, waived or moved since.",
                settled[0].case_id.partner_id.name,
            )
        given = cases.handover_ids.filtered(
            lambda one: one.date_queued and one.date_queued >= own.date
        )
        if given:
            return self.env._(
                "A collection service got invoices of %s since.",
                given[0].case_id.partner_id.name,
            )
        return False

    def _get_claim_lines(self):
        return self.env["payment.reminder.claim.line"].search(
            [("reminder_id", "in", self.reminder_ids.ids)]
        )

    def _undo(self):
        self.ensure_one()
        cases, notices = self._get_cases(), self.reminder_ids
        transactions.lock(cases, notices)
        cases.invalidate_recordset()
        if obstacle := self._find_obstacle():
            raise UserError(self.env._("This cannot be undone any more: %s", obstacle))
        waiting = cases.reminder_ids.filtered(lambda r: r.state in WAITING)
        waiting._cancel(self.env._("The earlier reminders were taken back"))
        self.env["payment.reminder.event"]._log(
            [
                (case, "takeover_undone", {"takeover": self.id, "note": self.name})
                for case in cases
            ]
        )
        items = notices.line_ids.item_id
        dates = {int(id_): day for id_, day in (self.dates_before or {}).items()}
        still = self.freeze_ids.filtered(lambda freeze: not freeze.date_end)
        still.case_id._release(self.name, reasons=["manual"])
        self.freeze_ids.unlink()
        undoing = self.with_context(reminder_undoing=UNDOING)
        lines = undoing._get_claim_lines()
        lines.filtered("reversal_of_id").unlink()
        (lines - lines.filtered("reversal_of_id")).exists().unlink()
        undoing.reminder_ids.unlink()
        items._place_by_letters()
        # Whom somebody has called since stands there.
        self.env["payment.reminder.call"]._restore_places(items)
        for case in cases.filtered(lambda case: case.id in dates):
            others = case.reminder_ids.filtered("taken_over_id").mapped("sent_date")
            before = fields.Datetime.to_datetime(dates[case.id])
            case.date_open = min([*others, before]) if before else before
        self.unlink()
        cases._refresh()
