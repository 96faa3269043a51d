"""United Kingdom: Companies House. An API key as the user of HTTP Basic."""

import time
from dataclasses import replace

from .base import Register, read_date
from .door import PAUSE, Outcome

STRIKE_OFF = "active-proposal-to-strike-off"


class CompaniesHouse(Register):
    """One number a question, 600 in five minutes."""

    code, country = "companies_house", "GB"
    source = "Companies House"
    per_minute = 120
    probe_number = "00000006"

    def look_up(self, numbers):
        # EXTENDS Register
        [number] = numbers
        answer = self.door.get(f"/company/{number}")
        if answer.outcome == Outcome.THROTTLED and answer.pause is None:
            answer = replace(answer, pause=_read_reset(answer.headers))
        return self.read_one(number, answer, lambda data: self._read(number, data))

    def _read(self, number, data):
        if data["company_number"] != number:
            raise ValueError("another company")
        detail = data.get("company_status_detail") or ""
        return self.reading(
            number,
            data.get("company_status") or "",
            read_date(data.get("date_of_cessation")),
            remark=detail if detail == STRIKE_OFF else "",
        )


def _read_reset(headers):
    """Return the seconds until questions are allowed again, None if nobody says."""
    moment = headers.get("X-Ratelimit-Reset") or ""
    if not moment.isdigit():
        return None
    return max(PAUSE, min(int(moment) - int(time.time()), 3600))
