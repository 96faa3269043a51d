from dataclasses import replace

from odoo import models

from odoo.addons.payment_reminders.tools import transactions

#: {(action, stage up to its colon): method of its records that a job calls}
SLICED = {
    ("refresh", "cases"): "_job_refresh",
    ("propose", "waiting"): "_job_recheck",
    ("propose", "company"): "_job_propose",
}


class PaymentReminderProgress(models.Model):
    _inherit = "payment.reminder.progress"

    def _work_stage(self, name, stage, begin_after, more):
        # EXTENDS payment_reminders: many records are worked off by jobs
        method = SLICED.get((name, stage.key.partition(":")[0]))
        if not method:
            return super()._work_stage(name, stage, begin_after, more)
        found = stage.find()
        engine = self.env["payment.reminder.engine"]
        if len(found) <= stage.size or not engine._is_running():
            seen = replace(stage, find=lambda: found)
            return super()._work_stage(name, seen, begin_after, more)
        engine._slice(found, method, stage.size)
        transactions.report_progress(self.env, len(found), more)
        return True
