"""e-conomic, as its documents describe it, on a port of loopback.

Knows Python's own library only. It has invoices and customers, answers what is asked,
and notes every call: ``assert_only_read`` tells whether anything but GET came. What the
next calls of a path get instead is put into ``script``; ``between`` is called before
each answer of a list, as when somebody pays meanwhile.
"""

import json
import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# In the tests of the core, beside this addon; there may be no Odoo to import it from.
sys.path.append(str(Path(__file__).parents[2] / "payment_reminders" / "tests" / "http"))
from fake_server import JSON, FakeHandler, FakeServer  # noqa: E402

SECRET, GRANT, PUBLIC = "secret-of-nobody", "grant-of-nobody", "public-of-nobody"
AGREEMENT, NUMBER = 990001, "99999001"
PDF = b"%PDF-1.4 an invoice"
#: How it answers while it is down.
DOWN = (503, {}, "<html>Be right back</html>")


class FakeEconomic(FakeServer):
    """``with FakeEconomic() as fake: … fake.url``

    ``calls`` are (method, path with query).
    """

    def __init__(self, port=0):
        super().__init__(port)
        #: {number: row}, {number: row}
        self.invoices, self.customers = {}, {}
        #: Booked entries, and so many of them in one answer.
        self.entries, self.most_entries = [], 1000
        self.tokens = {(SECRET, GRANT), ("demo", "demo")}
        self.name, self.number, self.agreement = "Fjordens ApS", NUMBER, AGREEMENT
        self.most = 1000
        #: {start of a path: [(status, headers, body)]}
        self.script = {}
        self.between = None
        self.next_host = None
        self.is_down = False

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

    def pay(self, number, amount=None, day=None):
        """Note a payment, of all or of a part; with a day, there is an entry of it."""
        row = self.invoices[number]
        amount = row["remainder"] if amount is None else amount
        row["remainder"] -= amount
        row["remainderInBaseCurrency"] = row["remainder"]
        if day:
            self.entries.append(
                {
                    "entryNumber": len(self.entries) + 1,
                    "customerNumber": row["customer"]["customerNumber"],
                    "customerInvoiceNumber": number,
                    "date": day,
                    "currency": row["currency"],
                    "amount": -amount,
                }
            )

    def dump(self):
        """Return all that it keeps, as text."""
        with self.lock:
            kept = {"invoices": self.invoices, "customers": self.customers}
            return json.dumps(kept, ensure_ascii=False)

    def load(self, text):
        """Keep again what :meth:`dump` returned."""
        for name, rows in json.loads(text).items():
            setattr(self, name, {int(number): row for number, row in rows.items()})

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


class _Handler(FakeHandler):
    def handle_one(self):
        fake = self.server
        self.read_body()
        fake.calls.append((self.command, self.path))
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        for start, answers in fake.script.items():
            if parts.path.startswith(start) and answers:
                return self.tell(*answers.pop(0))
        if fake.is_down:
            return self.tell(*DOWN)
        tokens = (
            self.headers.get("X-AppSecretToken"),
            self.headers.get("X-AgreementGrantToken"),
        )
        if tokens not in fake.tokens:
            return self.tell(401, {}, {"message": "No access", "httpStatusCode": 401})
        if self.command != "GET":
            return self.tell(405, {}, {"message": "Not allowed"})
        with fake.lock:
            return self.answer_question(parts.path, query)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def answer_question(self, path, query):
        fake = self.server
        if path == "/self":
            return self.tell(
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
        if path == "/booked-entries":
            return self.tell(200, {}, self.make_entries(query))
        if path in ("/invoices/unpaid", "/customers"):
            if fake.between:
                fake.between(self.path)
            return self.tell(200, {}, self.make_page(path, query))
        found = re.fullmatch(r"/invoices/booked/(\d+)(/pdf)?", path)
        row = found and fake.invoices.get(int(found[1]))
        if not row:
            return self.tell(404, {}, {"message": "Not found"})
        if found[2]:
            return self.tell(200, {"Content-Type": "application/pdf"}, PDF)
        return self.tell(200, {}, {**row, "lines": []})

    def make_entries(self, query):
        fake = self.server
        numbers = set(re.findall(r"\d+", query["filter"][0]))
        booked = [
            {
                "entryNumber": 9000 + number,
                "customerInvoiceNumber": number,
                "date": row["date"],
                "currency": row["currency"],
                "amount": -row["grossAmount"] if is_sale else row["grossAmount"],
                **({} if is_sale else row["customer"]),
            }
            for number, row in fake.invoices.items()
            for is_sale in (False, True)
        ]
        rows = [
            row
            for row in booked + fake.entries
            if str(row["customerInvoiceNumber"]) in numbers
        ]
        start = int(query.get("cursor", ["0"])[0])
        end = start + fake.most_entries
        more = {"cursor": str(end)} if len(rows) > end else {}
        return {"items": rows[start:end], **more}

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

    def tell(self, status, headers, body):
        """Answer with something that becomes JSON, or with a text or bytes as it is."""
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        headers = dict(headers)
        kind = headers.pop("Content-Type", JSON)
        self.answer(status, content, kind, headers.items())


FakeEconomic.handler = _Handler
