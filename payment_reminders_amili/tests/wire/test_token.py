"""The log-in is what Amili can check with the public key, and nobody else can make."""

import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from ...wire import (
    make_key,
    make_public_pem,
    make_token,
)

NOW = 1_790_000_000
KEY = make_key()


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(token, public_pem):
    head, claims, signature = token.split(".")
    raw = decode(signature)
    der = utils.encode_dss_signature(
        int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    )
    key = serialization.load_pem_public_key(public_pem.encode())
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(decode(head)), json.loads(decode(claims)), len(raw)


def test_the_public_key_verifies_it():
    # Halves of the signature that begin with zeros keep their length.
    for _attempt in range(300):
        token = make_token("code", KEY, NOW)
        header, claims, size = verify(token, make_public_pem(KEY))
        assert size == 64
    assert header == {"alg": "ES256", "typ": "JWT"}
    assert claims == {"api_code": "code", "exp": NOW + 300}
    assert "=" not in token


def test_no_other_key_does():
    with pytest.raises(InvalidSignature):
        verify(make_token("code", KEY, NOW), make_public_pem(make_key()))


def test_the_public_key_is_no_private_one():
    pem = make_public_pem(KEY)
    assert pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert "PRIVATE" not in pem


def test_a_key_signs_its_own_algorithms_alone():
    with pytest.raises(ValueError):
        make_token("code", KEY, NOW, "ES512")
    with pytest.raises(ValueError):
        make_token("code", KEY, NOW, "RS256")
    with pytest.raises(ValueError):
        make_token("code", KEY, NOW, "none")


def test_an_rsa_key_can_be_used():
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    text, _dot, signature = make_token("code", pem, NOW, "RS256").rpartition(".")
    key.public_key().verify(
        decode(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
