"""Each register over real HTTP: every status, and every way of answering badly."""

import time

import requests

from odoo import fields
from odoo.tests import tagged

from odoo.addons.payment_reminders.rules.insolvency import WORDS
from odoo.addons.payment_reminders.tests.tags import takes_long

from ..registers import Outcome
from .common import COUNTRIES, NUMBERS, RegisterCommon
from .fake_registers import HTML, SWEDISH_LIST, TEXT, Company, Response, make_swedish

FREEZE, UNSURE, ASK, NOTHING = ["insolvency"], ["status_unknown"], "ask", "nothing"
FAULT = {"fel": {"typ": "OTILLGANGLIG_UPPGIFTSKALLA", "felBeskrivning": "-"}}
OTHER_LIST = SWEDISH_LIST.replace("pagaende", "pagande")
ENDED_LIFE = [{"periode": {"gyldigFra": "2011-02-01", "gyldigTil": "2026-09-01"}}]
TWO_LIVES = [
    {"periode": {"gyldigFra": "2018-01-01", "gyldigTil": None}},
    {"periode": {"gyldigFra": "2011-02-01", "gyldigTil": "2016-09-01"}},
]

#: (register, word, keys of its answer that differ, normal status, what follows)
STATUSES = [
    ("virk", "", {}, "active", NOTHING),
    ("virk", "AKTIV", {}, "active", NOTHING),
    ("virk", "UNDER KONKURS", {}, "bankruptcy", FREEZE),
    ("virk", "UNDERKONKURS", {}, "bankruptcy", FREEZE),
    ("virk", "UNDER REKONSTRUKTION", {}, "restructuring", FREEZE),
    ("virk", "UNDER TVANGSOPLØSNING", {}, "liquidation", FREEZE),
    ("virk", "UNDER FRIVILLIG LIKVIDATION", {}, "liquidation", FREEZE),
    ("virk", "UNDER REASSUMERING", {}, "liquidation", FREEZE),
    ("virk", "UNDER REASUMMERING", {}, "liquidation", FREEZE),
    ("virk", "UNDER REASSUMMERING", {}, "liquidation", FREEZE),
    ("virk", "UDEN RETSVIRKNING", {}, "changing", ASK),
    ("virk", "FREMTID", {}, "changing", ASK),
    ("virk", "TVANGSOPLØST", {}, "dissolved", FREEZE),
    ("virk", "OPLØST EFTER KONKURS", {}, "dissolved", FREEZE),
    ("virk", "OPLØST EFTER ERKLÆRING", {}, "dissolved", FREEZE),
    ("virk", "OPLØST EFTER FRIVILLIG LIKVIDATION", {}, "dissolved", FREEZE),
    ("virk", "OPLØST EFTER FUSION", {}, "succeeded", FREEZE),
    ("virk", "OPLØST EFTER SPALTNING", {}, "succeeded", FREEZE),
    ("virk", "OPLØST EFTER GRÆNSEOVERSKRIDENDE FUSION", {}, "succeeded", FREEZE),
    (
        "virk",
        "OPLØST EFTER GRÆNSEOVERSKRIDENDE SPALTNING",
        {},
        "succeeded",
        FREEZE,
    ),
    ("virk", "OPLØST", {}, "dissolved", FREEZE),
    ("virk", "SLETTET", {}, "dissolved", FREEZE),
    ("virk", "OPHØRT", {}, "dissolved", FREEZE),
    ("virk", "LUKKET", {}, "dissolved", FREEZE),
    ("virk", "OMDANNET", {}, "unknown", UNSURE),
    ("virk", "NOGET HELT NYT", {}, "unknown", UNSURE),
    # New words that tell by a part of them what they are.
    ("virk", "UNDER EN NY SLAGS KONKURS", {}, "bankruptcy", FREEZE),
    ("virk", "OPLØST PÅ EN NY MÅDE", {}, "dissolved", FREEZE),
    # Ended, whatever the last status says; ended and begun again.
    ("virk", "", {"livsforloeb": ENDED_LIFE}, "dissolved", FREEZE),
    ("virk", "", {"livsforloeb": TWO_LIVES}, "active", NOTHING),
    # Never had a status: the summary says, or there is none to worry about.
    ("virk", "UNDER KONKURS", {"virksomhedsstatus": []}, "bankruptcy", FREEZE),
    (
        "virk",
        "",
        {"virksomhedsstatus": [], "virksomhedMetadata": None},
        "active",
        NOTHING,
    ),
    ("virk", "", {"livsforloeb": ...}, "unknown", UNSURE),
    # A summary in a word that nobody knows.
    (
        "virk",
        "",
        {"virksomhedMetadata": {"sammensatStatus": "NYT"}},
        "unknown",
        UNSURE,
    ),
    ("cvrapi", "", {}, "active", NOTHING),
    ("cvrapi", "UNDER KONKURS", {}, "bankruptcy", FREEZE),
    ("cvrapi", "", {"enddate": "01/02 - 2026"}, "dissolved", FREEZE),
    ("cvrapi", "", {"creditstatus": "77"}, "unknown", UNSURE),
    ("cvrapi", "", {"creditbankrupt": ...}, "unknown", UNSURE),
    ("cvrapi", "", {"creditstartdate": "01/02 - 2026"}, "unknown", UNSURE),
    ("cvrapi", "", {"vat": 10150817}, None, NOTHING),
    ("bronnoysund", "", {}, "active", NOTHING),
    ("bronnoysund", "konkurs", {}, "bankruptcy", FREEZE),
    ("bronnoysund", "underKonkursbehandling", {}, "bankruptcy", FREEZE),
    ("bronnoysund", "underAvvikling", {}, "liquidation", FREEZE),
    (
        "bronnoysund",
        "underTvangsavviklingEllerTvangsopplosning",
        {},
        "liquidation",
        FREEZE,
    ),
    ("bronnoysund", "underRekonstruksjonsforhandling", {}, "restructuring", FREEZE),
    ("bronnoysund", "underNoeNytt", {}, "unknown", UNSURE),
    ("bronnoysund", "slettedato", {}, "dissolved", FREEZE),
    ("bronnoysund", "410", {}, "removed", UNSURE),
    ("bronnoysund", "underUtenlandskInsolvensbehandling", {}, "bankruptcy", FREEZE),
    # Nothing but the day.
    (
        "bronnoysund",
        "",
        {"underRekonstruksjonsforhandlingDato": "2026-09-01"},
        "restructuring",
        FREEZE,
    ),
    ("bronnoysund", "", {"underlagtHjemlandetsLov": "x"}, "active", NOTHING),
    # A day without its flag; a flag that is none.
    ("bronnoysund", "", {"konkursdato": "2026-09-01"}, "unknown", UNSURE),
    ("bronnoysund", "", {"underNoeNytt": "JA"}, "unknown", UNSURE),
    # A flag that is missing is no good news.
    ("bronnoysund", "", {"konkurs": ...}, "unknown", UNSURE),
    ("bronnoysund", "", {"konkurs": "maybe"}, "unknown", UNSURE),
    ("bolagsverket", "", {}, "active", NOTHING),
    ("bolagsverket", "KK", {}, "bankruptcy", FREEZE),
    ("bolagsverket", "LI", {}, "liquidation", FREEZE),
    ("bolagsverket", "FR", {}, "restructuring", FREEZE),
    ("bolagsverket", "AC", {}, "restructuring", FREEZE),
    ("bolagsverket", "FUOL", {}, "succeeded", FREEZE),
    ("bolagsverket", "FUOT", {}, "succeeded", FREEZE),
    ("bolagsverket", "DEOL", {}, "succeeded", FREEZE),
    ("bolagsverket", "DEOT", {}, "succeeded", FREEZE),
    ("bolagsverket", "GROM", {}, "changing", ASK),
    ("bolagsverket", "OM", {}, "changing", ASK),
    ("bolagsverket", "RES", {}, "changing", ASK),
    ("bolagsverket", "80", {}, "restructuring", FREEZE),
    ("bolagsverket", "81", {}, "changing", ASK),
    ("bolagsverket", "82", {}, "changing", ASK),
    ("bolagsverket", "90", {}, "succeeded", FREEZE),
    ("bolagsverket", "91", {}, "succeeded", FREEZE),
    *(
        ("bolagsverket", str(number), {}, "dissolved", FREEZE)
        for number in range(61, 79)
    ),
    ("bolagsverket", "KKAV", {}, "dissolved", FREEZE),
    ("bolagsverket", "LIAV", {}, "dissolved", FREEZE),
    ("bolagsverket", "ZZ", {}, "unknown", UNSURE),
    (
        "bolagsverket",
        "",
        {
            "avregistreradOrganisation": {"avregistreringsdatum": "2026-09-01T00:00"},
            "avregistreringsorsak": {"kod": "KKAV", "klartext": "Konkurs"},
        },
        "dissolved",
        FREEZE,
    ),
    (
        "bolagsverket",
        "",
        {"avregistreringsorsak": {"kod": "XX", "klartext": "Fusion"}},
        "succeeded",
        FREEZE,
    ),
    (
        "bolagsverket",
        "",
        {"avregistreradOrganisation": {"avregistreringsdatum": "2026-09-01"}},
        "dissolved",
        FREEZE,
    ),
    # An official example leaves a letter out of this key.
    (
        "bolagsverket",
        "",
        {
            SWEDISH_LIST: ...,
            OTHER_LIST: {
                f"{OTHER_LIST}Lista": [{"kod": "KK", "fromDatum": "2026-09-01"}]
            },
        },
        "bankruptcy",
        FREEZE,
    ),
    # Not active after SCB's view is no insolvency.
    ("bolagsverket", "", {"verksamOrganisation": {"kod": "NEJ"}}, "active", NOTHING),
    # Part of the answer is a fault, inside a good answer; or is not there at all.
    ("bolagsverket", "", {SWEDISH_LIST: FAULT}, None, NOTHING),
    ("bolagsverket", "", {"avregistreradOrganisation": FAULT}, None, NOTHING),
    ("bolagsverket", "", {"avregistreringsorsak": FAULT}, None, NOTHING),
    ("bolagsverket", "", {SWEDISH_LIST: ...}, "unknown", UNSURE),
    # Both spellings, one of them null; a list, a block, a row of another form.
    (
        "bolagsverket",
        "",
        {SWEDISH_LIST: None, OTHER_LIST: {f"{OTHER_LIST}Lista": [{"kod": "KK"}]}},
        "bankruptcy",
        FREEZE,
    ),
    (
        "bolagsverket",
        "",
        {SWEDISH_LIST: {f"{OTHER_LIST}Lista": [{"kod": "KK"}]}},
        "bankruptcy",
        FREEZE,
    ),
    (
        "bolagsverket",
        "",
        {
            SWEDISH_LIST: ...,
            SWEDISH_LIST.replace("aga", "ågå"): {"lista": [{"kod": "LI"}]},
        },
        "liquidation",
        FREEZE,
    ),
    ("bolagsverket", "", {SWEDISH_LIST: None}, "active", NOTHING),
    ("bolagsverket", "", {SWEDISH_LIST: {"rader": "KK"}}, "unknown", UNSURE),
    ("bolagsverket", "", {SWEDISH_LIST: "KK"}, "unknown", UNSURE),
    ("bolagsverket", "", {"avregistreringsorsak": {"x": 1}}, "unknown", UNSURE),
    # One source says it, another is down.
    ("bolagsverket", "KK", {"avregistreringsorsak": FAULT}, "bankruptcy", FREEZE),
    ("prh", "", {}, "active", NOTHING),
    ("prh", "KONK", {}, "bankruptcy", FREEZE),
    ("prh", "SELTILA", {}, "liquidation", FREEZE),
    ("prh", "SANE", {}, "restructuring", FREEZE),
    ("prh", "UUSI", {}, "unknown", UNSURE),
    ("prh", "", {"endDate": "2026-09-01"}, "dissolved", FREEZE),
    ("prh", "", {"tradeRegisterStatus": "4"}, "dissolved", FREEZE),
    ("prh", "", {"companySituations": ...}, "unknown", UNSURE),
    ("prh", "", {"companySituations": {}}, "unknown", UNSURE),
    ("prh", "", {"tradeRegisterStatus": "X"}, "unknown", UNSURE),
    ("companies_house", "active", {}, "active", NOTHING),
    ("companies_house", "open", {}, "active", NOTHING),
    ("companies_house", "registered", {}, "active", NOTHING),
    ("companies_house", "liquidation", {}, "liquidation", FREEZE),
    ("companies_house", "receivership", {}, "bankruptcy", FREEZE),
    ("companies_house", "insolvency-proceedings", {}, "bankruptcy", FREEZE),
    ("companies_house", "administration", {}, "restructuring", FREEZE),
    ("companies_house", "voluntary-arrangement", {}, "restructuring", FREEZE),
    ("companies_house", "dissolved", {}, "dissolved", FREEZE),
    ("companies_house", "converted-closed", {}, "dissolved", FREEZE),
    ("companies_house", "closed", {}, "dissolved", FREEZE),
    ("companies_house", "removed", {}, "dissolved", FREEZE),
    ("companies_house", "in-space", {}, "unknown", UNSURE),
    ("companies_house", "", {"company_status": ...}, "unknown", UNSURE),
    ("companies_house", "", {"company_status_detail": "new"}, "unknown", UNSURE),
    ("companies_house", "", {"date_of_cessation": "2026-09-01"}, "unknown", UNSURE),
    (
        "companies_house",
        "",
        {"company_status_detail": "converted-to-plc"},
        "active",
        NOTHING,
    ),
]

