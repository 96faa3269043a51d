from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ...tools import transactions

#: So long counts are kept after their time is over.
KEEP_DAYS = 2


class PaymentReminderThrottle(models.Model):
    """How often something was asked for in one stretch of time, by all workers.

    The counting is one statement of the database, in a transaction of its own: of
    many calls at once exactly as many get through as may, and a call that fails
    has counted all the same. Who asked is kept as a salted digest only.
    """

    _name = "payment.reminder.throttle"
    _description = "Calls of the Customer's Page"
    _log_access = False

    key = fields.Char(required=True, readonly=True)
    window_start = fields.Datetime(required=True, readonly=True)
    count = fields.Integer(required=True, readonly=True)

    _key_uniq = models.UniqueIndex("(key, window_start)", "Counted twice at once.")
    _window_idx = models.Index("(window_start)")

    @api.model
    def _allow(self, what, who, limit, seconds):
        """Count one call; tell whether it is still within the limit.

        :param what: name of what is asked for
        :param who: text that tells callers apart
        :param limit: calls that are let through in one stretch
        :param seconds: length of a stretch
        """
        moment = fields.Datetime.now()
        stretch = int(moment.replace(tzinfo=timezone.utc).timestamp()) // seconds
        start = datetime.fromtimestamp(stretch * seconds, timezone.utc)
        # sudo: the secret of the database is a system parameter
        digest = hmac(self.sudo().env, self._name, (what, str(who)))
        with transactions.read_committed(self.sudo().env) as env:
            ((count,),) = env.execute_query(
                SQL(
                    """
                    INSERT INTO payment_reminder_throttle (key, window_start, count)
                         VALUES (%s, %s, 1)
                    ON CONFLICT (key, window_start) DO UPDATE
                            SET count = payment_reminder_throttle.count + 1
                      RETURNING count
                    """,
                    digest,
                    start.replace(tzinfo=None),
                )
            )
        return count <= limit

    @api.autovacuum
    def _gc_old(self):
        """Forget counts whose time is long over."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.sudo().search([("window_start", "<", limit)]).unlink()
