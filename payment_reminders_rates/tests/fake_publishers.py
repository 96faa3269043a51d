"""The publishers of rates, as they document themselves, on a port of loopback.

Runs in tests and in the demo; knows nothing but Python's own library. ``series`` holds
what each of them publishes: {code: {day: percent as text}}, ``..`` where the newest is
missing. ``misbehave`` makes the next answers of one those of a bad day. ``questions``
notes what was asked.
"""

import json
import threading
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
CSV, JSON, HTML = "text/csv", "application/json", "text/html"
NAMES = ("statbank", "riksbank", "ecb", "bundesbank", "norges_bank")
PARAMETER = "payment_reminders_rates"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

#: What the five of them publish in autumn 2026, made up where nobody has read it.
SERIES = {
    "statbank": {
        "2025-12-31": "1.75",
        "2026-01-01": "1.75",
        "2026-06-30": "1.75",
        "2026-07-01": "2.05",
        "2026-11-27": "2.05",
        "2026-11-28": "..",
    },
    "riksbank": {"2026-01-02": "2.0", "2026-06-30": "2.0", "2026-07-01": "2.0"},
    "ecb": {"2025-04-23": "2.4", "2025-06-11": "2.15", "2026-06-17": "2.4"},
    "bundesbank": {"2026-01": "1.27", "2026-06": "1.27", "2026-07": "1.52"},
    "norges_bank": {"2025-12-31": "4.00", "2026-06-30": "4.25", "2026-07-01": "4.25"},
}


@dataclass(frozen=True)
class Response:
    """One answer over HTTP.

    :param hang_up: the connection is closed before all of it has come
    """

    body: str = ""
    status: int = 200
    content_type: str = CSV
    headers: tuple = ()
    hang_up: bool = False


#: {name: the answer of a bad day, what is said of it}
BAD_DAYS = {
    "html": (Response("<!doctype html><p>Welcome</p>", 200, HTML), "malformed"),
    "html_error": (Response("<html>522</html>", 522, HTML), "unavailable"),
    "server_error": (Response("Oops", 500, HTML), "unavailable"),
    "refused": (Response("no", 406), "rejected"),
    "bad_request": (Response('{"message": "EXTRACT-NOTFOUND"}', 400, JSON), "rejected"),
    "forbidden": (Response("no", 403), "auth"),
    "throttled": (
        Response('{"statusCode": 429}', 429, JSON, (("Retry-After", "90"),)),
        "throttled",
    ),
    "moved": (
        Response("", 302, HTML, (("Location", "http://127.0.0.2/"),)),
        "malformed",
    ),
    "empty": (Response(""), "malformed"),
    "half": (Response('[{"date": "2026-07-0'), "malformed"),
    "no_such_columns": (Response("A;B\n1;2\nA,B\n"), "malformed"),
    "not_utf8": (Response("\udcff\udcfe"), "malformed"),
    "huge": (Response("9" * 20_000_000), "malformed"),
    "hang_up": (Response("TIME", hang_up=True), "unavailable"),
}


def get_parameters(url):
    """Return the system parameters that lead to fakes instead of the publishers."""
    return {f"{PARAMETER}.{name}_url": f"{url}/{name}" for name in NAMES}


