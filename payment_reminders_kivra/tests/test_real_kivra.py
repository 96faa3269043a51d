"""Kivra in processes that commit, are killed, and race with those who pay."""

import contextlib
import tempfile
import time
from datetime import datetime
from pathlib import Path

from odoo import tools
from odoo.tests import BaseCase, tagged

from odoo.addons.payment_reminders.tests.real.crash import LOST, TAKEN, Crashes
from odoo.addons.payment_reminders.tests.real.database import Scratch
from odoo.addons.payment_reminders.tests.real.process import Child
from odoo.addons.payment_reminders.tests.real.servers import SmsGateway, SmtpServer

from .fake_kivra import CLIENT, SECRET, TENANT, FakeKivra

#: A Tuesday, ten o'clock in Copenhagen, no holiday near.
AT = datetime(2026, 9, 15, 8)


class KivraCrashes(Crashes):
    """Kills senders on their way to Kivra."""

    def __init__(self, child, fake, smtp, gateway, at):
        super().__init__(child, smtp, gateway, at)
        self.fake = fake

    def list_points(self, channel):
        points = super().list_points(channel)
        return [point for point in points if point not in (TAKEN, LOST)]

    def _stage(self, channel, count):
        batch = super()._stage(channel, count)
        self.fake.users |= {customer["phone"] for customer in batch}
        return batch

    def _judge(self, customer, seen, wreckage):
        there = [
            content
            for content in self.fake.delivered
            if content["vat_number"] == customer["phone"]
        ]
        wreckage.delivered += bool(there)
        wreckage.double += len(there) > 1
        wreckage.states[seen["state"]] += 1
        # Whatever happened: Kivra has it once, and it is known.
        if (seen["state"], len(there)) != ("sent", 1) or seen["broken"]:
            wreckage.wrong.append(f"{wreckage.point}: {len(there)} letters, {seen}")


@tagged("-standard", "payment_reminders_long", "post_install", "-at_install")
class TestRealKivra(BaseCase):
    def setUp(self):
        super().setUp()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(Scratch(tools.config, "kivra"))
        self.fake = stack.enter_context(FakeKivra())
        self.smtp = stack.enter_context(SmtpServer())
        self.gateway = stack.enter_context(SmsGateway())
        self.children = [
            stack.enter_context(
                Child(
                    database,
                    str(folder / f"odoo{number}.log"),
                    folder=Path(__file__).parent / "real",
                )
            )
            for number in range(2)
        ]
        self.child = self.children[0]
        self.child.call(
            "setup",
            smtp_port=self.smtp.port,
            sms_url=self.gateway.url,
            channels="kivra",
            at=str(AT),
        )
        self.child.call(
            "set_up_kivra",
            url=self.fake.url,
            client_id=CLIENT,
            client_secret=SECRET,
            tenant=TENANT,
        )

    def test_killed_at_every_point_it_is_delivered_once(self):
        crashes = KivraCrashes(self.child, self.fake, self.smtp, self.gateway, AT)
        for point in crashes.list_points("kivra"):
            wreckage = crashes.run(point, "kivra", 1)
            self.assertEqual(wreckage.kills, 1)
            self.assertTrue(wreckage.is_clean, wreckage)

    def test_who_pays_first_gets_no_letter(self):
        crashes = KivraCrashes(self.child, self.fake, self.smtp, self.gateway, AT)
        payer = self.children[1]
        late = 0
        for number in range(10):
            [customer] = crashes._stage("kivra", 1)
            moment = time.clock_gettime(time.CLOCK_MONOTONIC) + 0.5
            paying = payer.begin_in_thread(
                "pay_at",
                way="wizard",
                move=customer["move"],
                moment=moment + number * 0.15,
                linger=0.05,
                at=str(AT),
            )
            arrivals = []
            self.fake.before_answer = lambda arrivals=arrivals: arrivals.append(
                time.clock_gettime(time.CLOCK_MONOTONIC)
            )
            self.child.call(
                "send_at", reminder=customer["reminder"], moment=moment, at=str(AT)
            )
            paying.join(60)
            self.assertFalse(paying.error)
            late += any(one > paying.result["after"] for one in arrivals)
            self.assertLessEqual(len(arrivals), 1)
        self.assertEqual(late, 0)
