"""The number of queries does not grow with the number of mirrored invoices."""

from odoo import fields
from odoo.tests import freeze_time

from odoo.addons.payment_reminders.tests.whole.speed_common import SpeedCommon


class TestSpeedOfMirrored(SpeedCommon):
    @classmethod
    def make_debtors(cls, count):
        """Make so many companies, each with one mirrored invoice."""
        partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number}",
                    "email": f"ap{number}@x.example",
                    "is_company": True,
                    "country_id": cls.env.ref("base.dk").id,
                }
                for number in range(count)
            ]
        )
        cls.mirror(partners)
        return partners

    @classmethod
    def mirror(cls, partners, start=0):
        """Mirror an invoice of each of these, who may come several times."""
        company = cls.company
        customers = cls.env["payment.reminder.mirror.customer"].sudo()
        there = {
            partner: customers.search([("partner_id", "=", partner.id)], limit=1)
            or customers.create(
                {
                    "company_id": company.id,
                    "source": "csv",
                    "agreement": "1",
                    "number": str(partner.id),
                    "name": partner.name,
                    "partner_id": partner.id,
                }
            )
            for partner in dict.fromkeys(partners)
        }
        cls.env["payment.reminder.source.csv"]._note_use(company)
        cls.env["payment.reminder.mirror.invoice"].sudo().create(
            [
                {
                    "company_id": company.id,
                    "source": "csv",
                    "agreement": "1",
                    "number": str(start + place),
                    "ref": f"csv:1:{start + place}",
                    "kind": "invoice",
                    "customer_id": there[partner].id,
                    "partner_id": partner.id,
                    "date": "2026-08-22",
                    "date_due": "2026-09-05",
                    "currency_id": company.currency_id.id,
                    "amount_total": 100,
                    "amount_residual": 100,
                    "checked_at": fields.Datetime.now(),
                }
                for place, partner in enumerate(partners)
            ]
        )

    def propose_for(self, cases):
        self.env.cr.execute(
            "UPDATE payment_reminder_case SET snoozed_until = '2027-01-01'"
            " WHERE id IN %s",
            [tuple((self.cases - cases).ids)],
        )
        self.env.invalidate_all()
        self.env["payment.reminder"]._cron_propose()
        self.assertEqual(set(cases.reminder_ids.mapped("state")), {"proposed"})
        self.assertEqual(len(cases.reminder_ids), len(cases))

    def test_refresh(self):
        self.assertSameCount(self.few._refresh, self.many._refresh)

    def test_refresh_with_other_amounts(self):
        def work(cases):
            self.env.cr.execute(
                "UPDATE payment_reminder_mirror_invoice SET amount_residual = 50"
                " WHERE ref = ANY(%s)",
                [cases.item_ids.mapped("source_ref")],
            )
            cases._refresh()
            self.assertEqual(set(cases.mapped("amount_principal")), {50})

        # Amounts, states, holds, and what is in the way: each of 200 rows.
        self.assertSameCount(lambda: work(self.few), lambda: work(self.many), batches=4)

    def test_propose(self):
        self.assertSameCount(
            lambda: self.propose_for(self.few),
            lambda: self.propose_for(self.many),
            batches=1,
        )

    def test_guard(self):
        self.env["payment.reminder"]._cron_propose()
        self.assertSameCount(
            lambda: self.few.reminder_ids._guard(),
            lambda: self.many.reminder_ids._guard(),
        )

    def test_send(self):
        """Each notice takes as many as the one before, however many leave."""
        self.env["payment.reminder"]._cron_propose()
        groups = [self.many[start : start + 4] for start in (0, 4)] + [self.many[8:16]]
        counts = []
        for cases in groups:
            notices = cases.reminder_ids
            self.ripen(notices)
            counts.append(self.count(notices._dispatch))
            self.assertEqual(set(notices.mapped("state")), {"sent"})
        self.assertLessEqual(counts[2] - counts[1], counts[1], counts)

    def test_each_notice_locks_its_own_invoices(self):
        """A sender keeps nobody waiting who writes those of another notice."""
        self.env["payment.reminder"]._cron_propose()
        notices = self.few.reminder_ids
        rows = self.env["payment.reminder.sender"]._find_rows(notices)
        invoices = self.env["payment.reminder.mirror.invoice"].sudo()
        for notice in notices:
            mine = invoices.search([("ref", "=", notice.line_ids.item_id.source_ref)])
            self.assertEqual(
                rows[notice.id]["payment_reminder_mirror_invoice"], mine.ids
            )

    def test_a_notice_with_many_invoices(self):
        """Guarded and sent by as many queries with 200 invoices on it as with 10."""
        partners = self.env["res.partner"].create(
            [
                {"name": name, "email": f"{name}@y.example", "is_company": True}
                for name in ("warm", "few", "many")
            ]
        )
        for number, (partner, count) in enumerate(
            zip(partners, (10, 10, 200), strict=True), start=1
        ):
            self.mirror([partner] * count, start=1000 * number)
        self.refresh()
        cases = self.env["payment.reminder.case"].search(
            [("partner_id", "in", partners.ids)], order="id"
        )
        self.propose_for(cases)
        guarded, sent = [], []
        for case in cases:
            notice = case.reminder_ids
            guarded.append(self.count(notice._guard))
            self.ripen(notice)
            sent.append(self.count(notice._dispatch))
            self.assertEqual(notice.state, "sent")
        self.assertEqual(guarded[1], guarded[2], guarded)
        # Odoo writes and adds 100 rows with one query.
        self.assertLessEqual(sent[2] - sent[1], 4, sent)

    def test_a_quiet_night(self):
        """Nothing moved: the cases are not read."""
        refresh = self.env["payment.reminder.case"]._cron_refresh
        refresh()
        self.cases.invalidate_recordset()
        self.assertTrue(all(self.cases.mapped("seen_key")))
        facts = self.env["payment.reminder.facts"]
        self.assertFalse(facts._find_changed(self.cases).changed)
        self.assertLessEqual(self.count(refresh), 40)
        # What is called unmoved is read in full: there is nothing new.
        with self.assertNoLogs("odoo.addons.payment_reminders", "ERROR"):
            self.cases._check_sample()

    def test_what_moves_is_seen(self):
        """Whatever is written on a mirrored invoice, in whatever way."""
        self.env["payment.reminder.case"]._cron_refresh()
        facts = self.env["payment.reminder.facts"]
        invoices = self.env["payment.reminder.mirror.invoice"].sudo()
        invoices = invoices.search([("partner_id", "in", self.few.partner_id.ids)])
        customers = invoices.customer_id
        other = self.env["res.partner"].create({"name": "Other"})
        for records, change in (
            (invoices, "amount_residual = 50"),
            (invoices, "state = 'gone'"),
            (invoices, "date_due = '2026-09-06'"),
            (invoices, "excluded = TRUE"),
            (invoices, "is_cleared = TRUE"),
            (invoices, "terms_type = 'factoring'"),
            (invoices, f"partner_id = {other.id}"),
            (invoices, "kind = 'credit_note'"),
            (customers, "barred = TRUE"),
            (customers, "doubt = 'changed'"),
        ):
            savepoint = self.env.cr.savepoint()
            self.env.cr.execute(
                f"UPDATE {records._table} SET {change} WHERE id = ANY(%s)",
                [records.ids],
            )
            self.env.invalidate_all()
            with self.subTest(change):
                self.assertEqual(facts._find_changed(self.cases).changed, self.few)
            savepoint.close(rollback=True)
        invoices[0].copy(
            {
                "ref": "csv:1:credit",
                "number": "credit",
                "kind": "credit_note",
                "amount_residual": -5,
            }
        )
        changed = facts._find_changed(self.cases).changed
        self.assertEqual(changed.partner_id, invoices[0].partner_id)

    def test_reading_a_list_again(self):
        """What has not changed is looked for and noted at once."""
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()

        def work(cases):
            told = [
                {
                    "number": item.source_number,
                    "customer": str(item.case_id.partner_id.id),
                    "kind": "invoice",
                    "currency": self.company.currency_id.name,
                    "amount_residual": 100,
                }
                for item in cases.item_ids
            ]
            self.assertFalse(Invoice._take_over(self.company, "csv", "1", told))

        with freeze_time("2026-09-15 09:00:00"):
            self.assertSameCount(
                lambda: work(self.few), lambda: work(self.many), batches=1
            )
