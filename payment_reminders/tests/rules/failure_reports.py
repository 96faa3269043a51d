"""Reports of mail servers about one message of ours, as servers of many kinds write
them: each with what has to become of it.

The number of the message and the address that it went to are filled in by who uses
them (``fill``), so that the same reports go through the rules and through Odoo.
"""

import base64
from dataclasses import dataclass

BOUNCED, PERSON, NOTHING = "bounced", "person", "nothing"
#: Whoever the recipient's mailbox hands mail on to.
ELSEWHERE = "ann.private@elsewhere.example"
BOUNCES = "bounce@company.example"
ANSWERS = "catchall@company.example"


@dataclass(frozen=True)
class Report:
    name: str
    right: str
    text: str

    def fill(self, message_id, recipient, subject="Reminder RC00001", unique="1"):
        """Return the report about this message, a number of its own on top."""
        text = self.text
        for name, value in {
            "@ID@": message_id,
            "@BARE@": message_id.strip("<>"),
            "@BROKEN@": f"{message_id[:9]}=\n{message_id[9:]}",
            "@TO@": recipient,
            "@SUBJECT@": subject,
            "@UNIQUE@": unique,
            "@RETURNED@": base64.encodebytes(
                f"Message-ID: {message_id}\r\nTo: {recipient}\r\n\r\nYou owe.".encode()
            ).decode(),
        }.items():
            text = text.replace(name, value)
        return text


# -- how a report is put together ----------------------------------------------------


def head(subject, sender="MAILER-DAEMON@mx.example", to=BOUNCES, more=""):
    return (
        f"From: {sender}\nTo: {to}\nSubject: {subject}\n"
        "Date: Tue, 15 Sep 2026 08:00:07 +0000\nMIME-Version: 1.0\n"
        f"Message-Id: <report.@UNIQUE@@mx.example>\n{more}"
    )


def in_parts(top, *parts, kind="report; report-type=delivery-status"):
    body = "".join(f"\n--=_b\n{part}\n" for part in parts)
    return f'{top}Content-Type: multipart/{kind}; boundary="=_b"\n{body}\n--=_b--\n'


def part(kind, text, more=""):
    return f"Content-Type: {kind}\n{more}\n{text}"


def words(text, kind='text/plain; charset="utf-8"'):
    return part(kind, text)


def in_words(top, text, kind='text/plain; charset="utf-8"'):
    return f"{top}Content-Type: {kind}\n\n{text}\n"


def status(
    *groups, kind="message/delivery-status", mta="Reporting-MTA: dns; mx.example"
):
    return part(kind, "\n\n".join([*([mta] if mta else []), *groups]))


def group(to="@TO@", action="failed", code="5.1.1", *more):
    fields = [f"Final-Recipient: rfc822; {to}"]
    fields += [f"Action: {action}"] if action else []
    fields += [f"Status: {code}"] if code else []
    return "\n".join([*fields, *more])


RETURNED = part(
    "message/rfc822", "Message-Id: @ID@\nTo: @TO@\nSubject: @SUBJECT@\n\nYou owe."
)
HEADERS = part(
    "text/rfc822-headers", "Message-ID: @ID@\nTo: @TO@\nSubject: @SUBJECT@\n"
)
COPY = "--- A copy of the message:\n\nMessage-Id: @ID@\nTo: @TO@\nSubject: @SUBJECT@"
SORRY = words("Your message could not be delivered. It is attached below.")


def dsn(*groups, returned=RETURNED, sorry=SORRY, top=None, **how):
    top = top or head("Undelivered Mail Returned to Sender", more="Return-Path: <>\n")
    return in_parts(
        top, sorry, status(*groups, **how), *([returned] if returned else [])
    )


# -- reports with a part for machines ------------------------------------------------

EXCHANGE = head(
    "Undeliverable: @SUBJECT@",
    "Microsoft Outlook <MicrosoftExchange329e71ec88ae@nordlys.example>",
    more="Auto-Submitted: auto-replied\nX-MS-Exchange-Message-Is-Ndr:\n",
)
OFFICE = part(
    "text/rfc822-headers",
    "Message-ID: <0001@DB9PR01.eurprd01.prod.example>\n"
    "X-Microsoft-Original-Message-ID:\n @ID@\nTo: @TO@\nSubject: @SUBJECT@\n",
)
GMAIL = head(
    "Delivery Status Notification (Failure)",
    "Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
    more="X-Failed-Recipients: @TO@\nIn-Reply-To: @ID@\nReferences: @ID@\n",
)
SENDMAIL = head("Returned mail: see transcript for details", "MAILER-DAEMON@mx.example")
STYLED = words(
    "<html><head><style>" + "p { color: #333 } " * 200 + "</style></head><body>"
    "<p>Your message couldn&#8217;t be delivered.</p></body></html>",
    "text/html; charset=utf-8",
)

