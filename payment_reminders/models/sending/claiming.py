"""What the sender does before the wire: screen what is ripe, make it its own, and read
for the whole batch what the guard will be asked."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import guard
from ...rules.lifecycle import WAITING
from ...rules.verdict import EARLY
from ...tools import row_versions, transactions
from ...tools.decimals import to_decimal
from ...tools.on_the_wire import is_printing
from ..books.money_places import MONEY_DAYS
from .sender import Seen

_logger = logging.getLogger(__name__)


class PaymentReminderSender(models.AbstractModel):
    _inherit = "payment.reminder.sender"

    @api.model
    def _prepare(self, reminders, ticket):
        """Judge notices and claim those that may go; a bad one harms no other.

        :param ticket: marks the claims of this run
        :return: (claimed notices, {notice: codes} of those that were stopped)
        """

        def work(env):
            claimed, stopped = self.with_env(env)._screen_and_claim(
                reminders.with_env(env), ticket
            )
            return claimed.ids, {r.id: codes for r, codes in stopped.items()}

        try:
            claimed_ids, stopped = transactions.run(self.env, work)
        except Exception as error:
            if len(reminders) == 1:
                _logger.exception("Reminder %s cannot be prepared", reminders.id)
                self.env["payment.reminder.paperwork"]._note_trouble(reminders, error)
                return reminders.browse(), {}
            halves = [self._prepare(reminder, ticket) for reminder in reminders]
            return (
                reminders.browse().union(*(claimed for claimed, _stopped in halves)),
                {
                    r: codes
                    for _claimed, stopped in halves
                    for r, codes in stopped.items()
                },
            )
        return (
            reminders.browse(claimed_ids),
            {reminders.browse(id_): codes for id_, codes in stopped.items()},
        )

    @api.model
    def _screen_and_claim(self, reminders, ticket):
        """Hold what the guard stops and claim what may go.

        The cases are locked first and with the notices, as a refresh does it; what
        somebody else has locked is judged, but left as it is.
        """
        cases = reminders.case_id.try_lock_for_update()
        free = reminders.filtered(lambda r: r.case_id in cases).try_lock_for_update()
        now = fields.Datetime.now()
        facts = self.env["payment.reminder.facts"]._read_guard_facts(reminders, now)
        in_time = self._filter_sending_time(reminders)
        ripe = self.env["payment.reminder"]
        stopped = {}
        for reminder in reminders:
            fact = facts[reminder]
            codes = guard.check(fact, now)
            if codes:
                stopped[reminder] = codes
                if reminder in free:
                    self._stop(reminder, codes, fact)
            elif (
                reminder.state == "approved"
                and reminder in free
                and self._may_leave_now(reminder, fact, reminder in in_time)
            ):
                ripe |= reminder
        # Its paperwork looks, whatever becomes of it.
        with ripe.case_id._look_once(at_end=False):
            self._claim(ripe, ticket)
        return ripe, stopped

    @api.model
    def _stop(self, reminder, codes, facts):
        """Hold a notice that the guard stopped; one that is not ready just waits."""
        if reminder.state == "approved" and not facts.approved:
            reminder._lapse_approval(codes, facts)
        elif reminder.state == "approved" and set(codes) - EARLY:
            reminder._hold_by_guard(codes, facts)
        elif reminder.state in WAITING:
            reminder._note_verdict(codes, facts)

    @api.model
    def _may_leave_now(self, reminder, facts, in_time):
        """Tell whether an approved notice that may leave can do so now (hook).

        A letter waits for a person who prints.

        :param facts: :class:`rules.guard.Facts` of the notice
        :param in_time: whether it is a working hour where the debtor is
        """
        by_letter = self._goes_by_letter(reminder, facts.recipients)
        if reminder.to_print != by_letter:
            reminder.sudo().to_print = by_letter
        if by_letter != is_printing():
            return False
        # Nobody is woken by a letter.
        return in_time or (by_letter and reminder.step_id.channel_mode != "all")

    @api.model
    def _goes_by_letter(self, reminder, recipients):
        """Tell whether a person has to print a notice for it to leave.

        :param recipients: ("channel:address", ...), see :class:`rules.guard.Facts`
        """
        return any(
            text.startswith("letter:") for text in recipients
        ) and reminder._goes_by_letter(recipients)

    @api.model
    def _filter_sending_time(self, reminders):
        """Return the notices whose debtor has a working hour of a business day now."""
        now = fields.Datetime.now()
        moments = self._find_moments(dict.fromkeys(reminders, now))
        return reminders.filtered(lambda reminder: moments[reminder] == now)

    @api.model
    def _find_moments(self, since):
        """Return the first moment at which the clock lets each of these notices leave.

        :param since: {notice: the earliest moment (UTC) for it}
        :return: {notice: moment (UTC)}
        """
        cases = self.env["payment.reminder"].union(*since).case_id
        places = self.env["payment.reminder.facts"]._get_places(cases)
        found = {}
        for reminder, moment in since.items():
            calendar, zone = places[reminder.case_id.id]
            found[reminder] = calendar.first_moment(moment, zone)
        return found

    @api.model
    def _claim(self, reminders, ticket):
        """Make notices ours: figures of today, deliveries, messages."""
        if not reminders:
            return
        self._set_figures(reminders)
        self._make_deliveries(reminders)
        reminders._set_state(
            "sending", sending_since=fields.Datetime.now(), sending_ticket=ticket
        )
        self.env["payment.reminder.event"]._log(
            [(r.case_id, "sending", {"reminder": r.id}) for r in reminders]
        )
        first = reminders.delivery_ids.browse()
        for reminder in reminders:
            pending = reminder.delivery_ids.filtered(lambda d: d.state == "pending")
            channel = pending[:1].channel
            first |= pending.filtered(lambda d, first=channel: d.channel == first)
        for _channel, deliveries in first.grouped("channel").items():
            deliveries._get_wire().prepare(deliveries)

    @api.model
    def _set_figures(self, reminders):
        """Compute fee, interest and deadline for the day on which they leave."""
        today = {c: c._get_reminder_today() for c in reminders.company_id}
        figures = self.env["payment.reminder.figures"]._compute(
            [
                (
                    r.case_id,
                    r.step_id,
                    [
                        (
                            line.item_id,
                            to_decimal(
                                line.amount_residual, r.currency_id.decimal_places
                            ),
                        )
                        for line in r.line_ids
                    ],
                )
                for r in reminders
            ],
            today,
        )
        proposal = self.env["payment.reminder.proposal"]
        calendars = self.env["payment.reminder.facts"]._get_calendars(reminders.case_id)
        for reminder, figure in zip(reminders, figures, strict=True):
            if reminder.has_fee_limit:
                reminder._limit_fee(figure)
            vals = proposal._prepare_figures_vals(figure)
            if reminder._is_demand():
                vals["deadline_date"] = reminder._get_deadline(
                    today[reminder.company_id], calendars[reminder.case_id.id]
                )
            reminder.write(vals)
            for line in reminder.line_ids:
                item = line.item_id
                total = float(figure.interest_by_item.get(item.id, 0))
                # What is not new of it was claimed by other notices.
                known = (line.amount_interest, line.interest_before)
                if known != (total, item.interest_claimed):
                    line.write(
                        {
                            "amount_interest": total,
                            "interest_before": item.interest_claimed,
                        }
                    )

    @api.model
    def _find_as_rendered(self, reminders):
        """Return the ids of deliveries whose message asks what is to be asked now, and
        of whom.

        It was rendered with all of its batch, minutes ago perhaps. The guard compares
        the invoices; this compares the address, the customer's contact, the open fees
        and interest, the names and accounts in the text, and a statement of account
        that goes along, under the same locks.
        """
        wanted = self._prepare_deliveries(reminders)
        costs = reminders.case_id._read_costs()
        found = set()
        for reminder in reminders:
            open_costs = sum(costs[reminder.case_id.id].values())
            if (
                reminder.currency_id.is_zero(open_costs - reminder.amount_costs_before)
                and reminder.worded_for == reminder._get_worded_for()
                and (
                    not reminder.statement_digest
                    or self.env["payment.reminder.statement"]._is_as_attached(reminder)
                )
            ):
                found.update(
                    delivery.id
                    for delivery in reminder.delivery_ids
                    if delivery.key in wanted
                    and wanted[delivery.key]["partner_id"] == delivery.partner_id.id
                )
        return found

    # -- read for the whole batch ---------------------------------------------------

    @api.model
    def _read_ahead(self, reminders, ticket):
        """Read for a batch at once what the guard is asked under the locks of each.

        There one statement tells whether any row of it is another by now; then, and
        when this takes long, all is read again. The caller's transaction sees one
        moment, at which these rows and these facts belong together.

        :return: {notice: :class:`Seen`}; those of which nothing was read are left out
        """
        if not reminders or not self._may_read_ahead():
            return {}
        try:
            self.env.flush_all()
            seen = self._read_versions(reminders)
            now = fields.Datetime.now()
            facts = self.env["payment.reminder.facts"]._read_guard_facts(reminders, now)
            as_rendered = self._find_as_rendered(reminders)
        except Exception:
            _logger.exception("%s are read one by one", reminders)
            transactions.rollback(self.env)
            return {}
        for reminder, one in seen.items():
            one.facts = facts[reminder]
            one.as_rendered = as_rendered & set(reminder.delivery_ids.ids)
        return {
            reminder: one
            for reminder, one in seen.items()
            # A service is asked just before its notice leaves, and all is read then; a
            # statement of account has rows that the guard does not read.
            if reminder._is_claimed(ticket)
            and not reminder.is_elsewhere
            and not reminder.statement_digest
        }

    @api.model
    def _may_read_ahead(self):
        """Tell whether all that the guard reads lies in rows that we know of.

        An addon that has a say in the facts may read what it likes: then everything is
        read under the locks.
        """
        facts = self.env["payment.reminder.facts"]
        return not facts._has_payment_orders() and all(
            part._module == self._original_module
            for part in facts._model_classes__
            if getattr(part, "_name", None) == facts._name
        )

    @api.model
    def _read_versions(self, reminders):
        """Return {notice: :class:`Seen`} with its rows and their versions, no facts."""
        facts = self.env["payment.reminder.facts"]
        rows = self._find_rows(reminders)
        people = facts._read_people(reminders.case_id)
        recipients = facts._read_recipients(reminders.case_id)
        roots = facts._get_roots(reminders.company_id)
        # For all of them, so that none of their rows is read alone.
        facts._get_payers(reminders.case_id)
        seen = {}
        for reminder in reminders:
            case = reminder.case_id
            addresses = {
                address
                for reached in recipients[case.id].values()
                for _partner, address in reached
            } | set(reminder.delivery_ids.mapped("recipient"))
            ids = {
                "notice": reminder.ids,
                "case": case.ids,
                "company": reminder.company_id.ids,
                "move": rows[reminder.id]["account_move"],
                "payer": facts._get_payers(case).ids,
                "partner": people[case].ids
                + rows[reminder.id]["res_partner"]
                + reminder.company_id.partner_id.ids,
                "approver": reminder.approved_by_id.ids,
            }
            root_id = roots[reminder.company_id.id]
            tree = [id_ for id_, its_root in roots.items() if its_root == root_id]
            seen[reminder] = Seen(
                rows=rows[reminder.id],
                keys=[
                    (reminder.id, kind, id_)
                    for kind, some in ids.items()
                    for id_ in sorted(set(some))
                ]
                # One digest for all notices of a group of companies.
                + [(-root_id, "tree", id_) for id_ in sorted(tree)],
                addresses=[(reminder.id, text) for text in sorted(addresses)],
            )
        versions = self._compare_rows(list(seen.values()))
        for one in seen.values():
            owners = {owner for owner, _kind, _id in one.keys}
            one.versions = {owner: versions.get(owner) for owner in owners}
        return seen

    @api.model
    def _compare_rows(self, seen):
        """Read the versions of the rows of some notices, see ``tools.row_versions``.

        :param seen: list of :class:`Seen`
        :return: {owner: digest}
        """
        self.env.flush_all()
        return row_versions.read(
            self.env,
            list(dict.fromkeys(key for one in seen for key in one.keys)),
            [pair for one in seen for pair in one.addresses],
            since=fields.Date.today() - timedelta(days=MONEY_DAYS),
        )

    @api.model
    def _find_rows(self, reminders):
        """Find which rows are to be locked for each notice; only ids are read.

        Who corrects an address of it has to wait, too.

        :return: {notice id: {table: ids}}
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                # By the indexes of the lines and deliveries on their notice, then by
                # primary keys.
                """
                SELECT notice.id, notice.company_id, notice.case_id,
                       notice.is_elsewhere, state.partner_id,
                       books.moves, books.partners,
                       ARRAY(SELECT delivery.partner_id
                               FROM payment_reminder_delivery delivery
                              WHERE delivery.reminder_id = notice.id
                                AND delivery.partner_id IS NOT NULL)
                  FROM payment_reminder notice
                  JOIN payment_reminder_case state ON state.id = notice.case_id
                  LEFT JOIN LATERAL (
                       SELECT ARRAY_AGG(move.id) AS moves,
                              ARRAY_AGG(move.partner_id)
                              || ARRAY_AGG(move.commercial_partner_id) AS partners
                         FROM payment_reminder_line line
                         JOIN payment_reminder_item item ON item.id = line.item_id
                         JOIN account_move_line entry ON entry.id = item.move_line_id
                         JOIN account_move move ON move.id = entry.move_id
                        WHERE line.reminder_id = notice.id
                       ) books ON TRUE
                 WHERE notice.id = ANY(%s)
                """,
                reminders.ids,
            )
        )
        there = {}
        if elsewhere := reminders.browse(row[0] for row in rows if row[3]):
            there = self.env["payment.reminder.source"]._find_all_rows(elsewhere)
        return {
            notice_id: {
                **there.get(notice_id, {}),
                "res_partner": sorted(
                    {partner_id, *(partners or ()), *receivers} - {None}
                ),
                "account_move": sorted(set(moves or ())),
                "payment_reminder_case": [case_id],
                "payment_reminder": [notice_id],
                "res_company": [company_id],
            }
            for (
                notice_id,
                company_id,
                case_id,
                _is_elsewhere,
                partner_id,
                moves,
                partners,
                receivers,
            ) in rows
        }

    @api.model
    def _render_again(self, reminder, ticket):
        """Make the figures and the messages of a claimed notice anew.

        :return: whether that could be done; else it goes back to the queue
        """

        def work(env):
            mine = reminder.with_env(env)
            transactions.lock(mine.case_id, mine)
            if not mine._is_claimed(ticket):
                return False
            own = self.with_env(env)
            own._set_figures(mine)
            own._make_deliveries(mine)
            return True

        try:
            done = transactions.run(self.env, work)
        except Exception:
            _logger.exception("Reminder %s cannot be rendered again", reminder.id)
            return False
        # The caller reads the new deliveries.
        transactions.commit(self.env)
        return done

    @api.model
    def _make_deliveries(self, reminders):
        """Write down every attempt that may be made, before any is made.

        What was tried before and did not leave is taken up again, rendered anew;
        what left, or may have left, is not, nor does another address of its channel get
        it then. What waits for an address that is theirs no more stays there.
        """
        Delivery = self.env["payment.reminder.delivery"].sudo()
        left = {
            (delivery.reminder_id.id, delivery.channel)
            for delivery in reminders.delivery_ids
            if delivery.state in ("sending", "sent", "uncertain")
        }
        before = set(reminders.delivery_ids.mapped("key"))
        vals_by_key = {
            key: vals
            for key, vals in self._prepare_deliveries(reminders).items()
            if key in before or (vals["reminder_id"], vals["channel"]) not in left
        }
        stale = reminders.delivery_ids.filtered(
            lambda d: d.state == "pending" and d.key not in vals_by_key
        ).sudo()
        stale._drop_draft()
        stale.write({"state": "skipped"})
        known = Delivery.search([("key", "in", list(vals_by_key))])
        for delivery in known:
            vals = vals_by_key.pop(delivery.key)
            if delivery.state in ("pending", "failed", "skipped"):
                delivery._drop_draft()
                delivery.write(
                    {
                        **vals,
                        "state": "pending",
                        "date_sent": False,
                        "failure_reason": False,
                    }
                )
        Delivery.create(list(vals_by_key.values()))
        reminders.invalidate_recordset(["delivery_ids"])
        for reminder in reminders:
            reminder.worded_for = reminder._get_worded_for()
            if reminder.statement_digest:
                # It is read anew with the message, where one is still to be made.
                reminder.statement_digest = False

    @api.model
    def _prepare_deliveries(self, reminders):
        Delivery = self.env["payment.reminder.delivery"]
        facts = self.env["payment.reminder.facts"]
        recipients = facts._read_recipients(reminders.case_id)
        vals_by_key = {}
        for reminder in reminders:
            channels = self._get_delivery_channels(reminder)
            for sequence, channel in enumerate(channels):
                reached = recipients[reminder.case_id.id].get(channel, [])
                for partner, address in facts._get_addressees(reached):
                    key = Delivery._get_key(reminder, channel, address)
                    vals_by_key[key] = {
                        "key": key,
                        "reminder_id": reminder.id,
                        "case_id": reminder.case_id.id,
                        "company_id": reminder.company_id.id,
                        "partner_id": partner.id,
                        "sequence": sequence,
                        "channel": channel,
                        "recipient": address,
                    }
        return vals_by_key

    @api.model
    def _get_delivery_channels(self, reminder):
        """Return the codes of the channels to try now, in their order (hook)."""
        channels = reminder._get_channels()
        if not is_printing() or "letter" not in channels:
            return channels
        if reminder.step_id.channel_mode == "all":
            # Last: its outcome is open for a while.
            return [code for code in channels if code != "letter"] + ["letter"]
        return ["letter"]
