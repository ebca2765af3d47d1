"""The body of a push as rows, with every mistake named by its place; stores and judges nothing."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from krtracker.daemon.refusals import Flaw, RefusedError
from krtracker.errors import nearest

FIELDS = ("day", "value", "weight", "numerator", "denominator", "segment")
MOST_POINTS = 10_000
MOST_FLAWS = 20
LONGEST_TEXT = 200
FIRST_DAY = date(1970, 1, 1)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
Row = dict[str, Any]


@dataclass(frozen=True)
class Body:
    """What a push says: rows of `day`, `value`, `weight` and `segment`, and a note."""

    rows: Sequence[Row]
    note: str = ""


def read_body(body: bytes, kind: str, today: date) -> Body:
    """The body of a push in JSON or CSV. Raises RefusedError with all its mistakes.

    `today` is the metric's: no later day is taken.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"the body is not UTF-8 text (byte {error.start})") from None
    given, note = (_from_csv(text), "") if kind == "text/csv" else _from_json(text)
    if not given:
        raise RefusedError(422, 'there is no point: write {"points": [{"day": ..., "value": ...}]}')
    if len(given) > MOST_POINTS:
        words = f"{len(given):,} points are too many: send at most {MOST_POINTS:,} at once"
        raise RefusedError(413, words)
    reading = _Reading(today)
    rows = [reading.row(at, raw) for at, raw in given]
    reading.finish()
    return Body(rows, note)


def _from_json(text: str) -> tuple[list[tuple[str, Any]], str]:
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        words = f"the body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise RefusedError(400, words) from None
    except ValueError as error:
        raise RefusedError(400, f"the body is not JSON: {error}") from None
    except RecursionError:
        raise RefusedError(400, "the body is nested too deeply") from None
    if not isinstance(found, dict) or not isinstance(found.get("points"), list):
        words = 'the body must be an object {"points": [{"day": "2026-11-20", "value": 12.5}]}'
        raise RefusedError(422, words)
    flaws = [_unknown(name, name, ("points", "note")) for name in found.keys() - {"points", "note"}]
    note = found.get("note", "")
    if not _is_plain(note):
        flaws.append(Flaw("note", f"must be one line of at most {LONGEST_TEXT} characters"))
    if flaws:
        raise RefusedError(422, _summary(flaws), flaws)
    return [(f"points[{number}]", one) for number, one in enumerate(found["points"])], note


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has the same name twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number in JSON")


def _from_csv(text: str) -> list[tuple[str, Any]]:
    lines = csv.reader(io.StringIO(text), strict=True)
    try:
        return list(_csv_rows(lines, _heading(next(lines, []))))
    except csv.Error as error:
        raise RefusedError(400, f"line {lines.line_num} is not CSV: {error}") from None


def _heading(cells: Sequence[str]) -> list[str]:
    names = [one.strip().lower() for one in cells]
    flaws = [_unknown("line 1", one, FIELDS) for one in names if one not in FIELDS]
    if any(";" in one or "\t" in one for one in names):
        flaws = [Flaw("line 1", "separate the columns by commas, and write 41.5 with a point")]
    elif len(set(names)) < len(names) or "day" not in names:
        words = "must name the columns, each once: day,value[,weight][,segment]"
        flaws = [Flaw("line 1", words), *flaws]
    if flaws:
        raise RefusedError(422, _summary(flaws), flaws[:MOST_FLAWS])
    return names


def _csv_rows(lines: Any, heading: list[str]) -> Iterator[tuple[str, Any]]:
    for line in lines:
        at, cells = f"line {lines.line_num}", [one.strip() for one in line]
        if len(cells) != len(heading) and any(cells):
            yield at, f"{len(cells)} cells for {len(heading)} columns"
        elif any(cells):
            named = zip(heading, cells, strict=True)
            yield at, {name: _cell(name, one) for name, one in named if one}


def _cell(name: str, text: str) -> Any:
    if name in ("day", "segment") or not NUMBER.fullmatch(text):
        return text
    return float(text)


