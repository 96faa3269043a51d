"""Only a report that says so, of that very recipient, is a failure."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..rules.bounce import Failure, find_failure

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
