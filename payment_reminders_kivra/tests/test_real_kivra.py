"""Kivra in processes that commit, are killed, and race with those who pay."""

import contextlib
import tempfile
from datetime import datetime
from pathlib import Path

from odoo import tools
from odoo.tests import BaseCase, tagged

from odoo.addons.payment_reminders.tests.real import guests
from odoo.addons.payment_reminders.tests.real.crash import Crashes
from odoo.addons.payment_reminders.tests.real.database import Scratch
from odoo.addons.payment_reminders.tests.real.process import Child
from odoo.addons.payment_reminders.tests.real.race import Arena
from odoo.addons.payment_reminders.tests.real.servers import SmsGateway, SmtpServer

#: A Tuesday, ten o'clock in Copenhagen, no holiday near.
AT = datetime(2026, 9, 15, 8)


@tagged("-standard", "payment_reminders_long", "post_install", "-at_install")
class TestRealKivra(BaseCase):
    def setUp(self):
        super().setUp()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(Scratch(tools.config, "kivra"))
        self.guest = guests.find("kivra")
        self.guest.open(stack)
        self.smtp = stack.enter_context(SmtpServer())
        self.gateway = stack.enter_context(SmsGateway())
        self.child, self.payer = (
            stack.enter_context(
                Child(
                    database,
                    str(folder / f"odoo{number}.log"),
                    folder=self.guest.folder,
                )
            )
            for number in range(2)
        )
        self.child.call(
            "setup",
            smtp_port=self.smtp.port,
            sms_url=self.gateway.url,
            channels=self.guest.channel,
            at=str(AT),
        )
        self.guest.set_up(self.child)

    def test_killed_at_every_point_it_is_delivered_once(self):
        crashes = Crashes(self.child, self.smtp, self.gateway, AT, guest=self.guest)
        for point in crashes.list_points("kivra"):
            wreckage = crashes.run(point, "kivra", 1)
            self.assertEqual((wreckage.kills, wreckage.delivered), (1, 1), point)
            self.assertTrue(wreckage.is_clean, wreckage)

    def test_who_pays_first_gets_no_letter(self):
        arena = Arena(
            self.child,
            self.payer,
            self.smtp,
            self.gateway,
            str(AT),
            guest=self.guest,
        )
        tally = arena.run("wizard", "kivra", 10)
        self.assertTrue(tally.is_clean, tally)
        # Who pays while Kivra holds the letter is not overtaken by it.
        tally = arena.run("wizard", "kivra", 2, at_the_gateway=True)
        self.assertTrue(tally.is_clean, tally)
        self.assertEqual(tally.first["sent"], 2)