class FakePublishers(ThreadingHTTPServer):
    """``with FakePublishers() as fake: … fake.url``"""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port=0):
        super().__init__((HOST, port), _Handler)
        self.series = {name: dict(values) for name, values in SERIES.items()}
        self.questions = []
        #: {code}: decimals with a comma; a mark of the order of bytes; other columns.
        self.commas, self.marks, self.moved = set(), set(), set()
        self._bad = defaultdict(deque)

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
        return get_parameters(self.url)

    def misbehave(self, code, *responses):
        """Make the next answers of a publisher these; a name is one of BAD_DAYS."""
        self._bad[code].extend(
            BAD_DAYS[each][0] if isinstance(each, str) else each for each in responses
        )

    def behave(self):
        """Let all be as it was made."""
        self._bad.clear()
        self.questions.clear()
        self.series = {name: dict(values) for name, values in SERIES.items()}
        for each in (self.commas, self.marks, self.moved):
            each.clear()

    def get_bad(self, code):
        return self._bad[code].popleft() if self._bad[code] else None

    # -- what each of them writes -----------------------------------------------------

    def answer(self, code, path, query, body, headers):
        """Return what a publisher says to a well-formed question, else its refusal."""
        return getattr(self, f"_answer_{code}")(path, query, body, headers)

    def _select(self, code, start="", end="9999"):
        found = sorted(self.series[code].items())
        return [(day, text) for day, text in found if start <= day <= end]

    def _write(self, code, names, lines, delimiter):
        order = list(range(len(names)))
        if code in self.moved:
            order = [*order[::-1]]
            names, lines = [*names, "NEW"], [[*line, "x"] for line in lines]
            order = [len(names) - 1, *order]
        rows = [names, *lines]
        text = "".join(
            delimiter.join(row[place] for place in order) + "\r\n" for row in rows
        )
        return Response(BOM + text if code in self.marks else text)

    def _number(self, code, text):
        return text.replace(".", ",") if code in self.commas and text != ".." else text

    def _answer_statbank(self, path, _query, body, _headers):
        named = {one["code"]: one["values"] for one in body.get("variables", ())}
        if path != "/v1/data" or set(named) != {"INSTRUMENT", "LAND", "OPGOER", "Tid"}:
            return Response('{"errorTypeCode": "EXTRACT-NOTALLOWED"}', 400, JSON)
        if (body["table"], named["INSTRUMENT"]) != ("DNRENTD", ["OIRNAA"]):
            return Response('{"errorTypeCode": "EXTRACT-NOTFOUND"}', 400, JSON)
        lines = [
            ["OIRNAA", "DK", "E", "{}M{}D{}".format(*day.split("-")), text]
            for day, text in self._select("statbank")
        ]
        lines = [[*line[:4], self._number("statbank", line[4])] for line in lines]
        names = ["INSTRUMENT", "LAND", "OPGOER", "TID", "INDHOLD"]
        return self._write("statbank", names, lines, ";")

    def _answer_riksbank(self, path, _query, _body, _headers):
        parts = path.strip("/").split("/")
        if parts[:4] != ["swea", "v1", "Observations", "SECBREFEFF"] or len(parts) != 6:
            return Response('{"statusCode": 404}', 404, JSON)
        found = [
            f'{{"date": "{day}", "value": {text}}}'
            for day, text in self._select("riksbank", parts[4], parts[5])
        ]
        return Response(f"[{', '.join(found)}]", 200, JSON)

    def _answer_ecb(self, path, query, _body, _headers):
        if path != "/service/data/FM/B.U2.EUR.4F.KR.MRR_FR.LEV":
            return Response("No results found.", 404, "text/plain")
        if query.get("format") != "csvdata":
            return Response("<xml/>", 406, "application/xml")
        found = self._select("ecb", query.get("startPeriod", ""))
        if not found:
            return Response("", 404, "text/plain")
        lines = [
            ["FM.B", "B", day, self._number("ecb", text), "A", '"Rate, fixed"']
            for day, text in found
        ]
        names = ["KEY", "FREQ", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "TITLE"]
        if "ecb" in self.commas:
            lines = [[*line[:3], f'"{line[3]}"', *line[4:]] for line in lines]
        return self._write("ecb", names, lines, ",")

    def _answer_bundesbank(self, path, query, _body, headers):
        if headers.get("Accept") != "text/csv":
            return Response("Not Acceptable", 406, "text/plain")
        if path != "/rest/data/BBIN1/M.DE.BBK.BBKBAS2.EUR.ME":
            return Response("", 404, "text/plain")
        lines = [
            ["BBIN1", day, self._number("bundesbank", text), "BBKBAS2", "PROZENT"]
            for day, text in self._select("bundesbank", query.get("startPeriod", ""))
        ]
        names = ["BBK_DSID", "TIME_PERIOD", "OBS_VALUE", "BBK_ID", "BBK_UNIT"]
        return self._write("bundesbank", names, lines, ";")

    def _answer_norges_bank(self, path, query, _body, _headers):
        found = self._select(
            "norges_bank", query.get("startPeriod", ""), query.get("endPeriod", "9999")
        )
        if path != "/api/data/IR/B.KPRA.SD.R" or not found:
            return Response("", 404, "text/plain")
        lines = [
            ["B", "Business", "KPRA", day, self._number("norges_bank", text)]
            for day, text in found
        ]
        names = ["FREQ", "Frequency", "INSTRUMENT_TYPE", "TIME_PERIOD", "OBS_VALUE"]
        return self._write("norges_bank", names, lines, ";")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakePublishers

    def log_message(self, *_args):
        """Say nothing."""

    def do_GET(self):
        self._answer({})

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(json.loads(self.rfile.read(length) or "{}"))

    def do_PUT(self):
        """Set a value from elsewhere: {code, day, percent}."""
        length = int(self.headers.get("Content-Length") or 0)
        said = json.loads(self.rfile.read(length))
        self.server.series[said["code"]][said["day"]] = said["percent"]
        self._send(Response("{}", 200, JSON))

    def _answer(self, body):
        parts = urlsplit(self.path)
        _empty, code, *rest = parts.path.split("/")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.questions.append((code, parts.path, query))
        answer = self.server.get_bad(code) or self.server.answer(
            code, "/" + "/".join(rest), query, body, self.headers
        )
        self._send(answer)

    def _send(self, answer):
        raw = answer.body.encode("utf-8", "surrogateescape")
        with suppress(OSError):
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header(
                "Content-Length", str(len(raw) + (100 if answer.hang_up else 0))
            )
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)
            if answer.hang_up:
                self.close_connection = True
