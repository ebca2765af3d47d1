"""`krtracker health`: how the running daemon is, from its heartbeat file; it asks nobody."""

from __future__ import annotations

from dataclasses import asdict

from krtracker.cli.face import Face, command
from krtracker.errors import SourcesFailedError


@command("health")
def health(face: Face) -> int:
    """Say whether the running daemon is well."""
    from krtracker.daemon.heartbeat import ailments, read
    from krtracker.store import StorePaths

    beat = read(StorePaths(face.published()).heartbeat)
    wrong = ailments(beat, face.now)
    if face.json:
        face.out_json(
            {"ok": not wrong, "ailments": wrong, "heartbeat": asdict(beat) if beat else None}
        )
    elif beat is not None and not wrong:
        evaluated = beat.last_evaluation or "not yet"
        face.out(f"ok  process {beat.pid} since {beat.started_at}, last evaluation {evaluated}")
    for one in wrong:
        face.warn(one)
    return SourcesFailedError.exit_code if wrong else 0
