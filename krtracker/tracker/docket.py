"""What is to be judged and in which order: parts before composites, children before parents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from krtracker.evaluation import needed_span
from krtracker.evaluation.derived import child_of
from krtracker.evaluation.rollups import Child
from krtracker.model import (
    Evaluation,
    KeyResult,
    KeyResultType,
    Objective,
    ObjectiveEvaluation,
    Status,
    Workspace,
)
from krtracker.tracker.questions import Goal, goals, watch_goals


@dataclass(frozen=True)
class Docket:
    """Everything one round judges.

    `measured` are key results on a metric, `watches` the metrics they watch, `derived` those of
    milestones or parts, each after its parts, `objectives` each after those under it.
    """

    workspace: Workspace
    measured: tuple[Goal, ...]
    watches: tuple[Goal, ...]
    derived: tuple[KeyResult, ...]
    objectives: tuple[Objective, ...]

    @property
    def asked(self) -> tuple[Goal, ...]:
        return (*self.measured, *self.watches)

    @property
    def unmeasured(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.derived)

    def in_order(self, answers: Mapping[str, Evaluation]) -> tuple[Evaluation, ...]:
        """The answers in the order of the files."""
        return tuple(answers[one] for one in self.workspace.key_results if one in answers)


def docket(workspace: Workspace, names: Collection[str] | None = None) -> Docket:
    """All of a workspace, or the key results named with everything their answers hang on."""
    wanted = workspace.key_results.keys() if names is None else _closure(workspace, names)
    chosen = [one for one in workspace.key_results.values() if one.id in wanted]
    return Docket(
        workspace=workspace,
        measured=tuple(map(learning, goals(workspace, None if names is None else wanted))),
        watches=tuple(watch_goals(workspace, chosen)),
        derived=tuple(_derived(workspace, chosen)),
        objectives=() if names is not None else tuple(_upwards(workspace)),
    )


def learning(goal: Goal) -> Goal:
    """The goal with all the days a forecast learns from, where its cycle goes by forecast.

    Sources are not asked for those days: a forecast learns from what is known anyway.
    """
    if goal.cycle.status.by != "forecast":
        return goal
    before = goal.previous_cycle
    needed = needed_span(
        goal.key_result, goal.metric, goal.cycle, previous_cycle=before, forecast=True
    )
    return replace(goal, needed=needed)


def _closure(workspace: Workspace, names: Collection[str]) -> set[str]:
    """The key results named, their parts, and the key results they watch."""
    wanted: set[str] = set()
    waiting = [one for one in names if one in workspace.key_results]
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        wanted.add(name)
        one = workspace.key_results[name]
        linked = [part.key_result for part in one.parts]
        linked += [watch.name for watch in one.watched if not watch.is_metric]
        waiting += [link for link in linked if link in workspace.key_results]
    return wanted


UNMEASURED = (KeyResultType.MILESTONES, KeyResultType.COMPOSITE)


def _derived(workspace: Workspace, chosen: Sequence[KeyResult]) -> Iterable[KeyResult]:
    """Key results without a metric, each after its parts; settings has refused rings."""
    done: dict[str, KeyResult] = {}
    waiting = [(one, False) for one in reversed(chosen) if one.type in UNMEASURED]
    while waiting:
        one, ready = waiting.pop()
        if one.id in done:
            continue
        if ready:
            done[one.id] = one
            continue
        waiting.append((one, True))
        parts = (workspace.key_results.get(part.key_result) for part in one.parts)
        waiting += [(part, False) for part in parts if part and part.type in UNMEASURED]
    return done.values()


def _upwards(workspace: Workspace) -> list[Objective]:
    """The objectives, each after those under it."""
    depths: dict[str, int] = {}
    for objective in workspace.objectives.values():
        path, above = [objective.id], objective.parent or ""
        while above in workspace.objectives and above not in depths and above not in path:
            path.append(above)
            above = workspace.objectives[above].parent or ""
        start = depths.get(above, -1)
        for step, name in enumerate(reversed(path), start=1):
            depths[name] = start + step
    return sorted(workspace.objectives.values(), key=lambda one: -depths[one.id])


def parts_of(key_result: KeyResult, answers: Mapping[str, Evaluation]) -> tuple[Child, ...]:
    """A composite's parts as they were judged; one that was not is without data."""
    return tuple(
        _child(answers.get(part.key_result), part.key_result, part.weight)
        for part in key_result.parts
    )


@dataclass(frozen=True)
class Below:
    """What an objective is rolled up from (R13).

    An objective under a key result adds nothing: that one is measured already (decisions.md 21).
    """

    key_results: list[KeyResult] = field(default_factory=list)
    objectives: list[Objective] = field(default_factory=list)


def below_objectives(workspace: Workspace) -> dict[str, Below]:
    """By objective, its key results and the objectives under it, in the order of the files."""
    found = {name: Below() for name in workspace.objectives}
    for key_result in workspace.key_results.values():
        if key_result.objective in found:
            found[key_result.objective].key_results.append(key_result)
    for objective in workspace.objectives.values():
        if objective.parent in found:
            found[objective.parent].objectives.append(objective)
    return found


def children_of(
    below: Below, answers: Mapping[str, Evaluation], said: Mapping[str, ObjectiveEvaluation]
) -> tuple[Child, ...]:
    """What an objective is rolled up from, as it was judged; what was not is without data."""
    results = [_child(answers.get(one.id), one.id, one.weight) for one in below.key_results]
    return (*results, *(_child(said.get(one.id), one.id, one.weight) for one in below.objectives))


def _child(answer: Evaluation | ObjectiveEvaluation | None, full: str, weight: float) -> Child:
    name = full.rpartition("/")[2]
    if answer is None:
        return Child(name, weight, Status.NO_DATA)
    return child_of(answer, name, weight)
