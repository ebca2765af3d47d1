"""Where keys and values stand: the scanner against tomllib."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from krtracker.settings.documents import Document, Spot, masked
from krtracker.settings.positions import Path, scan
from tests.settings.texts import FIELDNOTE, FRAME

TRICKY = '''\
# a comment with [brackets] and = signs
bare = 1 # trailing
"quoted key" = "a # no comment"
'literal.key' = 'C:\\path'
dotted.inside."x y" = true
escaped = "say \\"hi\\" \\\\"
"esc\\u0061pe" = 2
array = [ 1, # one
  [2, 3], { a = 4, b = { c = "5" } },
  """multi
line ]""", ]
long = """
two "quotes" and three \\""" here""""
lit = \'\'\'
'single' [x]
\'\'\'
date = 2026-10-01 07:00:00
time = 07:30:00
neg = -1.5e3
empty = {}
none = []
inline = { "k.1" = 1, k.2 = [ { z = 1 } ] }

[a.b."c.d"]
v = 1
  [ a . e ] # spaced
  w = 2
[[list]]
n = 1
[[list]]
n = 2
[list.sub]
m = 3
[[list.more]]
o = 4
[[list.more]]
o = 5
'''
TEXTS = [TRICKY, FRAME, *(path.read_text("utf-8") for path in FIELDNOTE.rglob("*.toml"))]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, (*path, str(number)))
    else:
        yield path, value


@pytest.mark.parametrize("text", TEXTS)
def test_each_value_stands_where_it_is_said_to(text: str) -> None:
    marks, twice = scan(text)
    for path, value in leaves(tomllib.loads(text)):
        written = text[marks[path].value : marks[path].value_end]
        assert tomllib.loads(f"x = {written}")["x"] == value, path
    assert twice == []


@pytest.mark.parametrize("text", TEXTS)
def test_each_key_stands_where_it_is_said_to(text: str) -> None:
    marks, _ = scan(text)
    for path, _value in leaves(tomllib.loads(text)):
        if path[-1].isdecimal():
            continue
        written = text[marks[path].key : marks[path].key_end]
        assert list(tomllib.loads(f"{written} = 1")) == [path[-1]]


KEYS = st.text("ab", min_size=1, max_size=2)
VALUES = st.recursive(
    st.sampled_from(["1", '"x"', "'y]'", "true", "2026-10-01", '"""m\n"""', "1.5"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)}]"),
        st.dictionaries(KEYS, inner, max_size=2).map(
            lambda found: "{" + ", ".join(f"{key} = {one}" for key, one in found.items()) + "}"
        ),
    ),
    max_leaves=5,
)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
@settings(max_examples=80, deadline=None)
def test_any_document_is_scanned_to_its_end(tables: dict[str, dict[str, str]]) -> None:
    text = "".join(
        f"[{name}] # {name}\n" + "".join(f"{key}={value}\n" for key, value in table.items())
        for name, table in tables.items()
    )
    marks, _ = scan(text)
    for path, value in leaves(tomllib.loads(text)):
        mark = marks[path]
        assert tomllib.loads(f"x = {text[mark.value : mark.value_end]}")["x"] == value


@given(st.text("[]{}=\"'#.,\n ab\\", max_size=40))
@example("[[a=")
@settings(max_examples=150)
def test_a_text_that_is_no_toml_breaks_nothing(text: str) -> None:
    marks, _ = scan(text)
    assert all(0 <= mark.key <= mark.value_end <= len(text) for mark in marks.values())


def test_what_is_set_twice_is_found() -> None:
    assert scan("[a]\nb = 1\nb = 2\n")[1] == [("a", "b")]
    assert scan("[a]\nb = 1\n[a]\nc = 2\n")[1] == [("a",)]


def test_a_place_counts_from_one_and_ends_with_its_line() -> None:
    document = Document("x.toml", 'a = 1\nb = """\nlong\n"""\n', {})
    place = (Spot(document) / "b").place
    assert (place.line, place.column, place.width, place.text) == (2, 5, 3, 'b = """')


def test_a_missing_value_is_placed_at_the_nearest_table() -> None:
    document = Document("x.toml", "[a.b]\nc = 1\n", {})
    assert (Spot(document) / "a" / "b" / "d").place.text == "[a.b]"
    assert (Spot(document) / "z").place.line == 1


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('password = "hunter2"', 'password = "*******"'),
        ("api_key='hunter2'", "api_key='*******'"),
        ('x = { token = "hunter2", a = 1 }', 'x = { token = "*******", a = 1 }'),
        ('url = "mysql://me:hunter2@db/x"', 'url = "mysql://me:*******@db/x"'),
        ('token = "${env:TOKEN}"', 'token = "${env:TOKEN}"'),
        ('url = "mysql://me:${env:PW}@db/x"', 'url = "mysql://me:${env:PW}@db/x"'),
        ('password = "hunter2', 'password = "*******'),
        ('title = "token"', 'title = "token"'),
    ],
)
def test_a_line_with_a_secret_is_shown_without_it(line: str, shown: str) -> None:
    assert masked(line) == shown
