"""Customers there and contacts here: doubt reaches a person, look-alikes go on."""

from odoo.exceptions import AccessError

from .test_mirror import MirrorCommon

NUMBER = "99999001"


class TestMatching(MirrorCommon):
    def make_contact(self, name, email=False, number=NUMBER):
        contact = self.make_customer(name, email)
        contact.company_registry = number
        return contact

    def get_customer(self, number):
        return self.find(number).customer_id

    def test_two_customers_there_have_one_company_number(self):
        """Whoever has the name of the contact is it; of the other a person decides."""
        contact = self.make_contact("Havkat A/S", "ap@havkat.example")
        other = self.make_customer("Havkat Esbjerg", "esbjerg@havkat.example")
        self.take(
            self.row("1", customer="7", name="Havkat A/S", email="", vat=NUMBER),
            self.row("2", customer="8", name="Havkat Øst", email="", vat=NUMBER),
        )
        self.assertEqual(self.find("1").partner_id, contact)
        doubtful = self.get_customer("2")
        self.assertEqual(
            (doubtful.doubt, doubtful.partner_id.id, self.find("2").doubt),
            ("several_there", False, "match"),
        )
        notice = self.propose().filtered("is_elsewhere")
        self.assertEqual(notice.line_ids.mapped("name"), ["1"])
        problems = self.env["payment.reminder.setup"]._find_other_problems()
        (told,) = [one for one in problems if one["code"] == "mirror_customers"]
        self.assertIn("Havkat Øst", told["text"])
        self.assertTrue(told["fixes"])
        # The way out.
        doubtful.with_user(self.boss).partner_id = other
        self.assertFalse(doubtful.doubt)
        self.assertEqual(self.find("2").case_id.partner_id, other)
        self.assertEqual(len(self.propose().filtered("is_elsewhere")), 2)
        problems = self.env["payment.reminder.setup"]._find_other_problems()
        self.assertNotIn("mirror_customers", [one["code"] for one in problems])

    def test_the_second_one_comes_later(self):
        contact = self.make_contact("Havkat A/S", "ap@havkat.example")
        self.take(self.row("1", customer="7", name="Havkat", email="", vat=NUMBER))
        self.assertEqual(self.find("1").partner_id, contact)
        self.take(
            self.row("1", customer="7", name="Havkat", email="", vat=NUMBER),
            self.row("2", customer="8", name="Havkat Øst", email="", vat=NUMBER),
        )
        self.assertEqual(self.find("1").partner_id, contact)
        self.assertEqual(self.get_customer("2").doubt, "several_there")

    def test_several_contacts(self):
        """No contact is made of somebody who is here twice already."""
        self.make_contact("Havkat Nord", "nord@havkat.example")
        self.make_contact("Havkat Syd", "syd@havkat.example")
        before = self.env["res.partner"].search_count([])
        self.take(self.row("1", customer="7", name="Havkat", email="", vat=NUMBER))
        customer = self.get_customer("1")
        self.assertEqual(customer.doubt, "several_here")
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertFalse(self.propose().filtered("is_elsewhere"))
        with self.assertRaises(AccessError):
            customer.with_user(self.rep).action_make_contact()
        customer.with_user(self.boss).action_make_contact()
        self.assertEqual((customer.doubt, customer.partner_id.name), (False, "Havkat"))
        self.assertTrue(self.propose().filtered("is_elsewhere"))

    def test_look_alikes_go_on(self):
        contact = self.make_contact("Havkat A/S", "ap@havkat.example", f"DK{NUMBER}")
        self.make_customer("Havkat A/S", "another@havkat.example")
        self.take(
            # The same customer twice there, and one with the address of an accountant
            # who looks after two.
            self.row("1", customer="7", name="Havkat A/S", email="", vat=NUMBER),
            self.row("2", customer="8", name="HAVKAT A/S", email="", vat=NUMBER),
            self.row("3", customer="9", name="Ål ApS", email="bog@bog.example"),
            self.row("4", customer="10", name="Torsk ApS", email="bog@bog.example"),
        )
        self.assertEqual((self.find("1") | self.find("2")).partner_id, contact)
        self.assertEqual(
            [self.find(number).partner_id.name for number in "34"],
            ["Ål ApS", "Torsk ApS"],
        )
        self.assertFalse(self.Invoice.search([]).filtered("doubt"))
        self.assertEqual(len(self.propose().filtered("is_elsewhere")), 3)

    def test_the_number_there_is_another_one_now(self):
        """A customer's number was given to another company: nobody is reminded."""
        self.take(self.row("1", vat=NUMBER))
        notice = self.propose().filtered("is_elsewhere")
        self.take(self.row("1", vat="88888888"))
        customer = self.get_customer("1")
        self.assertEqual((customer.doubt, self.find("1").doubt), ("changed", "match"))
        self.assertIn("blocked", notice._guard()[notice])
        customer.with_user(self.boss).action_confirm()
        self.assertFalse(customer.doubt)
        self.assertNotIn("blocked", notice._guard()[notice])
        # The same number in another form is the same one.
        self.take(self.row("1", vat="DK 88 88 88 88"))
        self.assertFalse(customer.doubt)

    def test_a_company_founded_again_under_its_name(self):
        self.make_contact("Havkat A/S", "ap@havkat.example", "77777777")
        self.take(
            self.row(
                "1", customer="7", name="Havkat A/S", email="ap@havkat.example",
                vat=NUMBER,
            )
        )  # fmt: skip
        self.assertEqual(self.get_customer("1").doubt, "other_number")

    def test_a_file_that_contradicts_itself(self):
        """Two of one name, and no number that tells them apart: no row is taken."""
        dialog = self.open_dialog(
            self.make_file(
                self.row("1", customer="", name="Hansen", email="", vat=NUMBER),
                self.row("2", customer="", name="Hansen", email="", vat="88888888"),
                self.row("3", customer="", name="Jensen", email="a@jensen.example"),
                self.row("4", customer="", name="Jensen", email="b@jensen.example"),
                self.row("5", customer="5", name="Olsen", email="a@olsen.example"),
                self.row("6", customer="5", name="Olsen", email="b@olsen.example"),
            )
        )
        told = {row.line: row.reason for row in dialog.row_ids if row.reason}
        self.assertEqual(list(told), [2, 3, 4, 5])
        self.assertIn("two company numbers", told[2])
        self.assertIn("two e-mail addresses", told[5])
