"""United Kingdom: Companies House. An API key as the user of HTTP Basic."""

import time
from dataclasses import replace

from odoo.addons.payment_reminders.http import PAUSE, Outcome
from odoo.addons.payment_reminders.rules.insolvency import STRIKE_OFF, Status, classify

from .base import NotSaid, Register, Unreadable, read_date, take

#: Details that change nothing for a creditor.
HARMLESS = ("converted-to-plc", "transformed-to-se")


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
            raise NotSaid("another company")
        return self.understand(number, self._read_profile, data)

    def _read_profile(self, number, data):
        word = take(data, "company_status", str) or ""
        detail = take(data, "company_status_detail", str, optional=True) or ""
        since = read_date(take(data, "date_of_cessation", str, optional=True))
        is_active = classify("GB", word) == Status.ACTIVE
        if is_active and since:
            raise Unreadable("date_of_cessation")
        if is_active and detail not in ("", STRIKE_OFF, *HARMLESS):
            raise Unreadable("company_status_detail")
        return self.reading(
            number, word, since, remark=detail if detail == STRIKE_OFF else ""
        )


def _read_reset(headers):
    """Return the seconds until questions are allowed again, None if nobody says."""
    moment = headers.get("X-Ratelimit-Reset") or ""
    if not moment.isdigit():
        return None
    return max(PAUSE, min(int(moment) - int(time.time()), 3600))
