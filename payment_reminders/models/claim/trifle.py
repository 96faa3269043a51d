"""Rests that are too little for a notice: found, put to a person, written off."""

from odoo import api, models

from ...rules import trifle
from ...tools.decimals import to_decimal
from ...tools.money import format_code

ZERO = to_decimal(0)


class PaymentReminderTrifle(models.AbstractModel):
    """Keeps rests of rounding, exchange and bank charges from becoming notices."""

    _name = "payment.reminder.trifle"
    _description = "Trifles of Payment Reminders"

    # -- finding ------------------------------------------------------------------

    @api.model
    def _is_trifle(self, case, rows, limit=ZERO):
        """Tell whether these live items are too little for a notice of a case.

        :param limit: what the company itself calls too little, in the case's currency
        """
        return trifle.is_trifle(
            case.currency_id.name,
            # What an agency pays is no payment of which this is the rest.
            [
                (seen.owed, seen.owed if seen.apart else to_decimal(seen.amount))
                for seen in rows
            ],
            limit,
            has_floor=not case.company_id.reminder_chase_trifles,
        )

    @api.model
    def _get_limit(self, case):
        """Return what the company itself calls too little, in the case's currency."""
        company = case.company_id
        return self.env["payment.reminder.figures"]._convert_limit(
            company.reminder_trifle_limit,
            company.currency_id,
            case,
            company._get_reminder_today(),
        )

    # -- while a case is held -------------------------------------------------------

    @api.model
    def _follow(self, cases, live):
        """Ask about rests that were left, and go on where more is owed meanwhile.

        :param cases: frozen for a trifle, or because a part was paid
        :param live: what the books say of their due items, read a moment ago
        """
        for case in cases:
            reasons = set(case._get_open_freezes().mapped("reason"))
            owed = [
                seen
                for item in case.item_ids
                if (seen := item._get_live(live)) and seen.owed > 0
            ]
            today = case.company_id._get_reminder_today()
            overdue = [seen for seen in owed if seen.date_due < today]
            if "trifle" in reasons:
                if not self._is_trifle(case, overdue or owed, self._get_limit(case)):
                    self._let_go_on(case)
            elif not case._was_held_as_trifle() and self._is_trifle(case, owed):
                # One question about it is enough.
                case._hold_as_trifle()
                case._release(reasons=["partial_payment"])

    @api.model
    def _let_go_on(self, case):
        """Lift the hold of a trifle that is not all any more; it was not decided on."""
        case._get_open_freezes().filtered(
            lambda freeze: freeze.reason == "trifle"
        ).is_outdated = True
        told = case._in_staff_language()
        told._release(told.env._("More is owed meanwhile"), reasons=["trifle"])

    # -- writing off -----------------------------------------------------------------

    @api.model
    def _write_off(self, case):
        """Chase no more what is overdue on a case.

        What is not overdue yet stays on the case.

        :return: the invoices that a bookkeeper is to write off
        """
        today = case.company_id._get_reminder_today()
        still_open = case.item_ids.filtered(
            lambda item: not item.is_dropped and item.amount_residual > 0
        )
        let_go = still_open.filtered(lambda item: item.date_due < today) or still_open
        summary = self._get_summary(case._in_staff_language())
        if let_go == still_open:
            case._close("written_off")
        else:
            let_go._drop()
            case._log_event("written_off", {"items": let_go.ids, "by": self.env.uid})
            case._release(self.env._("Written off"), reasons=["trifle"])
            case._refresh()
        case.activity_ids.filtered(lambda a: a.summary == summary).action_done()
        return let_go.move_id

    @api.model
    def _get_summary(self, case):
        """Return what a person is asked about a trifle, in the language of the case."""
        return case.env._(
            "Write off %s?",
            format_code(
                case.env,
                case.amount_principal or case.amount_upcoming,
                case.currency_id,
            ),
        )

    @api.model
    def _open_odoo(self, moves):
        """Return Odoo's dialog in which these invoices are written off.

        A payment of nothing, of which the whole difference is marked as paid: whoever
        keeps the books chooses the account. Nothing is booked before it is confirmed.
        """
        # sudo: who may not see invoices gets no dialog about them.
        open_moves = moves.sudo().filtered(
            lambda move: move.payment_state in ("not_paid", "partial")
        )
        open_moves = open_moves.sudo(self.env.su)
        if (
            not open_moves
            or not self.env["account.payment"].has_access("create")
            or not open_moves.has_access("read")
        ):
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        action = open_moves.action_register_payment()
        action["context"] = {
            **action["context"],
            "default_amount": 0.0,
            "default_payment_difference_handling": "reconcile",
            "default_group_payment": True,
            # A payment without an entry of its own would write nothing off.
            "force_payment_move": True,
        }
        return action
