"""One call, over real HTTP: every good day and every bad one."""

import gzip
import logging
import socket
from contextlib import closing
from decimal import Decimal

import pytest

from ...http import UNDER_LOCKS, UNHURRIED, Door, Outcome, Patience, mask, read_pause
from .bad_server import BadServer, Reply

BRIEF = Patience(0.5, 0.5, 1.5)
HTML = Reply(200, b"<html>Welcome</html>")
SECRET = "s3cret-token-of-nobody"


@pytest.fixture
def server():
    with BadServer() as made:
        yield made


def find_free_port():
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


#: (how the other side answers, what a question comes to, what a sending comes to)
DAYS = [
    (Reply(200), "ok", "ok"),
    (Reply(201), "malformed", "ok"),
    (Reply(202, b""), "malformed", "ok"),
    (Reply(204, b""), "malformed", "ok"),
    (Reply(200, b""), "malformed", "uncertain"),
    (Reply(200, b'{"half": '), "malformed", "uncertain"),
    (Reply(201, b'{"half": '), "malformed", "uncertain"),
    (Reply(200, b"[" * 100_000), "malformed", "uncertain"),
    (HTML, "malformed", "uncertain"),
    (Reply(200, b"9" * 2_500_000), "malformed", "uncertain"),
    (Reply(200, missing=100), "unavailable", "uncertain"),
    (Reply(silent=True), "unavailable", "uncertain"),
    (Reply(late=1), "unavailable", "uncertain"),
    (Reply(200, b'{"a": 12345678}', drip=0.2), "malformed", "uncertain"),
    (Reply(302, b"", (("Location", "http://127.0.0.2/"),)), "malformed", "uncertain"),
    (Reply(400, b'{"why": "x"}'), "rejected", "rejected"),
    (Reply(401), "auth", "auth"),
    (Reply(403), "auth", "auth"),
    (Reply(404), "not_found", "not_found"),
    (Reply(408), "unavailable", "uncertain"),
    (Reply(409), "rejected", "rejected"),
    (Reply(410), "gone", "gone"),
    (Reply(422, b'{"why": "x"}'), "rejected", "rejected"),
    # The reason is cut off; that it was refused is not.
    (Reply(422, b'{"why": "x"}', missing=9), "rejected", "rejected"),
    (Reply(429), "throttled", "throttled"),
    (Reply(500, b"<html>Oops</html>"), "unavailable", "uncertain"),
    (Reply(502), "unavailable", "uncertain"),
    (Reply(503), "unavailable", "uncertain"),
]


@pytest.mark.parametrize(("reply", "asked", "sent"), DAYS)
def test_each_day_comes_to_one_outcome(server, reply, asked, sent):
    server.reply = reply
    # Only where it is tried: other tests may keep this machine busy.
    is_slow = reply.late or reply.drip
    door = Door(server.url, patience=BRIEF if is_slow else UNHURRIED)
    assert door.get("/x").outcome == asked
    assert door.send("/x", json={"b": 2}).outcome == sent
    # Never twice by itself, whatever came of it.
    assert [call[0] for call in server.calls] == ["GET", "POST"]


def test_what_never_left_is_not_uncertain():
    door = Door(f"http://127.0.0.1:{find_free_port()}", patience=BRIEF)
    assert door.send("/x", json={}).outcome == Outcome.UNAVAILABLE
    # Names of the reserved domain "invalid" lead nowhere.
    door = Door("http://nobody.invalid", patience=BRIEF)
    door.session.proxies = {}
    assert door.send("/x", json={}).outcome == Outcome.UNAVAILABLE


def test_a_handshake_that_fails_has_sent_nothing(server):
    door = Door(server.url.replace("http:", "https:"), patience=BRIEF)
    assert door.send("/x", json={}).outcome == Outcome.UNAVAILABLE
    assert not server.calls


def test_a_call_without_body_that_was_not_answered_is_uncertain(server):
    server.reply = Reply(silent=True)
    assert Door(server.url).send("/x").outcome == Outcome.UNCERTAIN


def test_a_sending_never_leaves_by_a_connection_that_may_be_dying(server):
    """A kept connection that is closed just then would leave it uncertain."""
    server.reply = Reply(abrupt=True)
    door = Door(server.url)
    for _ in range(20):
        door.get("/x")
        assert door.send("/x", json={}).outcome == Outcome.OK


def test_what_is_no_url_is_not_asked():
    assert Door("").get("/x").outcome == Outcome.UNAVAILABLE
    assert Door("http://[1").send("/x").outcome in ("unavailable", "malformed")


# -- bodies -------------------------------------------------------------------------


def test_a_document_comes_as_bytes(server):
    server.reply = Reply(200, b"%PDF-1.7\x00\xff" + b"x" * 3_000_000)
    answer = Door(server.url).get("/x", wants="bytes")
    assert (answer.outcome, answer.body) == ("ok", server.reply.body)
    # As JSON it would be too long.
    assert Door(server.url).get("/x").outcome == "malformed"


def test_a_document_is_cut_off_at_its_own_limit(server):
    server.reply = Reply(200, b"x" * 15_100_000)
    assert Door(server.url).get("/x", wants="bytes").outcome == "malformed"


