"""Sets up everything that the commands in ``bin/`` need, in one folder.

Two stages, because the first one may run on any Python with nothing installed:

1. ``launch`` (standard library only): the folder, Odoo itself, a Python environment.
2. ``commands`` (inside that environment): PostgreSQL, databases, and the command.
"""
