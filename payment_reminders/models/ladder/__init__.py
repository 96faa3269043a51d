"""The ladder: which steps follow each other, when, and with which texts.

A ladder in use is not rewritten: it gets a new version, and its cases are taken over
when a person says so. It stands on the law alone, which ``rules/linter.py`` holds it
against. What a ladder means to a customer is shown by ``timeline.py``; a gentler or
firmer one is made in ``versions.py``; whether its texts can be rendered and read is
tried by ``text_check.py``.

Begin with ``ladder.py`` and ``step.py``.
"""

from . import ladder
from . import versions
from . import step
from . import timeline
from . import text_check
from . import languages
