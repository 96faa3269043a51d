"""Texts with which only a person can do something: whose are they, or nobody's?

All managers are asked, once for each number, and about so many numbers at once: a burst
of spam floods nobody. What waits behind them comes up as they are settled.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.payment_reminders.rules import customer_input
from odoo.addons.payment_reminders.rules.reply import Reply
from odoo.addons.payment_reminders.rules.sms import is_stop

#: About so many numbers of a company is asked at once.
MOST_ASKED = 10
#: Of a text a question shows so many letters.
MOST_LETTERS = 500
TODO = "mail.mail_activity_data_todo"


class PaymentReminderInbound(models.Model):
    _inherit = "payment.reminder.inbound"

    is_open = fields.Boolean(string="For a person", readonly=True)
    is_asked = fields.Boolean(
        string="Asked about", readonly=True, help="The first text of its number."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="To whom a person linked it.",
    )
    dismissal = fields.Selection(
        [
            ("wrong", "Wrong number"),
            ("spam", "Advertising or fraud"),
            ("other_matter", "Not about invoices"),
            ("other", "Another reason"),
        ],
        string="Why dismissed",
        readonly=True,
    )
    is_muted = fields.Boolean(
        string="Later ones, too",
        readonly=True,
        help="What comes from this number is dismissed, as long as it is nobody's.",
    )
    settled_by_id = fields.Many2one(
        "res.users", string="Settled by", readonly=True, index="btree_not_null"
    )
    settled_at = fields.Datetime(string="Settled on", readonly=True)
    is_linkable = fields.Boolean(compute="_compute_is_linkable")

    _people_idx = models.Index("(company_id, id) WHERE is_open")
    _number_idx = models.Index("(company_id, number, id)")

    @api.depends("kind", "state", "outcome")
    def _compute_is_linkable(self):
        outcomes = ("nobody", "several", "linked", "dismissed")
        for row in self:
            row.is_linkable = row.kind == "message" and (
                row.state == "failed" or row.outcome in outcomes
            )

    # -- asking ---------------------------------------------------------------------

    def _leave_to_people(self):
        """Let people find out whose this text is, and be asked once for its number."""
        self.ensure_one()
        self.is_open = True
        heads = self._find_asked(self.company_id)
        head = heads.filtered(lambda row: (row.number or "") == (self.number or ""))
        if not head and len(heads) < MOST_ASKED:
            self.is_asked = True
            head = self
        if head:
            head._ask_managers()
        else:
            heads[-1]._ask_managers(only_known=True)

    @api.model
    def _find_asked(self, company):
        """Return the texts at which questions stand, the oldest first."""
        # By payment_reminder_inbound_people_idx.
        domain = [("is_open", "=", True), ("is_asked", "=", True)]
        return self.search([("company_id", "=", company.id), *domain], order="id")

    @api.model
    def _find_waiting(self, company):
        """Return one text of each number about which nobody is asked yet, in order."""
        asked = set(self._find_asked(company).mapped(lambda row: row.number or ""))
        groups = self._read_group(
            [("company_id", "=", company.id), ("is_open", "=", True)],
            ["number"],
            ["id:min"],
        )
        first = sorted(id_ for number, id_ in groups if (number or "") not in asked)
        return self.browse(first)

    def _ask_managers(self, only_known=False):
        """Leave one activity for each manager, or renew it.

        :param only_known: leave none where somebody is done with it
        """
        self.ensure_one()
        company = self.company_id
        count = len(self._get_alike())
        waiting = 0
        if self == self._find_asked(company)[-1:]:
            waiting = len(self._find_waiting(company))
        for user in (
            company._get_reminder_managers() or company._get_reminder_stand_in()
        ):
            vals = self.with_context(lang=user.lang)._prepare_question(count, waiting)
            known = self.activity_ids.filtered(lambda a, user=user: a.user_id == user)
            if known:
                known.write(vals)
            elif not only_known:
                self.activity_schedule(TODO, user_id=user.id, **vals)

    def _prepare_question(self, count, waiting):
        """Return the values of an activity.

        :param count: of texts that wait from this number
        :param waiting: of numbers about which nobody is asked yet
        """
        number = self.number or self.env._("no number")
        summary = self.env._("Whose SMS is it? %s", number)
        parts = [
            f"“{customer_input.clean_text(self.text or '')[:MOST_LETTERS]}”",
            self.env._(
                "Link it to a customer, and the case is held as if the number had been "
                "known; or dismiss it with a reason."
            ),
        ]
        if waiting:
            parts.append(
                self.env._(
                    "SMS of more numbers wait behind it (%s). They come up as these "
                    "are settled; all of them are under Incoming SMS.",
                    waiting,
                )
            )
        return {
            "summary": f"{summary} ({count})" if count > 1 else summary,
            "note": plaintext2html("\n\n".join(parts)),
        }

    def _get_alike(self):
        """Return all texts of this number that wait; this one, where it shows none."""
        self.ensure_one()
        if not self.number:
            return self
        # By payment_reminder_inbound_number_idx.
        waiting = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("number", "=", self.number),
                ("is_open", "=", True),
            ],
            order="id",
        )
        return (waiting | self).sorted("id")

    def _is_muted(self):
        """Tell whether a person wants to see no more of this number."""
        return bool(
            self.search_count(
                [
                    ("company_id", "=", self.company_id.id),
                    ("number", "=", self.number),
                    ("is_muted", "=", True),
                ],
                limit=1,
            )
        )

    # -- settling -------------------------------------------------------------------

    def action_link(self):
        """Open the dialog that asks whose text this is."""
        self.ensure_one()
        return self._open_dialog("link", self.env._("Whose SMS Is It?"))

    def action_dismiss(self):
        """Open the dialog that asks why these texts are nobody's."""
        return self._open_dialog("dismiss", self.env._("Dismiss SMS"))

    def _open_dialog(self, name, title):
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        if not any(self.mapped("is_linkable" if name == "link" else "is_open")):
            raise UserError(self.env._("Nothing that you selected needs this."))
        model = f"payment.reminder.inbound.{name}.wizard"
        wizard = self.env[model].create(self._prepare_dialog(name))
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_dialog(self, name):
        if name == "dismiss":
            return {"inbound_ids": [(6, 0, self.filtered("is_open").ids)]}
        return {"inbound_id": self.id, "partner_id": self._guess_customer().id}

    def _guess_customer(self):
        """Return the customer whose number this seems to be; of several nobody."""
        self.ensure_one()
        Case = self.env["payment.reminder.case"]
        if not self.number:
            return self.env["res.partner"]
        found = (
            Case._find_partners_by_number(self.number).commercial_partner_id
            or Case._find_linked(self.company_id, self.number)
        ).filtered(lambda p: not p.company_id or p.company_id == self.company_id)
        return found if len(found) == 1 else found.browse()

    def _link(self, partner):
        """Put the texts of this number to a customer, as if it had been known.

        :return: the case that is held, empty if the customer owes nothing
        """
        self.ensure_one()
        customer = partner.commercial_partner_id
        rows = self._get_alike()
        case = self.env["payment.reminder.case"]
        case = case._find_open_cases(self.company_id, customer)._pick_one_of_each()
        asked = self._find_asking_activities()
        rows._settle(outcome="linked", partner_id=customer.id, case_id=case.id)
        asked.sudo().unlink()
        for row in rows:
            row._hand_to(case, customer)
        return case

    def _hand_to(self, case, customer):
        """Put this text to a case; without one, keep it with the contact."""
        text = customer_input.clean_text(self.text or "")
        number = self.number or self.env._("no number")
        if case and is_stop(text):
            self.sudo()._end_sms(case)
        elif case:
            case._receive_reply(Reply.PERSON, text, number, "sms")
        else:
            words = self.env._(
                "SMS of %(number)s: “%(text)s”", number=number, text=text
            )
            # sudo: a manager may be nobody who changes contacts
            customer.sudo().message_post(body=plaintext2html(words))
        document = case or customer
        # sudo: what came in is changed by nobody, but what was done is written there
        self.sudo().message_post(body=self.env._("Put to %s", document.display_name))

    def _find_asking_activities(self):
        """Return the questions at cases which of several customers wrote this."""
        if self.outcome != "several":
            return self.env["mail.activity"]
        cases = self.env["payment.reminder.case"]._find_by_number(
            self.company_id, self.number
        )
        return self.env["mail.activity"].union(
            *(
                case.activity_ids.filtered(
                    lambda activity, case=case: (activity.summary or "").startswith(
                        case._in_staff_language()._get_whose_summary()
                    )
                    and self.number in (activity.note or "")
                )
                for case in cases
            )
        )

    def _dismiss(self, reason, note, is_muted):
        """Note that the texts of these numbers are nobody's."""
        asked = self.env["mail.activity"].union(
            *(row._find_asking_activities() for row in self)
        )
        rows = self.union(*(row._get_alike() for row in self))
        rows._settle(outcome="dismissed", dismissal=reason, is_muted=is_muted)
        asked.sudo().unlink()
        label = dict(self._fields["dismissal"]._description_selection(self.env))[reason]
        for row in rows.sudo():
            row.message_post(body=f"{label}: {note}" if note else label)

    def _settle(self, **vals):
        """Note what a person decided, and ask about the next."""
        self.env["res.users"]._check_reminder_manager()
        own = self.sudo()
        own.write(
            {
                "is_open": False,
                "state": "done",
                "is_muted": False,
                "dismissal": False,
                "settled_by_id": self.env.uid,
                "settled_at": fields.Datetime.now(),
                **vals,
            }
        )
        own.activity_unlink([TODO])
        for company in own.company_id:
            own._ask_next(company)

    @api.model
    def _ask_next(self, company):
        """Ask about the numbers that wait, as far as there is room."""
        room = MOST_ASKED - len(self._find_asked(company))
        following = self._find_waiting(company)[: max(room, 0)]
        following.is_asked = True
        for row in following:
            row._ask_managers()