MACHINE = (
    ("postfix", BOUNCED, dsn(group())),
    ("postfix, address in capitals", BOUNCED, dsn(group("<@TO@>", "Failed"))),
    ("postfix, headers alone", BOUNCED, dsn(group(), returned=HEADERS)),
    ("exchange, styled", BOUNCED, dsn(group(), top=EXCHANGE, sorry=STYLED)),
    (
        "office365, a number of its own",
        BOUNCED,
        dsn(group(), top=EXCHANGE, returned=OFFICE),
    ),
    ("gmail", BOUNCED, dsn(group(), top=GMAIL)),
    (
        "sendmail, comment after the action",
        BOUNCED,
        dsn(group(action="failed (user unknown)", code="5.1.1 (bad)"), top=SENDMAIL),
    ),
    ("expired", BOUNCED, dsn(group(action="expired", code="4.4.7"))),
    ("expired after tries", BOUNCED, dsn(group(code="4.4.7"))),
    ("no group of the message", BOUNCED, dsn(group(), mta="")),
    ("one group of all fields", BOUNCED, dsn(mta="Reporting-MTA: dns; mx\n" + group())),
    ("no status", BOUNCED, dsn(group(code=""))),
    (
        "original recipient",
        BOUNCED,
        dsn(
            group(
                "box17@store.example",
                "failed",
                "5.2.2",
                "Original-Recipient: rfc822;@TO@",
            )
        ),
    ),
    (
        "second of three",
        BOUNCED,
        dsn(
            group("x@y.example", "delivered", "2.0.0"),
            group(),
            group("z@y.example", "delayed", "4.4.1"),
        ),
    ),
    ("global status", BOUNCED, dsn(group(), kind="message/global-delivery-status")),
    (
        "the number in an answer's field alone",
        BOUNCED,
        dsn(group(), top=GMAIL, returned=""),
    ),
    (
        "to the address for answers",
        BOUNCED,
        dsn(group(), top=head("Undelivered", "postmaster@mx.example", ANSWERS)),
    ),
    ("handed on", PERSON, dsn(group(ELSEWHERE))),
    (
        "handed on, exchange",
        PERSON,
        dsn(group(ELSEWHERE, "failed", "5.7.1"), top=EXCHANGE, returned=OFFICE),
    ),
    ("handed on, expired", PERSON, dsn(group(ELSEWHERE, "expired", "4.4.7"))),
    (
        "arrived, and one of a list did not",
        PERSON,
        dsn(group(action="relayed", code="2.0.0"), group(ELSEWHERE)),
    ),
    ("nobody named", PERSON, dsn("Action: failed\nStatus: 5.0.0")),
    ("no action", PERSON, dsn(group(action=""))),
    ("an action of its own", PERSON, dsn(group(action="rejected"))),
    ("empty status", PERSON, dsn()),
    ("status without meaning", PERSON, dsn(mta="X: y")),
    (
        "the address as X.400",
        PERSON,
        dsn("Final-Recipient: x400;/G=Ann/S=Holm/\nAction: failed\nStatus: 5.1.1"),
    ),
    ("status called a text", PERSON, dsn(group(), kind="text/plain; name=details.txt")),
    (
        "message attached as a file",
        PERSON,
        in_parts(
            head("Mail failure", "MAILER-DAEMON@mx.example"),
            words("550 5.1.1 @TO@ unknown"),
            part(
                "application/octet-stream; name=message.eml",
                "@RETURNED@",
                "Content-Transfer-Encoding: base64\n",
            ),
            kind="mixed",
        ),
    ),
    (
        "a number of another server, as a relay gives it",
        PERSON,
        dsn(
            group(),
            returned=part(
                "text/rfc822-headers", "Message-ID: <0102019@relay.example>\nTo: @TO@\n"
            ),
        ),
    ),
    ("no number at all", PERSON, dsn(group(), returned="")),
)

# -- reports in words ----------------------------------------------------------------

