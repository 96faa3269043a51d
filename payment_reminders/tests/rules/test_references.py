import pytest

from ...rules.references import creditor_reference, is_creditor_reference


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        # The examples of the European Payments Council and of Odoo.
        ("539007547034", "RF18 5390 0754 7034"),
        ("123456789", "RF18 1234 5678 9"),
        ("RC00042", "RF54 RC00 042"),
        ("rc-00042", "RF54 RC00 042"),
    ],
)
def test_a_reference_with_check_digits(text, reference):
    assert creditor_reference(text) == reference
    assert is_creditor_reference(reference)


@pytest.mark.parametrize(
    "text", ["", "RF", "RF18", "RF19539007547034", "RC00042", "RF1Æ"]
)
def test_what_is_none(text):
    assert not is_creditor_reference(text)


def test_one_wrong_digit_is_seen():
    right = creditor_reference("RC00042").replace(" ", "")
    for place in range(4, len(right)):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            assert wrong == right or not is_creditor_reference(wrong)
