"""What a metric asks of web analytics: columns of tables by day, and how to read them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which table of a product: the kind of report, its filter, and what tells segments apart."""

    kind: str = ""
    filter: tuple[Any, ...] = ()
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of a product on one sheet."""

    sheet: Sheet
    metric: str


class Reading(Enum):
    """How a day's value comes from its columns.

    COUNT: the first; a day that is 0 or absent is 0 where the site recorded anything at all, else
    unknown. MEAN: the first, weighted by the second. RATIO: the first over the second, which is
    the weight; unknown where that is 0. PLAIN: the first, as it stands.
    """

    COUNT = "count"
    MEAN = "mean"
    RATIO = "ratio"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Question:
    """What one metric needs; the first column is multiplied by `scale` (0.01 for percents)."""

    reading: Reading
    columns: tuple[Column, ...]
    scale: float = 1.0


def of_report(sheet: Sheet, metrics: list[str], weight: str | None, *, counts: bool) -> Question:
    """The question of a native report: one metric, numerator and denominator, or with a weight."""
    names = [*metrics, weight] if weight else metrics
    columns = tuple(Column(sheet, name) for name in names)
    if weight:
        return Question(Reading.MEAN, columns)
    if len(columns) == 2:
        return Question(Reading.RATIO, columns)
    return Question(Reading.COUNT if counts else Reading.PLAIN, columns)
