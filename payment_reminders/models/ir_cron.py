from odoo import api, models, modules


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _reminder_progress(self, done, left=None):
        """Commit a batch and report progress; a test has one transaction only.

        :return: seconds left for this run
        """
        if modules.module.current_test and not self.env.context.get(
            "ir_cron_progress_id"
        ):
            return float("inf")
        return self._commit_progress(done, remaining=left)
