from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class PaymentReminderCase(models.Model):
    """Everything that one customer owes to one company in one currency.

    There is one record for good: it closes when nothing is owed, and starts
    again, on the ladder of that day, when something new falls due.
    """

    _name = "payment.reminder.case"
    _description = "Payment Reminder Case"
    _inherit = ["mail.thread", "mail.activity.mixin", "portal.mixin"]
    _order = "next_date, id"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    identity = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        help="Company, customer and currency as text: unlike a foreign key it does "
        "not change under a merge of customers, which must merge the cases first.",
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", index=True, tracking=True
    )
    ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        index=True,
        ondelete="restrict",
        context={"active_test": False},
    )
    state = fields.Selection(
        [("active", "Active"), ("frozen", "On hold"), ("closed", "Closed")],
        default="active",
        required=True,
        readonly=True,
        index=True,
    )
    close_reason = fields.Selection(
        [
            ("paid", "Paid"),
            ("credited", "Credited"),
            ("cancelled", "Invoice cancelled"),
            ("written_off", "Written off"),
            ("handed_over", "Handed over to collection"),
            ("merged", "Merged with another case"),
            ("manual", "Closed by hand"),
        ],
        readonly=True,
    )
    close_note = fields.Char(readonly=True)
    date_open = fields.Datetime(readonly=True)
    date_close = fields.Datetime(readonly=True)
    item_ids = fields.One2many("payment.reminder.item", "case_id", string="Due items")
    # sudo: which invoices a case is about is part of the case; what they say is read
    # with the rights of the user. (It also saves a check of access for each case.)
    move_ids = fields.Many2many(
        "account.move",
        compute="_compute_move_ids",
        string="Invoices",
        compute_sudo=True,
    )
    reminder_ids = fields.One2many("payment.reminder", "case_id", string="Notices")
    claim_line_ids = fields.One2many(
        "payment.reminder.claim.line", "case_id", string="Claim ledger"
    )
    freeze_ids = fields.One2many("payment.reminder.freeze", "case_id", string="Holds")
    query_ids = fields.One2many("payment.reminder.query", "case_id", string="Questions")
    plan_ids = fields.One2many("payment.reminder.plan", "case_id", string="Plans")
    agency_part_ids = fields.Many2many(
        "payment.reminder.agency.part",
        compute="_compute_agency_part_ids",
        string="Parts of agencies",
        help="What agencies pay of this customer's invoices.",
    )
    event_ids = fields.One2many("payment.reminder.event", "case_id", string="Trail")
    next_step_id = fields.Many2one(
        "payment.reminder.step", readonly=True, ondelete="set null"
    )
    next_date = fields.Date(readonly=True, index=True)
    is_ladder_ended = fields.Boolean(
        string="Ladder ended",
        readonly=True,
        help="The last step was sent and its deadline has passed: a person decides "
        "what comes next.",
    )
    snoozed_until = fields.Date(
        readonly=True, help="Nothing is sent before this day.", tracking=True
    )
    hold_reason = fields.Char(compute="_compute_hold_reason", string="On hold because")
    amount_principal = fields.Monetary(
        string="Overdue", compute="_compute_amounts", help="What is overdue, live."
    )
    amount_upcoming = fields.Monetary(string="Not yet due", compute="_compute_amounts")
    amount_fees = fields.Monetary(string="Fees", compute="_compute_amounts")
    amount_interest = fields.Monetary(string="Interest", compute="_compute_amounts")
    amount_compensation = fields.Monetary(
        string="Compensation", compute="_compute_amounts"
    )
    amount_costs = fields.Monetary(
        string="Open fees and interest",
        compute="_compute_amounts",
        help="The claim ledger: fees, interest and compensation less what was paid "
        "or waived of them.",
    )
    amount_claim = fields.Monetary(string="Total claim", compute="_compute_amounts")
    oldest_due_date = fields.Date(compute="_compute_amounts")
    days_overdue = fields.Integer(compute="_compute_amounts")
    invoice_count = fields.Integer(compute="_compute_move_ids", compute_sudo=True)
    reminder_count = fields.Integer(compute="_compute_reminder_count")

    _identity_uniq = models.UniqueIndex(
        "(identity)",
        "There is already a case for this customer, company and currency.",
    )

    # -- computed ---------------------------------------------------------------

    @api.depends("item_ids.move_id")
    def _compute_move_ids(self):
        for case in self:
            case.move_ids = case.item_ids.move_id
            case.invoice_count = len(case.move_ids)

    def _compute_agency_part_ids(self):
        parts = self.env["payment.reminder.agency.part"].search(
            [
                ("partner_id", "in", self.sudo().partner_id.ids),
                ("company_id", "in", self.sudo().company_id.ids),
            ]
        )
        by_case = parts.sudo().grouped(
            lambda part: (part.partner_id, part.company_id, part.currency_id)
        )
        for case in self:
            own = case.sudo()
            key = (own.partner_id, own.company_id, own.currency_id)
            case.agency_part_ids = by_case.get(key, parts.browse()).sudo(self.env.su)

    def _compute_reminder_count(self):
        counts = dict(
            self.env["payment.reminder"]._read_group(
                [("case_id", "in", self.ids), ("counts", "=", True)],
                ["case_id"],
                ["__count"],
            )
        )
        for case in self:
            case.reminder_count = counts.get(case, 0)

    @api.depends("item_ids", "claim_line_ids.amount")
    def _compute_amounts(self):
        live = self.env["payment.reminder.facts"]._read_due_items(
            self.sudo().item_ids.move_line_id.ids
        )
        costs = self._read_costs()
        today = {
            company: company._get_reminder_today() for company in self.sudo().company_id
        }
        for case in self:
            day = today[case.sudo().company_id]
            open_items = [
                seen
                for item in case.sudo().item_ids
                if (seen := item._get_live(live)) and seen.owed > 0
            ]
            overdue = [seen for seen in open_items if seen.date_due < day]
            case.amount_principal = float(sum(seen.owed for seen in overdue))
            case.amount_upcoming = float(
                sum(seen.owed for seen in open_items if seen.date_due >= day)
            )
            case.oldest_due_date = min(
                (seen.date_due for seen in overdue), default=False
            )
            case.days_overdue = (
                (day - case.oldest_due_date).days if case.oldest_due_date else 0
            )
            kinds = costs[case.id]
            case.amount_fees = kinds["fee"]
            case.amount_interest = kinds["interest"]
            case.amount_compensation = kinds["compensation"]
            case.amount_costs = sum(kinds.values())
            case.amount_claim = case.amount_principal + case.amount_costs

    def _read_costs(self):
        """Return {case id: {claim line kind: sum}} of the claim ledgers."""
        costs = defaultdict(lambda: defaultdict(float))
        for case, kind, amount in (
            self.env["payment.reminder.claim.line"]
            .sudo()
            ._read_group(
                [("case_id", "in", self.ids)], ["case_id", "kind"], ["amount:sum"]
            )
        ):
            costs[case.id][kind] = amount
        return costs

    @api.depends("freeze_ids.date_end", "snoozed_until", "state")
    def _compute_hold_reason(self):
        reasons = self.env["payment.reminder.freeze"]._fields["reason"]
        labels = dict(reasons._description_selection(self.env))
        for case in self:
            case.hold_reason = ", ".join(
                freeze.note or labels[freeze.reason]
                for freeze in case._get_open_freezes()
            )

    def _compute_access_url(self):
        # EXTENDS portal
        result = super()._compute_access_url()
        for case in self:
            case.access_url = f"/my/reminders/{case.id}"
        return result

    # -- writing ----------------------------------------------------------------

    def write(self, vals):
        self._check_by_hand(vals)
        return super().write(vals)

    def _check_by_hand(self, vals):
        """Refuse to write by hand what the books or a button decide.

        Read-only fields are so in forms alone: a call from outside could set them.
        """
        if self.env.su:
            return
        decided = [name for name in vals if self._fields[name].readonly]
        if decided:
            raise AccessError(
                self.env._(
                    "This follows from the books, or has a button of its own: %s",
                    ", ".join(sorted(decided)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A case and its trail are kept. Close the case instead.")
        )

    def _log_event(self, kind, payload):
        """Write one entry of the trail for each of these cases."""
        return self.env["payment.reminder.event"]._log(
            [(case, kind, payload) for case in self]
        )

    # -- buttons ----------------------------------------------------------------

    def action_view_invoices(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.move_ids.ids)]
        action["context"] = {"create": False}
        return action

    def action_view_reminders(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {}
        return action
