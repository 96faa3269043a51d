"""Invoices of other programs, as they last told them."""

from datetime import datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.payment_reminders.models.account_move import BADGES, STEPS
from odoo.addons.payment_reminders.rules.guard import MoneyFacts
from odoo.addons.payment_reminders.rules.lifecycle import BUSY
from odoo.addons.payment_reminders.tools.decimals import to_decimal

#: Terms of payment by which nothing should be open: somebody has to look.
DOUBTFUL = ("prepaid", "paidInCash", "creditcard")
SOLD = "factoring"
#: What people may change.
BY_PEOPLE = {"excluded", "excluded_reason", "user_id"}
#: What is taken over as it is told.
TOLD = (
    "kind",
    "date",
    "date_due",
    "amount_total",
    "amount_residual",
    "terms_type",
    "reference",
    "external_url",
)


class PaymentReminderMirrorInvoice(models.Model):
    """One invoice that another program keeps: what is owed, and since when.

    Nothing of it is in the accounts here, and nothing is written to that program.
    """

    _name = "payment.reminder.mirror.invoice"
    _description = "Mirrored Invoice"
    _order = "date_due desc, id desc"
    _rec_name = "number"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    source = fields.Selection(
        [("csv", "File")], string="Kept in", required=True, readonly=True
    )
    agreement = fields.Char(required=True, readonly=True)
    number = fields.Char(required=True, readonly=True)
    ref = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [("invoice", "Invoice"), ("credit_note", "Credit note")],
        required=True,
        readonly=True,
    )
    customer_id = fields.Many2one(
        "payment.reminder.mirror.customer",
        string="Customer there",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    date = fields.Date(string="Invoice date", readonly=True)
    date_due = fields.Date(string="Due date", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    amount_residual = fields.Monetary(string="Amount due", readonly=True)
    terms_type = fields.Char(string="Terms of payment", readonly=True)
    reference = fields.Char(string="Payment reference", readonly=True)
    external_url = fields.Char(string="Link", readonly=True)
    pdf_id = fields.Many2one(
        "ir.attachment", string="PDF", readonly=True, index="btree_not_null"
    )
    checked_at = fields.Datetime(
        string="Read",
        readonly=True,
        help="When the other program last said how this stands.",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("paid", "Paid"),
            ("credited", "Used up"),
            ("gone", "Gone there"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    excluded = fields.Boolean(
        string="Left out", help="Nobody is reminded of it; a credit holds nothing back."
    )
    excluded_reason = fields.Char(string="Why left out")
    is_cleared = fields.Boolean(
        string="Looked at",
        readonly=True,
        help="A manager looked at what is doubtful about it: it may be reminded of.",
    )
    doubt = fields.Selection(
        [
            ("no_due_date", "It has no due date"),
            ("match", "It is not certain which contact its customer is"),
            ("no_customer", "It is matched with no contact"),
            ("sold", "It was sold to a factor"),
            ("terms", "By its terms it was paid at once"),
            ("barred", "The customer is barred there"),
            ("excluded", "It is left out"),
            ("gone", "It is not there any more"),
        ],
        string="Not reminded of because",
        compute="_compute_doubt",
    )
    user_id = fields.Many2one(
        "res.users", string="Salesperson", readonly=True, index="btree_not_null"
    )

    item_id = fields.Many2one("payment.reminder.item", compute="_compute_reminder")
    case_id = fields.Many2one("payment.reminder.case", compute="_compute_reminder")
    reminder_status = fields.Selection(
        selection=lambda self: self._get_words("reminder_status"),
        string="Reminder",
        compute="_compute_reminder",
    )
    reminder_badge = fields.Selection(
        selection=lambda self: self._get_words("reminder_badge"),
        string="Reminder state",
        compute="_compute_reminder",
    )
    reminder_step_id = fields.Many2one(
        "payment.reminder.step", string="Last reminder", compute="_compute_reminder"
    )
    reminder_last_date = fields.Date(
        string="Last reminder on", compute="_compute_reminder"
    )
    reminder_next_step_id = fields.Many2one(
        "payment.reminder.step",
        string="Next reminder step",
        compute="_compute_reminder",
    )
    reminder_next_date = fields.Date(
        string="Next reminder", compute="_compute_reminder"
    )

    _ref_uniq = models.UniqueIndex("(ref)", "This invoice is mirrored already.")
    # Of the source: what is due and in no case yet, and credits of customers.
    _open_idx = models.Index("(company_id, source, date_due) WHERE state = 'open'")

    @api.model
    def _get_words(self, name):
        return self.env["account.move"]._fields[name]._description_selection(self.env)

    @api.model
    def _get_ref(self, source, agreement, number):
        return f"{source}:{agreement}:{number}"

    # -- computed ---------------------------------------------------------------

    @api.depends(
        "date_due", "partner_id", "terms_type", "excluded", "state", "customer_id.doubt"
    )
    def _compute_doubt(self):
        for invoice in self:
            invoice.doubt = next(invoice._find_doubts(), False)

    def _find_doubts(self):
        self.ensure_one()
        if self.excluded:
            yield "excluded"
        if self.state == "gone":
            yield "gone"
        if self.kind == "credit_note":
            return
        if not self.date_due:
            yield "no_due_date"
        if self.customer_id.sudo().doubt:
            yield "match"
        if not self.partner_id:
            yield "no_customer"
        if self.terms_type == SOLD:
            yield "sold"
        if not self.is_cleared:
            if self.terms_type in DOUBTFUL:
                yield "terms"
            if self.customer_id.sudo().barred:
                yield "barred"

    def _compute_reminder(self):
        """Read at once what a list shows of the reminders of an invoice."""
        Item = self.env["payment.reminder.item"].sudo()
        items = Item.search([("source_ref", "in", self.mapped("ref"))])
        by_ref = {item.source_ref: item for item in items}
        lines = self.env["payment.reminder.line"].sudo()
        waiting = lines.search(
            [("item_id", "in", items.ids), ("reminder_id.state", "in", BUSY)]
        ).item_id
        cases = items.case_id
        badged = {
            badge: items.filtered_domain([("case_id", "in", found.ids)])
            for badge, domain in BADGES.items()
            if items
            for found in [cases.search(Domain("id", "in", cases.ids) & Domain(domain))]
        }
        for badge, domain in STEPS.items():
            badged[badge] = items.filtered("step_id").filtered_domain(domain)
        for invoice in self:
            item = by_ref.get(invoice.ref, Item)
            invoice.item_id = item
            invoice.case_id = item.case_id
            invoice.reminder_step_id = item.step_id
            invoice.reminder_last_date = item.last_sent_date
            invoice.reminder_next_step_id = item.next_step_id
            invoice.reminder_next_date = item.next_date
            invoice.reminder_status = invoice._get_status(item, item in waiting)
            found = [badge for badge, some in badged.items() if item and item in some]
            is_open = item.amount_known > 0 and item.case_id.state != "closed"
            invoice.reminder_badge = found[0] if found and is_open else False

    def _get_status(self, item, is_waiting):
        if not item:
            return "none"
        case = item.case_id
        today = case.company_id._get_reminder_today()
        if case.state == "closed" or item.amount_known <= 0:
            return "closed"
        if case.state == "frozen":
            return "frozen"
        if is_waiting:
            return "proposed"
        if item.next_date and item.next_date <= today:
            return "due"
        if item.last_sent_date:
            return "sent"
        return "upcoming"

    # -- what another program tells ---------------------------------------------------

    @api.model
    def _take_over(self, company, source, agreement, told, now=None):
        """Take over what another program says of invoices, in few queries.

        :param told: list of dicts: number, customer (its number, or None), currency
            (ISO code), and values of :data:`TOLD`; amounts are ``Decimal``
        :param now: when it said so (UTC)
        :return: the mirrored invoices of which something is another now
        """
        self.env["payment.reminder.source"]._get(source)._note_use(company)
        now = now or fields.Datetime.now()
        currencies = {
            currency.name: currency
            for currency in self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list({one["currency"] for one in told}))])
        }
        told = {
            self._get_ref(source, agreement, one["number"]): one
            for one in told
            if one["currency"] in currencies
        }
        known = {
            invoice.ref: invoice for invoice in self.search([("ref", "in", list(told))])
        }
        customers = self._find_customers(company, source, agreement, told.values())
        changed = self.browse()
        rows = []
        for ref, one in told.items():
            customer = customers.get(one.get("customer"))
            vals = self._prepare_told(one, customer, currencies[one["currency"]])
            if ref not in known:
                rows.append(
                    {
                        **vals,
                        "company_id": company.id,
                        "source": source,
                        "agreement": agreement,
                        "number": one["number"],
                        "ref": ref,
                    }
                )
            elif differing := known[ref]._get_differing(vals):
                known[ref].write(differing)
                changed |= known[ref]
        new = self.create(rows)
        seen = new | self.browse([invoice.id for invoice in known.values()])
        seen.write({"checked_at": now})
        return changed | new

    @api.model
    def _find_customers(self, company, source, agreement, told):
        numbers = {one.get("customer") for one in told} - {None}
        found = self.env["payment.reminder.mirror.customer"].search(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("agreement", "=", agreement),
                ("number", "in", list(numbers)),
            ]
        )
        return {customer.number: customer for customer in found}

    @api.model
    def _prepare_told(self, one, customer, currency):
        residual = one["amount_residual"]
        is_credit = one["kind"] == "credit_note"
        done = "credited" if is_credit else "paid"
        return {
            **{
                name: float(one[name]) if isinstance(one[name], Decimal) else one[name]
                for name in TOLD
                if name in one
            },
            "customer_id": customer.id if customer else False,
            "partner_id": customer.partner_id.commercial_partner_id.id
            if customer
            else False,
            "currency_id": currency.id,
            "state": "open" if currency.compare_amounts(float(residual), 0) else done,
        }

    def _get_differing(self, vals):
        """Return what of some values is not as it stands."""
        self.ensure_one()
        differing = {}
        for name, value in vals.items():
            stored = self[name]
            if isinstance(stored, models.BaseModel):
                is_same = stored.id == value
            elif isinstance(value, float):
                is_same = self.currency_id.compare_amounts(stored, value) == 0
            else:
                is_same = (stored or False) == (value or False)
            if not is_same:
                differing[name] = value
        return differing

    def _set_partner(self):
        """Let these belong to the contact of their customer now."""
        for customer, invoices in self.grouped("customer_id").items():
            invoices.partner_id = customer.partner_id.commercial_partner_id
        self.env.flush_all()
        items = self.env["payment.reminder.item"].sudo()
        for item in items.search([("source_ref", "in", self.mapped("ref"))]):
            invoice = self.filtered(lambda one, item=item: one.ref == item.source_ref)
            # The case of whoever owes it now takes it up, at the bottom of its ladder.
            if invoice.partner_id != item.case_id.partner_id and not item.handover_id:
                item.case_id._let_go(item)
        self._follow()

    def _vanish(self, state, now=None):
        """Note that these are open no more.

        :param state: paid, or gone
        """
        self.write(
            {
                "state": state,
                "checked_at": now or fields.Datetime.now(),
                **({} if state == "gone" else {"amount_residual": 0.0}),
            }
        )

    def _follow(self):
        """Let the cases of these follow what is another now, and open missing ones."""
        if not self:
            return
        self.env.flush_all()
        Case = self.env["payment.reminder.case"].sudo()
        Source = self.env["payment.reminder.source"]
        for (company, code), own in self.grouped(
            lambda one: (one.company_id, one.source)
        ).items():
            if company.reminder_ladder_id:
                Case.with_company(company)._open_due(
                    company, own.mapped("ref"), Source._get(code)
                )
        refs = self.mapped("ref")
        items = self.env["payment.reminder.item"].sudo()
        # A credit is about all that its customer owes.
        partners = self.filtered(lambda one: one.kind == "credit_note").partner_id
        found = items.search(
            Domain("source_ref", "in", refs)
            | (
                Domain("source", "!=", "books")
                & Domain("case_id.partner_id", "in", partners.ids)
            )
        )
        if cases := found.case_id:
            cases._refresh()
        for invoice in self.filtered(lambda one: one.state == "gone"):
            case = found.filtered(lambda item, one=invoice: item.source_ref == one.ref)
            case.case_id._freeze(
                "status_unknown",
                self.env._("Invoice %s is not there any more: look", invoice.number),
            )

    def _get_age(self, now):
        """Return how many seconds ago it was said how this stands, or None."""
        self.ensure_one()
        if not self.checked_at:
            return None
        return max(int((_plain(now) - self.checked_at).total_seconds()), 0)

    def _get_money(self):
        """Return what is left of a credit note, in the company's currency."""
        self.ensure_one()
        day = self.date or fields.Date.context_today(self)
        own = self.company_id.currency_id
        amount = self.currency_id._convert(
            -self.amount_residual, own, self.company_id, day
        )
        return MoneyFacts(
            "credit_elsewhere",
            self.id,
            day,
            to_decimal(amount, own.decimal_places),
            name=self.number,
        )

    # -- what people do ---------------------------------------------------------

    def write(self, vals):
        # EXTENDS base
        if not self.env.su:
            self.env["res.users"]._check_reminder_manager()
            if set(vals) - BY_PEOPLE:
                raise AccessError(
                    self.env._("What another program tells is not changed here.")
                )
        if "excluded" in vals and not self.env.su:
            if not vals["excluded"] and self.filtered(
                lambda one: one.terms_type == SOLD
            ):
                raise UserError(
                    self.env._("It was sold to a factor, who reminds of it.")
                )
        done = super().write(vals)
        if "excluded" in vals:
            self.sudo()._follow()
        return done

    def action_clear(self):
        """Say that what is doubtful about these was looked at."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        own = self.sudo()
        own.is_cleared = True
        own._follow()
        return True

    def action_open_reminder_wizard(self):
        """Open the dialog that creates the next reminders of these."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        own = self.sudo()
        own.filtered(lambda one: not one.item_id)._follow()
        own.invalidate_recordset(["item_id"])
        return self.env["payment.reminder.wizard"]._open(
            self.env["account.move"], own.item_id.sudo(False)
        )

    def action_open_case(self):
        """Open the case of this invoice."""
        self.ensure_one()
        return self.case_id.sudo(False)._get_records_action()

    def action_open_there(self):
        """Open the invoice in the program that keeps it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.external_url}


def _plain(moment):
    return moment if isinstance(moment, datetime) else fields.Datetime.now()
