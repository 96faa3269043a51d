"""Ways to rewrite the trail by whoever owns the database, its triggers switched off."""

import json

#: {name: what is done to one entry}
ATTACKS = {}
TABLE = "payment_reminder_event"


def attack(name):
    def note(function):
        ATTACKS[name] = function
        return function

    return note


def tamper(env, name, chain, seq, heads=False):
    """Do one of the attacks on one entry.

    :param heads: rewrite the end of the chain too, with its trigger off
    :return: the number of the first wrong entry; None: nothing could be done
    """
    entries = _read(env, chain)
    tables = (TABLE, f"{TABLE}_head") if heads else (TABLE,)
    for table in tables:
        env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    found = ATTACKS[name](env, entries, entries[seq - 1])
    if heads:
        last = _read(env, chain)[-1]
        env.cr.execute(
            f"UPDATE {TABLE}_head SET seq = %s, hash = %s WHERE chain = %s",
            [last["seq"], last["hash"], chain],
        )
    for table in tables:
        env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return found


def _read(env, chain):
    env.cr.execute(f"SELECT * FROM {TABLE} WHERE chain = %s ORDER BY seq", [chain])
    return env.cr.dictfetchall()


def _set(env, entry, **values):
    for name, value in values.items():
        value = json.dumps(value) if isinstance(value, dict) else value
        env.cr.execute(
            f"UPDATE {TABLE} SET {name} = %s WHERE id = %s", [value, entry["id"]]
        )


def _hash(env, entry, **values):
    return env["payment.reminder.event"]._get_hash({**entry, **values})


# -- one entry is changed -----------------------------------------------------------


def _change(name, **values):
    @attack(name)
    def change(env, entries, entry):
        _set(env, entry, **values)
        return entry["seq"]


_change("kind", kind="failed")
_change("payload", payload={"nothing": "happened"})
_change("no payload", payload=None)
_change("date", date="2020-01-01 00:00:00")
_change("hash", hash="1$" + "0" * 64)
_change("case", case_id=None)
_change("company", company_id=None)


@attack("user")
def change_user(env, entries, entry):
    _set(env, entry, user_id=env.ref("base.public_user").id)
    return entry["seq"]


@attack("amount in the payload")
def change_a_little(env, entries, entry):
    _set(env, entry, payload={**(entry["payload"] or {}), "fee": "999.00"})
    return entry["seq"]


@attack("previous hash")
def change_link(env, entries, entry):
    _set(env, entry, prev_hash="1$" + "0" * 64)
    return entry["seq"]


@attack("changed and hashed anew")
def rehash(env, entries, entry):
    """The entry itself is right then; the next one does not follow on it."""
    _set(env, entry, kind="failed", hash=_hash(env, entry, kind="failed"))
    return min(entry["seq"] + 1, len(entries))


@attack("rewrite all")
def rewrite_from_here(env, entries, entry):
    """The whole rest of the chain is made to follow on; its end is another then."""
    prev_hash = entry["prev_hash"]
    for follower in entries[entry["seq"] - 1 :]:
        values = {"prev_hash": prev_hash}
        if follower["id"] == entry["id"]:
            values["kind"] = "failed"
        values["hash"] = prev_hash = _hash(env, follower, **values)
        _set(env, follower, **values)
    return len(entries)


# -- entries are taken out, put in, swapped -----------------------------------------


def _delete(env, condition, *params):
    chosen = f"SELECT id FROM {TABLE} WHERE {condition}"
    env.cr.execute(f"DELETE FROM {TABLE}_note WHERE event_id IN ({chosen})", params)
    env.cr.execute(f"DELETE FROM {TABLE} WHERE {condition}", params)


@attack("delete")
def delete(env, entries, entry):
    _delete(env, "id = %s", entry["id"])
    return entry["seq"]


@attack("delete and close the gap")
def delete_and_renumber(env, entries, entry):
    delete(env, entries, entry)
    for follower in entries[entry["seq"] :]:
        _set(env, follower, seq=follower["seq"] - 1)
    # Of the last entry the tail alone is gone.
    return entry["seq"]


@attack("cut off the tail")
def truncate(env, entries, entry):
    _delete(env, "chain = %s AND seq >= %s", entry["chain"], entry["seq"])
    return entry["seq"]


@attack("put in before")
def insert(env, entries, entry):
    for follower in reversed(entries[entry["seq"] - 1 :]):
        _set(env, follower, seq=follower["seq"] + 1)
    _insert(env, {**entry, "kind": "failed"})
    return entry["seq"] + 1


@attack("put in at the end")
def append(env, entries, entry):
    last = entries[-1]
    _insert(
        env,
        {
            **entry,
            "seq": last["seq"] + 1,
            "prev_hash": last["hash"],
            "kind": "failed",
        },
    )
    return last["seq"] + 1


def _insert(env, entry):
    """Put in an entry that is right by itself."""
    entry = {**entry, "hash": _hash(env, entry)}
    del entry["id"]
    columns = ", ".join(entry)
    values = [
        json.dumps(value) if isinstance(value, dict) else value
        for value in entry.values()
    ]
    env.cr.execute(
        f"INSERT INTO {TABLE} ({columns}) VALUES ({', '.join(['%s'] * len(values))})",
        values,
    )


@attack("swap with the next")
def swap(env, entries, entry):
    if entry["seq"] == len(entries):
        return None
    other = entries[entry["seq"]]
    _set(env, entry, seq=-1)
    _set(env, other, seq=entry["seq"])
    _set(env, entry, seq=other["seq"])
    return entry["seq"]
