"""Norway: Enhetsregisteret of Brønnøysundregistrene. No login."""

from odoo.addons.payment_reminders.rules.insolvency import Status, gravest

from .base import NONSENSE, Heard, Register, malformed, not_there, read_date
from .door import Outcome

PATH = "/enhetsregisteret/api/enheter"
#: The flags that must all be there and false before a unit counts as fine, and where
#: the day of each is.
FLAGS = {
    "konkurs": "konkursdato",
    "underAvvikling": "underAvviklingDato",
    "underTvangsavviklingEllerTvangsopplosning": "",
}


class Bronnoysund(Register):
    """Many numbers at once; whoever is missing from the list is asked about alone."""

    code, country = "bronnoysund", "NO"
    source = "Brønnøysund Enhetsregisteret"
    batch = 200
    per_minute = 300
    probe_number = "974760673"

    def look_up(self, numbers):
        # EXTENDS Register
        # The list is there even when nobody is in it.
        answer = not_there(
            self.door.get(
                PATH,
                params={"organisasjonsnummer": ",".join(numbers), "size": len(numbers)},
            )
        )
        if answer.outcome != Outcome.OK:
            return self.nothing(answer)
        try:
            # Without any hit the list is left out; the page never is.
            units = answer.data.get("_embedded", {}).get("enheter", [])
            int(answer.data["page"]["totalElements"])
            found = {str(unit["organisasjonsnummer"]): unit for unit in units}
        except NONSENSE as error:
            return self.nothing(malformed(error))
        readings, problems = {}, {}
        for number in numbers:
            heard = self._hear(number, found)
            if heard.outcome not in (Outcome.OK, Outcome.MALFORMED):
                # What was read so far is kept.
                return Heard(
                    heard.outcome, readings, problems, heard.pause, heard.reason
                )
            readings.update(heard.readings)
            if heard.outcome == Outcome.MALFORMED:
                problems[number] = heard.outcome
        return Heard(Outcome.OK, readings, problems)

    def _hear(self, number, found):
        """Read a unit of the list, or ask about it: deleted, removed or unknown."""
        if number in found:
            try:
                return Heard(Outcome.OK, {number: self._read(number, found[number])})
            except NONSENSE as error:
                return self.nothing(malformed(error))
        answer = self.door.get(f"{PATH}/{number}")
        return self.read_one(number, answer, lambda data: self._read(number, data))

    def _read(self, number, unit):
        if str(unit["organisasjonsnummer"]) != number:
            raise ValueError("another unit")
        if unit.get("slettedato"):
            return self.reading(number, "slettedato", read_date(unit["slettedato"]))
        words = [
            (flag, read_date(unit.get(FLAGS.get(flag) or f"{flag}Dato")))
            for flag, value in unit.items()
            if value is True and (flag == "konkurs" or flag.startswith("under"))
        ]
        if words:
            _status, word, since = gravest("NO", words)
            return self.reading(number, word, since)
        if all(unit.get(flag) is False for flag in FLAGS):
            return self.reading(number, "aktiv")
        # A flag that is missing says nothing, least of all that all is well.
        return self.reading(number, "?", status=Status.UNKNOWN)
