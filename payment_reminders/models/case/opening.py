"""How cases come to be: what has fallen due is put into the case of its customer."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import balance, statute
from ...rules.lifecycle import WAITING
from ...tools import bulk, transactions
from .progress import Stage

#: How many customers a scheduled action takes at a time.
CASES_PER_BATCH = 500
#: How many of which only a date moves.
WAITING_PER_BATCH = 10_000
#: So many cases that are opened at a time get their keys at once. Of fewer these cost
#: more than to read the cases again the next night, which takes the keys then.
KEYED_FROM = 10


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    @api.model
    def _cron_refresh(self):
        """Open cases for what has fallen due, and look at every open case again."""
        # Following the books needs no right of whoever starts it, and gives none.
        self = self.sudo()
        transactions.commit(self.env)
        companies = self.env["res.company"]._get_reminder_companies()
        self.env["payment.reminder.facts"]._key_bank_lines()
        # One that is opened now is followed there: it will not have moved.
        cases = self.search([("state", "!=", "closed")], order="id")
        cases |= self._find_reopened()
        elsewhere = self._get_sources(companies.filtered("reminder_sources"))
        for source in {source._name: source for _company, source in elsewhere}.values():
            cases |= source._find_reopened()
        is_done = self.env["payment.reminder.progress"]._work_through(
            "refresh",
            [
                Stage(
                    "companies",
                    lambda: companies,
                    lambda own: self.with_env(own.env)._let_go_of_moved(own),
                    size=1,
                ),
                *(self._get_opening_stage(company) for company in companies),
                *(
                    self._get_opening_stage(company, source)
                    for company, source in elsewhere
                ),
                *(cases._get_following_stages() if cases else ()),
            ],
        )
        if not is_done:
            return
        # A day more: some company's day may have begun.
        soon = fields.Date.add(fields.Date.today(), days=statute.WARNING_DAYS + 1)
        if self.search([("limitation_date", "<=", soon)], order="id", limit=1):
            self._warn_of_limitation()
        self.env["payment.reminder.ladder"]._warn_of_missing_rates(companies)
        laws = self.env["payment.reminder.jurisdiction"]
        if laws.search([("reviewed_until", "<=", soon)], limit=1):
            laws._warn_of_ends(companies)

    @api.model
    def _get_sources(self, companies):
        """Return [(company, source)] of invoices that are not in the books."""
        return [
            (company, source)
            for company in companies
            for source in self.env["payment.reminder.source"]._get_used(company)
        ]

    @api.model
    def _get_opening_stage(self, company, source=None):
        """Return the stage that opens what has fallen due in a company.

        So many customers at a time: what it needs of memory does not grow with what is
        due. In READ COMMITTED: who waited for the lock sees what was opened.

        :param source: where these live, None: in the books
        """
        lines = {}

        def find():
            lines.clear()
            for row in self._read_due(company, source=source):
                lines.setdefault(row["partner_id"], []).append(row["key"][0])
            return self.env["res.partner"].browse(lines)

        def work(customers):
            of_these = [line_id for id_ in customers.ids for line_id in lines[id_]]
            own = self.with_env(customers.env)
            # A model without records is false: it is compared with None.
            there = None if source is None else source.with_env(own.env)
            own._open_due(company.with_env(own.env), of_these, there)

        name = f"open:{company.id}"
        if source is not None:
            name = f"{name}:{source._get_code()}"
        return Stage(name, find, work, CASES_PER_BATCH)

    def _get_following_stages(self):
        """Return the stages that follow what moved of these cases, or of their days."""
        looked = []

        def begin():
            """Look once which cases moved, after the due ones were opened."""
            looked[:] = [self.env["payment.reminder.facts"]._find_changed(self)]
            return self.browse(looked[0].waiting)

        def look():
            if not looked:
                begin()
            return looked[0]

        return [
            Stage(
                "waiting", begin, lambda some: some._wait_on(look()), WAITING_PER_BATCH
            ),
            Stage(
                "windows",
                lambda: look().over,
                type(self)._end_hold_windows,
                WAITING_PER_BATCH,
            ),
            Stage(
                "cases",
                lambda: look().changed,
                lambda some: some._refresh_free(look().keys),
                CASES_PER_BATCH,
            ),
        ]

    @api.model
    def _find_reopened(self):
        """Return closed cases of which something may be owed again.

        The refresh after a payment is undone does this at once; this is for the
        one that a crash swallowed. A prefilter: it may find more than is owed, never
        less; the refresh of what it finds decides (:mod:`rules.lifecycle`).
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT item.case_id
                  FROM payment_reminder_item item
                  JOIN payment_reminder_case state ON state.id = item.case_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE state.state = 'closed'
                   AND item.is_dropped IS NOT TRUE
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency > 0
                """
            )
        )
        return self.browse(case_id for (case_id,) in rows)

    @api.model
    def _let_go_of_moved(self, company):
        """Free due items whose invoice is another customer's, currency's or company's.

        Somebody set it back to draft, changed it and posted it again. The case of
        whoever owes it now takes it up, at the bottom of its ladder; what is waiting to
        leave for the one before is cancelled. What a collection service has stays here
        until it has ended there: it must not be chased twice.
        """
        self._lock_opening(company)
        rows = self.env.execute_query(
            SQL(
                # Once a night, over all due items of the company: its cases by their
                # index on company_id, the rest by primary keys.
                """
                SELECT item.id
                  FROM payment_reminder_item item
                  JOIN payment_reminder_case own ON own.id = item.case_id
                  JOIN account_move move ON move.id = item.move_id
                  JOIN res_partner customer ON customer.id = move.commercial_partner_id
                  LEFT JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE own.company_id = %s
                   AND move.state = 'posted'
                   AND (own.partner_id NOT IN (move.commercial_partner_id,
                                               customer.commercial_partner_id)
                        OR own.company_id != move.company_id
                        OR own.currency_id != COALESCE(line.currency_id,
                                                       move.currency_id))
                """,
                company.id,
            )
        )
        items = self.env["payment.reminder.item"].browse(item_id for (item_id,) in rows)
        if given := items.handover_id:
            given._tell_moved()
            items = items.filtered(lambda item: not item.handover_id)
        # Who is busy with a case, a sender above all, comes first: another night.
        for case in items.case_id.try_lock_for_update():
            case._let_go(items.filtered(lambda item, case=case: item.case_id == case))

    def _let_go(self, items):
        """Free due items of this case whose invoice is somebody else's now."""
        self.ensure_one()
        told = self._in_staff_language()
        names = ", ".join(dict.fromkeys(item._get_trail_name() for item in items))
        notices = self.reminder_ids.filtered(lambda r: r.line_ids.item_id & items)
        notices.filtered(lambda r: r.state in WAITING)._cancel(
            told.env._(
                "%s is an invoice of another customer, currency or company now.", names
            )
        )
        items._let_go()
        self._log_event("invoice_moved", {"invoices": names, "items": items.ids})
        asked = notices.filtered("counts")
        if self.state != "closed" and asked and self.amount_costs:
            self._freeze(
                "manual",
                told.env._(
                    "%s was reminded of here and is another customer's now: look at "
                    "the open fees and interest, then release the case.",
                    names,
                ),
            )

    @api.model
    def _open_due(self, company, lines=None, source=None):
        """Put what has fallen due, or soon will, into cases of its customers.

        :param company: res.company that has a ladder
        :param lines: journal items to which this is limited, or refs of the source
        :param source: ``payment.reminder.source`` where these live, None: in the books
        :return: the cases that got something new
        """
        self._lock_opening(company)
        if lines is None:
            self._let_go_of_moved(company)
        return self._open_rows(company, self._read_due(company, lines, source), source)

    @api.model
    def _open_early(self, move):
        """Put the due items of an invoice into the case of its customer before time.

        :return: the case, or none: nothing of the invoice is chased
        """
        company = move.company_id
        is_ours = move.move_type in ("out_invoice", "out_receipt")
        if not is_ours or move.state != "posted" or not company.reminder_ladder_id:
            return self
        self._lock_opening(company)
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        until = max(lines.mapped("date_maturity"), default=None)
        reader = self.env["payment.reminder.facts"]
        rows = reader._read_candidates(company, until, lines=lines.ids) if until else []
        return self._open_rows(company, rows)

    @api.model
    def _lock_opening(self, company):
        """Let one transaction at a time move due items of a company."""
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), %s)",
            ["payment_reminder_case", company.id],
        )

    @api.model
    def _read_due(self, company, lines=None, source=None):
        """Read what is in no case yet and is due by the earliest nudge of a ladder.

        :return: rows of :meth:`payment.reminder.facts._read_candidates`
        """
        today = company._get_reminder_today()
        ahead = company._get_reminder_ladders()._get_days_ahead()
        until = fields.Date.add(today, days=ahead)
        reader = self.env["payment.reminder.facts"] if source is None else source
        return reader._read_candidates(company, until, lines=lines)

    @api.model
    def _open_rows(self, company, rows, source=None):
        """Put what was found to be due into cases of its customers.

        :param rows: of :meth:`payment.reminder.facts._read_candidates`
        :return: the cases that got something new
        """
        reader = self.env["payment.reminder.facts"] if source is None else source
        live = reader._read_due_items({row["key"][0] for row in rows})
        rows = [
            row
            for row in rows
            if row["key"] in live and balance.is_chased(live[row["key"]])
        ]
        if not rows:
            return self.browse()
        by_identity = defaultdict(list)
        for row in rows:
            identity = self._get_identity(
                company.id, row["partner_id"], row["currency_id"]
            )
            by_identity[identity].append(row)
        cases = self._find_or_open(company, by_identity)
        opened = self.browse([case.id for case in cases.values()])
        if source is not None:
            opened.filtered(lambda case: not case.is_elsewhere).is_elsewhere = True
        facts = self.env["payment.reminder.facts"]
        with opened._look_once():
            items = bulk.insert(
                self.env["payment.reminder.item"],
                [
                    self._prepare_item_vals(cases[identity], live[row["key"]])
                    for identity, group in by_identity.items()
                    for row in group
                ],
            )
            opened.invalidate_recordset(["item_ids"])
            # Before the books are read: what changes in between is seen the next time.
            keys = {}
            if len(opened) >= KEYED_FROM:
                keys = facts._read_keys(opened)
            live = facts._read_live(opened.item_ids)
            if company.reminder_holdout_percent:
                items._choose_holdout(live)
            opened._follow(live)
            opened._hold_backlog(company)
            if refused := items.filtered("agency_part_id"):
                refused._log_refused_parts()
        if keys:
            facts._keep_keys(opened, keys)
        return opened

    @api.model
    def _prepare_item_vals(self, case, seen):
        return {
            "case_id": case.id,
            "move_line_id": seen.line_id or False,
            "move_id": seen.move_id or False,
            "agency_part_id": seen.part_id or False,
            "source": seen.source,
            "source_ref": seen.ref or False,
            "source_number": seen.ref and seen.move_name or False,
            "date_due": seen.date_due,
            "amount_known": float(seen.owed),
            "amount_credited_known": float(seen.credited),
            "interest_claimed": 0.0,
        }

    @api.model
    def _get_identity(self, company_id, partner_id, currency_id):
        return f"{company_id}/{partner_id}/{currency_id}"

    def _find_or_open(self, company, by_identity):
        """Return {identity: case}; closed ones start again, missing ones are made."""
        known = self.search([("identity", "in", list(by_identity))], order="id")
        closed = known.filtered(lambda case: case.state == "closed")
        partners = {
            partner.id: partner
            for partner in self.env["res.partner"]
            .with_company(company)
            .browse({group[0]["partner_id"] for group in by_identity.values()})
        }
        ladders = {
            partner_id: company._get_reminder_ladder_of(partner)
            for partner_id, partner in partners.items()
        }
        for case in closed:
            case._start_again(ladders[case.partner_id.id])
        cases = {case.identity: case for case in known}
        missing = {
            identity: group
            for identity, group in by_identity.items()
            if identity not in cases
        }
        sellers = {
            user.id: user
            for user in self.env["res.users"]
            .sudo()
            .browse({group[0]["user_id"] for group in missing.values()} - {None})
        }
        new = self._insert(
            [
                self._prepare_case_vals(
                    company,
                    identity,
                    group[0],
                    partners[group[0]["partner_id"]],
                    ladders[group[0]["partner_id"]],
                    sellers.get(group[0]["user_id"], self.env["res.users"]),
                )
                for identity, group in missing.items()
            ]
        )
        (new | closed)._log_event("opened", {})
        cases.update(zip(missing, new, strict=True))
        return cases

    @api.model
    def _prepare_case_vals(self, company, identity, first, partner, ladder, seller):
        """Return the values of a new case.

        It is given to the customer's own salesperson, else to the invoice's; to nobody
        where neither can answer for it (a manager does then).
        """
        return {
            "identity": identity,
            "company_id": company.id,
            "partner_id": partner.id,
            "currency_id": first["currency_id"],
            "user_id": company._find_reminder_contact(
                partner.sudo().user_id | seller
            ).id,
            "ladder_id": ladder.id,
            "date_open": fields.Datetime.now(),
        }

    @api.model
    def _insert(self, rows):
        """Insert new cases at once, with their names; what is computed follows.

        :param rows: of :meth:`_prepare_case_vals`
        """
        stored = [
            name
            for name, field in self._fields.items()
            if field.store and field.column_type and not field.compute
        ]
        defaults = self.default_get(stored) if rows else {}
        ids = self.env.execute_query(
            SQL(
                "SELECT nextval('payment_reminder_case_id_seq')"
                " FROM generate_series(1, %s)",
                len(rows),
            )
        )
        return bulk.insert(
            self,
            [
                {**defaults, **row, "id": id_, "name": f"RC{id_:05}"}
                for (id_,), row in zip(ids, rows, strict=True)
            ],
        )

    def _start_again(self, ladder):
        """Start a closed case afresh: what is new begins on today's ladder."""
        self.ensure_one()
        self._set_state(
            "active",
            close_note=False,
            date_open=fields.Datetime.now(),
            snoozed_until=False,
            ladder_id=ladder.id,
        )
        if self.user_id and not self.company_id._can_be_answered_by(self.user_id):
            self.user_id = self._find_responsible()

    # -- what was overdue before ----------------------------------------------------

    def _hold_backlog(self, company):
        """Let those of these cases wait that are older than the activation."""
        since = company.reminder_backlog_until
        if since:
            self.filtered(lambda case: case._is_backlog(since))._freeze("backlog")

    def _is_backlog(self, since):
        self.ensure_one()
        return self.state != "closed" and any(
            item.date_due < since and item.amount_known > 0 for item in self.item_ids
        )

    def _decide_backlog(self, choice, note):
        """Do with cases that are older than the activation what a manager chose.

        :param choice: start (remind of all), skip (of what is new only), none
        :param note: why, in words
        """
        if choice == "none":
            self._freeze("manual", note)
        if choice == "skip":
            for company, cases in self.grouped("company_id").items():
                since = company.reminder_backlog_until or company._get_reminder_today()
                cases.item_ids.filtered(
                    lambda item, since=since: item.date_due < since
                )._drop()
        self._release(note, reasons=["backlog"])
        self._log_event("backlog_decided", {"choice": choice, "note": note})
        self._refresh()

    # -- after a merge of customers -------------------------------------------------

    def _follow_merge(self, partner):
        """Make one case a company and currency of these, after a merge of customers.

        The one that was open first survives; the others hand over their items and
        close as merged. A person looks before anything goes on.

        :return: the cases that survived
        """
        survivors = self.browse()
        customer = partner.commercial_partner_id
        groups = self.grouped(lambda case: (case.company_id, case.currency_id))
        for (company, currency), cases in groups.items():
            if customer != cases.partner_id:
                cases.partner_id = customer
            ordered = cases.sorted(lambda c: (c.state == "closed", c.id))
            survivor, absorbed = ordered[0], ordered[1:]
            survivors |= survivor
            for case in absorbed:
                case._hand_over_to(survivor)
            # The identity that the survivor takes may be that of an absorbed case.
            absorbed.flush_recordset(["identity"])
            identity = self._get_identity(company.id, customer.id, currency.id)
            if survivor.identity != identity:
                survivor.identity = identity
            if absorbed:
                survivor._log_event("merged", {"cases": absorbed.ids})
                if survivor.state != "closed":
                    survivor._freeze("merged")
                survivor._refresh()
        return survivors

    def _follow_address_book(self, partners):
        """Let these cases follow customers that got, or lost, a parent company.

        A case goes where its invoices went, with its place on the ladder and its
        ledger; one whose invoices stayed, though addressed to somebody who left, stays.
        A person looks in both cases.

        :param partners: res.partner records that have another commercial partner now
        """
        self.env.flush_all()
        self.invalidate_recordset()
        moves = self.item_ids.move_id
        moves.invalidate_recordset(["commercial_partner_id"])
        heads = moves.commercial_partner_id.commercial_partner_id
        there = self.search([("partner_id", "in", heads.ids)])
        for case in self.filtered("item_ids"):
            former = case.partner_id
            customer = case.item_ids.move_id.commercial_partner_id.commercial_partner_id
            if len(customer) == 1 and customer != former:
                same = there.filtered(
                    lambda other, case=case: other.company_id == case.company_id
                    and other.currency_id == case.currency_id
                    and other.close_reason != "merged"
                )
                case._follow_customer(customer, same)
            elif case._is_addressed_to(partners):
                case._hold_for_look(former)

    def _follow_customer(self, customer, others):
        """Make this a case of another customer, into which its own has gone.

        :param others: cases that the customer has already
        """
        self.ensure_one()
        former = self.partner_id
        survivor = self | others.filtered(lambda case: case.partner_id == customer)
        survivor = survivor._follow_merge(customer)
        survivor.former_partner_id = former
        waiting = survivor.reminder_ids.filtered(lambda r: r.state in WAITING)
        waiting.sudo().partner_id = customer
        survivor._log_event("merged", {"from": former.id, "into": customer.id})
        survivor._hold_for_look(former)

    def _is_addressed_to(self, partners):
        """Tell whether an open invoice of this case is addressed to one of these."""
        self.ensure_one()
        open_items = self.item_ids.filtered(lambda item: item.amount_known > 0)
        return bool(open_items.move_id.partner_id & partners)

    def _hold_for_look(self, former):
        """Hold this case because its customer is another in the address book now."""
        self.ensure_one()
        words = self._in_staff_language().env
        if self.state != "closed":
            self._freeze(
                "merged",
                words._(
                    "%s has another parent company in the address book now: look "
                    "before going on",
                    former.name,
                ),
            )

    def _hand_over_to(self, survivor):
        """Give everything of this case to another, and close it as merged."""
        self.ensure_one()
        self.reminder_ids._cancel_open("merged")
        self.write({"identity": f"{self.identity}#merged-{self.id}"})
        self._hand_items_to(survivor)
        self._hand_claims_to(survivor)
        self._hand_holds_to(survivor)
        self.call_id._go("merged")
        self.call_ids.case_id = survivor
        if self.state != "closed":
            self._set_state("closed", close_reason="merged")
            self._log_event("closed", {"reason": "merged", "into": survivor.id})

    def _hand_items_to(self, survivor):
        """Put the due items at the same place on the survivor's ladder."""
        if self.is_elsewhere:
            survivor.is_elsewhere = True
        matches = {}
        if survivor.ladder_id != self.ladder_id:
            matches = survivor.ladder_id._match_steps(self.ladder_id)
        for item in self.item_ids:
            item.write(
                {
                    "case_id": survivor.id,
                    "step_id": matches.get(item.step_id, item.step_id).id,
                }
            )

    def _hand_claims_to(self, survivor):
        """Take the open entries of the claim ledger back, and post them over there."""
        lines = self.claim_line_ids.filtered(
            lambda line: not line.reversal_of_id and not line.reversed_by_ids
        )
        for line in lines:
            line.copy({"case_id": survivor.id})
        lines._reverse(self.env._("Merged into %s", survivor.name))

    def _hand_holds_to(self, survivor):
        """Hold the survivor for whatever held this case."""
        for freeze in self._get_open_freezes():
            survivor._freeze(freeze.reason, freeze.note)
        self._get_open_freezes().write(
            {"date_end": fields.Datetime.now(), "released_by_id": self.env.uid}
        )
        known = {ignored._get_key() for ignored in survivor.ignored_line_ids}
        self.ignored_line_ids.filtered(
            lambda ignored: ignored._get_key() not in known
        ).case_id = survivor
        self.query_ids.case_id = survivor
        self.plan_ids.case_id = survivor
        if self.snoozed_until:
            survivor.snoozed_until = max(
                self.snoozed_until, survivor.snoozed_until or self.snoozed_until
            )
