from datetime import date
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.fields import Date
from odoo.tests import tagged

from ...rules import terms
from ..common import ReminderCommon
from .small_company import SmallCompany
from .test_dashboard import PageCommon

TERMS = "payment.reminder.report.terms"


class TestEffect(SmallCompany, PageCommon):
    """Did reminders help? The figures of the small company, worked out by hand.

    Days beyond terms of what fell due from 3 July to 30 September, amount x days:

    - Alpha: 1,000 x 19, from the 1st to the 20th of September.
    - Beta: 500 x 73, from 10 July to 21 September, and 1,500 x 82 until the 30th.

    Together 178,500 of 3,000: 59.5 days. Gamma fell due before, Delta has yet to.

    Days sales outstanding: in September Alpha and Beta were invoiced 3,000. Open are
    Beta's 1,500 and Gamma's 300: 1,800 of 3,000, or 18 of the 30 days. Delta, who has
    no case, was invoiced 50 that are open: all 30 days.
    """

    def get_effect(self, user=None, **filters):
        """Return {name of a row: (due items, days of sales, days beyond terms)}."""
        chart = self.get_charts(self.get_page(user, **filters))["effect"]
        of_sales, late = (series["values"] for series in chart["series"])
        names, counts = zip(
            *(label.rsplit("(", 1) for label in chart["labels"]), strict=True
        )
        counts = [int(count.strip(")")) for count in counts]
        figures = zip(counts, of_sales, late, strict=True)
        return dict(zip(map(str.strip, names), figures, strict=True))

    def get_version(self, number=1):
        return f"{self.ladder.name}\nVersion {number}"

    def hold_out(self, move):
        """Put the due items of an invoice into the control group."""
        items = self.env["payment.reminder.item"].search([("move_id", "=", move.id)])
        items.sudo().holdout_group = "held_out"
        self.env.flush_all()

    def test_of_one_version(self):
        self.assertEqual(
            self.get_effect(),
            {
                self.get_version(): (2, 18.0, 59.5),
                "Without reminders": (0, 30.0, None),
            },
        )
        hints = self.get_charts(self.get_page())["effect"]["hints"]
        self.assertIn("no control group", hints[-1])

    def test_the_control_group_is_beside_it(self):
        """Alpha's nudge was held out: 1,000 x 19 of 1,000, and nothing is open.

        With nudges there are Beta's 159,500 of 2,000, 79.75 days; open are 1,800 of
        the 2,000 that were invoiced in September, 27 of 30 days.
        """
        self.hold_out(self.of_alpha)
        effect = self.get_effect()
        self.assertEqual(effect[self.get_version()], (1, 27.0, 79.8))
        control = effect[f"Control group: {self.get_version()}"]
        self.assertEqual(control, (1, 0.0, 19.0))
        hints = self.get_charts(self.get_page())["effect"]["hints"]
        self.assertIn("Too few to compare", hints[-1])

    def test_groups_that_are_large_enough_are_compared(self):
        effect = {
            "rows": [],
            "groups": {
                "nudged": terms.Waited(Decimal(100), Decimal(450), 30),
                "held_out": terms.Waited(Decimal(100), Decimal(1200), 30),
            },
        }
        hints = self.env["payment.reminder.dashboard"]._get_effect_hints(effect)
        self.assertIn("4.5 with a nudge, 12.0 in the control group", hints[-1])

    def test_each_version_has_its_own(self):
        """Version 2 begins; a new customer owes 100 since the 20th: 10 days late.

        His 100 of September are all open: 30 days of sales. The others stay on
        version 1 and count there.
        """
        self.ladder.spacing_days += 1
        epsilon = self.make_customer("Epsilon", "epsilon@x.example")
        self.invoice("2026-09-20", 100.0, epsilon)
        self.refresh()
        self.env.flush_all()
        effect = self.get_effect()
        self.assertEqual(effect[self.get_version(1)], (2, 18.0, 59.5))
        self.assertEqual(effect[self.get_version(2)], (1, 30.0, 10.0))

    def test_what_was_credited_was_not_waited_for(self):
        """400 of Beta's 2,000: 500 x 73 and 1,100 x 82 are 126,700.

        With Alpha's 19,000 it is 145,700 of 2,600, 56.04 days. Of sales 1,400 are open
        of 3,000 less 400: 16.15 days.
        """
        refund = self.make_invoice(
            "2026-09-30", 400.0, self.beta, move_type="out_refund"
        )
        lines = (refund | self.of_beta).line_ids
        lines.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()
        self.env.flush_all()
        self.assertEqual(self.get_effect()[self.get_version()], (2, 16.2, 56.0))

    def test_a_time_in_which_little_fell_due(self):
        """From the 1st of September on there is Alpha alone."""
        effect = self.get_effect(date_from="2026-09-01")
        self.assertEqual(effect[self.get_version()], (1, 18.0, 19.0))

    def test_it_says_of_each_invoice_what_the_rule_says(self):
        today = date(2026, 9, 30)
        payments = {
            self.of_alpha: [(date(2026, 9, 20), Decimal(1000))],
            self.of_beta: [(date(2026, 9, 21), Decimal(500))],
        }
        rows = self.env[TERMS].with_user(self.manager).search([])
        self.assertEqual(len(rows), 4)
        for row in rows:
            move = row.move_id.sudo()
            waited = terms.wait(
                row.date_due,
                Decimal(str(move.amount_total)),
                payments.get(move, []),
                today,
            )
            self.assertEqual(row.amount_days, float(waited.amount_days), move.name)
            self.assertAlmostEqual(row.days, float(waited.days), 1, move.name)

    def test_rows_behind_each_bar(self):
        self.hold_out(self.of_alpha)
        chart = self.get_charts(self.get_page())["effect"]
        of_sales, late = chart["series"]
        found = [self.find_rows(opens).partner_id for opens in late["opens"]]
        self.assertEqual(
            found, [self.beta, self.alpha, self.env["res.partner"].browse()]
        )
        found = [self.find_rows(opens).partner_id for opens in of_sales["opens"]]
        self.assertEqual(found, [self.beta | self.gamma, self.alpha, self.delta])
        [(days,)] = (
            self.env[TERMS]
            .with_user(self.manager)
            ._read_group(late["opens"][0]["domain"], [], ["days:avg"])
        )
        self.assertAlmostEqual(days, 79.75, 2)

    def test_it_is_for_managers_of_the_company(self):
        self.assertNotIn("effect", self.get_charts(self.get_page(self.rep)))
        with self.assertRaises(AccessError):
            self.env[TERMS].with_user(self.rep).search([])
        other = self.setup_other_company()["company"]
        self.of_alpha.company_id.flush_recordset()
        chief = self.make_user("chief", "payment_reminders.group_reminder_manager")
        chief.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        rows = self.env[TERMS].with_user(chief).search([])
        self.assertFalse(rows)


