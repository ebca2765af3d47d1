"""Pydantic types for the words of the TOML language, each with its pattern; meaning comes later."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from krtracker.model import Actual, Refresh
from krtracker.settings import phrases
from krtracker.settings.phrases import PhraseError

AMOUNT_PATTERN = r"^\s*[+−-]?\s*[^\d\s.,+-]{0,4}\s*[\d.][\d.,_' ]*[^\d]*([\d.]+\s*[a-z]+)?$"
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


def refusal(code: str, says: str, label: str = "", *, hint: str = "") -> PydanticCustomError:
    """An error that the report turns into a problem of that code."""
    context = {"code": code, "says": says, "label": label, "hint": hint}
    return PydanticCustomError("refused", "{says}", context)


def _phrase(read: Callable[[str], Any], sample: str) -> PlainValidator:
    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            hint = f'write it like "{sample}"'
            raise refusal("K005", "must be text", f"this is {describe(value)}", hint=hint)
        try:
            return read(value)
        except PhraseError as error:
            raise refusal("K007", error.says, error.label, hint=error.hint) from None

    return PlainValidator(validate)


def _pattern(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def describe(value: Any) -> str:
    """What a TOML value is, in words."""
    words = {bool: "true or false", str: "text", int: "a whole number", float: "a number"}
    words |= {dict: "a table", list: "a list", date: "a date", datetime: "a date with a time"}
    return words.get(type(value), "a time of day" if isinstance(value, time) else "something else")


def _number(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal("K005", "must be a number", f"this is {describe(value)}")
    if abs(value) > 1e300 or not math.isfinite(value):
        raise refusal("K016", "must be a finite number", "not a number one can measure")
    return float(value)


def _amount(value: Any) -> Any:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        says = 'must be a number, or text such as "38%" or "9 min"'
        raise refusal("K005", says, f"this is {describe(value)}" if value != "" else "empty text")
    return _number(value)


def _target(value: Any) -> Any:
    if isinstance(value, list):
        if len(value) != 2:
            raise refusal("K005", "must have two bounds", hint="write target = [low, high]")
        return [_amount(one) for one in value]
    return _amount(value)


def _zone(value: Any) -> str:
    if not isinstance(value, str):
        raise refusal("K005", "must be text", f"this is {describe(value)}")
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        from krtracker.errors import nearest

        near = nearest(value, sorted(available_timezones()))
        hint = f'did you mean "{near}"?' if near else 'an IANA name such as "Europe/Berlin"'
        raise refusal("K014", "is not a time zone", "not an IANA name", hint=hint) from None
    return value


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str):
        raise refusal("K005", "must be a time of day", f"this is {describe(value)}")
    try:
        return phrases.read_time(value)
    except PhraseError as error:
        raise refusal("K007", error.says, error.label, hint=error.hint) from None


Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, _phrase(phrases.read_share, "95%"), _pattern(phrases.SHARE_PATTERN)]
Duration = Annotated[
    float, _phrase(phrases.read_duration, "30h"), _pattern(phrases.DURATION_PATTERN)
]
Days = Annotated[int, _phrase(phrases.read_days, "3d"), _pattern(phrases.DAYS_PATTERN)]
Schedule = Annotated[
    Refresh, _phrase(phrases.read_refresh, "daily 06:10"), _pattern(phrases.REFRESH_PATTERN)
]
HowActual = Annotated[
    Actual, _phrase(phrases.read_actual, "7d mean"), _pattern(phrases.ACTUAL_PATTERN)
]
Success = Annotated[
    int | None, _phrase(phrases.read_success, "at the end"), _pattern(phrases.SUCCESS_PATTERN)
]
Change = Annotated[
    tuple[float, str],
    _phrase(phrases.read_change, "40% vs same weekday"),
    _pattern(phrases.CHANGE_PATTERN),
]
Clock = Annotated[time, PlainValidator(_clock), _pattern(phrases.TIME_PATTERN)]
Rate = Annotated[str, StringConstraints(pattern=phrases.RATE_PATTERN)]
Quiet = Annotated[str, StringConstraints(pattern=phrases.QUIET_PATTERN)]
Zone = Annotated[str, PlainValidator(_zone), WithJsonSchema({"type": "string"})]
Number = Annotated[float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Amount = Annotated[
    float | str,
    PlainValidator(_amount),
    WithJsonSchema({"type": ["number", "string"], "pattern": AMOUNT_PATTERN}),
]
TargetWords = Annotated[
    float | str | list[float | str],
    PlainValidator(_target),
    WithJsonSchema(
        {
            "type": ["number", "string", "array"],
            "pattern": AMOUNT_PATTERN,
            "items": {"type": ["number", "string"], "pattern": AMOUNT_PATTERN},
            "minItems": 2,
            "maxItems": 2,
        }
    ),
]
