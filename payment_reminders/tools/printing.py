"""Whether a person prints letters just now: without one, nothing gets past a letter."""

from contextlib import contextmanager
from contextvars import ContextVar

#: In this thread.
_printing = ContextVar("payment_reminder_printing", default=False)


def is_printing():
    """Tell whether a person is printing letters in this thread."""
    return _printing.get()


@contextmanager
def printing():
    """Let the sender make letters, and nothing before them, for a person."""
    token = _printing.set(True)
    try:
        yield
    finally:
        _printing.reset(token)
