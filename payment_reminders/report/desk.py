from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..rules import guard
from ..rules.lifecycle import WAITING
from ..rules.verdict import EARLY, Code

#: The figures of a notice, in the order in which they add up.
FIGURES = (
    "amount_principal",
    "amount_costs_before",
    "amount_fee",
    "amount_interest",
    "amount_compensation",
)
#: So many of the last contacts are told.
MOST_CONTACTS = 2


class PaymentReminderDesk(models.AbstractModel):
    """What the approve desk shows of one notice beside the queue, in one answer."""

    _name = "payment.reminder.desk"
    _description = "Approve Desk of Payment Reminders"

    @api.model
    def _read_panes(self, reminders):
        """Return what the desk shows of these notices, as dicts in their order.

        The guard is asked now, dry: nothing is locked, written or sent. The number of
        queries does not grow with the number of notices.
        """
        # What is cached is dropped below: without ids of their own to prefetch by, each
        # would be read alone from there on.
        reminders = reminders.browse(reminders.ids)
        waiting = reminders.filtered(lambda r: r.state in WAITING)
        now = fields.Datetime.now()
        facts = waiting._read_facts(now, as_if_released=True) if waiting else {}
        previews = reminders._prepare_previews()
        contacts = self._read_last_contacts(reminders.case_id)
        return [
            {
                **self._tell_customer(reminder),
                **self._tell_notice(reminder),
                "channel": self._tell_channels(reminder, previews[reminder]),
                **self._tell_verdict(reminder, facts.get(reminder), now),
                "contacts": contacts[reminder.case_id],
                "message": self._tell_message(previews[reminder]),
            }
            for reminder in reminders
        ]

    @api.model
    def _tell_customer(self, reminder):
        """Return who owes it and how to reach them by voice."""
        # Who may see a notice may call whom it goes to.
        customer = reminder.partner_id.sudo()
        contact = reminder.sudo()._get_letter_recipient()
        return {
            "id": reminder.id,
            "customer": customer.display_name,
            "contact": contact.name if contact != customer else "",
            "phone": contact.phone or customer.phone or "",
            "email": contact.email or customer.email or "",
        }

    @api.model
    def _tell_notice(self, reminder):
        """Return step, figures and what whoever looks may do with the notice."""
        states = reminder._fields["state"]._description_selection(self.env)
        is_manager = self.env.user._is_reminder_manager()
        waits = reminder.state in WAITING
        return {
            "step": reminder.step_id.name,
            "kind": reminder.step_kind,
            "state": reminder.state,
            "status": dict(states)[reminder.state],
            "leaves": reminder.leaves_text if waits else "",
            "days": reminder.days_overdue,
            "invoices": reminder.invoice_count,
            "total": reminder._format_letter_money(reminder.amount_claim, code=True),
            "figures": [
                {
                    "label": reminder._fields[name]._description_string(self.env),
                    "amount": reminder._format_letter_money(reminder[name], code=True),
                }
                for name in FIGURES
                if reminder[name] or name == "amount_principal"
            ],
            "snoozed": self._tell_snooze(reminder),
            "words": reminder.personal_text or "",
            "can_approve": is_manager and reminder.state == "proposed",
            "can_hold": reminder.state in ("proposed", "approved"),
            "can_snooze": waits,
            "can_word": is_manager and waits,
        }

    @api.model
    def _tell_channels(self, reminder, preview):
        """Return by which ways a notice goes, of those that reach somebody."""
        if "channels" not in preview:
            return reminder.channel_summary
        channels = self.env["payment.reminder.delivery"]._fields["channel"]
        labels = dict(channels._description_selection(self.env))
        return ", ".join(labels.get(code, code) for code in preview["channels"])

    @api.model
    def _tell_snooze(self, reminder):
        """Return until when nothing is sent to the customer (empty: no such day)."""
        day = reminder.sudo().case_id.snoozed_until
        return format_date(self.env, day) if day else ""

    @api.model
    def _tell_verdict(self, reminder, facts, now):
        """Return what is in the way of a notice, and the buttons that help.

        :param facts: :class:`rules.guard.Facts` of one that waits, or None
        """
        if not facts:
            told = reminder.held_reason if reminder.state != "sent" else ""
            fixes = reminder._get_fixes([reminder.state])
            return {"obstacles": (told or "").splitlines(), "fixes": fixes}
        codes = guard.check(facts, now)
        reasons = [code for code in codes if code not in EARLY]
        explanation = self.env["payment.reminder.explanation"]
        held = reminder._describe_hold()
        return {
            "obstacles": held
            + [
                explanation._explain_code(code, reminder, facts)
                for code in reasons
                if code != Code.HELD or not held
            ],
            "fixes": [
                fix
                for fix in reminder._get_fixes(reasons)
                if fix["method"] != "action_approve"
            ],
        }

    @api.model
    def _tell_message(self, preview):
        """Return the message as the customer gets it."""
        return {
            "to": preview.get("preview_to") or "",
            "subject": preview.get("preview_subject") or "",
            "body": str(preview.get("preview_body") or ""),
            "sms": preview.get("preview_sms") or "",
            "error": preview.get("preview_error") or "",
        }

    # -- last contact ---------------------------------------------------------------

    @api.model
    def _read_last_contacts(self, cases):
        """Return {case: sentences on who wrote last, the newest first}.

        What we sent last, what the customer asked last, and what they answered to a
        reminder last.
        """
        # What is said of a case may be read by whoever may read the case.
        own = cases.sudo()
        found = {
            self.env._("%(step)s sent on %(date)s"): self._read_last_sent(own),
            self.env._("Question of %(date)s"): self._read_last_of(
                "payment.reminder.query", Domain("case_id", "in", own.ids), "case_id"
            ),
            self.env._("Answer by e-mail of %(date)s"): self._read_last_of(
                "mail.message",
                Domain("model", "=", own._name)
                & Domain("res_id", "in", own.ids)
                & Domain("message_type", "=", "email"),
                "res_id",
            ),
        }
        told = {}
        for case in cases:
            rows = sorted(
                (
                    (moment, sentence, step)
                    for sentence, by_case in found.items()
                    for moment, step in by_case.get(case.id, ())
                ),
                reverse=True,
            )
            told[case] = [
                sentence
                % {"date": format_date(self.env, self._get_day(moment)), "step": step}
                for moment, sentence, step in rows[:MOST_CONTACTS]
            ]
        return told

    @api.model
    def _get_day(self, moment):
        return fields.Datetime.context_timestamp(self, moment).date()

    @api.model
    def _read_last_sent(self, cases):
        """Return {case id: [(when, step) of the last notice that counts]}."""
        sent = cases.env["payment.reminder"].search_fetch(
            Domain("case_id", "in", cases.ids) & Domain("counts", "=", True),
            ["case_id", "sent_date", "step_id"],
            order="sent_date",
        )
        return {r.case_id.id: [(r.sent_date, r.step_id.name)] for r in sent}

    @api.model
    def _read_last_of(self, model, domain, group):
        """Return {case id: [(when the last record was made, "")]}."""
        rows = self.env[model].sudo()._read_group(domain, [group], ["create_date:max"])
        return {
            getattr(key, "id", key): [(moment, "")] for key, moment in rows if moment
        }
