"""Checks one table's shape with pydantic and words what is wrong; knows nothing of meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from krtracker.errors import nearest
from krtracker.settings.documents import Report, Spot
from krtracker.settings.fields import describe

T = TypeVar("T", bound=BaseModel)

NOUNS = {
    "sources": ("source", "a source"),
    "metrics": ("metric", "a metric"),
    "objectives": ("objective", "an objective"),
    "key_results": ("key result", "a key result"),
    "people": ("person", "a person"),
    "channels": ("channel", "a channel"),
    "digests": ("digest", "a digest"),
    "alerts": ("alert", "an alert"),
}
WANTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a date",
    "list": "a list",
    "dict": "a table",
    "model": "a table",
}
BOUNDS = {"greater_than_equal": "ge", "less_than_equal": "le"}


@dataclass(frozen=True)
class Entry(Generic[T]):
    """A table that was read: `broken` are keys already complained about, to be asked no more."""

    id: str
    table: T
    spot: Spot
    cycle: str = ""
    broken: frozenset[str] = frozenset()

    def has(self, key: str) -> bool:
        """Whether the key was written and could be read."""
        return key in self.table.model_fields_set

    @property
    def full_id(self) -> str:
        return f"{self.cycle}/{self.id}" if self.cycle else self.id


def read_table(kind: type[T], raw: Any, spot: Spot, *, report: Report) -> Entry[T] | None:
    """The table as its shape, without the keys that are wrong; None where nothing is left of it."""
    name = spot.path[1] if len(spot.path) > 1 and spot.path[0] in NOUNS else ""
    if not isinstance(raw, dict):
        says = f"{subject(spot.path)} must be a table"
        report.error("K005", says, spot, label=f"this is {describe(raw)}")
        return None
    broken: set[str] = set()
    left = raw
    for _ in range(2):
        try:
            return Entry(name, kind.model_validate(left), spot, "", frozenset(broken))
        except ValidationError as error:
            if left is raw:
                # Unknown keys first: what they probably mean is not missing.
                found = sorted(error.errors(include_url=False), key=_unknown_first)
                for one in found:
                    if not (one["type"] == "missing" and one["loc"][-1] in broken):
                        broken |= _tell(kind, one, spot, report=report)
        left = {key: value for key, value in raw.items() if key not in broken}
    return None


def _unknown_first(error: ErrorDetails) -> bool:
    return error["type"] != "extra_forbidden"


def _tell(kind: type[BaseModel], error: ErrorDetails, spot: Spot, *, report: Report) -> set[str]:
    """Reports one pydantic error; answers the top-level keys it spoils."""
    loc = tuple(str(part) for part in error["loc"])
    at = spot
    for part in loc:
        at = at / part
    if error["type"] == "extra_forbidden":
        return {loc[0], *_unknown(known_keys(kind, loc[:-1]), at, report)}
    if error["type"] == "missing":
        where = Spot(at.document, at.path[:-1])
        _missing(loc[-1], where, report)
        return {loc[0]} if len(loc) > 1 else set()
    code, says, label, hint = _words(error, loc[-1])
    owner = subject(at.path)
    report.error(code, f"{owner} {says}", at, label=label, hint=hint)
    return {loc[0]}


def _unknown(known: list[str], at: Spot, report: Report) -> set[str]:
    key = at.path[-1]
    near = nearest(key, known)
    table = at.path[:-1]
    hint = f"did you mean `{near}`?" if near else f"known: {', '.join(known)}"
    message = f"unknown setting `{key}` in {place_words(table)}"
    report.error("K003", message, at.key, label=f"not a setting of {sort_words(table)}", hint=hint)
    return {near} if near else set()


def _missing(key: str, where: Spot, report: Report) -> None:
    message = f"`{key}` is missing in {place_words(where.path)}"
    hint = f"write {key} = {SAMPLES.get(key, '...')}"
    report.error("K004", message, where, label=f"needs `{key}`", hint=hint)


SAMPLES = {
    "connector": '"sql"',
    "id": '"2026-q4"',
    "title": '"What it is, for people"',
    "due": "2026-10-20",
    "date": "2026-10-20",
    "reason": '"why it changed"',
    "type": '"slack"',
    "send": '"weekly mon 09:00"',
    "to": '["leads"]',
    "table": '"events"',
    "user": '"user_id"',
    "time": '"ts"',
    "event": '"name"',
}


def _words(error: ErrorDetails, key: str) -> tuple[str, str, str, str]:
    """Code, what is wrong, the label under the mark, the hint."""
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "refused":
        return context["code"], context["says"], context["label"], context["hint"]
    if kind == "literal_error":
        return _one_of(re.findall(r"'([^']*)'|\b(\d+)\b", str(context["expected"])), value)
    if kind in ("too_short", "too_long", "string_too_short"):
        return "K005", _length(context, value), "", ""
    if kind in BOUNDS or kind in ("finite_number", "greater_than", "less_than"):
        limit = next(iter(context.values()), "finite")
        words = {"ge": f"at least {limit}", "le": f"at most {limit}"}
        return "K016", f"must be {words.get(BOUNDS.get(kind, ''), 'finite')}", "out of range", ""
    if kind == "string_pattern_mismatch":
        return "K007", "cannot be read", f"`{value}` does not fit", PATTERN_HINTS.get(key, "")
    wanted = WANTED.get(kind.split("_")[0], "something else")
    return "K005", f"must be {wanted}", f"this is {describe(value)}", _retype(key, wanted, value)


PATTERN_HINTS = {
    "listen": 'write it like "127.0.0.1:8787"',
    "url": 'write it like "https://okrs.example.com"',
    "email": 'write it like "mara@example.com"',
    "quiet": 'write it like "19:00-08:00"',
    "max_requests": 'write it like "30/min"; units: s, min, h, d',
}


def _one_of(found: list[tuple[str, str]], value: Any) -> tuple[str, str, str, str]:
    words = [text or number for text, number in found]
    near = nearest(str(value), words)
    hint = f'did you mean "{near}"?' if near and isinstance(value, str) else ""
    label = f"one of {', '.join(words)}" if len(words) > 1 else f"this version knows {words[0]}"
    return "K006", f"cannot be `{value}`", label, hint


def _length(context: dict[str, Any], value: Any) -> str:
    if isinstance(value, list) and context.get("min_length") != 1:
        return f"must have {context.get('min_length', context.get('max_length'))} items"
    return "must not be empty"


def _retype(key: str, wanted: str, value: Any) -> str:
    if wanted == "a date":
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return f"write {key} = {value}, without quotes"
        return f"write it like {key} = 2026-10-01"
    if wanted == "a list" and isinstance(value, str):
        return f'write {key} = ["{value}"]'
    if isinstance(value, str) and re.fullmatch(r"\d+|true|false", value):
        return f"write {key} = {value}, without quotes"
    return ""


def known_keys(kind: type[BaseModel], loc: tuple[str, ...]) -> list[str]:
    """The settings of the table that `loc` leads to, as written in TOML."""
    for part in loc:
        if part.isdecimal():
            continue
        field = next(one for name, one in kind.model_fields.items() if (one.alias or name) == part)
        kind = _model_in(field.annotation) or kind
    return [one.alias or name for name, one in kind.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = [_model_in(one) for one in getattr(annotation, "__args__", ())]
    return next((one for one in inner if one is not None), None)


def place_words(path: tuple[str, ...]) -> str:
    """The table in words: "key result `dau-50k`", "`expect` of metric `dau`", "[store]"."""
    if not path:
        return "the file"
    if path[0] not in NOUNS or len(path) == 1:
        return f"[{'.'.join(path)}]"
    own = f"{NOUNS[path[0]][0]} `{path[1]}`"
    return f"`{_dotted(path[2:])}` of {own}" if len(path) > 2 else own


def sort_words(path: tuple[str, ...]) -> str:
    """What sort of table it is: "a key result", "`expect`", "[store]"."""
    if not path:
        return "a file's top level"
    if path[0] in NOUNS and len(path) == 2:
        return NOUNS[path[0]][1]
    return f"`{_dotted(path[2:])}`" if path[0] in NOUNS else f"[{'.'.join(path)}]"


def subject(path: tuple[str, ...]) -> str:
    """The value in words: "target of `d7-38`", "start of [cycle]"."""
    if len(path) == 1:
        return f"`{path[0]}`"
    if path[0] in NOUNS:
        return f"{_dotted(path[2:])} of `{path[1]}`" if len(path) > 2 else place_words(path)
    return f"{path[-1]} of [{'.'.join(path[:-1])}]"


def _dotted(path: tuple[str, ...]) -> str:
    """`amendments.0.date` as people count: `amendments 1 date`."""
    return " ".join(str(int(part) + 1) if part.isdecimal() else part for part in path)
