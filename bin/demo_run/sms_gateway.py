"""The gateway that Odoo's SMS go to, in the words of Odoo's own service."""

from __future__ import annotations

from typing import Any

import phonenumbers

from .clock import Clock
from .letterbox import Letterbox

SEND_PATH = "/api/sms/3/send"


class SmsGateway:
    """Answers the JSON-RPC call by which Odoo hands over SMS."""

    def __init__(self, letterbox: Letterbox, clock: Clock) -> None:
        self.letterbox = letterbox
        self.clock = clock

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take the messages of one call and say what became of each.

        :param request: the JSON-RPC request
        :return: the JSON-RPC response
        """
        params = request["params"]
        results = [
            {"uuid": to["uuid"], "credit": 0, "state": self._take(params, batch, to)}
            for batch in params["messages"]
            for to in batch["numbers"]
        ]
        return {"jsonrpc": "2.0", "id": request.get("id"), "result": results}

    def _take(
        self, params: dict[str, Any], batch: dict[str, Any], to: dict[str, str]
    ) -> str:
        if not params.get("account_token"):
            return "unregistered"
        if not is_valid(to["number"]):
            return "wrong_number_format"
        self.letterbox.put_sms(to["number"], batch["content"], self.clock.now())
        return "success"


def is_valid(number: str) -> bool:
    """Tell whether this can be a telephone number, country code included."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
