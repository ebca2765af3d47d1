"""The nouns of krtracker as frozen values; no I/O, no clock and no formula in this room."""

from krtracker.model.goals import (
    Amendment,
    Baseline,
    Commitment,
    Cycle,
    KeyResult,
    KeyResultType,
    Milestone,
    Objective,
    Pace,
    PacePoint,
    Part,
    StatusRule,
    Target,
)
from krtracker.model.metrics import Actual, Better, Expectations, Kind, Metric, Refresh
from krtracker.model.points import Outcome, Point, Pull, Run, Series
from krtracker.model.verdicts import Evaluation, Frozen, Status, Vote
from krtracker.model.workspace import Server, Source, Workspace

__all__ = [
    "Actual",
    "Amendment",
    "Baseline",
    "Better",
    "Commitment",
    "Cycle",
    "Evaluation",
    "Expectations",
    "Frozen",
    "KeyResult",
    "KeyResultType",
    "Kind",
    "Metric",
    "Milestone",
    "Objective",
    "Outcome",
    "Pace",
    "PacePoint",
    "Part",
    "Point",
    "Pull",
    "Refresh",
    "Run",
    "Series",
    "Server",
    "Source",
    "Status",
    "StatusRule",
    "Target",
    "Vote",
    "Workspace",
]
