"""What is left out of texts and facts that others than the customer get to see."""

import json
import re

from ..rules import guard

#: By what a link opens the page of a case, or an invoice of Odoo's portal.
_KEY = re.compile(r"(access_token=)[\w-]+")


def hide_keys(part):
    """Return what is shown to others than the customer, without keys of links.

    :param part: a text, or what JSON can hold
    """
    if isinstance(part, str):
        return _KEY.sub(r"\1left-out", part)
    if isinstance(part, dict):
        return {name: hide_keys(value) for name, value in part.items()}
    if isinstance(part, list):
        return [hide_keys(value) for value in part]
    return part


def strip_facts(text):
    """Return facts of the guard as JSON without anybody's address."""
    facts = guard.Facts.from_json(text).to_trail()
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))
