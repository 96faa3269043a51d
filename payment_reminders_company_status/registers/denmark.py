"""Denmark: the CVR, by the Business Authority's own interface or by cvrapi.dk."""

from datetime import datetime

from odoo.addons.payment_reminders.http import Answer, Outcome
from odoo.addons.payment_reminders.rules.insolvency import Status, classify, gravest

from .base import (
    NONSENSE,
    Heard,
    NotSaid,
    Register,
    Unreadable,
    malformed,
    not_there,
    read_date,
    take,
)

UNIT = "Vrvirksomhed"
FIELDS = (
    f"{UNIT}.cvrNummer",
    f"{UNIT}.livsforloeb",
    f"{UNIT}.virksomhedsstatus",
    f"{UNIT}.virksomhedMetadata.sammensatStatus",
)


class Virk(Register):
    """The distribution of Erhvervsstyrelsen: many numbers at once, with a login."""

    code, country = "virk", "DK"
    source = "CVR (Virk)"
    batch = 100
    per_minute = 60
    probe_number = "10150817"

    def look_up(self, numbers):
        # EXTENDS Register
        answer = self.door.post(
            "/cvr-permanent/virksomhed/_search",
            json={
                "query": {
                    "terms": {f"{UNIT}.cvrNummer": [int(number) for number in numbers]}
                },
                "size": len(numbers),
                "_source": list(FIELDS),
            },
        )
        answer = not_there(answer)
        if answer.outcome != Outcome.OK:
            return self.nothing(answer)
        try:
            found, is_complete = self._read_hits(answer.data)
        except NONSENSE as error:
            return self.nothing(malformed(error))
        readings, problems = {}, {}
        for number in numbers:
            try:
                if number in found:
                    readings[number] = self.understand(
                        number, self._read, found[number]
                    )
                elif is_complete:
                    readings[number] = self.missing(number)
                else:
                    # Part of the answer is missing: that says nothing of anybody.
                    problems[number] = Outcome.MALFORMED
            except NONSENSE:
                problems[number] = Outcome.MALFORMED
        return Heard(Outcome.OK, readings, problems)

    def _read_hits(self, data):
        """Return {number: company}, and whether nobody can be missing from it."""
        hits = data["hits"]
        companies = [hit["_source"][UNIT] for hit in hits["hits"]]
        total = hits["total"]
        if isinstance(total, dict):
            total = total["value"]
        shards = data.get("_shards") or {}
        is_complete = (
            not data.get("timed_out")
            and not shards.get("failed")
            and int(total) == len(companies)
        )
        found = {f"{int(company['cvrNummer']):08}": company for company in companies}
        return found, is_complete

    def _read(self, number, company):
        current = self._read_status(company)
        ends = self._read_ends(company)
        if all(ends):
            # It has ended, whatever its last status was called.
            word = current[1] if current else ""
            reading = self.reading(number, word, max(ends))
            if reading.status in (Status.DISSOLVED, Status.SUCCEEDED):
                return reading
            return self.reading(number, "OPHØRT", max(ends))
        if current and current[0] != Status.ACTIVE:
            _status, word, since = current
            return self.reading(number, word, since)
        summary = self._read_summary(company)
        if current and classify("DK", summary or "AKTIV") != Status.UNKNOWN:
            return self.reading(number, current[1], current[2])
        # A company that lives and never had a status has none to worry about.
        return self.reading(number, summary or "AKTIV")

    def _read_ends(self, company):
        """Return the day on which each life of the company ended, None of one that
        goes on."""
        lives = take(company, "livsforloeb", list)
        if not lives:
            raise Unreadable("livsforloeb")
        return [
            read_date(take(take(life, "periode", dict), "gyldigTil", str))
            for life in lives
        ]

    def _read_status(self, company):
        """Return the gravest status that holds now with word and day, or None."""
        found = []
        for row in take(company, "virksomhedsstatus", list) or []:
            period = take(row, "periode", dict)
            if read_date(take(period, "gyldigTil", str)):
                continue
            word = take(row, "status", str)
            if not word:
                raise Unreadable("status")
            found.append((word, read_date(period.get("gyldigFra"))))
        return gravest("DK", found)

    def _read_summary(self, company):
        """Return the status that sums up the company, empty where it has none."""
        metadata = take(company, "virksomhedMetadata", dict)
        return "" if metadata is None else take(metadata, "sammensatStatus", str) or ""


class CvrApi(Register):
    """cvrapi.dk: one number a question, fifty a day, no login."""

    code, country = "cvrapi", "DK"
    source = "CVR (cvrapi.dk)"
    per_minute = 30
    per_day = 50
    probe_number = "10150817"
    #: What it answers instead of a company, also with the status of a good answer.
    errors = {
        "NOT_FOUND": Outcome.NOT_FOUND,
        "QUOTA_EXCEEDED": Outcome.THROTTLED,
        "BANNED": Outcome.AUTH,
        "INTERNAL_ERROR": Outcome.UNAVAILABLE,
    }
    #: Seconds until the quota may be filled again: nobody says when it is.
    rest = 24 * 3600

    def look_up(self, numbers):
        # EXTENDS Register
        [number] = numbers
        answer = self.door.get("/api", params={"country": "dk", "vat": number})
        error = answer.data.get("error") if isinstance(answer.data, dict) else None
        if error:
            outcome = self.errors.get(error, Outcome.MALFORMED)
            is_full = outcome == Outcome.THROTTLED
            answer = Answer(
                outcome,
                reason=str(error)[:40],
                pause=self.rest if is_full else None,
            )
        else:
            answer = not_there(answer)
        return self.read_one(number, answer, lambda data: self._read(number, data))

    def _read(self, number, data):
        if f"{int(data['vat']):08}" != number:
            raise NotSaid("another company")
        return self.understand(number, self._read_credit, data)

    def _read_credit(self, number, data):
        is_bankrupt = take(data, "creditbankrupt", bool)
        if is_bankrupt is None:
            raise Unreadable("creditbankrupt")
        start = take(data, "creditstartdate", str)
        if is_bankrupt:
            return self.reading(number, "UNDER KONKURS", _read_danish(start))
        end = take(data, "enddate", str)
        if end:
            return self.reading(number, "OPHØRT", _read_danish(end))
        credit = take(data, "creditstatus", (str, int))
        if credit not in (None, "", 0, "0"):
            # A code that nobody has documented.
            return self.reading(number, str(credit), _read_danish(start))
        if start:
            # Something began on that day, and nobody says what.
            raise Unreadable("creditstartdate")
        return self.reading(number, "NORMAL")


def _read_danish(text):
    """Return the day of "01/02 - 2010", None of nothing or of anything else."""
    try:
        return datetime.strptime(str(text), "%d/%m - %Y").date() if text else None
    except ValueError:
        return None
