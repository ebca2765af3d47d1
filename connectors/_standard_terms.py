"""The options of the standard metrics, and what a product says of those it cannot honour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from krtracker.connector import STANDARD_METRICS, Options

Text = Annotated[str, Field(min_length=1)]
Events = Text | list[Text]
Scalar = str | bool | int | float
Where = Mapping[Text, Scalar | list[Scalar]]
ANY = None
"""Every value of an option can be honoured."""

SESSION_OPTIONS = (
    "gap_minutes",
    "split_midnight",
    "session_column",
    "max_hours",
    "cap_minutes",
    "exclude_single",
)
"""How sessions are cut: products that cut them have one reason against all of these."""

Fitting = Mapping[str, tuple[Any, ...] | None]


@dataclass(frozen=True)
class Product:
    """What a product answers, by standard metric, and why not the rest.

    `fitting` are the options of each metric with the values it honours; `reasons` say of an option
    why another value is refused; `needs` are the options a metric cannot do without.
    """

    name: str
    answered: Mapping[str, str]
    refused: Mapping[str, str]
    fitting: Mapping[str, Fitting]
    reasons: Mapping[str, str]
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def standards(self) -> Mapping[str, tuple[bool, str]]:
        """By name: whether it is answered, and the definition or the reason why not."""
        words = {**self.refused, **self.answered}
        return MappingProxyType(
            {one: (one in self.answered, words[one]) for one in STANDARD_METRICS}
        )

    def refusal(self, standard: str, option: str, value: object) -> str | None:
        """Why an option of a standard metric cannot be honoured, or None."""
        fitting = self.fitting.get(standard, {})
        if option in fitting:
            allowed = fitting[option]
            if allowed is ANY or value in allowed:
                return None
        return self.reasons.get(option, f"it is no option of `{standard}` with {self.name}")


class Terms(Options):
    """`standard` and the options every connector knows but `where`, or the product's own `report`.

    Base of a QueryOptions: names its `product` and adds `where` and `report`. What was not written
    is None, and means what the product's definition of the metric says.
    """

    product: ClassVar[Product]

    standard: str | None = None
    events: Events | None = None
    exclude: Events | None = None
    by: Text | None = None
    window: str | None = None
    days: int | None = Field(default=None, ge=1, le=366)
    week_start: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    gap_minutes: float | None = None
    split_midnight: bool | None = None
    session_column: str | Literal[False] | None = None
    max_hours: float | None = Field(default=None, gt=0)
    cap_minutes: float | None = None
    exclude_single: bool | None = None
    statistic: str | None = None
    day: int | None = Field(default=None, ge=1, le=365)
    unit: str | None = None
    cohort: str | None = None
    mode: str | None = None
    brackets: tuple[int, int] | None = None
    start_event: Events | None = None
    return_event: Events | None = None
    goal_event: Events | None = None
    window_days: int | None = Field(default=None, ge=1, le=366)
    same_bucket: bool | None = None
    count: str | None = None
    first_seen_column: str | None = None
    interval: str | None = None
    churn_after: int | None = None

    @field_validator("*")
    @classmethod
    def _can_be_answered(cls, value: Any, seen: ValidationInfo) -> Any:
        name, standard = str(seen.field_name), seen.data.get("standard")
        if value is None or name == "report":
            return value
        if name == "standard":
            known, words = cls.product.standards.get(value, (False, _unknown(cls.product, value)))
            if not known:
                raise ValueError(words)
        elif standard is not None:
            reason = cls.product.refusal(standard, name, value)
            if reason is not None:
                raise ValueError(reason)
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Terms:
        report = getattr(self, "report", None)
        if (self.standard is None) == (report is None):
            raise ValueError('write either standard = "..." or report = { ... }')
        given = self.model_fields_set - {"standard", "report"}
        if report is not None and given:
            raise ValueError(f"`{min(given)}` belongs to a standard metric, not to a `report`")
        for name in self.product.needs.get(self.standard or "", ()):
            if getattr(self, name) is None:
                raise ValueError(
                    f"with {self.product.name} `{self.standard}` needs {_example(name)}"
                )
        return self


class StandardTerms(Terms):
    """The same with conditions that are values of a property, one or several."""

    where: Where | None = None

    @property
    def of_totals(self) -> bool:
        """Whether events are counted, and not who did them."""
        return self.standard == "event_count" or self.count == "events"

    def crowded(self) -> str:
        """The first option that names more than one event, empty where none does."""
        names = ("events", "start_event", "goal_event", "return_event")
        return next((name for name in names if len(listed(getattr(self, name))) > 1), "")


def none_answered(reason: str) -> Mapping[str, tuple[bool, str]]:
    """The standard metrics of a source that only answers what is written out for it."""
    return MappingProxyType(dict.fromkeys(STANDARD_METRICS, (False, reason)))


def listed(events: Events | None) -> tuple[str, ...]:
    """The names of events, none for None."""
    if events is None:
        return ()
    return (events,) if isinstance(events, str) else tuple(dict.fromkeys(events))


def texts(value: Scalar | list[Scalar]) -> tuple[str, ...]:
    """The values of a condition as the products compare them: as texts."""
    values = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)


def _unknown(product: Product, name: object) -> str:
    return f"`{name}` is no standard metric: {product.name} knows {', '.join(product.answered)}"


def _example(name: str) -> str:
    return 'window = "calendar"' if name == "window" else f'{name} = "..."'
