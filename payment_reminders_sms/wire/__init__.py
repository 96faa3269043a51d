"""What SMS gateways have in common. Nothing here knows Odoo or a record."""

from .told import (
    DELIVERED,
    FAILED,
    UNDER_WAY,
    Credit,
    Heard,
    Message,
    Report,
    is_news,
    judge,
    make_number,
    read_moment,
    read_words,
    strip_keyword,
)
