from lxml import etree

from odoo.tests import Form

from ..common import ReminderCommon
from ..tags import takes_long

MAIN = "payment_reminders.res_config_settings_view_form"
ADVANCED = "payment_reminders.res_config_settings_view_form_advanced"


class TestSettings(ReminderCommon):
    """What one sets at first is five boxes; the rest is on a page of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        boss = cls.make_user(
            "boss",
            "base.group_system",
            "account.group_account_manager",
            "payment_reminders.group_reminder_manager",
        )
        cls.Settings = cls.env["res.config.settings"].with_user(boss)

    def get_main(self):
        """Return our block among the settings of Invoicing."""
        arch = self.Settings.get_view(view_type="form")["arch"]
        (block,) = etree.fromstring(arch).xpath("//block[@id='payment_reminders']")
        return block

    def get_advanced(self):
        view = self.env.ref(ADVANCED)
        arch = self.Settings.get_view(view.id, "form")["arch"]
        return etree.fromstring(arch)

    def test_settings_are_five_boxes(self):
        block = self.get_main()
        self.assertEqual(
            [node.get("string") for node in block.iter("setting")],
            [
                "Ladder and Approval",
                "Sending Hours",
                "Doubts about Money",
                "Sender and Channels",
                "The Customer's Page",
            ],
        )
        names = {node.get("name") for node in block.iter("field")}
        self.assertLessEqual(
            {"reminder_ladder_id", "reminder_hour_from", "reminder_bank_stale_days"},
            names,
        )

    def test_every_setting_is_somewhere_and_nothing_twice(self):
        fields = [
            node.get("name")
            for page in (self.get_main(), self.get_advanced())
            for node in page.iter("field")
            if not node.get("invisible") == "1"
        ]
        ours = {
            name
            for name, field in self.Settings._fields.items()
            if name.startswith("reminder_") and "payment_reminders" in field._modules
        }
        self.assertEqual(
            ours - set(fields), {"reminder_takes_online", "reminder_uses_letters"}
        )
        self.assertEqual(
            {name for name in fields if fields.count(name) > 1 and name in ours}, set()
        )

    def test_numbers_are_hidden_until_their_box_is_ticked(self):
        for page, box, number in (
            (self.get_main(), "reminder_bank_guard", "reminder_bank_stale_days"),
            (self.get_advanced(), "reminder_holds_out", "reminder_holdout_percent"),
            (self.get_advanced(), "reminder_limits_reps", "reminder_rep_days"),
            (self.get_advanced(), "reminder_has_fee_floor", "reminder_fee_floor"),
            (self.get_advanced(), "reminder_has_fee_share", "reminder_fee_max_share"),
            (
                self.get_advanced(),
                "reminder_has_trifle_limit",
                "reminder_trifle_limit",
            ),
            (self.get_advanced(), "reminder_brake", "reminder_brake_floor"),
        ):
            with self.subTest(number=number):
                (node,) = page.xpath(f"//field[@name='{number}']")
                self.assertTrue(page.xpath(f"//field[@name='{box}']"))
                self.assertIn(
                    f"not {box}",
                    [up.get("invisible") for up in node.iterancestors()],
                )

    @takes_long
    def test_a_box_brings_its_number_and_takes_it_away(self):
        self.company.reminder_bank_stale_days = 0
        with Form(self.Settings) as form:
            self.assertFalse(form.reminder_bank_guard)
            form.reminder_bank_guard = True
            self.assertEqual(form.reminder_bank_stale_days, 5)
            form.reminder_bank_stale_days = 3
        form.save().execute()
        self.assertEqual(self.company.reminder_bank_stale_days, 3)
        with Form(self.Settings) as form:
            self.assertTrue(form.reminder_bank_guard)
            form.reminder_bank_guard = False
        form.save().execute()
        self.assertEqual(self.company.reminder_bank_stale_days, 0)

    def test_advanced_saves_what_it_shows_and_nothing_else(self):
        self.company.write(
            {"reminder_bank_stale_days": 4, "reminder_ladder_id": self.ladder.id}
        )
        with Form(self.Settings, view=ADVANCED) as form:
            form.reminder_has_fee_floor = True
            self.assertEqual(form.reminder_fee_floor, 100.0)
        form.save().execute()
        self.assertEqual(self.company.reminder_fee_floor, 100.0)
        self.assertEqual(self.company.reminder_bank_stale_days, 4)
        self.assertEqual(self.company.reminder_ladder_id, self.ladder)
