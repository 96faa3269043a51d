"""Which rows a verdict on a notice was made of, and whether one of them is another now.

The sender reads the facts of a whole batch at once, then locks the rows of one notice
after the other. PostgreSQL gives each version of a row a place and the number of the
transaction that wrote it: when these are the same for every row that the facts come
from, and no row came or went, the facts are the same. One statement tells.

A table that the guard reads, or by which a message is compared, has its line here:
``tests/sending/test_read_ahead.py`` reads along and says which one is missing.
"""

from odoo.tools import SQL

#: Of what kind an id is, and where rows name it. ``notice``, ``case``, ``company``,
#: ``move`` (its invoices), ``payer`` (under whom money may be booked: the customer, as
#: it was before, and theirs), ``partner`` (who gets it), ``approver``, and ``tree``
#: (every company of its group).
_ROWS = (
    ("notice", "payment_reminder", "id"),
    ("notice", "payment_reminder_line", "reminder_id"),
    ("case", "payment_reminder", "case_id"),
    ("case", "payment_reminder_case", "id"),
    ("case", "payment_reminder_item", "case_id"),
    ("case", "payment_reminder_freeze", "case_id"),
    ("case", "payment_reminder_query", "case_id"),
    ("case", "payment_reminder_plan", "case_id"),
    ("case", "payment_reminder_ignored_line", "case_id"),
    ("case", "payment_reminder_claim_line", "case_id"),
    ("case", "payment_reminder_delivery", "case_id"),
    ("case", "payment_reminder_call", "case_id"),
    ("company", "payment_reminder_halt", "company_id"),
    ("move", "account_move", "id"),
    ("move", "account_move", "reversed_entry_id"),
    ("move", "account_move_line", "move_id"),
    ("move", "payment_reminder_agency_part", "move_id"),
    ("move", "account_move__account_payment", "invoice_id"),
    ("move", "account_invoice_transaction_rel", "invoice_id"),
    ("payer", "res_partner", "id"),
    ("payer", "res_partner", "commercial_partner_id"),
    ("payer", "res_partner", "parent_id"),
    ("payer", "payment_reminder_company_status", "partner_id"),
    ("partner", "res_partner", "id"),
    ("approver", "res_users", "id"),
    ("approver", "res_groups_users_rel", "uid"),
    ("tree", "res_company", "id"),
)

