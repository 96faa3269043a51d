from ..sending.gateway_common import GatewayCommon


class InvoiceSentCommon(GatewayCommon):
    """A notice with a fee, and whether its invoice reached the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nothing here is about electronic invoices, which would want an address.
        cls.customer.invoice_edi_format_store = "none"

    def start(self, **vals):
        self.move = self.make_invoice(due=10, **vals)
        first = self.propose()
        with self.gateways():
            self.send(first)
        self.assertEqual(first.state, "sent", "a step without a fee needs no proof")
        return first

    def climb_from(self, first):
        """Return the second reminder, which carries a fee, approved and ripe."""
        reminder = self.propose()
        self.assertNotEqual(reminder, first)
        self.assertGreater(reminder.amount_fee, 0)
        self.ripen(reminder)
        return reminder

    def send_invoice(self, reminder):
        """Send the invoice by Odoo's own dialog, from the button on the notice."""
        action = reminder.action_send_invoices()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        with self.mail_server():
            wizard.create({"sending_methods": ["email"]}).action_send_and_print()
            self.env["mail.mail"].process_email_queue()
