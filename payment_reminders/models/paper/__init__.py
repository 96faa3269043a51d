"""Letters: what is on the sheet, and what a person does who prints it.

A notice by letter waits until a person prints it and says what came out. The sheet is
the text of the e-mail, placed for a window envelope.

Begin with ``sheet.py``.
"""

from . import sheet
