"""Finland: the open data of PRH and YTJ. No login."""

from odoo.addons.payment_reminders.rules.insolvency import Status, gravest

from .base import NotSaid, Register, Unreadable, not_there, read_date, take

#: What the trade register writes of a company that is no more, and of those that are
#: entered or need not be.
CEASED, LIVES = "4", ("", "0", "1")


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
                raise NotSaid("another company")
            return self.missing(number)
        order = list(Status)
        readings = [
            self.understand(number, self._read_company, company)
            for company in companies
        ]
        return min(readings, key=lambda reading: order.index(reading.status))

    def _read_company(self, number, company):
        end = read_date(take(company, "endDate", str, optional=True))
        if end:
            return self.reading(number, "endDate", end)
        register = take(company, "tradeRegisterStatus", (str, int))
        register = "" if register is None else str(register).strip()
        if register == CEASED:
            return self.reading(number, "tradeRegisterStatus 4")
        found = gravest("FI", self._list_situations(company))
        if found:
            _status, word, since = found
            return self.reading(number, word, since)
        if register not in LIVES:
            raise Unreadable("tradeRegisterStatus")
        return self.reading(number, "aktiv")

    def _list_situations(self, company):
        """Return word and day of each situation that goes on.

        Without the list nothing is known; an empty one is good news.
        """
        situations = take(company, "companySituations", list)
        if situations is None:
            raise Unreadable("companySituations")
        return [
            (row["type"], read_date(row.get("registrationDate")))
            for row in situations
            if not read_date(take(row, "endDate", str, optional=True))
        ]
