"""Letters wait for a person who prints them, and are asked about afterwards."""

import base64
import hashlib
import io
import json
import shutil
import smtplib
import unittest
from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ...tools.fonts import find_unprintable
from ..sending.gateway_common import MOBILE, GatewayCommon
from ..tags import takes_long

QUIET = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
REFUSED = smtplib.SMTPRecipientsRefused({"ap@nordlys.example": (550, b"no")})


@unittest.skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
class TestPrint(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"street": "Vej 1", "city": "Odense", "zip": "5000"})

    def set_channels(self, channels, mode="first_that_works"):
        self.ladder.step_ids.write({"channels": channels, "channel_mode": mode})

    def waiting(self, channels="letter", mode="first_that_works", **vals):
        """Return a notice that waits to be printed."""
        self.set_channels(channels, mode)
        reminder = self.ripe(**vals)
        self.run_sender(reminder)
        return reminder

    def run_sender(self, reminder):
        with self.gateways():
            stopped = reminder._dispatch()
            self.assertEqual(self.mailed, [])
        return stopped

    def print_letters(self, reminders):
        action = reminders.with_user(self.manager).action_print_letters()
        return (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .browse(action["res_id"])
        )

    def states(self, reminder):
        return {d.channel: d.state for d in reminder.delivery_ids}

    def to_print(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_print_action"
        )
        domain = literal_eval(action["domain"].strip())
        return self.env["payment.reminder"].search(domain)

    def test_a_statement_of_account_lies_behind_the_letter(self):
        self.ladder.step_ids.attach_statement = True
        reminder = self.waiting()
        self.print_letters(reminder)
        letter = base64.b64decode(reminder.delivery_ids.letter_pdf)
        pages = len(PdfFileReader(io.BytesIO(letter)).pages)
        alone = len(PdfFileReader(io.BytesIO(reminder._render_letter_pdf())).pages)
        self.assertEqual(pages, alone + 1)
        self.assertTrue(reminder.statement_id)

    def test_the_case_file_has_the_letter_without_its_link(self):
        self.ladder.step_ids.mail_template_id.body_html = (
            "<t t-out='object._get_letter_block(\"answer\")'/>"
        )
        reminder = self.waiting()
        self.print_letters(reminder)
        case = reminder.case_id
        key = case._portal_ensure_token()
        letter = reminder._render_letter_html()
        for secret in (key, "o_letter_link_code"):
            self.assertIn(secret, letter)
        file = self.env["payment.reminder.case.file"]._build(case)
        [[message]] = [notice["messages"] for notice in file["notices"]]
        self.assertIn("scan the code", message["body"])
        self.assertIn("access_token=left-out", message["body"])
        for secret in (key, "o_letter_link_code"):
            self.assertNotIn(secret, json.dumps(file))
        pdf = base64.b64decode(reminder.delivery_ids.letter_pdf)
        self.assertEqual(message["pdf_sha256"], hashlib.sha256(pdf).hexdigest())

    # -- waiting ----------------------------------------------------------------

    def test_it_waits_for_a_person(self):
        reminder = self.waiting()
        self.assertEqual(reminder.state, "approved")
        self.assertFalse(reminder.delivery_ids)
        self.assertEqual(self.to_print(), reminder)
        self.assertIn("a person prints it", reminder.held_reason)

    @takes_long
    def test_it_waits_when_no_address_works(self):
        self.set_channels("email,letter")
        reminder = self.ripe()
        with mute_logger(*QUIET), self.mail_server(REFUSED):
            reminder._dispatch()
        self.assertEqual(reminder.state, "approved")
        self.assertEqual(self.to_print(), reminder)
        self.run_sender(reminder)
        self.print_letters(reminder)
        self.assertEqual(
            self.states(reminder), {"email": "failed", "letter": "uncertain"}
        )

    @takes_long
    def test_a_new_address_takes_it_out_again(self):
        self.set_channels("email,letter")
        reminder = self.ripe()
        with mute_logger(*QUIET), self.mail_server(REFUSED):
            reminder._dispatch()
        self.customer.email = "new@nordlys.example"
        with self.gateways():
            reminder._dispatch()
            self.assertEqual(self.mailed, ["new@nordlys.example"])
        self.assertEqual(reminder.state, "sent")

    def test_a_mail_server_that_is_down_is_tried_again_first(self):
        self.set_channels("email,letter")
        reminder = self.ripe()
        with mute_logger(*QUIET), self.no_mail_server():
            for _attempt in range(2):
                reminder._dispatch()
                self.assertFalse(reminder.to_print)
            reminder._dispatch()
        self.assertEqual(self.to_print(), reminder)

    @takes_long
    def test_all_channels_leave_together(self):
        self.customer.phone = MOBILE
        reminder = self.waiting("letter,email,sms", "all")
        with self.gateways():
            wizard = self.print_letters(reminder)
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
            self.assertEqual(len(self.texted), 1)
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(self.states(reminder)["letter"], "uncertain")
        self.assertEqual(wizard.count, 1)
        wizard.action_confirm()
        self.assertEqual(set(self.states(reminder).values()), {"sent"})

    # -- printing ---------------------------------------------------------------

    def test_printed_and_posted(self):
        reminder = self.waiting()
        wizard = self.print_letters(reminder)
        self.assertEqual(reminder.state, "uncertain")
        self.assertTrue(base64.b64decode(wizard.pdf).startswith(b"%PDF"))
        self.assertFalse(reminder.case_id.item_ids.step_id)
        wizard.action_confirm()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(self.states(reminder), {"letter": "sent"})
        self.assertEqual(reminder.case_id.item_ids.step_id, reminder.step_id)
        self.assertIn("sent", reminder.case_id.event_ids.mapped("kind"))
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_spoilt_is_not_sent(self):
        reminder = self.waiting()
        wizard = self.print_letters(reminder)
        wizard.made_ids.is_posted = False
        wizard.action_confirm()
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(self.states(reminder), {"letter": "failed"})
        self.assertFalse(reminder.case_id.item_ids.step_id)

    def test_window_closed_before_the_answer(self):
        """Nothing is made anew: the same letter is asked about again."""
        reminder = self.waiting()
        first = self.print_letters(reminder)
        pdf = first.pdf
        first.unlink()
        self.assertEqual(self.to_print(), reminder)
        self.assertIn("posted", reminder.held_reason)
        again = self.print_letters(reminder)
        self.assertEqual(len(base64.b64decode(again.pdf)), len(base64.b64decode(pdf)))
        self.assertEqual(len(reminder.delivery_ids), 1)
        again.action_confirm()
        self.assertEqual(reminder.state, "sent")

    def test_paid_in_between_is_left_out(self):
        reminder = self.waiting()
        other = self.make_customer("Other", street="Vej 1", city="Odense", zip="5000")
        self.make_invoice(due=10, partner=other)
        both = reminder | self.propose()
        fresh = both - reminder
        self.ripen(fresh)
        # Straight into the books, as another process would.
        self.pay(reminder.move_ids)
        wizard = self.print_letters(both)
        self.assertEqual(wizard.made_ids.reminder_id, fresh)
        self.assertEqual(wizard.left_out_ids.reminder_id, reminder)
        self.assertEqual(
            wizard.made_ids.recipient, "Other, Vej 1, 5000 Odense", "the same house"
        )
        self.assertTrue(wizard.left_out_ids.reason)
        self.assertFalse(reminder.delivery_ids)

    @takes_long
    def test_hold_window_counts_for_paper_too(self):
        self.set_channels("letter")
        self.make_invoice(due=10)
        reminder = self.propose()
        reminder.with_user(self.manager).action_approve()
        wizard = self.print_letters(reminder)
        self.assertFalse(wizard.made_ids)
        self.assertIn("window", wizard.left_out_ids.reason.lower())

    def test_what_goes_by_mail_is_left_out(self):
        reminder = self.ripe()
        wizard = self.print_letters(reminder)
        self.assertFalse(wizard.made_ids)
        self.assertIn("E-mail", wizard.left_out_ids.reason)
        self.assertEqual(reminder.state, "approved")

    def test_not_approved(self):
        self.set_channels("letter")
        self.make_invoice(due=10)
        reminder = self.propose()
        with self.assertRaises(UserError):
            self.print_letters(reminder)

    def test_text_that_cannot_be_filled_in(self):
        self.ladder.step_ids.mail_template_id.body_html = (
            "<t t-out='1 // int(object.case_id.id < 0)'/>"
        )
        reminder = self.waiting()
        with mute_logger(
            "odoo.addons.payment_reminders.models.paper.sheet",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            wizard = self.print_letters(reminder)
        self.assertFalse(wizard.made_ids)
        self.assertIn("could not be made", wizard.left_out_ids.reason)
        self.assertEqual(reminder.state, "held")

    def test_only_a_manager_prints(self):
        reminder = self.waiting()
        with self.assertRaises(AccessError):
            reminder.with_user(self.rep).action_print_letters()

    @takes_long
    def test_deadline_has_the_days_of_the_post(self):
        self.ladder.jurisdiction_id = self.env.ref(
            "payment_reminders.jurisdiction_dk", raise_if_not_found=False
        )
        self.ladder.step_ids.deadline_days = 10
        reminder = self.waiting()
        self.print_letters(reminder)
        statute = self.ladder.jurisdiction_id._get_statute()
        self.assertTrue(statute.post_days)
        least = fields.Date.today() + timedelta(days=10 + statute.post_days)
        self.assertGreaterEqual(reminder.deadline_date, least)

    def test_names_in_signs_without_a_font_are_told(self):
        """Runes of a script that hardly any server has a font for, and Latin ones."""
        self.customer.name = "𓀀𓁀 Ægir Øst ApS"
        reminder = self.waiting()
        wizard = self.print_letters(reminder)
        if not find_unprintable("𓀀"):
            self.skipTest("This server has a font for hieroglyphs.")
        self.assertIn("𓀀", wizard.font_note)
        self.assertIn("Ægir", wizard.font_note)
        self.assertNotIn("Æ 𓀀", wizard.font_note)

    def test_names_that_can_be_printed_are_not_told(self):
        self.customer.name = "Ægir Øst & Łukasz ApS"
        wizard = self.print_letters(self.waiting())
        self.assertEqual(wizard.count, 1)
        self.assertFalse(wizard.font_note)
