"""The tests of our components, run by Odoo's own runner in the browser."""

from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install", "-standard", "payment_reminders_long")
class TestUnits(HttpCase):
    def test_units(self):
        suite = test_js.HOOTCommon._generate_hash(self, "@payment_reminders")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=120,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
