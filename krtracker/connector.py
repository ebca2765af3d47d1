"""The contract between krtracker and a source: what is asked, what is answered, how it fails.

A connector answers a query over a window of days with dated points, and knows nothing else: no
store, no settings, no schedule, no threads. This room holds the words of that talk and no logic.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from krtracker.model import Point
from krtracker.periods import Window

__all__ = [
    "STANDARD_METRICS",
    "Answer",
    "Ask",
    "Bucket",
    "Connector",
    "ConnectorError",
    "ConnectorType",
    "Deadline",
    "Examines",
    "Explained",
    "Explains",
    "Explores",
    "Finding",
    "Interval",
    "Options",
    "Point",
    "Secret",
    "SourceRejectedError",
    "SourceUnavailableError",
    "UnexpectedAnswerError",
    "Window",
]

STANDARD_METRICS = (
    "dau",
    "wau",
    "mau",
    "stickiness",
    "sessions",
    "session_duration",
    "retention",
    "sign_ups",
    "new_users",
    "activation",
    "conversion",
    "growth",
    "bounce_rate",
    "events_per_session",
    "event_count",
)
"""The standard metric names every connector shares (metrics.md, decisions.md 25)."""


class Secret:
    """A text that must never be seen: prints as `***`; `reveal()` gives it to a driver."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a secret is never written anywhere")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        made = core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
        return core_schema.union_schema([core_schema.is_instance_schema(cls), made])

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string"}


class Options(BaseModel):
    """Base of a connector's own TOML tables: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True
    )


Q_co = TypeVar("Q_co", bound=Options, covariant=True)
Q_contra = TypeVar("Q_contra", bound=Options, contravariant=True)


@dataclass(frozen=True)
class Ask(Generic[Q_co]):
    """One question: a query table of this connector and the window it is asked over."""

    query: Q_co
    window: Window


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said: points oldest first, one a day and segment, inside the window, finite.

    No points means "asked, and nothing there": neither an error nor zero. `notes` are facts the
    reader of the number should know (sampled, thresholded, provisional); `rows` is how many rows
    the source sent; `parameters` are the values bound to the query, for the receipt.
    """

    points: Sequence[Point]
    notes: tuple[str, ...] = ()
    rows: int = 0
    parameters: dict[str, str] = field(default_factory=dict)


class ConnectorError(Exception):
    """Base of the three failures a connector raises on purpose; the message holds no secret."""


class SourceUnavailableError(ConnectorError):
    """Ask again later: timeouts, 429, 5xx, refused. `retry_after` is in seconds where known."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceRejectedError(ConnectorError):
    """No use asking until a person changes something: 401, 403, 404, bad SQL, missing file."""


class UnexpectedAnswerError(ConnectorError):
    """It answered, but not what the query promised: missing column, text, NULL, NaN, two rows."""


class Deadline:
    """A point on the monotonic clock by which everything must have ended; seconds throughout."""

    __slots__ = ("_clock", "_end", "_seconds")

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock() + seconds

    def restart(self) -> None:
        """Gives the whole time again; called by the core before each fetch."""
        self._end = self._clock() + self._seconds

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - self._clock())

    @property
    def expired(self) -> bool:
        return self.remaining() <= 0.0

    def check(self, doing: str) -> None:
        """Raises SourceUnavailableError when the time is over."""
        if self.expired:
            raise SourceUnavailableError(f"the deadline passed while {doing}")


class Connector(Protocol[Q_contra]):
    """An open source; Q is its query table."""

    def fetch(
        self, asks: Sequence[Ask[Q_contra]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        """One result per ask, in order: an Answer, or the failure of that ask alone."""
        ...

    def close(self) -> None:
        """Lets go of everything held; called from any thread, more than once."""
        ...


Interval = Literal["hour", "day", "week", "month", "range"]
"""The buckets a standard metric can be tried in; `range` is the whole window at once."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One statement as it will be sent, and the values that are bound to it."""

    text: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bucket:
    """The value of a run of time, named by its civil day or hour, or by its first and last day."""

    label: str
    value: float
    weight: float | None = None
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an examination found: `verdict` is ok, warn or FAIL; `fix` is what to do next."""

    verdict: str
    words: str
    fix: str = ""


@runtime_checkable
class Explains(Protocol):
    """A connector that can say what it would send."""

    def explain(self, ask: Ask[Any], deadline: Deadline) -> Sequence[Explained]:
        """The statements of one ask, none of them run. Raises ConnectorError."""
        ...


@runtime_checkable
class Explores(Protocol):
    """A connector that answers standard metrics over other buckets than days."""

    def explore(self, ask: Ask[Any], interval: Interval, deadline: Deadline) -> Sequence[Bucket]:
        """Oldest first. Raises ConnectorError, also for a metric without such buckets."""
        ...


@runtime_checkable
class Examines(Protocol):
    """A connector that can look over the events its standard metrics are computed from."""

    def examine(self, now: datetime, deadline: Deadline) -> Sequence[Finding]:
        """One finding a check; nothing where no events are named. Raises ConnectorError."""
        ...


class ConnectorType(Protocol):
    """What an entry point of the group `krtracker.connectors` loads.

    Calling it with its source options does no I/O. `QueryOptions` is the part of a metric's table
    that belongs to the connector (`query`, `report`, `request`, `standard` and their options).
    """

    SourceOptions: ClassVar[type[Options]]
    QueryOptions: ClassVar[type[Options]]

    def __call__(self, options: Any) -> Connector[Any]: ...
