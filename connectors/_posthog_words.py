"""Words of HogQL that the standard metrics are made of; every value is bound, none is pasted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connectors._posthog_options import PosthogQuery
from connectors._standard_terms import Events, Where, listed, texts
from krtracker.connector import Window

EVENTS_COLUMNS = ("event", "distinct_id")
PERSON = "person."


@dataclass
class Words:
    """What one query is made of; `values` grow with each `bind`."""

    query: PosthogQuery
    window: Window
    mark: str = "v"
    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        """The placeholder of a value."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return f"{{{name}}}"
        name = f"{self.mark}{len(self.values)}"
        self.values[name] = value
        return f"{{{name}}}"

    def day(self, instant: str = "timestamp") -> str:
        """The civil day of an instant in the metric's zone.

        HogQL's `toDate` takes what it cannot type (a min of instants) for text; `_toDate` does not.
        """
        return f"_toDate(toTimeZone({instant}, {self.bind(self.window.zone)}))"

    def since(self, days: int = 0, instant: str = "timestamp") -> str:
        """At or after the window's first instant, or that of so many days before."""
        first = self.window.first - timedelta(days=days)
        return f"{instant} >= {self._instant(replace(self.window, first=first).start_utc)}"

    def until(self, days: int = 0, instant: str = "timestamp") -> str:
        """Before the window's end, or so many days after it."""
        last = self.window.last + timedelta(days=days)
        return f"{instant} < {self._instant(replace(self.window, last=last).end_utc)}"

    def inside(self, instant: str = "timestamp") -> str:
        return f"{self.since(instant=instant)} AND {self.until(instant=instant)}"

    def days_inside(self, day: str = "day") -> str:
        """A column of days, of which only the window's are kept."""
        first, last = self.bind(str(self.window.first)), self.bind(str(self.window.last))
        return f"{day} >= toDate({first}) AND {day} <= toDate({last})"

    def condition(self, events: Events | None = None) -> str:
        """Qualifies an event: these events (else the query's), `exclude` and `where`."""
        names = listed(events if events is not None else self.query.events)
        both = [f"event IN ({self._all(names)})"] if names else []
        if excluded := listed(self.query.exclude):
            both.append(f"event NOT IN ({self._all(excluded)})")
        return " AND ".join((*both, *self._where(self.query.where))) or "true"

    def segment(self) -> str:
        """The text of the column that tells segments apart, or an empty one."""
        if self.query.by is None:
            return "''"
        return f"ifNull(nullIf(toString({column(self.query.by)}), ''), '(none)')"

    def _instant(self, instant: Any) -> str:
        return f"fromUnixTimestamp({self.bind(int(instant.timestamp()))})"

    def _where(self, where: Where | None) -> list[str]:
        return [
            f"ifNull(toString({column(name)}), '') IN ({self._all(texts(value))})"
            for name, value in (where or {}).items()
        ]

    def _all(self, values: tuple[str, ...]) -> str:
        return ", ".join(map(self.bind, values))


def column(name: str) -> str:
    """A property of the event; `person.NAME` is one of the person, `event` the event itself."""
    if name in EVENTS_COLUMNS:
        return name
    if name.startswith(PERSON):
        return f"person.properties.{_quoted(name.removeprefix(PERSON))}"
    return f"properties.{_quoted(name)}"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"
