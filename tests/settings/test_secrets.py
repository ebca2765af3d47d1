"""Secrets are references, resolved late into a value that prints as stars."""

from __future__ import annotations

from pathlib import Path

import pytest

from krtracker.connector import Secret
from krtracker.settings import SecretMissingError, read_dotenv, resolve_secrets

HERE = Path("/nowhere")


def test_a_text_with_a_reference_becomes_a_secret_of_the_whole_text() -> None:
    table = {"url": "mysql://me:${env:PW}@${env:HOST}/x", "region": "eu", "n": 3}
    found = resolve_secrets(table, {"PW": "hunter2", "HOST": "db"}, HERE)
    assert found == {"url": Secret("mysql://me:hunter2@db/x"), "region": "eu", "n": 3}
    assert "hunter2" not in repr(found)


def test_references_are_found_in_tables_and_lists() -> None:
    table = {"headers": {"auth": "Bearer ${env:T}"}, "keys": ["${env:T}", "plain"]}
    found = resolve_secrets(table, {"T": "x"}, HERE)
    assert found == {"headers": {"auth": Secret("Bearer x")}, "keys": [Secret("x"), "plain"]}


def test_what_a_secret_holds_is_never_read_as_a_reference() -> None:
    found = resolve_secrets({"a": "${env:A}"}, {"A": "${env:B}", "B": "deep"}, HERE)
    assert found["a"].reveal() == "${env:B}"


def test_a_file_is_read_relative_to_the_folder_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2\n", "utf-8")
    assert resolve_secrets({"a": "${file:key}"}, {}, tmp_path)["a"].reveal() == "hunter2"


def test_a_systemd_credential_is_a_file_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "ga4").write_text("{}", "utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert resolve_secrets({"a": "${cred:ga4}"}, environ, HERE)["a"].reveal() == "{}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${env:NONE}", "environment variable NONE is not set"),
        ("${file:none}", "/nowhere/none: No such file"),
        ("${cred:ga4}", "LoadCredential=ga4"),
        ("${keyring:svc/me}", "keyring"),
        ("${op://v/i/f}", "op"),
        ("${cmd:ls}", "is no reference"),
    ],
)
def test_a_missing_secret_is_named_with_what_to_do(text: str, words: str) -> None:
    with pytest.raises(SecretMissingError, match=words):
        resolve_secrets({"a": text}, {}, HERE)


def test_a_missing_secret_says_nothing_of_the_others() -> None:
    with pytest.raises(SecretMissingError) as raised:
        resolve_secrets({"a": "${env:PW}${env:NONE}"}, {"PW": "hunter2"}, HERE)
    assert "hunter2" not in str(raised.value)


def test_dotenv_is_read_as_shells_do(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# a comment\n"
        "\n"
        "PLAIN=one two\n"
        " export SHELL_STYLE = x \n"
        'QUOTED="a # b\\n"\n'
        "SINGLE='$x \\n'\n"
        "COMMENT=value # why\n"
        "HASH=a#b\n"
        "EMPTY=\n"
        "URL=postgresql://u:p@h/d?x=1\n"
        "no equals sign\n",
        "utf-8",
    )
    assert read_dotenv(tmp_path) == {
        "PLAIN": "one two",
        "SHELL_STYLE": "x",
        "QUOTED": "a # b\n",
        "SINGLE": "$x \\n",
        "COMMENT": "value",
        "HASH": "a#b",
        "EMPTY": "",
        "URL": "postgresql://u:p@h/d?x=1",
    }


def test_without_a_dotenv_there_is_nothing(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path) == {}
