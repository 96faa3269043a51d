"""Only a report that says so, of that very recipient, is a failure."""

import email
import email.policy
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import reply
from ...rules.bounce import (
    Failure,
    find_addresses,
    find_failure,
    find_message_ids,
    is_report,
    needs_a_reader,
    read_text,
)
from . import failure_reports as reports

ADDRESS = "ap@nordlys.example"


def report(*groups, kind="message/delivery-status"):
    text = "\n\n".join(["Reporting-MTA: dns; mail.example", *groups])
    return email.message_from_string(
        f"Content-Type: multipart/report; boundary=b\n\n--b\n"
        f"Content-Type: {kind}\n\n{text}\n\n--b--\n",
        policy=email.policy.SMTP,
    )


def group(recipient=ADDRESS, action="failed", status="5.1.1", **more):
    fields = {
        "Final-Recipient": f"rfc822; {recipient}",
        "Action": action,
        "Status": status,
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return "\n".join(f"{name}: {value}" for name, value in fields.items() if value)


def test_failed():
    code = "smtp; 550 5.1.1\n <ap@nordlys.example>: no such user"
    assert find_failure(report(group(Diagnostic_Code=code)), ADDRESS) == Failure(
        "5.1.1", "550 5.1.1 <ap@nordlys.example>: no such user"
    )


@pytest.mark.parametrize(
    "written",
    [
        group("AP@Nordlys.Example", action="Failed"),
        group("<ap@nordlys.example>", status="5.0.0 (permanent)"),
        group(status=""),
        group("x@y.example", Original_Recipient=f"rfc822;{ADDRESS}"),
        f"Final-Recipient: {ADDRESS}\nAction: failed",
        # It tried for days and has given up: it did not arrive.
        group(status="4.4.7"),
    ],
)
def test_other_ways_to_write_it(written):
    assert find_failure(report(written), ADDRESS)


def test_second_of_two_recipients():
    found = find_failure(
        report(group("x@y.example", status="5.7.1"), group(status="5.2.1")), ADDRESS
    )
    assert found.status == "5.2.1"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(report(group(action="delayed", status="4.4.1")), id="delayed"),
        pytest.param(report(group(action="relayed", status="2.0.0")), id="relayed"),
        pytest.param(report(group(action="delivered")), id="delivered"),
        pytest.param(report(group(action="expanded")), id="expanded"),
        pytest.param(report(group(action="")), id="no action"),
        pytest.param(report(group("x@y.example")), id="somebody else"),
        pytest.param(report(group("ap@nordlys.example.org")), id="longer address"),
        pytest.param(report(), id="no recipient"),
        pytest.param(
            report(group(), kind="message/disposition-notification"), id="read"
        ),
        pytest.param(report(group(), kind="text/plain"), id="in words only"),
        pytest.param(email.message_from_string(""), id="empty"),
    ],
)
def test_no_failure(message):
    assert find_failure(message, ADDRESS) is None


@given(st.text(max_size=300), st.sampled_from(["delivery-status", "rfc822"]))
def test_nothing_that_strangers_write_breaks_it(text, kind):
    message = email.message_from_bytes(
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/"
        + kind.encode()
        + b"\n\nx: y\n\n"
        + text.encode()
        + b"\n\n--b--\n",
        policy=email.policy.SMTP,
    )
    assert find_failure(message, ADDRESS) is None


OURS = f"<{'0a' * 16}.payment-reminder@company.example>"
DAEMON = "mailer-daemon@mx.example"


def mail(text, kind="text/plain; charset=utf-8"):
    return email.message_from_bytes(
        f"From: {DAEMON}\nContent-Type: {kind}\n\n{text}".encode(),
        policy=email.policy.SMTP,
    )


def test_message_ids_in_a_text():
    quoted = f"Message-ID: {OURS}\nMessage-ID: <x@y.example>\n{OURS}"
    assert find_message_ids(mail(quoted)) == (OURS,)
    html = "<pre>" + quoted.replace("<", "&lt;").replace(">", "&gt;") + "</pre>"
    assert find_message_ids(mail(html, "text/html")) == (OURS,)
    assert find_message_ids(mail("no number")) == ()


def test_what_only_people_can_read():
    assert needs_a_reader(mail(f"{ADDRESS}: no such user"), ADDRESS, DAEMON)
    assert needs_a_reader(mail(f"<b>{ADDRESS.upper()}</b>", "text/html"), ADDRESS, None)
    returned = mail(f"To: A <{ADDRESS}>\n\nHello", "message/rfc822")
    assert needs_a_reader(returned, ADDRESS, DAEMON)


def test_whoever_was_not_reached_with_a_message_of_ours():
    assert needs_a_reader(mail("x@y.example: no such user"), ADDRESS, DAEMON)


def test_what_nobody_need_read():
    # Its own answering machine.
    assert not needs_a_reader(mail(f"{ADDRESS} is on holiday"), ADDRESS, ADDRESS)
    # What has a part for machines says by that what became of it.
    assert not needs_a_reader(report(group(action="delayed")), ADDRESS, DAEMON)
    read = report(group(), kind="message/disposition-notification")
    assert not needs_a_reader(read, ADDRESS, DAEMON)


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "x-nobody", "utf-16"]))
def test_whatever_comes_is_read(body, charset):
    head = f"Content-Type: text/html; charset={charset}\n\n".encode()
    text = read_text(email.message_from_bytes(head + body, policy=email.policy.SMTP))
    assert isinstance(text, str)


def hear(text):
    """Do what the mail gateway does; to where bounces go, everything is a report."""
    report = email.message_from_bytes(text.encode(), policy=email.policy.SMTP)
    sender = parseaddr(report["From"])[1].lower()
    marked = (
        report["To"] == reports.BOUNCES
        or sender.startswith("mailer-daemon")
        or report.get_content_type() == "multipart/report"
    )
    absent = reply.is_absence_note(report["Subject"])
    if not marked and not is_report(report, sender, {ADDRESS}, absent):
        return reports.NOTHING
    is_ours = OURS in find_message_ids(report)
    if is_ours and find_failure(report, ADDRESS):
        return reports.BOUNCED
    if not is_ours and ADDRESS not in find_addresses(report):
        return reports.NOTHING
    asked = needs_a_reader(report, ADDRESS, sender, is_absent=absent)
    return reports.PERSON if asked else reports.NOTHING


def test_there_are_many_forms():
    assert len(reports.FAILURES) >= 60
    names = [report.name for report in (*reports.FAILURES, *reports.CONTROLS)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("report", reports.FAILURES, ids=lambda report: report.name)
def test_no_report_of_a_failure_ends_in_silence(report):
    assert hear(report.fill(OURS, ADDRESS)) == report.right


@pytest.mark.parametrize("report", reports.CONTROLS, ids=lambda report: report.name)
def test_nobody_is_asked_about_what_is_late_or_read(report):
    assert hear(report.fill(OURS, ADDRESS)) == reports.NOTHING
