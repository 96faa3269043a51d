"""What an e-mail says beside its HTML: its text part, and its headers.

The text part says what the HTML says, as one would type it.
"""

import hashlib
import re
import socket

from lxml import html

from odoo.tools import email_domain_extract, formataddr, html_sanitize

#: Elements that begin a line of their own.
BLOCKS = frozenset(
    ("p", "div", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "hr", "blockquote")
)
#: What no header of an e-mail may hold, beside the white space that ``split`` knows.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")


def to_plain_text(body):
    """Return the text of an HTML body: a line for each row of a table, and the
    address of each link that stands outside of one.

    Odoo's own converter gives every cell of a table a line of its own.
    """
    if not (body or "").strip():
        return ""
    lines = []
    _write(html.fragment_fromstring(body, create_parent="div"), lines)
    text = "\n".join(" ".join(line.split()) for line in lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"


def _write(element, lines):
    """Append the text of a block to lines, of which the last is still open."""
    _begin_block(lines)
    _add(lines, element.text)
    for child in element:
        if not isinstance(child.tag, str):
            pass
        elif child.tag == "br":
            lines.append("")
        elif child.tag == "tr":
            _begin_line(lines)
            _add(lines, _get_row(child))
        elif child.tag in ("thead", "tbody", "tfoot"):
            _write_inline(child, lines)
        elif child.tag in BLOCKS:
            _write(child, lines)
            _begin_block(lines)
        else:
            _write_inline(child, lines)
        _add(lines, child.tail)


def _write_inline(element, lines):
    if element.tag == "a":
        _add(lines, _get_link(element))
        return
    _add(lines, element.text)
    for child in element:
        if child.tag == "br":
            lines.append("")
        elif child.tag == "tr":
            _begin_line(lines)
            _add(lines, _get_row(child))
        elif child.tag in BLOCKS:
            _write(child, lines)
        else:
            _write_inline(child, lines)
        _add(lines, child.tail)


def _get_row(row):
    """Return a row as one line: "label: value", or its cells one after another."""
    cells = [_get_cell(cell) for cell in row]
    cells = [cell for cell in cells if cell]
    return (": " if len(cells) == 2 else " | ").join(cells)


def _get_cell(cell):
    """Return what a cell says, its lines separated by commas."""
    lines = [""]
    _write_cell(cell, lines)
    texts = (" ".join(line.split()) for line in lines)
    return ", ".join(text for text in texts if text)


def _write_cell(element, lines):
    lines[-1] += element.text or ""
    for child in element:
        if child.tag == "br" or child.tag in BLOCKS:
            lines.append("")
        if isinstance(child.tag, str):
            _write_cell(child, lines)
        if child.tag in BLOCKS:
            lines.append("")
        lines[-1] += child.tail or ""


def _get_link(link):
    text = " ".join(link.text_content().split())
    href = link.get("href") or ""
    if href.startswith(("mailto:", "tel:")) or href.rstrip("/") == text.rstrip("/"):
        return text
    return f"{text}: {href}" if href else text


def _add(lines, text):
    if text and not (text.isspace() and not lines[-1]):
        lines[-1] += text


def _begin_line(lines):
    if not lines or lines[-1].strip():
        lines.append("")


def _begin_block(lines):
    """End the open line, and leave an empty one."""
    _begin_line(lines)
    if len(lines) > 1 and lines[-2].strip():
        lines.append("")


def get_message_id(key, sender):
    """Return the Message-Id of one attempt: the same for the same key.

    :param key: of the delivery, and its id: the key alone may be free again one day
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    domain = email_domain_extract(sender) or socket.gethostname()
    return f"<{digest}.payment-reminder@{domain}>"


def get_thread_reference(case):
    """Return what all e-mails of a case refer to, so that a mailbox shows them as one
    conversation.

    It is the number of no message: were it one of ours, a report about a mail that came
    back would name the others too. Nor is its host one of ours, by which made-up
    numbers are told.
    """
    made = f"{case.id}/{case.create_date}"
    digest = hashlib.sha256(made.encode()).hexdigest()[:16]
    domain = email_domain_extract(case.company_id.email or "") or "invalid"
    return f"<{digest}.reminder-case@thread.{domain}>"


def to_header(text):
    """Return a text fit for one header of an e-mail: on one line.

    A name with a line feed in it, as people paste it, would begin a header of its own.
    """
    return " ".join(CONTROL_CHARACTERS.sub(" ", text or "").split())


def format_recipient(partner, address):
    return formataddr((to_header(partner.name), address))


def get_own_words(body):
    """Return the HTML of a mail without what it quotes, as far as Odoo knows quotes.

    :param body: HTML, as the mail gateway brings it
    """
    if not (body or "").strip():
        return ""
    tree = html.fragment_fromstring(html_sanitize(body), create_parent="div")
    for quote in tree.xpath("//*[@data-o-mail-quote]"):
        if quote.getparent() is not None:
            quote.drop_tree()
    return html.tostring(tree, encoding="unicode")
