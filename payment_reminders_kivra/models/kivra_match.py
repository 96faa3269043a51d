from odoo import api, fields, models
from odoo.tools.misc import hmac

from odoo.addons.payment_reminders.http import Outcome

#: So many minutes an answer about whom Kivra reaches is good.
FRESH_MINUTES = 15
#: Days after which it is removed.
KEEP_DAYS = 30


class PaymentReminderKivraMatch(models.Model):
    """Whether Kivra reached somebody when it was asked: yes or no, and when.

    Who it was is kept as a salted digest only.
    """

    _name = "payment.reminder.kivra.match"
    _description = "Who Is Reached in Kivra"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    digest = fields.Char(required=True, readonly=True)
    is_there = fields.Boolean(readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    _digest_uniq = models.UniqueIndex("(company_id, digest)", "Noted twice.")
    _date_idx = models.Index("(date)")

    @api.model
    def _digest(self, receiver):
        # sudo: the secret of the database is a system parameter
        return hmac(self.sudo().env, self._name, (receiver.kind, receiver.address))

    @api.model
    def _read(self, company, receivers):
        """Return {receiver: whether it is there} of those that were asked about lately.

        :param receivers: list of :class:`wire.Receiver`
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), minutes=FRESH_MINUTES)
        digests = {self._digest(one): one for one in receivers}
        rows = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("digest", "in", list(digests)),
                ("date", ">=", since),
            ]
        )
        return {digests[row.digest]: row.is_there for row in rows}

    @api.model
    def _ask(self, kivra, receivers):
        """Ask Kivra about all these receivers: one call for each kind of them.

        :return: ({receiver: whether it is there}, :class:`wire.Matched` of a call that
            brought no answer, or None)
        """
        known = {}
        for kind in dict.fromkeys(one.kind for one in receivers):
            same = [one for one in receivers if one.kind == kind]
            told = kivra.match(kind, [one.address for one in same])
            if told.outcome != Outcome.OK:
                return known, told
            known |= {one: one.address in told.found for one in same}
        return known, None

    @api.model
    def _keep(self, company, known):
        """Keep what Kivra answered, in place of what it answered before."""
        own = self.sudo()
        by_digest = {self._digest(one): there for one, there in known.items()}
        domain = [("company_id", "=", company.id), ("digest", "in", list(by_digest))]
        before = own.search(domain).grouped("digest")
        now = fields.Datetime.now()
        for digest, is_there in by_digest.items():
            vals = {"is_there": is_there, "date": now}
            if digest in before:
                before[digest].write(vals)
            else:
                own.create({"company_id": company.id, "digest": digest, **vals})

    @api.autovacuum
    def _gc_matches(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.sudo().search([("date", "<", limit)]).unlink()
