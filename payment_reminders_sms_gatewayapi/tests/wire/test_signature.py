"""Who may call us: two ways of signing, and all that is none."""

import json

import pytest

from ...wire import check
from ..fake_gatewayapi import SECRET, FakeGatewayApi

DATA = FakeGatewayApi.prepare_text("+4520123456", "Jeg har betalt")
OTHER = FakeGatewayApi.prepare_text("+4520123456", "Jeg betaler ikke", 1000002)


@pytest.mark.parametrize("sign", [FakeGatewayApi.sign_new, FakeGatewayApi.sign_old])
def test_both_kinds_are_read(sign):
    raw, headers = sign(DATA)
    assert check(headers, raw, SECRET) == DATA
    assert check(headers, raw, "another secret") is None
    assert check(headers, raw, "") is None
    # What is signed is this body, and no other.
    assert check(headers, json.dumps(OTHER).encode(), SECRET) is None


def test_one_of_several_digests_is_enough():
    raw, headers = FakeGatewayApi.sign_new(DATA)
    both = {"Signature": f"v1=00ff, {headers['Signature']}"}
    assert check(both, raw, SECRET) == DATA


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Signature": ""},
        {"Signature": "v1="},
        {"Signature": "v2=abc"},
        {"Signature": "v1=é"},
        {"X-Gwapi-Signature": "a.b"},
        {"X-Gwapi-Signature": "a.b.c"},
        {"X-Gwapi-Signature": "é.b.c"},
        {"X-Gwapi-Signature": "bnVsbA.bnVsbA.bnVsbA"},
    ],
)
def test_nobody_vouches(headers):
    assert check(headers, json.dumps(DATA).encode(), SECRET) is None


def test_no_other_algorithm():
    for algorithm in ("none", "HS512", None):
        raw, headers = FakeGatewayApi.sign_old(DATA, algorithm=algorithm)
        assert check(headers, raw, SECRET) is None


def test_a_token_of_nothing_vouches_for_nothing():
    raw, headers = FakeGatewayApi.sign_old({}, claims={"exp": 1})
    assert check(headers, raw, SECRET) is None
    assert check(headers, b"not json", SECRET) is None
    raw, headers = FakeGatewayApi.sign_old([1])
    assert check(headers, raw, SECRET) is None
