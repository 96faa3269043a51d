"""Versions of a ladder, and how the cases of earlier ones are moved to the newest."""

from odoo import api, models

from ...rules.lifecycle import WAITING


class PaymentReminderLadder(models.Model):
    _inherit = "payment.reminder.ladder"

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
        live = facts._read_due_items(cases.item_ids.move_line_id.ids)
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