#: Of what kind an id is, how rows are found from it, and which of them count.
_JOINS = (
    # What was sent of the due items that are on the case now.
    (
        "case",
        """
        JOIN payment_reminder_item item ON item.case_id = key.id
        JOIN payment_reminder_line line ON line.item_id = item.id
        JOIN payment_reminder sent ON sent.id = line.reminder_id
        """,
        ("line", "sent"),
    ),
    (
        "notice",
        """
        JOIN payment_reminder_line line ON line.reminder_id = key.id
        JOIN payment_reminder_item item ON item.id = line.item_id
        """,
        ("item",),
    ),
    # Who said "this is not for me".
    (
        "payer",
        """
        JOIN payment_reminder_case other ON other.partner_id = key.id
        JOIN payment_reminder_query query ON query.case_id = other.id
        """,
        ("query",),
    ),
    (
        "move",
        """
        JOIN account_move_line entry ON entry.move_id = key.id
        JOIN account_partial_reconcile part ON part.debit_move_id = entry.id
        """,
        ("part",),
    ),
    # A payment may be spread over other invoices, too.
    (
        "move",
        """
        JOIN account_move__account_payment rel ON rel.invoice_id = key.id
        JOIN account_payment pay ON pay.id = rel.payment_id
        JOIN account_move__account_payment also ON also.payment_id = pay.id
        JOIN account_move other ON other.id = also.invoice_id
        """,
        ("pay", "also", "other"),
    ),
    (
        "payer",
        """
        JOIN res_partner family ON family.commercial_partner_id = key.id
        JOIN account_payment pay ON pay.partner_id = family.id
         AND pay.move_id IS NULL AND pay.payment_type = 'inbound'
         AND pay.state IN ('in_process', 'paid')
        JOIN account_move__account_payment also ON also.payment_id = pay.id
        JOIN account_move other ON other.id = also.invoice_id
        """,
        ("pay", "also", "other"),
    ),
    (
        "payer",
        """
        JOIN res_partner family ON family.commercial_partner_id = key.id
        JOIN res_partner_bank bank ON bank.partner_id = family.id
        """,
        ("bank",),
    ),
    (
        "move",
        """
        JOIN account_move invoice ON invoice.id = key.id
        JOIN res_partner_bank bank ON bank.id = invoice.partner_bank_id
        """,
        ("bank",),
    ),
    (
        "move",
        """
        JOIN account_invoice_transaction_rel rel ON rel.invoice_id = key.id
        JOIN payment_transaction tx ON tx.id = rel.transaction_id
        LEFT JOIN payment_reminder_slow_transaction slow ON slow.transaction_id = tx.id
        """,
        ("tx", "slow"),
    ),
    # How the invoices reached the customer.
    (
        "move",
        """
        JOIN mail_message message
          ON message.model = 'account.move' AND message.res_id = key.id
        JOIN mail_notification note ON note.mail_message_id = message.id
        """,
        ("message", "note"),
    ),
    # Money that is matched with nothing: see payment.reminder.facts._has_loose_money,
    # which names the indexes.
    (
        "tree",
        """
        JOIN account_bank_statement_line st
          ON st.company_id = key.id
         AND st.is_reconciled IS NOT TRUE AND st.amount > 0
        """,
        ("st",),
    ),
    (
        "tree",
        """
        JOIN account_move_line entry
          ON entry.company_id = key.id
         AND entry.parent_state = 'posted' AND entry.reconciled IS NOT TRUE
         AND entry.amount_residual < 0
         AND entry.account_id IN (SELECT id FROM account_account
                                   WHERE account_type = 'asset_receivable')
        JOIN account_move whole ON whole.id = entry.move_id
        """,
        ("entry", "whole"),
    ),
    (
        "tree",
        """
        JOIN account_payment pay
          ON pay.company_id = key.id
         AND pay.payment_type = 'inbound' AND pay.state = 'draft'
        """,
        ("pay",),
    ),
    (
        "tree",
        """
        JOIN account_payment pay
          ON pay.company_id = key.id
         AND pay.move_id IS NULL AND pay.payment_type = 'inbound'
         AND pay.state IN ('in_process', 'paid')
         AND (pay.state = 'in_process' OR pay.date >= %(since)s)
        """,
        ("pay",),
    ),
    (
        "tree",
        """
        JOIN account_move refund
          ON refund.company_id = key.id
         AND refund.move_type = 'out_refund' AND refund.state = 'draft'
        """,
        ("refund",),
    ),
    # A copy that sends nothing, and who is a manager.
    (
        "tree",
        """
        JOIN ir_config_parameter mark ON mark.key = 'database.is_neutralized'
        """,
        ("mark",),
    ),
    ("tree", "JOIN res_groups_implied_rel implied ON TRUE", ("implied",)),
)


def _get_parts():
    """Yield the SELECT of each kind of rows."""
    joins = [
        (kind, f"JOIN {table} found ON found.{column} = key.id", ("found",))
        for kind, table, column in _ROWS
    ] + list(_JOINS)
    for number, (kind, join, names) in enumerate(joins):
        versions = ", ".join(f"'/', {name}.xmin, {name}.ctid" for name in names)
        yield (
            f"SELECT key.owner, CONCAT({number}{', ' + versions}) AS version"
            f" FROM key {join} WHERE key.kind = '{kind}'"
        )
    yield (
        "SELECT address.owner, CONCAT('@', sent.xmin, sent.ctid) FROM address"
        " JOIN payment_reminder_delivery sent ON sent.recipient = address.recipient"
    )


_QUERY = f"""
    WITH key(owner, kind, id) AS MATERIALIZED (
         SELECT * FROM unnest(%(owners)s::integer[], %(kinds)s::text[],
                              %(ids)s::integer[])
    ), address(owner, recipient) AS MATERIALIZED (
         SELECT * FROM unnest(%(receivers)s::integer[], %(addresses)s::text[])
    ), found AS (
         {" UNION ALL ".join(_get_parts())}
    )
    SELECT owner, CONCAT(COUNT(*), ':', SUM(hashtextextended(version, 0)))
      FROM found
     GROUP BY owner
"""


def read(env, keys, addresses, since):
    """Read which versions of rows there are.

    :param keys: [(owner, kind, id)]; an owner is any whole number
    :param addresses: [(owner, address)] to which something may have been sent
    :param since: the day (date) before which a payment that is called paid is over
    :return: {owner: digest}
    """
    owners, kinds, ids = zip(*keys, strict=True)
    receivers, texts = zip(*addresses, strict=True) if addresses else ((), ())
    rows = env.execute_query(
        SQL(
            _QUERY,
            owners=list(owners),
            kinds=list(kinds),
            ids=list(ids),
            receivers=list(receivers),
            addresses=list(texts),
            since=since,
        )
    )
    return dict(rows)
