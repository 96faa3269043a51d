"""Finland: the open data of PRH and YTJ. No login."""

from odoo.addons.payment_reminders.rules.insolvency import gravest

from .base import Register, not_there, read_date

#: What the trade register writes of a company that is no more.
CEASED = "4"


class Prh(Register):
    """One number a question."""

    code, country = "prh", "FI"
    source = "PRH/YTJ"
    per_minute = 120
    probe_number = "0244683-1"

    def look_up(self, numbers):
        # EXTENDS Register
        [number] = numbers
        # An unknown number is told in a good answer.
        answer = not_there(
            self.door.get(
                "/opendata-ytj-api/v3/companies", params={"businessId": number}
            )
        )
        return self.read_one(number, answer, lambda data: self._read(number, data))

    def _read(self, number, data):
        companies = [
            company
            for company in data["companies"]
            if company["businessId"]["value"] == number
        ]
        if not companies:
            if int(data["totalResults"]):
                raise ValueError("another company")
            return self.missing(number)
        company = companies[0]
        if company.get("endDate"):
            return self.reading(number, "endDate", read_date(company["endDate"]))
        if company.get("tradeRegisterStatus") == CEASED:
            return self.reading(number, "tradeRegisterStatus 4")
        # Without the list nothing is known; an empty one is good news.
        found = gravest(
            "FI",
            [
                (row["type"], read_date(row.get("registrationDate")))
                for row in company["companySituations"]
                if not row.get("endDate")
            ],
        )
        if not found:
            return self.reading(number, "aktiv")
        _status, word, since = found
        return self.reading(number, word, since)
