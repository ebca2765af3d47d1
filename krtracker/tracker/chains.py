"""What a formula stands on: its metrics in the order of working, the days all of them cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from krtracker.model import Metric
from krtracker.periods import Span, merge_spans


def chain_of(metric: Metric, metrics: Mapping[str, Metric]) -> tuple[Metric, ...]:
    """Every metric a formula comes down to, each after those it names, the formula itself last."""
    found: dict[str, Metric] = {}
    waiting: list[tuple[Metric, bool]] = [(metric, False)]
    while waiting:
        one, ready = waiting.pop()
        if one.id in found:
            continue
        if ready:
            found[one.id] = one
            continue
        waiting.append((one, True))
        waiting += [(metrics[part], False) for part in one.parts if part in metrics]
    return tuple(found.values())


def common_spans(each: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """The days that are in all of the coverages."""
    if not each:
        return ()
    common = merge_spans(each[0])
    for spans in each[1:]:
        pairs = ((one, two) for one in common for two in merge_spans(spans))
        cut = (Span(max(a.first, b.first), min(a.last, b.last)) for a, b in pairs)
        common = merge_spans(one for one in cut if one.days)
    return common
