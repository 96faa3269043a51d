from odoo.tests import tagged

from ..common import ReminderCommon
from .accessibility_common import LAPTOP, PHONE, AccessibilityCommon

#: What the web client of Odoo itself breaks in any form: its tabs, the pictures of
#: users, the buttons of lists, its drop-downs, its grey and the colours of its badges.
OF_ODOO = (
    "aria-allowed-attr",
    "aria-required-parent",
    "autocomplete-valid",
    "button-name",
    "color-contrast",
    "image-alt",
)


@tagged("post_install", "-at_install", "-standard", "payment_reminders_long")
class TestOurScreensAccessible(AccessibilityCommon, ReminderCommon):
    """What is ours on the screens of the people who send reminders."""

    sizes = (LAPTOP,)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.password = "manager"
        cls.make_invoice(due=10)
        cls.reminder = cls.propose()

    def check(self, path, include, off=()):
        self.assertAccessible(
            f"/odoo/{path}",
            ready=f"document.querySelector({include!r}) !== null",
            login="manager",
            include=include,
            off=off,
        )

    def test_first_steps_on_the_queue(self):
        self.check("payment-reminders", ".o_payment_reminder_setup")

    def test_what_is_to_do_and_what_is_configured(self):
        self.check("reminders-to-do", ".o_payment_reminder_links")
        # Nor has the box that ticks all rows of a list a label.
        self.check("reminders-to-do", ".o_list_renderer", (*OF_ODOO, "label"))
        self.check("reminder-configuration", ".o_kanban_renderer", OF_ODOO)

    def test_desk(self):
        pane = ".o_payment_reminder_pane"
        self.assertAccessible(
            "/odoo/payment-reminders",
            ready=f"document.querySelector('{pane} iframe') !== null",
            login="manager",
            include=pane,
        )
        # Nor has the box that ticks all rows of a list a label.
        self.check(
            "payment-reminders", ".o_payment_reminder_queue", (*OF_ODOO, "label")
        )

    def test_notice(self):
        self.check(f"payment-reminders/{self.reminder.id}", ".o_form_sheet", OF_ODOO)

    def test_case(self):
        case = self.reminder.case_id
        self.check(f"payment-reminder-cases/{case.id}", ".o_form_sheet", OF_ODOO)

    def test_ladder(self):
        path = "action-payment_reminders.payment_reminder_ladder_action"
        self.check(f"{path}/{self.ladder.id}", ".o_form_sheet", OF_ODOO)
        self.check(f"{path}/{self.ladder.id}", ".o_field_widget[name=timeline]")
        self.check(f"{path}/{self.ladder.id}", ".o_field_payment_reminder_channels")

    def test_dashboard(self):
        """All of it, on a phone too."""
        self.sizes = (PHONE, LAPTOP)
        charts = ".o_payment_reminder_dashboard canvas"
        self.assertAccessible(
            "/odoo/payment-reminder-dashboard",
            ready=f"document.querySelector('{charts}') !== null",
            login="manager",
            include=".o_payment_reminder_dashboard",
        )

    def test_month_end_sheet(self):
        self.check(
            "action-payment_reminders.payment_reminder_month_end_action",
            ".o_field_widget[name=body]",
        )
