"""Every scheduled action goes on where it stopped, whenever its time is over."""

from unittest.mock import patch

from odoo import fields

from ...models.case.progress import Stage
from ...tools import transactions
from ..common import ReminderCommon
from ..tags import takes_long


class Clock:
    """A clock that lets a start do so many batches, and then runs out."""

    def __init__(self, batches=1):
        self.batches = batches

    def __enter__(self):
        self.used = 0
        self.left = None

        def progress(env, done, left=None):
            self.used += 1
            self.left = left
            return 0 if self.used >= self.batches else 1

        self.patch = patch.object(transactions, "report_progress", progress)
        self.patch.__enter__()
        return self

    def __exit__(self, *error):
        self.patch.__exit__(*error)


class TestProgress(ReminderCommon):
    """One batch a start, as in a company so large that a start does not do it all."""

    def setUp(self):
        super().setUp()
        self.progress = self.env["payment.reminder.progress"]

    def make_cases(self, count):
        partners = [
            self.make_customer(f"P{number}", f"p{number}@x.example")
            for number in range(count)
        ]
        self.make_invoices(partners, due=10)
        self.refresh()
        return self.env["payment.reminder.case"].search(
            [("partner_id.name", "like", "P_")], order="id"
        )

    def start(self, times, work, batches=1):
        """Start an action so often; return after which start it came to its end."""
        for number in range(1, times + 1):
            with Clock(batches) as clock:
                work()
            if not clock.left:
                return number
        self.fail(f"not finished after {times} starts")

    # -- the place ------------------------------------------------------------------

    def test_each_start_goes_on_after_the_one_before(self):
        partners = self.env["res.partner"].create([{"name": f"R{n}"} for n in range(5)])
        done = []

        def work():
            self.progress._work_through(
                "test",
                [
                    Stage(
                        key,
                        lambda: partners,
                        lambda b, k=key: done.append((k, b.ids)),
                        2,
                    )
                    for key in ("first", "second")
                ],
            )

        starts = self.start(20, work)
        self.assertEqual(starts, 6, "three batches of each stage, none of them twice")
        ids = partners.ids
        batches = [ids[0:2], ids[2:4], ids[4:5]]
        self.assertEqual(
            done, [(key, b) for key in ("first", "second") for b in batches]
        )
        # The next round begins at the first record again.
        done.clear()
        work()
        self.assertEqual(len(done), 6)

    def test_a_start_by_hand_does_all_of_it(self):
        partners = self.env["res.partner"].create([{"name": f"R{n}"} for n in range(4)])
        done = []

        def work():
            self.progress._work_through(
                "test",
                [Stage("one", lambda: partners, lambda b: done.extend(b.ids), 2)],
            )

        with Clock():
            work()
        self.assertEqual(done, partners.ids[:2])
        done.clear()
        work()
        self.assertEqual(done, partners.ids[2:] + partners.ids)

    def test_a_round_that_is_through_leaves_no_place(self):
        """The next one begins at the first record, however many batches it had."""
        partners = self.env["res.partner"].create([{"name": f"R{n}"} for n in range(5)])
        done = []
        stages = [
            Stage(key, lambda: partners, lambda b, k=key: done.append((k, b.ids)), 2)
            for key in ("first", "second")
        ]
        for _night in range(2):
            done.clear()
            # As the scheduler starts it.
            progress = self.progress.with_context(ir_cron_progress_id=1)
            with patch.object(transactions, "report_progress", lambda *_args: 60):
                self.assertTrue(progress._work_through("test", stages))
            self.assertEqual(len(done), 6)
            self.assertEqual(done[0], ("first", partners.ids[:2]))
            self.assertFalse(self.progress._read_place("test")[0])

    # -- our actions ------------------------------------------------------------------

    @takes_long
    def test_proposal(self):
        """What waits is looked at first, and what is new is reached all the same."""
        cases = self.make_cases(4)
        with patch(
            "odoo.addons.payment_reminders.models.notice.proposing.CASES_PER_BATCH", 1
        ):
            self.start(12, self.env["payment.reminder"]._cron_propose)
            self.assertEqual(set(cases.reminder_ids.mapped("state")), {"proposed"})
            more = self.make_cases(6) - cases
            self.start(20, self.env["payment.reminder"]._cron_propose)
        self.assertEqual(len(more), 6)
        for case in more:
            self.assertEqual(len(case.reminder_ids), 1)

    def test_refresh(self):
        cases = self.make_cases(4)
        self.env.cr.execute("UPDATE payment_reminder_case SET next_date = NULL")
        self.env.invalidate_all()
        with patch(
            "odoo.addons.payment_reminders.models.case.opening.CASES_PER_BATCH", 1
        ):
            count = self.env["payment.reminder.case"].search_count(
                [("state", "!=", "closed")]
            )
            companies = self.env["res.company"]._get_reminder_companies()
            self.start(
                count + len(companies) + 2,
                self.env["payment.reminder.case"]._cron_refresh,
            )
        self.assertTrue(all(case.next_date for case in cases))

    def test_plans(self):
        cases = self.make_cases(3)
        seen = []
        Plan = self.env["payment.reminder.plan"]
        plans = Plan.create([{"case_id": case.id, "kind": "plan"} for case in cases])
        for plan in plans:
            plan._set_instalments(2, fields.Date.add(fields.Date.today(), days=4))
        plans.with_user(self.manager).action_approve()
        with (
            patch.object(
                type(Plan), "_follow_and_announce", lambda plans: seen.extend(plans.ids)
            ),
            patch(
                "odoo.addons.payment_reminders.models.customer.plan_following"
                ".PLANS_PER_BATCH",
                1,
            ),
        ):
            self.start(6, Plan._cron_plans)
        self.assertEqual(seen, plans.ids)

    def test_sending(self):
        """Notices whose rows somebody has for long keep nobody else waiting."""
        self.make_cases(4)
        notices = self.propose().sorted("id")
        self.ripen(notices)
        tried = []
        sender = self.env["payment.reminder.sender"]
        with (
            patch.object(
                type(sender), "_dispatch_batch", lambda _s, some: tried.extend(some.ids)
            ),
            patch(
                "odoo.addons.payment_reminders.models.sending.sender.NOTICES_PER_BATCH",
                1,
            ),
        ):
            for _start in notices:
                with Clock():
                    self.env["payment.reminder"]._cron_send()
        self.assertEqual(sorted(tried), notices.ids, "each one was tried once")
