"""What people may group a list by: what has a name for them."""

#: Without a label of their own, because their name is one.
PLAIN = frozenset(
    (
        "activity_state",
        "approved_date",
        "case_id",
        "close_reason",
        "company_id",
        "currency_id",
        "date_close",
        "date_open",
        "date_proposed",
        "ladder_id",
        "next_date",
        "next_step_id",
        "sent_date",
        "snoozed_until",
        "state",
        "step_id",
        "user_id",
    )
)
#: Labelled for a form, and of no use to group by.
NO_GROUPS = frozenset(("to_print",))


def hide_technical(model, found):
    """Let a list not be grouped by fields that are the machine's.

    :param found: what ``fields_get`` of a model returns; it is changed
    :return: found
    """
    for name, description in found.items():
        field = model._fields[name]
        is_plain = name in PLAIN or field.string != _make_label(name)
        if (
            "groupable" in description
            and field._module == "payment_reminders"
            and (name in NO_GROUPS or not is_plain)
        ):
            description["groupable"] = False
    return found


def _make_label(name):
    """Return what Odoo calls a field that was given no label."""
    return name.removesuffix("_id").replace("_", " ").title()
