"""How people fill the field of an e-mail address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.addresses import PLAIN, Found, find

A, B = "a@x.example", "b@x.example"


@pytest.mark.parametrize(
    "text",
    [
        A,
        f" {A} ",
        f"{A};",
        f"{A},",
        f"{A}\n",
        f"\t{A}\r\n",
        f"{A}.",
        f"mailto:{A}",
        f"MAILTO:{A}?subject=Invoice",
        f"<{A}>",
        f"Anna <{A}>",
        f"Anna <mailto:{A}>",
        f'"Smith, Anna" <{A}>',
        f"Smith, Anna <{A}>",
        f"Anna<{A}>;",
        f"{A} (Anna)",
        f"\ufeff{A}\u200b",
        f"'{A}'",
        f"{A}; {A}",
    ],
)
def test_one_address(text):
    assert find(text) == Found((A,))


@pytest.mark.parametrize(
    "text",
    [
        f"{A}; {B}",
        f"{A};{B};",
        f"{A}, {B}",
        f"{A},{B}",
        f"{A}\n{B}",
        f"{A}\r\n{B}\r\n",
        f"{A} {B}",
        f"{A} / {B}",
        f"{A} | {B}",
        f"{A} and {B}",
        f"{A} og {B}",
        f"{A} & {B}",
        f"Anna <{A}>; Bo <{B}>",
        f"Anna <{A}>, Bo <{B}>",
        f"Anna <{A}> Bo <{B}>",
        f"Anna <{A}>\nBo <{B}>",
        f"Smith, Anna <{A}>; Smith, Bo <{B}>",
        f"{A}; Smith, Bo <{B}>",
        f"Anna <{A}>; {B}",
        f"mailto:{A};mailto:{B}",
        f"{A} (Anna), {B} (Bo)",
    ],
)
def test_two_addresses(text):
    assert find(text) == Found((A, B))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Found()),
        (" ; , \n", Found()),
        ("call me", Found((), ("call me",))),
        ("ann smith@x.example", Found((), ("ann smith@x.example",))),
        ("ann@x.example smith", Found((), ("ann@x.example smith",))),
        ("ann@localhost", Found((), ("ann@localhost",))),
        ("ann@@x.example", Found((), ("ann@@x.example",))),
        # A comma that was to be a dot makes no address of somebody else's.
        ("ann,smith@x.example", Found((), ("ann", "smith@x.example"))),
        ("ann@x.example,au", Found((), ("ann@x.example", "au"))),
        (f"{A}; call me", Found((A,), ("call me",))),
        (f"call me; {A}", Found((A,), ("call me",))),
        (f"{A}; b@x", Found((A,), ("b@x",))),
        (f"Anna <{A}>; Bo <b@x>", Found((A,), ("Bo <b@x>",))),
        (f"Anna <>; {B}", Found((B,), ("Anna <>",))),
    ],
)
def test_what_cannot_be_read_is_told(text, found):
    assert find(text) == found


@given(st.from_regex(PLAIN, fullmatch=True))
def test_what_looks_plain_needs_no_reading(text):
    assert find(text) == Found((text,))
