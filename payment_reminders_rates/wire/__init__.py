"""One small class a publisher, all over one HTTP door; records are unknown here.

A new one is a class with ``fetch`` and ``to_rows``, in ``FEEDS``: ``docs/hooks.md``.
"""

from odoo.addons.payment_reminders.http import Door, Outcome

from .base import Feed, FeedError, Observation, Row
from .bundesbank import Bundesbank
from .ecb import Ecb
from .norges_bank import NorgesBank
from .riksbank import Riksbank
from .statbank import StatBank

FEEDS: dict[str, type[Feed]] = {
    feed.code: feed for feed in (StatBank, Riksbank, Ecb, Bundesbank, NorgesBank)
}

__all__ = ["FEEDS", "Door", "Feed", "FeedError", "Observation", "Outcome", "Row"]
