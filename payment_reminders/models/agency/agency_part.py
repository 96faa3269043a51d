from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

from ...rules import agency
from ...tools.decimals import to_decimal
from ...tools.money import format_code

#: So many days a customer gets for a refused part when nobody says otherwise: where no
#: day was agreed, Swedish interest runs from 30 days after the demand (räntelagen § 4),
#: and no shorter term is on the safe side.
DAYS_TO_PAY = 30


class PaymentReminderAgencyPart(models.Model):
    """The part of an invoice that an agency pays (ROT, RUT and the like).

    While it is pending nobody is reminded of it. What the agency refuses becomes a due
    item of the customer, with a due date of its own. The accounts are left alone.
    """

    _name = "payment.reminder.agency.part"
    _description = "Agency Part of an Invoice"
    _order = "id desc"

    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("move_type", "in", ("out_invoice", "out_receipt"))],
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Instalment",
        ondelete="set null",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'payment_term')]",
        help="Of an invoice that falls due in parts: the one that the agency pays, or "
        "pays a share of. Empty: the last.",
        index="btree_not_null",
    )
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    partner_id = fields.Many2one(related="move_id.commercial_partner_id")
    agency_id = fields.Many2one(
        "res.partner",
        required=True,
        ondelete="restrict",
        default=lambda self: self._get_default_agency(),
        help="Who pays this part, as Skatteverket does for ROT and RUT. Its payments "
        "are known by this contact.",
        index=True,
    )
    amount = fields.Monetary(
        required=True,
        help="What the agency is to pay of the invoice. The customer is not reminded "
        "of it while it is pending.",
    )
    date_requested = fields.Date(
        string="Requested on", help="When the agency was asked to pay."
    )
    amount_refused = fields.Monetary(
        string="Refused",
        help="What the agency does not pay. It falls due anew for the customer.",
    )
    date_refused = fields.Date(string="Refused on")
    reason = fields.Text(
        string="Why refused",
        help="The customer reads this in the reminder of the refused part.",
    )
    date_due = fields.Date(
        string="New due date",
        help="By when the customer is to pay the refused part. Fees and interest run "
        "from this day only, so tell the customer about it in good time.",
    )
    is_settled = fields.Boolean(
        string="Paid under another name",
        help="The agency's money is booked on the invoice, but not in its name.",
    )
    amount_received = fields.Monetary(
        string="Received", compute="_compute_amounts", help="From the agency, live."
    )
    amount_pending = fields.Monetary(
        string="Pending", compute="_compute_amounts", help="Left to the agency, live."
    )
    amount_owed = fields.Monetary(
        string="Owed by the customer",
        compute="_compute_amounts",
        help="What is open of the refused part, live.",
    )
    state = fields.Selection(
        [
            ("not_requested", "Not requested"),
            ("requested", "Requested"),
            ("paid", "Paid"),
            ("refused", "Refused"),
        ],
        compute="_compute_amounts",
    )

    _move_uniq = models.Constraint(
        "UNIQUE(move_id)", "This invoice has an agency's part already: change that one."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The part of an agency must be more than 0."
    )
    _refused_within_amount = models.Constraint(
        "CHECK(amount_refused >= 0 AND amount_refused <= amount)",
        "An agency cannot refuse more than its part, nor less than 0.",
    )

    # -- computed ---------------------------------------------------------------

    @api.model
    def _get_default_agency(self):
        """Return the agency of the last part: most companies deal with one."""
        return self.search(
            [("company_id", "=", self.env.company.id)], limit=1
        ).agency_id

    @api.depends(
        "amount",
        "amount_refused",
        "agency_id",
        "date_requested",
        "date_due",
        "is_settled",
        "move_line_id",
    )
    def _compute_amounts(self):
        facts = self.env["payment.reminder.facts"]
        rows = facts._read_agency_parts(parts=self._origin)
        live = facts._read_due_items([row["line_id"] for row in rows])
        by_part = {row["part_id"]: row for row in rows}
        for part in self:
            row = by_part.get(part._origin.id)
            own = row and live.get((row["line_id"], None))
            refused = row and live.get((row["line_id"], row["part_id"]))
            part.amount_received = float(row["from_agency"]) if row else 0.0
            part.amount_pending = float(own.pending) if own else 0.0
            part.amount_owed = float(refused.owed) if refused else 0.0
            part.state = part._get_state(own)

    @api.depends("agency_id", "amount")
    def _compute_display_name(self):
        for part in self:
            amount = format_code(self.env, part.amount, part.currency_id)
            part.display_name = f"{part.agency_id.name or ''}: {amount}"

    def _get_state(self, own):
        """Return where this part stands.

        :param own: the live item of the customer's own part; None when it is gone
        """
        if self.amount_refused:
            return "refused"
        if own and own.move_state == "posted" and not own.pending:
            return "paid"
        return "requested" if self.date_requested else "not_requested"

    @api.onchange("amount_refused")
    def _onchange_amount_refused(self):
        if self.amount_refused and not self.date_refused:
            self.date_refused = fields.Date.context_today(self)
            self.date_due = fields.Date.add(self.date_refused, days=DAYS_TO_PAY)

    # -- what must hold ---------------------------------------------------------

    @api.constrains("move_id", "move_line_id", "amount")
    def _check_amount(self):
        for part in self:
            if part.sudo().move_id.move_type not in ("out_invoice", "out_receipt"):
                raise ValidationError(
                    self.env._("Only a customer invoice has a part of an agency.")
                )
            line = part._get_line()
            if line.move_id != part.move_id or line.display_type != "payment_term":
                raise ValidationError(
                    self.env._("Choose an instalment of the invoice itself.")
                )
            if part.currency_id.compare_amounts(part.amount, line.amount_currency) > 0:
                raise ValidationError(
                    self.env._(
                        "The agency's part, %(part)s, is more than the invoice asks "
                        "there: %(line)s.",
                        part=format_code(self.env, part.amount, part.currency_id),
                        line=format_code(
                            self.env, line.amount_currency, part.currency_id
                        ),
                    )
                )

    @api.constrains("amount_refused", "date_refused", "date_due", "reason")
    def _check_refusal(self):
        for part in self.filtered("amount_refused"):
            if not (part.date_refused and part.date_due and part.reason):
                raise ValidationError(
                    self.env._(
                        "Say when the agency refused, why, and by when the customer "
                        "is to pay: the reminder explains it."
                    )
                )
            if part.date_due <= part.date_refused:
                raise ValidationError(
                    self.env._(
                        "The new due date must be later than the refusal: the "
                        "customer needs time to pay."
                    )
                )

    @api.constrains("is_settled")
    def _check_settled(self):
        for part in self.filtered("is_settled"):
            line = part._get_line()
            received = line.amount_currency - line.amount_residual_currency
            wanted = part.amount - part.amount_refused
            if part.currency_id.compare_amounts(received, wanted) < 0:
                raise ValidationError(
                    self.env._(
                        "Only %(received)s came in on this invoice, less than the "
                        "agency's part. Match its payment first.",
                        received=format_code(self.env, received, part.currency_id),
                    )
                )

    def _get_line(self):
        """Return the journal item that this is a part of."""
        self.ensure_one()
        # Who may record a part need not be an accountant.
        part = self.sudo()
        terms = part.move_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        last = terms.sorted(lambda line: (line.date_maturity or line.date, line.id))
        return part.move_line_id or last[-1:]

    def _get_share(self):
        """Return this part as :class:`rules.agency.Share`."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        return agency.Share(
            amount=to_decimal(self.amount, digits),
            refused=to_decimal(self.amount_refused, digits),
            is_settled=self.is_settled,
        )

    # -- telling the customer -----------------------------------------------------

    def action_write_to_customer(self):
        """Open an e-mail that asks the customer for the refused part.

        It is the new demand from which the new due date counts; a person sends it.
        """
        self.ensure_one()
        self.check_access("read")
        if not self.amount_refused:
            raise UserError(self.env._("The agency has refused nothing."))
        move = self.move_id
        contact = move.partner_id
        part = self.with_context(lang=contact.lang or self.env.lang)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the customer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": "account.move",
                "default_res_ids": move.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": contact.ids,
                "default_subject": part.env._(
                    "%(company)s: a part of invoice %(invoice)s was refused",
                    company=move.company_id.name,
                    invoice=move.name,
                ),
                "default_body": part.env["ir.qweb"]._render(
                    "payment_reminders.agency_refused", {"part": part, "move": move}
                ),
            },
        }

    # -- writing ----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["account.move"].browse(
            vals["move_id"] for vals in vals_list if vals.get("move_id")
        )
        with moves._following_agency_parts():
            parts = super().create(vals_list)
        parts._tell("recorded")
        return parts

    def write(self, vals):
        with self.move_id._following_agency_parts():
            result = super().write(vals)
        self._tell("refused" if vals.get("amount_refused") else "changed")
        return result

    def unlink(self):
        moves = self.move_id
        self._tell("removed")
        with moves._following_agency_parts():
            return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_due(self):
        due = self.env["payment.reminder.item"].sudo()
        if due.search_count([("agency_part_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The refused part is in a reminder case. If the agency pays it "
                    "after all, set what was refused to 0."
                )
            )

    def _tell(self, change):
        """Note a change on the invoices, and in the trail of their cases."""
        for part in self:
            share = part._get_share()
            amount = share.refused if change == "refused" else share.amount
            part.move_id.sudo().reminder_case_id._log_event(
                "agency_part",
                {
                    "part": part.id,
                    "change": change,
                    "amount": str(amount),
                    "refused": str(share.refused),
                    "due": str(part.date_due or ""),
                },
            )
        self.move_id.sudo()._message_log_batch(
            bodies={
                part.move_id.id: plaintext2html(part._describe(change)) for part in self
            }
        )

    def _describe(self, change):
        """Return a sentence for the invoice's log."""
        self.ensure_one()
        money = partial(format_code, self.env, currency=self.currency_id)
        values = {"agency": self.agency_id.display_name, "amount": money(self.amount)}
        if change == "removed":
            return self.env._("Left to %(agency)s no more: %(amount)s.", **values)
        if self.amount_refused:
            return self.env._(
                "%(agency)s refused %(refused)s of its part of %(amount)s.",
                refused=money(self.amount_refused),
                **values,
            )
        return self.env._("Left to %(agency)s: %(amount)s.", **values)
