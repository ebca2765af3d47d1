"""Puts a window's days into a request as values; never into the structure of a body or address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from krtracker.connector import Secret, Window

EDGES = ("start", "last", "end")
FORMS = ("", "_utc", "_local", "_epoch", "_ms")
NAMES = (*(f"{edge}{form}" for edge in EDGES for form in FORMS), "zone")
"""`start` is the first day, `last` the last one, `end` the day after it."""

PLACEHOLDER = re.compile(rf"\{{({'|'.join(NAMES)})(?::((?:%\w|[^%{{}}])+))?\}}")
LOOKS_LIKE_ONE = re.compile(r"\{(\w*)(?::[^{}]*)?\}")


def check_placeholders(text: str) -> None:
    """Raises ValueError for `{strat}`: a name in braces that is no placeholder."""
    for found in LOOKS_LIKE_ONE.finditer(text):
        if not PLACEHOLDER.fullmatch(found[0]):
            raise ValueError(f"`{found[0]}` is no placeholder: one of {', '.join(NAMES)}")


def uses_window(value: Any) -> bool:
    """Whether any text of the value, however deep, holds a placeholder."""
    if isinstance(value, str):
        return PLACEHOLDER.search(value) is not None
    inner = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, (Mapping, list, tuple)) and any(map(uses_window, inner))


def holds_secret(value: Any) -> bool:
    """Whether a reference to a secret stands in the value, however deep."""
    inner = value.values() if isinstance(value, Mapping) else value
    nested = isinstance(value, (Mapping, list, tuple)) and any(map(holds_secret, inner))
    return isinstance(value, Secret) or nested


def bound(value: Any, window: Window) -> Any:
    """The value with its placeholders filled; a text that is one number's placeholder is that
    number, so that a body of JSON holds 1772323200 and not "1772323200"."""
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value)
        return _filled(whole, window) if whole else _text(value, window)
    if isinstance(value, Mapping):
        return {key: bound(one, window) for key, one in value.items()}
    return [bound(one, window) for one in value] if isinstance(value, (list, tuple)) else value


def bound_path(path: str, window: Window) -> str:
    """The path with its placeholders filled, each as part of one segment."""
    return PLACEHOLDER.sub(lambda found: quote(str(_filled(found, window)), safe=""), path)


def _text(text: str, window: Window) -> str:
    return PLACEHOLDER.sub(lambda found: str(_filled(found, window)), text)


def _filled(found: re.Match[str], window: Window) -> str | int:
    name, pattern = found[1], found[2]
    if name == "zone":
        return window.zone
    edge, _, form = name.partition("_")
    moment = _day(edge, window) if not form else _instant(edge, form, window)
    if form in ("epoch", "ms"):
        seconds = round(moment.timestamp()) if isinstance(moment, datetime) else 0
        return seconds if form == "epoch" else seconds * 1000 + (999 if edge == "last" else 0)
    if pattern:
        return moment.strftime(pattern)
    return moment.isoformat().replace("+00:00", "Z" if form == "utc" else "+00:00")


def _day(edge: str, window: Window) -> date | datetime:
    return {"start": window.first, "last": window.last, "end": window.end}[edge]


def _instant(edge: str, form: str, window: Window) -> datetime:
    """The first instant of the window, its last whole second, or the first one after it."""
    start, end = window.start_utc, window.end_utc
    moment = {"start": start, "last": end - timedelta(seconds=1), "end": end}[edge]
    return moment.astimezone(ZoneInfo(window.zone) if form == "local" else UTC)
