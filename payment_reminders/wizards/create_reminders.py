from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools import bulk
from ..tools.selections import labels_of
from ..tools.sums import format_sums

#: What is remembered of the last time.
REMEMBERED = ("kind", "channel", "attach_invoices", "skip_window")


class PaymentReminderWizard(models.TransientModel):
    """Creates the next reminders of chosen invoices, one for each customer.

    They go into the queue, or leave at once; the guard has the last word.
    """

    _name = "payment.reminder.wizard"
    _description = "Create Payment Reminders"

    line_ids = fields.One2many("payment.reminder.wizard.line", "wizard_id")
    case_id = fields.Many2one(
        "payment.reminder.case", compute="_compute_case_id", help="If it is only one."
    )
    next_text = fields.Char(related="case_id.next_text")
    step_id = fields.Many2one(related="case_id.next_step_id", string="Step")
    kind = fields.Selection(
        selection=labels_of("payment.reminder.step", "kind"),
        string="Steps",
        help="Empty: whichever step of its ladder is due for each customer. No step is "
        "ever skipped.",
    )
    channel = fields.Selection(
        selection=labels_of("payment.reminder.delivery", "channel"),
        help="Empty: as each step says.",
    )
    fee_choice = fields.Selection(
        [
            ("full", "As the step and the law say"),
            ("lower", "Lower"),
            ("none", "None"),
        ],
        string="Fee",
        required=True,
        default="full",
    )
    fee_amount = fields.Float(
        string="Fee at most",
        digits="Product Price",
        help="In the currency of each invoice. It is never raised.",
    )
    fee_note = fields.Char(string="Why", help="Kept on the reminder with your name.")
    personal_text = fields.Text(
        string="Personal words",
        help="Stands above the text of the step, this once.",
    )
    attach_invoices = fields.Boolean(
        string="Attach the invoices",
        help="The stored PDF of each invoice goes with the e-mail.",
    )
    skip_window = fields.Boolean(
        string="Without the hold window",
        help="What you approve here leaves without waiting for its hold window, in "
        "working hours.",
    )
    can_override = fields.Boolean(compute="_compute_can_override")
    is_override = fields.Boolean(
        string="Override what is in the way",
        help="A snooze, an old bank statement, an invoice that was not sent from here. "
        "What the law or the books forbid is never overridden.",
    )
    override_note = fields.Char(
        string="Because", help="Kept in the trail with your name."
    )
    summary = fields.Char(compute="_compute_summary")
    count_blocked = fields.Integer(compute="_compute_summary")
    can_propose = fields.Boolean(compute="_compute_summary")

    # -- opening ----------------------------------------------------------------

    @api.model
    def _open(self, moves):
        """Return the action that shows the dialog about these invoices."""
        self.env["res.users"]._check_reminder_manager()
        # A manager need not have the right to read invoices.
        if moves.sudo().company_id - self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))
        wizard = self.create(self._get_last_choices())
        wizard._fill(moves)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Reminders"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _open_cases(self, cases):
        """Return the action that shows the dialog about all of these cases."""
        cases.check_access("read")
        # Which invoices a case is about is part of the case.
        open_items = cases.sudo().item_ids.filtered(lambda item: item.amount_known > 0)
        return self._open(open_items.move_id)

    @api.model
    def _get_last_choices(self):
        """Return what this person chose the last time."""
        last = self.env["payment.reminder.run"].search(
            [("user_id", "=", self.env.uid)], limit=1
        )
        return {name: last[name] for name in REMEMBERED} if last else {}

    def _fill(self, moves):
        """Write a row for each of these invoices of which something is overdue.

        Thousands of rows are written at once; the client reads a page of them.
        """
        self.ensure_one()
        # Reading due items is what the managers' role is about.
        moves = moves.sudo().filtered(
            lambda move: move.state == "posted" and move.is_sale_document(True)
        )
        self._open_missing_cases(moves)
        items = moves.env["payment.reminder.item"].search(
            [("move_id", "in", moves.ids)], order="date_due, id"
        )
        live = self.env["payment.reminder.facts"]._read_due_items(
            items.move_line_id.ids
        )
        today = {company: company._get_reminder_today() for company in moves.company_id}
        by_move = defaultdict(list)
        for item in items:
            seen = item._get_live(live)
            if seen and seen.owed > 0:
                by_move[item.move_id].append((item, seen))
        ready = {
            # What a manager may override is ticked, and left out until it is.
            case: not set(case._get_obstacles(self)) - set(case._get_overridable())
            for case in items.case_id
        }
        bulk.insert(
            self.env["payment.reminder.wizard.line"].sudo(),
            [
                self._prepare_line_vals(
                    move, by_move[move], today[move.company_id], ready
                )
                for move in moves
            ],
        )
        self.invalidate_recordset()

    def _open_missing_cases(self, moves):
        """Let what fell due since the last night come into a case."""
        known = moves.env["payment.reminder.item"].search(
            [("move_id", "in", moves.ids)]
        )
        for company in (moves - known.move_id).company_id:
            if company.reminder_ladder_id:
                moves.env["payment.reminder.case"].with_company(company)._open_due(
                    company
                )

    def _prepare_line_vals(self, move, rows, today, ready):
        due = [(item, seen) for item, seen in rows if seen.date_due < today]
        case = rows[0][0].case_id if rows else self.env["payment.reminder.case"]
        sent = [item.last_sent_date for item, _seen in rows if item.last_sent_date]
        oldest = min((seen.date_due for _item, seen in rows), default=None)
        return {
            "wizard_id": self.id,
            "move_id": move.id,
            "name": move.name,
            "case_id": case.id,
            "partner_id": move.commercial_partner_id.id,
            "currency_id": move.currency_id.id,
            "selected": bool(case) and ready[case],
            "date_due": oldest,
            "days": (today - oldest).days if oldest else 0,
            "amount": float(sum((seen.owed for _item, seen in due or rows), Decimal())),
            "last_date": max(sent, default=None),
        }

    # -- computed ---------------------------------------------------------------

    @api.depends("line_ids.case_id")
    def _compute_case_id(self):
        for wizard in self:
            cases = wizard.line_ids.case_id
            wizard.case_id = cases if len(cases) == 1 else False

    @api.depends("line_ids.case_id")
    def _compute_can_override(self):
        for wizard in self:
            wizard.can_override = any(
                overridable and not set(case._get_obstacles(wizard)) - overridable
                for case in wizard.line_ids.case_id
                for overridable in [set(case._get_overridable())]
            )

    @api.depends("line_ids.selected", "kind", "is_override", "override_note")
    def _compute_summary(self):
        for wizard in self:
            chosen = wizard._get_chosen_lines()
            totals = defaultdict(float)
            for line in chosen:
                totals[line.currency_id] += line.amount
            wizard.can_propose = bool(chosen)
            wizard.count_blocked = len(wizard.line_ids) - len(chosen)
            if not wizard.line_ids:
                wizard.summary = self.env._("Nothing is due for a reminder today.")
                continue
            if not chosen:
                wizard.summary = self.env._(
                    "No reminder can be created now; the list says why."
                )
                continue
            wizard.summary = self.env._(
                "%(customers)s reminders about %(invoices)s invoices: %(amounts)s. "
                "%(left)s left out.",
                customers=len(chosen.case_id),
                invoices=len(chosen),
                amounts=format_sums(self.env, totals),
                left=wizard.count_blocked,
            )

    @api.onchange("is_override")
    def _onchange_is_override(self):
        if not self.is_override:
            self.override_note = False

    def _get_chosen_lines(self):
        """Return the ticked rows of which a reminder can be created now."""
        self.ensure_one()
        ready = {case: not case._get_obstacles(self) for case in self.line_ids.case_id}
        return self.line_ids.filtered(
            lambda line: line.selected and ready.get(line.case_id)
        )

    # -- buttons ----------------------------------------------------------------

    def action_propose(self):
        """Put the reminders of the ticked rows into the queue."""
        return self._start(send=False)

    def action_send(self):
        """Approve the reminders of the ticked rows and send them."""
        return self._start(send=True)

    def _start(self, send):
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        if self.is_override and not self.override_note:
            raise UserError(self.env._("Say why you override what is in the way."))
        if self.fee_choice != "full" and not self.fee_note:
            raise UserError(self.env._("Say why the fee is lowered."))
        cases = self._get_chosen_lines().case_id
        if not send:
            cases -= cases.browse(case.id for case in cases._find_open_notices())
        if not cases:
            raise UserError(
                self.env._("No reminder can be created now; the list says why.")
            )
        Run = self.env["payment.reminder.run"]
        runs = Run.browse()
        for group in cases.grouped("company_id").values():
            runs |= Run._start(group, {**self._prepare_run_vals(), "send": send})
        if len(runs) == 1:
            return runs._get_form_action()
        return runs._get_records_action(name=self.env._("Create Reminders"))

    def _prepare_run_vals(self):
        limits = {"full": -1.0, "lower": self.fee_amount, "none": 0.0}
        return {
            **{name: self[name] for name in REMEMBERED},
            "fee_limit": limits[self.fee_choice],
            "fee_note": self.fee_note,
            "personal_text": self.personal_text,
            "override_note": self.override_note if self.is_override else False,
        }


