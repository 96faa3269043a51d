import json

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import SQL

from ..sending.gateway_common import MOBILE, GatewayCommon
from ..tags import takes_long

PERSONAL = (
    "Ingrid",
    "Mortensen",
    "ingrid@",
    "20123456",
    "20 12 34 56",
    "Solvej",
    "ship was late",
)


class TestErasure(GatewayCommon):
    """A customer who is erased is named nowhere in the trail, and it stays whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.make_customer(
            "Ingrid Mortensen",
            "ingrid@mortensen.example",
            is_company=False,
            phone=MOBILE,
            street="Solvej 4",
            city="Lyngby",
        )
        cls.move = cls.make_invoice(due=10, partner=cls.person)
        with cls().gateways():
            cls.reminder = cls.propose()
            cls.send(cls.reminder)
        cls.case = cls.reminder.case_id
        cls.live_through_a_lot()

    @classmethod
    def live_through_a_lot(cls):
        """Do whatever may write something personal somewhere."""
        case = cls.case.with_user(cls.manager)
        case.action_hold("Ingrid says the ship was late")
        case.action_release("Ingrid called again")
        said = "Ingrid Mortensen wrote: the ship was late"
        case.message_post(body=said)
        with freeze_time("2026-09-28 08:00:00"), cls().gateways():
            second = cls.propose()
            second.with_user(cls.manager).action_hold("Wait for Ingrid")
            second.with_user(cls.manager).action_release()
            cls.person.reminder_excluded = True
            cls.ripen(second)
            second._dispatch()
            assert second.state == "held"
            cls.person.reminder_excluded = False
            second.with_user(cls.manager).action_release()
            second._dispatch()
            assert second.state == "sent"
            delivery = second.delivery_ids[0]
            delivery._receive_bounce(delivery, "5.1.1", "ingrid@mortensen.example: no")
            cls.env["payment.reminder"]._cron_send()
            fee = case.claim_line_ids.filtered(lambda line: not line.reversal_of_id)
            fee[-1:].with_user(cls.manager).action_reverse("Ingrid did not owe it")
            cls.env["payment.reminder.query"].sudo().create(
                {
                    "case_id": case.id,
                    "kind": "amount",
                    "description": "the ship was late, writes Ingrid",
                }
            )
            case.action_close("Solvej 4 is empty")

    def read_trail(self):
        self.env.flush_all()
        [[text]] = self.env.execute_query(
            SQL("SELECT json_agg(e ORDER BY id)::text FROM payment_reminder_event e")
        )
        return text

    def assertNamesNobody(self, text):
        for word in PERSONAL:
            self.assertNotIn(word, text)

    def test_the_chain_names_nobody(self):
        kinds = set(self.case.event_ids.mapped("kind"))
        self.assertLessEqual(
            {"sent", "held", "frozen", "released", "bounced", "closed"}, kinds
        )
        self.assertNamesNobody(self.read_trail())

    def test_erased(self):
        before = self.read_trail()
        self.case.with_user(self.manager).action_erase_personal_data()
        # The contact itself is Odoo's, and the bookkeeper's to judge.
        self.person.write(
            {
                "name": "Erased",
                "email": False,
                "phone": False,
                "street": False,
                "city": False,
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        trail = json.loads(self.read_trail())
        self.assertEqual(trail[: len(json.loads(before))], json.loads(before))
        self.assertEqual(self.env["payment.reminder.event"]._find_broken(self.case), {})
        file = self.env["payment.reminder.case.file"]._build(self.case)
        self.assertNamesNobody(json.dumps(file))
        for table in (
            "payment_reminder",
            "payment_reminder_delivery",
            "payment_reminder_freeze",
            "payment_reminder_claim_line",
            "payment_reminder_event_note",
            "payment_reminder_case",
            "payment_reminder_query",
        ):
            with self.subTest(table):
                [[text]] = self.env.execute_query(
                    SQL(
                        "SELECT coalesce(json_agg(t)::text, '') FROM %s t",
                        SQL.identifier(table),
                    )
                )
                self.assertNamesNobody(text)
        self.assertNamesNobody("".join(self.case.message_ids.mapped("body")))
        self.assertFalse(self.env["sms.sms"].search([("number", "ilike", "20123456")]))

    @takes_long
    def test_no_table_of_ours_names_anybody(self):
        """Nor does what we wrote on the invoices and to the customer."""
        with freeze_time("2026-10-20 08:00:00"), self.gateways():
            self.case.query_ids.with_user(self.manager).action_close()
            self.ladder.step_ids.write({"channels": "email,sms", "channel_mode": "all"})
            self.person.email = "ingrid@new.example"
            self.make_invoice(due=10, partner=self.person)
            third = self.propose()
            third.sudo().write(
                {
                    "personal_text": "Dear Ingrid",
                    "override_note": "Ingrid asked for it",
                    "fee_limit_note": "Ingrid has no money",
                }
            )
            self.send(third)
            self.assertEqual(third.delivery_ids.mapped("state"), ["sent", "sent"])
            third.with_user(self.manager).action_withdraw("Ingrid was right")
            self.case.with_user(self.manager).action_close("Ingrid has moved")
        ours = {
            model._table
            for model in self.env.values()
            if model._auto
            and not model._transient
            and model._original_module == "payment_reminders"
        }
        tables = (ours | {"mail_message", "mail_mail", "sms_sms"}) - {"res_company"}
        tables |= {"mail_activity", "mail_notification", "mail_tracking_value"}
        named = {table for table in tables if self.find_names(table)}
        self.assertLessEqual({"payment_reminder", "mail_message", "sms_sms"}, named)
        self.case.with_user(self.manager).action_erase_personal_data()
        self.person.write(
            {"name": "E", "email": False, "phone": False, "street": False}
        )
        for table in sorted(tables):
            with self.subTest(table):
                self.assertFalse(self.find_names(table))

    def find_names(self, table):
        """Return the rows of a table that name the customer; the chatter of the
        contact itself is Odoo's."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL("SELECT row_to_json(t)::text FROM %s t", SQL.identifier(table))
        )
        return [
            text
            for [text] in rows
            if any(word in text for word in PERSONAL) and "res.partner" not in text
        ]

    def test_only_when_it_is_over_and_by_a_manager(self):
        with self.assertRaises(UserError):
            self.case.with_user(self.rep).action_erase_personal_data()
        other = self.make_invoice(due=10)
        self.propose()
        with self.assertRaisesRegex(UserError, "Close"):
            other.reminder_case_id.with_user(self.manager).action_erase_personal_data()
