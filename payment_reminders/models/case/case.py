import re
from collections import defaultdict
from decimal import Decimal

from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html_sanitize

from ...tools.decimals import to_decimal
from ...tools.groupable import hide_technical
from ...tools.hiding import strip_facts
from .item import DayToCome

#: Signs of all notes of one activity.
MAX_NOTE = 4000


class PaymentReminderResponsible(models.AbstractModel):
    """Shows who is responsible, and for which company, where there are several."""

    _name = "payment.reminder.responsible"
    _description = "Who Is Responsible"

    #: Whether the lists have the room for it at first.
    _shows_company = False

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS base
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list" and self._is_of_several_companies():
            for node in arch.iterfind("field[@name='company_id']"):
                node.set("optional", "show")
        if (
            view_type in ("list", "kanban")
            and self.env.companies._has_one_office_user()
        ):
            name = "column_invisible" if view_type == "list" else "invisible"
            for node in arch.iter("field"):
                if node.get("name") == "user_id":
                    node.set(name, "True")
        return arch, view

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        # EXTENDS base
        key = super()._get_view_cache_key(view_id, view_type, **options)
        shows_people = view_type in ("list", "kanban")
        return (
            *key,
            shows_people and self.env.companies._has_one_office_user(),
            view_type == "list" and self._is_of_several_companies(),
        )

    @api.model
    def _is_of_several_companies(self):
        """Tell whether a list has to say of which company a row is."""
        return self._shows_company and len(self.env.companies) > 1