def test_a_document_leaves_as_multipart(server):
    server.reply = Reply(201, b'{"url": "x"}')
    content = b"%PDF-1.7\x00\xff--not-a-boundary"
    answer = Door(server.url).send(
        "/media",
        data={"domain": "cases"},
        files={"file": ("räkning.pdf", content, "application/pdf")},
    )
    assert answer.data == {"url": "x"}
    _method, _path, headers, body = server.calls[0]
    assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert content in body
    assert b'name="domain"\r\n\r\ncases\r\n' in body


def test_an_answer_that_was_packed_is_read(server):
    packed = gzip.compress(b'{"a": "%s"}' % (b"b" * 300_000))
    server.reply = Reply(200, packed, (("Content-Encoding", "gzip"),))
    assert len(Door(server.url).get("/x").data["a"]) == 300_000
    # What grows beyond the limit when it is unpacked is too long as well.
    packed = gzip.compress(b'{"a": "%s"}' % (b"b" * 30_000_000))
    server.reply = Reply(200, packed, (("Content-Encoding", "gzip"),))
    assert Door(server.url).get("/x").outcome == "malformed"


def test_amounts_can_be_read_exactly(server):
    server.reply = Reply(200, b'{"a": 0.1}')
    assert Door(server.url, decimals=True).get().data == {"a": Decimal("0.1")}
    assert Door(server.url).get().data == {"a": 0.1}


# -- patience -----------------------------------------------------------------------


def test_a_drip_is_given_up(server):
    server.reply = Reply(200, b'{"a": "%s"}' % (b"b" * 60), drip=0.2)
    # Read to its end it would be a good answer.
    answer = Door(server.url).get(patience=Patience(1, 1, 1.5))
    assert answer.outcome == "malformed"


def test_calls_under_locks_have_a_patience_of_their_own(server):
    assert UNDER_LOCKS.timeout == (3, 7)
    assert UNDER_LOCKS.whole == 10
    server.reply = Reply(late=1)
    door = Door(server.url)
    assert door.get(patience=BRIEF).outcome == "unavailable"
    assert door.get().outcome == "ok"


# -- links --------------------------------------------------------------------------


def test_a_link_to_the_service_itself_is_followed(server):
    assert Door(server.url).get(f"{server.url}/next?page=2").outcome == "ok"
    assert server.calls[0][1] == "/next?page=2"


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.2/x",
        "https://{host}/x",
        "http://127.0.0.1:1/x",
        "http://{host}@127.0.0.2/x",
        "http://user@{host}/x",
        "HTTP://127.0.0.2/x",
        # Put after the base URL, these would name another host.
        "@127.0.0.2/x",
        ".evil.example/x",
        "1/x",
    ],
)
def test_a_link_to_another_host_is_not(server, link):
    door = Door(server.url)
    answer = door.get(link.format(host=server.host), headers={"X-API-Key": SECRET})
    assert answer.outcome in ("malformed", "unavailable")
    assert not server.calls


def test_hosts_may_be_allowed_by_name(server):
    with BadServer() as other:
        assert Door(server.url).get(f"{other.url}/x").outcome == "malformed"
        door = Door(server.url, allow_hosts=[other.host])
        assert door.get(f"{other.url}/x").outcome == "ok"


# -- secrets ------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [Reply(), HTML, Reply(500), Reply(silent=True)])
def test_nothing_says_a_secret(server, caplog, monkeypatch, reply):
    # Odoo, where it is, has set up its own loggers.
    logger = logging.getLogger(Door.__module__)
    caplog.set_level(logging.DEBUG, logger.name)
    monkeypatch.setattr(logger, "propagate", False)
    monkeypatch.setattr(logger, "handlers", [caplog.handler])
    server.reply = reply
    door = Door(server.url, ("user-of-nobody", SECRET))
    answers = [
        door.get(f"/{SECRET}/x?key={SECRET}"),
        door.send("/x", json={}, headers={"X-API-Key": f"{SECRET}-2"}),
        door.send("/x", json={}, headers={"Authorization": f"Bearer {SECRET}-3"}),
    ]
    ours = [r.getMessage() for r in caplog.records if r.name == logger.name]
    assert len(ours) == 3
    assert SECRET not in "\n".join(ours)
    assert SECRET not in "".join(answer.reason for answer in answers)
    assert SECRET not in door.mask(f"x {SECRET}-2 y {SECRET}-3 z {SECRET}")
    assert SECRET not in repr(door)


def test_a_longer_secret_is_masked_before_its_beginning():
    assert mask("abcd abcdef ab", ["abcd", "abcdef", "ab"]) == "*** *** ab"


# -- pauses -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_rest_is_heard(server, status):
    server.reply = Reply(status, b"Wait", (("Retry-After", "120"),))
    assert Door(server.url).get().pause == 120
    server.reply = Reply(status, b"Wait")
    assert Door(server.url).get().pause is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("7", 7),
        ("999999999", 24 * 3600),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 24 * 3600),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0),
    ],
)
def test_pauses_are_read(text, seconds):
    assert read_pause(text) == seconds
