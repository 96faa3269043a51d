from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import balance, lifecycle, schedule
from ...tools.decimals import to_decimal


class DayToCome(fields.Date):
    """The day on which a step comes: today if it was to come before, and waits.

    Whatever reads it, looks for it, orders or groups by it gets that day, and no night
    has to write it. On a day on which nothing leaves the night writes the next business
    day. Read when it is asked for: few do.
    """

    prefetch = False

    def to_sql(self, model, alias):
        return SQL(
            "CASE WHEN %(day)s < %(today)s THEN %(today)s ELSE %(day)s END",
            day=super().to_sql(model, alias),
            today=SQL("%s::date", model.env.company._get_reminder_today()),
        )


class PaymentReminderItem(models.Model):
    """One receivable journal item of a case and its place on the ladder."""

    _name = "payment.reminder.item"
    _description = "Payment Reminder Due Item"
    _order = "date_due, id"
    _rec_name = "move_id"

    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    agency_part_id = fields.Many2one(
        "payment.reminder.agency.part",
        string="Refused part",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Set when this is the part of the invoice that an agency refused to pay.",
    )
    handover_id = fields.Many2one(
        "payment.reminder.handover",
        string="With a service",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The one that is open: while it is, no notice of ours is about this.",
    )
    source = fields.Selection(
        [("books", "Odoo")],
        string="Lives in",
        required=True,
        readonly=True,
        default="books",
        help="The program that keeps the invoice, and is asked how it stands.",
    )
    source_ref = fields.Char(
        string="Reference there",
        readonly=True,
        copy=False,
        help="By what that program knows the invoice; empty for one of Odoo.",
    )
    source_number = fields.Char(string="Number there", readonly=True)
    source_url = fields.Char(string="Link there", compute="_compute_source_url")
    date_due = fields.Date(string="Due", required=True, readonly=True)
    amount_residual = fields.Monetary(
        string="Open", compute="_compute_amount_residual", help="Read live."
    )
    amount_known = fields.Float(
        string="Open when last looked at", digits=(16, 4), readonly=True, default=-1.0
    )
    amount_credited_known = fields.Float(
        string="Credited when last looked at", digits=(16, 4), readonly=True
    )
    is_dropped = fields.Boolean(
        string="No longer chased",
        readonly=True,
        help="The case was closed by hand while this was open.",
    )
    interest_claimed = fields.Float(
        digits=(16, 6),
        readonly=True,
        help="Interest of this item that notices have claimed so far, unrounded.",
    )
    step_id = fields.Many2one(
        "payment.reminder.step",
        string="Last step",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    last_sent_date = fields.Date(readonly=True)
    invoice_vouched_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        string="Vouched for by",
        help="Said that the invoice reached the customer another way.",
        index="btree_not_null",
    )
    next_step_id = fields.Many2one(
        "payment.reminder.step",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    next_date = DayToCome(readonly=True)
    held_until = fields.Date(
        string="Held until",
        related="move_id.reminder_hold_until",
        help="Nothing is sent about this invoice before this day.",
    )
    hold_reason = fields.Char(
        string="Held because", related="move_id.reminder_hold_reason"
    )
    is_held = fields.Boolean(related="move_id.is_reminder_held")

    _move_line_uniq = models.UniqueIndex(
        "(move_line_id, COALESCE(agency_part_id, 0))",
        "This journal item is in a case already.",
    )
    _source_ref_uniq = models.UniqueIndex(
        "(source, source_ref) WHERE source <> 'books'",
        "This invoice is in a case already.",
    )

    def _compute_source_url(self):
        self.source_url = False
        for source, items in self.env["payment.reminder.source"]._split(self):
            for item in items:
                item.source_url = source._get_url(item)

    def _compute_amount_residual(self):
        live = self.env["payment.reminder.facts"]._read_live(self.sudo())
        for item in self:
            seen = item.sudo()._find_live(live)
            item.amount_residual = float(seen.owed) if seen else 0.0

    def _get_live(self, live):
        """Return what the books say of this item; None when it is gone or dropped."""
        self.ensure_one()
        return None if self.is_dropped else self._find_live(live)

    def _find_live(self, live):
        """Return what the books say of this item, dropped or not.

        None when it is gone, or when its invoice is somebody else's now.
        """
        seen, moved = self._look_up(live)
        return None if moved else seen

    def _look_up(self, live):
        """Return (what the books say of this item or None, in what it has moved)."""
        if self.id not in live.found:
            seen = live.get(self._get_live_key())
            live.found[self.id] = seen, self._get_moved(seen) if seen else ()
        return live.found[self.id]

    def _get_moved(self, seen):
        """Tell in what an invoice is no longer that of this item's case.

        An invoice that was set back to draft keeps its journal items, whatever is
        changed on it.

        :param seen: what the books say of the item
        :return: tuple of customer, currency, company; empty: it is the case's
        """
        self.ensure_one()
        case = self.case_id
        moved = ()
        if case.partner_id.id not in seen.partner_ids:
            moved += ("customer",)
        if case.currency_id.id != seen.currency_id:
            moved += ("currency",)
        if case.company_id.id != seen.company_id:
            moved += ("company",)
        return moved

    def _is_of_customer(self):
        """Tell whether the invoice of this item is still one of this customer's."""
        self.ensure_one()
        facts = self.env["payment.reminder.facts"]
        return bool(self._find_live(facts._read_live(self)))

    def _get_live_key(self):
        """Return what this item is found by in what was read live."""
        self.ensure_one()
        return self.source_ref or self.move_line_id.id, self.agency_part_id.id or None

    def _read_owed(self):
        """Return {item: what is owed on it now}."""
        live = self.env["payment.reminder.facts"]._read_live(self)
        return {
            item: seen.owed if (seen := item._find_live(live)) else Decimal(0)
            for item in self
        }

    def _set_apart(self, before, after):
        """Know at once what is left to an agency, lest it look like a payment.

        More than before is found by the refresh, which asks a person.

        :param before: what :meth:`_read_owed` said before the agency's part changed
        :param after: what it says now
        """
        for item in self:
            if after[item] < before[item]:
                item.amount_known -= float(before[item] - after[item])

    def _drop(self):
        """Chase what is still open of these items no more.

        What a service has stays followed, whatever becomes of its case.
        """
        self.filtered(
            lambda item: item.amount_known > 0 and not item.handover_id
        ).write({"is_dropped": True, "amount_known": 0.0, "amount_credited_known": 0.0})

    def _let_go(self):
        """Let go of invoices that are somebody else's now, for the case they belong to.

        What was asked for them here stays on the trail and on the notices.
        """
        self.write(
            {
                "move_line_id": False,
                "move_id": False,
                "agency_part_id": False,
                "source_ref": False,
                "amount_known": 0.0,
                "amount_credited_known": 0.0,
            }
        )

    def _get_known(self):
        """Return (known residual, known credit) of an item, or None when new."""
        self.ensure_one()
        if self.amount_known < 0:
            return None
        digits = self.case_id.currency_id.decimal_places
        return (
            to_decimal(self.amount_known, digits),
            to_decimal(self.amount_credited_known, digits),
        )

    def _get_seen(self, live):
        """Return this item as :class:`rules.lifecycle.Seen`."""
        self.ensure_one()
        now, known = self._get_live(live), self._get_known()
        alive = bool(now) and now.move_state == "posted"
        owed = now.owed if alive else Decimal(0)
        credited = now.credited if alive else Decimal(0)
        known, known_credited = known or (owed, credited)
        return lifecycle.Seen(
            known=known,
            owed=owed,
            known_credited=known_credited,
            credited=credited,
            alive=alive,
            elsewhere=bool(self.handover_id),
        )

    def _remember(self, live, seen_by_item):
        """Keep what is owed now; return what changed, for the trail.

        :param seen_by_item: {item: :class:`rules.lifecycle.Seen`}
        """
        changed = {}
        for item, seen in seen_by_item.items():
            now = item._get_live(live)
            if now and now.date_due != item.date_due:
                item.date_due = now.date_due
            is_new = item.amount_known < 0
            if not is_new and (seen.known, seen.known_credited) == (
                seen.owed,
                seen.credited,
            ):
                continue
            item.write(
                {
                    "amount_known": float(seen.owed),
                    "amount_credited_known": float(seen.credited),
                }
            )
            if not is_new:
                changed[item._get_trail_name()] = {
                    "change": str(lifecycle.observe(seen)),
                    "before": str(seen.known),
                    "now": str(seen.owed),
                }
        return changed

    def _get_number(self):
        """Return the number of the invoice, as the customer reads it."""
        return self.move_id.name or self.source_number or ""

    def _get_trail_name(self):
        """Return what the trail calls this item."""
        name = self._get_number() or str(self.id)
        return f"{name} #{self.id}" if self.agency_part_id else name

    def _log_refused_parts(self):
        """Say in the trail that these new items are refused parts of an agency."""
        self.env["payment.reminder.event"]._log(
            [
                (
                    item.case_id,
                    "agency_part",
                    {
                        "part": item.agency_part_id.id,
                        "change": "due",
                        "amount": str(item._get_known()[0]),
                        "due": str(item.date_due),
                    },
                )
                for item in self.sorted(lambda item: (item.date_due, item.id))
            ]
        )

    def _collect_plan(self, plan, changes):
        """Note the next step in ``changes`` if it is not what is stored."""
        self.ensure_one()
        step_id, day = (plan.step_id, plan.date) if plan else (False, False)
        if self.next_step_id.id != step_id or self.next_date != day:
            changes[self.id] = {"next_step_id": step_id, "next_date": day}

    def _is_chased(self, live):
        """Tell whether this item is open and may be chased at all."""
        self.ensure_one()
        now = self._get_live(live)
        return bool(now) and not self.handover_id and balance.is_chased(now)

    def _place_after_letters(self, lines):
        """Put these where letters that were taken over left them.

        On the highest step that any of them had; the last one says since when.

        :param lines: payment.reminder.line records of those letters
        """
        by_item = lines.grouped("item_id")
        for item in self:
            ladder = item.case_id.ladder_id
            rank = {step: i for i, step in enumerate(ladder._get_active_steps())}
            mine = by_item[item].filtered(lambda line, rank=rank: line.step_id in rank)
            steps = [item.step_id] if item.step_id in rank else []
            steps += list(mine.step_id)
            days = [
                notice.company_id._get_reminder_today(notice.sent_date)
                for notice in mine.reminder_id
            ]
            item.write(
                {
                    "step_id": max(steps, key=rank.get).id if steps else False,
                    "last_sent_date": max(
                        filter(None, [item.last_sent_date, *days]), default=False
                    ),
                }
            )

    def _place_by_letters(self):
        """Put these where the notices that still count have brought them."""
        lines = self.env["payment.reminder.line"].search(
            Domain("item_id", "in", self.ids)
            & Domain("step_id", "!=", False)
            & Domain("reminder_id", "any", [("counts", "=", True)])
        )
        self.write({"step_id": False, "last_sent_date": False})
        if lines:
            lines.item_id._place_after_letters(lines)

    def _get_due_item(self, live, grace_days=None):
        """Return this item as :class:`rules.schedule.DueItem`, or None: not chased."""
        self.ensure_one()
        seen = self._get_live(live)
        if not seen or self.handover_id or not balance.is_chased(seen):
            return None
        return schedule.DueItem(
            id=self.id,
            date_due=seen.date_due,
            last_step_id=self.step_id.id or None,
            last_sent_date=self.last_sent_date or None,
            grace_days=self.case_id.partner_id.reminder_grace_days
            if grace_days is None
            else grace_days,
            nudge_not_before=self.nudge_not_before or None,
            date_invoice=seen.date_invoice,
        )

    def action_hold_invoice(self):
        """Open the dialog that holds the invoices of these items until a day."""
        return self.env["payment.reminder.invoice.hold.wizard"]._open(self)

    def action_release_invoice(self):
        """Let the invoices of these items be reminded of again."""
        self.check_access("read")
        moves = self.sudo().move_id
        return moves.sudo(self.env.su).action_release_reminders()

    @api.depends("move_id", "agency_part_id", "source_number")
    def _compute_display_name(self):
        for item in self:
            name = (
                item.sudo().move_id.name
                or item.source_number
                or self.env._("Deleted or moved invoice")
            )
            if item.sudo().agency_part_id:
                name = self.env._("%s (refused part)", name)
            item.display_name = name

    @api.model
    def _search_display_name(self, operator, value):
        # OVERRIDE: a rep has no access to invoices, but to the numbers of these.
        moves = self.env["account.move"].sudo()._search([("name", operator, value)])
        return ["|", ("move_id", "in", moves), ("source_number", operator, value)]
