"""The connector `http` over a real socket: what is picked from answers, how pages follow."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from krtracker.connector import (
    Answer,
    Point,
    SourceRejectedError,
    UnexpectedAnswerError,
)
from tests.connectors.faulty import FaultyServer, Given, Heard
from tests.connectors.http_asking import failure, fetched, given, values

# What is picked


def test_lists_side_by_side_are_rows() -> None:
    told = {"data": {"x": ["2026-03-28", "2026-03-29"], "series": [[7, 8]]}}
    picks = {"rows": None, "day": "data.x", "value": "data.series[0]"}
    assert values(lambda _: given(told), picks) == [7, 8]


def test_an_expression_that_does_not_fit_the_answer_is_told() -> None:
    result = failure(lambda _: given({"days": [{"day": "2026-03-28"}]}), {"value": "length(n)"})
    assert type(result) is UnexpectedAnswerError
    assert "`length(n)`" in str(result)


def test_lists_of_other_lengths_are_refused() -> None:
    told = {"x": ["2026-03-28"], "y": [1, 2]}
    picks = {"rows": None, "day": "x", "value": "y"}
    assert "differ in length" in str(failure(lambda _: given(told), picks))


def test_a_table_by_day_is_rows_of_key_and_value() -> None:
    told = {"2026-03-28": {"n": 1, "rate": "50%"}, "2026-03-30": {"n": 4, "rate": "25%"}}
    picks = {"rows": "@", "day": "key", "value": "value.rate", "weight": "value.n"}
    with FaultyServer(lambda _: given(told)) as server:
        result = fetched(server, picks)
    assert isinstance(result, Answer)
    assert list(result.points) == [
        Point(date(2026, 3, 28), 0.5, 1.0),
        Point(date(2026, 3, 30), 0.25, 4.0),
    ]


def test_rows_may_be_lists_and_bear_a_segment() -> None:
    told = {"days": [["2026-03-28", "de", 3], ["2026-03-28", "at", 1]]}
    with FaultyServer(lambda _: given(told)) as server:
        result = fetched(server, {"day": "[0]", "segment": "[1]", "value": "[2]"})
    assert isinstance(result, Answer)
    assert [(point.segment, point.value) for point in result.points] == [("at", 1), ("de", 3)]


def test_a_numerator_and_a_denominator_make_a_share() -> None:
    told = {"days": [{"day": "2026-03-28", "a": 1, "b": "4"}]}
    parts = {"value": None, "numerator": "a", "denominator": "b"}
    assert values(lambda _: given(told), parts) == [0.25]


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("20260328", None),
        ("2026-03-28 00:00:00", None),
        ("2026-03-27T23:30:00Z", None),
        ("28.03.2026", "%d.%m.%Y"),
        ("Mar 28, 2026", "%b %d, %Y"),
        ("2026-03-27 23:30 +0000", "%Y-%m-%d %H:%M %z"),
        (1774652400, "epoch"),
        ("1774652400", "epoch"),
        (1774652400000, "epoch_ms"),
    ],
)
def test_days_come_in_many_forms(written: Any, pattern: str | None) -> None:
    with FaultyServer(lambda _: given({"days": [{"day": written, "n": 1}]})) as server:
        result = fetched(server, {"day_format": pattern})
    assert isinstance(result, Answer), result
    assert [point.day for point in result.points] == [date(2026, 3, 28)]


@pytest.mark.parametrize("written", ["yesterday", None, True, "31.02.2026", ["2026-03-28"]])
def test_what_is_no_day_is_refused(written: Any) -> None:
    told = {"days": [{"day": written, "n": 1}]}
    for pattern in (None, "%d.%m.%Y", "epoch"):
        result = failure(lambda _: given(told), {"day_format": pattern})
        assert type(result) is UnexpectedAnswerError, result


@pytest.mark.parametrize(
    ("written", "decimal", "number"),
    [("1.234,5", ",", 1234.5), ("1,234.5", ".", 1234.5), ("12,5 %", ",", 0.125), ("-3", None, -3)],
)
def test_numbers_are_read_as_the_source_writes_them(
    written: str, decimal: str | None, number: float
) -> None:
    told = {"days": [{"day": "2026-03-28", "n": written}]}
    assert values(lambda _: given(told), {"decimal": decimal}) == [number]


def test_one_request_a_day_needs_no_day_in_the_answer() -> None:
    def api(one: Heard) -> Given:
        return given({"total": int(one.params["from"][-2:]), "upto": one.params["to"]})

    request = {"rows": None, "day": None, "value": "total", "days_per_request": 1}
    assert values(api, {**request, "params": {"from": "{start}", "to": "{end}"}}) == [28, 29, 30]


def test_a_csv_may_have_other_marks() -> None:
    text = "\ufeffTag;Nutzer\n28.03.2026;1.234,5\n".encode()
    picks = {"rows": None, "format": "csv", "day": "Tag", "value": "Nutzer", "delimiter": ";"}
    more = {"day_format": "%d.%m.%Y", "decimal": ","}
    assert values(lambda _: Given(text, "text/csv"), {**picks, **more}) == [1234.5]


# Pages

EVERY = [{"day": f"2026-03-{n}", "n": n} for n in (28, 29, 30)]


def test_pages_by_number_end_with_an_empty_one() -> None:
    def api(one: Heard) -> Given:
        place = int(one.params["p"]) - 1
        return given({"days": EVERY[place : place + 1]})

    with FaultyServer(api) as server:
        result = fetched(server, {"pages": {"by": "page", "param": "p"}})
        assert [one.params["p"] for one in server.heard] == ["1", "2", "3", "4"]
    assert isinstance(result, Answer)
    assert len(result.points) == 3


def test_pages_by_offset_end_with_a_short_one_and_may_stand_in_the_body() -> None:
    def api(one: Heard) -> Given:
        page = json.loads(one.body)["page"]
        return given({"days": EVERY[page["offset"] : page["offset"] + page["limit"]], "of": "3"})

    pages = {"by": "offset", "param": "page.offset", "into": "body", "size": 2}
    request = {
        "method": "POST",
        "body": {"q": 1},
        "pages": {**pages, "size_param": "page.limit", "total": "of"},
    }
    with FaultyServer(api) as server:
        result = fetched(server, request)
        assert len(server.heard) == 2
    assert isinstance(result, Answer)
    assert [point.value for point in result.points] == [28, 29, 30]


def test_pages_by_cursor_follow_it_to_the_end() -> None:
    def api(one: Heard) -> Given:
        place = int(one.params.get("after", "0"))
        return given({"days": EVERY[place : place + 1], "next": place + 1 if place < 2 else None})

    pages = {"by": "cursor", "param": "after", "next": "next"}
    assert values(api, {"pages": pages}) == [28, 29, 30]


def test_pages_by_link_follow_the_header() -> None:
    def api(one: Heard) -> Given:
        place = int(one.params.get("page", "0"))
        more = {"Link": f'</x?page={place + 1}>; rel="next"'} if place < 2 else {}
        return given({"days": EVERY[place : place + 1]}, **more)

    assert values(api, {"path": "x", "pages": {"by": "link"}}) == [28, 29, 30]


def test_a_link_to_another_host_is_not_followed() -> None:
    told = given({"days": EVERY[:1], "more": "http://evil.example/x"})
    pages = {"by": "link", "next": "more"}
    result = failure(lambda _: told, {"pages": pages}, auth={"token": "abcd"})
    assert type(result) is UnexpectedAnswerError
    assert "evil.example" in str(result)


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({"by": "page", "param": "p"}, "earlier one"),
        ({"by": "offset", "param": "p"}, "earlier one"),
        ({"by": "cursor", "param": "p", "next": "cursor"}, "earlier one|circles"),
        ({"by": "link", "next": "link"}, "earlier one|circles"),
    ],
)
def test_pages_that_repeat_are_refused(pages: dict[str, str], words: str) -> None:
    told = given({"days": EVERY, "cursor": "c", "link": "/again"})
    result = failure(lambda _: told, {"pages": pages})
    assert type(result) is UnexpectedAnswerError
    assert any(word in str(result) for word in words.split("|"))


def test_pages_without_end_are_refused() -> None:
    def api(one: Heard) -> Given:
        number = int(one.params.get("c", "0"))
        return given({"days": [{"day": "2026-03-28", "n": number}], "next": number + 1})

    with FaultyServer(api) as server:
        pages = {"by": "cursor", "param": "c", "next": "next", "most": 7}
        result = fetched(server, {"pages": pages})
        assert len(server.heard) == 7
    assert type(result) is UnexpectedAnswerError
    assert "more than 7 pages" in str(result)


def test_empty_pages_whose_cursor_moves_on_end_at_the_cap() -> None:
    def api(one: Heard) -> Given:
        return given({"days": [], "next": int(one.params.get("c", "0")) + 1})

    pages = {"by": "cursor", "param": "c", "next": "next", "most": 3}
    assert "more than 3 pages" in str(failure(api, {"pages": pages}))


def test_overlapping_pages_count_a_day_once() -> None:
    def api(one: Heard) -> Given:
        place = int(one.params["p"])
        return given({"days": EVERY[place : place + 2], "of": 3})

    pages = {"by": "page", "param": "p", "first": 0, "total": "of", "size": 2}
    assert values(api, {"pages": pages}) == [28, 29, 30]


def test_a_total_that_is_not_reached_refuses_the_answer() -> None:
    def api(one: Heard) -> Given:
        return given({"days": EVERY[:2] if one.params["p"] == "1" else [], "of": 5})

    result = failure(api, {"pages": {"by": "page", "param": "p", "total": "of"}})
    assert type(result) is UnexpectedAnswerError
    assert "5 rows, and 2 came" in str(result)


def test_more_rows_than_the_cap_are_refused() -> None:
    told = given({"days": EVERY})
    result = failure(lambda _: told, {}, max_rows=2)
    assert type(result) is SourceRejectedError
    assert "max_rows" in str(result)
