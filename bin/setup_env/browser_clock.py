"""Real time where Odoo waits for a page: by a frozen clock it would wait for ever."""

from __future__ import annotations

from typing import Any


def let_time_pass() -> None:
    """Keep freezegun away from the loop in which a browser is asked again and again.

    It leaves alone what is called from a module of this list, a few calls deep.
    """
    import freezegun

    from odoo.tests.common import ChromeBrowser

    freezegun.configure(extend_ignore_list=[__name__])
    wait = ChromeBrowser._wait_ready

    def wait_ready(self: Any, *args: Any, **options: Any) -> bool:
        return bool(wait(self, *args, **options))

    ChromeBrowser._wait_ready = wait_ready
