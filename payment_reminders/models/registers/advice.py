"""What a person reads of a debtor in trouble: what it means, and what to do now."""

from odoo import api, fields, models
from odoo.tools import format_date

from ...rules.insolvency import Status


class PaymentReminderCompanyStatus(models.Model):
    _inherit = "payment.reminder.company.status"

    advice = fields.Text(string="What to do", compute="_compute_advice")

    @api.depends("status", "date_filing", "date_decree", "successor_id")
    @api.depends_context("lang")
    def _compute_advice(self):
        texts = self._get_advice_texts()
        for record in self:
            advice = texts.get(record.status, "")
            if record.status in ("bankruptcy", "liquidation") and record.date_filing:
                advice += "\n" + self.env._(
                    "File until %s.", format_date(self.env, record.date_filing)
                )
            if record.status == "succeeded" and record.successor_id:
                advice += "\n" + self.env._(
                    "The successor is %s.", record.successor_id.display_name
                )
            record.advice = advice or False

    @api.model
    def _get_advice_texts(self):
        """Return {status: what a person does now}."""
        by_when = self.env._(
            "The decree or the notice to creditors says by when: enter the day under "
            "“File until”."
        )
        no_more = self.env._(
            "Send no more reminders: what is owed can only be claimed in the "
            "proceedings, and interest counts up to the day of the decree."
        )
        return {
            "bankruptcy": "\n".join(
                (
                    no_more,
                    self.env._(
                        "File the claim below with the trustee, with the invoices and "
                        "the interest that is listed. The register or the court names "
                        "the trustee."
                    ),
                    by_when,
                )
            ),
            "liquidation": "\n".join(
                (
                    self.env._(
                        "File the claim below with the liquidator, before what is left "
                        "is shared out."
                    ),
                    by_when,
                )
            ),
            "restructuring": self.env._(
                "No creditor may enforce a claim alone now. Ask the restructuring "
                "administrator how to file, and whether you are paid for what you "
                "deliver from here on. Release the case only when that is settled."
            ),
            "dissolved": self.env._(
                "There is no debtor left. Look whether a guarantor or the estate still "
                "pays, or close the case and write the invoices off."
            ),
            "succeeded": self.env._(
                "The debt has gone over to another company. Find the successor in the "
                "register, enter it below, and send it a copy of the invoices before "
                "anybody is reminded again."
            ),
            "changing": self.env._(
                "The register says something that is neither good standing nor "
                "insolvency. Look it up and decide; reminders go on meanwhile."
            ),
            "removed": self.env._(
                "The register knew this number and does not any more. Look it up: the "
                "company may be dissolved. Release the case when you know."
            ),
            "unknown": self.env._(
                "The register uses a word that nobody here knows. Look it up, and "
                "release the case when it is harmless."
            ),
            "not_found": self.env._(
                "The register knows no such number. Look whether the company ID of "
                "the customer is right; reminders go on meanwhile."
            ),
        }

    def _get_summary(self):
        labels = dict(self._fields["status"]._description_selection(self.env))
        return f"{labels[self.status]}: {self.partner_id.display_name}"

    def _get_note(self):
        if self.status == Status.ACTIVE:
            return self.env._(
                "The register says again that this company is in good standing. That "
                "alone releases nothing: look, and release the case with a reason."
            )
        return self.advice

    def _get_sentence(self):
        """Return what the register says, as the reason of a hold."""
        self.ensure_one()
        labels = dict(self._fields["status"]._description_selection(self.env))
        values = {
            "status": labels[self.status],
            "register": self.source,
            "word": self.word,
            "day": format_date(self.env, self.since or self.checked_at.date()),
        }
        if self.since:
            return self.env._(
                "%(status)s: %(register)s, “%(word)s” since %(day)s", **values
            )
        return self.env._(
            "%(status)s: %(register)s, “%(word)s”, read on %(day)s", **values
        )
