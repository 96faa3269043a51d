from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_answer_days = fields.Integer(
        string="Answer questions within (banking days)",
        default=3,
        help="The customer is told this day; the responsible has it as deadline.",
    )
    reminder_answer_grace_days = fields.Integer(
        string="Days of grace after an answer",
        default=7,
        help="Nothing is sent for so many days after a question was answered.",
    )

    _reminder_answer_days_sane = models.Constraint(
        "CHECK(reminder_answer_days BETWEEN 0 AND 60"
        " AND reminder_answer_grace_days BETWEEN 0 AND 365)",
        "Answer within 60 days, and give at most a year of grace.",
    )


class PaymentReminderQuery(models.Model):
    """A customer's question. While it is open, nothing is sent."""

    _name = "payment.reminder.query"
    _description = "Customer Question"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    case_id = fields.Many2one(
        "payment.reminder.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    move_ids = fields.Many2many("account.move", string="Invoices")
    kind = fields.Selection(
        [
            ("amount", "Wrong amount"),
            ("paid", "Already paid"),
            ("delivery", "Goods or service missing"),
            ("recipient", "Wrong recipient"),
            ("time", "Needs more time"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    source = fields.Selection(
        [
            ("staff", "Noted by us"),
            ("page", "The customer's page"),
            ("email", "Answer to an e-mail"),
            ("sms", "Answer to an SMS"),
        ],
        string="Came by",
        required=True,
        readonly=True,
        default="staff",
    )
    description = fields.Text()
    # Files of a customer: shown to staff, and never to another visitor.
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Files", readonly=True, copy=False
    )
    date_deadline = fields.Date(
        string="Answer by", help="The customer was told this day."
    )
    state = fields.Selection(
        [("open", "Open"), ("answered", "Answered"), ("closed", "Closed")],
        default="open",
        required=True,
        tracking=True,
    )
    outcome = fields.Selection(
        [
            ("agreed", "Agreed"),
            ("not_agreed", "Not agreed"),
            ("paid", "Found as paid"),
            ("more_time", "More time given"),
        ],
        tracking=True,
    )
    answer = fields.Text(readonly=True, help="What the customer was told.")
    # Of the last answer and of those before: what the customer was given stays there.
    answer_file_ids = fields.Many2many(
        "ir.attachment",
        "payment_reminder_query_answer_file_rel",
        string="Files of the answer",
        readonly=True,
        copy=False,
    )
    answered_by_id = fields.Many2one("res.users", string="Answered by", readonly=True)
    recipient_name = fields.Char(
        string="Right recipient", help="Whom the customer names instead."
    )
    recipient_email = fields.Char(string="Their e-mail")
    stopped_addresses = fields.Char(
        string="Stopped addresses",
        readonly=True,
        help="No reminder goes to these while this question stands.",
    )

    @api.depends("kind", "case_id")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for query in self:
            query.name = f"{query.case_id.name or ''} · {labels.get(query.kind, '')}"

    @api.model_create_multi
    def create(self, vals_list):
        queries = super().create(vals_list)
        asked = queries.filtered(lambda q: q.state != "closed")
        for query in asked:
            query.case_id._freeze("query")
        asked._set_deadlines()
        asked.filtered(lambda q: q.kind == "recipient")._stop_addresses()
        asked.filtered(lambda q: q.source != "staff")._tell_responsible()
        return queries

    def action_close(self, outcome=None):
        """Close these questions; their case stays on hold until it is released."""
        self.write({"state": "closed", **({"outcome": outcome} if outcome else {})})
        return True

    def _set_deadlines(self):
        """Give each question the day by which the customer is answered."""
        calendars = self.env["payment.reminder.facts"]._get_calendars(self.case_id)
        for query in self.sudo().filtered(lambda q: not q.date_deadline):
            company = query.company_id
            query.date_deadline = calendars[query.case_id.id].add_banking_days(
                company._get_reminder_today(), company.reminder_answer_days
            )

    def _stop_addresses(self):
        """Note the addresses of the last notice: they seem to be the wrong ones."""
        for query in self.sudo():
            notice = query.case_id._get_page_reminder()
            sent = notice.delivery_ids.filtered(
                lambda d: d.channel == "email" and d.date_sent
            )
            addresses = set(sent.mapped("recipient"))
            if not addresses:
                addresses = {query.case_id._get_customer_contact()[1] or ""}
            query.stopped_addresses = " ".join(sorted(addresses)).strip()

    def _tell_responsible(self):
        """Leave an activity, due on the day that the customer was told."""
        for query in self.sudo():
            case = query.case_id._in_staff_language()
            labels = dict(self._fields["kind"]._description_selection(case.env))
            case._call_responsible(
                case.env._(
                    "Answer %(customer)s: %(kind)s",
                    customer=query.partner_id.name,
                    kind=labels[query.kind],
                ),
                query,
                date_deadline=query.date_deadline,
            )
