from odoo.tests import tagged
from odoo.tools import SQL

from ..common import ReminderCommon

#: Foreign keys without an index that begins with their column, and that would serve a
#: deletion of what they name: one of the whole table, or of all rows that have it.
UNINDEXED = """
    SELECT key.conrelid::regclass::text, col.attname, key.confrelid::regclass::text
      FROM pg_constraint key
      JOIN pg_attribute col
        ON col.attrelid = key.conrelid AND col.attnum = key.conkey[1]
     WHERE key.contype = 'f'
       AND NOT EXISTS (
           SELECT FROM pg_index idx
            WHERE idx.indrelid = key.conrelid
              AND idx.indkey[0] = col.attnum
              AND (idx.indpred IS NULL
                   OR pg_get_expr(idx.indpred, idx.indrelid)
                      = format('(%%I IS NOT NULL)', col.attname)))
"""
#: Who made and who changed a record: Odoo indexes it nowhere, and a user with records
#: is archived, never deleted.
OF_ODOO = {"create_uid", "write_uid"}
#: A handful of rows that stay; of an index on one value the database makes no use.
STAY = {"res_currency", "res_country"}


@tagged("post_install", "-at_install")
class TestIndexes(ReminderCommon):
    """Deleting an unrelated record reads no table of ours from end to end."""

    def find_ours(self):
        """Return {(table, column)} of stored many2one fields of ours, that stay.

        Rows of dialogs are deleted within hours: there are never many.
        """
        return {
            (model._table, field.name)
            for model in self.env.values()
            if model._auto and not model._transient
            for field in model._fields.values()
            if field.type == "many2one" and field.store and field.column_type
            if model._name.startswith("payment.reminder")
            or "payment_reminders" in field._modules
        }

    def find_unindexed(self):
        return self.env.execute_query(SQL(UNINDEXED))

    def test_every_foreign_key_has_its_index(self):
        ours = self.find_ours()
        self.assertIn(("payment_reminder_delivery", "mail_message_id"), ours)
        self.assertIn(("mail_mail", "reminder_delivery_id"), ours)
        missing = [
            f"{table}.{column} -> {target}"
            for table, column, target in self.find_unindexed()
            if column not in OF_ODOO and target not in STAY
            if (table, column) in ours
        ]
        self.assertFalse(missing)

    def test_relations_are_indexed_both_ways(self):
        tables = {
            field.relation
            for model in self.env.values()
            for field in model._fields.values()
            if field.type == "many2many"
            and field.store
            and "payment_reminders" in field._modules
        }
        missing = [row for row in self.find_unindexed() if row[0] in tables]
        self.assertFalse(missing)

    def test_what_mail_is_looked_up_by(self):
        """The number and the address of a message that comes back."""
        for column in ("recipient", "message_id", "mail_message_id"):
            self.assertTrue(self.has_index("payment_reminder_delivery", column), column)
        self.assertTrue(self.has_index("payment_reminder_event", "company_id", "date"))

    def has_index(self, table, *columns):
        """Tell whether an index of all rows begins with these columns."""
        [(found,)] = self.env.execute_query(
            SQL(
                """
                SELECT EXISTS (
                    SELECT FROM pg_index idx
                     WHERE idx.indrelid = %s::regclass
                       AND (idx.indpred IS NULL
                            OR pg_get_expr(idx.indpred, idx.indrelid) = %s)
                       AND ARRAY(
                           SELECT pg_get_indexdef(idx.indexrelid, n, true)
                             FROM generate_series(1, %s) n) = %s)
                """,
                table,
                f"({columns[0]} IS NOT NULL)",
                len(columns),
                list(columns),
            )
        )
        return found
