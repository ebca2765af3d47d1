"""Every code has a card."""

from __future__ import annotations

import re
from pathlib import Path

import krtracker
from krtracker.settings import CODES


def used() -> set[str]:
    """Every code in the program's text outside the cards."""
    room = Path(krtracker.__file__).parent
    texts = [path.read_text("utf-8") for path in room.rglob("*.py") if path.name != "codes.py"]
    return set(re.findall(r'"(K\d{3})"', "\n".join(texts)))


def test_every_code_in_use_has_a_card_and_no_card_is_idle() -> None:
    assert used() == set(CODES)


def test_a_card_says_a_rule_and_two_examples() -> None:
    for code, card in CODES.items():
        assert card.code == code
        assert card.rule.endswith(".")
        assert card.bad
        assert card.good
        assert card.bad != card.good
