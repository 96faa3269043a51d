from io import BytesIO

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .portal_common import PortalCommon

SCRIPTED = (
    b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj"
)


@tagged("post_install", "-at_install")
class TestCustomerFiles(PortalCommon):
    """Files of a customer and of our answers: who gets them, and how."""

    def setUp(self):
        super().setUp()
        self.case.user_id = self.rep
        self.post(
            f"{self.case.id}/ask",
            {"access_token": self.token, "kind": "delivery", "description": "Where?"},
            {"files": ("proof.pdf", BytesIO(SCRIPTED), "application/pdf")},
        )
        self.query = self.case.query_ids

    def upload(self, name="note.pdf", raw=b"%PDF-1.7 note", user=None, **vals):
        files = self.env["ir.attachment"].with_user(user or self.rep)
        return files.create({"name": name, "raw": raw, **vals})

    def answer(self, files, user=None):
        wizard = (
            self.env["payment.reminder.answer.wizard"]
            .with_user(user or self.rep)
            .create(
                {
                    "query_id": self.query.id,
                    "answer": "Here it is.",
                    "attachment_ids": [(6, 0, files.ids)],
                }
            )
        )
        wizard.action_answer()

    def get_file(self, file, case=None, token=None):
        case = case or self.case
        return self.get(
            case.id, self.token if token is None else token, f"/file/{file.id}"
        )

    def assertDownload(self, answer):
        self.assertEqual(answer.status_code, 200)
        disposition = answer.headers["Content-Disposition"]
        self.assertTrue(disposition.startswith("attachment"), disposition)
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

    def test_an_answer_carries_files(self):
        before = self.find_mails()
        self.answer(self.upload())
        mail = self.find_mails() - before
        self.assertEqual(mail.attachment_ids.mapped("name"), ["note.pdf"])
        self.assertIn("note.pdf", self.get(self.case.id, self.token).text)
        answer = self.get_file(self.query.answer_file_ids)
        self.assertDownload(answer)
        self.assertEqual(answer.content, b"%PDF-1.7 note")
        self.assertIn("no-store", answer.headers["Cache-Control"])

    def test_a_second_answer_keeps_the_files_of_the_first(self):
        self.answer(self.upload())
        before = self.find_mails()
        self.answer(self.upload("more.pdf"))
        self.assertEqual(len(self.query.answer_file_ids), 2)
        mail = self.find_mails() - before
        self.assertEqual(mail.attachment_ids.mapped("name"), ["more.pdf"])

    def test_files_are_for_the_holder_of_that_link(self):
        self.answer(self.upload())
        file = self.query.answer_file_ids
        for case, token in (
            (self.case, self.other_token),
            (self.other_case, self.other_token),
            (self.case, ""),
            (self.case, "x"),
        ):
            self.assertTurnedAway(self.get_file(file, case, token))
        self.assertTurnedAway(self.get_file(self.query.attachment_ids))
        invoice_file = self.upload(
            user=self.env.user, res_model="account.move", res_id=self.move.id
        )
        self.assertTurnedAway(self.get_file(invoice_file))
        answer = self.url_open(f"/web/content/{file.id}", allow_redirects=False)
        self.assertNotEqual(answer.status_code, 200)

    def test_the_dialog_gives_away_no_file_of_others(self):
        secret = self.upload(user=self.manager)
        with self.assertRaises(AccessError):
            self.answer(secret)
        self.assertFalse(self.query.answer_file_ids)

    def test_a_file_of_another_record_stays_there(self):
        file = self.upload(
            user=self.env.user, res_model="account.move", res_id=self.move.id
        )
        self.answer(file, user=self.env.user)
        self.assertEqual((file.res_model, file.res_id), ("account.move", self.move.id))
        self.assertEqual(self.query.answer_file_ids.name, "note.pdf")

    def test_a_page_as_a_file_is_a_download_only(self):
        self.answer(self.upload("x.html", b"<script>alert(1)</script>"))
        self.assertDownload(self.get_file(self.query.answer_file_ids))

    def test_staff_get_a_proof_as_a_download_only(self):
        self.rep.password = "rep-rep-rep"
        self.authenticate("rep", "rep-rep-rep")
        for more in ("", "?download=false", "?mimetype=text/html"):
            self.assertDownload(
                self.url_open(f"/web/content/{self.query.attachment_ids.id}{more}")
            )
