"""What krtracker reads of a person's SQL: placeholders, one statement, nothing that writes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors._query import read_statement
from krtracker.connector import Window


def marked(text: str) -> str:
    return read_statement(text).rendered(lambda name: f"<{name}>")


@pytest.mark.parametrize(
    "quiet",
    [
        "':start'",
        "'it''s :start; drop'",
        '":start"',
        "`:start`",
        "-- :start; drop\n",
        "/* :start; drop */",
        "$$ :start; $$",
        "$tag$ :start $x$ ; $tag$",
        r"E'\' :start; '",
        "x::start",
        "a[:start]",
        "'12:30'",
    ],
)
def test_what_only_looks_like_a_placeholder_is_left_alone(quiet: str) -> None:
    assert marked(f"select {quiet}, :end") == f"select {quiet}, <end>"


@pytest.mark.parametrize("text", ["x>=:start", "(:start)", "x=:start::date", ":start, :start"])
def test_a_placeholder_is_found_wherever_it_stands(text: str) -> None:
    assert marked(f"select {text}") == f"select {text.replace(':start', '<start>')}"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT :start",
        "  (select :start)",
        "/* why */ with a as (select :start) select * from a",
        "-- why\nfrom t where day < :end",
        "values (:start)",
        "select :start;",
        "select :start ; -- end",
    ],
)
def test_one_reading_statement_is_taken(text: str) -> None:
    assert read_statement(text).names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("insert into k select :start", "begins with INSERT"),
        ("attach 'x' as :start", "begins with ATTACH"),
        ("explain select :start", "begins with EXPLAIN"),
        ("select :start; select 2", "more than one statement"),
        ("select :start into outfile '/tmp/x'", "writes a file"),
        ("select :begin", "did you mean"),
        ("select :start_ut", "did you mean `:start_utc`"),
        ("select ':start'", "names no window"),
        (";", "is empty"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_statement(text)


def test_only_what_is_used_is_bound() -> None:
    window = Window(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin")
    statement = read_statement("select :end_utc, :start, :start_epoch, :end_epoch")
    assert statement.values(window) == {
        "end_utc": datetime(2026, 3, 29, 22, tzinfo=UTC),
        "start": date(2026, 3, 29),
        "start_epoch": 1774738800,
        "end_epoch": 1774738800 + 23 * 3600,
    }


def test_a_table_is_mentioned_as_a_whole_word_only() -> None:
    statement = read_statement('select :start from events e, "Costs"')
    assert [statement.mentions(name) for name in ("events", "costs", "event")] == [
        True,
        True,
        False,
    ]
