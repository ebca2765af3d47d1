"""Sources: paths from the file they stand in; what makes a definition a new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from krtracker.errors import ConfigurationError
from krtracker.settings import parse
from tests.settings.texts import FOLDER, WINDOW

QUERY = f'query = "select day, value from t {WINDOW}"\n'


def source(options: str) -> dict[str, object]:
    text = f'[sources.s]\nconnector = "files"\n{options}\n'
    files = {"krtracker.toml": 'include = ["conf/*.toml"]\n', "conf/sources.toml": text}
    return dict(parse(files, folder=FOLDER).sources["s"].options)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('url = "sqlite:///x.db"', "sqlite:////nowhere/conf/x.db"),
        ('url = "sqlite:///../x.db?mode=ro"', "sqlite:////nowhere/x.db?mode=ro"),
        ('url = "sqlite+pysqlite:///x.db"', "sqlite+pysqlite:////nowhere/conf/x.db"),
        ('url = "duckdb:///data/x.duckdb"', "duckdb:////nowhere/conf/data/x.duckdb"),
        ('url = "sqlite:////abs/x.db"', "sqlite:////abs/x.db"),
        ('url = "sqlite:///:memory:"', "sqlite:///:memory:"),
        ('url = "sqlite://"', "sqlite://"),
        ('url = "sqlite:///${env:DB}"', "sqlite:///${env:DB}"),
        ('url = "postgresql://db/x"', "postgresql://db/x"),
        ('folder = "numbers"', "/nowhere/conf/numbers"),
        ('path = "../numbers"', "/nowhere/numbers"),
        ('glob = "n/*.csv"', "/nowhere/conf/n/*.csv"),
        ('folder = "/abs"', "/abs"),
        ('folder = "${env:FOLDER}"', "${env:FOLDER}"),
        ('path = "s3://bucket/x"', "s3://bucket/x"),
        ('region = "eu"', "eu"),
    ],
)
def test_a_relative_path_starts_at_its_own_file(written: str, read: str) -> None:
    assert list(source(written).values()) == [read]


def test_a_list_of_paths_is_moved_one_by_one() -> None:
    assert source('glob = ["a.csv", "/b.csv"]') == {"glob": ["/nowhere/conf/a.csv", "/b.csv"]}


def test_a_query_file_is_found_beside_the_file_that_names_it() -> None:
    files = {
        "krtracker.toml": 'include = ["conf/*.toml"]\n',
        "conf/m.toml": '[metrics.m]\nsource = "s"\nquery = { file = "../sql/m.sql" }\n'
        '[sources.s]\nconnector = "sql"\nurl = "sqlite:///x.db"\n',
        "sql/m.sql": "select day, value from t where day >= :start",
    }
    assert parse(files, folder=FOLDER).metrics["m"].query == {"query": files["sql/m.sql"]}


def digest(*, url: str = "sqlite:///x.db", more: str = "", metric: str = QUERY) -> str:
    text = f'[sources.s]\nconnector = "sql"\nurl = "{url}"\n{more}\n'
    text += f'[metrics.m]\nsource = "s"\n{metric}'
    return parse({"krtracker.toml": text}, folder=FOLDER).metrics["m"].query_digest


@pytest.mark.parametrize(
    "changed",
    [
        digest(url="sqlite:///y.db"),
        digest(more='schema = "other"'),
        digest(more='timezone = "Asia/Tokyo"'),
        digest(metric=QUERY.replace("from t", "from u")),
        digest(metric=QUERY + 'grain = "week"'),
        digest(metric=QUERY + "option = 3"),
    ],
)
def test_what_changes_the_numbers_changes_the_definition(changed: str) -> None:
    assert changed != digest()


@pytest.mark.parametrize(
    "same",
    [
        digest(more='timeout = "90s"'),
        digest(more='max_requests = "3/min"'),
        digest(more="statement_timeout = 3"),
        digest(more='transport = "grpc"'),
        digest(more='ca_file = "ca.pem"'),
        digest(more='credentials_file = "key.json"'),
        digest(more='password = "${env:PW}"'),
        digest(metric=QUERY + 'title = "Other"\nrefresh = "hourly"\nactual = "28d mean"'),
    ],
)
def test_what_does_not_leaves_it(same: str) -> None:
    assert same == digest()


def test_a_renamed_secret_is_no_new_definition() -> None:
    assert digest(url="${env:A}") == digest(url="${env:B}")
    first, other = 'auth = { token = "${env:A}" }', 'auth = { token = "${env:B}" }'
    assert digest(more=first) == digest(more=other) == digest()


def test_a_key_in_a_header_is_a_secret_in_plain_text() -> None:
    text = '[sources.s]\nconnector = "http"\nurl = "https://x.example"\n'
    with pytest.raises(ConfigurationError, match=r"`X-Api-Key` .* secret in plain text"):
        parse({"krtracker.toml": text + 'headers = { X-Api-Key = "abc" }\n'}, folder=FOLDER)


def test_moving_the_whole_folder_is_no_new_definition() -> None:
    text = '[sources.s]\nconnector = "sql"\nurl = "sqlite:///x.db"\n'
    text += f'[metrics.m]\nsource = "s"\n{QUERY}'
    here = parse({"krtracker.toml": text}, folder=FOLDER).metrics["m"]
    there = parse({"krtracker.toml": text}, folder=Path("/elsewhere")).metrics["m"]
    assert here.query_digest == there.query_digest
