"""Draws the mark of the demo company."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageDraw

BLUE = (24, 74, 110)
SIZE = 160
#: The strokes of an H and a V, and the water below them.
STROKES = (
    ((34, 34), (34, 96)),
    ((34, 65), (70, 65)),
    ((70, 34), (70, 96)),
    ((88, 34), (108, 96)),
    ((108, 96), (128, 34)),
)


def draw() -> bytes:
    """Return the mark as PNG, encoded as Odoo wants its images."""
    image = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, SIZE - 1, SIZE - 1), radius=28, fill=BLUE)
    for start, end in STROKES:
        pen.line((start, end), fill="white", width=11)
    for left in range(26, 130, 36):
        pen.arc((left, 112, left + 36, 136), 20, 160, fill="white", width=7)
    content = io.BytesIO()
    image.save(content, "PNG")
    return base64.b64encode(content.getvalue())
