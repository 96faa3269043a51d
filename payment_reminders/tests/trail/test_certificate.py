"""The certificate of three reminders rests on the trail, or is refused in words."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long

REPORT = "payment_reminders.report_certificate"


@tagged("post_install", "-at_install")
class TestCertificate(GatewayCommon):
    def remind(self, *days):
        """Send what is due on these days of 2026; return the case."""
        if not hasattr(self, "move"):
            self.move = self.make_invoice(due="2026-03-02", amount=10000)
        for day in days:
            with freeze_time(f"2026-{day} 08:00:00"), self.gateways():
                notice = self.propose()
                self.send(notice)
                self.assertEqual(notice.state, "sent")
        return notice.case_id

    def print_it(self, case):
        html, _type = self.env["ir.actions.report"]._render_qweb_html(REPORT, case.ids)
        return html.decode()

    @takes_long
    def test_three_reminders(self):
        case = self.remind("03-16", "04-14", "05-12")
        text = self.print_it(case.with_user(self.rep))
        for part in (
            self.move.name,
            "2026-03-16",
            "2026-04-14",
            "2026-05-12",
            "Reminder 2",
            "ap@nordlys.example",
            case.sudo().event_ids.sorted("seq")[-1].hash,
        ):
            self.assertIn(part, text)

    @takes_long
    def test_it_is_refused_with_what_is_missing(self):
        case = self.remind("03-16", "04-14")
        with self.assertRaisesRegex(UserError, "2 of 3 reminders were sent"):
            self.print_it(case)
        case = self.remind("08-12")
        with self.assertRaisesRegex(
            UserError, "04/14/2026 and 08/12/2026 lies more time than is usual"
        ):
            self.print_it(case)

    @takes_long
    def test_what_came_back_counts_for_nothing(self):
        case = self.remind("03-16", "04-14", "05-12")
        delivery = case.reminder_ids.sorted("id")[-1].delivery_ids[:1]
        delivery._receive_bounce(delivery, "5.1.1", "No such user")
        with self.assertRaisesRegex(UserError, "2 of 3 reminders were sent"):
            self.print_it(case)
