"""What a mail server reports about a message that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from html import unescape
from itertools import islice

#: Of a report's "rfc822; ann@example.com" and "smtp; 550 5.1.1 No such user".
_TYPED = re.compile(r"\s*[\w-]+\s*;\s*(.*)", re.DOTALL)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS = r"[^\s<>@\"'(),:;\[\]]{1,64}@[^\s<>@\"'(),:;\[\]/]{1,255}"
#: A Message-Id of ours, as ``tools/mail_texts.py`` makes them; some servers leave
#: its brackets out.
_OURS = re.compile(r"(?<![\w.])([0-9a-f]{32}\.payment-reminder@[\w.-]{1,255}\w)")
#: The fields in which the number of the returned message stands.
_NUMBERS = re.compile(
    r"(?:message-id|in-reply-to|references)\s*:\s*(<[^<>@\s]{1,255}@[^<>@\s]{1,255}>)",
    re.IGNORECASE,
)
#: Up to their closing tag, or to the end: what never fails to match never goes back.
_HIDDEN = re.compile(r"<(style|script|title)\b[^<]*(?:<(?!/\1)[^<]*)*", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>@]*>", re.IGNORECASE)
#: Parts by which machines tell each other what became of a message (RFC 3464, 6533).
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: That it was read (RFC 8098).
_RECEIPT = "message/disposition-notification"
#: Nobody tries again. "expired" is no word of the standard, and written all the same.
_FINAL = frozenset({"failed", "failure", "expired", "undeliverable"})
_HARMLESS = frozenset({"delayed", "delivered", "relayed", "expanded"})
#: So many bytes of each text are looked at.
_MAX_TEXT = 100_000
#: So many signs of a report are its own words; what it returns comes after.
_HEAD = 1500
#: So many addresses and parts of a report are looked at.
_MAX_ADDRESSES = 50
_MAX_PARTS = 100

#: Mailboxes from which mail servers write.
_SERVERS = re.compile(
    r"(mailer|mail|maildelivery|m)-?daemon|postmaster|microsoftexchange.*"
)
#: The field Action in a text, where the part for machines is called a text.
_ACTION = re.compile(r"^\s*action\s*:\s*([a-z]+)", re.IGNORECASE | re.MULTILINE)
#: An answer in SMTP that is final, as it stands in texts: "550 5.1.1", "(#5.1.1)".
_FINAL_CODE = re.compile(
    r"\b55\d[ -]#?5\.\d{1,3}\.\d|#5\.\d{1,3}\.\d|\bstatus\W{1,5}5\.\d{1,3}\.\d"
    r"|\b(?:smtp|said|server|error|code)\b[^\n]{0,80}\b55[0-4]\b",
    re.IGNORECASE,
)
#: What servers say when they give up, in the languages of our customers and neighbours.
_FAILED_WORDS = re.compile(
    r"undeliver(?!ed after)|undelivered mail|not be delivered|n.t be delivered"
    r"|delivery[^.]{0,30}(has )?failed|delivery failure|failed to deliver"
    r"|failure notice|returned mail|returned to sender|no such user|user unknown"
    r"|unable to deliver|giving up|gave up|status notification \(failure\)"
    r"|kunne ikke (leveres|afleveres)|kan ikke leveres|(?<!endnu )ikke leveret"
    r"|ikke afleveres|mislykket levering|levering[^.]{0,20}mislyk|leveringsfejl"
    r"|kunde inte levereras|kan inte levereras|olevererbar|gick inte att leverera"
    r"|leveransen misslyckades|toimitus epäonnistui|ei voi(tu|da)? toimittaa"
    r"|perille toimittam|unzustellbar|nicht (zugestellt|zustell)|zustellung fehlge"
    r"|unbekannter empfänger|pas pu être (remis|délivré|distribué|livré)"
    r"|non (remis|distribu|délivr)|échec de (la )?(remise|distribution|livraison)"
    r"|onbestelbaar|niet (worden )?(bezorgd|afgeleverd)|bezorging[^.]{0,20}mislukt"
    r"|nie można (było )?dostarczyć|nie (została|może zostać) dostarczon"
    r"|niedostarcz|nie powiod|mancata consegna|impossibile recapitare|non recapita"
    r"|non (è stato possibile|può essere) (recapita|consegna)"
    r"|no se (pudo|puede|ha podido) entregar|no entregad|fallo (de|en la) entrega"
    r"|não (pôde|foi possível|pode) (ser )?entreg|nedoručiteln|kézbesíthetetlen",
    re.IGNORECASE,
)
#: What they say while they go on trying, and when it has arrived or was read.
_LATE_WORDS = re.compile(
    r"message \S+ delayed|deliver\w*[^.]{0,30} delayed|delayed mail|still being retried"
    r"|notification \(delay\)|not (yet )?been delivered[^.]{0,90}(after|yet)"
    r"|(will|we) (still |continue )?(keep |to )?(be )?(retry|retried|try|trying) "
    r"|delivery attempts will continue|undelivered after \d"
    r"|zustellung[^.]{0,20} verzögert|verzögerte zustellung|noch nicht zugestellt"
    r"|levering\w*[^.]{0,20} forsinket|forsinket levering|endnu ikke leveret"
    r"|leverans\w*[^.]{0,20} försenad|toimitus[^.]{0,20} viivästy"
    r"|levering[^.]{0,20} forsinka|remise[^.]{0,20} (retard|différée)"
    r"|bezorging[^.]{0,20} vertraag|dostarcz\w*[^.]{0,20} opóźni"
    r"|consegna[^.]{0,20} ritard|entrega[^.]{0,20} (retras|demor|atras)"
    r"|success(ful|fully)[^.]{0,20} deliver|delivery report \(success\)"
    r"|delivered success|successful mail delivery|erfolgreich zugestellt"
    r"|(blev|er|bleven) (læst|leveret)|wurde (am|gelesen|zugestellt)|was read",
    re.IGNORECASE,
)
#: Receipts that are no more than a subject.
_RECEIPT_SUBJECT = re.compile(
    r"\s*(read|delivered|relayed|læst|leveret|lest|levert|läst|levererat|luettu"
    r"|gelesen|zugestellt|lu|remis|gelezen|bezorgd|przeczytano|dostarczono|letto"
    r"|recapitato|leído|entregado)\s*:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Failure:
    """A message did not reach one recipient, and nobody tries again.

    ``status`` is the enhanced status code (RFC 3463), empty when there is none.
    """

    status: str
    diagnostic: str


def find_failure(report: Message, recipient: str) -> Failure | None:
    """Return what a report says of a recipient, None if it does not say "failed".

    A report that delivery is delayed, that a message was relayed or read, an
    out-of-office answer and whatever has no part for machines is no failure.

    :param recipient: the normalised address that the message was sent to
    """
    for fields in _get_recipient_fields(report):
        if _get_action(fields) not in _FINAL:
            continue
        named = {
            _strip_type(fields.get(name)).strip("<> ").lower()
            for name in ("Final-Recipient", "Original-Recipient")
        }
        if recipient.lower() in named:
            status = _STATUS.search(str(fields.get("Status", "")))
            return Failure(
                status=status[0] if status else "",
                diagnostic=" ".join(_strip_type(fields.get("Diagnostic-Code")).split()),
            )
    return None


def _get_action(fields: Message) -> str:
    """The word of the field Action; servers put comments and signs after it."""
    word = re.match(r"\s*([a-z]+)", str(fields.get("Action", "")).lower())
    return word[1] if word else ""


def _get_recipient_fields(report: Message) -> list[Message]:
    """Return the groups of fields that tell of a recipient.

    By what is in them, not by their place: some servers leave the group of the message
    out, others write one group of everything.
    """
    return [
        group
        for part in report.walk()
        if part.get_content_type() in _STATUS_PARTS
        for group in _get_groups(part)
        if "Action" in group or "Final-Recipient" in group
    ]


def _get_groups(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _split_groups(part)
    groups = [group for group in payload if isinstance(group, Message)]
    # Of a kind that Python does not know, all groups but the first are a text.
    return [*groups, *(more for group in groups for more in _split_groups(group))]


def _split_groups(part: Message) -> list[Message]:
    text = part.get_payload(decode=True)
    if not isinstance(text, bytes):
        return []
    blocks = re.split(r"\r?\n\s*\r?\n", text[:_MAX_TEXT].decode("utf-8", "replace"))
    return [message_from_string(block.lstrip()) for block in blocks if block.strip()]


def _strip_type(value: object) -> str:
    text = str(value or "")
    typed = _TYPED.fullmatch(text)
    return typed[1] if typed else text


def find_message_ids(report: Message) -> tuple[str, ...]:
    """Return the Message-Ids of ours that a report names, wherever it does."""
    return tuple(f"<{number}>" for number in _find(_OURS, report))


def find_numbers(report: Message) -> tuple[str, ...]:
    """Return whatever Message-Ids stand in a report as those of other messages."""
    return _find(_NUMBERS, report)


def _find(pattern: re.Pattern[str], report: Message) -> tuple[str, ...]:
    """Return the first groups of a pattern, each once, in all fields and texts."""
    return tuple(
        dict.fromkeys(
            number for text in _read_all(report) for number in pattern.findall(text)
        )
    )


def _read_all(report: Message) -> Iterator[str]:
    """Read fields and contents of all parts: also of what is attached as a file."""
    for part in islice(report.walk(), _MAX_PARTS):
        # Raw: a field that is malformed cannot be parsed.
        for name, value in part.raw_items():
            if part is not report or name.lower() != "message-id":
                yield f"{name}: {' '.join(str(value)[:_MAX_TEXT].split())}"
        if not part.is_multipart():
            # A message may be quoted in a text as it was encoded.
            yield _read_part(part).replace("=\r\n", "").replace("=\n", "")


def find_addresses(report: Message) -> tuple[str, ...]:
    """Return the addresses that a report names, normalised: those of its fields first.

    For reports that name no message.
    """
    fields = [
        _strip_type(group.get(name))
        for group in _get_recipient_fields(report)
        for name in ("Final-Recipient", "Original-Recipient")
    ]
    fields.append(str(report.get("X-Failed-Recipients", "")))
    text = "\n".join([*fields, read_text(report)])
    found = (address.strip("._'`*=").lower() for address in re.findall(_ADDRESS, text))
    return tuple(dict.fromkeys(found))[:_MAX_ADDRESSES]


def is_report(
    report: Message,
    sender: str | None,
    recipients: Collection[str] = (),
    is_absent: bool = False,
) -> bool:
    """Tell whether a mail server reports a failure, in a mail that nothing marks.

    :param sender: the normalised address of whoever wrote, None: there is none
    :param recipients: addresses that the message was sent to; they may be answering
    :param is_absent: whether its subject is that of an absence note
    """
    if report.get("X-Failed-Recipients"):
        return True
    is_server = bool(_SERVERS.fullmatch((sender or "").split("@")[0]))
    submitted = str(report.get("Auto-Submitted", "no")).strip().lower()
    nobody = str(report.get("Return-Path", "")).strip() == "<>"
    if (is_server or submitted != "no" or nobody) and _says_failed(report, is_absent):
        return True
    return (
        is_server
        and sender not in recipients
        and not is_absent
        and not _says_late(report)
    )


def _says_failed(report: Message, is_absent: bool) -> bool:
    """Tell whether the words of a report say that a message did not arrive.

    In an absence note fields and codes alone count: a person has written its words.
    """
    text = read_text(report)
    actions = {word.lower() for word in _ACTION.findall(text)}
    if report.get("X-Failed-Recipients") or actions & _FINAL:
        return True
    if actions & _HARMLESS:
        return False
    return bool(
        _FINAL_CODE.search(text)
        or (not is_absent and _FAILED_WORDS.search(_read_head(report, text)))
    )


def _says_late(report: Message) -> bool:
    """Tell whether it is only late, or has arrived, in the words of a server."""
    text = read_text(report)
    return bool(
        {word.lower() for word in _ACTION.findall(text)} & _HARMLESS
        or _RECEIPT_SUBJECT.match(str(report.get("Subject", "")))
        or _LATE_WORDS.search(_read_head(report, text))
    )


def _read_head(report: Message, text: str) -> str:
    """The subject and the first words: not those of a message that was returned."""
    words = " ".join(text[: 4 * _HEAD].split())[:_HEAD]
    return f"{report.get('Subject', '')} . {words}"


def needs_a_reader(
    report: Message, recipient: str, sender: str | None, is_absent: bool = False
) -> bool:
    """Tell whether a person has to read what became of a message to ``recipient``.

    That is whatever says of a message of ours that anybody was not reached (the
    recipient's mailbox may pass on), and what is not understood. What says that it is
    late, has arrived or was read is none, nor what the recipient's own address wrote
    and does not speak of a failure: an answering machine.

    :param recipient: the normalised address that the message was sent to
    :param sender: the normalised address of whoever reports, None: there is none
    :param is_absent: whether its subject is that of an absence note
    """
    kinds = {part.get_content_type() for part in report.walk()}
    if kinds & _STATUS_PARTS:
        # Of our message, or it would not have been asked: whoever it says failed.
        groups = _get_recipient_fields(report)
        return not groups or not all(_is_harmless(group) for group in groups)
    if _RECEIPT in kinds:
        return False
    if _says_failed(report, is_absent):
        return True
    return sender != recipient and not is_absent and not _says_late(report)


def _is_harmless(group: Message) -> bool:
    """Tell whether a recipient may still be reached, or was."""
    action = _get_action(group)
    if action:
        return action in _HARMLESS
    return str(group.get("Status", "")).strip().startswith("2.")


def read_text(report: Message) -> str:
    """Return what a report says to people, without markup; its beginning at least."""
    return "\n".join(
        _read_part(part)
        for part in islice(report.walk(), _MAX_PARTS)
        if part.get_content_maintype() == "text"
    )


def _read_part(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    payload = payload[:_MAX_TEXT]
    try:
        text = payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a charset that nobody knows
        text = payload.decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        text = unescape(_TAG.sub(" ", _HIDDEN.sub(" ", text)))
    return text
