from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import balance, schedule
from ..rules.calendar import get_calendar
from ..rules.handover import OPEN
from ..rules.lifecycle import BUSY, WAITING
from .res_company import get_today

#: {badge: domain of the cases whose open invoices have it}; the first that fits.
BADGES = {
    "plan": [("plan_ids", "any", [("state", "=", "active")])],
    "plan_proposed": [("plan_ids", "any", [("state", "=", "proposed")])],
    "questioned": [("blocker_codes", "like", ",open_query,")],
    "frozen": [("state", "=", "frozen")],
}
#: Kinds of steps after which only a collection service comes.
LAST_KINDS = (schedule.FINAL_NOTICE, schedule.DEMAND)
#: {badge: domain of the due items that were taken to such a step last}
STEPS = {
    "final": [("step_id.letter_kind", "in", LAST_KINDS)],
    "reminded": [("step_id.letter_kind", "not in", (*LAST_KINDS, schedule.NUDGE))],
    "nudged": [("step_id.letter_kind", "=", schedule.NUDGE)],
}


def _first(records):
    """Return the first record, or none.

    A slice would drop what the others are prefetched by: a query for each.
    """
    for record in records:
        return record
    return records


class AccountMove(models.Model):
    _inherit = "account.move"

    reminder_case_id = fields.Many2one(
        "payment.reminder.case",
        string="Reminder case",
        compute="_compute_reminder",
        search="_search_reminder_case_id",
        compute_sudo=True,
    )
    reminder_step_id = fields.Many2one(
        "payment.reminder.step",
        string="Last reminder",
        compute="_compute_reminder",
        search="_search_reminder_step_id",
        compute_sudo=True,
    )
    reminder_last_date = fields.Date(
        string="Last reminder on",
        compute="_compute_reminder",
        search="_search_reminder_last_date",
        compute_sudo=True,
    )
    reminder_status = fields.Selection(
        [
            ("none", "No reminder"),
            ("upcoming", "Upcoming"),
            ("due", "Due for a reminder"),
            ("proposed", "In the queue"),
            ("sent", "Reminded"),
            ("frozen", "On hold"),
            ("closed", "Closed"),
        ],
        compute="_compute_reminder",
        search="_search_reminder_status",
        compute_sudo=True,
    )
    reminder_last_fee = fields.Monetary(
        string="Last reminder fee", compute="_compute_reminder_last", compute_sudo=True
    )
    reminder_last_channel = fields.Char(
        string="Last reminder by", compute="_compute_reminder_last", compute_sudo=True
    )
    reminder_next_date = fields.Date(
        string="Next reminder", compute="_compute_reminder", compute_sudo=True
    )
    reminder_next_step_id = fields.Many2one(
        "payment.reminder.step",
        string="Next reminder step",
        compute="_compute_reminder",
        compute_sudo=True,
    )
    reminder_can_create = fields.Boolean(
        compute="_compute_reminder_can_create",
        compute_sudo=True,
        help="A reminder of it may be created by hand now.",
    )
    reminder_excluded = fields.Boolean(
        string="No reminders",
        copy=False,
        tracking=True,
        help="This invoice is never chased.",
    )
    reminder_excluded_reason = fields.Char(
        string="Why no reminders", copy=False, tracking=True
    )
    reminder_hold_until = fields.Date(
        string="Reminders held until",
        copy=False,
        readonly=True,
        tracking=True,
        help="Nothing is sent about this invoice before this day; the others of its "
        "customer go on.",
    )
    reminder_hold_reason = fields.Char(
        string="Why reminders are held", copy=False, readonly=True, tracking=True
    )
    is_reminder_held = fields.Boolean(
        string="Reminders held", compute="_compute_is_reminder_held"
    )
    reminder_badge = fields.Selection(
        [
            ("collection", "Collection"),
            ("plan", "In a plan"),
            ("plan_proposed", "Plan proposed"),
            ("questioned", "Questioned"),
            ("frozen", "On hold"),
            ("final", "Final notice"),
            ("reminded", "Reminded"),
            ("nudged", "Nudged"),
        ],
        string="Reminder state",
        compute="_compute_reminder",
        search="_search_reminder_badge",
        compute_sudo=True,
    )
    reminder_handover_ids = fields.One2many(
        "payment.reminder.handover",
        "move_id",
        string="Hand-overs",
        groups="payment_reminders.group_reminder_user",
    )
    reminder_handover_state = fields.Selection(
        selection=lambda self: self._get_handover_states(),
        string="With a service",
        compute="_compute_reminder",
        search="_search_reminder_handover_state",
        compute_sudo=True,
        help="Where this stands at a collection service, or stood last.",
    )
    reminder_handover_label = fields.Char(
        string="Service",
        compute="_compute_reminder_handover_label",
        compute_sudo=True,
    )
    reminder_sent_count = fields.Integer(
        string="Reminders sent",
        compute="_compute_reminder",
        compute_sudo=True,
    )
    reminder_cost_case_id = fields.Many2one(
        "payment.reminder.case",
        string="Reminder case of these costs",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    reminder_agency_part_ids = fields.One2many(
        "payment.reminder.agency.part",
        "move_id",
        string="Part of an agency",
        copy=False,
        groups="payment_reminders.group_reminder_user",
        help="What an agency pays of this invoice (ROT, RUT and the like). The "
        "customer is not reminded of it while it is pending.",
    )

    # Of payment.reminder.facts._has_loose_money, which asks whether there is any.
    _reminder_draft_refund_idx = models.Index(
        "(company_id) WHERE move_type = 'out_refund' AND state = 'draft'"
    )

    # -- computed live: a stored value here would make payers collide with senders --

    def _compute_reminder(self):
        """Read at once what a list shows of the reminders of an invoice."""
        condition = SQL("item.move_id = ANY(%s)", self.ids)
        days = self._read_reminder_days(condition)
        found = {}
        if days:
            query = self._read_reminder_places(days, condition, badges=True)
            found = {row["move_id"]: row for row in self.env.execute_query_dict(query)}
        for move in self:
            place = found.get(move._origin.id, {})
            move.reminder_case_id = place.get("case_id")
            move.reminder_step_id = place.get("step_id")
            move.reminder_last_date = place.get("last_date")
            move.reminder_next_step_id = place.get("next_step_id")
            move.reminder_next_date = place.get("next_date")
            move.reminder_status = place.get("status", "none")
            move.reminder_badge = place.get("badge")
            move.reminder_handover_state = place.get("handover_state")
            move.reminder_sent_count = place.get("sent_count", 0)

    @api.depends("state", "payment_state", "invoice_date_due")
    def _compute_reminder_can_create(self):
        for move in self:
            case = move.reminder_case_id
            # What fell due since the last night comes into a case when it is asked for.
            is_new = bool(
                not case
                and move.company_id.reminder_ladder_id
                and move.invoice_date_due
                and move.invoice_date_due < move.company_id._get_reminder_today()
            )
            move.reminder_can_create = (
                move.state == "posted"
                and move.move_type in ("out_invoice", "out_receipt")
                and move.payment_state in ("not_paid", "partial")
                and (is_new or case.can_remind)
            )

    def _compute_reminder_last(self):
        lines = self.env["payment.reminder.line"].search(
            [
                ("item_id.move_id", "in", self.ids),
                ("reminder_id.counts", "=", True),
                ("step_id", "!=", False),
            ]
        )
        by_move = lines.grouped("move_id")
        for move in self:
            last = _first(
                by_move.get(move._origin, lines.browse()).reminder_id.sorted(
                    "sent_date", reverse=True
                )
            )
            move.reminder_last_fee = last.amount_fee
            move.reminder_last_channel = last.channel_summary

    @api.model
    def _read_reminder_places(self, days, condition=None, badges=False):
        """Read where the reminders of invoices stand: the one answer, for lists too.

        By the index of the due items on their invoice, or all of them once; then by
        primary keys, and the notices in the queue by the index on their state. An
        invoice without due items is not among them.

        :param days: of :meth:`_read_reminder_days`
        :param condition: SQL of which due items (``item``) are asked for
        :param badges: whether with badge and number of reminders, of few invoices
        :return: SQL of (move_id, status, case_id, step_id, last_date, next_step_id,
            next_date), and if asked for (badge, sent_count)
        """
        self.env["payment.reminder.line"].flush_model(["item_id"])
        self.env["payment.reminder"].flush_model(["state", "counts"])
        of_items = SQL("TRUE")
        if condition:
            # Of few invoices, by the index of the lines on their due item.
            of_items = SQL(
                "line.item_id IN (SELECT item.id FROM payment_reminder_item item"
                " WHERE %s)",
                condition,
            )
        return SQL(
            """
            SELECT found.move_id,
                   CASE WHEN found.state = 'closed' OR NOT found.owed THEN 'closed'
                        WHEN found.state = 'frozen' THEN 'frozen'
                        WHEN found.waiting THEN 'proposed'
                        WHEN found.due THEN 'due'
                        WHEN found.climbed THEN 'sent'
                        WHEN found.ahead THEN 'upcoming'
                        -- Overdue, and no step comes: nobody activated a ladder.
                        ELSE 'none' END AS status,
                   found.case_id, found.step_id, found.last_date,
                   found.next_step_id, found.next_date
                   %(glance)s
              FROM (
                   SELECT item.move_id,
                          (ARRAY_AGG(own.state ORDER BY item.date_due, item.id))[1]
                          AS state,
                          (ARRAY_AGG(own.id ORDER BY item.date_due, item.id))[1]
                          AS case_id,
                          (ARRAY_AGG(item.step_id ORDER BY item.last_sent_date DESC,
                                     item.date_due, item.id)
                           FILTER (WHERE item.last_sent_date IS NOT NULL))[1]
                          AS step_id,
                          MAX(item.last_sent_date) AS last_date,
                          -- What waits comes on the next business day.
                          (ARRAY_AGG(item.next_step_id
                                     ORDER BY GREATEST(item.next_date, day.next_day),
                                     item.date_due, item.id)
                           FILTER (WHERE item.next_date IS NOT NULL))[1]
                          AS next_step_id,
                          MIN(CASE WHEN item.next_date < day.today
                                   THEN day.next_day ELSE item.next_date END)
                          AS next_date,
                          BOOL_OR(item.amount_known > 0) AS owed,
                          BOOL_OR(waiting.item_id IS NOT NULL) AS waiting,
                          -- On a day on which nothing leaves, what comes on the next
                          -- business day is due.
                          COALESCE(BOOL_OR(item.next_date <= CASE
                              WHEN item.date_due < day.today THEN day.next_day
                              ELSE day.today END), FALSE) AS due,
                          BOOL_OR(item.last_sent_date IS NOT NULL) AS climbed,
                          BOOL_OR(item.next_date IS NOT NULL
                                  OR item.date_due >= day.today) AS ahead
                     FROM payment_reminder_item item
                     JOIN payment_reminder_case own ON own.id = item.case_id
                     JOIN res_partner customer ON customer.id = own.partner_id
                     JOIN (VALUES %(days)s) AS day (company, country, today, next_day)
                       ON day.company = own.company_id
                      AND day.country = COALESCE(customer.country_id, 0)
                     LEFT JOIN (
                          SELECT DISTINCT line.item_id
                            FROM payment_reminder notice
                            JOIN payment_reminder_line line
                              ON line.reminder_id = notice.id
                           WHERE notice.state = ANY(%(busy)s) AND %(of_items)s
                          ) waiting ON waiting.item_id = item.id
                    WHERE item.move_id IS NOT NULL AND %(condition)s
                    GROUP BY item.move_id
                   ) found
            """,
            days=SQL(", ").join(
                SQL("(%s, %s, %s::date, %s::date)", *row) for row in days
            ),
            busy=list(BUSY),
            condition=condition or SQL("TRUE"),
            of_items=of_items,
            glance=self._get_glance_sql() if badges else SQL(),
        )

    @api.model
    def _get_glance_sql(self):
        """Return SQL of badge and number of reminders of one invoice (``found``)."""
        self.env["payment.reminder.handover"].flush_model(["state", "move_id"])
        # sudo: whoever sees the invoice sees how it stands
        Item = self.env["payment.reminder.item"].sudo()
        mine = Domain("move_id", "in", SQL("(SELECT found.move_id)"))
        badges = SQL(" ").join(
            SQL(
                "WHEN EXISTS %s THEN %s",
                Item._search(mine & self._get_badge_domain(badge)).subselect(),
                badge,
            )
            for badge in dict(self._fields["reminder_badge"].selection)
        )
        return SQL(
            """,
            CASE %s END AS badge,
            (SELECT COUNT(DISTINCT line.reminder_id)
               FROM payment_reminder_item item
               JOIN payment_reminder_line line ON line.item_id = item.id
               JOIN payment_reminder notice ON notice.id = line.reminder_id
              WHERE item.move_id = found.move_id AND notice.counts) AS sent_count,
            -- By the index on the invoice: the hand-over that is open, or was last.
            (SELECT given.state FROM payment_reminder_handover given
              WHERE given.move_id = found.move_id
              ORDER BY given.state = ANY(%s) DESC, given.id DESC
              LIMIT 1) AS handover_state
            """,
            badges,
            [str(state) for state in OPEN],
        )

    @api.model
    def _get_handover_states(self):
        field = self.env["payment.reminder.handover"]._fields["state"]
        return field._description_selection(self.env)

    @api.depends("reminder_handover_state")
    @api.depends_context("lang")
    def _compute_reminder_handover_label(self):
        given = self.filtered("reminder_handover_state")
        by_move = given._find_reminder_handovers() if given else {}
        for move in self:
            record = by_move.get(move._origin)
            move.reminder_handover_label = record.state_label if record else False

    def _find_reminder_handovers(self):
        """Return {invoice: its hand-over that is open, or was last} of these."""
        records = (
            self.env["payment.reminder.handover"]
            .sudo()
            .search([("move_id", "in", self.ids)], order="id")
        )
        ordered = records.sorted(lambda record: (record.state in OPEN, record.id))
        return {record.move_id: record for record in ordered}

    @api.model
    def _search_reminder_handover_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["payment.reminder.handover"].flush_model(["state", "move_id"])
        last = SQL(
            """
            (SELECT move_id FROM (
                SELECT DISTINCT ON (move_id) move_id, state
                  FROM payment_reminder_handover
                 WHERE move_id IS NOT NULL
                 ORDER BY move_id, state = ANY(%s) DESC, id DESC) given
              WHERE state = ANY(%s))
            """,
            [str(state) for state in OPEN],
            [state for state in value if state],
        )
        domain = Domain("id", "in", last)
        if False in value:
            given = "(SELECT move_id FROM payment_reminder_handover WHERE move_id > 0)"
            domain |= Domain("id", "not in", SQL(given))
        return domain

    @api.model
    def _read_reminder_days(self, condition=None):
        """Read today and the next business day, by company and country of its cases.

        :param condition: SQL of which due items (``item``) are asked for
        :return: list of (company id, country id or 0, today, next business day)
        """
        self.env["payment.reminder.item"].flush_model()
        self.env["payment.reminder.case"].flush_model(
            ["company_id", "partner_id", "state"]
        )
        self.env["res.partner"].flush_model(["country_id", "tz"])
        of_cases = SQL("TRUE")
        if condition:
            of_cases = SQL(
                "own.id IN (SELECT item.case_id FROM payment_reminder_item item"
                " WHERE %s)",
                condition,
            )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT own.company_id, COALESCE(customer.country_id, 0),
                       COALESCE(country.code, home_country.code, ''),
                       home.tz, home_country.code
                  FROM payment_reminder_case own
                  JOIN res_partner customer ON customer.id = own.partner_id
                  LEFT JOIN res_country country ON country.id = customer.country_id
                  JOIN res_company company ON company.id = own.company_id
                  JOIN res_partner home ON home.id = company.partner_id
                  LEFT JOIN res_country home_country
                         ON home_country.id = home.country_id
                 WHERE %s
                """,
                of_cases,
            )
        )
        # sudo: days of all companies that a list may show
        facts = self.env["payment.reminder.facts"].sudo()
        companies = facts.env["res.company"].browse({row[0] for row in rows})
        closed = facts._read_closed_days(companies) if rows else {}
        days = []
        for company_id, country_id, code, zone, home_code in rows:
            today = get_today(zone, home_code)
            # Which day it is does not depend on the hours.
            calendar = get_calendar(code, closed[company_id], 0.0, 24.0)
            days.append(
                (company_id, country_id, today, calendar.next_business_day(today))
            )
        return days

    @api.model
    def _search_reminder_case_id(self, operator, value):
        return self._search_by_items("case_id", operator, value)

    @api.model
    def _search_reminder_step_id(self, operator, value):
        return self._search_by_items("step_id", operator, value)

    @api.model
    def _search_reminder_last_date(self, operator, value):
        return self._search_by_items("last_sent_date", operator, value)

    @api.model
    def _search_by_items(self, field, operator, value):
        if operator.startswith("not ") or operator == "!=":
            return NotImplemented
        Item = self.env["payment.reminder.item"].sudo()
        # An invoice has no value only when none of its due items has one.
        without = operator == "in" and False in value
        if without:
            value = [one for one in value if one is not False]
        items = Item._search([(field, operator, value), ("move_id", "!=", False)])
        domain = Domain("id", "in", items.subselect("move_id"))
        if without:
            every = Item._search([(field, "!=", False), ("move_id", "!=", False)])
            domain |= Domain("id", "not in", every.subselect("move_id"))
        return domain

    @api.model
    def _search_reminder_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = [status for status in value if status]
        domain = Domain.FALSE
        if days := self._read_reminder_days():
            found = SQL(
                "(SELECT move_id FROM (%s) AS by_move WHERE status = ANY(%s))",
                self._read_reminder_places(days),
                wanted,
            )
            domain = Domain("id", "in", found)
        if "none" in wanted:
            known = (
                "(SELECT move_id FROM payment_reminder_item WHERE move_id IS NOT NULL)"
            )
            domain |= Domain("id", "not in", SQL(known))
        return domain

    @api.depends("reminder_hold_until")
    def _compute_is_reminder_held(self):
        for move in self:
            move.is_reminder_held = bool(move._get_reminder_hold())

    def _get_reminder_hold(self):
        """Return until when a person holds this invoice back, or None."""
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        return balance.hold_in_force(self.reminder_hold_until or None, today)

    # -- what lists of invoices show at a glance -----------------------------------

    @api.model
    def _get_badge_domain(self, badge):
        """Return the domain of due items that show a badge."""
        owed = Domain("amount_known", ">", 0)
        if badge == "collection":
            return Domain("handover_id", "!=", False) & owed
        if badge in STEPS:
            sent = Domain("last_sent_date", "!=", False)
            return sent & Domain(STEPS[badge]) & owed
        return Domain("case_id", "any", BADGES[badge]) & owed

    @api.model
    def _search_reminder_badge(self, operator, value):
        if operator != "in":
            return NotImplemented
        Item = self.env["payment.reminder.item"].sudo()
        wanted = Domain.FALSE
        seen = Domain.FALSE
        for badge in dict(self._fields["reminder_badge"].selection):
            ids = Item._search(self._get_badge_domain(badge)).subselect("move_id")
            here = Domain("id", "in", ids)
            if badge in value:
                wanted |= here & ~seen
            seen |= here
        return wanted | ~seen if False in value else wanted

    # -- what people do ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"reminder_excluded", "no_followup", "reminder_hold_until"}:
            self._refresh_reminder_cases()
        return result

    def _refresh_reminder_cases(self):
        """Let the cases of these invoices look at the books after this transaction."""
        receivable = self.filtered(lambda move: move.is_sale_document(True))
        self.env["payment.reminder.case"]._refresh_after_commit(
            receivable.commercial_partner_id
        )

    def button_draft(self):
        # EXTENDS account
        result = super().button_draft()
        self._refresh_reminder_cases()
        return result

    def button_cancel(self):
        # EXTENDS account
        result = super().button_cancel()
        self._give_back_reminder_costs()
        self._refresh_reminder_cases()
        return result

    def unlink(self):
        # EXTENDS account
        self._give_back_reminder_costs()
        return super().unlink()

    def action_toggle_block_payment(self):
        # EXTENDS account
        result = super().action_toggle_block_payment()
        self._refresh_reminder_cases()
        return result

    def action_open_reminder_case(self):
        self.ensure_one()
        self.check_access("read")
        if not self.reminder_case_id:
            raise UserError(self.env._("This invoice is in no reminder case."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "payment.reminder.case",
            "res_id": self.reminder_case_id.id,
            "view_mode": "form",
        }

    def action_open_handover_wizard(self):
        """Open the dialog that hands these invoices to a collection service."""
        return self.env["payment.reminder.handover.wizard"]._open(self)

    def action_open_reminder_handover(self):
        """Open the hand-over of this invoice that is open, or was last."""
        self.ensure_one()
        self.check_access("read")
        record = self._find_reminder_handovers().get(self._origin)
        if not record:
            raise UserError(self.env._("No collection service has this invoice."))
        record._read_when_opened()
        return {
            "type": "ir.actions.act_window",
            "res_model": "payment.reminder.handover",
            "res_id": record.id,
            "view_mode": "form",
        }

    def action_open_reminder_wizard(self):
        """Open the dialog that creates the next reminders of these invoices."""
        return self.env["payment.reminder.wizard"]._open(self)

    def action_hold_reminders(self, until=None, reason=None):
        """Send nothing about these invoices before a day; the others go on.

        :param until: the first day on which they may be reminded of again
        :param reason: why, in words; goes into the trail
        """
        self._check_may_hold_reminders(until)
        day = fields.Date.to_date(until)
        for company in self.sudo().company_id:
            if not day or day <= company._get_reminder_today():
                raise UserError(self.env._("Choose a day in the future."))
        if not reason:
            raise UserError(self.env._("Say why the invoice is held."))
        self._set_reminder_hold("invoice_held", day, reason)
        return True

    def action_release_reminders(self):
        """Let these invoices be reminded of again now."""
        self._check_may_hold_reminders()
        held = self.sudo().filtered("reminder_hold_until").sudo(self.env.su)
        held._set_reminder_hold("invoice_released", False, False)
        return True

    def action_open_reminder_hold(self):
        """Open the dialog that holds these invoices until a day."""
        return self.env["payment.reminder.invoice.hold.wizard"]._open(self)

    def _check_may_hold_reminders(self, until=None):
        """Refuse who may not hold the cases of these invoices for so long.

        Of one that is in no case yet a manager of reminders decides.
        """
        # A rep has no rights on invoices: what counts are those on their cases.
        moves = self.sudo()
        if any(not move.reminder_case_id for move in moves):
            self.env["res.users"]._check_reminder_manager()
            self.env["res.company"].browse(moves.company_id.ids).check_access("read")
        cases = self.env["payment.reminder.case"].browse(moves.reminder_case_id.ids)
        cases._check_may_act()
        cases._check_snooze_limit(until)
        wrong = moves.filtered(
            lambda move: (
                move.state != "posted"
                or move.move_type not in ("out_invoice", "out_receipt")
            )
        )
        if wrong:
            raise UserError(
                self.env._(
                    "Reminders are about posted invoices only: %s",
                    ", ".join(wrong.mapped("display_name")),
                )
            )

    def _set_reminder_hold(self, kind, day, reason):
        """Note until when these invoices are held, and tell the trail.

        :param kind: of the entry of the trail
        """
        # A rep writes on no invoice. A sender that holds these rows is waited for: the
        # hold is in time for it, or comes after what has left.
        moves = self.sudo()
        moves.write({"reminder_hold_until": day, "reminder_hold_reason": reason})
        for case, mine in moves.grouped("reminder_case_id").items():
            if case:
                case._log_event(
                    kind,
                    {
                        "invoices": ", ".join(mine.mapped("name")),
                        "until": day and fields.Date.to_string(day),
                        "note": reason or "",
                    },
                )
        lines = self.env["payment.reminder.line"].sudo()
        waiting = lines.search(
            [
                ("item_id.move_id", "in", self.ids),
                ("reminder_id.state", "in", list(WAITING)),
            ]
        ).reminder_id
        if waiting:
            waiting._recheck()

    def _get_reminder_effect(self):
        """Return what crediting or writing off these invoices does to their cases."""
        if given := self._find_open_handovers():
            return self._describe_handovers(given)
        # Who may credit an invoice may know that it is being chased.
        cases = self.sudo().reminder_case_id.filtered(lambda c: c.state != "closed")
        if not cases:
            return False
        waiting = cases._find_open_notices()
        sentences = [
            self.env._(
                "Reminders are being sent about this (%s).",
                ", ".join(cases.mapped("name")),
            ),
            self.env._(
                "If nothing is left, the case closes, and its open fees and interest "
                "are settled as the ladder says. If a part is left, the case is put on "
                "hold until a manager has looked at the rest."
            ),
        ]
        if waiting:
            sentences.append(
                self.env._("A reminder that waits in the queue is cancelled.")
            )
        return " ".join(sentences)

    def _find_open_handovers(self):
        """Return the hand-overs of these invoices that a service has now."""
        records = self.env["payment.reminder.handover"].sudo()
        return records.search(
            [("move_id", "in", self.ids), ("state", "in", [str(s) for s in OPEN])]
        )

    def _describe_handovers(self, given):
        """Say what crediting or writing off does where a service has the invoice."""
        return self.env._(
            "%(count)s of these is with %(service)s (%(names)s). What is booked here "
            "does not stop the case there: choose what happens to it.",
            count=len(given.move_id),
            service=", ".join(sorted(set(given.mapped("service_label")))),
            names=", ".join(given.move_id.mapped("name")),
        )

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail: customers do not know which of our mails they answer
        result = super().message_update(msg_dict, update_vals)
        for move in self.sudo():
            # Also before it is due: what is asked then must be answered first.
            case = move.reminder_case_id or (
                move.env["payment.reminder.case"]._open_for_answer(move, msg_dict)
            )
            if case and case.state != "closed":
                case._receive_mail(msg_dict, move)
        return result

    def _message_post_after_hook(self, new_message, message_values):
        # EXTENDS account: the mail of an invoice leads to its page, where a customer
        # can answer as well
        result = super()._message_post_after_hook(new_message, message_values)
        if new_message.message_type == "comment" and self.env.user.share:
            # A visitor has no rights here; the author is who was let onto the page.
            self.sudo()._receive_comment(new_message.sudo())
        return result

    def _receive_comment(self, message):
        """Take what somebody wrote on the page of this invoice, if the customer did."""
        self.ensure_one()
        customer = self.commercial_partner_id
        if not message.body or message.author_id.commercial_partner_id != customer:
            return
        case = self.reminder_case_id or (
            self.env["payment.reminder.case"]._open_early(self)
        )
        if case and case.state != "closed":
            case._receive_comment(message, self)

    def _set_customer_reference(self, reference):
        """Put a number of the customer on this invoice, and let it be printed anew.

        No amount is touched. What was sent before stays among the files of the invoice.
        """
        self.ensure_one()
        if self.ref:
            return
        self.with_context(skip_is_manually_modified=True).ref = reference
        # As Odoo does when an invoice goes back to draft; else it sends the old PDF.
        self._detach_attachments()

    def _send_to_customer(self, contact):
        """Send these invoices by e-mail, with Odoo's own Send, to one contact alone.

        An electronic invoice that cannot be made, as when its reader has no number of
        his own, is left out: who asks for the invoice gets it to read.
        """
        machine = self.with_user(SUPERUSER_ID).with_context(
            reminder_sole_reader=True, reminder_visitor=None
        )
        for company, moves in machine.grouped("company_id").items():
            moves = moves.with_company(company)
            try:
                with moves.env.cr.savepoint():
                    moves._send_by_email(contact)
            except UserError:
                moves._send_by_email(contact, invoice_edi_format=False)

    def _send_by_email(self, contact, **settings):
        self.env["account.move.send"]._generate_and_send_invoices(
            self,
            sending_methods=["email"],
            extra_edis={},
            mail_partner_ids=contact.ids,
            **settings,
        )

    # -- an invoice of the costs of a case -----------------------------------------

    def _give_back_reminder_costs(self):
        """Put the costs of these invoices back on the ledgers they came from."""
        moves = self.filtered("reminder_cost_case_id")
        if not moves:
            return
        # The ledger follows the invoice, whoever deletes it.
        lines = (
            self.env["payment.reminder.claim.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", moves.ids),
                    ("kind", "=", "transfer"),
                    ("reversal_of_id", "=", False),
                    ("reversed_by_ids", "=", False),
                ]
            )
        )
        lines._reverse(self.env._("The invoice of the costs was cancelled"))
        for case in lines.case_id:
            case._log_event(
                "claim_reversed", {"lines": (lines & case.claim_line_ids).ids}
            )

    # -- the part of an agency -----------------------------------------------------

    def action_open_agency_part(self):
        """Open the dialog of the agency's part of this invoice, or of a new one."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Part of an agency"),
            "res_model": "payment.reminder.agency.part",
            "res_id": self.reminder_agency_part_ids[:1].id,
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    @contextmanager
    def _following_agency_parts(self):
        """Change parts of agencies of these invoices; their cases follow.

        The sender holds these rows while a notice leaves: who changes meanwhile what
        is asked is told to try again.
        """
        # Who may change a part need not be an accountant, nor write on due items,
        # which are the machine's.
        moves = self.sudo()
        if len(moves.try_lock_for_update()) < len(moves):
            raise UserError(
                self.env._(
                    "Somebody else is at this invoice, or a reminder of it is leaving "
                    "right now. Try again in a moment."
                )
            )
        items = moves.env["payment.reminder.item"].search(
            [("move_id", "in", self.ids), ("amount_known", ">", 0)]
        )
        before = items._read_owed()
        yield
        items._set_apart(before, items._read_owed())
        moves._refresh_reminder_cases()


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    def _get_mail_params(self, move, move_data):
        # EXTENDS account: what a customer asked for goes to the address that is known
        # to work, and to no follower of the invoice
        params = super()._get_mail_params(move, move_data)
        if params and self.env.context.get("reminder_sole_reader"):
            params["notify_skip_followers"] = True
        return params
