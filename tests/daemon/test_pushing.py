"""What is pushed over HTTP: what is taken, what is refused and with which words; a real server."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.pushing import GOOD, PATH, TOKEN, Reached, reached

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def here(tmp_path: Path) -> Generator[Reached, None, None]:
    with reached(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Generator[Reached, None, None]:
    """One for all who are refused: what they leave behind is seen at the end."""
    with reached(tmp_path_factory.mktemp("strict")) as made:
        yield made
        assert made.values() == []
        assert made.crashes == []


def point(**more: Any) -> dict[str, Any]:
    return {"points": [{"day": "2026-11-18", "value": 1, **more}]}


def test_points_are_stored_and_the_answer_says_what_changed(here: Reached) -> None:
    first = here.push()
    assert first.status == 200
    assert here.values() == [("11-18", 41.0), ("11-19", 42.5)]
    changed = here.push(
        {"points": [{"day": "2026-11-19", "value": 43}, {"day": "2026-11-18", "value": 41},
                    {"day": "2026-11-17", "value": 400}]}
    )  # fmt: skip
    counts = ("points", "new", "revised", "unchanged", "quarantined")
    assert [first.body[one] for one in counts] == [2, 2, 0, 0, 0]
    assert [changed.body[one] for one in counts] == [3, 1, 1, 1, 1]
    assert "2026-11-17 is set apart: 400" in changed.body["notes"][0]
    assert here.values() == [("11-18", 41.0), ("11-19", 43.0)]


def test_many_at_once_are_all_stored_or_told_to_come_again(here: Reached) -> None:
    rows: list[dict[str, Any]] = [
        {"day": f"2026-10-{day:02}", "value": day} for day in range(1, 31)
    ]
    with ThreadPoolExecutor(30) as pool:
        told = list(pool.map(lambda row: here.push({"points": [row]}), rows))
    taken = [row for row, got in zip(rows, told, strict=True) if got.status == 200]
    assert {got.status for got in told} <= {200, 503}
    assert len(taken) >= here.server.most_clients
    assert here.values() == [(row["day"][5:], row["value"]) for row in taken]


def test_an_evaluation_is_asked_for_once_something_was_stored(here: Reached) -> None:
    here.push()
    assert here.woken == ["soon"]


def test_a_key_again_is_answered_again_and_stores_nothing(here: Reached) -> None:
    first = here.push(Idempotency_Key="a-1")
    here.push({"points": [{"day": "2026-11-18", "value": 50}]})
    again = here.push(Idempotency_Key='"a-1"')
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert here.values()[0] == ("11-18", 50.0)


def test_a_key_with_other_points_is_a_conflict(here: Reached) -> None:
    here.push(Idempotency_Key="a-1")
    other = here.push(point(), Idempotency_Key="a-1")
    assert (other.status, other.body["title"]) == (409, "Conflict")
    assert "take a new key" in other.body["detail"]
    assert here.values()[0] == ("11-18", 41.0)


@pytest.mark.parametrize("key", ["", "with space", "k" * 201, TOKEN, "\xe4"])
def test_a_key_that_cannot_be_one_is_refused(strict: Reached, key: str) -> None:
    assert strict.push(Idempotency_Key=key).status == 400
    assert strict.values() == []


def test_a_ratio_comes_as_numerator_and_denominator(here: Reached) -> None:
    row = {"day": "2026-11-18", "numerator": 9, "denominator": 12}
    assert here.push({"points": [row]}, PATH.replace("nps", "answered")).status == 200
    _, rows = here.reader.sql("SELECT value, weight FROM krt.observations")
    assert rows == [(0.75, 12.0)]


def test_no_case_at_all_is_known_and_weighs_nothing(here: Reached) -> None:
    row = {"day": "2026-11-18", "numerator": 0, "denominator": 0}
    assert here.push({"points": [row]}, PATH.replace("nps", "answered")).status == 200
    _, rows = here.reader.sql("SELECT value, weight FROM krt.observations")
    assert rows == [(None, 0.0)]


def test_a_note_and_segments_are_kept(here: Reached) -> None:
    body = {**point(segment="de"), "note": "autumn survey"}
    run = here.push(body).body["run"]
    assert here.reader.run(run).note == "autumn survey"
    assert here.reader.sql("SELECT segment FROM krt.observations")[1] == [("de",)]


def test_csv_is_taken_too(here: Reached) -> None:
    text = b"\xef\xbb\xbfDay,Value\r\n2026-11-18,41\r\n\r\n2026-11-19,-4.5e1\r\n"
    assert here.push(text, Content_Type="text/csv; charset=utf-8").status == 200
    assert here.values() == [("11-18", 41.0), ("11-19", -45.0)]


@pytest.mark.parametrize(
    ("row", "at", "words"),
    [
        ({"value": 1}, "day", "is missing"),
        ({"day": "20.11.2026", "value": 1}, "day", "no day: write it as 2026-11-20"),
        ({"day": "20261120", "value": 1}, "day", "no day"),
        ({"day": "2026-02-30", "value": 1}, "day", "no day"),
        ({"day": 20261120, "value": 1}, "day", "no day"),
        ({"day": "2026-11-21", "value": 1}, "day", "still to come: today is 2026-11-20"),
        ({"day": "1026-11-20", "value": 1}, "day", "before 1970"),
        ({"day": "2026-11-18"}, "value", "is missing"),
        ({"day": "2026-11-18", "value": None}, "value", "--retract"),
        ({"day": "2026-11-18", "value": "12.5"}, "value", "write 12.5 without quotes"),
        ({"day": "2026-11-18", "value": "45%"}, "value", "45% is 0.45"),
        ({"day": "2026-11-18", "value": True}, "value", "no finite number"),
        ({"day": "2026-11-18", "value": [1]}, "value", "no finite number"),
        ({"day": "2026-11-18", "value": 10**400}, "value", "no finite number"),
        ({"day": "2026-11-18", "value": 1, "weight": -1}, "weight", "-1 is below 0"),
        ({"day": "2026-11-18", "value": 1, "segment": "a\u202eb"}, "segment", "must be text"),
        ({"day": "2026-11-18", "value": 1, "segment": "\ud800"}, "segment", "must be text"),
        ({"day": "2026-11-18", "value": 1, "segment": 5}, "segment", "must be text"),
        ({"day": "2026-11-18", "value": 1, "valeu": 1}, "valeu", "did you mean `value`"),
        ({"day": "2026-11-18", "numerator": 1}, "denominator", "is missing"),
    ],
)  # fmt: skip
def test_a_bad_point_is_named_by_its_place_and_nothing_of_the_body_is_stored(
    strict: Reached, row: dict[str, Any], at: str, words: str
) -> None:
    got = strict.push({"points": [*GOOD["points"], row]})
    assert (got.status, got.places) == (422, [f"points[2].{at}"])
    assert words in got.body["problems"][0]["message"]
    assert strict.values() == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"day": "2026-11-18", "value": 5}, "the same day as points[0] with another value"),
        ({"day": "2026-11-17", "value": 5, "numerator": 1, "denominator": 2}, "not both"),
        ({"day": "2026-11-17", "numerator": 1, "denominator": 0}, "over a denominator of 0"),
        (7, 'write {"day": ...'),
    ],
)
def test_a_point_that_contradicts_is_named_as_a_whole(
    strict: Reached, row: Any, words: str
) -> None:
    got = strict.push({"points": [*GOOD["points"], row]})
    assert (got.status, got.places) == (422, ["points[2]"])
    assert words in got.body["problems"][0]["message"]


def test_a_point_given_twice_alike_counts_once(here: Reached) -> None:
    assert here.push({"points": [*GOOD["points"], GOOD["points"][0]]}).status == 200
    assert here.values() == [("11-18", 41.0), ("11-19", 42.5)]


def test_of_many_mistakes_twenty_are_told_and_the_rest_counted(strict: Reached) -> None:
    got = strict.push({"points": [{"day": "x", "value": 1}] * 50})
    assert len(got.places) == 21
    assert got.body["problems"][-1]["message"] == "... and 30 more"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "line 1, column 2"),
        (b"\xff\xfe", 400, "not UTF-8"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b'{"points": [{"day": "2026-11-18", "value": NaN}]}', 400, "NaN is no number"),
        (b'{"points": [{"day": "2026-11-18", "value": 1, "value": 2}]}', 400, "twice"),
        (b"9" * 5000, 400, "not JSON"),
        (b"[]", 422, "must be an object"),
        (b'{"points": {}}', 422, "must be an object"),
        (b'{"points": []}', 422, "there is no point"),
        (b'{"points": [], "note": "a\\nb"}', 422, "one line"),
        (b'{"points": [], "pionts": 1}', 422, "did you mean `points`"),
        (b'{"points": [' + b"1," * 10_000 + b"1]}", 413, "10,001 points are too many"),
    ],
)
def test_a_body_that_is_no_push_is_refused(
    strict: Reached, body: bytes, status: int, words: str
) -> None:
    got = strict.push(body)
    assert got.status == status
    assert words in got.body["detail"]
    assert strict.crashes == []


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        (b"value\n1\n", 422, "line 1: must name the columns"),
        (b"day;value\n2026-11-18;1\n", 422, "line 1: separate the columns by commas"),
        (b"day,valeu\n2026-11-18,1\n", 422, "line 1: unknown field `valeu`: did you mean"),
        (b"day,value\n2026-11-18,x\n", 422, "line 2.value"),
        (b"day,value\n2026-11-18,1,2\n", 422, "3 cells for 2 columns"),
        (b"day,value\n2026-11-18,1_0\n", 422, "no finite number"),
        (b'day,value\n"2026-11-18,1\n', 400, "is not CSV"),
        (b"", 422, "line 1: must name the columns"),
    ],
)
def test_csv_that_cannot_be_read_is_refused_with_its_line(
    strict: Reached, text: bytes, status: int, words: str
) -> None:
    got = strict.push(text, Content_Type="text/csv")
    assert got.status == status
    assert words in got.body["detail"]
    assert strict.values() == []


@pytest.mark.parametrize(
    "heads",
    [
        {"Content_Type": None},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": "application/json; charset=latin-1"},
        {"Content_Encoding": "gzip"},
    ],
)
def test_another_kind_of_body_is_refused(strict: Reached, heads: dict[str, Any]) -> None:
    assert strict.push(**heads).status == 415


def test_every_refused_body_leaves_a_run_with_the_reason(here: Reached) -> None:
    here.push(b"{")
    here.push({"points": [{"day": "x", "value": 1}]})
    runs = here.reader.runs("nps")
    assert [(run.source, run.outcome.value) for run in runs] == [("push", "unexpected")] * 2
    assert runs[0].message.startswith('points[0].day: "x" is no day')
    assert runs[1].message.startswith("the body is not JSON")


def test_an_unknown_metric_is_answered_with_the_nearest_one(strict: Reached) -> None:
    got = strict.push(path=PATH.replace("nps", "npss"))
    assert (got.status, got.body["detail"]) == (404, "no metric `npss`: did you mean `nps`?")


def test_a_metric_of_another_source_takes_no_pushes(strict: Reached) -> None:
    got = strict.push(path=PATH.replace("nps", "dau"))
    assert got.status == 403
    assert "`dau` is asked of `db`" in got.body["detail"]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN],
)
@pytest.mark.parametrize("metric", ["nps", "nothing"])
def test_without_the_token_one_learns_nothing(
    strict: Reached, metric: str, authorization: str | None
) -> None:
    got = strict.push(path=PATH.replace("nps", metric), Authorization=authorization)
    assert got.status == 401
    assert got.headers["WWW-Authenticate"].startswith("Bearer")
    assert got.body == strict.push(b"{", Authorization="Bearer other").body
    assert not [run for run in strict.reader.runs() if run.written]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_only_post_is_known_where_values_are_taken(strict: Reached, method: str) -> None:
    got = strict.ask(method, PATH)
    assert (got.status, got.headers["Allow"]) == (405, "POST")
    assert not [name for name in got.headers if name.startswith("Access-Control")]


def test_another_path_says_where_values_are_taken(strict: Reached) -> None:
    got = strict.ask("GET", "/api/v1/metrics/nps")
    assert got.status == 404
    assert "POST /api/v1/metrics/ID/points" in got.body["detail"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil"])
def test_a_host_that_is_not_ours_is_misdirected(strict: Reached, host: str) -> None:
    assert strict.push(Host=host).status == 421
    assert strict.values() == []


@pytest.mark.parametrize(
    "host", ["localhost:1", "LOCALHOST", "127.0.0.1:8787", "[::1]:8787", "okrs.fieldnote.example"]
)
def test_our_own_names_and_addresses_are_taken(here: Reached, host: str) -> None:
    assert here.push(Host=host).status == 200


def test_a_page_in_a_browser_may_not_push(strict: Reached) -> None:
    got = strict.push(Origin="http://localhost:8787")
    assert got.status == 403
    assert strict.values() == []


def test_health_needs_no_token(strict: Reached) -> None:
    got = strict.ask("GET", "/healthz")
    assert (got.status, got.body) == (200, {"schema": 1, "status": "ok"})


def test_while_closing_one_is_told_to_come_again(here: Reached) -> None:
    here.reception.close()
    got = here.push()
    assert (got.status, got.headers["Retry-After"]) == (503, "5")
    assert here.values() == []


def test_the_token_is_in_no_answer_no_line_of_the_log_and_not_in_the_store(
    here: Reached, tmp_path: Path
) -> None:
    answers = [
        here.push(),
        here.push(path=PATH.replace("nps", TOKEN)),
        here.push(point(day=TOKEN)),
        here.push(point(**{TOKEN: 1})),
        here.push({"points": [], TOKEN: 1}),
        here.push(Idempotency_Key=TOKEN),
        here.push(Content_Type=TOKEN),
        here.ask("GET", f"/{TOKEN}"),
    ]
    assert [one.status for one in answers] == [200, 404, 422, 422, 422, 400, 415, 404]
    assert not [one for one in answers if TOKEN in str(one)]
    assert TOKEN not in here.said.getvalue()
    assert not [run for run in here.reader.runs() if TOKEN in str(run)]
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert not [one for one in files if TOKEN.encode() in one.read_bytes()]
