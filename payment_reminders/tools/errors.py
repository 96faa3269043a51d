"""What can go wrong, sorted by what is to be done about it."""

from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

#: Another transaction was met: the same work, done once more, may succeed.
RETRYABLE = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


class WireError(Exception):
    """A message could not be handed over, and certainly did not leave.

    :param temporary: whether trying again later makes sense
    """

    def __init__(self, message, temporary=False):
        super().__init__(message)
        self.temporary = temporary
