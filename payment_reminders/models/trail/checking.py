"""Walking the chains of the trail: is it still what was written?"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ...tools import transactions
from .event import HASH_VERSION

#: The anchor of the trail is kept in the server's log: its name outlives moved files.
_logger = logging.getLogger("odoo.addons.payment_reminders.trail")

CHAINS_PER_BATCH = 200
#: The name under which it is noted how far the check has come.
ROUND = "trail"
#: What a round has found up to there.
WHOLE, BROKEN = "whole", "broken"
#: A round that takes longer is told.
ROUND_DAYS = 2


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
    def _find_broken_chains(self, chains, only_new=False):
        """Walk chains from their first entry; return the first wrong one of each.

        :param chains: list of names, "case:<id>" or "company:<id>"
        :param only_new: walk what was written since the last nightly check alone
        :return: {chain: (seq, what is wrong)}, what being ``missing``, ``prev_hash``
            (does not follow on the one before), ``hash`` (was changed), ``place``
            (belongs to another record) or ``note``; whole chains are left out
        """
        self.flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT e.id, e.chain, e.seq, e.kind, e.date, e.user_id, e.payload,
                       e.prev_hash, e.hash, e.case_id, e.company_id,
                       c.company_id AS case_company_id
                  FROM payment_reminder_event e
             LEFT JOIN payment_reminder_case c ON c.id = e.case_id
             LEFT JOIN payment_reminder_event_seen s ON s.chain = e.chain AND %s
                 WHERE e.chain = ANY(%s)
                   AND e.seq > COALESCE(s.seq, 0)
                 ORDER BY e.chain, e.seq, e.id
                """,
                only_new,
                chains,
            )
        )
        heads = self._read_written_heads(chains)
        seen = self.env["payment.reminder.event.seen"]._read_ends(chains)
        changed_notes = self._find_changed_notes(rows)
        by_chain = {chain: [] for chain in chains}
        for row in rows:
            by_chain[row["chain"]].append(row)
        broken = {}
        for chain, entries in by_chain.items():
            found = self._walk(
                entries, heads.get(chain), changed_notes, seen.get(chain), only_new
            )
            if found:
                broken[chain] = found
        return broken

    @api.model
    def _walk(self, entries, head, changed_notes, seen=None, only_new=False):
        """Return (seq, what is wrong) of the first wrong entry of a chain, or None.

        :param entries: its rows in order
        :param head: (seq, hash) that the database noted last, None when there is none
        :param seen: (seq, hash) of its end at the last nightly check, None before it
        :param only_new: the rows are those after that end
        """
        before, prev_hash = seen if seen and only_new else (0, "")
        version = 1
        for position, entry in enumerate(entries, start=before + 1):
            if entry["seq"] != position:
                return position, "missing"
            if entry["prev_hash"] != prev_hash:
                return position, "prev_hash"
            # An entry vouches for no less than the one before it.
            version = max(version, _get_version(entry["hash"]))
            if entry["hash"] != self._get_hash(entry, version):
                return position, "hash"
            if seen and position == seen[0] and entry["hash"] != seen[1]:
                return position, "hash"
            if not self._is_in_place(entry):
                return position, "place"
            if entry["id"] in changed_notes:
                return position, "note"
            prev_hash = entry["hash"]
        count = before + len(entries)
        if count < max(head[0] if head else 0, seen[0] if seen else 0):
            # The last ones are gone, with the end of the chain or without.
            return count + 1, "missing"
        if (count, prev_hash) != (head or (0, "")):
            # All were written anew.
            return count, "hash"
        return None

    @api.model
    def _is_in_place(self, entry):
        kind, _colon, number = entry["chain"].partition(":")
        if kind != "case":
            return str(entry["company_id"]) == number
        # Entries of the first version do not vouch for their company themselves.
        is_of_company = entry["company_id"] == entry["case_company_id"]
        return str(entry["case_id"]) == number and is_of_company

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
                " UNION SELECT chain FROM payment_reminder_event"
                " UNION SELECT chain FROM payment_reminder_event_seen ORDER BY 1"
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
        """Check the trail; tell the managers and the log of what was tampered with.

        What is new first, and whether all is still there that was seen before; then
        all chains from their first entry, in rounds. A start that is cut off goes on
        in the round where the one before it stopped.
        """
        progress = self.env["payment.reminder.progress"]
        stage, position, since = progress._read_place(ROUND)
        if not stage:
            self.env["payment.reminder.case"]._check_sample()
        self._tell_of_long_round(since)
        broken = self._find_lost()
        self._report_broken(broken)
        left = self._count_heads(position)
        if not self._check_new(broken, left):
            progress._note_place(ROUND, _name_stage(stage, broken), position)
            return
        if not stage or self._is_anchor_old():
            self._drop_anchor(broken)
        while heads := self._read_heads_after(position):
            chains = [chain for _id, chain in heads]
            found = self._find_broken_chains(chains)
            self._report_broken(
                {chain: found[chain] for chain in found if chain not in broken}
            )
            broken |= found
            position = heads[-1][0]
            left = max(left - len(heads), 0)
            if left:
                # Also whoever is killed now goes on here.
                progress._note_place(ROUND, _name_stage(stage, broken), position)
            if not transactions.report_progress(self.env, len(heads), left) and left:
                self._tell_of_long_round(since)
                return
        progress._note_end(ROUND)
        transactions.report_progress(self.env, 0, 0)
        if _name_stage(stage, broken) == WHOLE:
            self._log_whole()

    @api.model
    def _find_lost(self):
        """Return {chain: (seq, what)} of ends that were seen and are not there now.

        Whoever cut off a tail and set the end back with it, or took a whole chain out,
        is found by this at once, and so is an end of which there is no note.
        """
        self.flush_model()
        # One look-up by (chain, seq) for each chain; the other one reads indexes alone.
        lost = self.env.execute_query(
            SQL(
                """
                SELECT s.chain
                  FROM payment_reminder_event_seen s
             LEFT JOIN payment_reminder_event e ON e.chain = s.chain AND e.seq = s.seq
                 WHERE e.hash IS DISTINCT FROM s.hash
                 UNION
                SELECT e.chain
                  FROM payment_reminder_event e
             LEFT JOIN payment_reminder_event_head h ON h.chain = e.chain
                 WHERE h.id IS NULL
                """
            )
        )
        return self._check_in_batches([chain for (chain,) in lost])

    @api.model
    def _check_new(self, broken, left):
        """Walk what was written since the last check, and remember what is whole.

        :param broken: {chain: (seq, what)} of what is known, added to
        :param left: so many chains are looked at after this
        :return: whether there is time for more
        """
        seen = self.env["payment.reminder.event.seen"]
        chains = [chain for chain in seen._list_grown() if chain not in broken]
        waiting = len(chains)
        for start in range(0, len(chains), CHAINS_PER_BATCH):
            batch = chains[start : start + CHAINS_PER_BATCH]
            found = self._find_broken_chains(batch, only_new=True)
            self._report_broken(found)
            broken |= found
            seen._remember([chain for chain in batch if chain not in found])
            waiting -= len(batch)
            rest = waiting + left
            if not transactions.report_progress(self.env, len(batch), rest) and rest:
                return False
        return True

    @api.model
    def _count_heads(self, position):
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM payment_reminder_event_head WHERE id > %s",
                position,
            )
        )
        return count

    @api.model
    def _read_heads_after(self, position):
        """Return [(id, chain)] of the next chains of the round."""
        return self.env.execute_query(
            SQL(
                """
                SELECT id, chain FROM payment_reminder_event_head
                 WHERE id > %s ORDER BY id LIMIT %s
                """,
                position,
                CHAINS_PER_BATCH,
            )
        )

    # -- the anchor -----------------------------------------------------------------

    @api.model
    def _is_anchor_old(self):
        last = self.env["payment.reminder.event.anchor"].sudo()._get_last()
        return not last or last.date < fields.Datetime.now() - timedelta(hours=20)

    @api.model
    def _drop_anchor(self, broken):
        """Compare the last anchor with the trail, and write the next one.

        Here, and where the database does not reach. Of what is an hour old: no
        transaction has an entry before those in its hands.

        :param broken: what is known to be wrong: then there is no new anchor
        """
        anchors = self.env["payment.reminder.event.anchor"].sudo()
        known = anchors._get_last()
        if known and self._get_anchor(known.last_id) != (known.last_id, known.digest):
            self._report_rewritten(known)
            return
        settled = fields.Datetime.now() - timedelta(hours=1)
        old = self.sudo().search([("date", "<", settled)], order="id desc", limit=1)
        last, digest = self._get_anchor(old.id or 0)
        if not last or broken:
            return
        anchors.create(
            {"date": fields.Datetime.now(), "last_id": last, "digest": digest}
        )
        _logger.info(
            "The trail of payment reminders: anchor %s up to entry %s", digest, last
        )

    @api.model
    def _log_whole(self):
        """Write that a whole round found nothing, with the anchor that holds."""
        anchor = self.env["payment.reminder.event.anchor"].sudo()._get_last()
        if anchor:
            _logger.info(
                "The trail of payment reminders is whole: %s chains, anchor %s up to "
                "entry %s",
                self._count_heads(0),
                anchor.digest,
                anchor.last_id,
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
        for chain, (seq, what) in broken.items():
            _logger.error(
                "The trail of payment reminders was changed: chain %s, entry %s (%s)",
                chain,
                seq,
                what,
            )
            record = self._get_chain_record(chain)
            company = self._get_chain_company(chain)
            if not company:
                # Case and all are gone: whoever is left has to know.
                for other in self.env["res.company"]._get_reminder_companies():
                    self._tell_of_change(other.partner_id, other, seq, what)
                continue
            thread = company.partner_id if record == company else record
            self._tell_of_change(thread, company, seq, what)

    @api.model
    def _tell_of_change(self, thread, company, seq, what):
        self._tell_managers(
            thread,
            company,
            lambda told: (
                told.env._("The trail was changed: entry %s", seq),
                told._explain_broken(seq, what),
            ),
        )

    @api.model
    def _report_rewritten(self, anchor):
        """Tell that entries which an anchor vouched for are not as they were."""
        _logger.error(
            "The trail of payment reminders was changed: its entries up to %s do not "
            "give the anchor %s of %s any more",
            anchor.last_id,
            anchor.digest,
            anchor.date,
        )
        for company in self.env["res.company"]._get_reminder_companies():
            self._tell_managers(
                company.partner_id,
                company,
                lambda told: (
                    told.env._("The trail was changed: an anchor does not hold"),
                    told.env._(
                        "Entries of the trail up to number %(entry)s were changed or "
                        "taken out after %(date)s: together they do not give the "
                        "anchor of that day any more. Compare with a backup, and with "
                        "the anchors in the log of the server.",
                        entry=anchor.last_id,
                        date=format_datetime(told.env, anchor.date, dt_format="short"),
                    ),
                ),
            )

    @api.model
    def _tell_of_long_round(self, since):
        """Tell the managers when a round is not finished after two days.

        :param since: when it began; None between two rounds
        """
        if not since or since > fields.Datetime.now() - timedelta(days=ROUND_DAYS):
            return
        _logger.error(
            "The check of the trail of payment reminders is not finished since %s",
            since,
        )
        for company in self.env["res.company"]._get_reminder_companies():
            self._tell_managers(
                company.partner_id,
                company,
                lambda told: (
                    told.env._("The trail has not been checked for days"),
                    told.env._(
                        "The nightly check of the trail began a round on %s and has "
                        "not come to its end. What is new is looked at first, and the "
                        "rest goes on where it stopped. Let the scheduled action run "
                        "longer or more often, and look into the log of the server.",
                        format_datetime(told.env, since, dt_format="short"),
                    ),
                ),
            )

    @api.model
    def _tell_managers(self, thread, company, say):
        """Leave an activity for each manager of a company, unless it is there.

        :param thread: the record that gets it
        :param say: returns (summary, note) in the language of the one who is told
        """
        managers = self.env.ref("payment_reminders.group_reminder_manager").sudo()
        known = thread.activity_ids.mapped("summary")
        for user in managers.all_user_ids:
            if not user.active or company not in user.company_ids:
                continue
            summary, note = say(self.with_context(lang=user.lang))
            if summary not in known:
                thread.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=summary,
                    note=note,
                    user_id=user.id,
                )


def _name_stage(before, broken):
    """Return the name under which a round goes on: nothing was wrong in it, or was."""
    return BROKEN if broken or before == BROKEN else WHOLE


def _get_version(digest):
    """Return in which version of the canonical form an entry was hashed."""
    version = (digest or "").partition("$")[0]
    return int(version) if version.isascii() and version.isdigit() else HASH_VERSION
