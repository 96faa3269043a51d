"""Which contact a customer is, and what leaves that in doubt."""

import pytest

from ...wire.matching import (
    Contact,
    Customer,
    Doubt,
    Match,
    bare,
    find_alike,
    fold,
    get_first_address,
    is_other_number,
    match,
    spell,
)

NORDLYS = Customer("Nordlys ApS", "ap@nordlys.example", "12345678")


def make_contact(id_=1, name="Nordlys ApS", email="ap@nordlys.example", number=""):
    return Contact(
        id_,
        frozenset({fold(name)}),
        frozenset({(fold(name), email)} if email else ()),
        frozenset({number} if number else ()),
    )


@pytest.mark.parametrize(
    ("customer", "contacts", "alike", "expected"),
    [
        # The company number tells, whatever the name is.
        (NORDLYS, [make_contact(name="Nordlys", email="", number="12345678")], 1, 1),
        # Two customers there have it: the one with the contact's name is this contact.
        (NORDLYS, [make_contact(email="", number="12345678")], 2, 1),
        (
            Customer("Nordlys Aarhus", "a@nordlys.example", "12345678"),
            [make_contact(number="12345678")],
            2,
            Doubt.SEVERAL_THERE,
        ),
        # Two contacts have it: e-mail address and name tell, or the name alone.
        (
            NORDLYS,
            [
                make_contact(1, number="12345678"),
                make_contact(2, email="x@nordlys.example", number="12345678"),
            ],
            1,
            1,
        ),
        (
            NORDLYS,
            [
                make_contact(1, name="Nordlys Aarhus", email="", number="12345678"),
                make_contact(2, email="", number="12345678"),
            ],
            1,
            2,
        ),
        (
            NORDLYS,
            [
                make_contact(1, name="A", email="", number="12345678"),
                make_contact(2, name="B", email="", number="12345678"),
            ],
            1,
            Doubt.SEVERAL_HERE,
        ),
        # No number tells: name and e-mail address together, one alone never.
        (NORDLYS, [make_contact()], 1, 1),
        (NORDLYS, [make_contact(email="other@nordlys.example")], 1, None),
        (NORDLYS, [make_contact(name="Nordlys Byg")], 1, None),
        (Customer("Nordlys ApS"), [make_contact(email="")], 1, None),
        (NORDLYS, [make_contact(1), make_contact(2)], 1, Doubt.SEVERAL_HERE),
        # A company that was founded again under the same name.
        (NORDLYS, [make_contact(number="87654321")], 1, Doubt.OTHER_NUMBER),
        (NORDLYS, [make_contact(number="FI12345678")], 1, 1),
        (
            Customer("Nordlys ApS", "ap@nordlys.example"),
            [make_contact(number="8")],
            1,
            1,
        ),
        (NORDLYS, [], 1, None),
    ],
)
def test_match(customer, contacts, alike, expected):
    wanted = Match(doubt=expected) if isinstance(expected, Doubt) else Match(expected)
    assert match(customer, contacts, alike, "DK") == wanted


def test_one_contact_is_made_of_those_that_are_alike_in_all():
    customers = {
        "1": NORDLYS,
        "2": Customer("NORDLYS  ApS", "ap@nordlys.example", "DK 12 34 56 78"),
        "3": Customer("Nordlys Aarhus", "ap@nordlys.example", "12345678"),
        "4": Customer("Jens Hansen"),
        "5": Customer("Jens Hansen"),
    }
    assert find_alike(customers, "DK") == [["1", "2"], ["3"], ["4"], ["5"]]


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("DK 12 34 56 78", "DK", "12345678"),
        ("12345678", "DK", "12345678"),
        ("SE559999450501", "SE", "5599994505"),
        ("559999-4505", "SE", "5599994505"),
        ("SE559999450501", "DK", "SE559999450501"),
        ("", "DK", ""),
    ],
)
def test_bare(text, country, expected):
    assert bare(text, country) == expected


def test_spell():
    assert {"12345678", "DK12345678", "DK-12345678", "12 34 56 78"} <= spell(
        "12345678", "DK"
    )
    assert {"5599994505", "559999-4505", "SE559999450501"} <= spell("5599994505", "SE")
    assert not spell(" ", "DK")


def test_another_number():
    assert is_other_number("12345678", "87654321", "DK")
    assert not is_other_number("12345678", "DK 12345678", "DK")
    assert not is_other_number("", "87654321", "DK")
    assert not is_other_number("12345678", "", "DK")


def test_the_first_address():
    assert get_first_address("a b@x.example; c@x.example") == "b@x.example"
    assert get_first_address("none") == get_first_address(None) == ""
