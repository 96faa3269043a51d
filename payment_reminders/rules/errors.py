"""What is wrong with values that a rule cannot work with."""

from __future__ import annotations


class RuleError(ValueError):
    """Values that make no sense to a rule.

    :param code: what is wrong; each rule has its own
    :param data: the values at fault
    """

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(f"{code}: {data}")
        self.code = code
        self.data = data
