"""Tags of single tests; Odoo's own `tagged` is for classes."""

from collections.abc import Callable
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])


def takes_long(test: Test) -> Test:
    """Leave a test to ``bin/test --all``; another runner takes no notice."""
    test.__dict__["takes_long"] = True
    return test
