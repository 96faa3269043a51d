"""Takes over earlier reminders: looked at row by row, done, undone with one click."""

import base64
import hashlib

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from ..rules import moving_in
from ..rules.moving_in import Refusal
from ..tools.csv_table import (
    FileError,
    guess_columns,
    read_amount,
    read_date,
    read_table,
)
from ..tools.decimals import to_decimal
from ..tools.money import format_code

_lt = LazyTranslate(__name__)

#: So many rows are shown; all are taken over.
MOST_SHOWN = 2000
CSV = "csv"
#: What a column has to be for a row to say anything.
REQUIRED = ("number", "step", "date")
#: {column: how programs in Danish, Swedish and English call it, in small letters}
NAMES = {
    "number": (
        "fakturanr", "fakturanummer", "faktura nr", "faktura", "bilagsnr",
        "invoice number", "invoice no", "invoice", "number", "nummer",
    ),
    "step": (
        "trin", "rykker", "rykkertrin", "rykkerniveau", "niveau", "steg", "påminnelse",
        "nivå", "step", "level", "reminder", "reminder level", "follow-up level",
    ),
    "date": (
        "dato", "rykkerdato", "sendt", "sendt den", "datum", "påminnelsedatum",
        "skickad", "date", "reminder date", "sent", "sent on",
    ),
    "fee": (
        "gebyr", "rykkergebyr", "avgift", "påminnelseavgift", "fee", "reminder fee",
        "late fee",
    ),
}  # fmt: skip
FILE_ERRORS = {
    "too_large": _lt("This file is too large: at most 10 MB and 50,000 rows."),
    "not_text": _lt("This is no CSV file. Save the list as CSV first."),
    "empty": _lt("There is no list in this file: it needs a row of names and rows."),
}
REFUSALS = {
    Refusal.NO_NUMBER: _lt("The invoice number is missing."),
    Refusal.BAD_DATE: _lt("“%(said)s” is no date."),
    Refusal.BAD_FEE: _lt("“%(said)s” is no amount, or could be two."),
    Refusal.UNKNOWN: _lt("There is no posted customer invoice %(number)s here."),
    Refusal.AMBIGUOUS: _lt("Several invoices have the number %(number)s."),
    Refusal.PAID: _lt("Nothing is open on this invoice any more."),
    Refusal.EXCLUDED: _lt(
        "This invoice or its customer is excluded, blocked or held: allow reminders "
        "first."
    ),
    Refusal.NOT_DUE: _lt("This invoice is not due yet."),
    Refusal.DROPPED: _lt("Its case was closed: it is not chased any more."),
    Refusal.HANDED_OVER: _lt("A collection service has this invoice."),
    Refusal.LEAVING: _lt("A reminder of this customer is leaving right now."),
    Refusal.FUTURE: _lt("This date is to come."),
    Refusal.TOO_EARLY: _lt("On this date the invoice was not due."),
    Refusal.NO_STEP: _lt("The ladder lacks this step: choose one for “%(step)s”."),
    Refusal.TWICE: _lt("The same row is in this list before."),
    Refusal.KNOWN: _lt("This reminder is here already."),
}
#: Why less of a fee is taken over than a row says; the others are told alike.
CUTS = {
    "over_cap": _lt("The law allows %(allowed)s in all for this letter."),
    "kind_without_fee": _lt("A nudge bears no fee."),
    "no_rule": _lt("The law allows no fee on such a letter."),
    "spacing": _lt("The letter came too soon after another: the law allows no fee."),
    "max_number": _lt("The law allows no more fees than there were before."),
    "too_early": _lt("The letter came too early for a fee."),
}
CUT_OTHERWISE = _lt("The law allows %(allowed)s on this letter.")


