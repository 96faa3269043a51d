"""A database that a test may commit to: a copy, dropped at the end."""

import contextlib
import os
import time
from contextlib import closing

import psycopg2
from psycopg2 import sql

#: bin/test names the template of its database here. Nobody is connected to that one.
TEMPLATE = "PAYMENT_REMINDERS_TEST_TEMPLATE"
END_SESSIONS = """
    SELECT pg_terminate_backend(pid)
      FROM pg_stat_activity
     WHERE datname = %s AND usename = current_user
"""


class Scratch:
    """``with Scratch(config, "way") as name``: a copy of the database of the tests.

    :param config: odoo.tools.config
    :param template: what it is a copy of, if not the one that bin/test names
    """

    def __init__(self, config, purpose, template=None):
        database = config["db_name"]
        self.current = database[0] if isinstance(database, list) else database
        # bin/test drops what a killed run left, by these two underscores.
        self.name = f"{self.current}__{purpose}"
        self.template = template or os.environ.get(TEMPLATE) or self.current
        self.settings = {
            "host": config["db_host"] or None,
            "port": config["db_port"] or None,
            "user": config["db_user"] or None,
            "password": config["db_password"] or None,
        }

    def __enter__(self):
        self._drop()
        self._copy()
        return self.name

    def __exit__(self, *_):
        self._drop()

    def _copy(self):
        """Copy the template; a connection that is just closing may still be there."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(self.name), sql.Identifier(self.template)
        )
        for tries_left in reversed(range(20)):
            try:
                return self._execute(statement)
            except psycopg2.errors.ObjectInUse:
                if not tries_left:
                    raise
                self._let_go()
                time.sleep(0.2)

    def _let_go(self):
        """Close this process's own connections to a template that is in use by it."""
        with contextlib.suppress(ImportError):
            from odoo.sql_db import close_db

            close_db(self.template)

    def _drop(self):
        """End this user's sessions in it, then drop it.

        WITH (FORCE) would end autovacuum's too, which is the right of a superuser
        alone; without it PostgreSQL asks autovacuum to leave, and waits.
        """
        statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(
            sql.Identifier(self.name)
        )
        for tries_left in reversed(range(5)):
            self._execute(END_SESSIONS, [self.name])
            try:
                return self._execute(statement)
            except psycopg2.errors.ObjectInUse:
                if not tries_left:
                    raise

    def _execute(self, statement, values=None):
        with closing(
            psycopg2.connect(dbname="postgres", **self.settings)
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
