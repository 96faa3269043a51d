import psycopg2


class TransactionWatch:
    """Looks, when called, whether anybody holds a transaction of a database open.

    :param connection: how to reach the database, as psycopg2 has it
    """

    def __init__(self, **connection):
        self.connection = psycopg2.connect(**connection)
        self.connection.autocommit = True
        self.looked = self.open = 0

    def look(self):
        """Look once more; ``open`` counts how often there was one."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM pg_stat_activity"
                " WHERE datname = current_database()"
                " AND xact_start IS NOT NULL AND pid != pg_backend_pid()"
            )
            self.looked += 1
            self.open += bool(cursor.fetchone()[0])

    def close(self):
        self.connection.close()
