from datetime import timedelta

from lxml import html
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..rules.temperament import NORMAL

#: What somebody has chosen already is offered again for so long.
KEPT_FOR = timedelta(hours=1)
KEPT = (
    "country_id",
    "ladder_id",
    "temperament",
    "email",
    "approval",
    "watches_bank",
    "start_date",
    "backlog_choice",
)


class PaymentReminderSetupWizard(models.TransientModel):
    """The first run: law and ladder, sender, who approves, what was overdue before."""

    _name = "payment.reminder.setup.wizard"
    _description = "Set Up Payment Reminders"

    state = fields.Selection([("choose", "Choose"), ("done", "Done")], default="choose")
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
    temperament = fields.Selection(
        selection=lambda self: self._get_temperaments(),
        required=True,
        compute="_compute_temperament",
        store=True,
        precompute=True,
        readonly=False,
    )
    step_text = fields.Html(string="Its steps", compute="_compute_step_text")
    email = fields.Char(
        string="Sender",
        default=lambda self: self.env.company.email,
        help="The e-mail address of your company. Reminders come from it, or from "
        "whoever looks after the customer.",
    )
    approval = fields.Selection(
        [
            ("each", "A manager approves each reminder"),
            ("standing", "I approve all that this ladder proposes"),
        ],
        required=True,
        default="each",
    )
    watches_bank = fields.Boolean(
        string="Wait for fresh bank statements",
        default=lambda self: self.env.company.reminder_bank_stale_days > 0,
        help="As soon as a bank journal has a line: reminders are held while its "
        "newest line is older than five days, since customers may have paid.",
    )
    start_date = fields.Date(
        string="First reminders on",
        default=lambda self: self.env.company.reminder_start_date,
        help="Nothing is proposed before this day. Empty: at once.",
    )
    is_tested = fields.Boolean(compute="_compute_is_tested")
    backlog_text = fields.Char(compute="_compute_backlog_text")
    backlog_choice = fields.Selection(
        [
            ("start", "Remind them, from the first step"),
            ("skip", "Leave these invoices out; remind of new ones only"),
            ("none", "Write to none of these customers"),
            ("later", "I look at each of them later; nothing is sent until then"),
        ],
        string="What was overdue before",
        required=True,
        default="later",
    )
    waiting_text = fields.Char(compute="_compute_backlog_text")
    earlier_text = fields.Char(
        string="What was sent before", compute="_compute_earlier_text"
    )
    result = fields.Char(readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    reminder_id = fields.Many2one("payment.reminder", readonly=True)

    @api.model
    def default_get(self, fields_list):
        """Offer what this user chose a moment ago and did not activate yet.

        Odoo loads the page anew whenever something of the company is written, its name
        for one, and the dialog is gone then.
        """
        vals = super().default_get(fields_list)
        began = self.search(
            [
                ("create_uid", "=", self.env.uid),
                ("company_id", "=", vals.get("company_id", self.env.company.id)),
                ("state", "=", "choose"),
                ("write_date", ">=", fields.Datetime.now() - KEPT_FOR),
            ],
            order="id desc",
            limit=1,
        )
        kept = [name for name in KEPT if began and name in fields_list]
        return vals | began._convert_to_write({name: began[name] for name in kept})

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_earlier_text(self):
        for wizard in self:
            company = wizard.company_id.sudo()
            setup = company.env["payment.reminder.setup"]
            wizard.earlier_text = setup._describe_takeable(company)

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

    @api.model
    def _get_temperaments(self):
        """Return the temperaments with one sentence each, as a selection."""
        Ladder = self.env["payment.reminder.ladder"]
        told = Ladder._describe_temperaments()
        names = Ladder._fields["temperament"]._description_selection(self.env)
        return [(code, f"{name}: {told[code]}") for code, name in names]

    @api.depends("ladder_id")
    def _compute_temperament(self):
        for wizard in self:
            wizard.temperament = wizard.ladder_id.temperament or NORMAL

    @api.depends("ladder_id", "temperament", "company_id")
    @api.depends_context("lang")
    def _compute_step_text(self):
        for wizard in self:
            ladder, company = wizard.ladder_id, wizard.company_id.sudo()
            temperament = wizard.temperament or ladder.temperament
            wizard.step_text = ladder and self.env["ir.qweb"]._render(
                "payment_reminders.setup_steps",
                {"steps": ladder.sudo()._describe_tempered(temperament, company)},
            )

    @api.depends("company_id")
    def _compute_is_tested(self):
        for wizard in self:
            wizard.is_tested = wizard.company_id.sudo().is_reminder_tested

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_backlog_text(self):
        for wizard in self:
            company = wizard.company_id.sudo()
            setup = company.env["payment.reminder.setup"]
            wizard.waiting_text = setup._describe_backlog(company)
            wizard.backlog_text = wizard.waiting_text or (
                "" if company.reminder_ladder_id else setup._describe_overdue(company)
            )

    def _check_may_set_up(self):
        self.env["res.users"]._check_reminder_manager()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You have no access to this company."))

    # -- the test --------------------------------------------------------------------

    def action_test(self):
        """Send the first reminder of the ladder to the person who asks for it."""
        self.ensure_one()
        self._check_may_set_up()
        if not self.env.user.email:
            raise UserError(
                self.env._(
                    "You have no e-mail address yourself: press “Enter My Address” "
                    "below, then send the test."
                )
            )
        company = self.company_id.sudo()
        setup = company.env["payment.reminder.setup"]
        rendered = setup._render_test(
            company,
            self.ladder_id.sudo(),
            {"country_id": self.country_id.id, "email": self.email},
        )
        if rendered.get("preview_error"):
            raise UserError(rendered["preview_error"])
        mail = self.env["mail.mail"].sudo().create(self._prepare_test_vals(rendered))
        try:
            mail.send(raise_exception=True)
        except MailDeliveryException as error:
            raise UserError(
                self.env._(
                    "The test could not be sent: %s Mend the mail server, below, and "
                    "send it again.",
                    " ".join(str(part) for part in error.args),
                )
            ) from error
        # The managers' role decides on reminders, not on companies.
        company.is_reminder_tested = True
        return self._reopen()

    def _prepare_test_vals(self, rendered):
        """Return the values of the e-mail that shows the first reminder.

        :param rendered: by :meth:`payment.reminder.setup._render_test`
        """
        if not rendered.get("preview_body"):
            raise UserError(
                self.env._(
                    "The first step of this ladder has no e-mail text. Choose one on "
                    "the ladder."
                )
            )
        note = self.env._(
            "A test: this is what %(customer)s would get as “%(step)s”. Nobody but you "
            "got it, nothing was reminded, and its links lead nowhere.",
            customer=rendered["customer"],
            step=rendered["step"],
        )
        return {
            "subject": self.env._("[Test] %s", rendered["preview_subject"]),
            "body_html": Markup(
                '<p style="padding: 8px 12px; border: 1px solid #b8860b">'
                "<strong>%s</strong></p>%s"
            )
            % (note, unlink(rendered["preview_body"])),
            "email_from": rendered["sender"],
            "email_to": self.env.user.email_formatted,
            "auto_delete": True,
        }

    def _reopen(self):
        return {
            **self._get_records_action(name=self.env._("Set Up Payment Reminders")),
            "target": "new",
        }

    # -- activate ---------------------------------------------------------------------

    def action_confirm(self):
        """Activate reminders, and show which one leaves first."""
        self.ensure_one()
        self._check_may_set_up()
        # Not required in the form: what lacks it yet is kept while something is mended.
        if not self.email:
            raise UserError(
                self.env._("Enter the sender, the e-mail address of your company.")
            )
        company = self.company_id.sudo()
        company.write(
            {
                "country_id": self.country_id.id,
                "email": self.email,
                "reminder_start_date": self.start_date,
            }
        )
        company._watch_reminder_bank(self.watches_bank)
        self.ladder_id = self.ladder_id._get_tempered(self.temperament, self.company_id)
        company._activate_reminders(self.ladder_id)
        if self.approval == "standing":
            self.ladder_id.action_grant_standing_approval()
        self.env["payment.reminder.case"].sudo()._open_due(company)
        self._decide_backlog(company)
        for name in ("refresh", "propose"):
            self.env.ref(f"payment_reminders.ir_cron_{name}").sudo()._trigger()
        setup = company.env["payment.reminder.setup"]
        case, notice = setup._propose_first(company)
        self.write(
            {
                "state": "done",
                "case_id": case.id,
                "reminder_id": notice.id,
                "result": self._describe_result(company, case, notice),
            }
        )
        return self._reopen()

    def _decide_backlog(self, company):
        """Do with what was overdue before what was chosen here."""
        if self.backlog_choice == "later":
            return
        self.env["payment.reminder.backlog.wizard"].with_company(company).create(
            {"choice": self.backlog_choice}
        ).action_confirm()

    def _describe_result(self, company, case, notice):
        """Return what happens next, in words."""
        if notice:
            return self.env._(
                "Your first reminder goes to %(customer)s: %(leaves)s.",
                customer=notice.partner_id.name,
                leaves=notice.with_env(self.env).sudo().leaves_text,
            )
        if not company._has_reminders_started():
            return self.env._(
                "Reminders begin on %s.",
                format_date(
                    self.env, company.reminder_start_date, date_format="EEEE d MMMM"
                ),
            )
        if case:
            return self.env._(
                "Your first reminder goes to %(customer)s and comes into the queue on "
                "%(date)s.",
                customer=case.partner_id.name,
                date=format_date(self.env, case.next_date, date_format="EEEE d MMMM"),
            )
        return self.env._(
            "Nothing is to be reminded of today. As soon as an invoice is, the "
            "reminder comes into the queue by itself."
        )

    def action_compare(self):
        """Play the ladder in its three temperaments on the invoices of the last year.

        What was chosen here is offered again afterwards.
        """
        self.ensure_one()
        self._check_may_set_up()
        return self.ladder_id.action_compare_temperaments()

    def action_look(self):
        """Open the first reminder, or the case on which it comes."""
        self.ensure_one()
        self._check_may_set_up()
        record = self.reminder_id or self.case_id
        return record._get_records_action() if record else self.action_close()

    def action_close(self):
        """Close the dialog, and show the queue as it is now."""
        self._check_may_set_up()
        return {"type": "ir.actions.client", "tag": "soft_reload"}


def unlink(body):
    """Return a rendered message of which no link leads anywhere.

    Those of a test lead to a page on which one would answer for the customer, or to
    one that does not exist.
    """
    tree = html.fragment_fromstring(str(body), create_parent="div")
    for link in tree.iter("a"):
        if not link.get("href", "").startswith(("mailto:", "tel:")):
            link.attrib.pop("href", None)
    # What a checked template gave, less its links.
    return Markup(html.tostring(tree, encoding="unicode"))  # noqa: S704
