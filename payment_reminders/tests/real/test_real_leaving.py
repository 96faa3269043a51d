from odoo.tests import tagged

from .real_common import RealCase


class TestRealCopy(RealCase):
    """A copy of a database sends nothing, whatever anybody does in it."""

    purpose = "copy"

    def test_neutralized(self):
        names = [self.name("-ripe"), self.name("-later")]
        made = self.run_scene("stage", names=names)
        reminders = [customer["reminder"] for customer in made.values()]
        self.run_scene("neutralize")
        self.assertEqual(self.run_scene("list_active_crons"), [])
        self.run_scene("cron_send")
        for reminder in reminders:
            seen = self.look(reminder)
            self.assertEqual(seen["state"], "held")
            self.assertIn("Neutralized", seen["held_reason"])
        self.run_scene("release_and_send", reminders=reminders)
        self.run_scene("run_queues", resend=True)
        for reminder in reminders:
            seen = self.look(reminder)
            self.assertEqual(
                (seen["state"], seen["verdict"]), ("approved", ["neutralized"])
            )
            self.assertEqual(seen["broken"], "")
        self.assertEqual((self.smtp.mails, self.gateway.texts), ([], []))


@tagged("-standard", "payment_reminders_long")
class TestRealUninstall(RealCase):
    """Who takes the addon out keeps the accounts as they are, and nothing of ours."""

    purpose = "leaving"

    def test_uninstalled(self):
        staged = self.stage()
        paid = self.stage("-paid")
        self.run_scene("cron_send")
        self.run_scene("pay", way="wizard", move=paid["move"])
        self.assertEqual(self.look(staged["reminder"])["state"], "sent")
        books = self.run_scene("read_books")
        self.assertGreater(len(self.run_scene("list_leftovers")), 50)
        self.run_scene("uninstall")
        # A process that has never known the addon.
        after = self.start_child()
        self.assertEqual(self.run_scene("list_leftovers", child=after), [])
        self.assertEqual(self.run_scene("read_books", child=after), books)
