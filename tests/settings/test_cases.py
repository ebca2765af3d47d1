"""Every mistake a user can make is a file with the exact words he will see, beside a right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from krtracker.errors import Problem
from krtracker.settings import CODES
from tests.settings.texts import CASES, framed, problems

BAD = sorted(CASES.glob("*.bad.toml"))
WARNED = ("K002", "K015", "K019", "K032", "K036")


def said(path: Path) -> tuple[Problem, ...]:
    text = path.read_text("utf-8").split("\n#> ")[0].rstrip("\n") + "\n"
    return problems({"krtracker.toml": text} if text.startswith("# alone") else framed(text))


def expected(path: Path) -> str:
    lines = path.read_text("utf-8").splitlines()
    return "\n".join(line[3:] for line in lines if line.startswith("#>"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name.split(".")[0])
def test_a_mistake_is_answered_with_exactly_these_words(path: Path) -> None:
    assert "\n\n".join(map(str, said(path))) == expected(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name.split(".")[0])
def test_its_right_twin_is_taken_in_silence(path: Path) -> None:
    assert said(path.with_name(path.name.replace(".bad.", ".good."))) == ()


def test_there_are_enough_cases_and_each_has_its_twin() -> None:
    assert len(BAD) >= 100
    assert len(list(CASES.glob("*.good.toml"))) == len(BAD)


def test_every_code_of_this_room_has_a_case() -> None:
    shown = {problem.code for path in BAD for problem in said(path)}
    elsewhere = {"K040", "K041", "K042", "K043", "K044", "K045", "K046", "K900"}
    assert shown == set(CODES) - elsewhere


def test_only_some_codes_are_mere_warnings() -> None:
    warned = {one.code for path in BAD for one in said(path) if one.severity == "warning"}
    assert warned == set(WARNED)


def test_no_case_shows_a_secret() -> None:
    for path in BAD:
        assert "hunter2" not in expected(path)
