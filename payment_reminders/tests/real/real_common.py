import atexit
import contextlib
import functools
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from odoo import tools
from odoo.tests import BaseCase, tagged

from .database import Scratch
from .process import Child
from .servers import SmsGateway, SmtpServer

#: A Tuesday, ten o'clock in Copenhagen, no holiday near.
START = datetime(2026, 9, 15, 8)


@functools.cache
def provide_company():
    """Return the name of a database with the company that every class begins with.

    It is set up once in the life of this process, and copied.
    """
    scratch = Scratch(tools.config, "ready")
    atexit.register(scratch.__exit__)
    with Child(scratch.__enter__()) as child:
        child.call("setup", at=str(START), smtp_port=0, sms_url="")
    return scratch.name


@tagged("post_install", "-at_install")
class RealCase(BaseCase):
    """A database of its own, a process with Odoo on it, a mail server, a gateway.

    Each test begins ten weeks after the one before, on a Tuesday morning, so that
    what one leaves behind does not meet the next.
    """

    purpose = None
    channels = "email,sms"
    mode = "first_that_works"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        folder = cls.stack.enter_context(tempfile.TemporaryDirectory())
        cls.log = str(Path(folder) / "odoo.log")
        cls.database = cls.stack.enter_context(
            Scratch(tools.config, cls.purpose, provide_company())
        )
        cls.smtp = cls.stack.enter_context(SmtpServer())
        cls.gateway = cls.stack.enter_context(SmsGateway())
        cls.children = []
        cls.child = cls.start_child()
        cls.begin = START - timedelta(weeks=10)
        cls.now = START
        cls.run_scene(
            "connect",
            smtp_port=cls.smtp.port,
            sms_url=cls.gateway.url,
            channels=cls.channels,
            mode=cls.mode,
        )

    @classmethod
    def start_child(cls):
        """Start one more process; all load at once, and no test waits for one."""
        child = cls.stack.enter_context(Child(cls.database, cls.log))
        cls.children.append(child)
        return child

    def setUp(self):
        super().setUp()
        for child in self.children:
            child.wait_until_ready()
        type(self).begin += timedelta(weeks=10)
        self.go_to(0)
        self.smtp.reset()
        self.gateway.reset()

    @classmethod
    def go_to(cls, day, hour=10):
        """Move the clock to an hour (of Copenhagen) of a day of this test."""
        cls.now = cls.begin + timedelta(days=day, hours=hour - 10)

    @classmethod
    def run_scene(cls, scene, child=None, **arguments):
        """Carry out one function of scenes in a process, at the time of the test."""
        return (child or cls.child).call(scene, at=str(cls.now), **arguments)

    def name(self, suffix=""):
        """Return a customer's name that no other test uses."""
        return f"{self._testMethodName.removeprefix('test_')}{suffix}".replace("_", "-")

    def stage(self, suffix="", **more):
        """Make one customer whose notice is ready to be sent."""
        name = self.name(suffix)
        return {"name": name, **self.run_scene("stage", names=[name], **more)[name]}

    def look(self, reminder, child=None):
        return self.run_scene("look", child=child, reminders=[reminder])[str(reminder)]

    def read_errors(self):
        """Return the lines of the processes' log that tell of an error."""
        lines = Path(self.log).read_text(errors="replace").splitlines()
        return [line for line in lines if " ERROR " in line or " CRITICAL " in line]

    def mails_to(self, name):
        return self.smtp.sent_to(f"{name}@customer.test")
