from odoo.exceptions import AccessError

from ..common import ReminderCommon


class TestAccess(ReminderCommon):
    """Whose records one sees, and what nobody writes by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls.make_user("visitor", "base.group_portal")
        cls.mine = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.theirs = cls.make_invoice(
            due=11,
            partner=cls.make_customer("B", "b@x.example"),
            invoice_user_id=cls.manager.id,
        )
        cls.reminders = cls.propose()
        cls.my_case = cls.mine.reminder_case_id
        cls.their_case = cls.theirs.reminder_case_id
        case = {"case_id": cls.their_case.id}
        cls.env["payment.reminder.query"].sudo().create(case)
        cls.env["payment.reminder.plan"].sudo().create(case)
        cls.env["payment.reminder.claim.line"].sudo().create(
            {**case, "kind": "fee", "amount": 10}
        )

    def test_a_rep_sees_own_customers_only(self):
        for model in ("", ".item", ".line", ".delivery", ".event", ".case"):
            records = self.env[f"payment.reminder{model}"].with_user(self.rep)
            field = "id" if model == ".case" else "case_id"
            domain = [(field, "=", self.their_case.id)]
            self.assertFalse(records.search(domain), model)
            if model != ".delivery":
                domain = [(field, "=", self.my_case.id)]
                self.assertTrue(records.search(domain), model)
        with self.assertRaises(AccessError):
            self.their_case.with_user(self.rep).read(["name"])

    def test_companies_do_not_see_each_other(self):
        company = self.setup_other_company(name="Second")["company"]
        stranger = self.make_user(
            "stranger", "payment_reminders.group_reminder_manager"
        )
        stranger.sudo().write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        for model in ("", ".item", ".event", ".case", ".ladder", ".step"):
            records = self.env[f"payment.reminder{model}"].with_user(stranger)
            found = records.search([]).sudo().company_id
            self.assertNotIn(self.company, found, model)
        with self.assertRaises(AccessError):
            self.reminders[0].with_user(stranger).action_approve()

    # -- what is not written by hand --------------------------------------------

    def test_nobody_forges_an_approval(self):
        other = self.make_user("boss", "payment_reminders.group_reminder_manager")
        for vals in (
            {"state": "sent"},
            {"state": "approved", "approved_by_id": other.id},
            {"hold_until": "2020-01-01 00:00:00"},
            {"amount_fee": 999.0},
        ):
            with self.assertRaises(AccessError):
                self.reminders[0].with_user(self.manager).write(vals)

    def test_nobody_forges_the_state_of_a_case(self):
        case = self.my_case.with_user(self.manager)
        for vals in (
            {"state": "closed"},
            {"partner_id": self.portal.partner_id.id},
            {"identity": "x"},
            {"snoozed_until": "2030-01-01"},
        ):
            with self.assertRaises(AccessError):
                case.write(vals)
        case.user_id = self.manager
        self.assertEqual(self.my_case.user_id, self.manager)
