"""Which signs the fonts of this server can print."""

import shutil
import subprocess
import unicodedata
from functools import lru_cache

#: Signs up to here (Latin, with its accents) are in every font.
LAST_LATIN = 0x24F
#: Seconds that fontconfig gets to answer.
PATIENCE = 5


def find_unprintable(text):
    """Return the signs of a text that no font of this server has, each once.

    wkhtmltopdf leaves them blank, or draws boxes, and says nothing. Nothing is said
    either where fontconfig's ``fc-list`` is missing: then nobody knows.
    """
    if not shutil.which("fc-list"):
        return ""
    return "".join(
        sign
        for sign in dict.fromkeys(text)
        if ord(sign) > LAST_LATIN and _is_visible(sign) and not _has_font(sign)
    )


def _is_visible(sign):
    """Tell whether a sign is a letter or a figure: a missing picture harms nobody."""
    return unicodedata.category(sign)[0] in "LN"


@lru_cache(maxsize=4096)
def _has_font(sign):
    answer = subprocess.run(
        ["fc-list", f":charset={ord(sign):x}", "family"],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return answer.returncode != 0 or bool(answer.stdout.strip())
