"""Good answers of each register, broken in one place: never taken for good news."""

import copy

from odoo.tests import tagged

from odoo.addons.payment_reminders.rules.insolvency import Status
from odoo.addons.payment_reminders.tests.tags import takes_long

from .common import COUNTRIES, NUMBERS, RegisterCommon
from .fake_registers import FLAGS, SWEDISH_LIST, Response

#: What a value becomes; its name is tried by itself.
OTHER_VALUES = (
    *(None, True, False, 0, 7, 0.5, "", "x", "ÅÄÖ 2026-09-01"),
    *([], ["x"], [None], [{}], {}, {"x": 1}, {"x": []}),
)
PERIOD = {"gyldigFra": "2011-02-01", "gyldigTil": None}
LIST = f"{SWEDISH_LIST}Lista"

#: {register: a good answer about a company, as its documents have it}
GOOD = {
    "virk": {
        "cvrNummer": int(NUMBERS["DK"]),
        "livsforloeb": [{"periode": PERIOD}],
        "virksomhedsstatus": [{"status": "NORMAL", "periode": PERIOD}],
        "virksomhedMetadata": {"sammensatStatus": "NORMAL"},
    },
    "cvrapi": {
        "vat": int(NUMBERS["DK"]),
        "enddate": None,
        "creditbankrupt": False,
        "creditstatus": None,
        "creditstartdate": None,
    },
    "bronnoysund": {
        "organisasjonsnummer": NUMBERS["NO"],
        **dict.fromkeys(FLAGS, False),
        "underRekonstruksjonsforhandling": False,
        "konkursdato": None,
    },
    "bolagsverket": {
        "avregistreradOrganisation": {"avregistreringsdatum": None},
        "avregistreringsorsak": {"kod": None},
        SWEDISH_LIST: {LIST: []},
    },
    "prh": {
        "businessId": {"value": NUMBERS["FI"]},
        "companySituations": [],
        "tradeRegisterStatus": "1",
        "endDate": None,
    },
    "companies_house": {
        "company_number": NUMBERS["GB"],
        "company_status": "active",
        "company_status_detail": None,
        "date_of_cessation": None,
    },
}
#: What says who it is, or how long it has been so, and nothing of how the company is.
SILENT = {
    "cvrNummer",
    "vat",
    "organisasjonsnummer",
    "businessId",
    "value",
    "company_number",
    "gyldigFra",
}
#: {register: {path: values that are good news, too}}. Null is where it is no news, an
#: empty text where null is.
STILL_GOOD = {
    "virk": {
        ("livsforloeb", 0, "periode", "gyldigTil"): (None, ""),
        # Never had a status: the summary says so, or there is none to worry about.
        ("virksomhedsstatus",): (None, []),
        ("virksomhedsstatus", 0, "periode", "gyldigTil"): (None, ""),
        ("virksomhedMetadata",): (None,),
        ("virksomhedMetadata", "sammensatStatus"): (None, ""),
    },
    "cvrapi": {
        ("enddate",): (None, ""),
        ("creditbankrupt",): (False,),
        ("creditstatus",): (None, "", 0),
        ("creditstartdate",): (None, ""),
    },
    "bronnoysund": {
        **{(flag,): (False,) for flag in FLAGS},
        ("underRekonstruksjonsforhandling",): (False, None),
        ("konkursdato",): (None, ""),
    },
    "bolagsverket": {
        ("avregistreradOrganisation",): (None,),
        ("avregistreradOrganisation", "avregistreringsdatum"): (None, ""),
        ("avregistreringsorsak",): (None,),
        ("avregistreringsorsak", "kod"): (None, ""),
        (SWEDISH_LIST,): (None,),
        (SWEDISH_LIST, LIST): (None, []),
    },
    "prh": {
        ("companySituations",): ([],),
        ("tradeRegisterStatus",): (None, "", 0),
        ("endDate",): (None, ""),
    },
    "companies_house": {
        ("company_status_detail",): (None, ""),
        ("date_of_cessation",): (None, ""),
    },
}
#: What may be left out altogether: the registers leave out what is empty.
OPTIONAL = {
    "underRekonstruksjonsforhandling",
    "konkursdato",
    "endDate",
    "company_status_detail",
    "date_of_cessation",
}


def list_paths(value, path=()):
    """Return the path of every value inside a value."""
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in pairs:
        yield (*path, key)
        yield from list_paths(inner, (*path, key))


def change(entry, path, work):
    """Return a copy of an entry with ``work(container, key)`` done at a path."""
    entry = copy.deepcopy(entry)
    container = entry
    for key in path[:-1]:
        container = container[key]
    work(container, path[-1])
    return entry


