"""The tree of `status`: from values to lines, no store needed."""

from __future__ import annotations

import dataclasses
from datetime import date

from krtracker.cli.standing import (
    Board,
    Heading,
    Standing,
    board_lines,
    counts_line,
    cycle_line,
    detail_lines,
    failing,
    in_tree_order,
)
from krtracker.cli.terminal import Terminal
from krtracker.model import Status
from krtracker.periods import Span

DAU = Standing(
    key_result="2026-q4/dau-50k",
    name="dau-50k",
    title="Daily active users to 50k",
    status=Status.AT_RISK,
    reason="1.3 times the planned pace is needed, at most 1.1 is on track",
    cycle="2026-q4",
    objective="2026-q4/growth",
    owner="priya",
    metric="dau",
    kind="count",
    actual=46_412.0,
    baseline=41_800.0,
    origin=41_800.0,
    target=50_000.0,
    progress=0.5624,
    expected=0.66,
    catch_up=1.3,
    data_day=date(2026, 11, 19),
    past=(1.0, 4.0, 8.0),
)
BOARD = Board(
    workspace="Fieldnote",
    cycle="2026-q4",
    title="Q4 2026",
    span=Span(date(2026, 10, 1), date(2026, 12, 31)),
    today=date(2026, 11, 20),
    headings=(
        Heading("2026-q4/growth", "Grow", "priya", "2026-q4/company"),
        Heading("2026-q4/company", "Become the daily home"),
    ),
    standings=(DAU,),
)


def test_the_board_shows_cycle_counts_tree_and_row() -> None:
    assert board_lines(BOARD, Terminal()) == [
        "Fieldnote · Q4 2026 · day 51 of 92",
        "▲ 1 at risk",
        "",
        "Become the daily home",
        "  Grow · priya",
        (
            "    dau-50k  41.8k  →  46.4k  →  50.0k  ▁▄█  ▰▰▰▰▰▱▱▱▱▱  56 %  ▲ at risk  19 Nov"
            "  from here 1.3 times as fast as planned"
        ),
    ]


def test_a_stale_row_gives_its_reason_and_no_pace() -> None:
    stale = dataclasses.replace(DAU, status=Status.STALE, reason="no data since 9 November")
    line = board_lines(dataclasses.replace(BOARD, standings=(stale,)), Terminal())[-1]
    assert "no data since 9 November" in line
    assert "as fast as planned" not in line


def test_a_terminal_without_unicode_gets_a_readable_row() -> None:
    line = board_lines(BOARD, Terminal(unicode=False))[-1]
    assert "41.8k  ->  46.4k  ->  50.0k" in line
    assert line.isascii()


def test_a_title_with_an_escape_sequence_is_shown_and_not_obeyed() -> None:
    heading = Heading("2026-q4/growth", "Grow\x1b[2J")
    lines = board_lines(dataclasses.replace(BOARD, headings=(heading,)), Terminal())
    assert "Grow\\e[2J" in lines
    assert "\x1b" not in "".join(lines)


def test_a_key_result_without_an_objective_is_still_shown() -> None:
    lines = board_lines(dataclasses.replace(BOARD, headings=()), Terminal())
    assert "dau-50k" in lines[-1]


def test_children_stand_below_their_parent_in_the_order_of_the_files() -> None:
    tree = [Heading("a", "A"), Heading("c", "C", parent="b"), Heading("b", "B", parent="a")]
    assert [(one.id, depth) for one, depth in in_tree_order(tree)] == [("a", 0), ("b", 1), ("c", 2)]


def test_before_and_after_the_cycle_its_line_says_so() -> None:
    before = dataclasses.replace(BOARD, today=date(2026, 9, 30))
    after = dataclasses.replace(BOARD, today=date(2027, 1, 4))
    assert cycle_line(before).endswith("starts on 1 Oct")
    assert cycle_line(after).endswith("ended on 31 Dec 2026")


def test_an_empty_board_says_that_there_is_nothing() -> None:
    assert counts_line(dataclasses.replace(BOARD, standings=()), Terminal()) == "0 key results"


def test_the_details_hold_every_fact_in_the_metrics_unit() -> None:
    text = "\n".join(detail_lines(DAU, date(2026, 11, 20), Terminal()))
    assert "actual        46.4k" in text
    assert "56 % of the way, 66 % expected" in text


def test_fail_on_at_risk_includes_what_is_worse() -> None:
    off = dataclasses.replace(DAU, status=Status.OFF_TRACK)
    assert failing([DAU, off], ["at-risk"]) == [DAU, off]
    assert failing([DAU, off], ["off-track"]) == [off]


def test_fail_on_stale_asks_about_freshness_only() -> None:
    stale = dataclasses.replace(DAU, status=Status.STALE)
    assert failing([DAU, stale], ["stale"]) == [stale]


def test_the_json_facts_are_raw_numbers() -> None:
    facts = DAU.facts()
    assert (facts["progress"], facts["status"]) == (0.5624, "at_risk")


def test_a_narrow_terminal_gets_brief_remarks_and_then_fewer_columns() -> None:
    at_100 = board_lines(BOARD, Terminal(width=100, interactive=True))[-1]
    at_60 = board_lines(BOARD, Terminal(width=60, interactive=True))[-1]
    assert at_100.endswith("▁▄█  ▰▰▰▰▰▱▱▱▱▱  56 %  ▲ at risk  19 Nov  1.3 x pace")
    assert at_60 == "    dau-50k  41.8k  →  46.4k  →  50.0k  56 %  ▲ at risk  19 Nov"


def test_a_provisional_number_is_marked_and_the_mark_explained() -> None:
    board = dataclasses.replace(BOARD, standings=(dataclasses.replace(DAU, provisional=True),))
    lines = board_lines(board, Terminal())
    assert "19 Nov*" in lines[5]
    assert lines[-1].startswith("* provisional")


def test_a_reason_does_not_repeat_the_status_beside_it() -> None:
    stale = dataclasses.replace(DAU, status=Status.STALE, reason="Stale: 9 days without data.")
    line = board_lines(dataclasses.replace(BOARD, standings=(stale,)), Terminal())[-1]
    assert line.endswith("◷ stale  19 Nov  9 days without data.")
