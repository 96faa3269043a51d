"""The real thing: processes of their own, commits, a mail server and an SMS gateway.

Inside Odoo's test cases everything is one transaction that never commits, mails are
not sent and locks are never waited for. What matters most in this addon cannot be
seen there. Here

- ``database.Scratch`` is a database of its own, copied from the one of the tests;
- ``process.Child`` is a process with Odoo's registry on it, outside of test mode,
  that carries out the functions of ``scenes``, each in a transaction that commits;
- ``servers.SmtpServer`` and ``servers.SmsGateway`` listen on the loopback interface,
  note what they get and when, and misbehave when they are told to.

None of these imports Odoo: that is for ``child.py`` and ``scenes``, which run in the
child.
"""

from . import test_real_faults
from . import test_real_race
from . import test_real_stale
from . import test_real_way
from . import test_real_leaving
from . import test_real_bounce
from . import test_real_cost
from . import test_real_batch