#: {bad day: (outcome of the question, seconds that the register then rests)}
BAD_DAYS = {
    "unauthorised": ("auth", 0),
    "forbidden": ("auth", 0),
    "throttled": ("throttled", 60),
    "throttled_seconds": ("throttled", 120),
    "throttled_date": ("throttled", 86400),
    "server_error": ("unavailable", 0),
    "maintenance": ("unavailable", 600),
    "bad_request": ("rejected", 0),
    "redirect": ("malformed", 0),
    "html": ("malformed", 0),
    "empty": ("malformed", 0),
    "half": ("malformed", 0),
    "list": ("malformed", 0),
    "huge": ("malformed", 0),
    "hang_up": ("unavailable", 0),
}


@tagged("post_install", "-at_install")
class RegistersCommon(RegisterCommon):
    """From the word of a register to the hold of the case."""

    def use(self, code):
        if code in ("virk", "cvrapi"):
            self.company.company_status_danish_register = code
            self.registers = self.env["payment.reminder.register"]._provide(
                self.company
            )

    #: A register that takes the question and says nothing.
    is_silent = False

    @classmethod
    def _request_handler(cls, session, request, /, **more):
        # OVERRIDE odoo: its tests wait ten seconds at least
        if cls.is_silent:
            raise requests.exceptions.ReadTimeout("nothing came")
        return super()._request_handler(session, request, **more)

    def assertEndAsTheLawHasIt(self, statuses):
        """Let registers say these; return {(country, word)} of what was read."""
        cases = {country: self.owe(country) for country in NUMBERS}
        seen = set()
        for code, word, more, status, what in statuses:
            with self.subTest(register=code, word=word, more=more):
                country = COUNTRIES[code]
                self.use(code)
                self.fake.set(country, NUMBERS[country], word, **more)
                case = cases[country]
                self.forget(case)
                self.run_check()
                check = self.get_check(case)
                seen.add((country, "".join((check.word or "").split()).upper()))
                self.assertEqual(check.status or None, status)
                self.assertEqual(
                    self.get_freezes(case), what if isinstance(what, list) else []
                )
                self.assertEqual(bool(case.activity_ids), what != NOTHING)
                if check.word == "?":
                    self.assertEqual(check.problem, "malformed")
                    self.assertTrue(check.remark, "which part of the answer")
                if status is None:
                    self.assertEqual(check.problem, "malformed")
                else:
                    self.assertTrue(
                        check.good_at or status == "unknown" or word == "410"
                    )

        return seen

    def assertABadDayChangesNothing(self, codes):
        for code in codes:
            country = COUNTRIES[code]
            self.use(code)
            case = self.owe(country)
            self.fake.set(country, NUMBERS[country])
            for name, (problem, rest) in BAD_DAYS.items():
                with self.subTest(register=code, day=name):
                    self.get_check(case).unlink()
                    self.registers._start_again()
                    # The login is tried once more where a token may be too old.
                    self.fake.misbehave(code, name, name)
                    self.run_check()
                    register = self.get_register(code)
                    self.assertEqual(register.problem, problem)
                    self.assertEqual(register.is_stopped, problem == "auth")
                    check = self.get_check(case)
                    self.assertFalse(
                        check.status, "never read as fine, nor as insolvent"
                    )
                    self.assertFalse(self.get_freezes(case))
                    seconds = 0
                    if register.rests_until:
                        rested = register.rests_until - fields.Datetime.now()
                        seconds = rested.total_seconds()
                    self.assertAlmostEqual(seconds, rest, delta=5)
                    self.fake.behave()
            self.get_check(case).unlink()
            case._close("manual")

    def forget(self, case):
        """Let it be as if nobody had ever looked."""
        case.activity_ids.unlink()
        case._release("Test")
        self.get_check(case).unlink()
        self.registers._start_again()


