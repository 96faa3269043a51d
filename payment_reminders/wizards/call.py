from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.calling import Then
from .promise import USUAL_DAYS


class PaymentReminderCallWizard(models.TransientModel):
    """Shows whom to call about what, as it is now, and notes how the call ended."""

    _name = "payment.reminder.call.wizard"
    _description = "Call a Customer"

    case_id = fields.Many2one("payment.reminder.case", required=True, readonly=True)
    call_id = fields.Many2one(related="case_id.call_id", related_sudo=False)
    # With the rights of the user: the dialog opens no case of somebody else.
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", related_sudo=False
    )
    contact_id = fields.Many2one(related="case_id.contact_id", related_sudo=False)
    contact_phone = fields.Char(related="case_id.contact_phone", related_sudo=False)
    currency_id = fields.Many2one(related="case_id.currency_id", related_sudo=False)
    amount = fields.Monetary(
        string="Owed now",
        compute="_compute_amount",
        help="What is overdue now, with fees and interest.",
    )
    last_promise = fields.Char(related="case_id.last_promise", related_sudo=False)
    promise_memory = fields.Char(related="case_id.promise_memory", related_sudo=False)
    why_text = fields.Char(related="case_id.why_text", related_sudo=False)
    script = fields.Text(string="What to say", compute="_compute_script")
    tries_text = fields.Char(compute="_compute_tries_text")
    result = fields.Selection(
        [
            ("promised", "Promised to pay"),
            ("question", "Asked a question"),
            ("missed", "Not reached"),
            ("wrong_number", "Wrong number"),
        ],
        string="How it ended",
    )
    day = fields.Date(
        string="Pays by",
        compute="_compute_day",
        store=True,
        precompute=True,
        readonly=False,
    )
    kind = fields.Selection(
        selection=lambda self: self.env["payment.reminder.query"]
        ._fields["kind"]
        ._description_selection(self.env),
        string="About",
        required=True,
        default="other",
    )
    again_date = fields.Date(
        string="Call again on",
        compute="_compute_again_date",
        store=True,
        precompute=True,
        readonly=False,
    )
    other_phone = fields.Char(
        string="Another number", help="If you know one: it is called from now on."
    )
    description = fields.Text(string="What was said")
    consequence = fields.Char(compute="_compute_consequence")

    @api.model
    def _open(self, case, result=None):
        """Return the action that opens the dialog for one case.

        :param result: how the call ended, if that is known already
        """
        title = self.env._("Note a Question") if result else self.env._("Call")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": case.id, "default_result": result},
        }

    # -- as it is now -----------------------------------------------------------------

    @api.depends("case_id")
    def _compute_amount(self):
        self.case_id.check_access("read")
        for wizard in self:
            wizard.amount = wizard.case_id and wizard.case_id._get_plan_base()

    @api.depends("case_id")
    @api.depends_context("lang", "uid")
    def _compute_script(self):
        self.case_id.check_access("read")
        calls = self.env["payment.reminder.call"]
        for wizard in self:
            wizard.script = wizard.case_id and calls._write_script(wizard.case_id)

    @api.depends("case_id")
    @api.depends_context("lang")
    def _compute_tries_text(self):
        self.case_id.check_access("read")
        for wizard in self:
            call = wizard.case_id.sudo().call_id
            said = self.env._(
                "Not reached %(tries)s of %(most)s times so far.",
                tries=call.tries,
                most=call.step_id.call_tries,
            )
            wizard.tries_text = said if call.tries else False

    @api.depends("case_id")
    def _compute_day(self):
        for wizard in self:
            if not wizard.day and wizard.case_id:
                first, last = wizard.case_id._get_promise_days()
                usual = fields.Date.add(first, days=USUAL_DAYS - 1)
                wizard.day = max(first, min(usual, last))

    @api.depends("case_id")
    def _compute_again_date(self):
        calls = self.env["payment.reminder.call"]
        for wizard in self:
            if not wizard.again_date and wizard.case_id:
                wizard.again_date = calls._get_next_try(wizard.case_id)

    @api.depends("case_id", "result", "day")
    @api.depends_context("lang")
    def _compute_consequence(self):
        self.case_id.check_access("read")
        for wizard in self:
            describe = getattr(wizard, f"_describe_{wizard.result}", None)
            wizard.consequence = describe and wizard.case_id and describe()

    def _describe_promised(self):
        if self.case_id._is_trusted():
            return self.env._(
                "Nothing is sent while the promise is kept. If the money does not "
                "come, you are told, and the reminders go on."
            )
        return self.env._(
            "This customer has broken promises before: the reminders go on until a "
            "manager has decided."
        )

    def _describe_question(self):
        return self.env._("From now on nothing is sent, until it is answered.")

    def _describe_missed(self):
        call = self.case_id.sudo().call_id
        if not call or call.tries + 1 < call.step_id.call_tries:
            return self.env._("It is on the list again on that day.")
        if call.step_id.call_then == Then.ASK:
            return self.env._("That was the last try: a manager decides what follows.")
        return self.env._("That was the last try: the next step follows.")

    def _describe_wrong_number(self):
        return self.env._("Nobody calls this number or sends an SMS to it any more.")

    def action_skip(self):
        """Let the next step follow though nobody called."""
        self.ensure_one()
        self.check_access("read")
        self.case_id.call_id.action_skip()
        return {"type": "ir.actions.act_window_close"}

    # -- the result --------------------------------------------------------------------

    def action_note(self):
        """Note how the call ended, in the name of whoever called."""
        self.ensure_one()
        self.check_access("read")
        case, calls = self.case_id, self.env["payment.reminder.call"]
        case._check_may_act()
        note = getattr(self, f"_note_{self.result}", None)
        if not note:
            raise UserError(self.env._("Say how the call ended."))
        if calls._is_too_late(case):
            calls._note_too_late(case, self.result, self._get_words())
            return calls._tell_too_late(case)
        note()
        return {"type": "ir.actions.act_window_close"}

    def _get_words(self):
        """Return what was typed in the dialog, of the result that was chosen."""
        day = {"promised": self.day, "missed": self.again_date}.get(self.result)
        other = self.other_phone if self.result == "wrong_number" else None
        said = [day and fields.Date.to_string(day), other, self.description]
        return "\n".join(filter(None, said))

    def _note_promised(self):
        case = self.case_id
        parts, problems = case._prepare_promise(self.day)
        if problems:
            raise UserError("\n".join(problems))
        # Before the promise holds what the call is about.
        case._note_call("promised")
        words = (self.description or "").strip()
        case._propose_plan("promise", parts, words, source="phone")

    def _note_question(self):
        self.case_id._note_question(self.kind, (self.description or "").strip())

    def _note_missed(self):
        calls = self.env["payment.reminder.call"]
        calls._note_missed(self.case_id, self.again_date)
        self._keep_words()

    def _note_wrong_number(self):
        other = (self.other_phone or "").strip()
        self.env["payment.reminder.call"]._mark_wrong_number(self.case_id, other)
        self.case_id._note_call("wrong_number")
        self._keep_words()

    def _keep_words(self):
        """Leave what was typed on the case: no question or promise takes it along."""
        words = (self.description or "").strip()
        if words:
            # sudo: a rep writes no case, but says what was said on the telephone
            self.case_id.sudo()._message_log(
                body=words, author_id=self.env.user.partner_id.id
            )
