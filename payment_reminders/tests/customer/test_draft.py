"""Facts and a drafted answer beside a question; only a person sends it."""

import threading

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ...report import draft as drafting_report
from ...rules.drafting import MAX_DRAFT
from ..common import ReminderCommon

LOGGER = drafting_report.__name__
GOOD = "Hello, we look at your invoice today and come back to you."


@tagged("post_install", "-at_install")
class TestDraft(MockEmail, ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=40)
        cls.reminder = cls.propose()
        cls.send(cls.reminder)
        cls.case = cls.reminder.case_id
        cls.case.user_id = cls.rep
        cls.pay(cls.move, 250)
        cls.case._release()
        cls.query = cls.ask("amount")

    def setUp(self):
        super().setUp()
        self.addCleanup(drafting_report._kept.clear)

    @classmethod
    def ask(cls, kind, text="Why so much? I owe 7 kr., see https://evil.example/x"):
        return cls.env["payment.reminder.query"].create(
            {"case_id": cls.case.id, "kind": kind, "description": text}
        )

    def read_draft(self, query=None, user=None):
        query = (query or self.query).with_user(user or self.rep)
        query.invalidate_recordset()
        return query.draft_answer, query.draft_note, query.draft_facts

    def let_model_write(self, hook):
        """Let an addon answer the hook; return what it was given."""
        self.company.reminder_draft_by_model = True
        given = []

        def _get_drafted_answer(query, facts):
            given.append(facts)
            return hook(facts)

        model = type(self.env["payment.reminder.query"])
        self.patch(model, "_get_drafted_answer", _get_drafted_answer)
        return given

    def assertOwn(self, why, logs=None):
        text, note, _facts = self.read_draft()
        self.assertIn("Thank you for writing to us.", text)
        self.assertIn("our own draft", note)
        self.assertIn(why, note)

    # -- the facts ------------------------------------------------------------------

    def test_facts_and_draft_are_of_this_case(self):
        other = self.make_customer("Secret Ltd", "s@x.example")
        foreign = self.make_invoice(due=10, partner=other, amount=777)
        text, note, facts = self.read_draft()
        for said in (text, facts):
            self.assertIn(self.move.name, said)
            self.assertIn("750.00", said)
            self.assertIn("250.00", said, "what came in")
            self.assertNotIn("777", said)
            self.assertNotIn(foreign.name, said)
            self.assertNotIn("evil", said)
        self.assertIn("Reminder 1", facts)
        self.assertIn("E-mail: Sent", facts)
        self.assertIn("Only a person sends it", note)
        self.assertLess(len(text), MAX_DRAFT)

    def test_a_message_that_came_back_is_among_the_facts(self):
        self.reminder.delivery_ids.sudo().state = "bounced"
        text, _note, facts = self.read_draft(self.ask("delivery"))
        self.assertIn("E-mail: Bounced", facts)
        self.assertNotIn("Reminder 1", text, "the customer did not get it")
        self.reminder.delivery_ids.sudo().state = "sent"
        text, _note, facts = self.read_draft(self.ask("delivery"))
        self.assertIn("Reminder 1 (E-mail)", text)

    def test_each_kind_has_a_draft_and_a_stranger_reads_no_debt(self):
        kinds = self.query._fields["kind"].get_values(self.env)
        drafts = {kind: self.read_draft(self.ask(kind))[0] for kind in kinds}
        for kind, text in drafts.items():
            with self.subTest(kind):
                self.assertIn("Thank you", text)
                self.assertEqual("750.00" in text, kind != "recipient")
        self.assertNotIn(self.move.name, drafts["recipient"])
        self.assertNotIn("proof", drafts["paid"], "money came")

    def test_what_is_closed_has_no_draft(self):
        self.query._answer("So.", "not_agreed")
        self.assertEqual(self.read_draft(), (False, False, False))

    def test_a_form_of_a_new_question_opens(self):
        form = Form(self.env["payment.reminder.query"].with_user(self.manager))
        self.assertFalse(form.draft_answer)

    # -- only a person sends ------------------------------------------------------

    def test_a_person_sends_the_draft_with_odoos_own_dialog(self):
        before = self.env["mail.mail"].search_count([])
        action = self.query.with_user(self.rep).action_use_draft()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.query.state, "open", "nothing is answered yet")
        with self.mock_mail_gateway():
            composer = (
                self.env[action["res_model"]]
                .with_user(self.rep)
                .with_context(**action["context"])
                .create({})
            )
            self.assertIn("750.00", composer.body)
            composer._action_send_mail()
        self.assertEqual(self.query.state, "answered")
        self.assertEqual(self.query.answered_by_id, self.rep)
        self.assertIn("750.00", self.query.answer)
        self.assertFalse(self.query.activity_ids)
        self.assertEqual(self.case.state, "frozen", "a manager says what follows")
        self.assertEqual(
            [mail["email_to"] for mail in self._mails],
            [[self.customer.email_formatted]],
        )

    def test_a_note_or_a_word_to_a_colleague_answers_nothing(self):
        query = self.query.with_user(self.manager)
        body = "Look at this"
        query.message_post(body=body, subtype_xmlid="mail.mt_note")
        query.message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.rep.partner_id.ids,
        )
        self.assertEqual(self.query.state, "open")
        self.assertFalse(self.query.answer)

    def test_who_may_not_answer_gets_no_dialog(self):
        stranger = self.make_user("rep2", "payment_reminders.group_reminder_user")
        with self.assertRaises(AccessError):
            self.query.with_user(stranger).action_use_draft()

    # -- a language model ---------------------------------------------------------

    def test_a_model_is_asked_only_where_the_company_lets_it(self):
        given = self.let_model_write(lambda facts: GOOD)
        self.company.reminder_draft_by_model = False
        self.assertIn("Thank you", self.read_draft()[0])
        self.assertFalse(given)
        self.company.reminder_draft_by_model = True
        text, note, _facts = self.read_draft()
        self.assertEqual(text, GOOD)
        self.assertIn("language model", note)
        self.read_draft()
        self.assertEqual(len(given), 1, "asked once for the same facts")
        said = str(given)
        self.assertNotIn(self.customer.name, said)
        self.assertNotIn("nordlys", said)
        self.assertNotIn("access_token", said)

    def test_without_a_model_the_setting_changes_little(self):
        self.company.reminder_draft_by_model = True
        with mute_logger(LOGGER):
            self.assertOwn("it gave no text")

    def test_nonsense_falls_back_to_our_own_draft_and_is_in_no_log(self):
        def fail(facts):
            raise ValueError("secret of the customer")

        def leave(facts):
            raise SystemExit

        def turn(facts):
            facts["open"] = [{"amount": "5.00"}]
            return "Hello, please pay 5.00 DKK and all is well."

        secret = "secret of the customer "
        for hook, why in (
            (lambda facts: None, "no text"),
            (lambda facts: "", "no text"),
            (lambda facts: {"text": GOOD}, "no text"),
            (lambda facts: secret * 10_000, "too long"),
            (lambda facts: f"{secret} owes 750.01 DKK.", "a number"),
            (lambda facts: f"{secret} owes 7 kr.", "a number"),
            (lambda facts: f"{secret} https://evil.example/x", "a link"),
            (lambda facts: f"{secret} <script>x</script>", "code"),
            (turn, "a number"),
            (fail, "it failed"),
            (leave, "it failed"),
        ):
            with self.subTest(why), self.assertLogs(LOGGER, "WARNING") as logs:
                drafting_report._kept.clear()
                self.let_model_write(hook)
                self.assertOwn(why)
                self.assertNotIn("secret", str(logs.output))
                self.assertNotIn("750", str(logs.output))

    def test_a_model_that_hangs_is_left_behind(self):
        end = threading.Event()
        self.addCleanup(end.set)
        self.patch(drafting_report, "HOOK_SECONDS", 0.05)
        given = self.let_model_write(lambda facts: end.wait(20) and GOOD)
        for _time in range(4):
            drafting_report._kept.clear()
            with mute_logger(LOGGER):
                self.assertOwn("in time")
        self.assertLessEqual(len(given), 2, "those that hang are not added to")
