"""Rewriting the trail behind its back."""

import tampering


def tamper_with(env, reminders, attack):
    """Do one attack on every entry of the trails of these notices, one at a time.

    :return: how often something was changed, found at all, and at the right entry
    """
    Event = env["payment.reminder.event"]
    tally = {"tries": 0, "found": 0, "right": 0}
    for case in env["payment.reminder"].browse(reminders).case_id:
        for seq in range(1, len(case.event_ids) + 1):
            with env.cr.savepoint() as savepoint:
                wrong = tampering.tamper(env, attack, f"case:{case.id}", seq)
                env.invalidate_all()
                found = Event._find_broken(case).get(case)
                savepoint.rollback()
            if wrong is not None:
                tally["tries"] += 1
                tally["found"] += bool(found)
                tally["right"] += bool(found) and found[0] == wrong
    return tally


def list_attacks(env):
    return list(tampering.ATTACKS)
