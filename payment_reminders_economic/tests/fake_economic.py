"""e-conomic, as its documents describe it, on a port of loopback.

Knows Python's own library only. It has invoices and customers, answers what is asked,
and notes every call: ``assert_only_read`` tells whether anything but GET came. What the
next calls of a path get instead is put into ``script``; ``between`` is called before
each answer of a list, as when somebody pays meanwhile.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
SECRET, GRANT, PUBLIC = "secret-of-nobody", "grant-of-nobody", "public-of-nobody"
AGREEMENT, NUMBER = 990001, "99999001"
PDF = b"%PDF-1.4 an invoice"


class FakeEconomic(ThreadingHTTPServer):
    """``with FakeEconomic() as fake: … fake.url``"""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__((HOST, port), _Handler)
        #: {number: row}, {number: row}
        self.invoices, self.customers = {}, {}
        self.tokens = {(SECRET, GRANT), ("demo", "demo")}
        self.name, self.number, self.agreement = "Fjordens ApS", NUMBER, AGREEMENT
        self.most = 1000
        #: (method, path with query) of every call
        self.calls = []
        #: {start of a path: [(status, headers, body)]}
        self.script = {}
        self.between = None
        self.next_host = None
        self.lock = threading.RLock()

    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up: they are meant to."""

    def __enter__(self):
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"http://{HOST}:{self.server_address[1]}"

    def assert_only_read(self):
        """Fail if anything but a question ever came."""
        assert {method for method, _path in self.calls} <= {"GET"}, self.calls

    def count(self, start):
        """Return how many calls of a path came."""
        return sum(path.startswith(start) for _method, path in self.calls)

    # -- what is there ------------------------------------------------------------

    def put(self, number, customer=207, due="2026-09-05", amount=1000.0, **more):
        """Book an invoice; a credit note has a negative amount."""
        row = {
            "bookedInvoiceNumber": number,
            "date": "2026-08-06",
            "dueDate": due,
            "currency": "DKK",
            "exchangeRate": 100.0,
            "netAmount": amount * 0.8,
            "vatAmount": amount * 0.2,
            "grossAmount": amount,
            "grossAmountInBaseCurrency": amount,
            "remainder": amount,
            "remainderInBaseCurrency": amount,
            "paymentTerms": {"paymentTermsNumber": 3, "paymentTermsType": "net"},
            "customer": {"customerNumber": customer},
            "references": {"other": f"PO {number}"},
            **more,
        }
        # What is empty is left out there.
        self.invoices[number] = {k: v for k, v in row.items() if v is not None}
        if customer not in self.customers:
            self.put_customer(customer, f"Kunde {customer}")
        return self.invoices[number]

    def put_customer(
        self, number, name, email="", updated="2026-08-01T08:00:00Z", **more
    ):
        row = {
            "customerNumber": number,
            "name": name,
            "email": email,
            "country": "Danmark",
            "currency": "DKK",
            "lastUpdated": updated,
            **more,
        }
        self.customers[number] = {k: v for k, v in row.items() if v not in ("", None)}

    def pay(self, number, amount=None):
        row = self.invoices[number]
        left = 0.0 if amount is None else row["remainder"] - amount
        row["remainder"] = row["remainderInBaseCurrency"] = left

    def list_rows(self, path, query):
        if path == "/customers":
            rows = list(self.customers.values())
            since = re.search(r"lastUpdated\$gt:(\S+)", query.get("filter", [""])[0])
            if since:
                rows = [row for row in rows if row["lastUpdated"] > since[1]]
            return rows
        rows = [row for row in self.invoices.values() if row["remainder"]]
        only = re.search(r"customerNumber\$eq:(\d+)", query.get("filter", [""])[0])
        if only:
            rows = [r for r in rows if r["customer"]["customerNumber"] == int(only[1])]
        return sorted(rows, key=lambda row: row["bookedInvoiceNumber"])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def handle_one(self):
        fake = self.server
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        fake.calls.append((self.command, self.path))
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        for start, answers in fake.script.items():
            if parts.path.startswith(start) and answers:
                return self.answer(*answers.pop(0))
        tokens = (
            self.headers.get("X-AppSecretToken"),
            self.headers.get("X-AgreementGrantToken"),
        )
        if tokens not in fake.tokens:
            return self.answer(401, {}, {"message": "No access", "httpStatusCode": 401})
        if self.command != "GET":
            return self.answer(405, {}, {"message": "Not allowed"})
        with fake.lock:
            return self.answer_question(parts.path, query)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def answer_question(self, path, query):
        fake = self.server
        if path == "/self":
            return self.answer(
                200,
                {},
                {
                    "agreementNumber": fake.agreement,
                    "company": {
                        "name": fake.name,
                        "companyIdentificationNumber": fake.number,
                    },
                    "settings": {"baseCurrency": "DKK"},
                },
            )
        if path in ("/invoices/unpaid", "/customers"):
            if fake.between:
                fake.between(self.path)
            return self.answer(200, {}, self.make_page(path, query))
        found = re.fullmatch(r"/invoices/booked/(\d+)(/pdf)?", path)
        row = found and fake.invoices.get(int(found[1]))
        if not row:
            return self.answer(404, {}, {"message": "Not found"})
        if found[2]:
            return self.answer(200, {"Content-Type": "application/pdf"}, PDF)
        return self.answer(200, {}, {**row, "lines": []})

    def make_page(self, path, query):
        fake = self.server
        size = min(int(query.get("pagesize", ["20"])[0]), fake.most)
        skip = int(query.get("skippages", ["0"])[0])
        rows = fake.list_rows(path, query)
        part = rows[skip * size : (skip + 1) * size]
        more = f"&filter={query['filter'][0]}" if "filter" in query else ""
        host = fake.next_host or fake.url
        pages = {
            "maxPageSizeAllowed": 1000,
            "skipPages": skip,
            "pageSize": size,
            "results": len(rows),
        }
        if len(rows) > (skip + 1) * size:
            link = f"{host}{path}?skippages={skip + 1}&pagesize={size}{more}"
            pages["nextPage"] = link
        return {"collection": part, "metaData": {}, "pagination": pages}

    def answer(self, status, headers, body):
        if status == 0:
            self.close_connection = True
            return self.connection.close()
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return self.wfile.write(content)
