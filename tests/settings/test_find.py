"""Where the configuration is looked for; and that looking is light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from krtracker.errors import ConfigurationError, UsageError
from krtracker.settings import find_configuration, published_path


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_the_one_named_on_the_command_line_is_taken(tmp_path: Path) -> None:
    named = put(tmp_path / "other.toml")
    put(tmp_path / "krtracker.toml")
    assert find_configuration(Path("other.toml"), cwd=tmp_path, environ={}) == named


def test_a_folder_means_the_file_in_it(tmp_path: Path) -> None:
    inside = put(tmp_path / "conf" / "krtracker.toml")
    assert find_configuration(Path("conf"), cwd=tmp_path, environ={}) == inside


def test_the_environment_goes_before_the_folder(tmp_path: Path) -> None:
    named = put(tmp_path / "other.toml")
    put(tmp_path / "krtracker.toml")
    environ = {"KRTRACKER_CONFIG": str(named)}
    assert find_configuration(None, cwd=tmp_path, environ=environ) == named


def test_parents_are_searched_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    found = put(tmp_path / "repo" / "krtracker.toml")
    (tmp_path / "repo" / ".git").mkdir()
    here = tmp_path / "repo" / "a" / "b"
    here.mkdir(parents=True)
    assert find_configuration(None, cwd=here, environ={}) == found


def test_beyond_the_repository_nothing_is_searched(tmp_path: Path) -> None:
    put(tmp_path / "krtracker.toml")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    with pytest.raises(UsageError):
        find_configuration(None, cwd=tmp_path / "repo", environ={})


def test_the_users_own_comes_after_the_folders(tmp_path: Path) -> None:
    own = put(tmp_path / "xdg" / "krtracker" / "krtracker.toml")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert find_configuration(None, cwd=tmp_path / "repo", environ=environ) == own


def test_nothing_found_says_where_it_looked_and_what_to_run(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError) as raised:
        find_configuration(None, cwd=tmp_path, environ={"HOME": "/home/x"})
    words = str(raised.value)
    assert f"{tmp_path}/krtracker.toml" in words
    assert "/home/x/.config/krtracker/krtracker.toml" in words
    assert "/etc/krtracker/krtracker.toml" in words
    assert "krtracker init" in words


def test_a_named_file_that_is_not_there_says_who_named_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"KRTRACKER_CONFIG names .*none\.toml"):
        find_configuration(None, cwd=tmp_path, environ={"KRTRACKER_CONFIG": "none.toml"})


def test_the_published_file_is_relative_to_the_configuration(tmp_path: Path) -> None:
    path = put(tmp_path / "krtracker.toml", '[store]\npath = "../here/x.duckdb"\n')
    assert published_path(path) == tmp_path.parent / "here" / "x.duckdb"


def test_the_published_file_has_a_default(tmp_path: Path) -> None:
    assert published_path(put(tmp_path / "krtracker.toml")) == tmp_path / "data/krtracker.duckdb"


@pytest.mark.parametrize("text", ["[store]\npath = 1", "store = 1"])
def test_a_wrong_store_table_means_the_default_here(tmp_path: Path, text: str) -> None:
    path = put(tmp_path / "krtracker.toml", text)
    assert published_path(path) == tmp_path / "data/krtracker.duckdb"


def test_a_file_that_is_no_toml_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="krtracker check"):
        published_path(put(tmp_path / "krtracker.toml", "[store"))


def test_looking_for_the_file_loads_neither_pydantic_nor_duckdb(tmp_path: Path) -> None:
    path = put(tmp_path / "krtracker.toml")
    program = (
        "import sys, pathlib, krtracker.settings as s;"
        f"s.published_path(pathlib.Path({str(path)!r}));"
        f"s.find_configuration(None, cwd=pathlib.Path({str(tmp_path)!r}), environ={{}});"
        "print([one for one in ('pydantic', 'duckdb', 'pandas') if one in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
