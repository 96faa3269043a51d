from odoo import api, models

from .payment_reminder_rate_feed import SILENT_DAYS


class PaymentReminderSetup(models.AbstractModel):
    _inherit = "payment.reminder.setup"

    @api.model
    def _find_rate_problems(self, company, ladder):
        # EXTENDS payment_reminders
        yield from super()._find_rate_problems(company, ladder)
        laws = (ladder | company.reminder_ladder_id).jurisdiction_id
        codes = set(laws.margin_ids.reference_id.mapped("code"))
        feeds = self.env["payment.reminder.rate.feed"].sudo()
        feeds = feeds.search([("is_on", "=", True)])
        silent = feeds.filtered(
            lambda feed: (
                feed._is_silent() and codes & set(feed.reference_ids.mapped("code"))
            )
        )
        for feed in silent:
            yield self._make_problem(
                f"feed:{feed.code}",
                self.env._(
                    "%(publisher)s gave no good answer for %(days)s days: new "
                    "reference rates are not read there.",
                    publisher=feed.with_env(self.env).display_name,
                    days=SILENT_DAYS,
                ),
                self._make_list_fix(self.env._("Look at It"), feed),
                can_leave=True,
            )

    @api.model
    def _make_rate_problem(self, code, text, reference, day, there=None, **more):
        # EXTENDS payment_reminders
        problem = super()._make_rate_problem(code, text, reference, day, there, **more)
        reading = (
            self.env["payment.reminder.rate.reading"]
            .sudo()
            .search(
                [
                    ("reference_id", "=", reference.id),
                    ("date", "=", day),
                    ("state", "=", "new"),
                    ("is_check", "=", False),
                ],
                # As published, before what is computed.
                order="how NULLS FIRST, id desc",
                limit=1,
            )
        )
        if reading and "rate" in problem:
            problem["fixes"].append(
                {
                    "label": self.env._("Look at What Was Read"),
                    "action": {
                        "type": "ir.actions.act_window",
                        "name": reading.with_env(self.env).display_name,
                        "res_model": reading._name,
                        "res_id": reading.id,
                        "views": [[False, "form"]],
                        "target": "current",
                        "context": {},
                    },
                }
            )
        return problem
