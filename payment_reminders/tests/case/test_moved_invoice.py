from .test_case import CaseCommon


class TestMovedInvoice(CaseCommon):
    """An invoice is chased at whoever owes it now, in the currency of now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_customer("Birk ApS", "ap@birk.example")
        cls.move = cls.make_invoice(due=10)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id
        cls.ripen(cls.reminder)

    def change(self, move=None, refreshed=False, **vals):
        """Change a posted invoice as a bookkeeper does.

        :param refreshed: whether the cases were refreshed while it was a draft
        """
        move = move or self.move
        known = move.env["payment.reminder.item"].search([("move_id", "=", move.id)])
        amounts = {item: item.amount_known for item in known}
        move.button_draft()
        if not refreshed:
            # All in one transaction, so that no refresh comes between. Under test it
            # comes at once.
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE payment_reminder SET state = 'approved' WHERE id = %s",
                [self.reminder.id],
            )
            self.env.cr.execute(
                "UPDATE payment_reminder_case SET state = 'active',"
                " close_reason = NULL WHERE id = %s",
                [self.case.id],
            )
            self.env.invalidate_all()
            for item, amount in amounts.items():
                item.sudo().amount_known = amount
        move.write(vals)
        move.action_post()
        move.is_move_sent = True
        return move

    def test_to_another_customer(self):
        self.change(partner_id=self.other.id)
        self.assertEqual(self.reminder._guard(), {self.reminder: ["amount_changed"]})
        self.assertTrue(self.reminder._dispatch())
        self.assertEqual(self.reminder.state, "held")
        self.assertIn("another customer", self.reminder.held_reason)
        self.assertIn(self.move.name, self.reminder.held_reason)

    def test_the_case_of_the_new_customer_takes_it(self):
        self.change(partner_id=self.other.id)
        waiting = self.propose()
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertIn("another customer", self.reminder.cancel_reason)
        self.assertEqual(self.move.reminder_case_id.partner_id, self.other)
        self.assertEqual(self.case.state, "closed")
        self.assertFalse(self.case.move_ids)
        self.assertEqual(waiting.partner_id, self.other)
        self.assertEqual(waiting.step_id.name, "Reminder 1")
        self.assertEqual(self.send(waiting), {})
        self.assertEqual(waiting.delivery_ids.recipient, "ap@birk.example")
        self.assertIn("invoice_moved", self.case.event_ids.mapped("kind"))
        self.assertFalse(self.env["payment.reminder.event"]._find_broken(self.case))

    def test_moved_after_the_draft_was_seen(self):
        """The old case closed when it saw the draft, and must not come back."""
        self.change(partner_id=self.other.id, refreshed=True)
        self.assertEqual(self.case.state, "closed")
        self.refresh()
        self.refresh()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.move.reminder_case_id.partner_id, self.other)

    def test_to_another_currency(self):
        euro = self.setup_other_currency("EUR")
        self.change(currency_id=euro.id)
        self.assertEqual(self.reminder._guard(), {self.reminder: ["amount_changed"]})
        waiting = self.propose()
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertEqual(waiting.currency_id, euro)
        self.assertEqual(waiting.partner_id, self.customer)
        self.assertNotEqual(waiting.case_id, self.case)

    def test_to_another_company(self):
        other = self.env["res.company"].create({"name": "Sister"})
        self.env.flush_all()
        for table, key in (("account_move", "id"), ("account_move_line", "move_id")):
            self.env.cr.execute(
                f"UPDATE {table} SET company_id = %s WHERE {key} = %s",
                [other.id, self.move.id],
            )
        self.env.invalidate_all()
        self.assertEqual(self.reminder._guard(), {self.reminder: ["amount_changed"]})

    def test_one_of_two_invoices(self):
        stays = self.make_invoice(due=9, amount=500)
        self.refresh()
        self.change(partner_id=self.other.id)
        self.refresh()
        self.assertEqual(self.case.state, "active")
        self.assertEqual(self.case.move_ids, stays)
        self.assertEqual(self.case.amount_principal, 500)
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertEqual(self.move.reminder_case_id.partner_id, self.other)

    def test_costs_of_a_reminder_of_it_are_looked_at(self):
        self.assertEqual(self.reminder._dispatch(), {})
        self.make_invoice(due=9, amount=500)
        self.refresh()
        self.env["payment.reminder.claim.line"].create(
            {
                "case_id": self.case.id,
                "kind": "fee",
                "amount": 100,
                "reminder_id": self.reminder.id,
            }
        )
        self.move.button_draft()
        self.move.partner_id = self.other
        self.move.action_post()
        self.refresh()
        self.assertEqual(self.case.state, "frozen")
        self.assertIn("open fees", self.case.hold_reason)
        self.assertIn(self.move.name, self.case.hold_reason)
        self.case.with_user(self.manager).action_release()
        self.assertEqual(self.case.state, "active")
        self.assertEqual(self.case.amount_fees, 100)

    def test_the_page_of_the_old_customer(self):
        self.change(partner_id=self.other.id)
        self.assertFalse(self.case._get_page_items())
        self.assertFalse(self.case.item_ids._is_of_customer())
        self.assertEqual(self.case.amount_principal, 0)

    def test_one_that_a_person_had_dropped(self):
        self.case.with_user(self.manager).action_close("written_off")
        self.move.button_draft()
        self.move.partner_id = self.other
        self.move.action_post()
        self.refresh()
        self.assertEqual(self.move.reminder_case_id.partner_id, self.other)

    def test_posted_again_as_it_was(self):
        """Nothing about it changed: its reminder goes out."""
        self.change(partner_id=self.customer.id)
        self.assertEqual(self.reminder._guard(), {self.reminder: []})
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    def test_addressed_to_a_contact_of_the_customer(self):
        """The customer is the same; who gets the invoice may change."""
        contact = self.env["res.partner"].create(
            {"name": "Ida", "parent_id": self.customer.id, "type": "invoice"}
        )
        self.change(partner_id=contact.id)
        self.assertEqual(self.reminder._guard(), {self.reminder: []})
        self.refresh()
        self.assertEqual(self.move.reminder_case_id, self.case)
