"""A metric's source opened for one question that is not a pull; what fails is said, not stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from krtracker.cli.face import Face
from krtracker.errors import SourcesFailedError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from krtracker.connector import Ask, Connector, Deadline
    from krtracker.model import Metric, Workspace
    from krtracker.periods import Window

T = TypeVar("T")


def asked_metric(workspace: Workspace, metric: str) -> Metric:
    """The metric by its id. Raises UsageError when it has no source to ask."""
    found = workspace.metrics.get(metric)
    if found is None:
        raise UnknownNameError("metric", metric, list(workspace.metrics))
    if found.manual:
        raise UsageError(f"`{metric}` is recorded by hand; next: krtracker record {metric} VALUE")
    return found


def on_source(
    face: Face,
    workspace: Workspace,
    metric: Metric,
    *,
    window: Window,
    ask: Callable[[Connector[Any], Ask[Any], Deadline], T],
) -> T:
    """What the source says to one question. Raises SourcesFailedError with its words."""
    from krtracker import wiring
    from krtracker.collect import Failure, guarded
    from krtracker.connector import Ask, ConnectorError, Deadline
    from krtracker.daemon.parts import surroundings

    sources = wiring.sources(workspace, surroundings(workspace.file, face.environ))
    deadline = Deadline(workspace.sources[metric.source].timeout)
    try:
        asked, connector = Ask(sources.query(metric), window), sources.open(metric.source)
        given = guarded(lambda: ask(connector, asked, deadline))
    except ConnectorError as error:
        raise SourcesFailedError(f"{error}; next: krtracker doctor") from None
    finally:
        sources.close()
    if isinstance(given, Failure):
        raise SourcesFailedError(f"{given.message}; next: krtracker doctor")
    return given
