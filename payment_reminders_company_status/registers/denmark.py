"""Denmark: the CVR, by the Business Authority's own interface or by cvrapi.dk."""

from datetime import datetime

from odoo.addons.payment_reminders.rules.insolvency import Status

from .base import NONSENSE, Heard, Register, malformed, not_there, read_date
from .door import Answer, Outcome

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
                    readings[number] = self._read(number, found[number])
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
        word, since = self._read_status(company)
        lives = [life["periode"] for life in company["livsforloeb"]]
        if lives and all(life.get("gyldigTil") for life in lives):
            # It has ended, whatever its last status was called.
            ended = read_date(max(life["gyldigTil"] for life in lives))
            reading = self.reading(number, word, ended)
            if reading.status in (Status.DISSOLVED, Status.SUCCEEDED):
                return reading
            return self.reading(number, "OPHØRT", ended)
        metadata = company.get("virksomhedMetadata") or {}
        # A company that lives and never had a status has none to worry about.
        word = word or metadata.get("sammensatStatus") or ("AKTIV" if lives else "")
        return self.reading(number, word, since)

    def _read_status(self, company):
        """Return word and day of the status that holds now, if one does."""
        for row in company.get("virksomhedsstatus") or []:
            if not row["periode"].get("gyldigTil"):
                return row["status"], read_date(row["periode"].get("gyldigFra"))
        return "", None


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
            raise ValueError("another company")
        if not isinstance(data["creditbankrupt"], bool):
            raise TypeError("creditbankrupt")
        day = _read_danish(data.get("creditstartdate"))
        if data["creditbankrupt"]:
            return self.reading(number, "UNDER KONKURS", day)
        if data.get("enddate"):
            return self.reading(number, "OPHØRT", _read_danish(data["enddate"]))
        credit = data.get("creditstatus")
        if credit not in (None, "", 0, "0"):
            # A code that nobody has documented.
            return self.reading(number, str(credit), day)
        return self.reading(number, "NORMAL")


def _read_danish(text):
    """Return the day of "01/02 - 2010", None of nothing or of anything else."""
    try:
        return datetime.strptime(str(text), "%d/%m - %Y").date() if text else None
    except ValueError:
        return None
