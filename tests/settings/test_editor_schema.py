"""The schema for editors: draft-07, no null, and a mistake is named at its key."""

from __future__ import annotations

import importlib
import json
import tomllib
from datetime import date, time
from typing import Any

import pytest

from krtracker.settings import json_schema
from tests.settings.texts import CASES, FIELDNOTE

# It comes without type stubs.
jsonschema: Any = importlib.import_module("jsonschema")
SCHEMA = json_schema()
CHECKER = jsonschema.Draft7Validator(SCHEMA)


def plain(value: Any) -> Any:
    """A TOML value as editors hand it to a JSON Schema: dates and times are text."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | time) else value


def errors(text: str) -> list[tuple[str, str]]:
    """Path and kind of each complaint."""
    found = CHECKER.iter_errors(plain(tomllib.loads(text)))
    return sorted((".".join(map(str, one.absolute_path)), str(one.validator)) for one in found)


def test_it_is_a_valid_draft_07_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_it_has_definitions_and_neither_null_nor_any_of() -> None:
    text = json.dumps(SCHEMA)
    assert "definitions" in SCHEMA
    for word in ("$defs", '"null"', "anyOf", '"title": "'):
        assert word not in text.replace('"title": "krtracker configuration"', "")


def test_it_is_small_enough_for_editors() -> None:
    assert len(json.dumps(SCHEMA)) < 14_000


def test_our_tables_are_closed_and_plug_in_tables_open() -> None:
    found = {name: one["additionalProperties"] for name, one in SCHEMA["definitions"].items()}
    assert {name for name, opened in found.items() if opened} == {
        "SourceTable",
        "MetricTable",
        "ChannelTable",
    }


@pytest.mark.parametrize("name", ["krtracker.toml", "metrics.toml", "okrs/2026-q4.toml"])
def test_the_full_example_is_valid(name: str) -> None:
    assert errors((FIELDNOTE / name).read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted(CASES.glob("*.good.toml")), ids=lambda path: path.name)
def test_what_is_right_is_right_for_editors_too(path: Any) -> None:
    assert errors(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[key_results.a]\ntagret = 1", ("key_results.a", "additionalProperties")),
        ('[cycle]\nid = "x"\nstart = true', ("cycle.start", "type")),
        ('[metrics.x]\nkind = "cuont"', ("metrics.x.kind", "enum")),
        ('[metrics.x]\nrefresh = "dayly 6"', ("metrics.x.refresh", "pattern")),
        ('[metrics.x]\nactual = "weekly mean"', ("metrics.x.actual", "pattern")),
        ("[metrics.x]\nsettles_in = 3", ("metrics.x.settles_in", "type")),
        ("[key_results.a]\ntarget = true", ("key_results.a.target", "type")),
        ('[key_results.a]\ntarget = "many"', ("key_results.a.target", "pattern")),
        ('[key_results.a]\npace = "liner"', ("key_results.a.pace", "pattern")),
        (
            "[key_results.a]\nbaseline = { from = 2026-01-01 }",
            ("key_results.a.baseline", "required"),
        ),
        ("[objectives.o]\nwhy = 'x'", ("objectives.o", "required")),
        ("[[key_results.a.milestones]]\ntitle = 'x'", ("key_results.a.milestones.0", "required")),
        ("nmae = 'x'", ("", "additionalProperties")),
    ],
)
def test_a_mistake_is_named_at_its_key_and_once(text: str, complaint: tuple[str, str]) -> None:
    assert errors(text) == [complaint]
