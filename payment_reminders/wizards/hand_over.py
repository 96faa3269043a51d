from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..tools.money import format_code
from ..tools.selections import labels_of

#: What is remembered of the last time, for each user.
REMEMBERED = ("provider", "service_id", "start_with", "attach_invoice")
#: {model: how its records lead to the due items that they are about}
SOURCES = {
    "account.move": lambda records: records.env["payment.reminder.item"].search(
        [("move_id", "in", records.ids)]
    ),
    "payment.reminder.case": lambda records: records.item_ids,
    "payment.reminder.item": lambda records: records,
}


class PaymentReminderHandoverWizard(models.TransientModel):
    """Shows what a collection service would get, and hands it over when confirmed.

    What is missing is said line by line, with a way to mend it: the rest can go.
    """

    _name = "payment.reminder.handover.wizard"
    _description = "Hand Over to a Collection Service"

    provider = fields.Selection(
        selection=labels_of("payment.reminder.handover", "provider"),
        string="Way",
        required=True,
        default="manual",
    )
    has_choice = fields.Boolean(compute="_compute_has_choice")
    service_id = fields.Many2one(
        "res.partner",
        help="Who collects. What this contact pays is its own payout, and no payment "
        "of the customer.",
    )
    start_with = fields.Selection(
        selection=labels_of("payment.reminder.handover", "start_with"),
        string="Starts with",
        required=True,
        default="collection",
    )
    attach_invoice = fields.Boolean(string="The invoice goes along", default=True)
    charge_fee = fields.Boolean(
        string="Claim the fee of the law for it",
        help="Once for each claim, where the law of its ladder knows a fee for handing "
        "over (Denmark). It goes along with the other costs.",
    )
    fee_text = fields.Char(compute="_compute_fee_text")
    locked_text = fields.Char(compute="_compute_locked_text")
    line_ids = fields.One2many("payment.reminder.handover.wizard.line", "wizard_id")
    ready_line_ids = fields.One2many(
        "payment.reminder.handover.wizard.line",
        "wizard_id",
        domain=[("reason", "=", False)],
    )
    needs_line_ids = fields.One2many(
        "payment.reminder.handover.wizard.line",
        "wizard_id",
        domain=[("reason", "!=", False)],
    )
    summary = fields.Char(compute="_compute_summary")
    has_obstacles = fields.Boolean(compute="_compute_summary")
    count_ready = fields.Integer(compute="_compute_summary")

    # -- opening ----------------------------------------------------------------

    @api.model
    def _open(self, records, provider=None):
        """Open the dialog for invoices, cases or due items.

        :param provider: the way that was chosen; None: that of the last time
        """
        self.env["res.users"]._check_reminder_manager()
        if records._name == "account.move":
            # A manager need not have the right to read invoices.
            if records.sudo().company_id - self.env.companies:
                raise AccessError(self.env._("You have no access to this company."))
            self.env["payment.reminder.wizard"]._open_missing_cases(records.sudo())
        else:
            records.check_access("read")
        items = SOURCES[records._name](records.sudo())
        items = items.filtered(lambda item: not item.is_dropped)
        if not items:
            raise UserError(self.env._("None of these invoices is overdue."))
        wizard = self.sudo().create(self._get_choices(provider))
        wizard._fill(items.sorted(lambda item: (item.date_due, item.id)))
        return wizard._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over to Collection"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _get_choices(self, provider=None):
        """Return what the dialog begins with.

        :param provider: the way that was chosen; None: that of the last time
        """
        remembered = self._get_remembered()
        if not provider or remembered.get("provider") == provider:
            return remembered
        return self._get_defaults(provider)

    @api.model
    def _get_defaults(self, provider):
        """Return what the dialog begins with, of a way that is used for the first time
        (hook).
        """
        return {"provider": provider}

    @api.model
    def _get_remembered(self):
        """Return what this user chose the last time."""
        last = (
            self.env["payment.reminder.handover"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("company_id", "in", self.env.companies.ids),
                ],
                order="id desc",
                limit=1,
            )
        )
        if not last:
            return {}
        return {
            name: last[name].id if name == "service_id" else last[name]
            for name in REMEMBERED
        }

    def _fill(self, items):
        """Write a row for each of these due items, or what is in its way."""
        self.ensure_one()
        Handover = self.env["payment.reminder.handover"]
        reasons = Handover._find_obstacles(items, self.provider)
        costs = Handover._find_costs(items)
        kept = {line.item_id: line.description for line in self.line_ids}
        lines = [
            Command.create(
                {
                    "item_id": item.id,
                    "is_chosen": not reasons[item],
                    "reason": " ".join(text for text, _record in reasons[item])
                    or False,
                    "fix": next(
                        (f"{r._name},{r.id}" for _text, r in reasons[item] if r), False
                    ),
                    "description": kept.get(item)
                    or Handover._get_default_description(item),
                    "claimed": float(
                        sum(
                            amount
                            for parts in costs[item].values()
                            for amount, _notice in parts
                        )
                    ),
                }
            )
            for item in items
        ]
        self.line_ids = [Command.clear(), *lines]
        self.invalidate_recordset(["ready_line_ids", "needs_line_ids"])

    # -- computed ---------------------------------------------------------------

    def _compute_has_choice(self):
        labels = self.env["payment.reminder.handover"]._fields["provider"]
        for wizard in self:
            wizard.has_choice = len(labels._description_selection(self.env)) > 1

    @api.depends("provider")
    def _compute_locked_text(self):
        Handover = self.env["payment.reminder.handover"]
        for wizard in self:
            locks = Handover._provider_locks(wizard.provider)
            wizard.locked_text = " ".join(dict.fromkeys(locks.values()))

    @api.depends("ready_line_ids.is_chosen", "line_ids.reason")
    def _compute_summary(self):
        for wizard in self:
            ready = wizard.ready_line_ids.filtered("is_chosen")
            wizard.count_ready = len(ready)
            wizard.has_obstacles = bool(wizard.needs_line_ids)
            sums = ", ".join(
                format_code(self.env, sum(lines.mapped("amount")), currency)
                for currency, lines in ready.grouped("currency_id").items()
            )
            wizard.summary = self.env._(
                "%(ready)s of %(all)s invoices can go: %(sums)s",
                ready=len(ready),
                all=len(wizard.line_ids),
                sums=sums or "0",
            )

    @api.depends("line_ids.is_chosen")
    def _compute_fee_text(self):
        for wizard in self:
            items = wizard.sudo().line_ids.filtered("is_chosen").item_id
            found = self.env["payment.reminder.handover"]._find_fees(items)
            sums = {}
            for item, fee in found.items():
                sums[item.currency_id] = sums.get(item.currency_id, 0) + fee
            wizard.fee_text = ", ".join(
                format_code(self.env, amount, currency)
                for currency, amount in sums.items()
            )

    # -- buttons ----------------------------------------------------------------

    def action_check_again(self):
        """Look again: what was missing may be complete by now."""
        self.ensure_one()
        self._check_may_act()
        wizard = self.sudo()
        wizard._fill(wizard.line_ids.item_id)
        return self._reopen()

    def action_hand_over(self):
        """Hand over what is chosen and may go."""
        self.ensure_one()
        self._check_may_act()
        wizard = self.sudo()
        chosen = wizard.line_ids.filtered(lambda line: line.is_chosen)
        if not chosen:
            raise UserError(self.env._("Choose at least one invoice that can go."))
        if any(not (line.description or "").strip() for line in chosen):
            raise UserError(self.env._("Say what each invoice is about."))
        Handover = self.env["payment.reminder.handover"]
        reasons = Handover._find_obstacles(chosen.item_id, self.provider)
        blocked = [item for item, found in reasons.items() if found]
        if blocked:
            raise UserError(
                "\n".join(
                    f"{item.display_name}: {text}"
                    for item in blocked
                    for text, _record in reasons[item]
                )
            )
        records = Handover._hand_over(
            chosen.item_id,
            wizard.provider,
            service_id=wizard.service_id.id,
            start_with=wizard.start_with,
            attach_invoice=wizard.attach_invoice,
            charge_fee=wizard.charge_fee,
            descriptions={line.item_id.id: line.description.strip() for line in chosen},
        )
        return records.with_env(self.env)._after_confirm()

    def _check_may_act(self):
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        cases = self.env["payment.reminder.case"].browse(
            self.sudo().line_ids.item_id.case_id.ids
        )
        if not cases.has_access("read"):
            raise AccessError(self.env._("These are customers of another company."))


