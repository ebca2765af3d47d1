"""One question to a source, one judged answer; this room writes nothing and knows no schedule."""

from krtracker.collect.asking import CrashedError, Failure, MetricAsk, collect, guarded, query_text
from krtracker.collect.judging import Judged, Memory, judge, needs_history

__all__ = [
    "CrashedError",
    "Failure",
    "Judged",
    "Memory",
    "MetricAsk",
    "collect",
    "guarded",
    "judge",
    "needs_history",
    "query_text",
]
