"""Reads JSON as strictly as numbers deserve: what is no plain JSON is refused, never repaired."""

from __future__ import annotations

import json
import math
from typing import Any

LONGEST_NUMBER = 300
"""Digits; a longer whole number is no float any more."""


class StrictJsonError(ValueError):
    """Why a text is not taken as JSON, in a few words."""


def strict(body: bytes) -> Any:
    """The value of a JSON text in UTF-8, 16 or 32.

    Raises StrictJsonError for NaN, Infinity and 1e999, a number of more than 300 digits, a key
    that is there twice, nesting deeper than the interpreter follows, and text cut short.
    """
    try:
        text = body.decode(json.detect_encoding(body))
    except UnicodeDecodeError:
        raise StrictJsonError("it is not UTF-8") from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_short,
        )
    except RecursionError:
        raise StrictJsonError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
            raise StrictJsonError(f"it ends too early, after {len(body):,} bytes") from None
        raise StrictJsonError(f"{error.msg} at character {error.pos:,}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise StrictJsonError(f"the key {twice[:40]!r} is there twice in one object")
    return made


def _no_number(word: str) -> float:
    raise StrictJsonError(f"{word} is no number of JSON")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise StrictJsonError(f"the number {text[:20]} is beyond all bounds")
    return value


def _short(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise StrictJsonError(f"a number of {len(text):,} digits")
    return int(text)
