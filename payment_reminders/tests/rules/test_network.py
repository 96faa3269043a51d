import pytest

from ...rules.network import NETWORKS, REFUSED, WAITING, Trouble, find_trouble


@pytest.mark.parametrize(
    ("field", "name"),
    [("nemhandel_move_state", "Nemhandel"), ("peppol_move_state", "Peppol")],
)
@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        ("error", REFUSED),
        ("skipped", REFUSED),
        ("canceled", REFUSED),
        ("to_send", WAITING),
        ("processing", WAITING),
        ("a state of tomorrow", WAITING),
    ],
)
def test_not_delivered(field, name, state, wrong):
    assert find_trouble(NETWORKS, {field: state}) == Trouble(name, wrong)


@pytest.mark.parametrize("state", ["done", "ready", None, ""])
def test_delivered_or_never_given_to_the_network(state):
    assert find_trouble(NETWORKS, {"nemhandel_move_state": state}) is None


def test_one_network_that_delivered_is_enough():
    states = {"nemhandel_move_state": "error", "peppol_move_state": "done"}
    assert find_trouble(NETWORKS, states) is None


def test_what_was_refused_is_told_first():
    states = {"nemhandel_move_state": "to_send", "peppol_move_state": "error"}
    assert find_trouble(NETWORKS, states) == Trouble("Peppol", REFUSED)
    assert find_trouble(NETWORKS, {"l10n_it_edi_state": "rejected"}) == Trouble(
        "SdI", REFUSED
    )
