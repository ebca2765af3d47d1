"""The rule behind each code, with a bad and a good example; `explain` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeCard:
    """One code: the rule in a sentence, what breaks it, what keeps it."""

    code: str
    rule: str
    bad: str
    good: str


CODES: Mapping[str, CodeCard] = {}
