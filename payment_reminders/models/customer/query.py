from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext, plaintext2html

from ...tools.visitor import get_author

#: In the context of what a customer asks. Nobody outside can make it: who may create a
#: question may not, by that, send invoices.
CUSTOMER = object()


class PaymentReminderQuery(models.Model):
    """A customer's question. While it is open, nothing is sent."""

    _name = "payment.reminder.query"
    _description = "Customer Question"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    # Who looks after the case answers here, and writes on nothing but by buttons.
    _mail_post_access = "read"

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
            ("reference", "Purchase-order or reference number"),
            ("invoice", "Copy of the invoice"),
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
            ("service", "A collection service"),
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
    answered_by_id = fields.Many2one(
        "res.users", string="Answered by", readonly=True, index="btree_not_null"
    )
    recipient_name = fields.Char(
        string="Right recipient", help="Whom the customer names instead."
    )
    recipient_email = fields.Char(string="Their e-mail")
    stopped_addresses = fields.Char(
        string="Stopped addresses",
        readonly=True,
        help="No reminder goes to these while this question stands.",
    )
    date_asked = fields.Datetime(
        string="Asked on", default=fields.Datetime.now, required=True, readonly=True
    )
    date_answered = fields.Datetime(
        string="First answered",
        readonly=True,
        copy=False,
        help="When it was first answered or closed.",
    )

    handover_id = fields.Many2one(
        "payment.reminder.handover",
        string="Hand-over",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Whose service says that the customer objects.",
    )

    draft_facts = fields.Html(
        string="Facts",
        compute="_compute_draft",
        help="What answers this, read from the books and the trail just now.",
    )
    draft_answer = fields.Text(
        string="Drafted answer",
        compute="_compute_draft",
        help="In the customer's language. Only a person sends it.",
    )
    draft_note = fields.Char(compute="_compute_draft")

    _open_idx = models.Index("(case_id) WHERE state = 'open'")

    @api.depends("kind", "case_id")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for query in self:
            query.name = f"{query.case_id.name or ''} · {labels.get(query.kind, '')}"

    def _message_compute_author(self, author_id=None, email_from=None):
        # EXTENDS mail: what is done on the customer's page is the customer's doing
        author_id = get_author(self.env, author_id, email_from)
        return super()._message_compute_author(author_id, email_from)

    @api.model_create_multi
    def create(self, vals_list):
        # A visitor without a login is nobody to read of: the customer asked.
        is_visitor = self.env.user._is_public()
        origin = self.with_context(mail_create_nolog=True) if is_visitor else self
        queries = super(PaymentReminderQuery, origin).create(vals_list)
        queries = queries.with_env(self.env)
        if is_visitor:
            queries._log_asked()
        if self.env.context.get("reminder_asked_by") is CUSTOMER:
            queries.filtered("item_ids")._solve()
        queries._note_answer()
        asked = queries.filtered(lambda q: q.state != "closed")
        for query in asked:
            query.case_id._freeze("query")
        asked._set_deadlines()
        asked.filtered("paid_date")._wait_for_payment()
        asked.filtered(lambda q: q.kind == "recipient")._stop_addresses()
        asked.filtered(lambda q: q.source != "staff")._tell_responsible()
        return queries

    @api.model
    def _take(self, vals):
        """Take a question of a customer, and answer by itself what needs no person.

        :param vals: of one question
        """
        asked_by = self.with_context(reminder_asked_by=CUSTOMER)
        return asked_by.create(vals).with_env(self.env)

    def _log_asked(self):
        """Log that these were asked, in the name of the customer."""
        for partner, queries in self.grouped("partner_id").items():
            told = queries[:1].case_id._in_staff_language().env
            queries._message_log_batch(
                bodies={
                    query.id: query.with_env(told)._creation_message()
                    for query in queries
                },
                author_id=partner.id,
            )

    def action_close(self, outcome=None):
        """Close these questions; their case stays on hold until it is released."""
        self.write({"state": "closed", **({"outcome": outcome} if outcome else {})})
        return True

    def _set_deadlines(self):
        """Give each question the day by which the customer is answered."""
        calendars = self.env["payment.reminder.facts"]._get_calendars(self.case_id)
        for query in self.sudo().filtered(lambda q: not q.date_deadline):
            company = query.company_id
            today = company._get_reminder_today()
            query.date_deadline = calendars[query.case_id.id].add_banking_days(
                today, company.reminder_answer_days
            )
            # A law may want an answer sooner (Norway: a week).
            days = query.case_id.ladder_id.jurisdiction_id.answer_days
            if days:
                query.date_deadline = min(
                    query.date_deadline, fields.Date.add(today, days=days)
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

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._note_answer()
        return result

    def _note_answer(self):
        """Keep the moment of the first answer; a question that is open has none."""
        answered = self.filtered(lambda q: q.state != "open" and not q.date_answered)
        answered.write({"date_answered": fields.Datetime.now()})
        again = self.filtered(lambda q: q.state == "open" and q.date_answered)
        again.write({"date_answered": False})

    # -- a drafted answer -------------------------------------------------------------

    @api.depends("state", "kind", "description", "move_ids", "item_ids")
    @api.depends_context("lang")
    def _compute_draft(self):
        drafts = self.env["payment.reminder.draft"]
        for query in self:
            query.draft_facts = query.draft_answer = query.draft_note = False
            if query._origin and query.state != "closed":
                text, by_model, flaw = drafts._draft(query._origin)
                query.draft_facts = drafts._show_facts(query._origin)
                query.draft_answer = text
                query.draft_note = drafts._describe_source(by_model, flaw)

    def _get_drafted_answer(self, facts):
        """Return a draft of an answer to a question, or None (hook).

        For an addon that asks a language model; nothing does by itself, and it is asked
        only where the company lets it. It runs beside the form that opens, for some
        seconds at most, and may be asked more than once. What it returns is shown to
        staff if it names no number, address or link but those of the facts; else our
        own draft is. Nothing of it is logged, and nothing is sent.

        :param facts: see :meth:`payment.reminder.draft._get_facts`: JSON values, with
            no names and no addresses but what the customer wrote
        :return: plain text in ``facts["language"]``
        """
        return None

    def action_use_draft(self):
        """Open Odoo's e-mail to the customer, filled with the drafted answer."""
        self.ensure_one()
        self.case_id._check_may_act()
        case = self.case_id.sudo()
        contact = case._get_customer_contact()[0] or case.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer the customer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": contact.ids,
                "default_subject": case.name,
                "default_body": plaintext2html(self.draft_answer or ""),
            },
        }

    def _message_post_after_hook(self, message, msg_vals):
        # EXTENDS mail: an e-mail to the customer from here is the answer
        result = super()._message_post_after_hook(message, msg_vals)
        is_answer = (
            message.message_type == "comment"
            and not message.subtype_id.internal
            and not self.env.user.share
            and self.partner_id in message.partner_ids.commercial_partner_id
        )
        if is_answer and self.state != "closed" and self._may_answer():
            self._note_written(html2plaintext(message.body))
        return result

    def _may_answer(self):
        """Tell whether the user may answer this question."""
        try:
            self.case_id._check_may_act()
        except AccessError:
            return False
        return True

    def _note_written(self, text):
        """Note what a person wrote to the customer; the case stays on hold."""
        # Who may answer writes on no question itself.
        query = self.sudo()
        query.write(
            {"answer": text, "answered_by_id": self.env.uid, "state": "answered"}
        )
        query.activity_ids.action_done()
        query.case_id._log_event("answered", {"query": query.id, "outcome": False})

    # -- the answer, and what follows from it ---------------------------------------

    def action_open_answer_wizard(self):
        """Open the dialog that answers a question."""
        self.ensure_one()
        self.case_id._check_may_act()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer the customer"),
            "res_model": "payment.reminder.answer.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_query_id": self.id},
        }

    def _answer(self, text, outcome=False, until=None, files=None):
        """Tell the customer, by mail and on the page, and do what follows.

        :param text: what the customer reads
        :param outcome: a code of ``outcome``; empty: the question stays, and with it
            the hold
        :param until: day up to which more time is given
        :param files: ir.attachment records that the customer gets along with it
        :return: draft credit notes, if any were made
        """
        self.ensure_one()
        query = self.sudo()
        files = query._keep_files(files or self.env["ir.attachment"])
        query.write(
            {
                "answer": text,
                "answer_file_ids": [fields.Command.link(file.id) for file in files],
                "answered_by_id": self.env.uid,
                "state": "closed" if outcome else "answered",
                "outcome": outcome or query.outcome,
            }
        )
        query.activity_ids.action_done()
        query.case_id._log_event("answered", {"query": query.id, "outcome": outcome})
        drafts = self.env["account.move"]
        if outcome:
            drafts = self._draft_credit_notes() if outcome == "agreed" else drafts
            getattr(query, f"_conclude_{outcome}")(until)
        query.case_id._mail_customer(
            "payment_reminders.mail_template_answer", query, files
        )
        return drafts

    def _keep_files(self, files):
        """Hang what was uploaded in the dialog on this question; copy what belongs
        to another record, which keeps its own.
        """
        files = files.sudo()
        uploaded = files.filtered(lambda file: not file.res_id)
        uploaded.write({"res_model": self._name, "res_id": self.id, "public": False})
        copies = [
            file.copy({"res_model": self._name, "res_id": self.id, "public": False})
            for file in files - uploaded
        ]
        return uploaded.union(*copies)

    def _conclude_agreed(self, until):
        """The customer is right. A credit note is drafted, and a person posts it."""
        self._lift_hold()
        if self.kind == "recipient":
            # Whoever got our letters by mistake keeps no way in.
            self.case_id._end_links()
            self.case_id._freeze(
                "manual", self.env._("Wrong recipient: enter the right one, release.")
            )
            return
        self.case_id._freeze(
            "credit_note", self.env._("A credit note is drafted: check and post it.")
        )

    def _conclude_not_agreed(self, until):
        self.stopped_addresses = False
        self._lift_hold()
        self.case_id._give_grace()

    def _conclude_paid(self, until):
        """The money is there. Until it is matched, a person looks after the case."""
        self._lift_hold()
        if self.case_id._get_page_items():
            self.case_id._freeze(
                "unmatched_money", self.env._("The customer has paid: match the money.")
            )

    def _conclude_more_time(self, until):
        self._lift_hold()
        self.case_id._give_grace(until)

    def _lift_hold(self):
        """Lift the hold, unless another question of the case is still open."""
        if not self.case_id.query_ids.filtered(lambda q: q.state != "closed"):
            self.case_id._release(reasons=["query"])

    def _draft_credit_notes(self):
        """Draft a credit note for each invoice, with Odoo's own dialog.

        Nothing is posted: whoever does sets the amount that was agreed on.
        """
        if self.kind == "recipient":
            return self.env["account.move"]
        query = self.sudo()
        found = query.move_ids or query.case_id._get_page_items().move_id
        # The rights are those of the user: this is written to the accounts.
        moves = self.env["account.move"].browse(found.ids)
        drafts = self.env["account.move"]
        try:
            for journal, group in moves.grouped("journal_id").items():
                wizard = (
                    self.env["account.move.reversal"]
                    .with_context(active_model="account.move", active_ids=group.ids)
                    .create(
                        {
                            "journal_id": journal.id,
                            "reason": self.env._("Agreed with the customer"),
                        }
                    )
                )
                wizard.refund_moves()
                drafts |= wizard.new_move_ids
        except AccessError as error:
            raise UserError(
                self.env._(
                    "A credit note needs accounting rights. Let a bookkeeper answer "
                    "this question."
                )
            ) from error
        return drafts

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail: what is answered here is about the case
        result = super().message_update(msg_dict, update_vals)
        self.case_id._receive_mail(msg_dict)
        return result
