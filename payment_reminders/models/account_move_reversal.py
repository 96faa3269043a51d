from odoo import api, fields, models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    reminder_effect = fields.Char(compute="_compute_reminder_effect")
    has_reminder_handover = fields.Boolean(compute="_compute_reminder_effect")
    reminder_handover_choice = fields.Selection(
        [
            ("end", "End the case there, and credit"),
            ("tell", "Tell the service of the credit note; the case goes on"),
            ("draft", "Only make a draft"),
        ],
        string="With the service",
        default="end",
        required=True,
    )

    @api.depends("move_ids")
    def _compute_reminder_effect(self):
        for wizard in self:
            wizard.reminder_effect = wizard.move_ids._get_reminder_effect()
            wizard.has_reminder_handover = bool(
                wizard.reminder_effect and wizard.move_ids._find_open_handovers()
            )

    def reverse_moves(self, is_modify=False):
        # EXTENDS account
        given = self.move_ids._find_open_handovers()
        if not given:
            return super().reverse_moves(is_modify)
        left = given.browse()
        if self.reminder_handover_choice == "end":
            left = self._end_handovers(given)
        if left or self.reminder_handover_choice == "draft":
            # Nobody is stuck: a draft is made, and somebody is told when to post it.
            is_modify = False
        action = super().reverse_moves(is_modify)
        left._ask_to_post_later(self.new_move_ids)
        return action

    @api.model
    def _end_handovers(self, given):
        """End hand-overs because their invoices are credited.

        Who may credit an invoice may have it ended where it is collected.

        :return: those of which it is not known yet that they ended
        """
        sure = given.filtered(lambda r: r.state not in ("sending", "uncertain"))
        sure._ask_to_end("credited")
        return sure._speak_at_once() | (given - sure)
