from odoo.fields import Command

from ..tags import takes_long
from .test_case import CaseCommon


class TestAddressBook(CaseCommon):
    """A customer that gets, or loses, a parent company stays one customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.make_customer(
            "Delta Lone", "lone@delta.example", is_company=False
        )
        cls.group = cls.make_customer("Delta Koncern A/S", "ap@delta.example")

    def stage(self, partner):
        move = self.make_invoice(due=10, partner=partner)
        reminder = self.propose().filtered(lambda r: r.move_ids == move)
        self.ripen(reminder)
        return move, reminder, reminder.case_id

    def pay_bank_line(self, amount, **vals):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-09-14",
                "payment_ref": "Transfer",
                "amount": amount,
                **vals,
            }
        )

    def pay_on_account(self, partner, amount):
        payment = self.env["account.payment"].create(
            {
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        return payment

    def look_and_release(self, case):
        case.with_user(self.manager).action_release()
        self.assertEqual(case.state, "active")

    # -- a parent ---------------------------------------------------------------

    def test_gets_a_parent(self):
        move, reminder, case = self.stage(self.person)
        self.person.parent_id = self.group
        self.assertEqual(case.partner_id, self.group)
        self.assertEqual(case.former_partner_id, self.person)
        self.assertEqual(case.state, "frozen")
        self.assertEqual(case._get_open_freezes().reason, "merged")
        self.assertIn("Delta Lone", case.hold_reason)
        self.assertEqual(reminder._guard(), {reminder: ["held"]})
        self.assertEqual(move.reminder_case_id, case)
        self.assertEqual(reminder.partner_id, self.group)
        self.refresh()
        self.assertEqual(case.amount_principal, 1000)
        self.assertFalse(self.env["payment.reminder.event"]._find_broken(case))

    def test_one_customer_has_one_case(self):
        _move, _reminder, case = self.stage(self.person)
        self.person.parent_id = self.group
        later = self.make_invoice(due=9, partner=self.person)
        self.refresh()
        self.assertEqual(later.reminder_case_id, case)

    @takes_long
    def test_the_parent_has_a_case_already(self):
        _move, _reminder, case = self.stage(self.person)
        _theirs, _other, group_case = self.stage(self.group)
        self.person.parent_id = self.group
        self.assertEqual(group_case.close_reason, "merged")
        self.assertEqual(case.partner_id, self.group)
        self.assertEqual(len(case.item_ids), 2)
        self.assertEqual(case.state, "frozen")

    def test_it_goes_on_after_a_look(self):
        _move, reminder, case = self.stage(self.person)
        self.person.parent_id = self.group
        self.look_and_release(case)
        self.assertEqual(reminder._guard(), {reminder: []})
        self.assertEqual(reminder._dispatch(), {})
        # The invoice was addressed to her.
        self.assertEqual(reminder.delivery_ids.recipient, "lone@delta.example")

    @takes_long
    def test_money_under_every_name(self):
        for payer in ("person", "group"):
            with self.subTest(payer=payer):
                person = self.make_customer(
                    f"P {payer}", "p@x.example", is_company=False
                )
                group = self.make_customer(f"G {payer}", "g@x.example")
                _move, reminder, case = self.stage(person)
                person.parent_id = group
                self.look_and_release(case)
                partner = person if payer == "person" else group
                self.pay_on_account(partner, 1000)
                self.assertEqual(reminder._guard(), {reminder: ["unallocated_credit"]})

    @takes_long
    def test_a_bank_line_under_every_name(self):
        _move, reminder, case = self.stage(self.person)
        self.person.parent_id = self.group
        self.look_and_release(case)
        line = self.pay_bank_line(333, partner_id=self.person.id)
        self.assertEqual(reminder._guard(), {reminder: ["unmatched_bank_line"]})
        line.unlink()
        self.pay_bank_line(333, partner_id=self.group.id)
        self.assertEqual(reminder._guard(), {reminder: ["unmatched_bank_line"]})

    def test_loses_its_parent(self):
        """Its invoices stay with the company that they were written to, so the case."""
        contact = self.env["res.partner"].create(
            {"name": "Ida", "parent_id": self.group.id, "email": "ida@x.example"}
        )
        move, reminder, case = self.stage(contact)
        self.assertEqual(case.partner_id, self.group)
        contact.parent_id = False
        self.assertEqual(move.commercial_partner_id, self.group)
        self.assertEqual(case.partner_id, self.group)
        self.assertEqual(case._get_open_freezes().reason, "merged")
        self.look_and_release(case)
        self.pay_on_account(contact, 1000)
        self.assertEqual(reminder._guard(), {reminder: ["unallocated_credit"]})

    @takes_long
    def test_becomes_a_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Ida", "parent_id": self.group.id, "email": "ida@x.example"}
        )
        _move, reminder, case = self.stage(contact)
        contact.is_company = True
        self.assertEqual(case._get_open_freezes().reason, "merged")
        self.look_and_release(case)
        self.pay_bank_line(333, partner_id=contact.id)
        self.assertEqual(reminder._guard(), {reminder: ["unmatched_bank_line"]})

    def test_becomes_a_contact(self):
        """It was a company of its own below the group, and is none any more."""
        self.person.write({"is_company": True, "parent_id": self.group.id})
        move, _reminder, case = self.stage(self.person)
        self.assertEqual(case.partner_id, self.person)
        self.person.is_company = False
        self.assertEqual(case.partner_id, self.group)
        later = self.make_invoice(due=9, partner=self.person)
        self.refresh()
        self.assertEqual(later.reminder_case_id, case)
        self.assertEqual(move.reminder_case_id, case)

    def test_is_archived(self):
        """Archiving hides a contact from lists and says nothing about what is owed."""
        _move, reminder, case = self.stage(self.person)
        self.person.active = False
        self.assertEqual(case.state, "active")
        self.assertEqual(reminder._guard(), {reminder: []})

    # -- what holds nothing -----------------------------------------------------

    def test_a_colleague_leaves(self):
        """No invoice was addressed to him."""
        contact = self.env["res.partner"].create(
            {"name": "Bo", "parent_id": self.group.id}
        )
        _move, reminder, case = self.stage(self.group)
        contact.parent_id = False
        self.assertEqual(case.state, "active")
        self.assertEqual(reminder._guard(), {reminder: []})

    def test_the_customer_company_joins_a_group(self):
        """A company below another one is its own commercial partner, as before."""
        _move, reminder, case = self.stage(self.customer)
        self.customer.parent_id = self.group
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.state, "active")
        self.assertEqual(reminder._guard(), {reminder: []})

    def test_saved_as_it_was(self):
        _move, reminder, case = self.stage(self.person)
        self.person.write({"parent_id": False, "is_company": False, "active": True})
        self.assertEqual(case.state, "active")
        self.assertEqual(reminder._guard(), {reminder: []})

    @takes_long
    def test_another_customer_of_the_group_pays(self):
        """Money of a sister of the customer is not the customer's."""
        _move, reminder, case = self.stage(self.person)
        sister = self.make_customer("Sister", "s@x.example", parent_id=self.group.id)
        self.pay_on_account(sister, 777)
        self.assertEqual(reminder._guard(), {reminder: []})
        self.assertEqual(case.state, "active")

    @takes_long
    def test_a_child_of_a_merged_customer(self):
        """Merged into a contact, whose invoices are its company's from then on."""
        contact = self.env["res.partner"].create(
            {"name": "Ida", "parent_id": self.group.id, "email": "ida@x.example"}
        )
        move, _reminder, case = self.stage(self.person)
        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((self.person | contact).ids)],
                "dst_partner_id": contact.id,
            }
        ).action_merge()
        self.env.invalidate_all()
        self.assertEqual(case.partner_id, self.group)
        self.refresh()
        self.assertEqual(move.reminder_case_id, case)
        self.assertEqual(case.amount_principal, 1000)
