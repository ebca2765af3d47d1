"""Random draws whose sums stay close to what was meant; never seeded by the clock."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import log


class Draws(random.Random):
    """A seeded generator that also draws evenly: small samples then tell the intended story."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._owed: dict[str, float] = {}
        self._decks: dict[Sequence[str], list[str]] = {}

    def whole(self, what: str, amount: float) -> int:
        """`amount` as a whole number; what rounding drops is carried to the next draw of `what`."""
        owed = self._owed.get(what, 0.0) + amount
        drawn = round(owed)
        self._owed[what] = owed - drawn
        return drawn

    def happens(self, what: str, share: float) -> bool:
        """Whether an event of this probability happens, as evenly spread as can be."""
        return self.whole(what, share) > 0

    def card(self, cards: Sequence[str]) -> str:
        """The next card of a shuffled deck, shuffled anew when it is used up."""
        deck = self._decks.setdefault(cards, [])
        if not deck:
            deck.extend(cards)
            self.shuffle(deck)
        return deck.pop()

    def seconds(self, mean: float, spread: float = 0.6) -> int:
        """A length of time from a log-normal law with this mean, at least a second."""
        return max(1, round(self.lognormvariate(log(mean) - spread * spread / 2, spread)))
