"""Mails that come to the address for bounces, as mail servers write them."""

POSTFIX = """Return-Path: <>
Delivered-To: bounce@company.example
Date: Tue, 15 Sep 2026 08:00:07 +0000
From: MAILER-DAEMON@mx.company.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounce@company.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="4C1F2.1789459207/mx.company.example"
Message-Id: <{number}@mx.company.example>

This is a MIME-encapsulated message.

--4C1F2.1789459207/mx.company.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

--4C1F2.1789459207/mx.company.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.company.example
X-Postfix-Queue-ID: 4C1F2
X-Postfix-Sender: rfc822; bounce@company.example
Arrival-Date: Tue, 15 Sep 2026 08:00:01 +0000

Final-Recipient: rfc822; {final}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.nordlys.example
Diagnostic-Code: smtp; {diagnostic}

--4C1F2.1789459207/mx.company.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <bounce@company.example>
Message-Id: {message_id}
Subject: Reminder RC00001
From: "Company" <books@company.example>
To: "Customer" <{recipient}>
Date: Tue, 15 Sep 2026 08:00:00 -0000
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

You owe 1000.0

--4C1F2.1789459207/mx.company.example--
"""

#: The headers alone come back, and the server gave the mail a number of its own.
EXCHANGE = """From: <postmaster@nordlys.example>
To: <bounce@company.example>
Date: Tue, 15 Sep 2026 08:00:09 +0000
Subject: Undeliverable: Reminder RC00001
Message-ID: <{number}@nordlys.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1_0c2"
Auto-Submitted: auto-replied

--b1_0c2
Content-Type: text/html; charset="us-ascii"

<html><body>Your message couldn't be delivered.</body></html>

--b1_0c2
Content-Type: message/delivery-status

Reporting-MTA: dns;DB9PR01.eurprd01.prod.example
Received-From-MTA: dns;mx.company.example

Final-Recipient: rfc822;{final}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{diagnostic}

--b1_0c2
Content-Type: text/rfc822-headers

Message-ID: <0001@DB9PR01.eurprd01.prod.example>
X-Microsoft-Original-Message-ID:
 {message_id}
From: "Company" <books@company.example>
To: "Customer" <{recipient}>
Subject: Reminder RC00001

--b1_0c2--
"""

#: An answering machine writes to where bounces go (RFC 3834).
OUT_OF_OFFICE = """Return-Path: <>
From: "Customer" <{recipient}>
To: bounce@company.example
Date: Tue, 15 Sep 2026 08:00:05 +0000
Subject: Automatic reply: Reminder RC00001
Message-Id: <{number}@nordlys.example>
In-Reply-To: {message_id}
References: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

I am out of the office. Delivery of answers failed to be prompt.
"""

#: The customer has opened the mail (RFC 8098).
READ = """From: "Customer" <{recipient}>
To: bounce@company.example
Date: Tue, 15 Sep 2026 08:05:00 +0000
Subject: Read: Reminder RC00001
Message-Id: <{number}@nordlys.example>
References: {message_id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="r"

--r
Content-Type: text/plain

Your message was read.

--r
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{recipient}
Original-Message-ID: {message_id}
Disposition: manual-action/MDN-sent-manually; displayed

--r
Content-Type: text/rfc822-headers

Message-Id: {message_id}
Subject: Reminder RC00001

--r--
"""

#: No part for machines, as some old servers write it.
QMAIL = """Return-Path: <>
From: MAILER-DAEMON@nordlys.example
To: bounce@company.example
Date: Tue, 15 Sep 2026 08:00:04 +0000
Subject: failure notice
Message-Id: <{number}@nordlys.example>

Hi. This is the qmail-send program at nordlys.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{recipient}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-Id: {message_id}
Subject: Reminder RC00001
"""

#: For people only, and without the message that it is about.
WEBMAIL = """Return-Path: <>
From: "Mail Delivery System" <mailer-daemon@webmail.example>
To: bounce@company.example
Date: Tue, 15 Sep 2026 08:00:04 +0000
Subject: Mail delivery failed
Message-Id: <{number}@webmail.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>Your mail to <b>{recipient}</b> came back: mailbox f&uuml;ll.</p>
<pre>Message-Id: &lt;{bare_id}&gt;</pre></body></html>
"""
