"""Who acts where nobody is logged in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """A customer on the page of a case: what happens there is signed with its name.

    It travels in the context, which anybody may send; but nobody outside can make one.
    """

    partner_id: int


def get_author(env, author_id, email_from):
    """Return the author of a message: the visitor, where nobody else is named.

    :param author_id: id of the partner who is named, or None
    :return: id of a partner, or None
    """
    visitor = env.context.get("reminder_visitor")
    if author_id is None and not email_from and isinstance(visitor, Visitor):
        return visitor.partner_id
    return author_id