class TestRegisters(RegistersCommon):
    @takes_long
    def test_each_status_ends_as_the_law_has_it(self):
        first = {(row[0], row[3]): row for row in reversed(STATUSES)}
        self.assertEndAsTheLawHasIt(first.values())

    @takes_long
    def test_what_has_ended_holds_nobody(self):
        for code, word in (
            ("virk", "UNDER KONKURS"),
            ("bronnoysund", "konkurs"),
            ("prh", "KONK"),
        ):
            with self.subTest(register=code):
                country = COUNTRIES[code]
                case = self.owe(country)
                self.fake.set(country, NUMBERS[country], word, ended="2026-09-20")
                self.run_check()
                self.assertEqual(self.get_check(case).status, "active")
                self.assertFalse(self.get_freezes(case))

    @takes_long
    def test_a_number_that_is_not_there_asks_and_holds_nobody(self):
        for code, country in COUNTRIES.items():
            with self.subTest(register=code):
                self.use(code)
                case = self.owe(country)
                self.run_check()
                check = self.get_check(case)
                self.assertEqual(check.status, "not_found")
                self.assertFalse(check.good_at)
                self.assertFalse(self.get_freezes(case))
                self.assertTrue(case.activity_ids)
                check.unlink()

    @takes_long
    def test_who_cannot_be_reached_or_does_not_answer(self):
        # Odoo lends its way of sending to standard tests alone.
        parameters = self.env["ir.config_parameter"].sudo()
        for code, country in COUNTRIES.items():
            self.use(code)
            case = self.owe(country)
            register = self.get_register(code)
            for name in ("silent", "refused"):
                with self.subTest(register=code, name=name):
                    self.get_check(case).unlink()
                    register._start_again()
                    type(self).is_silent = name == "silent"
                    key = f"payment_reminders_company_status.{code}_url"
                    parameters.set_param(
                        key,
                        # Nobody listens there.
                        "http://127.0.0.1:1"
                        if name == "refused"
                        else self.fake.parameters[key],
                    )
                    self.run_check()
                    type(self).is_silent = False
                    parameters.set_param(key, self.fake.parameters[key])
                    self.assertEqual(register.problem, "unavailable")
                    self.assertFalse(self.get_check(case).status)
                    self.assertFalse(self.get_freezes(case))
            case._close("manual")

    @takes_long
    def test_a_bad_day_changes_nothing_that_is_known(self):
        self.assertABadDayChangesNothing(["virk"])

    @takes_long
    def test_a_bad_day_of_where_the_tokens_come_from(self):
        case = self.owe("SE")
        self.fake.set("SE", NUMBERS["SE"])
        register = self.get_register("bolagsverket")
        for name, (problem, _rest) in BAD_DAYS.items():
            with self.subTest(day=name):
                self.get_check(case).unlink()
                register._start_again()
                self.fake.misbehave("bolagsverket_token", name)
                self.run_check()
                # "400" is how it says there that it does not know the client.
                expected = "auth" if problem == "rejected" else problem
                self.assertEqual(register.problem, expected)
                self.assertFalse(self.get_check(case).status)
                self.assertFalse(self.fake.count("bolagsverket"))
                self.fake.behave()

    def test_companies_house_says_when_it_may_be_asked_again(self):
        self.owe("GB")
        moment = str(int(time.time()) + 200)
        self.fake.misbehave(
            "companies_house",
            Response("", 429, TEXT, (("X-Ratelimit-Reset", moment),)),
        )
        self.run_check()
        register = self.get_register("companies_house")
        rest = register.rests_until - fields.Datetime.now()
        self.assertAlmostEqual(rest.total_seconds(), 200, delta=2)

    def test_several_entries_of_bolagsverket(self):
        """The gravest counts; an answer without any says nothing."""
        case = self.owe("SE")
        number = NUMBERS["SE"]
        fine, bankrupt = (make_swedish(number, Company(w)) for w in ("", "KK"))
        for entries, status in (
            ([fine, bankrupt], "bankruptcy"),
            ([fine, fine], "active"),
            ([], None),
        ):
            with self.subTest(status=status):
                self.forget(case)
                self.fake.misbehave(
                    "bolagsverket", Response({"organisationer": entries})
                )
                self.run_check()
                self.assertEqual(self.get_check(case).status or None, status)

    def test_errors_of_cvrapi_come_with_a_good_status(self):
        self.use("cvrapi")
        case = self.owe("DK")
        register = self.get_register("cvrapi")
        for error, problem in (
            ("QUOTA_EXCEEDED", "throttled"),
            ("BANNED", "auth"),
            ("INTERNAL_ERROR", "unavailable"),
            ("SOMETHING_NEW", "malformed"),
        ):
            with self.subTest(error=error):
                self.get_check(case).unlink()
                register._start_again()
                self.fake.misbehave("cvrapi", Response({"error": error, "t": 1}))
                self.run_check()
                self.assertEqual(register.problem, problem)
                self.assertFalse(self.get_check(case).status)
                self.assertFalse(self.get_freezes(case))
        self.fake.misbehave("cvrapi", Response({"error": "NOT_FOUND", "t": 1}))
        self.get_check(case).unlink()
        register._start_again()
        self.run_check()
        self.assertEqual(self.get_check(case).status, "not_found")

    def test_part_of_an_answer_of_virk_says_nothing_of_who_is_missing(self):
        case = self.owe("DK")
        full = {"hits": {"total": 0, "hits": []}}
        for body in (
            {**full, "timed_out": True},
            {**full, "_shards": {"failed": 1}},
            {"hits": {"total": {"value": 3, "relation": "eq"}, "hits": []}},
        ):
            with self.subTest(body=body):
                self.get_check(case).unlink()
                self.fake.misbehave("virk", Response(body))
                self.run_check()
                self.assertFalse(self.get_check(case).status)
                self.assertEqual(self.get_check(case).problem, "malformed")
        self.get_check(case).unlink()
        self.fake.misbehave("virk", Response(full))
        self.run_check()
        self.assertEqual(self.get_check(case).status, "not_found")

    def test_a_token_that_was_taken_back_is_asked_for_again(self):
        self.fake.set("SE", NUMBERS["SE"])
        wire = self.get_register("bolagsverket")._make_wire()
        wire.look_up([NUMBERS["SE"]])
        self.fake.tokens.clear()
        heard = wire.look_up([NUMBERS["SE"]])
        self.assertEqual(heard.outcome, Outcome.OK)

    def test_a_refused_client_of_bolagsverket_is_a_refused_login(self):
        self.company.company_status_bolagsverket_secret = "another"
        case = self.owe("SE")
        self.run_check()
        self.assertTrue(self.get_register("bolagsverket").is_stopped)
        self.assertFalse(self.get_check(case).status)

    def test_a_warning_of_companies_house_is_shown(self):
        case = self.owe("GB")
        detail = "active-proposal-to-strike-off"
        self.fake.set("GB", NUMBERS["GB"], "active", company_status_detail=detail)
        self.run_check()
        check = self.get_check(case)
        self.assertEqual((check.status, check.remark), ("active", detail))
        self.assertFalse(self.get_freezes(case))
        # Somebody sees it: an activity, the case, the trail; and once.
        self.assertEqual(len(case.activity_ids), 1)
        self.assertIn("struck off", case.activity_ids.note)
        self.assertTrue(case.is_debtor_in_trouble)
        self.assertIn("struck off", case.company_status_advice)
        told = case.event_ids.filtered(lambda e: e.kind == "company_status")
        self.assertEqual(told.note, detail)
        check.checked_at = False
        self.run_check()
        self.assertEqual(len(case.activity_ids), 1)

    def test_a_warning_comes_and_goes(self):
        case = self.owe("GB")
        self.fake.set("GB", NUMBERS["GB"], "active")
        self.run_check()
        self.assertFalse(case.activity_ids)
        detail = "active-proposal-to-strike-off"
        for more, activities in (({"company_status_detail": detail}, 1), ({}, 1)):
            self.fake.set("GB", NUMBERS["GB"], "active", **more)
            self.get_check(case).checked_at = False
            self.run_check()
            self.assertEqual(len(case.activity_ids), activities)
        self.assertFalse(case.is_debtor_in_trouble)

    def test_an_answer_that_cannot_be_read_holds_whoever_was_fine(self):
        case = self.owe("FI")
        self.fake.set("FI", NUMBERS["FI"])
        self.run_check()
        self.assertFalse(self.get_freezes(case))
        self.fake.set("FI", NUMBERS["FI"], companySituations="none")
        self.get_check(case).checked_at = False
        self.run_check()
        self.assertEqual(self.get_freezes(case), UNSURE)
        self.assertIn("companySituations", case._get_open_freezes().note)
        # A person has looked: it does not come back day after day.
        case._release("Looked it up")
        self.get_check(case).checked_at = False
        self.run_check()
        self.assertFalse(self.get_freezes(case))

    def test_an_answer_that_cannot_be_read_takes_no_insolvency_back(self):
        case = self.owe("FI")
        self.fake.set("FI", NUMBERS["FI"], "KONK", since="2026-09-01")
        self.run_check()
        check = self.get_check(case)
        self.fake.set("FI", NUMBERS["FI"], companySituations="none")
        check.checked_at = False
        self.run_check()
        self.assertEqual((check.status, check.problem), ("bankruptcy", "malformed"))
        self.assertEqual(str(check.date_decree), "2026-09-01")
        self.assertEqual(self.get_freezes(case), FREEZE)


