"""What people may group a list by: what has a name for them."""

#: Without a label of their own, because their name is one.
PLAIN = frozenset(
    (
        "age",
        "case_id",
        "company_id",
        "cost",
        "currency_id",
        "date",
        "kind",
        "ladder_id",
        "next_step_id",
        "service_id",
        "snoozed_until",
        "state",
        "status",
        "step_id",
        "user_id",
    )
)
#: Of no use to group by, whatever they are called.
NO_GROUPS = frozenset(("access_token", "activity_state", "to_print"))


def hide_technical(model, found):
    """Let a list not be grouped by fields that are the machine's.

    :param found: what ``fields_get`` of a model returns; it is changed
    :return: found
    """
    for name, description in found.items():
        field = model._fields[name]
        is_plain = name in PLAIN or field.string != _make_label(name)
        is_ours = field._module == "payment_reminders"
        if name in NO_GROUPS or (is_ours and not is_plain):
            if "groupable" in description:
                description["groupable"] = False
    return found


def _make_label(name):
    """Return what Odoo calls a field that was given no label."""
    return name.removesuffix("_id").replace("_", " ").title()