class PaymentReminderHandoverWizardLine(models.TransientModel):
    """One invoice in the dialog."""

    _name = "payment.reminder.handover.wizard.line"
    _description = "Invoice to Hand Over"
    _order = "is_chosen desc, id"

    wizard_id = fields.Many2one(
        "payment.reminder.handover.wizard", required=True, ondelete="cascade"
    )
    item_id = fields.Many2one("payment.reminder.item", required=True, readonly=True)
    currency_id = fields.Many2one(related="item_id.currency_id")
    name = fields.Char(related="item_id.display_name", string="Invoice")
    partner_id = fields.Many2one(related="item_id.partner_id")
    date_due = fields.Date(related="item_id.date_due")
    amount = fields.Monetary(
        related="item_id.amount_residual", string="Capital", help="What is open now."
    )
    claimed = fields.Monetary(
        string="Claimed before",
        readonly=True,
        help="Fees and interest that our own notices asked for; they go along.",
    )
    address = fields.Char(compute="_compute_address", compute_sudo=True)
    number = fields.Char(
        string="Registration number",
        compute="_compute_address",
        compute_sudo=True,
        help="Of the company, or for VAT.",
    )
    description = fields.Char(string="What it is about")
    reason = fields.Char(string="In the way", readonly=True)
    fix = fields.Char(readonly=True)
    is_chosen = fields.Boolean(string="Hand over")

    @api.depends("item_id")
    def _compute_address(self):
        for line in self:
            move = line.item_id.move_id
            partner = move.partner_id or line.item_id.partner_id
            text = partner._display_address(without_company=True)
            line.address = ", ".join(filter(None, map(str.strip, text.splitlines())))
            head = partner.commercial_partner_id
            line.number = head.company_registry or head.vat

    def action_fix(self):
        """Open what is to be mended."""
        self.ensure_one()
        self.check_access("read")
        model, _comma, record_id = (self.fix or "").partition(",")
        if not record_id:
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": int(record_id),
            "view_mode": "form",
            "target": "current",
        }


