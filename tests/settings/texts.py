"""Configurations for the tests, as texts by name; and what they are told."""

from __future__ import annotations

from pathlib import Path

from krtracker.errors import ConfigurationError, Problem
from krtracker.model import KeyResult, Metric, Workspace
from krtracker.settings import parse

HERE = Path(__file__).parent
FIELDNOTE = HERE / "fieldnote"
CASES = HERE / "cases"
FOLDER = Path("/nowhere")
FRAME = (CASES / "frame.toml").read_text("utf-8")
WINDOW = "where day >= :start and day < :end"


def fieldnote() -> dict[str, str]:
    """The full example of the design, by name."""
    return {
        str(path.relative_to(FIELDNOTE)): path.read_text("utf-8")
        for path in sorted(FIELDNOTE.rglob("*.*"))
    }


def framed(text: str) -> dict[str, str]:
    """A text beside the frame that every case stands on."""
    return {"krtracker.toml": FRAME, "case.toml": text}


def read(text: str) -> Workspace:
    return parse(framed(text), folder=FOLDER)


def metric(text: str, kind: str = "count") -> Metric:
    """The metric `x` of kind `kind` with these further settings."""
    head = f'[metrics.x]\nkind = "{kind}"\nsource = "db"\n'
    query = "" if "query" in text else f'query = "select day, value from x {WINDOW}"\n'
    return read(head + query + text).metrics["x"]


def key_result(text: str) -> KeyResult:
    """The key result `a` with these settings."""
    return read(f"[key_results.a]\n{text}").key_results["2026-q4/a"]


def problems(files: dict[str, str]) -> tuple[Problem, ...]:
    """Everything said against the texts; K900 notes left out."""
    try:
        said = parse(files, folder=FOLDER).remarks
    except ConfigurationError as error:
        said = error.problems
    return tuple(one for one in said if one.code != "K900")
