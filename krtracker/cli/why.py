"""`krtracker why`: the receipt of a number, from verdict down to query; it asks no source."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from krtracker.cli.completion import key_result_ids
from krtracker.cli.face import Face, command
from krtracker.cli.moments import moment_of
from krtracker.cli.receipt import receipt_lines
from krtracker.cli.words import Asked, moment_options
from krtracker.periods import local_day

if TYPE_CHECKING:
    from krtracker.model import Metric
    from krtracker.tracker import Receipt


@command("why")
@click.argument("key_result", shell_complete=key_result_ids)
@moment_options
def why(face: Face, key_result: str, **moment: Any) -> None:
    """Print the receipt of a number: where it came from, and how."""
    from krtracker.store import Snapshot
    from krtracker.tracker import receipt, resolve_key_result

    at = moment_of(face, Asked(**moment))
    workspace = face.workspace()
    full = resolve_key_result(workspace, key_result, local_day(face.now, workspace.zone))
    with Snapshot.open(workspace.store_path) as snapshot:
        made = receipt(snapshot, workspace, full, now=face.now, at=at)
    if face.json:
        face.out_json(facts(made))
        return
    for line in receipt_lines(made, face.out_terminal):
        face.out(line)
    if made.metric is not None and not made.components:
        face.say(f"\nnext: krtracker {next_words(made.metric)}", "grey")


def next_words(metric: Metric) -> str:
    """What a person may do about the number."""
    return f"record {metric.id} VALUE" if metric.manual else f"try {metric.id}"


def facts(made: Receipt) -> dict[str, Any]:
    """The receipt as plain values, numbers raw."""
    answer = asdict(made.evaluation)
    return {
        "key_result": made.key_result.id,
        "sentence": made.sentence,
        "evaluation": answer,
        "metric": made.metric.id if made.metric else None,
        "segment": made.key_result.segment,
        "source": made.metric.source if made.metric else None,
        "parts": [asdict(one) for one in made.parts],
        "components": {
            name: [asdict(one) for one in some] for name, some in made.components.items()
        },
        "connector": made.connector,
        "days": [asdict(one) for one in made.grounds],
        "baseline_days": [asdict(one) for one in made.baseline_grounds],
        "runs": [asdict(one.run) for one in made.runs],
        "query": made.query_text,
        "query_digest": made.query_digest,
        "parameters": made.parameters,
        "rows": made.rows,
        "configuration": made.configuration,
        "evaluated_at": made.recorded_at,
        "forecast": None if made.forecast is None else asdict(made.forecast),
        "trouble": None if made.trouble is None else asdict(made.trouble),
    }