class TestEffectOfNothing(PageCommon):
    def test_empty_explains_itself(self):
        chart = self.get_charts(self.get_page(partner_id=self.customer.id))["effect"]
        self.assertFalse(chart["series"])
        self.assertIn("Nothing fell due", chart["empty"])

    def test_look_alikes_that_were_not_waited_for(self):
        """A draft, and what was paid in time."""
        self.make_invoice(due=10, post=False)
        move = self.make_invoice(due=10)
        self.pay(move, payment_date=move.invoice_date_due)
        chart = self.get_charts(self.get_page())["effect"]
        self.assertEqual(chart["series"][1]["values"], [0.0])


@tagged("-standard", "payment_reminders_long")
class TestManyInEffect(ReminderCommon):
    def test_many_items_take_as_many_queries_as_few(self):
        counts = []
        for count in (10, 200):
            partners = self.make_debtors(count)
            self.refresh()
            self.env.flush_all()
            self.env.invalidate_all()
            dashboard = (
                self.env["payment.reminder.dashboard"]
                .with_user(self.manager)
                .create({"date_from": Date.add(Date.today(), days=-365)})
            )
            dashboard._get_effect()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            effect = dashboard._get_effect()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(sum(row["count"] for row in effect["rows"]), 210, partners)
        self.assertLessEqual(counts[1], counts[0])
