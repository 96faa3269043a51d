"""What a new channel needs: a code, a wire, and nothing of the core."""

from odoo.exceptions import ValidationError
from odoo.orm.model_classes import add_to_registry
from odoo.tests import freeze_time

from ...models.sending.wire import FAILED, SENT, UNCERTAIN
from ..tags import takes_long
from .gateway_common import MOBILE, GatewayCommon
from .pigeon import loft, make_model

MODEL = "payment.reminder.delivery"
ADDRESS = "loft Aarhus"


class TestNewChannel(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As an addon does it that is installed; taken out again at the end.
        cls.addClassCleanup(cls.registry._setup_models__, cls.env.cr, [MODEL])
        known = cls.registry[MODEL]
        cls.addClassCleanup(setattr, known, "_base_classes__", known._base_classes__)
        add_to_registry(cls.registry, make_model())
        cls.registry._setup_models__(cls.env.cr, [MODEL])
        field = cls.env["ir.model.fields"]._get(MODEL, "channel")
        cls.env.cr.execute(
            "INSERT INTO ir_model_fields_selection (field_id, value, name, sequence)"
            " VALUES (%s, 'pigeon', '{\"en_US\": \"Pigeon\"}', 9)",
            [field.id],
        )
        cls.env.registry.clear_cache("stable")
        cls.customer.ref = "Aarhus"
        cls.ladder.step_ids.channels = "pigeon,email"

    def setUp(self):
        super().setUp()
        loft.update(outcome=SENT, heard=None, flown=[], asked=[])

    def fly(self, outcome=SENT):
        """Send the notice of a new invoice by pigeon; return it."""
        loft["outcome"] = outcome
        notice = self.ripe()
        with self.gateways():
            notice._dispatch()
            self.assertEqual(self.mailed, [])
        self.assertEqual(loft["flown"], [ADDRESS])
        return notice

    def test_it_is_chosen_tried_and_shown(self):
        notice = self.ripe()
        self.assertIn("pigeon", dict(self.env[MODEL]._fields["channel"].selection))
        self.assertTrue(notice.preview_subject)
        self.assertEqual(notice.preview_to, f"{ADDRESS}, ap@nordlys.example")
        notice.sudo().channel_choice = "pigeon"
        notice.invalidate_recordset()
        self.assertEqual(notice.preview_to, ADDRESS)
        self.assertIn("You owe", notice.preview_body)
        for model in ("payment.reminder.wizard", "payment.reminder.text.check"):
            labels = self.env[model]._fields["channel"]._description_selection(self.env)
            self.assertEqual(dict(labels)["pigeon"], "Pigeon")
        labels = self.env["payment.reminder.wizard"]._fields["channel"]
        self.assertNotIn("other", dict(labels._description_selection(self.env)))
        with self.assertRaisesRegex(ValidationError, "Not known: other"):
            self.ladder.step_ids[0].channels = "other"

    def test_it_leaves_and_the_case_file_says_so(self):
        notice = self.fly()
        self.assertEqual(notice.state, "sent")
        self.assertEqual(notice.channel_summary, "Pigeon")
        file = self.env["payment.reminder.case.file"]._build(notice.case_id)
        [message] = [m for m in file["notices"][0]["messages"] if m["state"] == "sent"]
        self.assertEqual((message["channel"], message["body"]), ("pigeon", ""))

    def test_its_texts_are_checked(self):
        self.make_invoice(due=10)
        self.refresh()
        ladder = self.ladder.with_user(self.manager)
        action = ladder.action_check_texts()
        found = ladder.env["payment.reminder.text.check"].search(action["domain"])
        self.assertEqual(set(found.mapped("channel")), {"pigeon", "email"})
        self.assertFalse(
            found.filtered(lambda c: "postal" in (c.problems or "")).mapped("channel")
        )

    @takes_long
    def test_a_dead_end_is_left_out_whoever_brought_it(self):
        delivery = self.fly().delivery_ids.filtered(lambda d: d.channel == "pigeon")
        delivery._receive_bounce(delivery, "hawk", "A hawk took it.")
        facts = self.env["payment.reminder.facts"]
        reached = facts._read_recipients(delivery.case_id)[delivery.case_id.id]
        self.assertEqual(reached["pigeon"], [])
        self.assertTrue(reached["email"])
        delivery.action_use_again()
        reached = facts._read_recipients(delivery.case_id)[delivery.case_id.id]
        self.assertEqual(reached["pigeon"], [(self.customer, ADDRESS)])

    @takes_long
    def test_who_cannot_be_told_that_it_is_withdrawn_is_called_by_a_person(self):
        notice = self.fly()
        notice.with_user(self.manager).action_withdraw("Wrong customer")
        [activity] = notice.case_id.activity_ids
        self.assertIn("is withdrawn", activity.summary)
        self.assertIn(ADDRESS, activity.note)

    def test_who_got_it_by_another_way_as_well_is_told_there(self):
        self.ladder.step_ids.write({"channel_mode": "all"})
        notice = self.ripe()
        with self.gateways():
            notice._dispatch()
            notice.with_user(self.manager).action_withdraw("Wrong customer")
        self.assertFalse(notice.case_id.activity_ids)

    def test_it_asks_for_its_own_kind_of_address(self):
        self.customer.write({"ref": False, "email": False})
        self.make_invoice(due=10)
        notice = self.propose()
        notice.with_user(self.manager).action_approve()
        self.assertIn("(Address, E-mail address)", notice.held_reason)

    # -- what became of it? -----------------------------------------------------

    def run_cron(self):
        self.env["payment.reminder.sender"].sudo()._cron_send()
        self.env.invalidate_all()

    def test_what_the_service_knows_needs_no_person(self):
        notice = self.fly(UNCERTAIN)
        self.assertEqual(notice.state, "uncertain")
        self.assertTrue(notice.can_ask_service)
        loft["heard"] = (SENT, False, "ring 2")
        self.run_cron()
        self.assertEqual(notice.state, "sent")
        self.assertFalse(notice.can_ask_service)
        delivery = notice.delivery_ids.filtered(lambda d: d.channel == "pigeon")
        self.assertEqual((delivery.state, delivery.message_id), ("sent", "ring 2"))
        self.assertEqual((loft["flown"], loft["asked"]), ([ADDRESS], [True]))
        self.assertTrue(self.ladder.step_ids & notice.line_ids.item_id.step_id)

    def test_what_never_arrived_is_proposed_again(self):
        notice = self.fly(UNCERTAIN)
        loft["heard"] = (FAILED, "No pigeon came.", False)
        notice.with_user(self.manager).action_ask_service()
        self.assertEqual(notice.state, "cancelled")
        self.assertIn("No pigeon came.", notice.delivery_ids.mapped("failure_reason"))
        self.assertTrue(self.propose() - notice)

    def test_what_it_does_not_know_stays_with_a_person(self):
        notice = self.fly(UNCERTAIN)
        action = notice.with_user(self.manager).action_ask_service()
        self.assertIn("stays uncertain", action["params"]["message"])
        self.assertEqual(notice.state, "uncertain")

    @takes_long
    def test_nothing_is_sent_again_once_it_is_paid_or_asked_about(self):
        """The answer may be got by sending it once more: then the guard is asked."""
        notice = self.fly(UNCERTAIN)
        notice.case_id.with_user(self.manager).action_hold("They called")
        self.run_cron()
        self.assertEqual(loft["asked"], [False])
        notice.case_id.with_user(self.manager).action_release()
        self.run_cron()
        self.assertEqual(loft["asked"], [False, True])
        self.pay(notice.move_ids)
        self.run_cron()
        self.assertEqual(loft["asked"], [False, True, False])

    @freeze_time("2026-09-15 21:00:00")
    def test_nobody_is_woken_by_a_question(self):
        with freeze_time("2026-09-15 08:00:00"):
            self.fly(UNCERTAIN)
        self.run_cron()
        self.assertEqual(loft["asked"], [False])

    def test_what_cannot_tell_is_not_asked(self):
        self.ladder.step_ids.channels = "sms"
        self.customer.phone = MOBILE
        notice = self.ripe()
        self.assertFalse(notice.can_ask_service)
        notice._set_state("sending")
        notice._set_state("uncertain")
        self.assertFalse(notice.can_ask_service)

    # -- it is gone -------------------------------------------------------------

    def test_what_it_sent_stays_readable_without_it(self):
        notice = self.fly()
        selection = self.env["ir.model.fields.selection"].search(
            [("field_id.model", "=", MODEL), ("value", "=", "pigeon")]
        )
        self.assertEqual(len(selection), 1)
        selection._process_ondelete()
        self.env.invalidate_all()
        delivery = notice.delivery_ids.filtered(lambda d: d.state == "sent")
        self.assertEqual(delivery.channel, "other")
        self.assertEqual(notice.channel_summary, "Another way")
        self.assertEqual(set(self.ladder.step_ids.mapped("channels")), {"email"})
        self.env["payment.reminder.case.file"]._build(notice.case_id)
        notice.with_user(self.manager).action_withdraw("Wrong customer")

    def test_a_step_that_still_names_it_goes_on_with_the_others(self):
        notice = self.ripe()
        self.env.cr.execute("UPDATE payment_reminder_step SET channels = 'gone,email'")
        self.env.invalidate_all()
        with self.gateways():
            notice._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(notice.state, "sent")
