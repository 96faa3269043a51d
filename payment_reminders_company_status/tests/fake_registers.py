"""The company registers, as they document themselves, on a port of loopback.

Runs in tests, in the demo and in the bench; knows nothing but Python's own library.

``companies`` holds what the registers know: {(country, number): :class:`Company`}.
``misbehave`` makes the next answers of a register those that the real one gives on a
bad day. ``questions`` notes what was asked, when, and about how many companies.
``PUT /company`` with {country, number, word, since} sets a company from elsewhere.
"""

import json
import threading
import time
from base64 import b64encode
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
JSON, TEXT, HTML = "application/json", "text/plain", "text/html"

#: Logins that the fakes take: Basic user and password.
LOGINS = {
    "virk": ("demo", "not-a-secret"),
    "bolagsverket_token": ("demo-client", "not-a-secret"),
    "companies_house": ("demo-key", ""),
}
#: What a company enters in its settings to ask them all.
SETTINGS = {
    "company_status_active": True,
    "company_status_danish_register": "virk",
    "company_status_virk_user": LOGINS["virk"][0],
    "company_status_virk_password": LOGINS["virk"][1],
    "company_status_bolagsverket_client": LOGINS["bolagsverket_token"][0],
    "company_status_bolagsverket_secret": LOGINS["bolagsverket_token"][1],
    "company_status_companies_house_key": LOGINS["companies_house"][0],
}
#: What the fakes answer to.
NAMES = (
    "virk",
    "cvrapi",
    "bronnoysund",
    "bolagsverket",
    "bolagsverket_token",
    "prh",
    "companies_house",
)
#: What a proper Norwegian unit has.
FLAGS = ("konkurs", "underAvvikling", "underTvangsavviklingEllerTvangsopplosning")
SWEDISH_LIST = "pagaendeAvvecklingsEllerOmstruktureringsforfarande"


@dataclass
class Company:
    """One company as a register knows it.

    :param word: its status, as the register writes it; empty: in good standing
    :param since: day of the status, ISO
    :param ended: the situation is over since this day
    :param more: keys of the answer that replace the proper ones (None: left out)
    """

    word: str = ""
    since: str = "2026-09-15"
    ended: str = ""
    more: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """One answer over HTTP; ``body`` may be an object, which becomes JSON."""

    body: object = ""
    status: int = 200
    content_type: str = JSON
    headers: tuple = ()
    #: Bytes that are promised and never sent; the connection is closed instead.
    hang_up: bool = False


#: The bad days that each of them can have: {name: what it answers then}.
BAD_DAYS = {
    "unauthorised": Response({"message": "no"}, 401),
    "forbidden": Response("Forbidden", 403, TEXT),
    "throttled": Response("Too Many Requests", 429, TEXT),
    "throttled_seconds": Response("Wait", 429, TEXT, (("Retry-After", "120"),)),
    "throttled_date": Response(
        "Wait", 429, TEXT, (("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT"),)
    ),
    "server_error": Response("<html>Oops</html>", 500, HTML),
    "maintenance": Response("<html>Soon</html>", 503, HTML, (("Retry-After", "600"),)),
    "bad_request": Response({"detail": "check digit"}, 400),
    "redirect": Response("", 302, TEXT, (("Location", "http://127.0.0.2/"),)),
    "html": Response("<html>Welcome</html>", 200, HTML),
    "empty": Response("", 200),
    "half": Response('{"organisasjonsnummer": "9747', 200),
    "list": Response([], 200),
    "huge": Response("9" * 3_000_000, 200),
    "hang_up": Response("", hang_up=True),
}


def get_parameters(url):
    """Return the system parameters that lead to fakes instead of the real registers.

    :param url: where the fakes are
    """
    prefix = "payment_reminders_company_status"
    return {f"{prefix}.{name}_url": f"{url}/{name}" for name in NAMES}


