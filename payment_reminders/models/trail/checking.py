"""Walking the chains of the trail: is it still what was written?"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import transactions

#: The anchor of the trail is kept in the server's log: its name outlives moved files.
_logger = logging.getLogger("odoo.addons.payment_reminders.trail")

CHAINS_PER_BATCH = 200


class PaymentReminderEvent(models.Model):
    _inherit = "payment.reminder.event"

    # -- walking ------------------------------------------------------------------

    @api.model
    def _find_broken(self, cases):
        """Walk the chains of these cases; return the first wrong entry of each.

        :return: {case: (seq, what is wrong)}; whole chains are left out
        """
        by_chain = {f"case:{case.id}": case for case in cases}
        broken = self._find_broken_chains(list(by_chain))
        return {by_chain[chain]: found for chain, found in broken.items()}

    @api.model
    def _find_broken_chains(self, chains):
        """Walk chains from their first entry; return the first wrong one of each.

        :param chains: list of names, "case:<id>" or "company:<id>"
        :return: {chain: (seq, what is wrong)}, what being ``missing``, ``prev_hash``
            (does not follow on the one before), ``hash`` (was changed), ``place``
            (belongs to another record) or ``note``; whole chains are left out
        """
        self.flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT id, chain, seq, kind, date, user_id, payload, prev_hash, hash,
                       case_id, company_id
                  FROM payment_reminder_event
                 WHERE chain = ANY(%s)
                 ORDER BY chain, seq, id
                """,
                chains,
            )
        )
        heads = self._read_written_heads(chains)
        changed_notes = self._find_changed_notes(rows)
        by_chain = {chain: [] for chain in chains}
        for row in rows:
            by_chain[row["chain"]].append(row)
        broken = {}
        for chain, entries in by_chain.items():
            found = self._walk(entries, heads.get(chain), changed_notes)
            if found:
                broken[chain] = found
        return broken

    @api.model
    def _walk(self, entries, head, changed_notes):
        """Return (seq, what is wrong) of the first wrong entry of a chain, or None.

        :param entries: its rows in order
        :param head: (seq, hash) that the database noted last, None when there is none
        """
        prev_hash = ""
        for position, entry in enumerate(entries, start=1):
            if entry["seq"] != position:
                return position, "missing"
            if entry["prev_hash"] != prev_hash:
                return position, "prev_hash"
            if entry["hash"] != self._get_hash(entry):
                return position, "hash"
            if not self._is_in_place(entry):
                return position, "place"
            if entry["id"] in changed_notes:
                return position, "note"
            prev_hash = entry["hash"]
        if (len(entries), prev_hash) != (head or (0, "")):
            # The last ones are gone, or all were written anew.
            ends_early = head and len(entries) < head[0]
            return (
                (len(entries) + 1, "missing") if ends_early else (len(entries), "hash")
            )
        return None

    @api.model
    def _is_in_place(self, entry):
        kind, _colon, number = entry["chain"].partition(":")
        return str(entry["case_id" if kind == "case" else "company_id"]) == number

    @api.model
    def _read_written_heads(self, chains):
        """Return {chain: (seq, hash)} of what the database noted with each entry."""
        rows = self.env.execute_query(
            SQL(
                "SELECT chain, seq, hash FROM payment_reminder_event_head"
                " WHERE chain = ANY(%s)",
                chains,
            )
        )
        return {chain: (seq, digest) for chain, seq, digest in rows}

    @api.model
    def _list_chains(self):
        """Return the names of all chains, those included that have no entry left."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT chain FROM payment_reminder_event_head"
                " UNION SELECT chain FROM payment_reminder_event ORDER BY 1"
            )
        )
        return [chain for (chain,) in rows]

    # -- telling ------------------------------------------------------------------

    @api.model
    def _explain_broken(self, seq, what):
        """Say in words what is wrong with an entry."""
        texts = {
            "missing": self.env._("Entry %s is missing.", seq),
            "prev_hash": self.env._(
                "Entry %s does not follow on the one before it: one of the two was "
                "changed, put in or taken out.",
                seq,
            ),
            "hash": self.env._("Entry %s was changed after it was written.", seq),
            "place": self.env._("Entry %s was moved to another case or company.", seq),
            "note": self.env._("The note of entry %s was changed.", seq),
        }
        return texts[what]

    @api.model
    def _get_chain_record(self, chain):
        """Return the case or the company that a chain belongs to (may be gone)."""
        kind, _colon, number = chain.partition(":")
        model = "payment.reminder.case" if kind == "case" else "res.company"
        return self.env[model].sudo().browse(int(number)).exists()

    def _describe_broken(self, broken):
        """Return one line for each broken chain of a result of the check."""
        return [
            f"{self._get_chain_record(chain).display_name or chain}: "
            f"{self._explain_broken(*found)}"
            for chain, found in broken.items()
        ]

    @api.model
    def action_check_all(self):
        """Check every chain of the user's companies and say what was found."""
        self.env["res.users"]._check_reminder_manager()
        mine = self.env.companies
        cases = self.env["payment.reminder.case"].sudo()
        wanted = {f"company:{company.id}" for company in mine} | {
            f"case:{case_id}"
            for case_id in cases._search([("company_id", "in", mine.ids)])
        }
        chains = [chain for chain in self._list_chains() if chain in wanted]
        return self._tell_result(len(chains), self._check_in_batches(chains))

    @api.model
    def _get_chain_company(self, chain):
        record = self._get_chain_record(chain)
        return record.company_id if record._name != "res.company" else record

    @api.model
    def _check_in_batches(self, chains):
        broken = {}
        for start in range(0, len(chains), CHAINS_PER_BATCH):
            broken |= self._find_broken_chains(chains[start : start + CHAINS_PER_BATCH])
        return broken

    @api.model
    def _tell_result(self, count, broken):
        """Return the notification that says what a check found.

        :param count: of the chains that were walked
        """
        if broken:
            message = "\n".join(self._describe_broken(broken))
        elif count == 1:
            message = self.env._(
                "Every entry is as it was written, and none is missing."
            )
        else:
            message = self.env._(
                "%s trails: every entry is as it was written, and none is missing.",
                count,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("The trail was changed")
                if broken
                else self.env._("The trail is whole"),
                "message": message,
                "type": "danger" if broken else "success",
                "sticky": bool(broken),
            },
        }

    # -- every night --------------------------------------------------------------

    @api.model
    def _cron_check_trail(self):
        """Check all chains; tell the managers and the log of what was tampered with."""
        chains = self._list_chains()
        broken = {}
        left = len(chains)
        for start in range(0, len(chains), CHAINS_PER_BATCH):
            batch = chains[start : start + CHAINS_PER_BATCH]
            found = self._find_broken_chains(batch)
            self._report_broken(found)
            broken |= found
            left -= len(batch)
            if not transactions.report_progress(self.env, len(batch), left):
                return
        if not broken:
            self._log_anchor(len(chains))

    @api.model
    def _log_anchor(self, count):
        """Write a digest of the whole trail where the database does not reach.

        Of what is an hour old: no transaction has an entry before those in its hands.
        """
        settled = fields.Datetime.now() - timedelta(hours=1)
        old = self.sudo().search([("date", "<", settled)], order="id desc", limit=1)
        last, digest = self._get_anchor(old.id or 0)
        if last:
            _logger.info(
                "The trail of payment reminders is whole: %s chains, anchor %s up to "
                "entry %s",
                count,
                digest,
                last,
            )

    @api.model
    def _get_anchor(self, until=None):
        """Return what vouches for all entries at once.

        :param until: id of the last entry that counts; None: of all
        :return: (id of the last entry, SHA-256 over the hashes in the order of ids)
        """
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT max(id),
                       encode(sha256(string_agg(hash, '' ORDER BY id)::bytea), 'hex')
                  FROM payment_reminder_event
                 WHERE id <= %s
                """,
                2**31 - 1 if until is None else until,
            )
        )
        return row

    @api.model
    def _report_broken(self, broken):
        """Tell the log and the managers, of each broken chain once.

        The log gets no more than where to look.
        """
        managers = self.env.ref("payment_reminders.group_reminder_manager")
        for chain, (seq, what) in broken.items():
            _logger.error(
                "The trail of payment reminders was changed: chain %s, entry %s (%s)",
                chain,
                seq,
                what,
            )
            record = self._get_chain_record(chain)
            company = self._get_chain_company(chain)
            thread = record.partner_id if record == company else record
            if not thread:
                continue
            known = thread.activity_ids.mapped("summary")
            for user in managers.all_user_ids.filtered(
                lambda user, company=company: user.active
                and company in user.company_ids
            ):
                told = self.with_context(lang=user.lang)
                summary = told.env._("The trail was changed: entry %s", seq)
                if summary not in known:
                    thread.activity_schedule(
                        "mail.mail_activity_data_todo",
                        summary=summary,
                        note=told._explain_broken(seq, what),
                        user_id=user.id,
                    )
