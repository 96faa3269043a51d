from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..tags import takes_long
from .test_letter import LetterCommon

EVERY = "Please pay each to its own account"


@tagged("post_install", "-at_install")
class TestSeveralAccounts(LetterCommon):
    """Each invoice is paid to the account that it names, and to no other."""

    def make(self, *banks):
        notice = self.make_letter("reminder_1", lines=len(banks))
        for line, bank in zip(notice.line_ids, banks, strict=True):
            line.item_id.move_id.partner_bank_id = bank
        return notice

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.factor = cls.env["res.partner.bank"].create(
            {
                "acc_number": "DE89370400440532013000",
                "partner_id": cls.company.partner_id.id,
                "acc_holder_name": "Factor AG",
                "allow_out_payment": True,
            }
        )

    def get_texts(self, notice):
        """Return e-mail and letter of a notice as plain text."""
        return [
            " ".join(html2plaintext(text).split())
            for text in (self.render(notice, "en_US")[1], self.render_sheet(notice))
        ]

    def test_one_account_for_all(self):
        for text in self.get_texts(self.make(self.account, self.account)):
            self.assertEqual(text.count(self.account.acc_number), 1)
            self.assertNotIn(EVERY, text)

    @takes_long
    def test_each_row_has_its_own(self):
        for text in self.get_texts(self.make(self.account, self.factor)):
            self.assertEqual(
                (
                    text.count(self.account.acc_number),
                    text.count(self.factor.acc_number),
                ),
                (1, 1),
            )
            self.assertIn(EVERY, text)
            self.assertIn("Factor AG", text)
            self.assertNotIn("Payment reference", text)

    def test_one_without_account_inherits_none(self):
        for text in self.get_texts(self.make(self.factor, self.account.browse())):
            self.assertEqual(text.count(self.factor.acc_number), 1)
            self.assertEqual(text.count("Account: as on the invoice"), 1)
            self.assertIn(EVERY, text)

    def test_the_same_account_kept_twice_is_one(self):
        again = self.account.copy({"partner_id": self.customer.id})
        for text in self.get_texts(self.make(self.account, again)):
            self.assertNotIn(EVERY, text)

    def test_no_code_for_a_sum_that_goes_to_several_accounts(self):
        euro = self.setup_other_currency("EUR")
        self.account.allow_out_payment = False
        self.account.acc_number = "BE15001559627230"
        self.account.allow_out_payment = True
        if "sct_qr" not in dict(self.account.get_available_qr_methods_in_sequence()):
            self.skipTest("account_qr_code_sepa is not installed")
        alone = self.make(self.account, self.account)
        alone.sudo().currency_id = euro
        self.assertIn("banking app", self.render_sheet(alone))
        several = self.make(self.account, self.factor)
        several.sudo().currency_id = euro
        self.assertNotIn("banking app", self.render_sheet(several))
