"""What knows no Odoo: how files are read. Needs no database.

These tests are pytest's, as those of the rules.
"""

from contextlib import suppress

with suppress(ImportError):  # of pytest
    from . import test_matching, test_table
