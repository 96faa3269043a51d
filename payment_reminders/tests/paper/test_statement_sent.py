from unittest.mock import patch

from lxml import html

from odoo.exceptions import UserError

from ..common import ReminderCommon


class TestStatementSent(ReminderCommon):
    """A statement of account that goes with a reminder says what the message says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.use_danish_law(fee_policy="statutory", charge_interest=True)
        cls.ladder.step_ids.attach_statement = True
        cls.move = cls.make_invoice(due=10, currency_id=cls.currency.id)
        cls.soon = cls.make_invoice(due=-20, amount=250, currency_id=cls.currency.id)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id
        cls.statement = cls.env["payment.reminder.statement"]
        cls.printed = []

        def print_html(_model, text):
            cls.printed.append(html.fromstring(text))
            return b"%PDF-1.4"

        cls.startClassPatcher(
            patch.object(
                type(cls.env["payment.reminder"]), "_print_letter_html", print_html
            )
        )

    def setUp(self):
        super().setUp()
        self.printed.clear()

    def get_rows(self, page):
        table = page.xpath("//table[hasclass('o_letter_statement')]")[0]
        return [
            [" ".join(cell.text_content().split()) for cell in row.iter("td")]
            for row in table.iter("tr")
        ][1:]

    def prepare(self):
        """Claim and render the notice, as a run does; return the sender."""
        self.ripen(self.reminder)
        sender = self.env["payment.reminder.sender"].sudo()
        sender._prepare(self.reminder.sudo(), "ticket")
        return sender

    def test_its_costs_are_those_of_the_message(self):
        """They are on the ledger when it has left, and on the statement before."""
        self.assertFalse(self.case.claim_line_ids)
        self.send(self.reminder)
        self.assertEqual(self.reminder.state, "sent")
        reminder = self.reminder
        self.assertGreaterEqual(reminder.amount_fee, 100)
        [page] = self.printed
        rows = self.get_rows(page)
        costs = reminder.amount_claim - reminder.amount_principal
        self.assertEqual(rows[2][-1], f"{costs:,.2f}")
        self.assertEqual(rows[-1][-1], f"{reminder.amount_claim + 250:,.2f}")
        mail = reminder.delivery_ids.mail_mail_id
        self.assertEqual(mail.attachment_ids, reminder.statement_id)
        # The ledger has them by now: they are not counted twice.
        [rows] = self.statement._read(self.customer, self.company).values()
        self.assertEqual(
            float(sum(row.open for row in rows)), reminder.amount_claim + 250
        )

    def test_one_file_for_all_its_addresses(self):
        contact = self.make_customer(
            "Ida", "ida@x.example", parent_id=self.customer.id, is_company=False
        )
        contact.type = "invoice"
        self.prepare()
        files = [self.reminder._get_attachments() for _number in range(3)]
        self.assertEqual(len(set(files)), 1)
        self.assertEqual(len(self.printed), 1)

    def test_what_came_in_meanwhile_is_on_it(self):
        """Of an invoice that is not due, of which the reminder says nothing."""
        sender = self.prepare()
        self.assertFalse(
            sender._read_ahead(self.reminder.sudo(), "ticket"), "it is read again"
        )
        self.assertTrue(sender._find_as_rendered(self.reminder.sudo()))
        before = self.reminder.statement_id
        self.pay(self.soon)
        self.assertFalse(sender._find_as_rendered(self.reminder.sudo()))
        attempts = sender._send(self.reminder.sudo(), "ticket", None)
        self.assertEqual([str(a.outcome) for a in attempts], ["sent"])
        self.assertFalse(before.exists())
        self.assertNotIn(self.soon.name, self.printed[-1].text_content())
        self.assertEqual(
            self.reminder.delivery_ids.mail_mail_id.attachment_ids,
            self.reminder.statement_id,
        )

    def test_what_concerns_others_makes_no_other(self):
        sender = self.prepare()
        other = self.make_customer("Other ApS", "other@other.example")
        self.make_invoice(due=5, partner=other)
        self.make_invoice(due=5, post=False)
        self.assertTrue(sender._find_as_rendered(self.reminder.sudo()))

    def test_a_step_without_it_is_sent_as_ever(self):
        self.reminder.step_id.attach_statement = False
        self.send(self.reminder)
        self.assertEqual(self.reminder.state, "sent")
        self.assertFalse(self.reminder.statement_id or self.printed)

    def test_a_nudge_asks_for_no_costs(self):
        self.reminder.sudo().step_kind = "nudge"
        [rows] = self.statement._read(
            self.customer, self.company, self.reminder
        ).values()
        self.assertNotIn("costs", [row.kind for row in rows])

    def test_of_the_company_of_the_case(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids += other
        case = self.case.with_company(other).with_context(
            allowed_company_ids=[other.id, self.company.id]
        )
        with self.assertRaisesRegex(UserError, self.company.name):
            case.action_print_statement()