@tagged("-standard", "payment_reminders_long")
class TestMoreOfRegisters(RegistersCommon):
    def test_a_bad_day_of_any_changes_nothing_that_is_known(self):
        self.assertABadDayChangesNothing(COUNTRIES)

    def test_every_word_ends_as_the_law_has_it(self):
        seen = self.assertEndAsTheLawHasIt(STATUSES)
        known = {(country, word) for country in WORDS for word in WORDS[country]}
        self.assertFalse(known - seen, "words that no register said here")

    def test_an_address_that_has_moved_says_nothing_of_anybody(self):
        """Where "404" is not how a register tells of a number that it does not know."""
        for code in ("virk", "cvrapi", "bronnoysund", "bolagsverket", "prh"):
            self.use(code)
            country = COUNTRIES[code]
            case = self.owe(country)
            self.fake.set(country, NUMBERS[country])
            self.run_check()
            for status in (404, 410):
                with self.subTest(register=code, status=status):
                    self.get_check(case).checked_at = False
                    self.fake.misbehave(code, Response("<html>", status, HTML))
                    self.run_check()
                    self.assertEqual(self.get_register(code).problem, "unavailable")
                    check = self.get_check(case)
                    self.assertEqual(check.status, "active", "as last known")
                    self.assertEqual(check.problem, "unavailable")
                    check.asked_at = False
                    self.registers._start_again()
            self.get_check(case).unlink()
            case._close("manual")

    def test_a_list_that_leaves_one_out(self):
        """Virk does not know that one; in Norway it is asked about alone."""
        numbers = {
            "virk": ("12345674", "90810103", "90810111"),
            "bronnoysund": ("974760673", "971032081", "889640782"),
        }
        for code, (fine, bankrupt, missing) in numbers.items():
            with self.subTest(register=code):
                country = COUNTRIES[code]
                cases = [self.owe(country, n) for n in (fine, bankrupt, missing)]
                self.fake.set(country, fine)
                word = "UNDER KONKURS" if country == "DK" else "konkurs"
                self.fake.set(country, bankrupt, word)
                self.run_check()
                self.assertEqual(
                    [self.get_check(case).status for case in cases],
                    ["active", "bankruptcy", "not_found"],
                )
                asked = self.fake.count(code)
                self.assertEqual(asked, 1 if country == "DK" else 2)
