"""The JSON Schema that editors check TOML files against: draft-07, no null, names the exact key."""

from __future__ import annotations

from typing import Any

from krtracker.settings.goal_tables import FileTable

DROPPED = ("title", "default")


def json_schema() -> dict[str, Any]:
    """The schema of one configuration file, whatever part of the whole it holds.

    Pydantic's own output says `anyOf` with `null` for each optional setting, which makes editors
    name no key at all for one wrong date; TOML has no null, so it is taken out.
    """
    schema = FileTable.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs")
    cleaned = _cleaned(schema)
    cleaned["definitions"] = {name: _cleaned(one) for name, one in definitions.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "krtracker configuration",
        **cleaned,
    }


def _cleaned(schema: dict[str, Any]) -> dict[str, Any]:
    """One schema without null, titles and defaults; a reference stands alone, as draft-07 wants."""
    inner = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(inner) == 1:
        outer = {key: one for key, one in schema.items() if key != "anyOf"}
        schema = {**outer, **inner[0]}
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "definitions"):
            found[key] = {name: _cleaned(one) for name, one in value.items()}
        elif key not in DROPPED:
            found[key] = _cleaned(value) if isinstance(value, dict) else value
    return found
