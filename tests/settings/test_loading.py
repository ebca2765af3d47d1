"""Files on disk: what is included, what it costs, what is not active yet."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from krtracker.errors import ConfigurationError, Problem
from krtracker.settings import load, parse
from krtracker.settings.inactive import INACTIVE
from krtracker.settings.shelves import TextShelf
from tests.settings.texts import FOLDER, WINDOW, read

MANY = 10_000


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_disk_and_kept_texts_find_the_same_files(tmp_path: Path) -> None:
    for name in ("a.toml", "okrs/b.toml", "okrs/deep/c.toml", ".hidden/d.toml", "okrs/.e.toml"):
        put(tmp_path, name, f'[people.{name[-6]}]\nname = "x"\n')
    patterns = '["*.toml", "okrs/*.toml", "okrs/**/*.toml", "./a.toml"]'
    path = put(tmp_path, "krtracker.toml", f"include = {patterns}\n")
    found = load(path)
    assert list(found.people) == ["a", "b", "c"]
    assert parse(found.files, folder=tmp_path) == found


def test_files_beside_the_folder_may_be_included(tmp_path: Path) -> None:
    put(tmp_path, "shared/people.toml", "[people.mara]\n")
    path = put(tmp_path, "team/krtracker.toml", 'include = ["../shared/*.toml"]\n')
    assert list(load(path).files) == ["krtracker.toml", "../shared/people.toml"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.toml", ["a.toml"]),
        ("**/*.toml", ["a.toml", "x/b.toml", "x/y/c.toml"]),
        ("x/*.toml", ["x/b.toml"]),
        ("x/**", ["x/b.toml", "x/y/c.toml"]),
        ("./a.toml", ["a.toml"]),
        ("?.toml", ["a.toml"]),
    ],
)
def test_globs_on_kept_texts(pattern: str, found: list[str]) -> None:
    names = ("a.toml", "x/b.toml", "x/y/c.toml", "x/.d.toml", "a.sql")
    shelf = TextShelf(dict.fromkeys(names, ""))
    assert [one for one in shelf.matching(pattern) if one.endswith(".toml")] == found


def test_a_folder_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        load(tmp_path / "krtracker.toml")


def many(target: str) -> dict[str, str]:
    query = f'query = "select day, value from t {WINDOW}"'
    metrics = "".join(f'[metrics.m{n}]\nsource = "db"\n{query}\n' for n in range(MANY // 10))
    goals = "".join(
        f'[key_results.k{n}]\nmetric = "m{n // 10}"\nbaseline = 100\n{target}\nowner = "x"\n'
        f'depends_on = ["k{n + 1}"]\n'
        for n in range(MANY)
    )
    head = 'include = ["m.toml", "q.toml"]\n[sources.db]\nconnector = "sql"\nurl = "sqlite:///x"\n'
    cycle = '[cycle]\nid = "q"\nperiod = "2026 Q4"\nstatus = { by = "pace" }\n'
    last = f'[key_results.k{MANY}]\nmetric = "m1"\ntarget = 1\n'
    return {"krtracker.toml": head, "m.toml": metrics, "q.toml": cycle + goals + last}


def test_ten_thousand_key_results_in_one_chain_are_read_in_seconds() -> None:
    files = many('target = "+25%"')
    started = time.process_time()
    found = parse(files, folder=FOLDER)
    assert len(found.key_results) == MANY + 1
    assert time.process_time() - started < 10


def test_ten_thousand_mistakes_are_told_in_seconds() -> None:
    files = many('tagret = "+25%"')
    started = time.process_time()
    with pytest.raises(ConfigurationError) as raised:
        parse(files, folder=FOLDER)
    assert len(raised.value.problems) == MANY
    assert time.process_time() - started < 20


def test_each_line_of_the_table_of_inactive_words_names_a_setting_of_the_language() -> None:
    from krtracker.settings.goal_tables import KEYED, SINGLE

    tables = {**KEYED, **SINGLE}
    for one in INACTIVE:
        assert not one.setting or one.setting in tables[one.section].model_fields


def notes(text: str) -> list[Problem]:
    """What is said of the case; the frame has a channel of its own."""
    found = read(text).remarks
    return [one for one in found if one.place is not None and one.place.file == "case.toml"]


def test_an_inactive_setting_is_noted_once_with_its_users() -> None:
    goal = '[key_results.{}]\nmetric = "dau"\nbaseline = 1\ntarget = 2\n'
    waiting = "".join(goal.format(name) + 'depends_on = ["z"]\n' for name in "abcdefg")
    (note,) = notes(waiting + goal.format("z"))
    assert (note.code, note.severity) == ("K900", "note")
    assert note.message == "`depends_on` is not active in this version"
    assert note.label == "used by a, b, c, d, e and 2 more"


def test_every_path_of_a_level_is_active() -> None:
    text = '[key_results.a]\nmetric = "dau"\nbaseline = 1\ntarget = 2\npace = "{}"\n'
    for pace in ("linear", "geometric", "s-curve", "hold", "step 2026-11-15"):
        assert notes(text.format(pace)) == []
