"""The path a key result is expected to take: phrases, dated points, weekday weights (R8)."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any

from krtracker.errors import nearest
from krtracker.model import Pace, PacePoint
from krtracker.settings.aims import Goal
from krtracker.settings.fields import describe

WORDS = ("linear", "weekday", "geometric", "s-curve", "hold", "last-year")
HINT = (
    '"linear", "weekday", "geometric", "s-curve", "hold", "step 2026-11-15", "last-year" or points'
)
ON_THE_WAY = re.compile(r"(\d+(?:\.\d+)?)\s*% of the way")


def read_pace(goal: Goal) -> Pace:
    """The path; linear where none is written or it cannot be read (which is reported)."""
    raw, at = goal.entry.table.pace, goal.at("pace")
    if raw is None:
        return Pace()
    if isinstance(raw, list):
        return _points(goal, raw)
    if isinstance(raw, dict):
        return _weekdays(goal, raw)
    if not isinstance(raw, str):
        goal.refuse("K005", "must be a path", at, label=f"this is {describe(raw)}", hint=HINT)
        return Pace()
    if raw in WORDS:
        return Pace(raw, text=raw)
    if found := re.fullmatch(r"step (\d{4}-\d\d-\d\d)", raw):
        return _step(goal, found[1])
    near = nearest(raw, WORDS)
    hint = f'did you mean "{near}"?' if near else HINT
    goal.refuse("K007", "is not a path", at, label=f"`{raw}`", hint=hint)
    return Pace()


def _step(goal: Goal, text: str) -> Pace:
    at = goal.at("pace")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        goal.refuse("K007", "is not a path", at, label=f"there is no day {text}")
        return Pace()
    if day not in goal.span:
        goal.refuse("K015", "steps outside its time", at, label=f"it runs {goal.span}")
    return Pace("step", step=day, text=f"step {text}")


def _weekdays(goal: Goal, raw: dict[str, Any]) -> Pace:
    at, weights = goal.at("pace"), raw.get("weekday")
    hint = "write pace = { weekday = [1, 1, 1, 1, 1, 0.4, 0.3] }, Monday first"
    fits = set(raw) == {"weekday"} and isinstance(weights, list) and len(weights) == 7
    if not fits or not all(_is_weight(one) for one in weights or ()) or not sum(weights or ()):
        goal.refuse("K005", "must have seven weights", at, label="one a weekday", hint=hint)
        return Pace()
    return Pace(
        "weekday", weekday_weights=tuple(float(one) for one in weights or ()), text="weekday"
    )


def _is_weight(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and value >= 0


def _points(goal: Goal, raw: list[Any]) -> Pace:
    found: list[PacePoint] = []
    for number, one in enumerate(raw):
        point = _point(goal, one, number)
        if point is None:
            continue
        at = goal.at("pace", number, 0)
        if point.day not in goal.span:
            goal.refuse("K015", "has a point outside its time", at, label=f"it runs {goal.span}")
        elif found and point.day <= found[-1].day:
            goal.refuse("K015", "has points out of order", at, label=f"after {found[-1].day}")
        else:
            found.append(point)
    if not raw:
        goal.refuse("K005", "has no points", goal.at("pace"), hint=HINT)
    text = "points" if found else "linear"
    return Pace(text, points=tuple(found), text=text)


def _point(goal: Goal, raw: Any, number: int) -> PacePoint | None:
    at = goal.at("pace", number)
    if not isinstance(raw, list) or len(raw) != 2:
        hint = 'write [[2026-11-01, 43_500], [2026-12-15, "80% of the way"]]'
        goal.refuse("K005", "has a point that is not [date, quantity]", at, hint=hint)
        return None
    day, quantity = raw
    if not isinstance(day, date) or isinstance(day, datetime):
        label = f"this is {describe(day)}"
        goal.refuse("K005", "has a point without a date", goal.at("pace", number, 0), label=label)
        return None
    if isinstance(quantity, str) and (found := ON_THE_WAY.fullmatch(quantity.strip())):
        return PacePoint(day, share=float(found[1]) / 100)
    value = goal.quantity(quantity, "pace", number, 1)
    return None if value is None else PacePoint(day, quantity=value)