#: {language: (subject, words, the same of a message that is only late)}
LANGUAGES = {
    "da": (
        "Din mail kunne ikke leveres",
        "Beskeden til @TO@ kunne ikke leveres: ukendt modtager.",
        ("Levering er forsinket", "Din besked er endnu ikke leveret. Vi prøver igen."),
    ),
    "sv": (
        "Olevererbart: @SUBJECT@",
        "Meddelandet till @TO@ kunde inte levereras.",
        (
            "Leveransen är försenad",
            "Leveransen till @TO@ är försenad, försök görs igen.",
        ),
    ),
    "nb": (
        "Kan ikke leveres: @SUBJECT@",
        "Meldingen til @TO@ kunne ikke leveres.",
        ("Levering er forsinket", "Levering til @TO@ er forsinket."),
    ),
    "fi": (
        "Toimitus epäonnistui",
        "Viestiä ei voitu toimittaa osoitteeseen @TO@.",
        ("Toimitus viivästyy", "Toimitus osoitteeseen @TO@ viivästyy."),
    ),
    "de": (
        "Unzustellbar: @SUBJECT@",
        "Ihre Nachricht an @TO@ konnte nicht zugestellt werden.",
        ("Zustellung verzögert sich", "Die Zustellung an @TO@ hat sich verzögert."),
    ),
    "fr": (
        "Non remis : @SUBJECT@",
        "Votre message à @TO@ n'a pas pu être remis.",
        ("Remise retardée", "La remise à @TO@ est retardée."),
    ),
    "nl": (
        "Onbestelbaar: @SUBJECT@",
        "Uw bericht aan @TO@ kon niet worden bezorgd.",
        ("Bezorging vertraagd", "De bezorging aan @TO@ is vertraagd."),
    ),
    "pl": (
        "Niedostarczona poczta",
        "Nie można dostarczyć wiadomości do @TO@.",
        ("Dostarczenie opóźnione", "Dostarczanie do @TO@ jest opóźnione."),
    ),
    "it": (
        "Impossibile recapitare: @SUBJECT@",
        "Non è stato possibile consegnare il messaggio a @TO@.",
        ("Consegna ritardata", "La consegna a @TO@ è in ritardo."),
    ),
    "es": (
        "No se puede entregar: @SUBJECT@",
        "No se pudo entregar su mensaje a @TO@.",
        ("Entrega retrasada", "La entrega a @TO@ se ha retrasado."),
    ),
}
#: Of servers in a language that no table knows: asked about, as whatever is unclear.
UNKNOWN_LANGUAGE = "Tölvupóstur til @TO@ komst ekki til skila."


def by_daemon(subject, text):
    """To where bounces go, the message copied below."""
    return in_words(head(subject, more="Return-Path: <>\n"), f"{text}\n\n{COPY}")


def by_postmaster(subject, text):
    """As an answer, to where answers go."""
    top = head(subject, "Postmaster <postmaster@nordlys.example>", ANSWERS)
    return in_words(f"{top}In-Reply-To: @ID@\n", text)


def by_robot(subject, text):
    """As an answer of a robot whose name says nothing."""
    top = head(subject, "robot@nordlys.example", ANSWERS)
    return in_words(f"{top}Auto-Submitted: auto-replied\nReferences: @ID@\n", text)


EXIM = (
    "This message was created automatically by mail delivery software.\n\n"
    "A message that you sent could not be delivered to one or more of its\n"
    "recipients. This is a permanent error. The following address(es) failed:\n\n"
    "  @TO@\n    Unrouteable address\n\n"
)
QMAIL = (
    "Hi. This is the qmail-send program at nordlys.example.\nI'm afraid I wasn't able "
    "to deliver your message to the following addresses.\nThis is a permanent error; "
    "I've given up.\n\n<@TO@>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
)
WORDS = (
    ("qmail", PERSON, by_daemon("failure notice", QMAIL)),
    (
        "qmail, handed on",
        PERSON,
        by_daemon("failure notice", QMAIL.replace("@TO@", ELSEWHERE)),
    ),
    (
        "exim",
        PERSON,
        in_words(
            head(
                "Mail delivery failed: returning message to sender",
                more="X-Failed-Recipients: @TO@\n",
            ),
            EXIM + COPY,
        ),
    ),
    (
        "exim, to the address for answers, handed on",
        PERSON,
        in_words(
            head(
                "Mail delivery failed",
                "system@mx.example",
                ANSWERS,
                f"X-Failed-Recipients: {ELSEWHERE}\n",
            ),
            EXIM.replace("@TO@", ELSEWHERE) + COPY,
        ),
    ),
    (
        "webmail, marked up, brackets escaped",
        PERSON,
        in_words(
            head("Mail delivery failed"),
            "<p>Mail to <b>@TO@</b> came back: mailbox f&uuml;ll.</p>"
            "<pre>Message-Id: &lt;@BARE@&gt;</pre>",
            "text/html; charset=utf-8",
        ),
    ),
    (
        "number without brackets",
        PERSON,
        in_words(head("Nondeliverable mail"), "@TO@: refused\nID: @BARE@"),
    ),
    (
        "number broken by an encoding",
        PERSON,
        in_words(head("Nondeliverable mail"), "@TO@ refused\nMessage-Id: @BROKEN@"),
    ),
    (
        "address alone",
        PERSON,
        in_words(head("Mail failure"), "550 5.1.1 <@TO@>: Recipient address rejected"),
    ),
    (
        "address alone, in a language that no table knows",
        PERSON,
        in_words(head("Villa"), UNKNOWN_LANGUAGE),
    ),
    (
        "groupware of the recipient's own address",
        PERSON,
        in_words(
            head("DELIVERY FAILURE: User not listed", "@TO@"),
            "Your message\n\n@SUBJECT@\n\nwas not delivered to: @TO@\nMessage-Id: @ID@",
        ),
    ),
    (
        "a person's code in a foreign tongue",
        PERSON,
        by_postmaster("Villa", UNKNOWN_LANGUAGE),
    ),
    *(
        (f"{lang}, daemon", PERSON, by_daemon(*texts[:2]))
        for lang, texts in LANGUAGES.items()
    ),
    *(
        (f"{lang}, postmaster", PERSON, by_postmaster(*texts[:2]))
        for lang, texts in LANGUAGES.items()
    ),
    *(
        (f"{lang}, robot", PERSON, by_robot(*texts[:2]))
        for lang, texts in LANGUAGES.items()
    ),
)

