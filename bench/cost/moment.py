"""When the days of the bench begin."""

from datetime import datetime

#: A Tuesday, two o'clock at night in Copenhagen, no holiday near.
NIGHT = datetime(2026, 9, 15)
