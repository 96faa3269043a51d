"""How the sender takes up what a process that died has left."""

import logging
from datetime import timedelta

from odoo import api, fields, models

from ...tools import transactions

_logger = logging.getLogger(__name__)

#: A claim that is older than this belongs to a process that died. One notice takes
#: a minute or so when every gateway hangs (see WIRE_TIMEOUT).
STALE_MINUTES = 15


class PaymentReminderSender(models.AbstractModel):
    _inherit = "payment.reminder.sender"

    @api.model
    def _recover(self):
        """Settle what a process that died left in ``sending``.

        A delivery that was on the wire may have arrived: it is never tried again
        by itself. One that had not started goes back to the queue.
        """
        limit = fields.Datetime.now() - timedelta(minutes=STALE_MINUTES)
        stuck = self.env["payment.reminder"].search(
            [("state", "=", "sending"), ("sending_since", "<", limit)]
        )
        for reminder in stuck:
            try:
                transactions.run(
                    self.env,
                    lambda env, r=reminder: self.with_env(env)._recover_one(
                        r.with_env(env), limit
                    ),
                )
            except Exception:
                _logger.exception("Reminder %s cannot be recovered", reminder.id)

    @api.model
    def _recover_one(self, reminder, limit):
        # Who is on the wire holds these locks: it is not dead.
        if not transactions.try_lock(reminder.case_id, reminder):
            return
        reminder.invalidate_recordset()
        if reminder.state == "sending" and reminder.sending_since < limit:
            self.env["payment.reminder.paperwork"]._finish(reminder)
