"""The fate of open fees and interest when the invoices themselves are paid."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...rules import allocation, rest, schedule
from ...rules.verdict import OBSOLETE
from ...tools.decimals import to_decimal
from ...tools.money import format_code

#: Holds that are about money of the invoices: paid, they are about nothing.
MONEY_FREEZES = ("partial_payment", "credit_note", "unmatched_money", "trifle")


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    # -- deciding ---------------------------------------------------------------

    def _settle_rest(self, reason):
        """Do with open fees and interest what the ladders say.

        Paid invoices leave the rest to the ladder; a claim that goes to collection
        goes with its costs; whatever else closes a case waives them.

        :param reason: why the cases close, a code of ``close_reason``
        :return: the cases that may close now
        """
        ready = self.browse()
        costs = self._read_open_costs()
        for case in self:
            told = case._in_staff_language()
            left = sum(costs[case.id].values(), Decimal(0))
            if reason == "paid":
                fate = case._decide_rest(left)
                if getattr(told, f"_rest_{fate}")():
                    ready |= case
                continue
            if reason not in ("handed_over", "merged"):
                labels = self._fields["close_reason"]._description_selection(told.env)
                told._waive_costs(
                    told.env._("Case closed: %s", dict(labels)[reason]), reason
                )
            ready |= case
        return ready

    def _get_rest_policy(self):
        """Return what the ladder does with a rest; no invoice of it is drafted in Odoo
        for a customer whose invoices another program keeps: a person decides.
        """
        policy = self.ladder_id.rest_policy or "waive"
        return "ask" if policy == "invoice" and self.is_elsewhere else policy

    def _decide_rest(self, left):
        """Return the fate of the rest of this case (:class:`rules.rest.Fate`)."""
        self.ensure_one()
        freezes = set(self._get_open_freezes().mapped("reason"))
        fate = rest.decide(
            rest.Fate(self._get_rest_policy()),
            left,
            self._get_rest_limit(),
            self.company_id._get_reminder_today(),
            self._get_rest_notice(),
        )
        if fate == rest.Fate.NOTICE and freezes - {*MONEY_FREEZES, "rest"}:
            fate = rest.Fate.ASK
        if "rest" in freezes and fate not in (rest.Fate.NOTHING, rest.Fate.WAIVE):
            return rest.Fate.WAIT
        return fate

    def _get_rest_limit(self):
        """Return the rest that is always waived, in the case's currency."""
        self.ensure_one()
        ladder = self.ladder_id
        source = ladder.jurisdiction_id.currency_id or self.company_id.currency_id
        day = self.company_id._get_reminder_today()
        return self.env["payment.reminder.figures"]._convert_limit(
            ladder.rest_limit, source, self, day
        )

    def _get_rest_notice(self):
        """Return the last notice of the rest since this case opened, or None."""
        self.ensure_one()
        notice = self.reminder_ids.filtered(
            lambda r: (
                r.is_rest
                and not r.withdrawn
                and not (self.date_open and r.date_proposed < self.date_open)
            )
        ).sorted("id")[-1:]
        if not notice:
            return None
        if notice.state == "sent":
            return rest.RestNotice(rest.SENT, notice.deadline_date or None)
        if notice.state != "cancelled":
            return rest.RestNotice(rest.OPEN)
        obsolete = OBSOLETE.intersection(notice.verdict or ())
        return rest.RestNotice(rest.OBSOLETE if obsolete else rest.STOPPED)

    # -- the fates; each says whether the case may close -------------------------

    def _rest_nothing(self):
        return True

    def _rest_wait(self):
        return False

    def _rest_waive(self):
        self._waive_costs(
            self.env._("The invoices are paid: the ladder waives the rest"), "ladder"
        )
        return True

    def _rest_keep(self):
        self._log_event("costs_kept", {"amount": self._get_rest_text()})
        return True

    def _rest_ask(self, why=""):
        """Hold the case until a person decides in the wizard."""
        self._cancel_obsolete_notices()
        self._freeze("rest", why)
        wanted = self.env._(
            "The invoices are paid. Decide on the case what becomes of them."
        )
        self._ask_person(
            self.env._(
                "Open fees and interest: %s",
                format_code(self.env, self._get_rest(), self.currency_id),
            ),
            f"{wanted} {why}".strip(),
        )
        return False

    def _rest_notice(self):
        self._cancel_obsolete_notices()
        busy = self.reminder_ids.filtered(lambda r: r.state in ("sending", "uncertain"))
        if not busy:
            self._release(self.env._("The invoices are paid"), reasons=MONEY_FREEZES)
            self.env["payment.reminder.proposal"]._propose_rest(self)
        return False

    def _rest_invoice(self):
        try:
            self._check_cost_accounts()
        except UserError as error:
            return self._rest_ask(str(error))
        self._draft_cost_invoice()
        return True

    def _cancel_obsolete_notices(self):
        self.reminder_ids.filtered(lambda r: not r.is_rest)._cancel_open("paid")

    # -- the claim ledger ---------------------------------------------------------

    def _read_open_costs(self):
        """Return {case id: {kind of cost: open amount}} of the claim ledgers."""
        claimed = {case.id: {} for case in self}
        settled = {case.id: {} for case in self}
        rows = (
            self.env["payment.reminder.claim.line"]
            .sudo()
            ._read_group(
                [("case_id", "in", self.ids)],
                ["case_id", "kind", "settles"],
                ["amount:sum"],
            )
        )
        for case, kind, settles, amount in rows:
            exact = to_decimal(amount, case.currency_id.decimal_places)
            if kind in ("fee", "interest", "compensation"):
                sums = claimed[case.id]
                sums[kind] = sums.get(kind, Decimal(0)) + exact
            else:
                sums = settled[case.id]
                sums[settles or None] = sums.get(settles or None, Decimal(0)) - exact
        return {
            case.id: allocation.open_by_kind(
                claimed[case.id], settled[case.id], case._get_payment_order()
            )
            for case in self
        }

    def _get_payment_order(self):
        """Return the order in which money settles a claim by the law of the ladder."""
        return self.ladder_id.jurisdiction_id.payment_order or "principal_first"

    def _get_rest(self):
        """Return what is open on the claim ledger of this case."""
        self.ensure_one()
        return sum(self._read_open_costs()[self.id].values(), Decimal(0))

    def _get_rest_text(self):
        return str(self._get_rest())

    def _waive_costs(self, note, reason="manual"):
        """Waive what is open on the claim ledger of these cases.

        :param note: why, in words
        :param reason: why, as a code, for the trail
        """
        for case in self:
            amount = case._get_rest_text()
            case._settle_costs("waiver", note)
            if Decimal(amount):
                case._log_event("costs_waived", {"amount": amount, "reason": reason})

    def _settle_costs(self, kind, note, parts=None, **vals):
        """Post what was paid, waived or moved of the costs, one entry a kind.

        :param kind: payment, waiver or transfer
        :param parts: {kind of cost: amount}; all that is open when left out
        """
        self.ensure_one()
        if parts is None:
            parts = self._read_open_costs()[self.id]
        return (
            self.env["payment.reminder.claim.line"]
            .sudo()
            .create(
                [
                    {
                        "case_id": self.id,
                        "kind": kind,
                        "settles": settles,
                        "amount": -float(amount),
                        "date": self.company_id._get_reminder_today(),
                        "note": note,
                        **vals,
                    }
                    for settles, amount in parts.items()
                    if amount
                ]
            )
        )

    # -- what people do ---------------------------------------------------------

    def action_open_rest_wizard(self):
        """Open the dialog that decides on open fees and interest."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open fees and interest"),
            "res_model": "payment.reminder.rest.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    # -- history ----------------------------------------------------------------

    # -- a draft invoice of the costs -----------------------------------------------

    def _check_cost_accounts(self):
        """Refuse to draft an invoice before the accounts of its lines are chosen, and
        one for a customer whose invoices another program keeps.
        """
        if any(self.mapped("is_elsewhere")):
            raise UserError(
                self.env._(
                    "The invoices of this customer are kept in another program, so "
                    "that no invoice of fees and interest is drafted here. Write one "
                    "there, then waive them here."
                )
            )
        for company in self.sudo().company_id:
            if not (
                company.reminder_fee_account_id and company.reminder_interest_account_id
            ):
                raise UserError(
                    self.env._(
                        "Choose the accounts of reminder fees and of interest in the "
                        "settings of %s first.",
                        company.name,
                    )
                )

    def _draft_cost_invoice(self, parts=None):
        """Draft an invoice of open costs and take them off the claim ledger.

        Nobody but a person posts it. From now on the costs are asked for by that
        invoice alone: the ledger gets an entry ``transfer`` for each kind. The
        invoice is excluded from reminders, for no law here lets fees and interest
        bear fees and interest; and it carries no tax, since these are damages and
        no sale. A draft that is deleted or cancelled gives the costs back.

        :param parts: {kind of cost: amount}; all that is open when left out
        :return: account.move
        """
        self.ensure_one()
        self._check_cost_accounts()
        if parts is None:
            parts = self._read_open_costs()[self.id]
        # A draft is no entry of the books; whoever posts it needs the rights.
        move = (
            self.env["account.move"]
            .sudo()
            .with_company(self.company_id)
            .create(self._prepare_cost_invoice(parts))
        )
        self._settle_costs(
            "transfer",
            self.env._("Moved to a draft invoice"),
            parts,
            move_id=move.id,
        )
        total = sum(parts.values(), Decimal(0))
        self._log_event("costs_invoiced", {"amount": str(total), "move": move.id})
        self._ask_person(
            self.env._("Check a draft invoice of fees and interest"),
            self.env._(
                "It was drafted because the invoices are paid. Post it, or delete it: "
                "then the fees and interest are open again."
            ),
        )
        return move

    def _prepare_cost_invoice(self, parts):
        company = self.company_id
        labels = dict(
            self.env["payment.reminder.claim.line"]
            ._fields["settles"]
            ._description_selection(
                self.with_context(lang=self.partner_id.lang or self.env.lang).env
            )
        )
        accounts = {"interest": company.reminder_interest_account_id}
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.name,
            "reminder_cost_case_id": self.id,
            "reminder_excluded": True,
            "reminder_excluded_reason": self.env._(
                "Fees and interest of %s: they bear no fees and interest themselves",
                self.name,
            ),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"{labels[kind]} ({self.name})",
                        "quantity": 1,
                        "price_unit": float(amount),
                        "account_id": accounts.get(
                            kind, company.reminder_fee_account_id
                        ).id,
                        "tax_ids": [Command.clear()],
                    }
                )
                for kind, amount in parts.items()
            ],
        }


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    is_rest = fields.Boolean(
        string="Rest only",
        readonly=True,
        help="Asks for fees and interest that stayed open when the invoices were paid.",
    )

    @api.model
    def _get_rest_template(self, medium):
        """Return the text of a notice of the rest, or None when somebody deleted it.

        :param medium: mail or sms
        """
        return self.env.ref(
            f"payment_reminders.{medium}_template_rest", raise_if_not_found=False
        )

    def _get_rest_bank(self):
        """Return the account that the last invoice of the case named."""
        self.ensure_one()
        return self.case_id.move_ids.sorted("id").partner_bank_id[-1:]

    def _prepare_rest_facts(self):
        """Return what these notices ask for, and whether it still is the rest.

        :return: {reminder: values of :class:`rules.guard.Facts`}
        """
        costs = self.case_id._read_open_costs()
        found = {}
        for notice in self:
            case, digits = notice.case_id, notice.currency_id.decimal_places
            found[notice] = {
                "rest_only": True,
                "open_costs": sum(costs[case.id].values(), Decimal(0)),
                "proposed_costs": to_decimal(notice.amount_costs_before, digits),
                "overdue_principal": to_decimal(case.amount_principal, digits),
            }
        return found


class PaymentReminderProposal(models.AbstractModel):
    _inherit = "payment.reminder.proposal"

    @api.model
    def _propose_rest(self, case):
        """Propose a notice without due items that asks for the rest alone.

        :param case: one case, without an open notice
        :return: the new notice
        """
        step = self._get_rest_step(case)
        if not step:
            case._rest_ask(self.env._("The ladder has no step for a notice."))
            return self.env["payment.reminder"]
        figures = self.env["payment.reminder.figures"]._compute(
            [(case, step, [])],
            {case.company_id: case.company_id._get_reminder_today()},
        )
        reminder = (
            self.env["payment.reminder"]
            .sudo()
            .create(
                {**self._prepare_reminder_vals(case, step, figures[0]), "is_rest": True}
            )
        )
        self._log([reminder], [(case, step, [])], figures)
        self._approve_standing(reminder)
        return reminder

    @api.model
    def _get_rest_step(self, case):
        """Return the step by whose channels the rest is asked for."""
        steps = case.ladder_id._get_active_steps()
        reminders = steps.filtered(lambda step: step.kind == schedule.REMINDER)
        no_demand = (schedule.NUDGE, schedule.CALL)
        return (reminders or steps.filtered(lambda s: s.kind not in no_demand))[:1]
