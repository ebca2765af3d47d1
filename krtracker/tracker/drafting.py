"""Draft goals held against the metric's own history (draft-check); stores nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from krtracker.evaluation.realism import Realism, realism
from krtracker.model import KeyResultType, Workspace
from krtracker.periods import Span
from krtracker.store import Reader
from krtracker.tracker.questions import goals, questions, read_material

FAR_BACK = timedelta(days=20 * 366)
"""Further back than any history kept."""


def draft_check(
    reader: Reader, workspace: Workspace, names: Collection[str], *, now: datetime
) -> tuple[Realism, ...]:
    """How often each metric moved as much as its key result asks, in windows of the same length."""
    drafts = [
        one
        for one in goals(workspace, names)
        if one.key_result.type is KeyResultType.BASELINE_TO_TARGET
    ]
    whole = [
        replace(one, needed=Span(one.needed.first - FAR_BACK, one.needed.last)) for one in drafts
    ]
    put = questions(workspace, drafts, read_material(reader, drafts), now=now)
    far = questions(workspace, whole, read_material(reader, whole), now=now)
    return tuple(realism(one, history) for one, history in zip(put, far, strict=True))
