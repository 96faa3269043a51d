"""How one message leaves, outside of any transaction."""

import time
from urllib.parse import urlsplit, urlunsplit

from odoo.addons.payment_reminders.http import Door, Patience

from .rules import signing

#: Seconds: a receiver stores a message and answers; it works afterwards.
PATIENCE = Patience(10, 10, 15)


class Wire:
    """Speaks with one receiver.

    :param url: its address
    :param keys: the secrets that messages are signed with
    """

    def __init__(self, url, keys):
        parts = urlsplit(url)
        self.keys = keys
        self.path = urlunsplit(("", "", parts.path, parts.query, ""))
        # The path is often all that a receiver asks for, as good as a password.
        self.door = Door(
            f"{parts.scheme}://{parts.netloc}",
            secrets=[*keys, self.path.strip("/")],
            patience=PATIENCE,
        )

    def tell(self, key, body):
        """Send one message; never raises.

        :param key: by which the receiver knows it again
        :param body: bytes
        :return: http.Answer
        """
        headers = signing.make_headers(self.keys, key, int(time.time()), body)
        return self.door.send(self.path, data=body, headers=headers, wants="bytes")
