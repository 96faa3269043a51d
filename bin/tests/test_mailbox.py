"""The page on which the e-mails of the demo are read shows all of each mail."""

from datetime import datetime

from demo_run import mailbox_page
from demo_run.letterbox import EMAIL, Message

MAIL = Message(
    number=1,
    kind=EMAIL,
    recipient="a@x.example",
    date=datetime(2026, 11, 29, 8),
    content="Subject: A\nFrom: s@x.example\nContent-Type: text/html\n\n<p>The end</p>",
)


def test_the_frame_is_as_long_as_its_mail_and_runs_nothing():
    page = mailbox_page.render_message(MAIL, {})
    assert mailbox_page.FIT in page
    # To tell how long a mail is, the page around it must be of the same origin.
    assert "allow-same-origin" in mailbox_page.SANDBOX
    assert "allow-scripts" not in mailbox_page.SANDBOX
    assert f'sandbox="{mailbox_page.SANDBOX}"' in page
    assert f"sandbox {mailbox_page.SANDBOX};" in mailbox_page.MAIL_POLICY
    assert "default-src 'none'" in mailbox_page.MAIL_POLICY
