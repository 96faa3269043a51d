from collections import defaultdict
from decimal import Decimal
from functools import partial

from babel import dates

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, get_lang

from ..models.notice.words import BUTTONS, WORDS
from ..rules import creating, guard
from ..rules.creating import Group
from ..rules.remedy import Remedy, find_remedies
from ..rules.verdict import OVERRIDABLE, RULES, Code, Obstacle
from ..tools import bulk
from ..tools.money import format_code
from ..tools.selections import labels_of
from ..tools.sums import format_sums

#: What is remembered of the last time.
REMEMBERED = ("kind", "channel", "attach_invoices", "skip_window", "window_note")

#: What helps a customer who has no notice in the queue yet: methods of a row.
FIXES = {
    Remedy.ADD_ADDRESS: "_fix_customer",
    Remedy.OPEN_CUSTOMER: "_fix_customer",
    Remedy.OPEN_CASE: "_fix_case",
    Remedy.OPEN_INVOICE: "_fix_invoice",
    Remedy.MATCH_CREDIT: "_fix_invoice",
    Remedy.MATCH_BANK_LINE: "_fix_bank_lines",
    Remedy.ANSWER: "_fix_queries",
    Remedy.OPEN_PLAN: "_fix_plans",
    Remedy.OPEN_HALT: "_fix_halts",
    Remedy.SEND_INVOICE: "_fix_unsent",
    Remedy.LET_TRANSACTION_GO: "_fix_transaction",
}
#: What is said of the step after a notice that is in the queue.
ABOUT_NEXT = (Code.SPACING, Obstacle.LADDER_ENDED)


