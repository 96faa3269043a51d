from datetime import timedelta

from odoo.tests import tagged

from ..tags import takes_long
from .real_common import RealCase
from .servers import DROP

#: What a server may do with a connection that has brought a message before: the next
#: goes through a new one, and nobody gets it twice.
TIRED = [
    ("noop", DROP),
    ("again body", "451 Not this one"),
]
#: The same, more of it.
MORE_TIRED = [
    ("noop", "421 Bye"),
    ("again mail", DROP),
    ("again mail", "421 Too many messages"),
    ("again rcpt", "452 Too many recipients"),
    ("again data", DROP),
]
COUNT = 4


class BatchCommon(RealCase):
    """Many notices through one connection, with one paperwork at the end."""

    purpose = "batch"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.start_child()

    def stage_all(self, suffix="", count=COUNT):
        names = [self.name(f"{suffix}-{number}") for number in range(count)]
        made = self.run_scene("stage", names=names)
        return {name: made[name]["reminder"] for name in names}

    def assertAllSentOnce(self, made):
        seen = self.run_scene("look", reminders=list(made.values()))
        for name, reminder in made.items():
            self.assertEqual(len(self.mails_to(name)), 1, name)
            one = seen[str(reminder)]
            self.assertEqual((one["state"], one["mails"]), ("sent", ["sent"]))
            self.assertEqual(one["events"][-2:], ["sending", "sent"])
            self.assertFalse(one["broken"])
        self.assertFalse(self.gateway.texts, "no other channel was needed")

    def assertAllSentThroughAnother(self, tired):
        for number, (stage, rule) in enumerate(tired):
            with self.subTest(stage=stage, rule=rule):
                self.smtp.reset()
                made = self.stage_all(f"-{number}")
                self.smtp.rules = {stage: rule}
                self.run_scene("cron_send")
                self.assertAllSentOnce(made)
                self.assertGreater(self.smtp.connections, 1)


class TestRealBatch(BatchCommon):
    def test_one_connection(self):
        made = self.stage_all()
        self.run_scene("cron_send")
        self.assertAllSentOnce(made)
        self.assertEqual(self.smtp.connections, 1)

    def test_a_notice_that_is_held_costs_no_connection(self):
        """Put on hold while the message before it is on the wire."""
        made = self.stage_all()
        name = list(made)[1]
        held = []

        def hold(_recipients):
            if not held:
                held.append(name)
                self.run_scene(
                    "change", child=self.clerk, what="hold", reminder=made[name]
                )

        self.smtp.before_taking = hold
        self.addCleanup(setattr, self.smtp, "before_taking", None)
        self.run_scene("cron_send")
        self.assertEqual(self.look(made.pop(name))["state"], "held")
        self.assertFalse(self.mails_to(name))
        self.assertAllSentOnce(made)
        self.assertEqual(self.smtp.connections, 1)

    @takes_long
    def test_a_new_connection_after_some_mails(self):
        self.run_scene("set_session_length", mails=2)
        self.addCleanup(self.run_scene, "set_session_length", mails=50)
        made = self.stage_all()
        self.run_scene("cron_send")
        self.assertAllSentOnce(made)
        self.assertEqual(self.smtp.connections, 2)

    @takes_long
    def test_a_server_that_has_enough_of_a_connection(self):
        self.assertAllSentThroughAnother(TIRED)

    @takes_long
    def test_a_connection_that_breaks_after_the_text(self):
        """Whether it arrived nobody knows: it is asked, and never sent again."""
        made = self.stage_all()
        self.smtp.rules = {"again body": DROP}
        self.run_scene("cron_send")
        self.smtp.rules = {}
        self.run_scene("cron_send")
        states = [self.look(reminder)["state"] for reminder in made.values()]
        self.assertEqual(states, ["sent", "uncertain"] * 2)
        self.assertEqual([len(self.mails_to(name)) for name in made], [1] * COUNT)

    @takes_long
    def test_killed_before_the_paperwork(self):
        """All of them are out; who comes next says so of each, and sends none again."""
        for point in ("paperwork begun", "paperwork written"):
            with self.subTest(point=point):
                made = self.stage_all(f"-{len(point)}")
                code = self.child.call_apart(
                    "die_at",
                    at=str(self.now),
                    point=point,
                    channel="email",
                    reminder=list(made.values()),
                )
                self.assertEqual(code, -9)
                seen = self.run_scene("look", reminders=list(made.values()))
                for one in seen.values():
                    self.assertEqual(one["state"], "sending")
                type(self).now += timedelta(minutes=30)
                self.run_scene("cron_send")
                self.assertAllSentOnce(made)


@tagged("-standard", "payment_reminders_long")
class TestMoreBatches(BatchCommon):
    def test_a_server_that_has_enough_of_a_connection_at_any_time(self):
        self.assertAllSentThroughAnother(MORE_TIRED)
