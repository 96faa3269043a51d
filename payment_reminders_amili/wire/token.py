"""The log-in: a JSON Web Token, signed with the company's own key (RFC 7519)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

#: Amili takes a token that ends within ten minutes, and clocks differ.
LASTS = 300
#: {algorithm: (hash, bytes of each half of an elliptic signature)}
ELLIPTIC = {"ES256": (hashes.SHA256(), 32), "ES384": (hashes.SHA384(), 48)}
RSA = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}


def make_key() -> bytes:
    """Return a new private key on the curve P-256, as PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def make_public_pem(private_pem: bytes) -> str:
    """Return the public half of a key, as it is sent to Amili."""
    key = serialization.load_pem_private_key(private_pem, None)
    return (
        key.public_key()
        .public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
        .decode()
    )


def make_token(
    api_code: str, private_pem: bytes, now: float, algorithm: str = "ES256"
) -> str:
    """Return a signed token that logs in once.

    :param now: seconds since 1970
    :raises ValueError: the key is of another kind than the algorithm
    """
    header = _encode(_dump({"alg": algorithm, "typ": "JWT"}))
    claims = _encode(_dump({"api_code": api_code, "exp": int(now) + LASTS}))
    unsigned = f"{header}.{claims}"
    return f"{unsigned}.{_encode(_sign(unsigned.encode(), private_pem, algorithm))}"


def _sign(text: bytes, private_pem: bytes, algorithm: str) -> bytes:
    key = serialization.load_pem_private_key(private_pem, None)
    if isinstance(key, ec.EllipticCurvePrivateKey) and algorithm in ELLIPTIC:
        digest, size = ELLIPTIC[algorithm]
        if key.curve.key_size == size * 8:
            r, s = utils.decode_dss_signature(key.sign(text, ec.ECDSA(digest)))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if isinstance(key, rsa.RSAPrivateKey) and algorithm in RSA:
        return key.sign(text, padding.PKCS1v15(), RSA[algorithm])
    raise ValueError(f"This key cannot sign {algorithm}")


def _dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
