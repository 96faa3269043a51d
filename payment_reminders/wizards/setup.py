from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class PaymentReminderSetupWizard(models.TransientModel):
    """The first run: law and ladder, sender, who approves, and the day of the start."""

    _name = "payment.reminder.setup.wizard"
    _description = "Set Up Payment Reminders"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    country_id = fields.Many2one(
        "res.country",
        required=True,
        default=lambda self: self.env.company.country_id,
        help="Of your company: its law sets fees, interest and deadlines.",
    )
    ladder_id = fields.Many2one(
        "payment.reminder.ladder",
        required=True,
        compute="_compute_ladder_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('company_id', 'in', [company_id, False]),"
        " ('successor_id', '=', False)]",
        help="When and how customers are reminded.",
    )
    step_text = fields.Text(string="Its steps", compute="_compute_step_text")
    email = fields.Char(
        string="Sender",
        default=lambda self: self.env.company.email,
        help="The e-mail address of your company, from which reminders come.",
    )
    approval = fields.Selection(
        [
            ("each", "A manager approves each reminder"),
            ("standing", "I approve all that this ladder proposes"),
        ],
        required=True,
        default="each",
    )
    start_date = fields.Date(
        string="First reminders on",
        default=lambda self: self.env.company.reminder_start_date,
        help="Nothing is proposed before this day. Empty: at once.",
    )
    problems = fields.Text(string="What is missing", compute="_compute_problems")
    is_tested = fields.Boolean(compute="_compute_problems")

    @api.depends("country_id", "company_id")
    def _compute_ladder_id(self):
        Ladder = self.env["payment.reminder.ladder"]
        for wizard in self:
            company = wizard.company_id
            if company.reminder_ladder_id:
                wizard.ladder_id = company.reminder_ladder_id
                continue
            usable = Ladder.search(
                [
                    ("company_id", "in", [company.id, False]),
                    ("successor_id", "=", False),
                ]
            )
            code = wizard.country_id.code
            fitting = usable.filtered(
                lambda ladder, code=code: ladder.jurisdiction_id.code == code
            )
            neutral = usable.filtered(lambda ladder: not ladder.jurisdiction_id)
            wizard.ladder_id = (fitting or neutral or usable)[:1]

    @api.depends("ladder_id")
    def _compute_step_text(self):
        kinds = dict(
            self.env["payment.reminder.step"]
            ._fields["delay_from"]
            ._description_selection(self.env)
        )
        for wizard in self:
            wizard.step_text = "\n".join(
                self.env._(
                    "%(step)s: %(days)s days before the due date",
                    step=step.name,
                    days=-step.delay_days,
                )
                if step.delay_days < 0
                else self.env._(
                    "%(step)s: %(days)s days %(start)s",
                    step=step.name,
                    days=step.delay_days,
                    start=kinds[step.delay_from],
                )
                for step in wizard.ladder_id.step_ids
            )

    @api.depends("company_id", "ladder_id")
    def _compute_problems(self):
        for wizard in self:
            company = wizard.company_id.sudo()
            wizard.problems = "\n".join(company._get_reminder_problems())
            wizard.is_tested = company.is_reminder_tested

    def _check_may_set_up(self):
        self.env["res.users"]._check_reminder_manager()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))

    def action_test(self):
        """Send a test message to the person who asks for it."""
        self.ensure_one()
        self._check_may_set_up()
        address = self.env.user.email
        if not address:
            raise UserError(
                self.env._("You have no e-mail address yourself. Add it to your user.")
            )
        notice = self.env["payment.reminder"].search(
            [("company_id", "=", self.company_id.id)], order="id desc", limit=1
        )
        mail = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": self.env._("Test of your payment reminders"),
                    "body_html": notice.preview_body
                    or self.env._(
                        "This message came from the sender of your payment reminders: "
                        "they can leave."
                    ),
                    "email_from": self.email or self.company_id.email_formatted,
                    "email_to": address,
                    "auto_delete": True,
                }
            )
        )
        mail.send(raise_exception=True)
        # The managers' role decides on reminders, not on companies.
        self.company_id.sudo().is_reminder_tested = True
        return self._reopen()

    def _reopen(self):
        return {
            **self._get_records_action(name=self.env._("Set Up Payment Reminders")),
            "target": "new",
        }

    def action_confirm(self):
        """Activate reminders; what is overdue already waits for a decision."""
        self.ensure_one()
        self._check_may_set_up()
        company = self.company_id.sudo()
        company.write(
            {
                "country_id": self.country_id.id,
                "email": self.email,
                "reminder_start_date": self.start_date,
            }
        )
        company._activate_reminders(self.ladder_id)
        if self.approval == "standing":
            self.ladder_id.action_grant_standing_approval()
        self.env.ref("payment_reminders.ir_cron_refresh").sudo()._trigger()
        self.env["payment.reminder.case"].sudo()._open_due(company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
