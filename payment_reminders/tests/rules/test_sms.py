import pytest

from ...rules.sms import count_parts, is_stop


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("å" * 306, 2),
        ("å" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("ł" + "a" * 69, 1),
        ("ł" + "a" * 70, 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_parts(text, parts):
    assert count_parts(text) == parts


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "Stopp!", "AFMELD", "SLUTA SMS", "avsluta\n", "Arrêt"],
)
def test_who_wants_no_more_sms(text):
    assert is_stop(text)


@pytest.mark.parametrize(
    "text", ["", "Stop, I have paid", "please stop", "stop it", "stoppet", "👍", "12"]
)
def test_whoever_says_more_is_answered(text):
    assert not is_stop(text)