class FakeRegisters(ThreadingHTTPServer):
    """``with FakeRegisters() as fake: … fake.url``

    :param assume: what companies are of which nothing is set; None: not in the register
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, assume=None, port=0):
        super().__init__((HOST, port), _Handler)
        self.assume = assume
        self.companies = {}
        self.questions = []
        self.tokens = set()
        self.logins = dict(LOGINS)
        #: Called with the code of a register before it answers.
        self.before = None
        #: {code: (questions, seconds)}: beyond it, 429.
        self.limits = {}
        self._bad = defaultdict(deque)
        self._lock = threading.Lock()

    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up: they are meant to."""

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"http://{HOST}:{self.server_address[1]}"

    @property
    def parameters(self):
        """System parameters that lead to this server; see :func:`get_parameters`."""
        return get_parameters(self.url)

    def set(self, country, number, word="", since="2026-09-15", ended="", **more):
        """Say what a company is from now on."""
        self.companies[country, number] = Company(word, since, ended, more)

    def get(self, country, number):
        return self.companies.get((country, number), self.assume)

    def misbehave(self, code, *responses):
        """Make the next answers of a register these; a name is one of BAD_DAYS."""
        self._bad[code].extend(
            BAD_DAYS[each] if isinstance(each, str) else each for each in responses
        )

    def behave(self):
        self._bad.clear()
        self.questions.clear()

    def get_bad(self, code):
        with self._lock:
            return self._bad[code].popleft() if self._bad[code] else None

    def note(self, code, numbers):
        """Note a question; tell whether it is one too many."""
        with self._lock:
            now = time.time()
            self.questions.append((code, now, tuple(numbers)))
            if code not in self.limits:
                return False
            count, seconds = self.limits[code]
            recent = [
                1 for c, at, _n in self.questions if c == code and at > now - seconds
            ]
            return len(recent) > count

    def count(self, code):
        return len([1 for asked, _at, _numbers in self.questions if asked == code])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeRegisters

    def log_message(self, *_args):
        """Say nothing."""

    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_PUT(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.set(**told)
        self._send(Response({}))

    def _answer(self, body):
        url = urlsplit(self.path)
        code, _slash, rest = url.path.lstrip("/").partition("/")
        self.query = {key: values[0] for key, values in parse_qs(url.query).items()}
        self.body = body
        if self.server.before:
            self.server.before(code)
        response = self.server.get_bad(code)
        if response:
            self.server.note(code, ())
        else:
            handle = getattr(self, f"_answer_{code}", None)
            response = handle(rest) if handle else Response("", 404, TEXT)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._send(response)

    def _send(self, response):
        body = response.body
        if not isinstance(body, str):
            body = json.dumps(body)
        content = body.encode()
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        length = len(content) + (100 if response.hang_up else 0)
        self.send_header("Content-Length", str(length))
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        if response.hang_up:
            self.close_connection = True

    def _is_known(self, code):
        user, password = self.server.logins[code]
        login = b64encode(f"{user}:{password}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {login}"

    def _note(self, code, numbers):
        """Note the question; return the answer to one too many, or None."""
        return BAD_DAYS["throttled"] if self.server.note(code, numbers) else None

    # -- Denmark ----------------------------------------------------------------

    def _answer_virk(self, rest):
        if not self._is_known("virk"):
            return Response({"error": "login"}, 401)
        if rest != "cvr-permanent/virksomhed/_search":
            return Response({"error": "no such index"}, 404)
        asked = json.loads(self.body)
        numbers = [
            f"{number:08}"
            for number in asked["query"]["terms"]["Vrvirksomhed.cvrNummer"]
        ]
        refusal = self._note("virk", numbers)
        if refusal:
            return refusal
        hits = []
        for number in numbers[: asked.get("size", 10)]:
            company = self.server.get("DK", number)
            if company:
                unit = _make_danish(int(number), company)
                hits.append({"_source": {"Vrvirksomhed": unit}})
        return Response(
            {
                "timed_out": False,
                "_shards": {"total": 6, "successful": 6, "failed": 0},
                "hits": {"total": len(hits), "hits": hits},
            }
        )

    def _answer_cvrapi(self, rest):
        number = self.query.get("vat", "")
        refusal = self._note("cvrapi", [number])
        if refusal:
            return Response({"error": "QUOTA_EXCEEDED", "t": 0})
        if "python-requests" in self.headers.get("User-Agent", "python-requests"):
            return Response({"error": "BANNED", "t": 0})
        company = self.server.get("DK", number)
        if not company:
            return Response({"error": "NOT_FOUND", "t": 0}, 404)
        bankrupt = company.word == "UNDER KONKURS"
        year, month, day = company.since.split("-")
        return Response(
            _replace(
                {
                    "vat": int(number),
                    "name": "A ApS",
                    "startdate": "01/02 - 2010",
                    "enddate": None,
                    "creditbankrupt": bankrupt,
                    "creditstatus": None,
                    "creditstartdate": f"{day}/{month} - {year}" if bankrupt else None,
                    "version": 6,
                    "t": 100,
                },
                company.more,
            )
        )

    # -- Norway -----------------------------------------------------------------

    def _answer_bronnoysund(self, rest):
        path, _slash, number = rest.partition("enhetsregisteret/api/enheter")[
            2
        ].partition("/")
        numbers = [number] if number else self.query["organisasjonsnummer"].split(",")
        refusal = self._note("bronnoysund", numbers)
        if refusal:
            return refusal
        if number:
            return self._answer_norwegian(number)
        units = [
            _make_norwegian(each, company)
            for each in numbers
            if (company := self.server.get("NO", each))
            and company.word not in ("410", "slettedato")
        ]
        answer = {"page": {"size": 20, "totalElements": len(units), "number": 0}}
        if units:
            answer["_embedded"] = {"enheter": units}
        return Response(answer)

    def _answer_norwegian(self, number):
        company = self.server.get("NO", number)
        if not company:
            return Response({"feilmelding": "Finnes ikke"}, 404)
        if company.word == "410":
            return Response({"status": 410, "error": "Gone"}, 410)
        return Response(_make_norwegian(number, company))

    # -- Sweden -----------------------------------------------------------------

    def _answer_bolagsverket_token(self, rest):
        if not self._is_known("bolagsverket_token"):
            return Response({"error": "invalid_client"}, 400)
        token = f"demo-token-{len(self.server.tokens)}"
        self.server.tokens.add(token)
        return Response({"access_token": token, "expires_in": 3600})

    def _answer_bolagsverket(self, rest):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.server.tokens:
            return Response({"instance": "auth.error", "status": 401}, 401)
        number = json.loads(self.body)["identitetsbeteckning"]
        refusal = self._note("bolagsverket", [number])
        if refusal:
            return refusal
        company = self.server.get("SE", number)
        if not company:
            fault = {"fel": {"typ": "ORGANISATION_FINNS_EJ", "felBeskrivning": "-"}}
            return Response(
                {
                    "organisationer": [
                        {
                            "avregistreradOrganisation": fault,
                            "avregistreringsorsak": fault,
                            SWEDISH_LIST: fault,
                        }
                    ]
                }
            )
        return Response({"organisationer": [make_swedish(number, company)]})

    # -- Finland ----------------------------------------------------------------

    def _answer_prh(self, rest):
        number = self.query.get("businessId", "")
        refusal = self._note("prh", [number])
        if refusal:
            return refusal
        company = self.server.get("FI", number)
        if not company:
            return Response({"totalResults": 0, "companies": []})
        situations = []
        if company.word:
            situations.append(
                {
                    "type": company.word,
                    "registrationDate": company.since,
                    "endDate": company.ended or None,
                    "source": "1",
                }
            )
        made = {
            "businessId": {"value": number, "registrationDate": "2009-04-02"},
            "companySituations": situations,
            "tradeRegisterStatus": "1",
            "status": "2",
            "endDate": None,
        }
        return Response(
            {"totalResults": 1, "companies": [_replace(made, company.more)]}
        )

    # -- United Kingdom ---------------------------------------------------------

    def _answer_companies_house(self, rest):
        if not self._is_known("companies_house"):
            return Response({"error": "Invalid Authorization"}, 401)
        number = rest.removeprefix("company/")
        refusal = self._note("companies_house", [number])
        if refusal:
            return refusal
        company = self.server.get("GB", number)
        if not company:
            return Response({"errors": [{"error": "company-profile-not-found"}]}, 404)
        made = {"company_number": number, "company_status": company.word or "active"}
        return Response(_replace(made, company.more))


def _make_danish(number, company):
    word = company.word or "NORMAL"
    rows = [{"status": "NORMAL", "periode": _period("2011-02-01", company.since)}]
    rows.append({"status": word, "periode": _period(company.since, company.ended)})
    if company.ended:
        rows.append({"status": "NORMAL", "periode": _period(company.ended)})
    ceased = word.startswith(("OPLØST", "TVANGSOPLØST", "OPHØRT", "SLETTET", "LUKKET"))
    return _replace(
        {
            "cvrNummer": number,
            "livsforloeb": [
                {"periode": _period("2011-02-01", company.since if ceased else None)}
            ],
            "virksomhedsstatus": rows,
            "virksomhedMetadata": {"sammensatStatus": word.replace(" ", "")},
        },
        company.more,
    )


def _period(start, end=None):
    return {"gyldigFra": start, "gyldigTil": end or None}


def _make_norwegian(number, company):
    made = {
        "organisasjonsnummer": number,
        "navn": "A AS",
        **dict.fromkeys(FLAGS, False),
    }
    if company.word == "slettedato":
        made = {
            "organisasjonsnummer": number,
            "navn": "A AS",
            "slettedato": company.since,
        }
    elif company.word and not company.ended:
        made[company.word] = True
        if company.word == "konkurs":
            made["konkursdato"] = company.since
    return _replace(made, company.more)


def make_swedish(number, company):
    """Return an organisation as Bolagsverket answers with it."""
    rows = []
    if company.word:
        rows.append({"kod": company.word, "klartext": "-", "fromDatum": company.since})
    return _replace(
        {
            "organisationsidentitet": {"identitetsbeteckning": number},
            "avregistreradOrganisation": None,
            "avregistreringsorsak": None,
            SWEDISH_LIST: {
                "dataproducent": "Bolagsverket",
                f"{SWEDISH_LIST}Lista": rows,
            },
            "verksamOrganisation": {"kod": "JA", "dataproducent": "SCB"},
        },
        company.more,
    )


def _replace(made, more):
    """Replace keys of an answer; those that are to be ``...`` are left out."""
    made = {**made, **more}
    return {key: value for key, value in made.items() if value is not ...}
