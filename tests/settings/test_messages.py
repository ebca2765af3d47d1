"""Mistakes of several files at once, in the words the design promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from krtracker.errors import ConfigurationError
from krtracker.settings import load, parse
from tests.settings.texts import FOLDER, FRAME, fieldnote, problems

OKRS = "okrs/2026-q4.toml"
THREE = """\
error[K003]: unknown setting `tagret` in key result `dau-50k`
  --> okrs/2026-q4.toml:36:1
   |
36 | tagret = 50_000
   | ^^^^^^ not a setting of a key result
   = help: did you mean `target`?

error[K010]: no metric `session_durations`
  --> okrs/2026-q4.toml:60:10
   |
60 | metric = "session_durations"
   |          ^^^^^^^^^^^^^^^^^^^ not defined in any file
   = help: did you mean `session_duration` (metrics.toml:28)?

error[K021]: target of `d7-38` is 3,800%
  --> okrs/2026-q4.toml:70:10
   |
70 | target = 38
   |          ^^ `d7_retention` is a ratio, so 1 means 100%
   = help: write target = "38%\""""


def spoiled(files: dict[str, str], *changes: tuple[str, str, str]) -> dict[str, str]:
    files = dict(files)
    for name, old, new in changes:
        assert files[name].count(old) == 1, (name, old)
        files[name] = files[name].replace(old, new)
    return files


def test_three_mistakes_look_as_the_design_says() -> None:
    files = spoiled(
        fieldnote(),
        (OKRS, "\ntarget = 50_000", "\ntagret = 50_000"),
        (OKRS, 'metric = "session_duration"', 'metric = "session_durations"'),
        (OKRS, 'target = "38%"', "target = 38"),
    )
    with pytest.raises(ConfigurationError) as raised:
        parse(files, folder=FOLDER)
    errors = [str(one) for one in raised.value.problems if one.severity == "error"]
    assert "\n\n".join(errors) == THREE


TEN = [
    ("K013", "krtracker.toml:35"),
    ("K007", "krtracker.toml:94"),
    ("K010", "krtracker.toml:105"),
    ("K006", "metrics.toml:8"),
    ("K005", "metrics.toml:20"),
    ("K031", "metrics.toml:44"),
    ("K014", "metrics.toml:52"),
    ("K003", "okrs/2026-q4.toml:36"),
    ("K010", "okrs/2026-q4.toml:60"),
    ("K021", "okrs/2026-q4.toml:70"),
]


def with_ten() -> dict[str, str]:
    return spoiled(
        fieldnote(),
        ("krtracker.toml", '"${env:PRODUCT_DB_URL}"', '"postgresql://krt:hunter2@db/app"'),
        ("krtracker.toml", '"weekly mon 09:00"', '"mondays"'),
        (
            "krtracker.toml",
            'alerts.target-reached]\nto = ["leads"]',
            'alerts.target-reached]\nto = ["lead"]',
        ),
        (
            "metrics.toml",
            'kind = "count"\nsource = "product_db"\nquery = """',
            'kind = "cuont"\nsource = "product_db"\nquery = """',
        ),
        ("metrics.toml", 'settles_in = "3d"', "settles_in = 3"),
        ("metrics.toml", '"28d weighted mean"', '"28d mean"'),
        ("metrics.toml", "# Counts up from zero", 'timezone = "Berlin"\n# Counts up from zero'),
        (OKRS, "\ntarget = 50_000", "\ntagret = 50_000"),
        (OKRS, 'metric = "session_duration"', 'metric = "session_durations"'),
        (OKRS, 'target = "38%"', "target = 38"),
    )


def test_ten_mistakes_of_three_files_are_told_at_once_in_the_order_of_the_files() -> None:
    assert [(one.code, str(one.place)) for one in problems(with_ten())] == TEN


def test_the_source_line_of_a_secret_is_starred_out() -> None:
    assert "hunter2" not in "\n".join(map(str, problems(with_ten())))


def test_a_file_that_is_no_toml_hides_no_mistake_of_the_others() -> None:
    files = with_ten()
    files["metrics.toml"] += '\n[metrics.broken]\ntitle = "no end\n'
    codes = [(one.code, str(one.place)) for one in problems(files)]
    assert codes == [*TEN[:3], ("K001", "metrics.toml:65"), TEN[7], TEN[8]]


def test_what_an_unreadable_file_seems_to_define_is_not_called_missing() -> None:
    files = fieldnote()
    files["metrics.toml"] += "= 1\n"
    assert [one.code for one in problems(files)] == ["K001"]


def test_several_mistakes_of_one_key_result_are_told_together() -> None:
    case = """\
[key_results.a]
objective = "grwoth"
metric = "d7_retention"
tagret = "38%"
baseline = 31
weight = -1
"""
    said = problems({"krtracker.toml": FRAME, "case.toml": case})
    assert [(one.code, one.place.line if one.place else 0) for one in said] == [
        ("K010", 2),
        ("K003", 4),
        ("K021", 5),
        ("K016", 6),
    ]


def test_a_missing_configuration_file_says_so() -> None:
    assert [str(one) for one in problems({})] == [
        "error[K002]: cannot read `krtracker.toml`: not among the stored files"
    ]


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "krtracker.toml"
    path.write_bytes(b'name = "caf\xe9"\n')
    with pytest.raises(ConfigurationError, match="not UTF-8 at byte 11"):
        load(path)


def test_windows_line_ends_are_read_as_any_others() -> None:
    files = {"krtracker.toml": FRAME.replace("\n", "\r\n"), "case.toml": "titel = 1\r\n"}
    (said,) = problems(files)
    assert (said.code, said.place and said.place.text) == ("K003", "titel = 1")
