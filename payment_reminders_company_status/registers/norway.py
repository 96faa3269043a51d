"""Norway: Enhetsregisteret of Brønnøysundregistrene. No login."""

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders.rules.insolvency import gravest

from .base import (
    NONSENSE,
    Heard,
    NotSaid,
    Register,
    Unreadable,
    malformed,
    not_there,
    read_date,
    spell,
)

PATH = "/enhetsregisteret/api/enheter"
#: The flags that must all be there and false before a unit counts as fine.
FLAGS = ("konkurs", "underAvvikling", "underTvangsavviklingEllerTvangsopplosning")
#: How the names of all that is to a creditor's harm begin, flags and days alike, in
#: small letters; and how one that is not begins ("subject to the law of its home").
HARM = ("konkurs", "under", "tvangs", "avvikl", "rekonstruk", "opplos", "slett")
NO_HARM = "underlagt"
DAY = "dato"


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
            raise NotSaid("another unit")
        return self.understand(number, self._read_unit, unit)

    def _read_unit(self, number, unit):
        harm, names = {}, {}
        for key, value in unit.items():
            name = spell(key)
            if name.startswith(HARM) and not name.startswith(NO_HARM):
                names[name] = key
                # Of two spellings, what is said counts, and the worse of it.
                if value is not None and harm.get(name) is not True:
                    harm[name] = value
                harm.setdefault(name)
        deleted = read_date(harm.pop("slettedato", None))
        if deleted:
            return self.reading(number, "slettedato", deleted)
        days = {
            key.removesuffix(DAY): read_date(harm.pop(key))
            for key in list(harm)
            if key.endswith(DAY)
        }
        found = [(names[flag], days.get(flag)) for flag in harm if harm[flag] is True]
        # Of some proceedings there is nothing but the day.
        found += [
            (names[flag + DAY][: -len(DAY)], day)
            for flag, day in days.items()
            if day and flag not in harm
        ]
        if found:
            _status, word, since = gravest("NO", found)
            return self.reading(number, word, since)
        needed = {flag.lower(): None for flag in FLAGS}
        optional = {flag: value for flag, value in harm.items() if value is not None}
        for flag, value in {**needed, **optional}.items():
            # A flag that is missing says nothing, least of all that all is well; nor
            # does one that is not set and has a day.
            if value is not False or days.get(flag):
                raise Unreadable(names.get(flag, flag))
        return self.reading(number, "aktiv")
