"""Ladders that are made of a ladder: its versions, and how the cases of earlier ones
are moved to the newest; and gentler and firmer ones.
"""

from odoo import api, fields, models
from odoo.fields import Command

from ...rules import temperament as tempering
from ...rules.lifecycle import WAITING

#: What a temperament changes of a step.
CHANGED = (
    "delay_days",
    "deadline_days",
    "fee_policy",
    "charge_interest",
    "charge_compensation",
)


class PaymentReminderLadder(models.Model):
    _inherit = "payment.reminder.ladder"

    temperament = fields.Selection(
        [
            (tempering.GENTLE, "Gentle"),
            (tempering.NORMAL, "Normal"),
            (tempering.FIRM, "Firm"),
        ],
        required=True,
        readonly=True,
        default=tempering.NORMAL,
    )
    tempered_from_id = fields.Many2one(
        "payment.reminder.ladder",
        string="Made from",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The ladder of which this is a gentler or firmer one.",
    )

    @api.model
    def _get_version_fields(self):
        """Return the fields whose change makes a new version of a ladder in use."""
        return {
            "step_ids",
            "spacing_days",
            "repeat_days",
            "repeat_times",
            "jurisdiction_id",
            "rest_policy",
            "rest_limit",
        }

    def _keep_version_for_cases(self):
        """Move the cases of these ladders to a copy of what they stand on.

        Called before a change. A second change in the same edit finds no case
        any more and does nothing.
        """
        for ladder in self.filtered(lambda ladder: not ladder.successor_id):
            cases = (
                self.env["payment.reminder.case"]
                .sudo()
                .search([("ladder_id", "=", ladder.id)])
            )
            if not cases:
                continue
            kept = (
                ladder.sudo()
                .with_context(active_test=False)
                .copy(
                    {
                        "name": ladder.name,
                        "active": False,
                        "version": ladder.version,
                        "successor_id": ladder.id,
                        "standing_approval_by_id": ladder.standing_approval_by_id.id,
                        "standing_approval_date": ladder.standing_approval_date,
                    }
                )
            )
            step_map = {step.origin_id: step for step in kept.step_ids}
            cases._replace_ladder(kept, step_map)
            # What was approved is the version that is kept, not what comes now.
            self.env["payment.reminder"].sudo().search(
                [
                    ("case_id", "in", cases.ids),
                    ("approved_ladder_id", "=", ladder.id),
                ]
            ).approved_ladder_id = kept
            ladder.write({"version": ladder.version + 1})
            ladder._revoke_standing_approval()
            self.env["payment.reminder.event"]._log_configuration(
                ladder,
                {"change": "new_version", "version": ladder.version, "kept": kept.id},
            )

    # -- moving the cases of earlier versions -------------------------------------

    def action_move_cases(self):
        """Move the open cases of earlier versions to this version.

        A step is found again by the step that it was copied from; an item on a
        step that is gone stays behind the last step that is left before it.
        What waits in the queue was made of the earlier version: it is cancelled,
        and comes back as a proposal of this one.
        """
        self.ensure_one()
        self._check_may_change()
        self._move_cases(self._find_cases_of_earlier_versions())
        return True

    def _find_cases_of_earlier_versions(self):
        return self.env["payment.reminder.case"].search(
            [
                ("ladder_id.successor_id", "=", self.id),
                ("state", "!=", "closed"),
            ]
        )

    def _move_cases(self, cases, restart=False):
        """Put cases of earlier versions on this version.

        :param restart: from the first step on, whatever they got before; the days
            between two notices and the limits of the law still hold
        """
        # A manager moves the cases; cancelling and writing is the machine's.
        waiting = cases.sudo().reminder_ids.filtered(lambda r: r.state in WAITING)
        waiting._cancel(self.env._("The case moved to a new version of its ladder."))
        for kept, group in cases.grouped("ladder_id").items():
            group._replace_ladder(self, self._match_steps(kept, restart))
            group._log_event(
                "configuration_changed",
                {
                    "ladder_version": self.version,
                    **({"restarted": True} if restart else {}),
                },
            )
        if restart:
            # The same step may now go to the same people once more.
            cases.sudo().reminder_ids.delivery_ids.filtered(
                lambda d: d.state in ("sent", "bounced", "failed", "skipped")
            )._free_keys()
        cases._refresh()

    def _match_steps(self, kept, restart=False):
        """Return {step of the kept version: step of this ladder} (may be empty).

        Two ladders that have no step in common are matched by kind and number, so
        that nobody gets the same notice again from another ladder.

        :param restart: nobody stands on any step any more
        """
        self.ensure_one()
        by_lineage = {step.lineage: step for step in self._get_active_steps()}
        old_steps = kept.with_context(active_test=False).step_ids.sorted(
            lambda s: (s.sequence, s.id)
        )
        if restart:
            return dict.fromkeys(old_steps, self.env["payment.reminder.step"])
        if by_lineage.keys().isdisjoint(old_steps.mapped("lineage")):
            return self._match_steps_by_kind(old_steps)
        found = self.env["payment.reminder.step"]
        matches = {}
        for step in old_steps:
            found = by_lineage.get(step.lineage, found)
            matches[step] = found
        return matches

    def _match_steps_by_kind(self, old_steps):
        """Return {old step: the step of its kind and number, or the last before}."""
        mine = self._get_active_steps()
        rank = {kind: i for i, kind in enumerate(self._get_kind_order())}
        seen = dict.fromkeys(rank, 0)
        matches = {}
        for step in old_steps.filtered("active"):
            same_kind = mine.filtered(lambda s, kind=step.kind: s.kind == kind)
            at_most = mine.filtered(
                lambda s, kind=step.kind: rank[s.kind] <= rank[kind]
            )
            matches[step] = same_kind[seen[step.kind] :][:1] or at_most[-1:]
            seen[step.kind] += 1
        return matches

    def action_open_move_wizard(self):
        """Show the cases on earlier versions, and offer what to do with them."""
        self.ensure_one()
        self._check_may_change()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cases of Earlier Versions"),
            "res_model": "payment.reminder.ladder.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ladder_id": self.id},
        }

    def _preview_move(self, cases, restart):
        """Return what would come next if these cases moved to this version.

        :return: {case: :class:`rules.schedule.Planned` or None}
        """
        self.ensure_one()
        facts = self.env["payment.reminder.facts"]
        # The dates follow from what is owed, whoever looks at them.
        cases = cases.sudo()
        live = facts._read_live(cases.item_ids)
        matches = {
            old.id: new.id
            for kept in cases.ladder_id
            for old, new in self._match_steps(kept, restart).items()
        }
        history = cases._get_sent_history()
        calendars = facts._get_calendars(cases)
        schedules = {
            kind: self._get_schedule(kind)
            for kind in {case.partner_id._get_debtor_kind() for case in cases}
        }
        return {
            case: case._preview_plan(
                schedules[case.partner_id._get_debtor_kind()],
                matches,
                live,
                history,
                calendars,
            )
            for case in cases
        }

    # -- temperaments --------------------------------------------------------------

    @api.model
    def _describe_temperaments(self):
        """Return {temperament: one sentence that tells what it means}."""
        return {
            tempering.GENTLE: self.env._(
                "Later, with more time to pay; a fee or interest comes with the final "
                "notice only."
            ),
            tempering.NORMAL: self.env._(
                "At the usual pace, with fees and interest as the steps below say."
            ),
            tempering.FIRM: self.env._(
                "On the day after the due date, then as soon as the law allows, with "
                "all that it gives from the start."
            ),
        }

    def _get_untempered(self):
        """Return the ladder that this is a temperament of: itself, if it is normal."""
        self.ensure_one()
        return self.tempered_from_id or self

    def _find_tempered(self, temperament, company):
        """Return this ladder in a temperament as far as there is one, archived or not.

        One that was made before the ladder was changed does not count.
        """
        self.ensure_one()
        base = self._get_untempered()
        if temperament == base.temperament:
            return base
        made = self.with_context(active_test=False).search(
            [
                ("tempered_from_id", "=", base.id),
                ("temperament", "=", temperament),
                ("company_id", "=", company.id),
                ("successor_id", "=", False),
            ],
            order="active desc, id desc",
        )
        wanted = base._get_tempered_steps(temperament)
        return next(
            (one for one in made if one.active or one._get_temper_steps() == wanted),
            self.browse(),
        )

    def _get_tempered(self, temperament, company, active=True):
        """Return this ladder in a temperament, made where there is none.

        :param company: res.company that will use it
        :param active: whether it is to be chosen from now on, too
        """
        found = self._find_tempered(temperament, company)
        if not found:
            found = self._get_untempered()._make_tempered(temperament, company, active)
        elif active and not found.active:
            found.active = True
        return found

    def _make_tempered(self, temperament, company, active):
        """Return a new ladder that is this one in a temperament."""
        self.ensure_one()
        # Those that were made of what this ladder was go on by themselves.
        self.with_context(active_test=False).search(
            [
                ("tempered_from_id", "=", self.id),
                ("temperament", "=", temperament),
                ("company_id", "=", company.id),
                ("active", "=", False),
            ]
        ).tempered_from_id = False
        vals = self.copy_data({"name": self.name})[0]
        vals |= {
            **self._prepare_tempered(temperament),
            "active": active,
            "company_id": company.id,
            "tempered_from_id": self.id,
        }
        made = self.create(vals)
        self._copy_names(made)
        return made

    def _copy_names(self, made, missing=False):
        """Let a ladder and its steps be called in each language as these are.

        :param missing: only where they have no name yet in a language
        """
        own = {step.lineage: step for step in made.step_ids}
        pairs = [(self, made)] + [
            (step, own[step.lineage])
            for step in self._get_own_steps()
            if step.lineage in own
        ]
        for code, _name in self.env["res.lang"].get_installed():
            for source, copy in pairs:
                named = copy._fields["name"]._get_stored_translations(copy) or {}
                if not missing or code not in named:
                    name = source.with_context(lang=code).name
                    copy.with_context(lang=code).name = name

    @api.model
    def _translate_tempered(self):
        """Name ladders in another temperament in languages that have come since."""
        made = self.with_context(active_test=False).search(
            [("tempered_from_id", "!=", False)]
        )
        for ladder in made:
            ladder.tempered_from_id._copy_names(ladder, missing=True)

    def _prepare_tempered(self, temperament):
        """Return the values of this ladder in a temperament, repeats left out."""
        self.ensure_one()
        steps = self._get_own_steps()
        tempered = self._get_tempered_steps(temperament)
        return {
            "temperament": temperament,
            "spacing_days": tempering.spacing(tempered, self.spacing_days),
            "step_ids": [
                Command.create(
                    {
                        **vals,
                        **{name: getattr(changed, name) for name in CHANGED},
                        "origin_id": False,
                    }
                )
                for vals, changed in zip(
                    steps.copy_data({"ladder_id": False}), tempered, strict=True
                )
            ],
        }

    def _get_temper_steps(self):
        """Return the steps as :class:`rules.temperament.Step`, in their order."""
        return tuple(
            tempering.Step(
                kind=step.kind,
                delay_from=step.delay_from,
                **{name: step[name] for name in CHANGED},
            )
            for step in self._get_own_steps()
        )

    def _get_tempered_steps(self, temperament):
        self.ensure_one()
        today = (self.company_id or self.env.company)._get_reminder_today()
        return tempering.temper(
            self._get_temper_steps(),
            temperament,
            self.jurisdiction_id._get_statute(),
            today,
        )

    def _describe_tempered(self, temperament, company):
        """Return what each step would do in a temperament; see ``_describe_steps``."""
        self.ensure_one()
        found = self._find_tempered(temperament, company)
        if not found:
            base = self._get_untempered()
            # Never saved: it is made when somebody chooses it.
            found = self.new(
                {
                    "name": base.name,
                    "jurisdiction_id": base.jurisdiction_id.id,
                    **base._prepare_tempered(temperament),
                }
            )
        return found._describe_steps(company)

    def action_compare_temperaments(self):
        """Open a what-if of this ladder, gentle, normal and firm side by side."""
        self.ensure_one()
        action = self.action_open_simulation()
        action["context"] = {
            "default_ladder_id": self._get_untempered().id,
            "default_with_temperaments": True,
        }
        return action
