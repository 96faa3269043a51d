"""What knows no Odoo: the door to outside services. Needs no database.

These tests are pytest's, as those of the rules.
"""

from contextlib import suppress

with suppress(ImportError):  # of pytest or hypothesis
    from . import test_door
    from . import test_pace