class PaymentReminderCase(models.Model):
    """Everything that one customer owes to one company in one currency.

    There is one record for good: it closes when nothing is owed, and starts
    again, on the ladder of that day, when something new falls due.
    """

    _name = "payment.reminder.case"
    _description = "Payment Reminder Case"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
        "payment.reminder.responsible",
    ]
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
    former_partner_id = fields.Many2one(
        "res.partner",
        string="Was a case of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Whose case this was before the customer got, or lost, a parent company. "
        "Money is looked for under that name too.",
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
        string="Closed because",
        readonly=True,
    )
    close_note = fields.Char(readonly=True)
    date_open = fields.Datetime(string="Open since", readonly=True)
    date_close = fields.Datetime(string="Closed on", readonly=True)
    item_ids = fields.One2many("payment.reminder.item", "case_id", string="Due items")
    # sudo: which invoices a case is about is part of the case; what they say is read
    # with the rights of the user. (It also saves a check of access for each case.)
    is_elsewhere = fields.Boolean(
        string="Has invoices of another program", readonly=True, copy=False
    )
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
    handover_ids = fields.One2many(
        "payment.reminder.handover", "case_id", string="Hand-overs"
    )
    is_handed_over = fields.Boolean(
        string="With a service",
        readonly=True,
        copy=False,
        help="A collection service has every invoice that is open.",
    )
    handover_count = fields.Integer(compute="_compute_handover_count")
    handover_label = fields.Char(
        string="Who has it", compute="_compute_handover_label", compute_sudo=True
    )
    next_step_id = fields.Many2one(
        "payment.reminder.step",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    next_date = DayToCome(string="Next step on", readonly=True, index=True)
    is_reopenable = fields.Boolean(
        string="Can be reopened",
        compute="_compute_is_reopenable",
        compute_sudo=True,
        help="It was closed while something was owed, and that is owed still.",
    )
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
    is_held_as_trifle = fields.Boolean(compute="_compute_hold_reason")
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
    ignored_line_ids = fields.One2many(
        "payment.reminder.ignored.line", "case_id", string="Ignored bank lines"
    )

    _identity_uniq = models.UniqueIndex(
        "(identity)",
        "There is already a case for this customer, company and currency.",
    )

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS mail
        found = super().fields_get(allfields, attributes)
        is_for_lists = attributes is None or "groupable" in attributes
        return hide_technical(self, found) if is_for_lists else found

    # -- computed ---------------------------------------------------------------

    @api.depends("item_ids.move_id")
    def _compute_move_ids(self):
        for case in self:
            case.move_ids = case.item_ids.move_id
            case.invoice_count = len(case.move_ids)

    @api.depends("handover_ids")
    def _compute_handover_count(self):
        for case in self:
            case.handover_count = len(case.handover_ids)

    @api.depends("is_handed_over", "handover_ids.state", "handover_ids.service_id")
    @api.depends_context("lang")
    def _compute_handover_label(self):
        for case in self:
            given = case.is_handed_over and case.item_ids.handover_id
            case.handover_label = given and self.env._(
                "With %s", ", ".join(sorted(set(given.mapped("service_label"))))
            )

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

    @api.depends("state", "close_reason", "item_ids.is_dropped")
    def _compute_is_reopenable(self):
        for case in self:
            case.is_reopenable = (
                case.state == "closed"
                and case.close_reason != "merged"
                and any(
                    item.is_dropped and item.amount_residual > 0
                    for item in case.item_ids
                )
            )

    @api.depends("item_ids", "claim_line_ids.amount")
    def _compute_amounts(self):
        live = self.env["payment.reminder.facts"]._read_live(self.sudo().item_ids)
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
            # What went along to a service that has it is claimed still, by it.
            case.amount_costs = sum(kinds.values()) + case._get_costs_elsewhere()
            case.amount_claim = case.amount_principal + case.amount_costs

    def _get_costs_elsewhere(self):
        """Return the costs of this case that a service claims now, with its items."""
        self.ensure_one()
        case = self.sudo()
        given = case.item_ids.handover_id
        if not given:
            return 0.0
        lines = case.claim_line_ids.filtered(
            lambda line: line.kind == "handover" and line.handover_id in given
        )
        return -sum(lines.mapped("amount"))

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
            freezes = case._get_open_freezes()
            case.is_held_as_trifle = "trifle" in freezes.mapped("reason")
            case.hold_reason = ", ".join(
                freeze.note or labels[freeze.reason] for freeze in freezes
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
    def _unlink_except_kept(self):
        raise UserError(
            self.env._("A case and its trail are kept. Close the case instead.")
        )

    def _get_customer_sender(self):
        """Return (author partner, "Name" <address>) who writes to the customer."""
        self.ensure_one()
        author = self._find_responsible().partner_id or self.company_id.partner_id
        sender = author.email_formatted or self.company_id.email_formatted
        return author, sender

    # -- what is open on it -------------------------------------------------------

    def _get_open_freezes(self):
        return self.freeze_ids.filtered(lambda freeze: not freeze.date_end)

    def _get_open_queries(self):
        return self.query_ids.filtered(lambda query: query.state != "closed")

    def _get_active_plans(self):
        return self.plan_ids.filtered(lambda plan: plan.state == "active")

    def _read_company_statuses(self):
        """Return {case id: what a company register says of its customer}, if any."""
        Status = self.env["payment.reminder.company.status"]
        checks = Status.sudo().search(
            [("partner_id", "in", self.sudo().partner_id.ids)]
        )
        if not checks:
            return {}
        by_identity = {check.identity: check.with_env(self.env) for check in checks}
        statuses = {
            case.id: by_identity.get(
                Status._get_identity(case.company_id.id, case.partner_id.id)
            )
            for case in self.sudo()
        }
        return {case_id: check for case_id, check in statuses.items() if check}

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

    def action_open_handover_wizard(self):
        """Open the dialog that hands invoices of these cases to a service."""
        return self.env["payment.reminder.handover.wizard"]._open(self)

    def action_view_handovers(self):
        """Show what of this case a service has, or had."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_handover_action"
        )
        return {**action, "domain": [("case_id", "=", self.id)], "context": {}}

    # -- who looks after a case -----------------------------------------------------

    def _find_responsible(self):
        """Return the user who answers for this case: to its customer, and for us.

        Its own; else the customer's or the sales team's; else a manager. Who left, the
        robot of Odoo and who has no address are nobody. (Empty: nobody is left.)
        """
        self.ensure_one()
        case = self.sudo()
        company = case.company_id
        own = case.user_id
        if company._can_be_answered_by(own):
            return own
        others = case.partner_id.user_id | case._get_team_leaders()
        contact = company._find_reminder_contact(others)
        return contact or company._find_reminder_manager()

    def _get_team_leaders(self):
        """Return who leads the sales teams of the invoices, if Odoo has such teams."""
        if "team_id" not in self.env["account.move"]._fields:
            return self.env["res.users"]
        return self.move_ids.team_id.user_id

    def _get_responsible(self):
        """Return the user who looks after this case; there is always one."""
        found = self._find_responsible()
        return found or self.sudo().company_id._get_reminder_stand_in()

    def _in_staff_language(self):
        """Return this case in the language of whoever looks after it.

        What is written down while nobody is logged in, or while the customer is, is for
        the staff to read.
        """
        self.ensure_one()
        return self.with_context(lang=self._get_responsible().lang)

    def _group_by_responsible(self):
        """Return [(user, their cases of these, in the user's language)]."""
        groups = self.grouped(lambda case: case._get_responsible())
        return [
            (user, cases.with_context(lang=user.lang)) for user, cases in groups.items()
        ]

    def _ask_person(self, summary, note):
        """Leave one activity for whoever is responsible of each of these cases."""
        for user, cases in self._group_by_responsible():
            cases.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=user.id,
            )

    def _call_responsible(self, summary, record=None, **vals):
        """Leave an activity for whoever looks after this case.

        Of several with the same words one is left, which says how many there were.

        :param record: on which it stands; default: the case
        :param vals: more values of the activity
        """
        self.ensure_one()
        record = (record if record is not None else self).sudo()
        same = re.compile(rf"{re.escape(summary)}( \((\d+)\))?")
        for activity in record.activity_ids:
            match = same.fullmatch(activity.summary or "")
            if match:
                count = int(match[2] or 1) + 1
                note = _join_notes(activity.note, vals.pop("note", None))
                activity.write(
                    {**vals, "summary": f"{summary} ({count})", "note": note}
                )
                return
        record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            user_id=self._get_responsible().id,
            **vals,
        )

    # -- erasing personal data ------------------------------------------------------

    def action_erase_personal_data(self):
        """Erase names, addresses and texts from what these closed cases keep.

        The contact and its invoices are Odoo's own, and stay as they are.
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        still_open = self.filtered(lambda case: case.state != "closed")
        if still_open:
            raise UserError(
                self.env._(
                    "Close these cases first: %s",
                    ", ".join(still_open.mapped("name")),
                )
            )
        self.sudo()._erase_personal_data()
        return True

    def _erase_personal_data(self):
        self._erase_from_invoices()
        self.reminder_ids.delivery_ids._erase_personal_data()
        for notice in self.reminder_ids.filtered("facts"):
            notice.facts = strip_facts(notice.facts)
        for model, names in self._get_personal_fields().items():
            records = self.env[model].with_context(active_test=False)
            domain = [("id" if model == self._name else "case_id", "in", self.ids)]
            records.search(domain).with_context(tracking_disable=True).write(
                dict.fromkeys(names, False)
            )
        self.claim_line_ids._erase_notes()
        self.event_ids.note_ids.unlink()
        self.activity_ids.unlink()
        self.query_ids.attachment_ids.unlink()
        for thread in (
            self,
            self.reminder_ids,
            self.query_ids,
            self.plan_ids,
            self.handover_ids,
        ):
            messages = self.env["mail.message"].search(
                [("model", "=", thread._name), ("res_id", "in", thread.ids)]
            )
            self.env["sms.sms"].search(
                [("mail_message_id", "in", messages.ids)]
            ).unlink()
            messages.attachment_ids.unlink()
            messages.unlink()
            self.env["ir.attachment"].search(
                [("res_model", "=", thread._name), ("res_id", "in", thread.ids)]
            ).unlink()
        self._log_event("erased", {})

    def _erase_from_invoices(self):
        """Erase from the invoices' chatter where notices went, and why they came back.

        What others wrote there is Odoo's, and stays as it is.
        """
        deliveries = self.reminder_ids.delivery_ids
        personal = deliveries.mapped("failure_reason") + deliveries.mapped("recipient")
        words = [str(escape(text)) for text in personal if text]
        messages = self.env["mail.message"].search(
            [
                ("model", "=", "account.move"),
                ("res_id", "in", self.reminder_ids.line_ids.move_id.ids),
                ("message_type", "=", "notification"),
            ]
        )
        for message in messages:
            body = str(message.body)
            for text in words:
                body = body.replace(text, self.env._("erased"))
            if body != message.body:
                message.body = body

    @api.model
    def _get_personal_fields(self):
        """Return {model with a case: fields that may name somebody} (hook)."""
        return {
            "payment.reminder.case": ["close_note", "access_token"],
            "payment.reminder": [
                "hold_note",
                "cancel_reason",
                "withdrawn_reason",
                "fee_limit_note",
                "override_note",
                "personal_text",
                "remark_values",
                "worded_for",
            ],
            "payment.reminder.freeze": ["note"],
            "payment.reminder.query": [
                "description",
                "answer",
                "recipient_name",
                "recipient_email",
                "stopped_addresses",
                "reference",
            ],
            "payment.reminder.plan": ["note"],
            "payment.reminder.handover": ["end_note", "reason"],
        }

    # -- trail and case file --------------------------------------------------------

    def action_export_json(self):
        """Download the case file as JSON."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/payment_reminders/case/{self.id}/file.json",
            "target": "download",
        }

    def _print_message(self, body):
        """Return the body of an e-mail fit to be printed."""
        return html_sanitize(body, sanitize_attributes=False)

    def action_check_trail(self):
        """Check the trail of these cases and say what was found."""
        self.check_access("read")
        Event = self.env["payment.reminder.event"]
        chains = [f"case:{case.id}" for case in self]
        return Event._tell_result(len(chains), Event._check_in_batches(chains))

    def _has_open_items(self):
        """Tell whether anything of the invoices of this case is still to pay."""
        self.ensure_one()
        return Decimal(0) < sum(
            (
                to_decimal(item.amount_residual)
                for item in self.item_ids
                if not item.is_dropped
            ),
            Decimal(0),
        )


def _join_notes(note, more):
    """Return the note of an activity with what is to be said once more, once."""
    if not more or more in (note or "") or len(note or "") > MAX_NOTE:
        return note
    return f"{note}<br/>{more}" if note else more
