"""The pages on which e-mails, SMS and letters in Kivra of the demo are read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape
from itertools import groupby

from .clock import to_local
from .letterbox import EMAIL, KIVRA, SMS, Letterbox, Message

TITLE = "What customers got"
#: What the HTML of an e-mail may do: show itself, and open its links elsewhere. It runs
#: nothing; of the same origin it is so that the page around it can tell how long it is.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-same-origin"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none';"
    " img-src 'self' data: http://127.0.0.1:* http://localhost:*;"
    " style-src 'unsafe-inline'; font-src 'none'"
)

STYLE = """
:root { color-scheme: light; --ink: #1f2933; --soft: #66727f; --line: #e3e7ec;
  --back: #f6f7f9; --mark: #714b67; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header { background: var(--mark); color: #fff; padding: 14px 24px; }
header h1 { font-size: 18px; margin: 0; font-weight: 600; }
header p { margin: 2px 0 0; opacity: .85; font-size: 13px; }
header a { color: inherit; }
main { max-width: 1040px; margin: 0 auto; padding: 20px 24px 60px; }
h2 { font-size: 13px; color: var(--soft); font-weight: 600; margin: 24px 0 6px; }
input[type=search] { width: 100%; padding: 9px 12px; font: inherit;
  border: 1px solid var(--line); border-radius: 8px; background: #fff; }
ol { list-style: none; margin: 0; padding: 0; background: #fff;
  border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
li + li { border-top: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 56px 54px minmax(0, 290px) minmax(0, 1fr);
  gap: 10px; padding: 9px 14px; color: inherit; text-decoration: none; }
li a:hover, li a:focus { background: #faf7f9; }
li span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
time { color: var(--soft); font-variant-numeric: tabular-nums; }
.kind { font-size: 12px; color: var(--mark); font-weight: 600; }
.soft { color: var(--soft); }
.card { background: #fff; border: 1px solid var(--line); border-radius: 8px;
  padding: 16px 20px; margin-top: 16px; }
.card h2 { font-size: 20px; color: var(--ink); margin: 0 0 8px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
iframe { display: block; width: 100%; height: 900px; border: 0; background: #fff; }
.mail { padding: 8px; overflow-x: auto; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0;
  font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
.bubble { background: #e9f5ec; border-radius: 14px 14px 14px 2px; padding: 10px 14px;
  max-width: 420px; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--soft); }
.bare { color: var(--soft); padding: 40px 0; text-align: center; }
@media (max-width: 700px) {
  header { padding: 12px 16px; }
  main { padding: 8px 8px 40px; }
  .card { padding: 12px; }
  .card.mail { padding: 0; }
  li a { grid-template-columns: 50px 48px 1fr; }
  li .subject { grid-column: 1 / -1; }
}
"""

SEARCH = """
const box = document.querySelector('input');
const find = () => {
  const words = box.value.toLowerCase().split(/ +/);
  for (const row of document.querySelectorAll('li')) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every(word => text.includes(word));
  }
  for (const day of document.querySelectorAll('section')) {
    day.hidden = ![...day.querySelectorAll('li')].some(row => !row.hidden);
  }
};
box.addEventListener('input', find); find();
"""

# A frame as long as its mail: nothing of it is cut, and one scrolls the page alone.
FIT = """
const frame = document.querySelector('iframe');
const fit = () => {
  const mail = frame.contentDocument;
  if (mail && mail.body) {
    frame.style.height = 'auto';
    frame.style.height = Math.max(mail.documentElement.scrollHeight, 120) + 16 + 'px';
  }
};
frame.addEventListener('load', fit); window.addEventListener('resize', fit); fit();
"""


def render_list(letterbox: Letterbox) -> str:
    """Return the page with every message, the newest first."""
    messages = letterbox.all()
    kinds = Counter(message.kind for message in messages)
    count = (
        f"E-mails: {kinds[EMAIL]}, SMS: {kinds[SMS]}, letters in Kivra: {kinds[KIVRA]};"
        " the newest first"
    )
    days = "".join(
        f"<section><h2>{day:%A %d %B %Y}</h2><ol>"
        + "".join(_render_row(message) for message in group)
        + "</ol></section>"
        for day, group in groupby(messages, key=lambda m: to_local(m.date).date())
    )
    body = (
        '<input type="search" placeholder="Find a customer, an address, a subject"'
        ' aria-label="Find">' + days
        if messages
        else '<p class="bare">Nobody got anything yet. Reload after something was'
        " sent.</p>"
    )
    script = f"<script>{SEARCH}</script>" if messages else ""
    return _page(TITLE, count, body + script)


def _render_row(message: Message) -> str:
    name = message.recipient_name
    to = f"{escape(name)} " if name else ""
    return (
        f'<li><a href="/message/{message.number}">'
        f"<time>{to_local(message.date):%H:%M}</time>"
        f'<span class="kind">{_kind(message)}</span>'
        f'<span>{to}<span class="soft">{escape(message.recipient)}</span></span>'
        f'<span class="subject">{escape(message.subject)}</span></a></li>'
    )


def render_message(message: Message, links: Mapping[str, str]) -> str:
    """Return the page of one message.

    :param links: {where links in the message lead: where they shall lead}
    """
    rows = {
        "To": f"{message.recipient_name} {message.recipient}".strip(),
        "Sent": f"{to_local(message.date):%A %d %B %Y, %H:%M}",
    }
    if message.kind == EMAIL:
        rows["From"] = message.sender
        rows["Answers go to"] = str(message.mail["Reply-To"] or message.sender)
    elif message.kind == KIVRA:
        rows |= _describe_letter(message)
    facts = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
        for label, value in rows.items()
    )
    if message.kind == EMAIL:
        body = (
            f'<div class="card"><h2>{escape(message.subject)}</h2>'
            f'<dl>{facts}</dl></div><div class="card mail"><iframe title="The e-mail"'
            f' sandbox="{SANDBOX}"'
            f' src="/message/{message.number}/html"></iframe></div>'
            f"<script>{FIT}</script>"
            '<div class="card"><details><summary>As plain text</summary>'
            f"<pre>{escape(message.text)}</pre></details></div>"
            f'<p><a href="/message/{message.number}/raw">The whole message with its'
            " headers</a></p>"
        )
    elif message.kind == KIVRA:
        pdf = f"/message/{message.number}/pdf"
        body = (
            f'<div class="card"><h2>{escape(message.subject)}</h2>'
            f"<dl>{facts}</dl></div>"
            f'<div class="card mail"><iframe title="The letter" src="{pdf}"></iframe>'
            f'</div><p><a href="{pdf}" target="_blank">The letter as PDF</a></p>'
        )
    else:
        body = (
            f'<div class="card"><dl>{facts}</dl></div>'
            f'<div class="card"><div class="bubble">{_render_sms(message, links)}</div>'
            "</div>"
        )
    back = '<a href="/">All messages</a>'
    return _page(f"{_kind(message)} to {message.recipient}", back, body)


def _describe_letter(message: Message) -> dict[str, str]:
    """Return what Kivra shows beside a letter, in rows."""
    letter = message.letter
    rows = {"Kind": str(letter["type"])}
    payment = letter.get("payment_multiple_options")
    if payment:
        [option] = payment["options"]
        rows["To pay"] = f"{option['amount']} {payment['currency']}"
        rows["By"] = option["due_date"]
        rows["Bankgiro"] = payment["account"]
        rows["Reference"] = f"{option['reference']} ({option['type']})"
    return rows


def render_mail(message: Message, links: Mapping[str, str]) -> str:
    """Return the HTML of an e-mail, its links opening in a page of their own.

    :param links: as of :func:`render_message`
    """
    html = message.html or f"<pre>{escape(message.text)}</pre>"
    return f'<base target="_blank">{_lead(html, links)}'


def _lead(text: str, links: Mapping[str, str]) -> str:
    for written, real in links.items():
        text = text.replace(f"{written}/", f"{real}/")
    return text


def _render_sms(message: Message, links: Mapping[str, str]) -> str:
    """Return an SMS with its links to press."""
    text = escape(_lead(message.text, links))
    return re.sub(
        r"https?://[^\s<]+", r'<a href="\g<0>" target="_blank">\g<0></a>', text
    )


def _kind(message: Message) -> str:
    return {EMAIL: "E-mail", SMS: "SMS", KIVRA: "Kivra"}[message.kind]


def _page(title: str, below: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<header><h1>{escape(title)}</h1><p>{below}</p></header>"
        f"<main>{body}</main></body></html>"
    )