@dataclass
class _Reading:
    """One pass over the points that remembers what is wrong with them."""

    today: date
    flaws: list[Flaw] = field(default_factory=list)
    seen: dict[tuple[Any, str], tuple[str, Row]] = field(default_factory=dict)

    def row(self, at: str, raw: Any) -> Row:
        if not isinstance(raw, Mapping):
            words = raw if isinstance(raw, str) and at[0] == "l" else 'write {"day": ..., ...}'
            self.flaws.append(Flaw(at, words))
            return {}
        before = len(self.flaws)
        self.flaws += [_unknown(f"{at}.{name}", name, FIELDS) for name in raw if name not in FIELDS]
        row: Row = {"day": self._day(f"{at}.day", raw.get("day"))}
        row["segment"] = self._segment(f"{at}.segment", raw.get("segment", ""))
        row["value"], row["weight"] = self._numbers(at, raw)
        if len(self.flaws) == before:
            self._once(at, row)
        return row

    def finish(self) -> None:
        """Raises RefusedError when anything was wrong."""
        if not self.flaws:
            return
        shown = self.flaws[:MOST_FLAWS]
        if len(self.flaws) > len(shown):
            shown.append(Flaw("points", f"... and {len(self.flaws) - len(shown):,} more"))
        raise RefusedError(422, _summary(self.flaws), shown)

    def _once(self, at: str, row: Row) -> None:
        first, known = self.seen.setdefault((row["day"], row["segment"]), (at, row))
        if known != row:
            words = f"the same day as {first} with another value: keep one of them"
            self.flaws.append(Flaw(at, words))

    def _day(self, at: str, given: Any) -> str:
        found = _day_of(given)
        if given is None:
            self.flaws.append(Flaw(at, "is missing: write the day it was measured, as 2026-11-20"))
        elif found is None:
            self.flaws.append(Flaw(at, f"{_shown(given)} is no day: write it as 2026-11-20"))
        elif found > self.today:
            words = f"{found} is still to come: today is {self.today} where the metric is measured"
            self.flaws.append(Flaw(at, words))
        elif found < FIRST_DAY:
            self.flaws.append(Flaw(at, f"{found} is before 1970: check the year"))
        return str(given)

    def _segment(self, at: str, given: Any) -> str:
        if not _is_plain(given):
            self.flaws.append(Flaw(at, f"must be text of at most {LONGEST_TEXT} characters"))
        return str(given)

    def _numbers(self, at: str, raw: Mapping[str, Any]) -> tuple[float, float | None]:
        """The value and the weight; a numerator over a denominator is a value of that weight."""
        if "numerator" not in raw and "denominator" not in raw:
            weight = raw.get("weight")
            if weight is not None:
                weight = self._number(f"{at}.weight", weight, least=0.0)
            return self._number(f"{at}.value", raw.get("value")), weight
        if "value" in raw or "weight" in raw:
            self.flaws.append(Flaw(at, "give a value, or numerator and denominator, not both"))
        before = len(self.flaws)
        above = self._number(f"{at}.numerator", raw.get("numerator"))
        below = self._number(f"{at}.denominator", raw.get("denominator"), least=0.0)
        if below:
            return above / below, below
        if above and len(self.flaws) == before:
            self.flaws.append(Flaw(at, f"a numerator of {above:g} over a denominator of 0"))
        return 0.0, 0.0

    def _number(self, at: str, given: Any, *, least: float = -math.inf) -> float:
        number = _finite(given)
        if number is None:
            self.flaws.append(Flaw(at, _not_a_number(given)))
            return 0.0
        if number < least:
            self.flaws.append(Flaw(at, f"{number:g} is below {least:g}"))
        return number


def _day_of(given: Any) -> date | None:
    if not isinstance(given, str) or not ISO_DAY.fullmatch(given):
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _finite(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        number = float(given)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _not_a_number(given: Any) -> str:
    if given is None:
        return (
            "is missing: write a number; to take a day back: krtracker record METRIC --retract "
            "--day DAY"
        )
    if isinstance(given, str) and NUMBER.fullmatch(given.strip()):
        return f"{_shown(given)} is text: write {given.strip()} without quotes"
    if isinstance(given, str) and given.strip().endswith("%"):
        return f"{_shown(given)} is text: write a share as a number, 45% is 0.45"
    return f"{_shown(given)} is no finite number: write it as 1234.5"


def _is_plain(given: Any) -> bool:
    return isinstance(given, str) and given.isprintable() and len(given) <= LONGEST_TEXT


def _shown(given: Any) -> str:
    """What was given, short enough for a message."""
    text = json.dumps(given)
    return text if len(text) <= 40 else text[:37] + "..."


def _unknown(at: str, name: str, known: Iterable[str]) -> Flaw:
    near = nearest(name, list(known))
    hint = f"did you mean `{near}`?" if near else f"known: {', '.join(known)}"
    return Flaw(at[:LONGEST_TEXT], f"unknown field `{name[:LONGEST_TEXT]}`: {hint}")


def _summary(flaws: Sequence[Flaw]) -> str:
    others = len(flaws) - 1
    more = f" (and {others} more mistake{'s' if others > 1 else ''})" if others else ""
    return f"{flaws[0].at}: {flaws[0].message}{more}; nothing was stored"