class FailClosedCommon(RegisterCommon):
    def ask(self, code, entry):
        """Return the status that a register's answer with this entry stands for.

        None: it said nothing of the company.
        """
        number = NUMBERS[COUNTRIES[code]]
        body = {
            "virk": {
                "hits": {
                    "total": 1,
                    "hits": [{"_source": {"Vrvirksomhed": entry}}],
                }
            },
            "bronnoysund": {
                "page": {"totalElements": 1},
                "_embedded": {"enheter": [entry]},
            },
            "bolagsverket": {"organisationer": [entry]},
            "prh": {"totalResults": 1, "companies": [entry]},
        }.get(code, entry)
        self.fake.misbehave(code, Response(body))
        heard = self.wires[code].look_up([number])
        return heard.readings[number].status if number in heard.readings else None

    def setUp(self):
        super().setUp()
        self.wires = {}
        for code in GOOD:
            if code in ("virk", "cvrapi"):
                self.company.company_status_danish_register = code
            registers = self.env["payment.reminder.register"]._provide(self.company)
            [register] = registers.filtered(lambda each, c=code: each.code == c)
            self.wires[code] = register._make_wire()


@tagged("post_install", "-at_install")
class TestFailClosed(FailClosedCommon):
    def test_a_good_answer_is_good(self):
        for code, entry in GOOD.items():
            self.assertEqual(self.ask(code, entry), Status.ACTIVE, code)

    @takes_long
    def test_what_is_left_out_or_has_another_name_is_never_good_news(self):
        for code, entry in GOOD.items():
            for path in list_paths(entry):
                if path[-1] in SILENT | OPTIONAL or isinstance(path[-1], int):
                    continue
                with self.subTest(register=code, path=path, new="left out"):
                    left_out = change(entry, path, lambda c, k: c.pop(k))
                    self.assertNotEqual(self.ask(code, left_out), Status.ACTIVE)
                if path == (SWEDISH_LIST, LIST):
                    # It is read under any name.
                    continue
                with self.subTest(register=code, path=path, new="x"):
                    renamed = change(
                        entry, path, lambda c, k: c.__setitem__(f"x{k}", c.pop(k))
                    )
                    self.assertNotEqual(self.ask(code, renamed), Status.ACTIVE)

    @takes_long
    def test_bad_news_under_another_spelling_is_bad_news(self):
        bad = {
            "virk": (("virksomhedsstatus", 0, "status"), "UNDER KONKURS"),
            "cvrapi": (("creditbankrupt",), True),
            "bronnoysund": (("konkurs",), True),
            "bolagsverket": ((SWEDISH_LIST, LIST), [{"kod": "KK"}]),
            "prh": (("companySituations",), [{"type": "KONK"}]),
            "companies_house": (("company_status",), "liquidation"),
        }
        for code, (path, value) in bad.items():
            entry = change(GOOD[code], path, lambda c, k, v=value: c.update({k: v}))
            for key in path:
                if isinstance(key, int):
                    continue
                inside = path[: path.index(key) + 1]
                for name in (key.upper(), key.capitalize(), f"{key[:1]}_{key[1:]}"):
                    with self.subTest(register=code, name=name):
                        respelled = change(
                            entry,
                            inside,
                            lambda c, k, n=name: c.__setitem__(n, c.pop(k)),
                        )
                        self.assertNotIn(
                            self.ask(code, respelled), (Status.ACTIVE, None)
                        )
                        # The right name is there too, and null.
                        both = change(
                            respelled,
                            inside[:-1] + (name,),
                            lambda c, k, o=key: c.update({o: None}),
                        )
                        self.assertNotIn(self.ask(code, both), (Status.ACTIVE, None))


@tagged("-standard", "payment_reminders_long", "post_install", "-at_install")
class TestFailClosedMore(FailClosedCommon):
    def test_another_value_is_never_good_news(self):
        count = 0
        for code, path, value, entry in self.list_changed():
            with self.subTest(register=code, path=path, value=value):
                good = STILL_GOOD[code].get(path, ())
                # To Python 0 and False are one; to a register they are not.
                is_good = any(value == g and type(value) is type(g) for g in good)
                status = self.ask(code, entry)
                if is_good:
                    self.assertEqual(status, Status.ACTIVE, "a look-alike goes on")
                else:
                    self.assertNotEqual(status, Status.ACTIVE)
                count += 1
        self.assertGreater(count, 400)

    def list_changed(self):
        for code, entry in GOOD.items():
            for path in list_paths(entry):
                if path[-1] in SILENT:
                    continue
                for value in OTHER_VALUES:
                    yield (
                        code,
                        path,
                        value,
                        change(entry, path, lambda c, k, v=value: c.__setitem__(k, v)),
                    )