class PaymentReminderWizardLine(models.TransientModel):
    """One invoice in the dialog."""

    _name = "payment.reminder.wizard.line"
    _description = "Invoice to Create a Payment Reminder of"
    _order = "selected desc, days desc, id"

    wizard_id = fields.Many2one(
        "payment.reminder.wizard", required=True, index=True, ondelete="cascade"
    )
    selected = fields.Boolean()
    move_id = fields.Many2one("account.move", readonly=True, ondelete="cascade")
    name = fields.Char(string="Invoice", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date_due = fields.Date(string="Due", readonly=True)
    days = fields.Integer(readonly=True)
    amount = fields.Monetary(string="Open", readonly=True)
    last_date = fields.Date(string="Last reminder", readonly=True)
    step_id = fields.Many2one(related="case_id.next_step_id", string="Next step")
    is_blocked = fields.Boolean(compute="_compute_obstacle")
    obstacle = fields.Char(
        string="In the way",
        compute="_compute_obstacle",
        help="Why no reminder of this can be created now.",
    )

    @api.depends("case_id", "wizard_id.kind", "wizard_id.is_override")
    def _compute_obstacle(self):
        labels = dict(
            self.env["payment.reminder.case"]
            ._fields["blocker"]
            ._description_selection(self.env)
        )
        for line in self:
            case = line.case_id
            codes = case._get_obstacles(line.wizard_id) if case else ["no_case"]
            line.is_blocked = bool(codes)
            if not case:
                line.obstacle = self.env._("Not due for a reminder, or excluded.")
            elif codes == ["other_kind"]:
                line.obstacle = self.env._("Another kind of step is due.")
            elif case.state == "closed":
                line.obstacle = case.next_text
            elif codes:
                line.obstacle = ", ".join(line._describe_obstacles(codes, labels))
            elif case.blocker == "not_approved":
                line.obstacle = self.env._("In the queue already.")
            else:
                line.obstacle = False

    def _describe_obstacles(self, codes, labels):
        """Return each obstacle in a few words; the case has the whole sentence."""
        self.ensure_one()
        day = format_date(self.env, self.case_id.next_date)
        words = {
            **labels,
            "spacing": self.env._("Not before %s", day),
            "other_kind": self.env._("Another kind of step is due"),
        }
        return [words.get(code, code) for code in codes]
