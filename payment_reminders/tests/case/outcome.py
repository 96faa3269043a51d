"""All that a refresh leaves behind, and what one that reads everything would leave."""

OUTCOME = {
    "payment.reminder.case": (
        (
            "state",
            "next_step_id",
            "next_date",
            "limitation_date",
            "is_ladder_ended",
            "snoozed_until",
            "blocker",
            "blocker_codes",
            "case_obstacles",
        ),
        "id",
    ),
    "payment.reminder.item": (
        (
            "move_line_id",
            "date_due",
            "amount_known",
            "amount_credited_known",
            "is_dropped",
            "next_step_id",
            "next_date",
        ),
        "move_line_id, id",
    ),
}


def read_outcome(env):
    """Return all that a refresh leaves behind, of all cases, entry by entry."""
    env.flush_all()
    env.invalidate_all()
    events = env["payment.reminder.event"].search([], order="id")
    holds = env["payment.reminder.freeze"].search([], order="id")
    # What is made again has another id.
    rows = {
        model: [
            {name: row[name] for name in names}
            for row in env[model].search([], order=order).read(names, load=None)
        ]
        for model, (names, order) in OUTCOME.items()
    }
    return {
        **rows,
        "events": sorted((event.case_id.partner_id.id, event.kind) for event in events),
        "holds": [
            (hold.case_id.partner_id.id, hold.reason, bool(hold.date_end))
            for hold in holds
        ],
        "notices": env["payment.reminder"].search([], order="id").mapped("state"),
        "activities": env["mail.activity"].search_count([]),
    }


def read_in_full(env, refresh):
    """Return what a night leaves behind that reads every case; it is taken back.

    :param refresh: runs the scheduled action
    """
    savepoint = env.cr.savepoint()
    env.cr.execute("UPDATE payment_reminder_case SET seen_key = NULL")
    env.invalidate_all()
    refresh()
    found = read_outcome(env)
    savepoint.close(rollback=True)
    env.invalidate_all()
    return found
