"""What a stream can show, and what is never sent to it."""

from __future__ import annotations

import io
import json

import pytest

from krtracker.cli.tables import Cell, Row, grid, lines_of
from krtracker.cli.terminal import Terminal, cells, clipped, safe_json, terminal_of, visible


class Screen(io.StringIO):
    """A stream that says a person sits before it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_environment(environ: dict[str, str], colour: bool) -> None:
    assert terminal_of(Screen(), environ).colour is colour


@pytest.mark.parametrize(("environ", "colour"), [({}, False), ({"FORCE_COLOR": "1"}, True)])
def test_a_pipe_is_coloured_only_when_forced(environ: dict[str, str], colour: bool) -> None:
    assert terminal_of(io.StringIO(), environ).colour is colour


def test_a_closed_stream_is_a_plain_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert terminal_of(stream, {}).interactive is False


def test_control_characters_are_shown_escaped() -> None:
    assert visible("a\x1b[31mb\r\nc\x9b\u202ed") == "a\\e[31mb\\r\\nc\\x9b\\u202ed"


def test_a_message_may_keep_its_line_breaks() -> None:
    assert visible("one\ntwo\x07", keep="\n") == "one\ntwo\\x07"


def test_json_escapes_what_a_terminal_would_obey_and_stays_the_same_value() -> None:
    value = {"title": "a\u202eb\x9b31m"}
    text = safe_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert "\u202e" not in text
    assert json.loads(text) == value


def test_wide_characters_take_two_columns_and_accents_none() -> None:
    assert [cells("日本"), cells("e\u0301"), cells("ok")] == [4, 1, 2]


def test_a_clipped_text_says_that_it_was_cut() -> None:
    assert [clipped("abcdef", 4), clipped("日本語", 5), clipped("abc", 4)] == [
        "abc…",
        "日本…",
        "abc",
    ]


def test_columns_are_aligned_by_what_is_seen_and_not_by_colour_codes() -> None:
    rows: list[Row] = [[Cell("a", "red"), "x"], ["bbb", "y"]]
    lines = lines_of(rows, Terminal(colour=True))
    assert lines == ["\x1b[31ma\x1b[0m    x", "bbb  y"]


def test_a_name_with_an_escape_sequence_cannot_paint_the_table() -> None:
    assert lines_of([["\x1b[2Jgone"]], Terminal()) == ["\\e[2Jgone"]


def test_numbers_stand_at_the_right_of_a_grid_and_null_is_shown() -> None:
    lines = grid(["name", "n"], [["a", 1], ["b", None]], Terminal())
    assert lines == ["name  n", "a     1", "b     ∅"]


def test_an_empty_result_still_has_its_heading() -> None:
    assert grid(["day", "value"], [], Terminal()) == ["day  value"]