class PaymentReminderWizard(models.TransientModel):
    """Creates the next reminders of chosen invoices, one for each customer.

    The guard is asked when it opens, on the very notices that would be made. They go
    into the queue, or leave at once; the guard has the last word.
    """

    _name = "payment.reminder.wizard"
    _description = "Create Payment Reminders"

    line_ids = fields.One2many("payment.reminder.wizard.line", "wizard_id")
    ready_line_ids = fields.One2many(
        "payment.reminder.wizard.line",
        "wizard_id",
        domain=[("row_group", "=", "ready")],
    )
    needs_line_ids = fields.One2many(
        "payment.reminder.wizard.line",
        "wizard_id",
        domain=[("row_group", "=", "needs")],
    )
    later_line_ids = fields.One2many(
        "payment.reminder.wizard.line",
        "wizard_id",
        domain=[("row_group", "=", "later")],
    )
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
        selection=labels_of("payment.reminder.delivery", "channel", ("other",)),
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
        string="Without waiting",
        help="What you approve here leaves without waiting for its hold window, in "
        "working hours.",
    )
    window_note = fields.Char(
        string="Why it does not wait", help="Kept in the trail with your name."
    )
    has_window = fields.Boolean(compute="_compute_summary")
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
    leaves_text = fields.Char(
        compute="_compute_summary", help="When what is ticked leaves."
    )
    send_text = fields.Char(compute="_compute_summary")
    ready_text = fields.Char(compute="_compute_group_texts")
    needs_text = fields.Char(compute="_compute_group_texts")
    later_text = fields.Char(compute="_compute_group_texts")
    count_blocked = fields.Integer(compute="_compute_summary")
    can_propose = fields.Boolean(compute="_compute_summary")
    preview_name = fields.Char(readonly=True)
    preview_to = fields.Char(string="To", readonly=True)
    preview_subject = fields.Char(string="Subject", readonly=True)
    preview_body = fields.Html(string="E-mail", readonly=True, sanitize=False)
    preview_sms = fields.Text(string="SMS", readonly=True)
    preview_error = fields.Char(readonly=True)

    # -- opening ----------------------------------------------------------------

    @api.model
    def _open(self, moves, elsewhere=None):
        """Return the action that shows the dialog about these invoices.

        :param elsewhere: due items whose invoices another program keeps
        """
        self.env["res.users"]._check_reminder_manager()
        if elsewhere is None:
            elsewhere = self.env["payment.reminder.item"]
        # A manager need not have the right to read invoices.
        companies = moves.sudo().company_id | elsewhere.sudo().company_id
        if companies - self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))
        wizard = self.create(self._get_last_choices())
        wizard._fill(moves, elsewhere)
        if wizard.case_id and wizard.can_propose:
            wizard.line_ids[:1]._show_preview()
        return wizard._get_dialog_action()

    def _get_dialog_action(self):
        """Return the action that shows this dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Reminders"),
            "res_model": self._name,
            "res_id": self.id,
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
        return self._open(open_items.move_id, open_items.filtered("source_ref"))

    @api.model
    def _get_last_choices(self):
        """Return what this person chose the last time."""
        last = self.env["payment.reminder.run"].search(
            [("user_id", "=", self.env.uid)], limit=1
        )
        return {name: last[name] for name in REMEMBERED} if last else {}

    def _fill(self, moves, elsewhere):
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
        elsewhere = elsewhere.with_env(moves.env)
        items |= elsewhere
        asked = self._ask_cases(items.case_id)
        live = self.env["payment.reminder.facts"]._read_live(items)
        companies = moves.company_id | elsewhere.company_id
        today = {company: company._get_reminder_today() for company in companies}
        by_move = defaultdict(list)
        for item in items:
            seen = item._get_live(live)
            if seen and seen.owed > 0:
                by_move[item.move_id or item].append((item, seen))
        rows, known = [], set()
        for move in (*moves, *elsewhere):
            vals = self._prepare_line_vals(move, by_move[move], today[move.company_id])
            found = asked.get(vals["case_id"])
            if not found:
                state = move._name == "account.move" and move.payment_state
                is_blocked = state == "blocked"
                code = Code.BLOCKED.value if is_blocked else creating.NO_CASE
                found = self._prepare_answer_vals((code,))
            if by_move[move] and all(item.handover_id for item, _s in by_move[move]):
                # A service has it, whatever is due of the customer's others.
                found = self._prepare_answer_vals((Code.HANDED_OVER.value,))
            elif vals["case_id"] in known:
                # One message for all invoices of a customer: its sum stands once.
                found = {**found, "fee": 0.0, "total": 0.0}
            else:
                known.add(vals["case_id"])
            selected = found["row_group"] == Group.READY
            rows.append({**vals, **found, "selected": selected})
        bulk.insert(self.env["payment.reminder.wizard.line"].sudo(), rows)
        self.invalidate_recordset()
        self._propose_way()

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

    def _prepare_line_vals(self, move, rows, today):
        due = [(item, seen) for item, seen in rows if seen.date_due < today]
        case = rows[0][0].case_id if rows else self.env["payment.reminder.case"]
        sent = [item.last_sent_date for item, _seen in rows if item.last_sent_date]
        oldest = min((seen.date_due for _item, seen in rows), default=None)
        return {
            "wizard_id": self.id,
            **self._prepare_move_vals(move),
            "case_id": case.id,
            "currency_id": move.currency_id.id,
            "date_due": oldest,
            "days": (today - oldest).days if oldest else 0,
            "amount": float(sum((seen.owed for _item, seen in due or rows), Decimal())),
            "last_date": max(sent, default=None),
        }

    def _prepare_move_vals(self, move):
        """Return what names an invoice, or a due item of another program."""
        if move._name == "payment.reminder.item":
            return {
                "move_id": False,
                "name": move.source_number,
                "partner_id": move.partner_id.id,
            }
        return {
            "move_id": move.id,
            "name": move.name,
            "partner_id": move.commercial_partner_id.id,
        }

    # -- asking the guard -----------------------------------------------------------

    def _ask_cases(self, cases):
        """Ask the guard about the reminders that would be created; none is.

        :return: {case id: values of its rows}
        """
        cases = cases.sudo()
        if not cases:
            return {}
        waiting = cases._find_open_notices()
        horizons = cases._get_horizons()
        cases._look_again()
        codes = {case: case._get_obstacles(False, horizons[case]) for case in cases}
        for case in cases & cases.browse(case.id for case in waiting):
            # What is in the queue is there, whatever comes after it.
            codes[case] = [code for code in codes[case] if code not in ABOUT_NEXT]
        notices = self.env["payment.reminder"].sudo().union(*waiting.values())
        fresh = cases.filtered(
            lambda case: case not in waiting
            and creating.find_group(codes[case]) != Group.LATER
        )
        proposal = self.env["payment.reminder.proposal"].sudo()
        found, trifles = proposal._look_ahead(fresh, notices, self._read_answers)
        found = found or {}
        for case in fresh:
            if case in trifles:
                codes[case].append(creating.TRIFLE)
            elif case.id not in found and not codes[case]:
                codes[case].append(Code.NOTHING_DUE.value)
        return {
            case.id: self._prepare_answer_vals(
                codes[case], found.get(case.id), case in waiting
            )
            for case in cases
        }

    def _read_answers(self, reminders):
        """Read what the rows tell of notices, of which some exist for a moment only.

        :return: {case id: dict}
        """
        if self.channel:
            reminders.write({"channel_choice": self.channel})
        now = fields.Datetime.now()
        sender = reminders.env["payment.reminder.sender"]
        soonest = sender._find_moments(dict.fromkeys(reminders, now))
        windows = sender._find_moments(
            {reminder: max(now, reminder.hold_until or now) for reminder in reminders}
        )
        # By what holds when they leave: on a Sunday that is Monday.
        moment = min(soonest.values(), default=now)
        facts = reminders._read_facts(moment, as_if_released=True)
        return {
            reminder.case_id.id: {
                "codes": [str(code) for code in guard.check(facts[reminder], moment)],
                "step_kind": reminder.step_kind,
                "step_id": reminder.step_id.id,
                "fee": reminder.amount_fee,
                "total": reminder.amount_claim,
                "recipients": facts[reminder].recipients,
                "is_for_all": reminder.step_id.channel_mode == "all",
                "bank_lines": [
                    money.record_id
                    for money in facts[reminder].money
                    if money.source == "bank_line"
                ],
                "soonest": soonest[reminder],
                "moment": windows[reminder],
                "invoice_day": guard.get_invoice_day(facts[reminder]),
            }
            for reminder in reminders
        }

    @api.model
    def _prepare_answer_vals(self, codes=(creating.NO_CASE,), answer=None, waits=False):
        """Return the values of a row: what is in its way, its cost, when it leaves.

        :param codes: what is in the way of its case
        :param answer: what the guard said of its notice, see :meth:`_read_answers`
        :param waits: whether the notice is in the queue already
        """
        answer = answer or {}
        found = [*answer.get("codes", ()), *codes]
        found = [code for code in dict.fromkeys(found) if code not in creating.PASSED]
        reached = [text.partition(":")[2] for text in answer.get("recipients", ())]
        day = answer.get("invoice_day")
        # It was sent, only late: that passes by itself.
        waits_alone = day and found == [Code.INVOICE_NOT_SENT.value]
        return {
            "codes": ",".join(found),
            "invoice_day": day or None,
            "row_group": str(
                creating.Group.LATER if waits_alone else creating.find_group(found)
            ),
            "is_waiting": waits,
            "step_kind": answer.get("step_kind") or None,
            "planned_step_id": answer.get("step_id") or None,
            "bank_line_ids": ",".join(map(str, answer.get("bank_lines", ()))),
            "fee": answer.get("fee", 0.0),
            "total": answer.get("total", 0.0),
            "goes_to": ", ".join(reached if answer.get("is_for_all") else reached[:1]),
            "soonest_at": answer.get("soonest") or None,
            "window_at": answer.get("moment") or None,
        }

    def _ask_again(self):
        """Ask the guard anew about the rows; what is ticked stays so."""
        lines = self.line_ids.sudo()
        asked = self._ask_cases(lines.case_id)
        names = (
            "codes",
            "invoice_day",
            "row_group",
            "is_waiting",
            "step_kind",
            "planned_step_id",
            "soonest_at",
            "window_at",
        )
        bulk.update(
            lines,
            {
                line.id: {name: asked[line.case_id.id][name] for name in names}
                for line in lines
                if line.case_id.id in asked
            },
        )
        self.invalidate_recordset()

    # -- computed ---------------------------------------------------------------

    @api.depends("line_ids.case_id")
    def _compute_case_id(self):
        for wizard in self:
            cases = wizard.line_ids.case_id
            wizard.case_id = cases if len(cases) == 1 else False

    @api.depends("line_ids.codes")
    def _compute_can_override(self):
        for wizard in self:
            wizard.can_override = any(
                codes and not codes - OVERRIDABLE
                for line in wizard.line_ids
                for codes in [line._get_codes()]
            )

    def _get_rows(self):
        """Return the rows as they stand in the lists, edited or not."""
        self.ensure_one()
        return self.ready_line_ids | self.needs_line_ids | self.later_line_ids

    @api.depends(
        "ready_line_ids.selected",
        "needs_line_ids.selected",
        "later_line_ids.selected",
        "line_ids.selected",
        "kind",
        "skip_window",
        "is_override",
        "override_note",
    )
    @api.depends_context("lang", "tz")
    def _compute_summary(self):
        for wizard in self:
            chosen = wizard._get_chosen_lines()
            rows = wizard._get_rows()
            left = rows.filtered(
                lambda row, own=chosen: row not in own
                and row.case_id not in own.case_id
            )._count_messages()
            wizard.can_propose = bool(chosen)
            wizard.has_window = wizard._get_has_window(rows)
            wizard.count_blocked = len(rows) - len(chosen)
            wizard.leaves_text = wizard._describe_leaving(chosen)
            wizard.send_text = wizard._describe_sending(chosen)
            wizard.summary = wizard._describe_choice(rows, chosen, left)

    def _get_has_window(self, rows):
        """Tell whether anything would wait for somebody to look a second time."""
        return any(
            row.window_at and row.soonest_at and row.window_at > row.soonest_at
            for row in rows
        ) and not any(
            company._has_one_office_user() for company in rows.case_id.sudo().company_id
        )

    def _describe_choice(self, rows, chosen, left):
        """Return what is ticked and what it comes to, in words."""
        if not rows:
            return self.env._("Nothing is overdue.")
        if not chosen:
            return self.env._("No reminder can be created now; the list says why.")
        totals = defaultdict(float)
        for line in chosen:
            totals[line.currency_id] += line.amount
        amounts = format_sums(self.env, totals)
        reminders, invoices = len(chosen.case_id), len(chosen)
        if reminders == 1 and invoices == 1:
            text = self.env._("1 reminder about 1 invoice: %s.", amounts)
        elif reminders == 1:
            text = self.env._(
                "1 reminder about %(invoices)s invoices: %(amounts)s.",
                invoices=invoices,
                amounts=amounts,
            )
        else:
            text = self.env._(
                "%(reminders)s reminders about %(invoices)s invoices: %(amounts)s.",
                reminders=reminders,
                invoices=invoices,
                amounts=amounts,
            )
        if left == 1:
            return f"{text} {self.env._('1 left out.')}"
        return f"{text} {self.env._('%s left out.', left)}" if left else text

    def _describe_leaving(self, chosen):
        """Return when what is ticked leaves, in words."""
        moments = sorted(
            {moment for line in chosen for moment in [line._get_moment()] if moment}
        )
        if not moments:
            return False
        now = fields.Datetime.now()
        tell = self.env["payment.reminder"]._format_moment
        if moments[-1] <= now:
            return self.env._("Leaves within minutes.")
        if moments[0] <= now:
            first = self.env._("within minutes")
        else:
            first = tell(moments[0])
        text = self.env._("Leaves %s.", first)
        if moments[0] != moments[-1]:
            text = self.env._(
                "The first leaves %(first)s, the last %(last)s.",
                first=first,
                last=tell(moments[-1]),
            )
        soonest = min(filter(None, chosen.mapped("soonest_at")), default=None)
        today = self._explain_today(chosen, is_first=moments[0] == soonest)
        if today and moments == [soonest]:
            return today
        return f"{today} {text}" if today else text

    def _explain_today(self, chosen, is_first):
        """Return that nothing leaves any more today, where that is so.

        :param is_first: whether something leaves as soon as it can; else it waits for
            its hold window even then
        """
        now = fields.Datetime.now()
        soonest = min(filter(None, chosen.mapped("soonest_at")), default=now)
        local = fields.Datetime.context_timestamp(self, now)
        day = fields.Datetime.context_timestamp(self, soonest).date()
        if day == local.date():
            return False
        locale = babel_locale_parse(get_lang(self.env).code)
        name = dates.format_date(local.date(), "EEEE", locale=locale)
        weekday = name[:1].upper() + name[1:]
        moment = self.env["payment.reminder"]._format_moment(soonest)
        if not is_first:
            return self.env._(
                "%(weekday)s: nothing leaves before %(moment)s.",
                weekday=weekday,
                moment=moment,
            )
        return self.env._(
            "%(weekday)s: they leave from %(moment)s.", weekday=weekday, moment=moment
        )

    def _describe_sending(self, chosen):
        """Return what the button that approves does, in words."""
        moments = {line._get_moment() for line in chosen} - {False, None}
        count = len(chosen.case_id)
        if moments and max(moments) <= fields.Datetime.now():
            if count == 1:
                return self.env._("Approve and Send Now")
            return self.env._("Approve and Send %s Now", count)
        if count != 1:
            return self.env._("Approve %s", count)
        if not moments:
            return self.env._("Approve")
        moment = self.env["payment.reminder"]._format_moment(max(moments))
        return self.env._("Approve: leaves %s", moment)

    @api.depends("line_ids.row_group")
    @api.depends_context("lang")
    def _compute_group_texts(self):
        for wizard in self:
            counts = {
                str(group): lines._count_messages()
                for group, lines in wizard.line_ids.grouped("row_group").items()
            }
            wizard.ready_text = self.env._("Ready (%s)", counts.get("ready", 0))
            wizard.needs_text = self.env._("Needs you (%s)", counts.get("needs", 0))
            wizard.later_text = self.env._("Not yet (%s)", counts.get("later", 0))

    @api.onchange("is_override", "override_note")
    def _onchange_override(self):
        if not self.is_override:
            self.override_note = False
        row = self._get_rows()
        # Of one row alone there is nothing to choose.
        if self.override_note and len(row) == 1:
            row.selected = not row._find_blocks()

    def _get_chosen_lines(self):
        """Return the ticked rows of which a reminder can be created now."""
        self.ensure_one()
        return self._get_rows().filtered(
            lambda line: line.selected and not line._find_blocks()
        )

    # -- buttons ----------------------------------------------------------------

    def action_hide_preview(self):
        """Put the message away that was looked at."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("write")
        self.preview_name = False
        return self._get_dialog_action()

    def action_propose(self):
        """Put the reminders of the ticked rows into the queue."""
        return self._start(send=False)

    def action_send(self):
        """Approve the reminders of the ticked rows; they leave when the dialog says."""
        return self._start(send=True)

    def _start(self, send):
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        if self.skip_window and not self.window_note:
            raise UserError(self.env._("Say why it does not wait."))
        if self.is_override and not self.override_note:
            raise UserError(self.env._("Say why you override what is in the way."))
        if self.fee_choice != "full" and not self.fee_note:
            raise UserError(self.env._("Say why the fee is lowered."))
        # What was ready when it opened may be paid meanwhile.
        self._ask_again()
        lines = self._get_chosen_lines()
        if not send:
            lines = lines.filtered(lambda line: not line.is_waiting)
        cases = lines.case_id
        if not cases:
            raise UserError(
                self.env._("No reminder can be created now; the list says why.")
            )
        left = self.line_ids.filtered(lambda line: line.case_id not in cases)
        Run = self.env["payment.reminder.run"]
        runs = Run.browse()
        for company, group in cases.grouped("company_id").items():
            others = left.filtered(
                lambda line, own=company: (
                    (line.sudo().move_id or line.sudo().case_id).company_id == own
                )
            )
            vals = {
                **self._prepare_run_vals(),
                "send": send,
                "left_out": others._count_messages(),
            }
            runs |= Run._start(group, vals)
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
    planned_step_id = fields.Many2one(
        "payment.reminder.step",
        readonly=True,
        help="Of the notice that the guard was asked about.",
    )
    step_id = fields.Many2one(
        "payment.reminder.step", string="Next step", compute="_compute_step_id"
    )
    row_group = fields.Selection(
        [("ready", "Ready"), ("needs", "Needs you"), ("later", "Not yet")],
        string="Group",
        required=True,
        readonly=True,
        default="later",
    )
    codes = fields.Char(
        readonly=True, help="Codes of what is in the way, between commas."
    )
    is_waiting = fields.Boolean(readonly=True, help="It is in the queue already.")
    step_kind = fields.Char(readonly=True)
    goes_to = fields.Char(string="Goes to", readonly=True)
    fee = fields.Float(string="Fee amount", readonly=True)
    total = fields.Float(string="Total amount", readonly=True)
    fee_text = fields.Char(string="Fee", compute="_compute_money_texts")
    total_text = fields.Char(
        string="Total",
        compute="_compute_money_texts",
        help="Of the message to this customer: everything overdue, fee and interest.",
    )
    soonest_at = fields.Datetime(readonly=True)
    window_at = fields.Datetime(readonly=True)
    invoice_day = fields.Date(
        readonly=True, help="Its invoice was sent late: it waits until then."
    )
    # Of the widget that shows what helps.
    state = fields.Selection(related="row_group", string="Stands")
    bank_line_ids = fields.Char(
        readonly=True, help="Ids of bank lines that may be money for it."
    )
    fix = fields.Json(
        string="What to do",
        compute="_compute_fix",
        help="The button that helps, as {label, method, confirm, why}.",
    )
    is_blocked = fields.Boolean(compute="_compute_obstacle")
    obstacle = fields.Char(
        string="In the way",
        compute="_compute_obstacle",
        help="Why no reminder of this can be created now.",
    )

    def _count_messages(self):
        """Return of how many messages these rows would be, one a case.

        What is in no case yet is one of its own.
        """
        return len(self.case_id) + len(self.filtered(lambda line: not line.case_id))

    def _get_codes(self):
        """Return the codes of what is in the way of this row."""
        self.ensure_one()
        return set(filter(None, (self.codes or "").split(",")))

    def _find_blocks(self):
        """Return what keeps a reminder of this from being created as chosen."""
        self.ensure_one()
        wizard = self.wizard_id
        codes = self._get_codes()
        if wizard.is_override and wizard.override_note:
            codes -= OVERRIDABLE
        if wizard.kind and self.step_kind and wizard.kind != self.step_kind:
            codes.add(creating.OTHER_KIND)
        return codes

    def _get_moment(self):
        """Return when a reminder of this leaves as chosen (UTC), or False."""
        self.ensure_one()
        wizard = self.wizard_id
        at_once = wizard.skip_window or not wizard.has_window
        return self.soonest_at if at_once else self.window_at

    @api.depends("planned_step_id", "case_id.next_step_id")
    def _compute_step_id(self):
        for line in self:
            line.step_id = line.planned_step_id or line.case_id.next_step_id

    @api.depends("fee", "total", "wizard_id.fee_choice", "wizard_id.fee_amount")
    @api.depends_context("lang")
    def _compute_money_texts(self):
        for line in self:
            wizard = line.wizard_id
            limit = {"none": 0.0, "lower": wizard.fee_amount}.get(wizard.fee_choice)
            fee = line.fee if limit is None else min(line.fee, limit)
            tell = partial(format_code, self.env, currency=line.currency_id)
            line.fee_text = tell(fee) if fee else False
            total = line.total - line.fee + fee
            line.total_text = tell(total) if total else False

    @api.depends(
        "codes",
        "is_waiting",
        "wizard_id.kind",
        "wizard_id.is_override",
        "wizard_id.override_note",
    )
    @api.depends_context("lang")
    def _compute_obstacle(self):
        for line in self:
            codes = line._find_blocks()
            line.is_blocked = bool(codes)
            line.obstacle = line._describe_blocks(codes)

    def _describe_blocks(self, codes):
        """Return what is in the way in a few words, and what lifts the first of it."""
        self.ensure_one()
        if creating.NO_CASE in codes:
            return self.env._("Not due for a reminder, or excluded.")
        if creating.CLOSED in codes:
            return self.case_id.next_text
        if creating.CALL_NEXT in codes:
            return self.env._("A call is the next step: it is under “To Call Today”.")
        if creating.OTHER_KIND in codes:
            return self.env._("Another kind of step is due.")
        if not codes:
            return self.env._("In the queue already.") if self.is_waiting else False
        if codes == {Code.INVOICE_NOT_SENT.value} and self.invoice_day:
            return self.env._(
                "Its invoice was sent late: not before %s",
                format_date(self.env, self.invoice_day),
            )
        if codes == {Code.SPACING.value}:
            return self.env._(
                "Not before %s", format_date(self.env, self.case_id.next_date)
            )
        blocker = self.env["payment.reminder.case"]._fields["blocker"]
        labels = dict(blocker._description_selection(self.env))
        labels[creating.TRIFLE] = self.env._("Too little to remind of: decide")
        ordered = [code for code in labels if code in codes]
        ordered += sorted(codes - set(labels))
        text = ", ".join(labels.get(code, code) for code in ordered)
        lift = WORDS[ordered[0]].lift if ordered[0] in WORDS else None
        return f"{text}: {self.env._(lift)}" if lift else text

    # -- what helps ------------------------------------------------------------------

    @api.depends("codes", "row_group")
    @api.depends_context("lang", "uid")
    def _compute_fix(self):
        for line in self:
            remedy = line._find_remedy()
            button = BUTTONS[remedy] if remedy else None
            line.fix = button and {
                "label": str(self.env._(button.label)),
                "method": "action_fix",
                "confirm": str(self.env._(button.confirm)) if button.confirm else "",
                "why": line.obstacle,
            }

    def _find_remedy(self):
        """Return what whoever looks can do about this row (rules.remedy), or None."""
        self.ensure_one()
        if self.row_group != Group.NEEDS:
            return None
        codes = self._get_codes()
        remedies = find_remedies([code for code in RULES if code in codes], False)
        return next(
            (
                remedy
                for remedy in remedies
                if self.env.user.has_groups(BUTTONS[remedy].groups)
                and (self.is_waiting or remedy in FIXES)
            ),
            None,
        )

    def action_fix(self):
        """Do what helps against what is in the way of this row."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        remedy = self._find_remedy()
        if not remedy:
            return self.wizard_id._get_dialog_action()
        notices = self.case_id._find_open_notices()
        if notices:
            # What is done is done in the name of who does it.
            notice = notices[self.case_id].with_env(self.env)
            done = getattr(notice, BUTTONS[remedy].method)()
        else:
            done = getattr(self, FIXES[remedy])()
        if isinstance(done, dict) and done.get("tag") != "payment_reminder_toast":
            return done
        self.wizard_id._ask_again()
        return self.wizard_id._get_dialog_action()

    def _fix_customer(self):
        return self.partner_id._get_records_action()

    def _fix_case(self):
        return self.case_id._get_records_action()

    def _fix_invoice(self):
        # One of another program is none of Odoo's: the case leads on.
        return (self.move_id or self.case_id)._get_records_action()

    def _fix_queries(self):
        return self.case_id._get_open_queries()._get_records_action()

    def _fix_plans(self):
        return self.case_id._get_active_plans()._get_records_action()

    def _fix_halts(self):
        return self.env["payment.reminder"].action_open_halts()

    def _fix_unsent(self):
        return self.move_id.action_send_and_print()

    def _fix_transaction(self):
        # A manager decides; the machine writes.
        case = self.case_id.sudo()
        ids = self.env["payment.reminder.slow.transaction"].sudo()._let_go(case)
        if ids:
            case._log_event("transaction_let_go", {"ids": ids, "by": self.env.uid})

    def _fix_bank_lines(self):
        ids = [int(id_) for id_ in (self.bank_line_ids or "").split(",") if id_]
        view = self.env.ref("payment_reminders.bank_statement_line_view_list")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank Lines Not Matched Yet"),
            "res_model": "account.bank.statement.line",
            "views": [(view.id, "list")],
            "domain": [("id", "in", ids)],
            "context": {"reminder_case_id": self.case_id.id, "create": False},
        }

    # -- what the customer gets -----------------------------------------------------

    def action_preview(self):
        """Show the message of this row as the customer gets it."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        self._show_preview()
        return self.wizard_id._get_dialog_action()

    def _show_preview(self):
        """Write the message of this row on the dialog."""
        wizard = self.wizard_id
        case = self.case_id.sudo()
        notices = self.env["payment.reminder"].sudo()
        notices = notices.union(*case._find_open_notices().values())

        def read(reminders):
            reminders.write(
                {
                    "personal_text": wizard.personal_text,
                    **({"channel_choice": wizard.channel} if wizard.channel else {}),
                }
            )
            return reminders[:1]._prepare_preview()

        found, _trifles = (
            self.env["payment.reminder.proposal"]
            .sudo()
            ._look_ahead(case.browse() if notices else case, notices, read)
        )
        names = ("to", "subject", "body", "sms", "error")
        wizard.write(
            {
                "preview_name": self.partner_id.display_name,
                **{
                    f"preview_{name}": (found or {}).get(f"preview_{name}", False)
                    for name in names
                },
            }
        )
