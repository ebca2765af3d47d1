"""The requests of one fetch to Mixpanel, shared by its metrics: sixty an hour are not many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors._answer_shape import Shape
from connectors._asked_once import AskedOnce
from connectors._http import Request
from connectors._standard_terms import Scalar, Where
from krtracker.connector import SourceRejectedError

MIXPANEL = Shape("Mixpanel")
NAMES_A_REQUEST = 50
MOST_SEGMENTS = 1000
ByDay = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counting:
    """What of events is counted over which days: `type` unique or general, by `unit`."""

    type: str
    unit: str
    first: date
    last: date

    @property
    def params(self) -> dict[str, str]:
        return {
            "type": self.type,
            "unit": self.unit,
            "from_date": str(self.first),
            "to_date": str(self.last),
        }


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Which cohorts are followed over which days; `born` starts one, `back` is the return."""

    first: date
    last: date
    born: str | None
    back: str | None
    where: str | None
    recurring: bool
    unbounded: bool

    @property
    def params(self) -> dict[str, str | None]:
        return {
            "from_date": str(self.first),
            "to_date": str(self.last),
            "unit": "day",
            "retention_type": "compounded" if self.recurring else "birth",
            "born_event": self.born,
            "event": self.back,
            "born_where": None if self.recurring else self.where,
            "where": self.where,
            "unbounded_retention": "true" if self.unbounded else None,
        }


class Talk:
    """Announced first (`will_count`, `will_follow`), then asked: the fewest requests."""

    def __init__(self, once: AskedOnce, project: int | None) -> None:
        self._once, self._project = once, project
        self._names: dict[Counting, set[str]] = {}
        self._longest: dict[Cohorts, int] = {}

    def will_count(self, counting: Counting, names: Iterable[str]) -> None:
        self._names.setdefault(counting, set()).update(names)

    def will_follow(self, cohorts: Cohorts, days: int) -> None:
        self._longest[cohorts] = max(days, self._longest.get(cohorts, 0))

    def ask(self, path: str, **params: Any) -> Any:
        """The JSON of one request of the project."""
        return self._once.json(Request(path, params={"project_id": self._project, **params}))

    def counts(self, counting: Counting, names: tuple[str, ...]) -> dict[str, ByDay]:
        """Numbers by day of each event; an event that the project lacks has none."""
        every = sorted({*self._names.get(counting, ()), *names})
        parts = [every[n : n + NAMES_A_REQUEST] for n in range(0, len(every), NAMES_A_REQUEST)]
        found: dict[str, Any] = {}
        for part in parts:
            own = [name for name in part if name in names]
            if own:
                found.update(self._counted(counting, part, own))
        return {name: MIXPANEL.table(found[name]) for name in names if name in found}

    def segmented(
        self, counting: Counting, event: str, *, where: str | None, on: str | None
    ) -> dict[str, ByDay]:
        """Numbers by day of each segment of one event; without `on` there is only one."""
        limit = MOST_SEGMENTS if on is not None else None
        told = self.ask(
            "segmentation", event=event, where=where, on=on, limit=limit, **counting.params
        )
        MIXPANEL.items(told, "data", "series")
        values = MIXPANEL.table(told, "data", "values")
        if limit is not None and len(values) >= limit:
            raise SourceRejectedError(f"more than {limit:,} segments: choose another `by`")
        return {name: MIXPANEL.table(values, name) for name in values}

    def cohorts(self, cohorts: Cohorts, days: int) -> dict[str, Any]:
        """By day of birth: `first`, the size, and `counts` by 24 hours since."""
        longest = max(days, self._longest.get(cohorts, 0))
        return MIXPANEL.table(self.ask("retention", **cohorts.params, interval_count=longest + 1))

    def _counted(self, counting: Counting, part: list[str], own: list[str]) -> dict[str, Any]:
        """The values of some events together; of its own alone where together is refused."""
        try:
            told = self.ask("events", event=json.dumps(part), **counting.params)
        except SourceRejectedError:
            if self._once.locked_out or part == own:
                raise
            told = self.ask("events", event=json.dumps(own), **counting.params)
        MIXPANEL.items(told, "data", "series")
        return MIXPANEL.table(told, "data", "values")


def expression(where: Where | None) -> str | None:
    """The conditions as Mixpanel's filter expression; a name `user.x` is one of the person."""
    both = [_one_of(name, one) for name, one in (where or {}).items()]
    return " and ".join(both) or None


def named(name: str) -> str:
    """A property in Mixpanel's expressions."""
    kind, dot, rest = name.partition(".")
    of_user = bool(dot) and kind == "user"
    return f"{'user' if of_user else 'properties'}[{json.dumps(rest if of_user else name)}]"


def _one_of(name: str, value: Scalar | list[Scalar]) -> str:
    values = value if isinstance(value, list) else [value]
    return f"({' or '.join(f'{named(name)} == {json.dumps(one)}' for one in values)})"


def ratio(goals: Mapping[str, Any], starts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of day, numerator and denominator, of the days on which anyone started."""
    return [(day[:10], goals.get(day, 0), n) for day, n in starts.items() if n != 0]
