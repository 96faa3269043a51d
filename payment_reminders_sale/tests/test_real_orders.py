"""The tests of orders, in a database that has Sales: nobody else's has it."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo import tools
from odoo.tests import BaseCase, tagged

from odoo.addons.payment_reminders.tests.real.database import Scratch
from odoo.addons.payment_reminders.tests.real.servers import free_port

ADDON = "payment_reminders_sale"
SECONDS = 600


@tagged("post_install", "-at_install", "-standard", "payment_reminders_long")
class TestRealOrders(BaseCase):
    def test_orders_where_sales_is_installed(self):
        """Odoo's own runner installs it in a copy, and runs what is skipped here."""
        with (
            Scratch(tools.config, "orders") as database,
            tempfile.TemporaryDirectory() as folder,
        ):
            log = Path(folder) / "odoo.log"
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "odoo", "-d", database, "-i", ADDON),
                    *("--test-tags", f"/{ADDON}", "--stop-after-init"),
                    *("--http-port", str(free_port()), "--logfile", str(log)),
                    *("--db-filter", f"^{re.escape(database)}$"),
                ],
                env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
                timeout=SECONDS,
                check=False,
            )
            said = log.read_text(encoding="utf-8")
        self.assertRegex(said, r"0 failed, 0 error\(s\) of [2-9]\d tests", said[-9000:])
        self.assertEqual(done.returncode, 0)