# -- what has to stay silent ---------------------------------------------------------

READ = in_parts(
    head("Read: @SUBJECT@", "@TO@"),
    words("Your message was read."),
    part(
        "message/disposition-notification",
        "Final-Recipient: rfc822;@TO@\nOriginal-Message-ID: @ID@\n"
        "Disposition: manual-action/MDN-sent-manually; displayed",
    ),
    kind="report; report-type=disposition-notification",
)
EXIM_LATE = (
    "This message was created automatically by mail delivery software.\nA message that "
    "you sent has not yet been delivered to one or more of its\nrecipients after more "
    "than 24 hours on the queue on mx.example.\n\n  @TO@\n\nNo action is required on "
    "your part. Delivery attempts will continue.\n"
)
SILENT = (
    ("delayed", dsn(group(action="delayed", code="4.4.1"))),
    ("delayed, elsewhere", dsn(group(ELSEWHERE, "delayed", "4.4.1"))),
    (
        "delayed, gmail",
        dsn(
            group(action="delayed", code="4.4.1"),
            top=head("Delivery Status Notification (Delay)"),
        ),
    ),
    ("delayed (comment)", dsn(group(action="delayed (will retry)", code="4.0.0"))),
    ("delivered", dsn(group(action="delivered", code="2.0.0"))),
    ("relayed", dsn(group(action="relayed", code="2.0.0"))),
    ("expanded", dsn(group(action="expanded", code="2.0.0"))),
    ("2.0.0 without an action", dsn(group(action="", code="2.0.0"))),
    ("delayed, no number", dsn(group(action="delayed", code="4.4.1"), returned="")),
    ("read", READ),
    (
        "read, by whom it was handed on to",
        READ.replace("From: @TO@", f"From: {ELSEWHERE}"),
    ),
    ("read, a subject alone", in_words(head("Gelesen: @SUBJECT@", ELSEWHERE), "@ID@")),
    (
        "exim late",
        by_daemon("Warning: message 1abc-002-XY delayed 24 hours", EXIM_LATE),
    ),
    (
        "exim late, no number",
        in_words(head("Warning: message 1a delayed 24 hours"), EXIM_LATE),
    ),
    (
        "late, status called a text",
        dsn(group(action="delayed", code="4.4.1"), kind="text/plain"),
    ),
    ("absence", in_words(head("Automatic reply: @SUBJECT@", "@TO@"), f"Away.\n{COPY}")),
    (
        "absence, handed on",
        in_words(head("Abwesenheitsnotiz: @SUBJECT@", ELSEWHERE), f"Bin weg.\n{COPY}"),
    ),
    (
        "absence, whose words speak of delivery",
        in_words(
            head("Automatic reply: @SUBJECT@", "@TO@", ANSWERS)
            + "Auto-Submitted: auto-replied\nIn-Reply-To: @ID@\n",
            "Delivery of answers failed to be prompt; undelivered goods: call Ann.",
        ),
    ),
    (
        "somebody else's message",
        in_words(head("Mail failure"), "550 5.1.1 <x@y.example>: no such user"),
    ),
    *(
        (f"{lang} late, daemon", by_daemon(*texts[2]))
        for lang, texts in LANGUAGES.items()
    ),
    *(
        (f"{lang} late, postmaster", by_postmaster(*texts[2]))
        for lang, texts in LANGUAGES.items()
    ),
)

FAILURES = tuple(Report(*row) for row in (*MACHINE, *WORDS))
CONTROLS = tuple(Report(name, NOTHING, text) for name, text in SILENT)