class PaymentReminderTakeoverWizard(models.TransientModel):
    """Shows what would be taken over of earlier reminders, and takes it over."""

    _name = "payment.reminder.takeover.wizard"
    _description = "Take Over Earlier Reminders"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [("choose", "Choose"), ("look", "Look")], default="choose", required=True
    )
    source = fields.Selection(
        selection=lambda self: self._get_sources(),
        required=True,
        default=lambda self: self._get_sources()[0][0],
        string="Who sent them",
    )
    has_programs = fields.Boolean(compute="_compute_has_programs")
    file = fields.Binary(string="CSV file")
    filename = fields.Char()
    claims_fees = fields.Boolean(
        string="The fees are still owed",
        default=True,
        help="And in no invoice of their own: then they go to the claim ledger. They "
        "count towards the number of fees in any case.",
    )
    holds_rest = fields.Boolean(
        string="Hold who would begin anew",
        default=True,
        help="An open invoice that was reminded of, of which no row can be taken over, "
        "would begin at the first step. Its case waits until somebody has looked.",
    )
    column_ids = fields.One2many("payment.reminder.takeover.column", "wizard_id")
    step_ids = fields.One2many("payment.reminder.takeover.step", "wizard_id")
    row_ids = fields.One2many("payment.reminder.takeover.row", "wizard_id")
    good_count = fields.Integer(readonly=True)
    bad_count = fields.Integer(readonly=True)
    cut_count = fields.Integer(readonly=True)
    anew_count = fields.Integer(readonly=True)
    is_mapped = fields.Boolean(readonly=True)
    lacks_steps = fields.Boolean(readonly=True)
    seen_key = fields.Char(readonly=True, help="A digest of what was shown.")
    summary = fields.Char(compute="_compute_summary")

    @api.model
    def _get_sources(self):
        takeovers = self.env["payment.reminder.takeover"]
        found = takeovers._list_sources(self.env.company)
        return [
            *((module, title) for module, (title, _number) in found.items()),
            (CSV, self.env._("Another program: a CSV file")),
        ]

    @api.depends("company_id")
    def _compute_has_programs(self):
        for wizard in self:
            wizard.has_programs = len(self._get_sources()) > 1

    @api.depends("good_count", "bad_count", "cut_count", "anew_count", "holds_rest")
    def _compute_summary(self):
        for wizard in self:
            parts = [
                self.env._(
                    "%(good)s rows can be taken over, %(bad)s are left out.",
                    good=wizard.good_count,
                    bad=wizard.bad_count,
                )
            ]
            if wizard.cut_count:
                parts.append(
                    self.env._(
                        "Above the law, and lowered or left out, is the fee of %s.",
                        wizard.cut_count,
                    )
                )
            if wizard.anew_count:
                told = (
                    self.env._(
                        "Customers who would begin anew, and are held until somebody "
                        "has looked: %s.",
                        wizard.anew_count,
                    )
                    if wizard.holds_rest
                    else self.env._(
                        "Customers who begin at the first step, against what a row "
                        "says: %s.",
                        wizard.anew_count,
                    )
                )
                parts.append(told)
            wizard.summary = " ".join(parts)

    # -- buttons --------------------------------------------------------------------

    def action_read(self):
        """Read the file or the other program, and guess columns and steps."""
        self.ensure_one()
        self._check_manager()
        columns = self._guess_columns() if self.source == CSV else []
        self.column_ids = [Command.clear(), *map(Command.create, columns)]
        return self.action_look()

    def action_look(self):
        """Show what becomes of each row, by the columns and steps as chosen now."""
        self.ensure_one()
        self._check_manager()
        if self.source == CSV and self._get_missing():
            self.write({"state": "look", "is_mapped": False, "good_count": 0})
            self.row_ids = [Command.clear()]
            return self._reopen()
        rows, ranks = self._read_rows()
        self._list_steps(rows, ranks)
        look = self._judge(rows)
        bad = [one for one in look.judged if one.refusal]
        cut = [one for one in look.judged if not one.refusal and one.cut]
        good = [one for one in look.judged if not one.refusal and not one.cut]
        # What a person has to look at comes first.
        shown = [*bad, *cut, *good][:MOST_SHOWN]
        names = self._read_names(look, shown)
        self.row_ids = [
            Command.clear(),
            *(
                Command.create(self._prepare_row_vals(one, look, names))
                for one in shown
            ),
        ]
        self.write(
            {
                "state": "look",
                "is_mapped": True,
                "good_count": len(good) + len(cut),
                "bad_count": len(bad),
                "cut_count": len(cut),
                "anew_count": len(moving_in.find_unplaced(look.judged)),
                "lacks_steps": any(not step.step_id for step in self.step_ids),
                "seen_key": self._get_key(look),
            }
        )
        return self._reopen()

    def action_take_over(self):
        """Take over the rows that can be, as they were shown; the others stay out."""
        self.ensure_one()
        self._check_manager()
        if self.source == CSV and self._get_missing():
            raise UserError(
                self.env._("Choose one column each for invoice, step and date.")
            )
        rows, _ranks = self._read_rows()
        look = self._judge(rows)
        if self._get_key(look) != self.seen_key:
            # Nothing is done that was not shown: something was chosen since, or paid.
            return self.action_look()
        unplaced = self.holds_rest and moving_in.find_unplaced(look.judged)
        if not unplaced and all(one.refusal for one in look.judged):
            raise UserError(self.env._("No row of this list can be taken over."))
        company = self._get_company()
        takeover = company.env["payment.reminder.takeover"]._take_over(
            company,
            self._get_source_name(),
            look,
            claims_fees=self.claims_fees,
            holds_rest=self.holds_rest,
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_takeover_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "view_mode": "form",
            "res_id": takeover.id,
            "target": "main",
        }

    # -- steps ----------------------------------------------------------------------

    def _check_manager(self):
        self.env["res.users"]._check_reminder_manager()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))
        if not self.company_id.sudo().reminder_ladder_id:
            raise UserError(self.env._("Choose a ladder first: set up reminders."))

    def _get_company(self):
        """Return the company, as the machine sees it: it reads books and writes."""
        company = self.company_id.sudo()
        return company.with_company(company)

    def _get_source_name(self):
        if self.source == CSV:
            return self.filename or self.env._("a CSV file")
        return dict(self._get_sources()).get(self.source, self.source)

    def _get_table(self):
        try:
            return read_table(base64.b64decode(self.file or b""), len(REQUIRED))
        except FileError as error:
            raise UserError(self.env._(FILE_ERRORS[str(error)])) from error

    def _guess_columns(self):
        table = self._get_table()
        targets = guess_columns(table.columns, NAMES)
        return [
            {
                "position": position,
                "name": name or str(position + 1),
                "sample": next(
                    (row[position] for row in table.rows if row[position:][:1]), ""
                ),
                "target": targets.get(position, False),
            }
            for position, name in enumerate(table.columns)
        ]

    def _get_missing(self):
        """Return what no column was chosen for, or more than one."""
        chosen = [column.target for column in self.column_ids if column.target]
        return [target for target in REQUIRED if target not in chosen] + [
            target for target in set(chosen) if chosen.count(target) > 1
        ]

    def _read_rows(self):
        """Return (rows of :class:`rules.moving_in.Row`, {step: rank, if known})."""
        if self.source != CSV:
            company = self._get_company()
            takeovers = company.env["payment.reminder.takeover"]
            return takeovers._read_rows(company, self.source)
        targets = {
            column.target: column.position
            for column in self.column_ids
            if column.target
        }
        rows = [
            self._read_row(
                line,
                {
                    target: cells[position] if position < len(cells) else ""
                    for target, position in targets.items()
                },
            )
            for line, cells in enumerate(self._get_table().rows, start=2)
            if any(cells)
        ]
        return rows, {}

    @api.model
    def _read_row(self, line, said):
        """Return what a row of a file says.

        :param said: {what a column is: the text of this row}
        """
        day, fee = read_date(said["date"]), read_amount(said.get("fee", ""))
        wrong, unread = [], ""
        if day is None:
            wrong, unread = [Refusal.BAD_DATE], said["date"]
        elif said.get("fee") and (fee is None or fee < 0):
            wrong, unread = [Refusal.BAD_FEE], said["fee"]
        return moving_in.Row(
            line=line,
            number=said["number"],
            step=said["step"],
            day=day,
            fee=to_decimal(0) if fee is None or fee < 0 else fee,
            wrong=tuple(wrong),
            unread=unread,
        )

    def _list_steps(self, rows, ranks):
        """List the steps that rows name; what a person chose of them stays.

        :param ranks: {step: which one it is, from 1; 0: before the due date}, of those
            that the other program numbers
        """
        known = {step.name or "": step.step_id for step in self.step_ids}
        names = list(dict.fromkeys(row.step for row in rows))
        ladder = self.company_id.sudo().reminder_ladder_id
        steps = [(step.id, step.name, step.kind) for step in ladder._get_active_steps()]
        guessed = moving_in.guess_steps(names, steps)
        asking = [
            step_id for step_id, _name, kind in steps if kind not in ("nudge", "call")
        ]
        nudges = [step_id for step_id, _name, kind in steps if kind == "nudge"]
        for name, rank in ranks.items():
            choices = asking[rank - 1 :] if rank else nudges
            if choices:
                guessed.setdefault(name, choices[0])
                if rank:
                    guessed[name] = choices[0]
            else:
                guessed.pop(name, None)
        counts = {name: 0 for name in names}
        for row in rows:
            counts[row.step] += 1
        self.step_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": name,
                        "number": counts[name],
                        "step_id": known[name].id
                        if name in known
                        else guessed.get(name, False),
                    }
                )
                for name in names
            ),
        ]

    def _judge(self, rows):
        company = self._get_company()
        steps = {step.name or "": step.step_id.id for step in self.step_ids}
        return company.env["payment.reminder.takeover"]._look(
            company, rows, {name: id_ for name, id_ in steps.items() if id_}
        )

    @api.model
    def _get_key(self, look):
        """Return a digest of what becomes of each row."""
        said = [
            (one.row.line, one.row.key, str(one.refusal), one.step_id, str(one.fee))
            for one in look.judged
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()

    @api.model
    def _read_names(self, look, shown):
        """Return {record: its name} of customers and steps of rows, read at once."""
        partners = {found.partner_id for found in look.found.values()} - {0}
        steps = {one.step_id for one in shown} - {None}
        # sudo: who may set reminders up sees whom, and which steps, they are about
        return {
            (model, record.id): record.name
            for model, ids in (
                ("res.partner", partners),
                ("payment.reminder.step", steps),
            )
            for record in self.env[model].sudo().browse(ids)
        }

    def _prepare_row_vals(self, one, look, names):
        found = look.found.get(one.row.key)
        partner_id = found.partner_id if found else 0
        return {
            "line": one.row.line,
            "number": one.row.number,
            "customer": names.get(("res.partner", partner_id)),
            "told_step": one.row.step,
            "step": False
            if one.refusal
            else names.get(("payment.reminder.step", one.step_id)),
            "date": one.row.day,
            "told_fee": float(one.row.fee),
            "fee": float(one.fee),
            "outcome": "refused" if one.refusal else "cut" if one.cut else "taken",
            "reason": self._explain(one),
        }

    def _explain(self, one):
        """Return why a row is left out, or its fee is less; False: it is taken over."""
        if one.refusal:
            sentence = self.env._(REFUSALS[one.refusal])
            return sentence % {
                "number": one.row.number,
                "step": one.row.step,
                "said": one.row.unread,
            }
        if not one.cut:
            return False
        words = next((CUTS[code] for code in one.cut if code in CUTS), CUT_OTHERWISE)
        currency = self.env["res.currency"]
        if one.invoice and one.invoice.claim:
            currency = currency.browse(int(one.invoice.claim.split("/")[2]))
        sentence = self.env._(words)
        return sentence % {"allowed": format_code(self.env, one.fee, currency)}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Over Earlier Reminders"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class PaymentReminderTakeoverColumn(models.TransientModel):
    """One column of the file, and what it is."""

    _name = "payment.reminder.takeover.column"
    _description = "Column of a List of Earlier Reminders"
    _order = "position"

    wizard_id = fields.Many2one(
        "payment.reminder.takeover.wizard", required=True, ondelete="cascade"
    )
    position = fields.Integer(readonly=True)
    name = fields.Char(string="Column", readonly=True)
    sample = fields.Char(string="First value", readonly=True)
    target = fields.Selection(
        [
            ("number", "Invoice number"),
            ("step", "Step"),
            ("date", "Sent on"),
            ("fee", "Fee"),
        ],
        string="Is",
    )


class PaymentReminderTakeoverStep(models.TransientModel):
    """One step of the other program, and which of ours it is."""

    _name = "payment.reminder.takeover.step"
    _description = "Step of Another Program"
    _order = "id"

    wizard_id = fields.Many2one(
        "payment.reminder.takeover.wizard", required=True, ondelete="cascade"
    )
    ladder_id = fields.Many2one(related="wizard_id.company_id.reminder_ladder_id")
    name = fields.Char(string="Step there", readonly=True)
    number = fields.Integer(string="Rows", readonly=True)
    step_id = fields.Many2one(
        "payment.reminder.step",
        string="Step here",
        domain="[('ladder_id', '=', ladder_id), ('kind', '!=', 'call')]",
        ondelete="cascade",
        index="btree_not_null",
    )


class PaymentReminderTakeoverRow(models.TransientModel):
    """One row of the list, and what becomes of it."""

    _name = "payment.reminder.takeover.row"
    _description = "Row of a List of Earlier Reminders"
    _order = "id"

    wizard_id = fields.Many2one(
        "payment.reminder.takeover.wizard", required=True, ondelete="cascade"
    )
    line = fields.Integer(string="Row", readonly=True)
    number = fields.Char(string="Invoice", readonly=True)
    customer = fields.Char(readonly=True)
    told_step = fields.Char(string="Step there", readonly=True)
    step = fields.Char(string="Step here", readonly=True)
    date = fields.Date(string="Sent on", readonly=True)
    told_fee = fields.Float(string="Fee there", digits=(16, 2), readonly=True)
    fee = fields.Float(digits=(16, 2), readonly=True, help="What of it is taken over.")
    outcome = fields.Selection(
        [
            ("taken", "Taken over"),
            ("cut", "Less fee"),
            ("refused", "Left out"),
        ],
        string="What happens",
        readonly=True,
    )
    reason = fields.Char(string="Why", readonly=True)
