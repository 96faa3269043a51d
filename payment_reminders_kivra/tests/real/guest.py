"""Kivra among the channels that race and are killed."""

from pathlib import Path
from types import SimpleNamespace

from odoo.addons.payment_reminders.tests.real.guests import BaseGuest

from ..fake_kivra import CLIENT, SECRET, TENANT, FakeKivra


class Guest(BaseGuest):
    channel = "kivra"
    folder = Path(__file__).parent
    # The same bytes are delivered once.
    settles = True
    # The letter is made on the way.
    spread = 2.0

    def open(self, stack):
        self.fake = stack.enter_context(FakeKivra())
        self.fake.before_taking = self._take

    def _take(self, content):
        if self.before_taking:
            self.before_taking([content["vat_number"]])

    def set_up(self, child):
        child.call(
            "set_up_kivra",
            url=self.fake.url,
            client_id=CLIENT,
            client_secret=SECRET,
            tenant=TENANT,
        )

    def welcome(self, customers):
        self.fake.users |= {customer["phone"] for customer in customers}

    def sent_to(self, customer):
        return [
            SimpleNamespace(time=content["time"], recipients=[customer["phone"]])
            for content in self.fake.delivered
            if content["vat_number"] == customer["phone"]
        ]
