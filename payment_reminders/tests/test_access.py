import inspect

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method

from .common import ReminderCommon

#: {model: (what a rep may, what a manager may)}, as create, read, write, delete
RIGHTS = {
    "payment.reminder": ("r", "r"),
    "payment.reminder.case": ("r", "rw"),
    "payment.reminder.item": ("r", "r"),
    "payment.reminder.line": ("r", "r"),
    "payment.reminder.delivery": ("r", "r"),
    "payment.reminder.claim.line": ("r", "cr"),
    "payment.reminder.freeze": ("r", "r"),
    "payment.reminder.halt": ("r", "r"),
    "payment.reminder.ignored.line": ("r", "r"),
    "payment.reminder.event": ("r", "r"),
    "payment.reminder.query": ("r", "crw"),
    "payment.reminder.plan": ("r", "crw"),
    "payment.reminder.instalment": ("r", "crwd"),
    "payment.reminder.ladder": ("r", "crwd"),
    "payment.reminder.step": ("r", "crwd"),
    "payment.reminder.jurisdiction": ("r", "crw"),
    "payment.reminder.reference": ("r", "crw"),
    "payment.reminder.rate": ("r", "crwd"),
    "payment.reminder.run": ("", "r"),
    "payment.reminder.run.line": ("", "r"),
    "payment.reminder.desk.link": ("", ""),
    "payment.reminder.setup.wizard": ("", "crwd"),
    "payment.reminder.backlog.wizard": ("", "crwd"),
    "payment.reminder.wizard": ("", "crwd"),
    "payment.reminder.wizard.line": ("", "crwd"),
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "d": "unlink"}
MODULE = "odoo.addons.payment_reminders"


class TestAccess(ReminderCommon):
    """Who sees and does what, on every model and by every public method."""

    def setUp(self):
        super().setUp()
        self.nobody = self.make_user("nobody", "base.group_user")
        self.portal = self.make_user("visitor", "base.group_portal")
        self.mine = self.make_invoice(due=10, invoice_user_id=self.rep.id)
        self.theirs = self.make_invoice(
            due=11,
            partner=self.make_customer("B", "b@x.example"),
            invoice_user_id=self.manager.id,
        )
        self.reminders = self.propose()
        self.my_case = self.mine.reminder_case_id
        self.their_case = self.theirs.reminder_case_id
        case = {"case_id": self.their_case.id}
        self.env["payment.reminder.query"].sudo().create(case)
        self.env["payment.reminder.plan"].sudo().create(case)
        self.env["payment.reminder.claim.line"].sudo().create(
            {**case, "kind": "fee", "amount": 10}
        )

    # -- rights -----------------------------------------------------------------

    def test_rights_of_every_group(self):
        for model, (rep, manager) in RIGHTS.items():
            for user, allowed in (
                (self.nobody, ""),
                (self.portal, ""),
                (self.rep, rep),
                (self.manager, manager),
            ):
                for letter, operation in OPERATIONS.items():
                    self.assertEqual(
                        self.env[model].with_user(user).has_access(operation),
                        letter in allowed,
                        f"{user.login}: {operation} on {model}",
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

    # -- public methods ---------------------------------------------------------

    def get_public_methods(self, model):
        """Return the methods of ours that anybody may call from outside."""
        for name, method in inspect.getmembers(type(model), callable):
            where = getattr(inspect.unwrap(method), "__module__", "") or ""
            if name.startswith(("_", "action_view")) or not where.startswith(MODULE):
                continue
            if name in ("create", "write", "unlink", "copy_data", "init"):
                continue
            try:
                get_public_method(model, name)
            except (AccessError, AttributeError):
                continue
            yield name

    def test_strangers_call_in_vain(self):
        called = 0
        for user in (self.nobody, self.portal):
            for model in RIGHTS:
                record = self.env[model].sudo().search([], limit=1)
                if not record:
                    continue
                before = record.sudo().read()
                for name in self.get_public_methods(record):
                    with self.assertRaises(
                        UserError, msg=f"{user.login} {model}.{name}"
                    ):
                        with self.env.cr.savepoint():
                            getattr(record.with_user(user), name)()
                    called += 1
                record.invalidate_recordset()
                self.assertEqual(record.sudo().read(), before, model)
        self.assertGreater(called, 30, "the methods were found")

    def test_a_rep_changes_nothing_of_others(self):
        for record in (
            self.their_case,
            self.their_case.reminder_ids,
            self.their_case.event_ids[:1],
        ):
            before = record.sudo().read()
            for name in self.get_public_methods(record):
                with self.assertRaises(UserError, msg=f"{record._name}.{name}"):
                    with self.env.cr.savepoint():
                        getattr(record.with_user(self.rep), name)()
            record.invalidate_recordset()
            self.assertEqual(record.sudo().read(), before)