class PaymentReminderWizard(models.TransientModel):
    _inherit = "payment.reminder.wizard"

    way = fields.Selection(
        selection=lambda self: self._get_ways(),
        default="ourselves",
        help="Who reminds: we do, or a service that decides by its own rules.",
    )
    has_ways = fields.Boolean(compute="_compute_way_text")
    way_text = fields.Char(
        compute="_compute_way_text", help="What a service decides by itself."
    )

    @api.model
    def _get_ways(self):
        field = self.env["payment.reminder.handover"]._fields["provider"]
        return [
            ("ourselves", self.env._("Ourselves")),
            *field._description_selection(self.env),
        ]

    def _propose_way(self):
        """Propose the way of these customers, or that of this person's last time."""
        self.ensure_one()
        ready = self._find_ready_services()
        if not ready:
            return
        # Whose customers these are is no question here.
        wanted = set(self.line_ids.sudo().partner_id.mapped("reminder_way"))
        last = self._get_last_provider()
        if wanted == {"service"}:
            self.way = last if last in ready else ready[-1]
        elif not wanted & {"ourselves", "service"} and last in ready:
            self.way = last if self._was_handed_over_last() else "ourselves"

    def _find_ready_services(self):
        """Return the services that all companies of these invoices have switched on."""
        self.ensure_one()
        # The first two are ourselves and by hand, which has a dialog of its own.
        services = [code for code, _label in self._get_ways()[2:]]
        if not services:
            return []
        companies = self.line_ids.sudo().move_id.company_id or self.env.company
        is_ready = self.env["payment.reminder.handover"]._provider_is_ready
        return [
            code for code in services if all(is_ready(each, code) for each in companies)
        ]

    def _get_last_provider(self):
        """Return the service to which this person handed over last, by a bridge."""
        return self._find_last_handover().provider

    def _was_handed_over_last(self):
        """Tell whether this person used a service the last time."""
        last = self._find_last_handover()
        run = self.env["payment.reminder.run"].search(
            [("user_id", "=", self.env.uid)], limit=1
        )
        return bool(last) and (not run or run.create_date < last.date_queued)

    def _find_last_handover(self):
        records = self.env["payment.reminder.handover"].sudo()
        return records.search(
            [("user_id", "=", self.env.uid), ("provider", "!=", "manual")],
            order="id desc",
            limit=1,
        )

    @api.depends("way", "line_ids.move_id")
    def _compute_way_text(self):
        for wizard in self:
            wizard.has_ways = bool(wizard._find_ready_services())
            locks = {}
            if wizard.way not in (False, "ourselves"):
                locks = self.env["payment.reminder.handover"]._provider_locks(
                    wizard.way
                )
            wizard.way_text = " ".join(dict.fromkeys(locks.values()))

    def action_hand_over(self):
        """Go on in the dialog that hands these invoices to a service."""
        self.ensure_one()
        lines = self.line_ids.filtered("selected") or self.line_ids
        return self.env["payment.reminder.handover.wizard"]._open(
            lines.move_id, self.way
        )
