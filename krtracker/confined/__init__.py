"""Runs a connector that is not ours in a process of its own, with limits; judges no answer."""

from krtracker.confined.confined import Confined, ConfinedQuery, Limits, confined

__all__ = ["Confined", "ConfinedQuery", "Limits", "confined"]
